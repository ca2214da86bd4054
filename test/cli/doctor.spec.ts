import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { checkApi } from '../../lib/cli/api-checks.js';
import type { Check } from '../../lib/cli/check.js';
import { RevisePaymentService } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { kiccMigrations } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { listen, serve, type LoopbackServer } from '../gateway/loopback-server.js';
import { MALL } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { kicc } from './run-kicc.js';
import { openShopWithBooks } from './shop-with-handlers.js';

const ENV = { KICC_ENVIRONMENT: 'test', KICC_MALL_ID: MALL.mallId, KICC_SECRET_KEY: MALL.secretKey };

/** What the doctor says, by the name of the check. */
async function examine(env: Readonly<Record<string, string>>, ...args: string[]) {
  const { exitCode, out, err } = await kicc(env, 'doctor', '--json', ...args);
  expect(err).toBe('');
  expect(out).not.toContain(MALL.secretKey);
  const { ok, checks } = JSON.parse(out) as { ok: boolean; checks: Check[] };
  expect(exitCode).toBe(ok ? 0 : 1);
  const of = (name: string): Check[] => checks.filter((check) => check.name === name);
  return { exitCode, checks, of };
}

describe('kicc doctor', () => {
  let folder: string;
  let api: LoopbackServer;
  let requests: string[];
  /** The API's clock. */
  let time: () => Date;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-doctor-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    requests = [];
    time = () => new Date();
    api = await serve((response, { method, url, headers }) => {
      requests.push(`${method} ${url} ${Object.keys(headers).sort().join()}`);
      response.writeHead(404, { Date: time().toUTCString() }).end();
    });
  });
  afterEach(() => api.stop());

  describe('the configuration', () => {
    it('names every variable that is not set, and asks nobody', async () => {
      const { exitCode, checks, of } = await examine({});
      expect(exitCode).toBe(1);
      expect(of('configuration')).toEqual([
        {
          name: 'configuration',
          status: 'fail',
          message: 'KICC_ENVIRONMENT, KICC_MALL_ID, KICC_SECRET_KEY: not set',
          remedy: 'Set them in the environment, or in the file that --env-file names, such as .env',
        },
      ]);
      expect(checks.map(({ name }) => name)).toEqual(['configuration', 'signer', 'encoding', 'journal']);
    });

    it('tells what was left empty from what is not set', async () => {
      const { of } = await examine({ KICC_ENVIRONMENT: 'test', KICC_SECRET_KEY: '', DATABASE_URL: '' });
      expect(of('configuration')).toMatchObject([{ message: 'KICC_MALL_ID: not set; KICC_SECRET_KEY: set, but empty' }]);
      expect(of('journal')).toMatchObject([{ message: 'not looked at: DATABASE_URL is set, but empty' }]);
    });

    it.each([
      [{ KICC_SECRET_KEY: `${MALL.secretKey}\n` }, 'KICC_SECRET_KEY: begins or ends with white space'],
      [{ KICC_SECRET_KEY: '   ' }, 'KICC_SECRET_KEY: is missing'],
      [{ KICC_ENVIRONMENT: 'prod' }, "KICC_ENVIRONMENT: set 'test' or 'production'"],
      [{ KICC_ENVIRONMENT: 'production' }, 'KICC_MALL_ID: T0000001 is a mall of the test environment'],
      [{ KICC_MALL_ID: 'T00000001' }, 'KICC_MALL_ID: '],
      [{ KICC_BASE_URL: 'http://kicc.example' }, 'KICC_BASE_URL: use https'],
      [{ KICC_OPEN_CODES: 'A1' }, 'KICC_OPEN_CODES: give'],
      [{ KICC_PERSONAL_DATA_KEYS: 'k1:short-key' }, 'KICC_PERSONAL_DATA_KEYS'],
    ])('finds what is wrong with %j', async (env, words) => {
      const { exitCode, of } = await examine({ ...ENV, ...env });
      expect(exitCode).toBe(1);
      expect(of('configuration').map(({ status, message }) => [status, message])).toEqual([
        ['fail', expect.stringContaining(words)],
      ]);
      expect(JSON.stringify(of('configuration'))).not.toContain('short-key');
      expect(requests).toEqual([]);
    });

    it('comes from options, the environment and a file, in this order', async () => {
      const file = join(folder, '.env');
      writeFileSync(file, `KICC_MALL_ID=T0000009\nKICC_SECRET_KEY="from the file"\nKICC_BASE_URL=${api.url}\n`);
      const { of } = await examine({ KICC_ENVIRONMENT: 'test', KICC_MALL_ID: 'T0000002' }, '--env-file', file);
      expect(of('configuration')).toMatchObject([{ status: 'ok', message: `test, mall T0000002, ${api.url}` }]);
      const given = await examine(
        { KICC_SECRET_KEY: 'x', KICC_BASE_URL: 'http://127.0.0.1:9' },
        ...[...['--environment', 'test', '--mall', 'T0000003', '--base-url', api.url]],
      );
      expect(given.of('configuration')).toMatchObject([{ message: `test, mall T0000003, ${api.url}` }]);
    });

    it.each([
      [['--env-file', '/nowhere/.env'], '--env-file cannot be read (ENOENT)'],
      [['--mall', 'T0000002'], '--mall is T0000002, but KICC_SECRET_KEY stands beside KICC_MALL_ID T0000001'],
      [['--secret-key', 'x'], '--secret-key'],
      [['more'], 'more'],
    ])('refuses %j', async (args, words) => {
      const { exitCode, out, err } = await kicc(ENV, 'doctor', ...args);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toContain(words);
      expect(err.trimEnd()).not.toContain('\n');
    });
  });

  it('holds the signer against a known signature', async () => {
    const { of } = await examine({});
    expect(of('signer')).toMatchObject([{ status: 'ok' }]);
  });

  it('looks whether this Node reads EUC-KR, as notifications in the legacy form are written', async () => {
    expect((await examine({})).of('encoding')).toMatchObject([{ status: 'ok' }]);
    const Full = globalThis.TextDecoder;
    // As Node is where ICU has no converters.
    globalThis.TextDecoder = class extends Full {
      constructor(label = 'utf-8', options?: ConstructorParameters<typeof Full>[1]) {
        if (label === 'euc-kr') throw new RangeError(`The "${label}" encoding is not supported`);
        super(label, options);
      }
    };
    try {
      expect((await examine({})).of('encoding')).toMatchObject([{ status: 'warn', remedy: expect.stringContaining('ICU') }]);
    } finally {
      globalThis.TextDecoder = Full;
    }
  });

  describe('the API domain', () => {
    const env = () => ({ ...ENV, KICC_BASE_URL: api.url });

    it('is asked for its head alone, without key or mall', async () => {
      const { exitCode, of } = await examine(env());
      expect(exitCode).toBe(0);
      expect(of('dns')).toMatchObject([{ status: 'ok', message: '127.0.0.1 is an address itself' }]);
      expect(of('api')).toMatchObject([{ status: 'ok', message: expect.stringContaining('(HTTP 404); without TLS') }]);
      expect(requests).toEqual(['HEAD / connection,host']);
      expect(api.bodies).toEqual(['']);
    });

    it.each([
      [0, 'ok', "2026-11-27 00:00:00 in Korea, as the API domain's clock says; cancelReqDate is 20261127"],
      [-4_000, 'ok', "in Korea, 4 s ahead of the API domain's clock"],
      [-20_000, 'warn', "in Korea, 20 s ahead of the API domain's clock"],
      [20_000, 'warn', "in Korea, 20 s behind the API domain's clock"],
      [3_600_000, 'fail', "in Korea, 3600 s behind the API domain's clock"],
    ])('tells the time: an API %i ms ahead is %s', async (ahead, status, words) => {
      // A moment after midnight in Korea, in the middle of a second, as a Date header means it.
      const now = new Date('2026-11-26T15:00:00.500Z');
      time = () => new Date(now.getTime() + ahead);
      const checks = await checkApi(api.url, () => now);
      expect(checks.filter(({ name }) => name === 'clock')).toMatchObject([
        { status, message: expect.stringContaining(words) },
      ]);
    });

    it('may not tell the time', async () => {
      time = () => new Date(NaN);
      const checks = await checkApi(api.url);
      expect(checks.filter(({ name }) => name === 'clock')).toMatchObject([{ status: 'warn' }]);
    });

    it('is looked up by its name', async () => {
      const { of } = await examine({ ...ENV, KICC_BASE_URL: `http://localhost:${api.port}` });
      expect(of('dns')).toMatchObject([{ status: 'ok', message: expect.stringMatching(/^localhost is .*127\.0\.0\.1/) }]);
    });

    it('may not answer', async () => {
      await api.stop();
      const { exitCode, of } = await examine(env());
      expect(exitCode).toBe(1);
      expect(of('api')).toMatchObject([{ status: 'fail', message: `${api.url} does not answer (ECONNREFUSED)` }]);
      expect(of('api')[0]?.remedy).toContain(`TCP port ${api.port}`);
      expect(of('clock')).toMatchObject([{ status: 'warn' }]);
    });

    it('may have no address', async () => {
      // Too long for a name, so nobody is asked.
      const { exitCode, of } = await examine({ ...ENV, KICC_BASE_URL: `https://${'k'.repeat(64)}.invalid` });
      expect(exitCode).toBe(1);
      expect(of('dns')).toMatchObject([{ status: 'fail', message: expect.stringContaining('has no address') }]);
      expect(of('api')).toEqual([]);
    });

    it('is not trusted without a certificate that can be checked', async () => {
      const [key, cert] = certificate(folder);
      const server = https.createServer({ key, cert }, (_request, response) => response.end());
      const { port, stop } = await listen(server);
      const { exitCode, of } = await examine({ ...ENV, KICC_BASE_URL: `https://127.0.0.1:${port}` });
      await stop();
      expect(exitCode).toBe(1);
      expect(of('api')).toMatchObject([
        { status: 'fail', message: expect.stringContaining('cannot be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)') },
      ]);
    });
  });

  describe('the journal', () => {
    const env = (databaseUrl: string) => ({ ...ENV, KICC_BASE_URL: api.url, DATABASE_URL: databaseUrl });

    it('is not looked at where none is named', async () => {
      const { exitCode, of } = await examine({ ...ENV, KICC_BASE_URL: api.url });
      expect(exitCode).toBe(0);
      expect(of('journal')).toMatchObject([{ status: 'warn', message: 'not looked at: DATABASE_URL is not set' }]);
    });

    it('has to be there, and is not made', async () => {
      const file = join(folder, 'missing.db');
      const { exitCode, of } = await examine(env(file));
      expect(exitCode).toBe(1);
      expect(of('journal')).toMatchObject([{ status: 'fail', message: expect.stringContaining('not there') }]);
      expect(existsSync(file)).toBe(false);
    });

    it.each([
      ['oracle://shop:hidden-word@127.0.0.1/shop', 'not known (oracle)'],
      ['postgres://shop:hidden-word@127.0.0.1:9/shop', '(ECONNREFUSED)'],
      ['mysql://shop:hidden-word@127.0.0.1:9/shop', '(ECONNREFUSED)'],
      ['mariadb://shop:hidden-word@127.0.0.1:9/shop', '(ECONNREFUSED)'],
    ])('cannot be %s', async (url, words) => {
      const { exitCode, checks, of } = await examine(env(url));
      expect(exitCode).toBe(1);
      expect(of('journal')).toMatchObject([{ status: 'fail', message: expect.stringContaining(words) }]);
      expect(JSON.stringify(checks)).not.toContain('hidden-word');
    });

    it('has to be migrated, whole', async () => {
      const file = join(folder, 'bare.db');
      const bare = await new DataSource({
        type: 'better-sqlite3',
        database: file,
        migrations: [...kiccMigrations].slice(0, 2),
      }).initialize();
      await bare.query('CREATE TABLE orders (id INTEGER)');
      expect((await examine(env(file))).of('journal')).toMatchObject([
        {
          status: 'fail',
          message: expect.stringMatching(/^kicc_revision, kicc_bulk, kicc_bulk_row, kicc_notification: cannot be read/),
        },
      ]);
      // What the newest migration adds is missing: a table, and a column of another.
      await bare.runMigrations();
      expect((await examine(env(file))).of('journal')).toMatchObject([
        { status: 'fail', message: expect.stringMatching(/^kicc_revision, kicc_notification: cannot be read/) },
      ]);
      await bare.destroy();
    });
  });

  it('speaks to people, too', async () => {
    const { exitCode, out } = await kicc({ ...ENV, KICC_BASE_URL: api.url, DATABASE_URL: '/nowhere/shop.db' }, 'doctor');
    expect(exitCode).toBe(1);
    expect(out).toContain(`ok    configuration  test, mall T0000001, ${api.url}\n`);
    expect(out).toContain('FAIL  journal        The database is a SQLite file that is not there.');
    expect(out).toMatch(/\n {21}-> Put it right: without its journal, the app sends nothing\.\n/);
    expect(out).toMatch(/\n6 ok, 0 to look at, 1 failed\.\n$/);
    expect(out).not.toContain(MALL.secretKey);
  });
});

