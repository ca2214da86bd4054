// What a cancellation costs the database server itself, and the process that asks for it: CPU, syncs and bytes of its log. The server's
// CPU is that of its processes, so it has to be on this machine, and to serve nobody else meanwhile. SQLite has no server.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ReviseBulkService, RevisePaymentService } from 'nestjs-kicc';
import { OnRevisionSettled } from 'nestjs-kicc/typeorm';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { CONCURRENCY, startApp } from './kicc-app.mjs';
import { length } from './length.mjs';
import { startGateway } from './processes.mjs';
import { whole, writeResult } from './result.mjs';
import { median } from './statistics.mjs';

const ROUNDS = length('ROUNDS', 5, 1);
/** How many cancellations a round makes; a quarter where it takes longer. */
const CALLS = length('CALLS', 2_000, 8);
/** The clock that Linux counts a process's CPU by. */
const TICK_US = 10_000;

/** Writes by itself what a shop's books would. */
class Books {
  async book({ shopTransactionId, status }, manager) {
    const mark = manager.connection.options.type === 'postgres' ? ['$1', '$2'] : ['?', '?'];
    await manager.query(`INSERT INTO book (id, status) VALUES (${mark.join(', ')})`, [shopTransactionId, status]);
  }
}
OnRevisionSettled()(Books.prototype, 'book', Object.getOwnPropertyDescriptor(Books.prototype, 'book'));

/** Reads what of its time a process has had, and its parent; those that have ended count with their parent. */
function timesOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  const [own, ended] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])];
  return { parent: Number(fields[1]), own, ended };
}

function serverTicks(serverPid) {
  for (;;) {
    const { own, ended } = timesOf(serverPid);
    let ticks = own + ended;
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const each = timesOf(name);
        if (each.parent === serverPid) ticks += each.own;
      } catch {
        // It has ended.
      }
    }
    // Or one that ended meanwhile would count twice, or not at all.
    if (timesOf(serverPid).ended === ended) return ticks;
  }
}

/** How each engine tells which process it is, and what it has written: `log`, bytes of its log, and `syncs` of that. */
const SERVERS = {
  postgres: {
    async pid(dataSource) {
      const [{ pid }] = await dataSource.query('SELECT pg_backend_pid() AS pid');
      return timesOf(pid).parent;
    },
    async written(dataSource) {
      // Each transaction that writes syncs once at most, and only these have an id. Statistics of syncs come seconds later.
      const [{ log, syncs }] = await dataSource.query(
        "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS log, pg_current_xact_id()::text AS syncs",
      );
      return { log: Number(log), syncs: Number(syncs) };
    },
  },
  mariadb: {
    async pid(dataSource) {
      const [{ file }] = await dataSource.query('SELECT @@global.pid_file AS file');
      return Number(readFileSync(file, 'utf8'));
    },
    async written(dataSource) {
      const rows = await dataSource.query(
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('Innodb_os_log_written', 'Innodb_data_fsyncs')",
      );
      const of = Object.fromEntries(rows.map(({ Variable_name, Value }) => [Variable_name, Number(Value)]));
      return { log: of.Innodb_os_log_written, syncs: of.Innodb_data_fsyncs };
    },
  },
};

let serial = 0;
const newRequest = () => ({ shopTransactionId: randomUUID(), pgCno: `27${String(++serial).padStart(18, '0')}` });

async function cancelOne(payments) {
  const { status } = await payments.cancel({ ...newRequest(), clientId: 'admin-7', reviseMessage: '고객 변심에 의한 취소' });
  if (status !== 'succeeded') throw new Error(status);
}

