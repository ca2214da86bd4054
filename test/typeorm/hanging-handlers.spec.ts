import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn, type DataSourceOptions, type EntityManager } from 'typeorm';
import {
  KiccModule,
  OnKiccNotification,
  ReviseJournalError,
  ReviseRecovery,
  RevisePaymentService,
  type ReviseOutcome,
  type Revision,
} from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { OnRevisionSettled, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { MALL, recordLog, until } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

@Entity('refund_book')
class BookEntry {
  @PrimaryColumn({ type: 'varchar', length: 60 })
  id!: string;

  @Column({ type: 'varchar', length: 20 })
  status!: string;
}
const TABLE = 'CREATE TABLE refund_book (id VARCHAR(60) PRIMARY KEY, status VARCHAR(20) NOT NULL)';

type Handler = (manager: EntityManager, revision: Revision) => Promise<unknown>;
const nothing: Handler = () => Promise.resolve();
const forEver: Handler = () => new Promise(() => undefined);

class Bookkeeping {
  also: Handler = nothing;

  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager): Promise<void> {
    // Written twice, it fails.
    await manager.insert(BookEntry, { id: revision.shopTransactionId, status: revision.status });
    await this.also(manager, revision);
  }
}

@Injectable()
class Notified {
  @OnKiccNotification('20')
  hear(): void {}
}

interface AppOptions {
  readonly pool?: number;
  readonly replicated?: boolean;
  readonly providers?: readonly object[];
  readonly handlerTimeoutMs?: number;
  readonly connectionWaitMs?: number;
}

interface App {
  readonly testing: TestingModule;
  readonly payments: RevisePaymentService;
  readonly source: DataSource;
  close(): Promise<void>;
}

