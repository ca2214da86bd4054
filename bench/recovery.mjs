// Revisions whose answer was lost, all due at once, recovered by one process and by four, in turn: how fast, whether they wait for each
// other's locks, and whether anything is worked on twice. KICC is a simulator in a process of its own.
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { length } from './length.mjs';
import { start } from './processes.mjs';
import { whole, writeResult } from './result.mjs';
import { median, ratio } from './statistics.mjs';

const OPEN = length('OPEN', 10_000, 40);
const ROUNDS = length('ROUNDS', 5, 1);
const AT_ONCE = 100;
const SAMPLE_MS = 25;
/** Several processes share no SQLite file well, and the other servers are as PostgreSQL. */
const PROCESSES = { sqlite: [1], postgres: [1, 4] };

const busyMs = () => os.cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
const sumOf = (items, what) => items.reduce((sum, item) => sum + item[what], 0);

/** Makes the revisions, due now, and keeps a copy of their rows for each round. */
async function lose(kicc, worker, dataSource) {
  for (let first = 0; first < OPEN; first += AT_ONCE) {
    const pgCnos = await kicc.ask('lose', Math.min(AT_ONCE, OPEN - first));
    if (!(await worker.ask('cancel', { pgCnos, first }))) throw new Error('KICC was understood after all.');
  }
  await dataSource.query('UPDATE kicc_revision SET next_check_at = next_check_at - 3600000');
  await dataSource.query('CREATE TABLE lost_revision AS SELECT * FROM kicc_revision');
}

async function restore(dataSource, engine) {
  await dataSource.query('DELETE FROM kicc_revision');
  await dataSource.query('INSERT INTO kicc_revision SELECT * FROM lost_revision');
  if (engine === 'postgres') await dataSource.query('VACUUM ANALYZE kicc_revision');
}

/** Looks again and again who waits for whose lock, until it is stopped. */
function watchLocks(dataSource, engine) {
  const seen = { samples: 0, waiting: 0 };
  let isOver = engine !== 'postgres';
  const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  const watching = (async () => {
    while (!isOver) {
      const waiting = await dataSource.query(sql);
      seen.samples++;
      if (waiting.length > 0) seen.waiting++;
      await pause(SAMPLE_MS);
    }
    return seen;
  })();
  return {
    stop() {
      isOver = true;
      return watching;
    },
  };
}

async function recover(workers, { kicc, dataSource, engine }) {
  await restore(dataSource, engine);
  await kicc.ask('heard');
  const locks = watchLocks(dataSource, engine);
  const [kiccBefore, busyBefore] = [await kicc.ask('cpu'), busyMs()];
  const recovered = await Promise.all(workers.map((worker) => worker.ask('recover')));
  const kiccAfter = await kicc.ask('cpu');
  const [kiccMs, allMs] = [
    (kiccAfter.user + kiccAfter.system - kiccBefore.user - kiccBefore.system) / 1_000,
    busyMs() - busyBefore,
  ];
  const cpuMs = sumOf(recovered, 'cpuMs');
  const left = await workers[0].ask('open');
  if (left > 0 || sumOf(recovered, 'settled') !== OPEN) throw new Error(`${left} are left, and were not settled.`);
  return {
    rate: (OPEN / Math.max(...recovered.map(({ ms }) => ms))) * 1_000,
    delayP99: Math.max(...recovered.map(({ delayP99 }) => delayP99)),
    lost: sumOf(recovered, 'lost'),
    workerUs: (cpuMs / OPEN) * 1_000,
    kiccUs: (kiccMs / OPEN) * 1_000,
    restUs: ((allMs - cpuMs - kiccMs) / OPEN) * 1_000,
    ...(await kicc.ask('heard')),
    ...(await locks.stop()),
  };
}

