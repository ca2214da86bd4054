// What millions of settled revisions cost the calls: the same on a table with them, on one with the open ones alone, and on an empty
// one, by turns. SETTLED and OPEN say how many; 5 million take some 10 GB for each engine while it runs.
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { kiccMigrations, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { atOnce, COPIED, fill, idOf, sizeOf } from './fill.mjs';
import { length } from './length.mjs';
import { CALLS_ON_A_TABLE, QUESTIONS } from './questions.mjs';
import { whole, writeResult } from './result.mjs';
import { MALL, newRevision, settled } from './revisions.mjs';
import { median, ratio } from './statistics.mjs';

const SETTLED = length('SETTLED', 5_000_000, 2_000);
const OPEN = length('OPEN', 100_000, 200);
const ROUNDS = length('ROUNDS', 11, 1);
const HOUR_MS = 3_600_000;
const BYTES_PER_ROW = 2_500;

/** How long calls of one kind are made in a round at most, and how slow one is that is not made in every round, ms. */
const [LONGEST_MS, SLOW_MS] = [500, 2_000];
const SLOW_ROUNDS = 3;

let serial = 0;
/** Beside those that were filled in, wherever their ids fall. */
function anotherRevision() {
  const id = `refund-${String(Math.floor(Math.random() * 1e11)).padStart(11, '0')}1`;
  return newRevision({ id, pgCno: `27${String(++serial).padStart(18, '0')}` });
}

/** @returns ms for each call. */
async function inTurn(atMost, act) {
  const began = performance.now();
  let count = 0;
  while (count < atMost && (count === 0 || performance.now() < began + LONGEST_MS)) await act(count++);
  return (performance.now() - began) / count;
}

const CALLS = {
  claim: ({ journal }) =>
    inTurn(20, () => {
      const now = new Date();
      return journal.claimDue({ mallIds: [MALL], limit: 16, now, leaseUntil: new Date(now.getTime() + HOUR_MS) });
    }),
  open: ({ journal }) => inTurn(40, () => journal.open(anotherRevision())),
  'open, 128 at once': async ({ journal }) =>
    (await inTurn(2, () => Promise.all(Array.from({ length: 128 }, () => journal.open(anotherRevision()))))) / 128,
  save: async ({ journal }) => {
    const opened = await Promise.all(Array.from({ length: 40 }, () => journal.open(anotherRevision())));
    return inTurn(40, (call) => journal.save(settled(opened[call].revision)));
  },
  find: ({ journal, rows }) => inTurn(60, () => journal.find(MALL, idOf(1 + Math.floor(Math.random() * rows)))),
  'page of those open': ({ journal }) => inTurn(10, () => journal.list({ status: 'open', limit: 50 })),
  'page of the newest': ({ journal }) => inTurn(10, () => journal.list({ mallIds: [MALL], limit: 50 })),
  'page of those escalated': ({ journal }) => inTurn(10, () => journal.list({ status: 'escalated', limit: 50 })),
  'count of those open': ({ journal }) => inTurn(2, () => journal.openRevisions([MALL])),
  'count of those elsewhere': ({ journal }) => inTurn(2, () => journal.openElsewhere([MALL])),
};
/** There is nothing in an empty table to claim, find or list. */
const ON_EMPTY = ['open', 'open, 128 at once', 'save'];

async function connect(options) {
  const dataSource = await new DataSource({ ...options, migrations: [...kiccMigrations] }).initialize();
  await dataSource.runMigrations();
  return { dataSource, journal: new TypeOrmReviseJournal(dataSource), rows: 0 };
}

/** The rows of a revision as the library writes it open and settled. */
async function templates() {
  return withDatabase('sqlite', async (options) => {
    const { dataSource, journal } = await connect(options);
    const row = async () => (await dataSource.query('SELECT * FROM kicc_revision'))[0];
    const { revision } = await journal.open(newRevision(COPIED));
    const open = { ...(await row()), next_check_at: Date.now() - HOUR_MS };
    await journal.save(settled(revision));
    const rows = { open, settled: await row() };
    await journal.onApplicationShutdown();
    await dataSource.destroy();
    return rows;
  });
}

async function prepare(database, rowsOf, settledCount) {
  const { dataSource, journal } = database;
  const began = performance.now();
  await atOnce(dataSource, 'kicc_revision', async () => {
    if (settledCount > 0) await fill(dataSource, 'kicc_revision', rowsOf.settled, { to: settledCount });
    await fill(dataSource, 'kicc_revision', rowsOf.open, { from: settledCount + 1, to: settledCount + OPEN });
  });
  database.rows = settledCount + OPEN;
  for (let count = 0; count < 20; count++) {
    const { revision } = await journal.open(anotherRevision());
    await journal.save(Object.freeze({ ...revision, status: 'escalated', version: 2 }));
  }
  return { seconds: (performance.now() - began) / 1_000, bytes: await sizeOf(dataSource) };
}

async function measure(engine, rowsOf) {
  const { bavail, bsize } = statfsSync('.');
  if (SETTLED * BYTES_PER_ROW + 5e9 > bavail * bsize) throw new Error(`There is no room for ${SETTLED} rows: give SETTLED.`);
  return withDatabase(engine, (full) =>
    withDatabase(engine, (few) =>
      withDatabase(engine, async (empty) => {
        const databases = { full: await connect(full), few: await connect(few), empty: await connect(empty) };
        const filled = await prepare(databases.full, rowsOf, SETTLED);
        await prepare(databases.few, rowsOf, 0);
        // Or the disk would still be at work on it.
        spawnSync('sync');
        const seen = {};
        const slow = new Set();
        // The first round warms up.
        for (let round = 0; round <= ROUNDS; round++) {
          for (const [call, make] of Object.entries(CALLS)) {
            if (slow.has(call) && round > SLOW_ROUNDS) continue;
            for (const [which, database] of Object.entries(databases)) {
              if (which === 'empty' && !ON_EMPTY.includes(call)) continue;
              const ms = await make(database);
              if (ms > SLOW_MS) slow.add(call);
              if (round > 0) ((seen[call] ??= {})[which] ??= []).push(ms);
            }
          }
          process.stderr.write(`\r${engine}: round ${round} of ${ROUNDS}`);
        }
        process.stderr.write('\n');
        for (const { journal, dataSource } of Object.values(databases)) {
          await journal.onApplicationShutdown();
          await dataSource.destroy();
        }
        return { seen, filled };
      }),
    ),
  );
}

const rowsOf = await templates();
const [rows, bars, figures, fillings] = [[], [], {}, []];
for (const engine of enginesThere(['postgres', 'sqlite'])) {
  const { seen, filled } = await measure(engine, rowsOf);
  const [seconds, gigabytes] = [filled.seconds.toFixed(0), (filled.bytes / 1e9).toFixed(1)];
  fillings.push({
    en: `${engine} was filled in ${seconds} s, ${gigabytes} GB`,
    ko: `${engine}: 데이터를 채우는 데 ${seconds}초, 크기 ${gigabytes}GB`,
  });
  for (const [call, { full, few, empty }] of Object.entries(seen)) {
    const overFew = ratio(full, few);
    const name = `${engine}, ${call}`;
    const inKorean = CALLS_ON_A_TABLE[call];
    figures[name] = overFew.figure;
    const overEmpty = empty && ratio(full, empty);
    if (overEmpty) figures[`${name}, of empty`] = overEmpty.figure;
    const goal = QUESTIONS['large-table'].goals.find((each) => each.figure === name)?.atMost;
    bars.push({
      label: { en: name, ko: `${engine}, ${inKorean}` },
      value: overFew.figure.value,
      text: `${overFew.figure.value.toFixed(2)} ×`,
      ours: true,
      goal,
    });
    rows.push([engine, { en: call, ko: inKorean }, text(empty), text(few), text(full), overFew.text, overEmpty?.text ?? '']);
  }
}
const toldOf = (language) => fillings.map((filling) => filling[language]);
const caption = {
  en: `ms for each call, medians of ${ROUNDS} interleaved rounds; in brackets, the 95 % interval of the median of the rounds' ratios. Few: ${whole(OPEN)} open ones, all due; full: ${whole(SETTLED)} settled ones beside them. ${toldOf('en').join('; ')}.`,
  ko: `호출 한 번의 ms이고, 번갈아 ${ROUNDS}번 측정한 중앙값입니다. 괄호 안은 측정마다 구한 비율의 중앙값에 대한 95% 구간입니다. 미확정만: 모두 처리할 때가 된 미확정 ${whole(OPEN)}건. 확정 포함: 거기에 확정된 ${whole(SETTLED)}건. ${toldOf('ko').join('. ')}.`,
};
const heads = [
  { en: 'engine', ko: '엔진' },
  { en: 'call', ko: '호출' },
  { en: 'empty, ms', ko: '빈 테이블, ms' },
  { en: 'few, ms', ko: '미확정만, ms' },
  { en: 'full, ms', ko: '확정 포함, ms' },
  { en: 'full × few', ko: '확정 포함 ÷ 미확정만' },
  { en: 'full × empty', ko: '확정 포함 ÷ 빈 테이블' },
];
await writeResult('large-table', { caption, heads, rows, figures, bars });

function text(values) {
  return values ? median(values).toFixed(2) : '';
}
