// How soon the console's pages begin on a journal of a million revisions: from the request to the first byte, over HTTP on loopback.
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { get } from 'node:http';
import { Test } from '@nestjs/testing';
import { KiccModule } from 'nestjs-kicc';
import { KiccConsoleModule } from 'nestjs-kicc/console';
import { kiccMigrations, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { atOnce, COPIED, fill, idOf } from './fill.mjs';
import { length } from './length.mjs';
import { PAGES_OF_THE_CONSOLE } from './questions.mjs';
import { writeResult } from './result.mjs';
import { MALL, newRevision, settled } from './revisions.mjs';
import { median } from './statistics.mjs';

const ROWS = length('ROWS', 1_000_000, 2_000);
const ROUNDS = length('ROUNDS', 15, 1);
const YEAR_MS = 365 * 86_400_000;

const PAGES = {
  today: { query: '' },
  'a revision': { query: `?view=revision&mall=${MALL}&id=${idOf(Math.ceil(ROWS / 2))}` },
  'the newest': { query: '?view=find' },
  'those declined': { query: '?view=find&status=declined' },
  'charts of 30 days, counted anew': { ko: '통계 30일, 새로 셀 때', query: '?view=charts', anew: true },
  'charts of 30 days, within the minute': { ko: '통계 30일, 1분 안', query: '?view=charts' },
  bulks: { ko: '일괄', query: '?view=bulks' },
};

/** @returns ms. */
function firstByte(url) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    get(url, (response) => {
      const ms = performance.now() - began;
      response
        .resume()
        .once('end', () => (response.statusCode === 200 ? resolve(ms) : reject(new Error(`${response.statusCode}`))));
    }).once('error', reject);
  });
}

/** A year of revisions, every hundredth declined. */
async function prepare(dataSource, journal) {
  const { revision } = await journal.open(newRevision(COPIED));
  await journal.save(settled(revision));
  const [told] = await dataSource.query('SELECT * FROM kicc_revision');
  // Of a bigint, PostgreSQL's driver gives a text.
  const isTime = (column) => column.endsWith('_at');
  const row = Object.fromEntries(
    Object.entries(told).map(([column, value]) => [column, isTime(column) && value !== null ? Number(value) : value]),
  );
  const [from, step] = [Date.now() - YEAR_MS, Math.floor(YEAR_MS / ROWS)];
  await atOnce(dataSource, 'kicc_revision', async () => {
    await fill(dataSource, 'kicc_revision', row, { to: ROWS });
    const acceptedAt = `${from} + sequence * CAST(${step} AS bigint)`;
    const declined = `CASE WHEN sequence % 100 = 0 THEN 'declined' ELSE status END`;
    await dataSource.query(
      `UPDATE kicc_revision SET accepted_at = ${acceptedAt}, settled_at = ${acceptedAt} + sequence % 3000, ` +
        `status = ${declined}, state = CASE WHEN sequence % 100 = 0 THEN REPLACE(state, '"status":"succeeded"', '"status":"declined"') ELSE state END`,
    );
  });
  spawnSync('sync');
}

async function measure(engine) {
  return withDatabase(engine, async (options) => {
    const dataSource = await new DataSource({ ...options, migrations: [...kiccMigrations] }).initialize();
    await dataSource.runMigrations();
    const journal = new TypeOrmReviseJournal(dataSource);
    await prepare(dataSource, journal);
    let clock = Date.now();
    const kicc = {
      environment: 'test',
      baseUrl: 'http://127.0.0.1:1',
      mallId: MALL,
      secretKey: 'bench',
      now: () => new Date(clock),
    };
    const imports = [
      KiccModule.forRoot({ ...kicc, settlement: { sweepEveryMs: false }, journal: { useFactory: () => journal } }),
      KiccConsoleModule.forRoot({ authorize: () => ({ actor: 'bench', may: 'decide' }) }),
    ];
    const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication({ logger: ['error'] });
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${app.getHttpServer().address().port}/kicc`;
    const seen = {};
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [page, { query, anew }] of Object.entries(PAGES)) {
        if (anew) clock += 61_000;
        const ms = await firstByte(url + query);
        if (round > 0) (seen[page] ??= []).push(ms);
      }
    }
    await app.close();
    await dataSource.destroy();
    return seen;
  });
}

const engines = enginesThere(['postgres', 'sqlite']);
const ofEngine = {};
for (const engine of engines) ofEngine[engine] = await measure(engine);
const figures = {};
for (const engine of engines) {
  for (const [page, times] of Object.entries(ofEngine[engine])) figures[`${engine}, ${page}`] = { value: median(times) };
}
await writeResult('console', {
  heads: [{ en: 'ms to the first byte', ko: '첫 바이트까지(ms)' }, ...engines],
  rows: Object.entries(PAGES).map(([page, { ko = PAGES_OF_THE_CONSOLE[page] }]) => [
    { en: page, ko },
    ...engines.map((engine) => median(ofEngine[engine][page]).toFixed(1)),
  ]),
  caption: {
    en: `${ROWS.toLocaleString('en-GB')} revisions of a year in one journal, every hundredth declined; medians of ${ROUNDS} requests over loopback, by TypeORM.`,
    ko: `1년 동안의 리비전 ${ROWS.toLocaleString('en-GB')}건이 저널 하나에 있고 백 건마다 한 건은 취소되지 않은 것입니다. 루프백 요청 ${ROUNDS}번의 중앙값이며 TypeORM을 씁니다.`,
  },
  figures,
});
