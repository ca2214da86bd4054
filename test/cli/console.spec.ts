import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectJournal } from '../../lib/cli/journal-connection.js';
import { runKicc } from '../../lib/cli/kicc-command-line.js';
import { ReviseBulkService, RevisePaymentService, type ReviseRequest } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { listen } from '../gateway/loopback-server.js';
import { MALL, until } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { kicc } from './run-kicc.js';
import { openShopWithBooks } from './shop-with-handlers.js';

/** The command while it runs. */
interface Running {
  readonly url: string;
  readonly said: { out: string; err: string };
  end(): Promise<number>;
}

async function start(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Running> {
  const said = { out: '', err: '' };
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  const ended = runKicc(['console', ...args], {
    out: (words) => void (said.out += words),
    err: (words) => void (said.err += words),
    env,
    interrupted,
  });
  let code: number | undefined;
  void ended.then((exitCode) => (code = exitCode));
  await until(() => code !== undefined || said.out !== '');
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(said.out)?.[0];
  if (url === undefined) throw new Error(`It did not start: ${said.err}`);
  return {
    url,
    said,
    end: () => {
      interrupt();
      return ended;
    },
  };
}

/** As a browser asks, whatever it was led by. */
async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const asking = request(url, { method, headers: { 'accept-language': 'ko', ...headers } }).end();
  const [response] = (await once(asking, 'response')) as [import('node:http').IncomingMessage];
  return { status: response.statusCode, headers: response.headers, html: await text(response) };
}