describeEngines("kicc doctor and a shop's journal", (engine) => {
  let database: JournalTestDatabase;
  let simulator: KiccSimulator;

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    simulator = await KiccSimulator.start({ malls: [MALL] });
  });
  afterEach(async () => {
    await simulator.stop();
    await database.drop();
  });

  it('counts what is open, and what a person has to look at', async () => {
    const { options } = database.dataSource as { options: { database?: string; url?: string } };
    const env = { ...ENV, KICC_BASE_URL: simulator.url, DATABASE_URL: options.url ?? String(options.database) };
    const empty = await examine(env);
    expect(empty.exitCode).toBe(0);
    expect(empty.of('journal')[0]).toMatchObject({ status: 'ok', message: expect.stringContaining('as they should be') });
    expect(empty.of('revisions')).toMatchObject([{ status: 'ok', message: '0 open' }]);

    const shop = await openShopWithBooks(database.dataSource, simulator.url);
    const payments = shop.get(RevisePaymentService);
    simulator.inject({ fault: 'drop-answer', times: 1 });
    const { pgCno } = simulator.approve({ amount: 10_000 });
    const { revision } = await payments.cancel({ shopTransactionId: 'lost', pgCno });
    await shop.close();
    await database.journal.save({ ...revision, status: 'escalated', version: revision.version + 1 });

    const { exitCode, of } = await examine(env);
    // Somebody has to act, but nothing is broken.
    expect(exitCode).toBe(0);
    expect(of('revisions')).toMatchObject([
      { status: 'ok', message: expect.stringMatching(/^1 open, the oldest since \d{4}-\d\d-\d\d [\d:]{8} in Korea$/) },
      { status: 'warn', message: expect.stringContaining('1 escalated') },
    ]);
    expect((await examine({ ...env, KICC_MALL_ID: 'T0000002' })).of('revisions')).toMatchObject([{ message: '0 open' }]);
  });
});

/** A certificate for 127.0.0.1 that nobody has signed but itself. */
function certificate(folder: string): [key: string, cert: string] {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-keyout', keyFile, '-out', certFile];
  execFileSync('openssl', ['req', ...options, ...subject], { stdio: 'ignore' });
  return [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
}
