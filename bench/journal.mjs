// Durable revisions per second at 1, 16 and 128 callers, against the engine's own rate of committing single rows, side by side.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kiccMigrations, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { DataSource } from 'typeorm';
import { checkReviseRequest } from '../dist/esm/protocol/check-revise-request.js';
import { accept, startSending } from '../dist/esm/revise/revision.js';
import { serviceUrls } from '../scripts/service-urls.mjs';
import { median } from './statistics.mjs';
import { writeResult } from './result.mjs';

const ROUNDS = 7;
const SLICE_MS = 400;
const CALLERS = [1, 16, 128];
const MALL = 'T0000001';

function newRevision() {
  const id = randomUUID().replaceAll('-', '');
  const now = new Date();
  const request = checkReviseRequest({ shopTransactionId: id, pgCno: id.slice(0, 20), reviseTypeCode: '40' }, [MALL]);
  return startSending(accept({ request }, now), '20260302', now, new Date(now.getTime() + 120_000));
}

/** How often per second something is done, by so many callers that each do it again when it is done. */
async function rate(callers, act) {
  const end = performance.now() + SLICE_MS;
  const began = performance.now();
  let count = 0;
  const call = async () => {
    while (performance.now() < end) {
      await act();
      count++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (count / (performance.now() - began)) * 1_000;
}

/** Commits one row of a journal row's size after the other, by the driver's shortest way. */
async function plainRows(dataSource) {
  await dataSource.query('CREATE TABLE plain_row (id VARCHAR(60) PRIMARY KEY, body VARCHAR(1000) NOT NULL)');
  const body = 'x'.repeat(600);
  if (dataSource.options.type === 'better-sqlite3') {
    const { databaseConnection } = dataSource.driver;
    databaseConnection.pragma('synchronous = FULL');
    const insert = databaseConnection.prepare('INSERT INTO plain_row (id, body) VALUES (?, ?)');
    return async () => insert.run(randomUUID(), body);
  }
  const runner = dataSource.createQueryRunner();
  const connection = await runner.connect();
  const sql = (mark) => `INSERT INTO plain_row (id, body) VALUES (${mark(1)}, ${mark(2)})`;
  if (dataSource.options.type === 'postgres') {
    return () => connection.query({ name: 'plain', text: sql((n) => `$${n}`), values: [randomUUID(), body] });
  }
  return () =>
    new Promise((resolve, reject) => {
      connection.execute(
        sql(() => '?'),
        [randomUUID(), body],
        (error) => (error ? reject(error) : resolve()),
      );
    });
}

async function withDatabase(name, url, use) {
  if (name === 'sqlite') {
    const directory = mkdtempSync(join(tmpdir(), 'kicc-bench-'));
    await use({ type: 'better-sqlite3', database: join(directory, 'shop.db'), enableWAL: true });
    rmSync(directory, { recursive: true });
    return;
  }
  const database = `kicc_bench_${process.pid}`;
  const admin = await new DataSource({ type: name, url }).initialize();
  await admin.query(`CREATE DATABASE ${database}`);
  const own = new URL(url);
  own.pathname = database;
  await use({ type: name, url: own.href });
  await admin.query(`DROP DATABASE ${database}${name === 'postgres' ? ' WITH (FORCE)' : ''}`);
  await admin.destroy();
}

const whole = (value) => Math.round(value).toLocaleString('en-GB');

const { postgres, mariadb } = serviceUrls();
const wanted = process.env.ENGINES?.split(',');
const engines = Object.entries({ sqlite: '', postgres, mariadb }).filter(
  ([name, url]) => url !== undefined && (wanted?.includes(name) ?? true),
);
const rows = [];
for (const [name, url] of engines) {
  await withDatabase(name, url, async (options) => {
    const dataSource = await new DataSource({ ...options, migrations: [...kiccMigrations] }).initialize();
    await dataSource.runMigrations();
    const journal = new TypeOrmReviseJournal(dataSource);
    const commit = await plainRows(dataSource);
    const open = () => journal.open(newRevision());
    await rate(1, commit);
    await rate(128, open);
    const seen = { plain: [], 1: [], 16: [], 128: [] };
    for (let round = 0; round < ROUNDS; round++) {
      seen.plain.push(await rate(1, commit));
      for (const callers of CALLERS) seen[callers].push(await rate(callers, open));
    }
    for (const callers of CALLERS) {
      const ratios = seen[callers].map((value, round) => value / seen.plain[round]);
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
      const [single, durable] = [median(seen.plain), median(seen[callers])].map(whole);
      rows.push([name, single, String(callers), durable, `${median(ratios).toFixed(2)} (${least} to ${most})`]);
    }
    await journal.onApplicationShutdown();
    await dataSource.destroy();
  });
}
const caption = `Medians of ${ROUNDS} interleaved rounds of ${SLICE_MS} ms; in brackets, the smallest and the largest ratio of a round.`;
writeResult(process.env.RESULT ?? 'journal', {
  caption,
  heads: ['engine', 'single rows committed /s', 'callers', 'durable revisions /s', 'ratio'],
  rows,
});