describeEngines('handlers that hang', (engine) => {
  let database: JournalTestDatabase;
  let kicc: KiccSimulator;
  let books: Bookkeeping;
  let apps: App[];
  let log: string[];
  let time: Date;

  beforeEach(async () => {
    time = new Date('2026-03-02T03:00:00Z');
    database = await openTestDatabase(engine, { entities: [BookEntry], tables: [TABLE] });
    kicc = await KiccSimulator.start({ malls: [MALL], now: () => time });
    books = new Bookkeeping();
    apps = [];
    log = [];
  });
  afterEach(async () => {
    for (const app of apps) await app.close();
    await kicc.stop();
    await database.drop();
  });

  async function open(options: AppOptions = {}): Promise<App> {
    const { pool, replicated = false, handlerTimeoutMs, connectionWaitMs } = options;
    const providers = options.providers ?? [{ provide: Bookkeeping, useValue: books }];
    const extra = { postgres: { max: pool }, mariadb: { connectionLimit: pool }, sqlite: {} }[engine.name];
    const { url } = database.dataSource.options as { readonly url?: string };
    const source = await new DataSource({
      ...database.dataSource.options,
      ...(pool === undefined ? {} : { extra }),
      ...(replicated ? { replication: { master: { url }, slaves: [{ url }] } } : {}),
    } as DataSourceOptions).initialize();
    const recorded = recordLog();
    log = recorded.errors;
    const testing = await Test.createTestingModule({
      imports: [
        KiccModule.forRoot({
          environment: 'test',
          baseUrl: kicc.url,
          ...MALL,
          now: () => time,
          settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: 0 },
          handlerTimeoutMs,
          journal: {
            inject: [ModulesContainer],
            useFactory: (modules: ModulesContainer) => new TypeOrmReviseJournal(source, modules, undefined, connectionWaitMs),
          },
        }),
      ],
      providers: [...providers] as (new () => object)[],
    })
      .setLogger(recorded.logger)
      .compile();
    const close = async (): Promise<void> => {
      await testing.close();
      if (source.isInitialized) await source.destroy();
    };
    const app = { testing, source, close, payments: testing.get(RevisePaymentService) };
    apps.push(app);
    await testing.init();
    return app;
  }

  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `refund-${index}`);
  const cancel = ({ payments }: App, shopTransactionId: string): Promise<ReviseOutcome> =>
    payments.cancel({ shopTransactionId, pgCno: kicc.approve({ amount: 10_000 }).pgCno });
  const cancelAll = (app: App, count: number): Promise<ReviseOutcome[]> => Promise.all(ids(count).map((id) => cancel(app, id)));
  const sweep = ({ testing }: App): Promise<void> => {
    time = new Date(time.getTime() + 60_000);
    return testing.get(ReviseRecovery).sweep();
  };
  const booked = async (): Promise<string[]> =>
    (await database.dataSource.getRepository(BookEntry).find()).map(({ id }) => id).toSorted();
  const statuses = (outcomes: readonly ReviseOutcome[]): string[] => [...new Set(outcomes.map(({ status }) => status))];
  const lastOf = async ({ payments }: App, id = 'refund-0'): Promise<unknown> => (await payments.find(id))?.trail.at(-1)?.event;

  it('are ended by the time limit: calls answer, others go on, and once mended it is settled and booked once', async () => {
    const app = await open({ handlerTimeoutMs: 600 });
    books.also = (manager, revision) => (revision.shopTransactionId === 'refund-0' ? forEver : nothing)(manager, revision);
    const [hung, other] = await Promise.all([cancel(app, 'refund-0'), cancel(app, 'refund-1')]);
    expect(hung).toMatchObject({ status: 'unknown', revision: { response: { resCd: '0000' } } });
    expect(other.status).toBe('succeeded');
    expect(await lastOf(app)).toBe('handlerFailed');
    expect(log.join('\n')).toMatch(/Bookkeeping.book failed \(no end after 600 ms: .*refund-0/);

    kicc.inject({ fault: 'drop-answer', when: 'after', times: 1 });
    await cancel(app, 'refund-2');
    await sweep(app);
    expect(await app.payments.find('refund-2')).toMatchObject({ status: 'succeeded' });
    expect(await lastOf(app)).toBe('handlerFailed');
    expect(await booked()).toEqual(['refund-1', 'refund-2']);

    books.also = nothing;
    time = new Date(time.getTime() + 60 * 60_000);
    await sweep(app);
    expect(await app.payments.find('refund-0')).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(await booked()).toEqual(ids(3));
    expect(kicc.effects()).toHaveLength(3);
  });

  it('can write nothing once their time is up, by whatever they still have', async () => {
    const app = await open({ handlerTimeoutMs: 600 });
    const late: Promise<string>[] = [];
    const write = (act: Promise<unknown> | undefined): void =>
      void late.push(
        Promise.resolve(act).then(
          () => 'written',
          () => 'refused',
        ),
      );
    let goOn: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const entry = (id: string): object => ({ id, status: 'late' });
    const insert = (id: string): string => `INSERT INTO refund_book (id, status) VALUES ('${id}', 'late')`;
    const longQuery = { postgres: 'SELECT pg_sleep(1.5)', mariadb: 'SELECT SLEEP(1.5)', sqlite: undefined }[engine.name];
    books.also = async (manager) => {
      const { queryRunner } = manager;
      await manager.query(insert('early')).catch(() => undefined);
      // Of this, it is in the midst when its time is up.
      if (longQuery !== undefined) write(manager.query(longQuery).then(() => manager.query(insert('late-0'))));
      await gate;
      write(manager.query(insert('late-1')));
      // Known to the connection from before.
      write(manager.query(insert('early')));
      write(manager.save(BookEntry, entry('late-2')));
      write(manager.getRepository(BookEntry).insert(entry('late-3')));
      write(manager.transaction((inner) => inner.save(BookEntry, entry('late-4'))));
      write(queryRunner?.query(insert('late-5')));
      write(queryRunner?.startTransaction());
      goOn = undefined;
    };
    expect(await cancel(app, 'refund-0')).toMatchObject({ status: 'unknown' });
    goOn?.();
    await until(() => goOn === undefined, 'the late writes');
    expect(new Set(await Promise.all(late))).toEqual(new Set(['refused']));
    expect(await booked()).toEqual([]);
    books.also = nothing;
    await sweep(app);
    expect(await booked()).toEqual(['refund-0']);
  });

  it('that have not had their turn in time leave the word of KICC behind, each', async () => {
    const app = await open({ pool: 4, handlerTimeoutMs: 1_600, connectionWaitMs: 800 });
    books.also = forEver;
    expect(statuses(await cancelAll(app, 8))).toEqual(['unknown']);
    for (const id of ids(8)) expect(await lastOf(app, id)).toBe('handlerFailed');
    expect(log.join('\n')).toMatch(/Bookkeeping.book failed \(no turn came within 800 ms: /);
    const asked = kicc.requests().length;
    books.also = nothing;
    for (let turn = 0; turn < 8 && (await booked()).length < 8; turn++) await sweep(app);
    expect(await booked()).toEqual(ids(8));
    expect(kicc.requests()).toHaveLength(asked);
    expect(kicc.effects()).toHaveLength(8);
  });

  if (engine.name === 'sqlite') {
    it('need no pool', async () => {
      expect((await cancel(await open({ pool: 1 }), 'refund-0')).status).toBe('succeeded');
    });
    return;
  }

  it.each([2, 4, 10])('by another connection do not, of a pool of %i', async (pool) => {
    const app = await open({ pool });
    books.also = () => app.source.query('SELECT 1');
    expect(statuses(await cancelAll(app, 3 * pool))).toEqual(['succeeded']);
    expect(await booked()).toHaveLength(3 * pool);
    expect(log).toEqual([]);
  });

  it('by a connection that the shop holds are ended, and the revisions settled when it lets go', async () => {
    const app = await open({ pool: 4, handlerTimeoutMs: 800 });
    const runners = [app.source.createQueryRunner(), app.source.createQueryRunner(), app.source.createQueryRunner()];
    for (const runner of runners) await runner.connect();
    books.also = () => app.source.query('SELECT 1');
    const outcomes = await cancelAll(app, 2);
    for (const runner of runners) await runner.release();
    expect(outcomes.map(({ revision }) => revision.response?.resCd)).toEqual(['0000', '0000']);
    await sweep(app);
    await sweep(app);
    expect(await booked()).toEqual(ids(2));
    expect(kicc.effects()).toHaveLength(2);
  });

  it('do not freeze an app that starts with what they have left open', async () => {
    const before = await open({ pool: 4, handlerTimeoutMs: 800 });
    books.also = forEver;
    await cancelAll(before, 6);
    await before.close();
    const app = await open({ pool: 4, handlerTimeoutMs: 800 });
    await sweep(app);
    expect(await app.payments.find('refund-0')).toMatchObject({ status: 'unknown' });
    books.also = () => app.source.query('SELECT 1');
    time = new Date(time.getTime() + 60 * 60_000);
    await sweep(app);
    expect(await booked()).toEqual(ids(6));
    expect(kicc.effects()).toHaveLength(6);
  });

  it('for a lock of the transaction in which the call is awaited let it answer', async () => {
    const app = await open({ handlerTimeoutMs: 900 });
    await app.source.manager.insert(BookEntry, { id: 'order', status: 'paid' });
    books.also = (manager) => manager.update(BookEntry, { id: 'order' }, { status: 'refunded' });
    await app.source.transaction(async (manager) => {
      await manager.update(BookEntry, { id: 'order' }, { status: 'cancelled' });
      expect(await cancel(app, 'refund-0')).toMatchObject({ status: 'unknown' });
    });
    expect(await lastOf(app)).toBe('handlerFailed');
    await sweep(app);
    expect(await booked()).toEqual(['order', 'refund-0']);
    expect(await app.source.manager.findOneBy(BookEntry, { id: 'order' })).toMatchObject({ status: 'refunded' });
  });

  it('leave the connections of the pool as they were', async () => {
    const app = await open({ pool: 2, handlerTimeoutMs: 2_000 });
    await cancel(app, 'refund-0');
    const sql = engine.name === 'postgres' ? 'SHOW statement_timeout' : 'SELECT @@innodb_lock_wait_timeout';
    const usual = await database.dataSource.query<unknown>(sql);
    const runners = [app.source.createQueryRunner(), app.source.createQueryRunner()];
    for (const runner of runners) expect(await runner.query(sql)).toEqual(usual);
    for (const runner of runners) await runner.release();
  });

  it.each<[string, AppOptions]>([
    ['revisions', {}],
    ['revisions, with replicas,', { replicated: true }],
    ['notifications', { providers: [Notified] }],
  ])('of %s are refused on a pool of one, at start', async (_, options) => {
    const remedy =
      engine.name === 'postgres' ? /1 connection.*extra: \{ max: 2 \}/ : /1 connection.*extra: \{ connectionLimit: 2 \}/;
    await expect(open({ pool: 1, ...options })).rejects.toThrow(remedy);
  });

  describe('that are none: a pool of one', () => {
    it('answers what is awaited in a transaction that holds it, takes nothing in, and goes on after', async () => {
      const app = await open({ pool: 1, providers: [], connectionWaitMs: 600 });
      await app.source.transaction(async () => {
        const calls = await Promise.allSettled([
          cancel(app, 'refund-0'),
          cancel(app, 'refund-1'),
          app.payments.find('refund-0'),
        ]);
        for (const call of calls) {
          const reason: unknown = call.status === 'rejected' ? call.reason : undefined;
          expect(reason).toBeInstanceOf(ReviseJournalError);
          expect(reason).toMatchObject({ mayBeTakenIn: false });
          expect(String(reason)).toMatch(/NoConnectionError: no connection of the pool came within 600 ms: .*transaction/);
        }
      });
      expect(kicc.requests()).toEqual([]);
      expect(await app.payments.find('refund-0')).toBeUndefined();
      expect((await cancel(app, 'refund-0')).status).toBe('succeeded');
    });
  });
});