const [rows, bars, figures] = [[], [], {}];
for (const engine of enginesThere(['sqlite', 'postgres'])) {
  await withDatabase(engine, async (database) => {
    const kicc = await start('recovery-kicc');
    const given = JSON.stringify({ database, kicc: kicc.ready });
    const workers = [];
    for (let count = 0; count < Math.max(...PROCESSES[engine]); count++) workers.push(await start('recovery-worker', [given]));
    const dataSource = await new DataSource(database).initialize();
    await lose(kicc, workers[0], dataSource);
    const seen = Object.fromEntries(PROCESSES[engine].map((count) => [count, []]));
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const count of PROCESSES[engine]) {
        const made = await recover(workers.slice(0, count), { kicc, dataSource, engine });
        if (round > 0) seen[count].push(made);
      }
      process.stderr.write(`\r${engine}: round ${round} of ${ROUNDS}`);
    }
    process.stderr.write('\n');
    const effects = await kicc.ask('effects');
    if (effects !== OPEN) throw new Error(`The money moved ${effects} times.`);
    for (const count of PROCESSES[engine]) {
      const of = (what) => seen[count].map((round) => round[what]);
      const name = `${engine}, ${count}`;
      const rate = median(of('rate'));
      const overOne =
        count > 1 &&
        ratio(
          of('rate'),
          seen[1].map((round) => round.rate),
        );
      if (overOne) {
        figures[`${name}/1`] = overOne.figure;
        figures[`${name}, waits`] = { value: Math.max(...of('waiting')) };
        figures[`${name}, twice`] = { value: Math.max(...of('most')) };
      }
      figures[`${name}, delay`] = { value: median(of('delayP99')) };
      rows.push([
        engine,
        String(count),
        whole(rate),
        overOne ? overOne.text : '',
        String(Math.max(...of('most'))),
        String(Math.max(...of('lost'))),
        engine === 'postgres' ? `${sumOf(seen[count], 'waiting')} / ${whole(sumOf(seen[count], 'samples'))}` : '',
        median(of('delayP99')).toFixed(1),
        `${whole(median(of('workerUs')))} + ${whole(median(of('kiccUs')))} + ${whole(median(of('restUs')))}`,
      ]);
      bars.push({
        label: { en: `${engine}, processes: ${count}`, ko: `${engine}, 프로세스 ${count}개` },
        value: rate,
        text: `${whole(rate)} /s`,
        ours: true,
      });
    }
    await dataSource.destroy();
    for (const worker of workers) await worker.ask('close');
    for (const child of [...workers, kicc]) await child.stop();
  });
}
const caption = {
  en: `${whole(OPEN)} revisions; medians of ${ROUNDS} interleaved rounds, after which nothing was open and the money had moved once for each. Asked: how often the simulator was asked about the same one, at most. Lost: states that were not written, as somebody else had written. Lock waits: of the looks, one each ${SAMPLE_MS} ms, how many found one that waits for another's lock. CPU: of the processes, of the simulator, of all else on the machine (the database).`,
  ko: `리비전 ${whole(OPEN)}건을 번갈아 ${ROUNDS}번 측정한 중앙값입니다. 매번 끝난 뒤 미확정 건이 없었고 돈은 건마다 한 번만 움직였습니다. 조회: 시뮬레이터가 같은 건을 조회받은 최대 횟수. 유실: 다른 프로세스가 먼저 기록해 기록하지 못한 상태의 수. 락 대기: ${SAMPLE_MS}ms마다 관찰해, 다른 트랜잭션의 락을 기다리는 세션이 있었던 횟수 / 관찰한 횟수. CPU: 프로세스 + 시뮬레이터 + 그 밖의 모든 것(데이터베이스).`,
};
const heads = [
  { en: 'engine', ko: '엔진' },
  { en: 'processes', ko: '프로세스' },
  { en: 'settled /s', ko: '초당 확정' },
  { en: '× one process', ko: '하나일 때 대비' },
  { en: 'asked', ko: '조회' },
  { en: 'lost', ko: '유실' },
  { en: 'lock waits', ko: '락 대기' },
  { en: 'loop delay p99, ms', ko: '루프 지연 p99, ms' },
  { en: 'CPU µs for each', ko: '건당 CPU µs' },
];
await writeResult('recovery', { caption, heads, rows, figures, bars });