describe('kicc console', () => {
  it.each([
    [['--port', 'x'], '--port: give a TCP port'],
    [['--port', '65536'], '--port: give a TCP port'],
    [['--json'], "'--json'"],
  ])('%j is bad usage', async (args, words) => {
    const { exitCode, out, err } = await kicc({ DATABASE_URL: 'none.db' }, 'console', ...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });

  it('needs to know where the journal is, and that it is there', async () => {
    expect((await kicc({}, 'console')).err).toMatch(/^kicc: DATABASE_URL is not set\. /);
    const { exitCode, err } = await kicc({}, 'console', '--database', 'none.db');
    expect([exitCode, err]).toEqual([1, 'kicc: The database is a SQLite file that is not there. Give its path.\n']);
  });
});

describeEngines('kicc console', (engine) => {
  let database: JournalTestDatabase;
  let simulator: KiccSimulator;
  let shop: TestingModule;
  let url: string;
  let running: Running | undefined;

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    simulator = await KiccSimulator.start({ malls: [MALL] });
    shop = await openShopWithBooks(database.dataSource, simulator.url);
    const { options } = database.dataSource as { options: { database?: string; url?: string } };
    url = options.url ?? String(options.database);
  });
  afterEach(async () => {
    await running?.end();
    running = undefined;
    await shop.close();
    await simulator.stop();
    await database.drop();
  });

  async function lose(shopTransactionId: string): Promise<void> {
    simulator.inject({ fault: 'drop-answer', times: 1 });
    const { pgCno } = simulator.approve({ amount: 10_000 });
    const request: ReviseRequest = { shopTransactionId, pgCno, reviseTypeCode: '40' };
    await shop.get(RevisePaymentService).revise(request);
  }

  const rowsOf = (table: string): Promise<unknown[]> => database.dataSource.query(`SELECT * FROM ${table}`);

  it('shows every page of the journal, changes nothing and asks KICC nothing', async () => {
    await lose('lost-1');
    await lose('spoilt');
    await spoilRow(database.dataSource, { shopTransactionId: 'spoilt' });
    const bulks = shop.get(ReviseBulkService);
    await bulks.submit([{ shopTransactionId: 'row-1', pgCno: '26030212000000000001', reviseTypeCode: '40' }], {
      bulkId: 'b-1',
    });
    await bulks.pause('b-1');
    await shop.close();
    const tables = ['kicc_revision', 'kicc_bulk', 'kicc_bulk_row', 'kicc_notification'];
    const before = await Promise.all(tables.map(rowsOf));
    const requests = simulator.requests().length;

    running = await start({ DATABASE_URL: url }, '--port', '0');
    for (const view of ['today', 'find', 'bulks', 'bulk&id=b-1', 'charts', 'report&id=b-1']) {
      const { status, headers } = await ask(`${running.url}?view=${view}`);
      expect([view, status]).toEqual([view, 200]);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    const { html } = await ask(`${running.url}?view=revision&mall=${MALL.mallId}&id=lost-1`);
    expect(html).toContain('lost-1');
    expect(html).toContain('조회 전용');
    expect(html).toContain('판정은 앱의 콘솔에서 합니다.');
    expect(html).not.toMatch(/<form[^>]*method="post"/);
    expect((await ask(`${running.url}?view=revision&mall=${MALL.mallId}&id=spoilt`)).html).toContain('기록을 읽을 수 없음');
    expect((await ask(`${running.url}?view=charts`)).html).toContain('처리 중 2건');
    expect((await ask(`${running.url}elsewhere`)).status).toBe(404);
    expect((await ask(running.url, {}, 'POST')).status).toBe(405);

    expect(await running.end()).toBe(0);
    expect(running.said.err).toMatch(/^kicc: The journal's row of revision 'spoilt' .* cannot be read .*\n$/);
    expect(await Promise.all(tables.map(rowsOf))).toEqual(before);
    expect(simulator.requests()).toHaveLength(requests);
  });

  it('has the database itself refuse whatever would write', async () => {
    await lose('lost-1');
    // Which would settle it meanwhile.
    await shop.close();
    const held = await database.journal.find(MALL.mallId, 'lost-1');
    const connection = await connectJournal({ databaseUrl: url, schema: undefined, empty: [] }, () => undefined, 'look');
    try {
      // The driver's errors may be those of another test's realm, and so no errors of this one's.
      const refused = await connection.journal.save({ ...held!, version: held!.version + 1 }).catch((error: unknown) => error);
      expect((refused as Error).message).toMatch(/read.?only/i);
    } finally {
      await connection.close();
    }
    expect(await database.journal.find(MALL.mallId, 'lost-1')).toEqual(held);
  });

  const onPostgres = engine.name === 'postgres' ? it : it.skip;

  onPostgres('needs an account that may read, and no more', async () => {
    await lose('lost-1');
    const name = `kicc_reader_${process.pid}`;
    await database.dataSource.query(`CREATE ROLE ${name} LOGIN PASSWORD 'read'`);
    try {
      await database.dataSource.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`);
      const reader = Object.assign(new URL(url), { username: name, password: 'read' });
      running = await start({ DATABASE_URL: reader.href }, '--port', '0');
      expect((await ask(`${running.url}?view=revision&mall=${MALL.mallId}&id=lost-1`)).html).toContain('lost-1');
      expect((await ask(`${running.url}?view=charts`)).html).toContain('처리 중 1건');
      await running.end();
    } finally {
      await database.dataSource.query(`DROP OWNED BY ${name}`);
      await database.dataSource.query(`DROP ROLE ${name}`);
    }
  });

  onPostgres(
    'refuses a connection that would not be read-only, as behind a pooler that drops what it does not know',
    async () => {
      const server = new URL(url);
      const dropped = '-c default_transaction_read_only=on';
      const pooler = createServer((client) => {
        const upstream = connect(Number(server.port), server.hostname);
        client.once('data', (first: Buffer) => {
          const kept = '-c application_name=pooled'.padEnd(dropped.length);
          upstream.write(Buffer.from(first.toString('latin1').replace(dropped, kept), 'latin1'));
          client.pipe(upstream).pipe(client);
        });
        client.on('error', () => upstream.destroy());
        upstream.on('error', () => client.destroy());
      });
      const { port, stop } = await listen(pooler);
      const pooled = Object.assign(new URL(url), { port });
      const { exitCode, err } = await kicc({ DATABASE_URL: pooled.href }, 'console', '--port', '0');
      await stop();
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^kicc: The database gives no read-only connection by this URL/);
    },
  );

  it('shows the malls that it is told, or all there are by now', async () => {
    await lose('lost-1');
    running = await start({}, '--database', url, '--port', '0', '--mall', 'T0000002');
    expect((await ask(`${running.url}?view=charts`)).html).toContain('처리 중인 취소가 없습니다');
    await running.end();
    running = await start({}, '--database', url, '--port', '0');
    expect((await ask(`${running.url}?view=charts`)).html).toContain('처리 중 1건');
  });

  it('answers nobody whom another site has led here', async () => {
    running = await start({ DATABASE_URL: url }, '--port', '0');
    const { port } = new URL(running.url);
    for (const host of [`127.0.0.1:${port}`, 'localhost:4000', '[::1]']) {
      expect([host, (await ask(running.url, { host })).status]).toEqual([host, 200]);
    }
    for (const host of [
      'shop.example',
      `127.0.0.1.evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1@evil.example',
      ' ',
    ]) {
      expect([host, (await ask(running.url, { host })).status]).toEqual([host, 403]);
    }
    for (const [site, status] of Object.entries({ 'same-origin': 200, none: 200, 'same-site': 403, 'cross-site': 403 })) {
      expect([site, (await ask(running.url, { 'sec-fetch-site': site })).status]).toEqual([site, status]);
    }
  });

  it('says so where the port is taken', async () => {
    running = await start({ DATABASE_URL: url }, '--port', '0');
    const { port } = new URL(running.url);
    const { exitCode, err } = await kicc({ DATABASE_URL: url }, 'console', '--port', port);
    expect([exitCode, err]).toEqual([1, `kicc: port ${port} is in use; choose another by --port, 0 for any free one.\n`]);
  });

  it('ends when it is told to, though somebody is looking', async () => {
    const child = spawn(process.execPath, ['dist/esm/cli/kicc.cli.js', 'console', '--port', '0'], {
      env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: url },
    });
    const [greeting] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const at = /http:\S+/.exec(greeting)?.[0] ?? '';
    const live = request(`${at}?view=charts&live=1`).end();
    const [events] = (await once(live, 'response')) as [import('node:http').IncomingMessage];
    expect(events.headers['content-type']).toBe('text/event-stream');
    events.resume().on('error', () => undefined);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});
