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
  { title: '200 a second', count: LONE, run: (...given) => cancelAt(200, ...given) },
  { title: '1,000 a second', count: CALLS, run: (...given) => cancelAt(1_000, ...given) },
  { title: 'a lone caller', count: LONE, run: (...given) => cancelBy(1, ...given) },
  { title: '128 callers', count: CALLS, run: (...given) => cancelBy(128, ...given) },
  { title: `a bulk, ${CONCURRENCY} at a time`, count: CALLS, run: runBulk },
  { title: '100 a second, with a handler', count: LONE, run: (...given) => cancelAt(100, ...given), providers: [Books] },
  { title: '128 callers, with a handler', count: LONE, run: (...given) => cancelBy(128, ...given), providers: [Books] },
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
        if (round > 0) for (const [what, value] of Object.entries(told)) ((seen[title] ??= {})[what] ??= []).push(value);
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
  for (const [title, told] of Object.entries(seen)) {
    const middle = (what) => median(told[what] ?? []);
    const spread = (what) => {
      if (!told[what]) return '';
      return `${whole(middle(what))} (${whole(Math.min(...told[what]))} to ${whole(Math.max(...told[what]))})`;
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
    for (const what of ['app', 'server']) if (told[what]) figures[`${engine}, ${title}, ${what}`] = { value: middle(what) };
  }
}
await gateway.stop();
const caption =
  `For each cancellation, from the call to its outcome; medians of ${ROUNDS} rounds of ${whole(LONE)} or ${whole(CALLS)}, in brackets the ` +
  'least and the most. Process: the app, with the request to KICC by the direct transport. Server: all processes of the database server. The ' +
  'gateway answers at once. A second: they come at random. Callers: each makes the next when the last is done. Syncs: of the server’s log; on PostgreSQL, the transactions that write, which share them. The handler writes a row.';
const heads = ['engine', 'how', '/s', 'process, CPU µs', 'server, CPU µs', 'syncs', 'log bytes'];
await writeResult('server-cost', { caption, heads, rows, figures });