/** By so many callers that each make the next when the last is done. */
async function cancelBy(callers, app, count) {
  const payments = app.get(RevisePaymentService);
  let left = count;
  const caller = async () => {
    while (left-- > 0) await cancelOne(payments);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** As customers come: whether the last is done or not, at random. */
async function cancelAt(perSecond, app, count) {
  const payments = app.get(RevisePaymentService);
  const calls = [];
  let due = performance.now();
  while (calls.length < count) {
    const early = due - performance.now();
    if (early > 0) await pause(early);
    for (; due <= performance.now() && calls.length < count; due -= (Math.log(1 - Math.random()) * 1_000) / perSecond) {
      calls.push(cancelOne(payments));
    }
  }
  await Promise.all(calls);
}

async function runBulk(app, count) {
  const bulks = app.get(ReviseBulkService);
  const requests = Array.from({ length: count }, () => ({ ...newRequest(), reviseTypeCode: '40' }));
  const { bulkId } = await bulks.submit(requests);
  await lastValueFrom(bulks.progress(bulkId));
}

const LONE = CALLS / 4;
const WAYS = [
  { title: { en: '200 a second', ko: '초당 200건' }, count: LONE, run: (...given) => cancelAt(200, ...given) },
  { title: { en: '1,000 a second', ko: '초당 1,000건' }, count: CALLS, run: (...given) => cancelAt(1_000, ...given) },
  { title: { en: 'a lone caller', ko: '단독 호출' }, count: LONE, run: (...given) => cancelBy(1, ...given) },
  { title: { en: '128 callers', ko: '동시 호출 128개' }, count: CALLS, run: (...given) => cancelBy(128, ...given) },
  { title: { en: `a bulk, ${CONCURRENCY} at a time`, ko: `일괄 취소, 동시에 ${CONCURRENCY}건` }, count: CALLS, run: runBulk },
  {
    title: { en: '100 a second, with a handler', ko: '초당 100건, 핸들러 있음' },
    count: LONE,
    run: (...given) => cancelAt(100, ...given),
    providers: [Books],
  },
  {
    title: { en: '128 callers, with a handler', ko: '동시 호출 128개, 핸들러 있음' },
    count: LONE,
    run: (...given) => cancelBy(128, ...given),
    providers: [Books],
  },
];

async function measure(engine, database, gatewayUrl) {
  const beside = await new DataSource(database).initialize();
  await beside.query('CREATE TABLE book (id VARCHAR(60) PRIMARY KEY, status VARCHAR(16))');
  const server = SERVERS[engine];
  const pid = await server?.pid(beside);
  const seen = {};
  for (const providers of [[], [Books]]) {
    const app = await startApp(database, gatewayUrl, { providers });
    const ways = WAYS.filter((way) => (way.providers?.length ?? 0) === providers.length);
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { title, count, run } of ways) {
        const written = await server?.written(beside);
        const [ticks, cpu, began] = [server && serverTicks(pid), process.cpuUsage(), performance.now()];
        await run(app, count);
        const seconds = (performance.now() - began) / 1_000;
        const { user, system } = process.cpuUsage(cpu);
        const told = { rate: count / seconds, app: (user + system) / count };
        if (server) {
          told.server = ((serverTicks(pid) - ticks) * TICK_US) / count;
          const { log, syncs } = await server.written(beside);
          Object.assign(told, { log: (log - written.log) / count, syncs: (syncs - written.syncs) / count });
        }
        if (round > 0) for (const [what, value] of Object.entries(told)) ((seen[title.en] ??= {})[what] ??= []).push(value);
      }
      process.stderr.write(`\r${engine}: round ${round} of ${ROUNDS}`);
    }
    await app.close();
  }
  process.stderr.write('\n');
  await beside.destroy();
  return seen;
}

const gateway = await startGateway();
const [rows, figures] = [[], {}];
for (const engine of enginesThere()) {
  const seen = await withDatabase(engine, (database) => measure(engine, database, gateway.url));
  for (const { title } of WAYS) {
    const told = seen[title.en];
    const middle = (what) => median(told[what] ?? []);
    const spread = (what) => {
      if (!told[what]) return '';
      return `${whole(middle(what))} (${whole(Math.min(...told[what]))}–${whole(Math.max(...told[what]))})`;
    };
    const syncs = told.syncs ? middle('syncs').toFixed(2) : '';
    rows.push([
      engine,
      title,
      whole(middle('rate')),
      spread('app'),
      spread('server'),
      syncs,
      told.log ? whole(middle('log')) : '',
    ]);
    for (const what of ['app', 'server']) if (told[what]) figures[`${engine}, ${title.en}, ${what}`] = { value: middle(what) };
  }
}
await gateway.stop();
const caption = {
  en:
    `For each cancellation, from the call to its outcome; medians of ${ROUNDS} rounds of ${whole(LONE)} or ${whole(CALLS)}, in brackets the ` +
    'least and the most. Process: the app, with the request to KICC by the direct transport. Server: all processes of the database server. The ' +
    'gateway answers at once. A second: they come at random. Callers: each makes the next when the last is done. Syncs: of the server’s log. On PostgreSQL, the transactions that write are counted in their place: several may share one sync, so there are at most that many. The handler writes a row.',
  ko:
    `호출부터 결과까지 취소 한 건의 값입니다. ${whole(LONE)}건이나 ${whole(CALLS)}건씩 ${ROUNDS}번 측정한 중앙값이고, 괄호 안은 최소와 최대입니다. ` +
    '프로세스는 앱이며, KICC로 직접 전송하는 요청을 포함합니다. 서버는 데이터베이스 서버의 모든 프로세스입니다. 게이트웨이는 즉시 응답합니다. ' +
    '초당 건수는 무작위로 들어오고, 동시 호출은 저마다 앞선 호출이 끝나면 다음 호출을 보냅니다. 동기화는 서버 로그를 디스크에 동기화한 횟수입니다. PostgreSQL에서는 쓰기 트랜잭션의 수를 대신 셌습니다. 여러 트랜잭션이 동기화 한 번을 함께 쓸 수 있으므로, 실제 횟수는 그 이하입니다. 핸들러는 한 행을 씁니다.',
};
const heads = [
  { en: 'engine', ko: '엔진' },
  { en: 'how', ko: '방식' },
  { en: '/s', ko: '초당' },
  { en: 'process, CPU µs', ko: '프로세스, CPU µs' },
  { en: 'server, CPU µs', ko: '서버, CPU µs' },
  { en: 'syncs', ko: '동기화' },
  { en: 'log bytes', ko: '로그 바이트' },
];
await writeResult('server-cost', { caption, heads, rows, figures });
