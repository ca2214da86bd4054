import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, renameSync, unlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { KiccModule, ReviseJournalError, RevisePaymentService } from '../../lib/index.js';
import { KiccHealthIndicator } from '../../lib/terminus/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { engines, type TestDatabase } from '../engines/engine.js';
import { MALL, recordLog, until } from '../revise/shop.js';

let database: TestDatabase;
let file: string;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  const sqlite = engines.find(({ name }) => name === 'sqlite');
  if (!sqlite) throw new Error('SQLite is always there.');
  database = await sqlite.createDatabase();
  file = String(database.options.database);
  closing.push(() => database.drop());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(settings: object = {}): Promise<TypeOrmReviseJournal> {
  const options = {
    ...database.options,
    migrations: [...kiccMigrations],
    migrationsRun: true,
    ...settings,
  } as DataSourceOptions;
  const dataSource = await new DataSource(options).initialize();
  const journal = new TypeOrmReviseJournal(dataSource);
  closing.push(() => dataSource.destroy());
  closing.push(() => journal.onApplicationShutdown());
  return journal;
}

async function openApp(settings: object = {}) {
  const kicc = await KiccSimulator.start({ malls: [MALL] });
  closing.push(() => kicc.stop());
  const { logger, errors } = recordLog();
  const journal = await connect(settings);
  const options = { environment: 'test', baseUrl: kicc.url, ...MALL, settlement: { waitMs: 0, sweepEveryMs: false } } as const;
  const app = await Test.createTestingModule({
    imports: [TerminusModule, KiccModule.forRoot({ ...options, journal: { useFactory: () => journal } })],
    providers: [KiccHealthIndicator],
  })
    .setLogger(logger)
    .compile();
  app.useLogger(logger);
  closing.push(() => app.close());
  await app.init();
  const payments = app.get(RevisePaymentService);
  return {
    kicc,
    errors,
    payments,
    cancel: (shopTransactionId: string) =>
      payments.cancel({ shopTransactionId, pgCno: kicc.approve({ amount: 10_000 }).pgCno }),
    health: () => app.get(KiccHealthIndicator).isHealthy('kicc'),
  };
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

describe('a file of SQLite that is lost while the app runs', () => {
  const replace = (path: string): void => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
  };
  it.each([
    ['the database was deleted', '', unlinkSync, /shop\.db was deleted/],
    ['the database was replaced', '', replace, /shop\.db was replaced/],
    ['its log was deleted', '-wal', unlinkSync, /shop\.db-wal was deleted/],
    ['its log was replaced', '-wal', replace, /shop\.db-wal was replaced/],
    ['its index was deleted', '-shm', unlinkSync, /shop\.db-shm was deleted/],
  ] as const)('sends nothing: %s', async (_, suffix, lose, words) => {
    const { kicc, errors, payments, cancel, health } = await openApp();
    expect((await cancel('refund-1')).status).toBe('succeeded');
    expect((await health()).kicc).toMatchObject({ status: 'up' });
    const sent = kicc.requests().length;

    lose(file + suffix);
    for (const call of [() => cancel('refund-2'), () => payments.find('refund-1'), () => cancel('refund-2')]) {
      const error = await failure(call());
      expect(error).toBeInstanceOf(ReviseJournalError);
      expect(error).toMatchObject({ reason: expect.stringMatching(words), mayBeTakenIn: false });
    }
    expect(kicc.requests()).toHaveLength(sent);
    expect((await health()).kicc).toMatchObject({ status: 'down', reasons: [expect.stringMatching(words)] });
    expect(errors.filter((line) => words.test(line))).toHaveLength(1);
  });

  it('goes on where the file was only moved away, and is back', async () => {
    const { cancel } = await openApp();
    renameSync(file, `${file}.away`);
    expect(await failure(cancel('refund-1'))).toBeInstanceOf(ReviseJournalError);
    renameSync(`${file}.away`, file);
    expect((await cancel('refund-1')).status).toBe('succeeded');
  });
});

describe('a file of SQLite that another process has locked', () => {
  let holder: ChildProcess;
  beforeEach(() => {
    holder = fork(new URL('./lock-sqlite.mjs', import.meta.url), { env: { ...process.env, NODE_OPTIONS: '' } });
    closing.push(async () => {
      const ended = once(holder, 'exit');
      if (holder.kill()) await ended;
    });
  });
  const ask = async (message: object): Promise<void> => {
    holder.send(message);
    await once(holder, 'message');
  };

  it("is waited for as long as the driver's timeout says", async () => {
    let tries = 0;
    const verbose = (sql: unknown): void => void (sql === 'BEGIN IMMEDIATE' && tries++);
    const { cancel } = await openApp({ timeout: 60_000, verbose });
    await ask({ lock: file });
    tries = 0;
    const cancelling = cancel('refund-1');
    // More than other locks are waited for.
    await until(() => tries > 12, 'the thirteenth try');
    await ask({});
    expect((await cancelling).status).toBe('succeeded');
  });

  it('is told as the reason where that was too short', async () => {
    const { kicc, cancel } = await openApp({ timeout: 50 });
    await ask({ lock: file });
    const errors = await Promise.all([cancel('refund-1'), cancel('refund-2')].map(failure));
    for (const error of errors) {
      expect(error).toBeInstanceOf(ReviseJournalError);
      expect(error).toMatchObject({
        reason: expect.stringMatching(/shop\.db was locked by another.* 50 ms/),
        mayBeTakenIn: false,
      });
    }
    expect(kicc.requests()).toEqual([]);
    await ask({});
    expect((await cancel('refund-1')).status).toBe('succeeded');
  });

  it('is told as the reason at start, too', async () => {
    const journal = await connect({ timeout: 50 });
    await ask({ lock: file });
    await expect(journal.onModuleInit()).rejects.toThrow(/shop\.db was locked by another/);
  });
});
