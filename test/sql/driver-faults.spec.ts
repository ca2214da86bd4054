import { rename, copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ModulesContainer } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { NotificationEvent } from '../../lib/journal/kicc-notification-store.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept, withdrawn } from '../../lib/revision/transitions.js';
import {
  BetterSqlite3ReviseJournal,
  Mysql2ReviseJournal,
  OnRevisionSettled,
  PgReviseJournal,
  type BetterSqlite3Database,
  type PgClient,
} from '../../lib/sql/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { Engine } from '../engines/engine.js';
import { openShop } from '../revise/shop.js';
import { byDriver } from '../shop-clients/drivers.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

const Database = createRequire(import.meta.url)('better-sqlite3') as new (
  path: string,
) => BetterSqlite3Database & { exec(sql: string): unknown };
const MALL = 'T0000001';
const AT = new Date('2026-03-02T03:00:00Z');
const BOOK = 'CREATE TABLE book (id VARCHAR(60) PRIMARY KEY, status VARCHAR(20) NOT NULL)';
const INSERT = "INSERT INTO book (id, status) VALUES ('handler', 'x')";

function newRevision(shopTransactionId: string): Revision {
  const request = { shopTransactionId, pgCno: `p-${shopTransactionId}`, reviseTypeCode: '32', amount: 1, approvedAmount: 9 };
  return accept({ request: checkReviseRequest(request, [MALL]) }, AT);
}
const settled = (id: string): Revision => ({ ...withdrawn(newRevision(id), AT, 0), version: 2 });
const REFUSED = /is not a transaction that is under way/;
/** What came of taking something in. */
const message = (taking: Promise<unknown>): Promise<string> =>
  taking.then(
    () => 'taken in',
    (error: unknown) => (error as Error).message,
  );
const event = { key: 'k'.repeat(64), at: AT, notification: { notiType: '10', mallId: MALL, pgCno: 'p' } };
const EVENT = event as unknown as NotificationEvent;

/** A faulty shop, driver or server. */
describeEngines('a journal on the driver alone, in trouble,', (engine: Engine) => {
  let database: JournalTestDatabase;
  let url: string;
  beforeEach(async () => {
    database = await openTestDatabase(engine, { tables: [BOOK] });
    ({ url } = database.dataSource.options as unknown as { url: string });
  });
  afterEach(() => database.drop());
  const booked = (): Promise<unknown[]> => database.dataSource.query('SELECT id FROM book');
  const statuses = (): Promise<unknown[]> => database.dataSource.query('SELECT status FROM kicc_revision');

  it('keeps nothing of a record() whose transaction is rolled back while it is under way', async () => {
    const client = await byDriver(database.dataSource.options);
    const journal = client.journal();
    await journal.find(MALL, 'none');
    for (const [index, before] of [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5].entries()) {
      let recording: Promise<unknown> = Promise.resolve();
      // As Promise.all() has it, where something beside record() fails.
      const transaction = client.transaction(async (own) => {
        recording = journal.open(newRevision(`refund-${index}`), own).catch(() => undefined);
        for (let count = 0; count < before; count++) await client.run(own, 'SELECT 1 FROM book');
        throw new RangeError('no stock');
      });
      await expect(transaction).rejects.toThrow('no stock');
      await recording;
    }
    await journal.onApplicationShutdown();
    await client.close();
    expect(await statuses()).toEqual([]);
  });

  it('sends nothing of a record() whose transaction is rolled back while it is under way', async () => {
    const client = await byDriver(database.dataSource.options);
    const shop = await openShop({}, { journal: { useValue: client.journal() } });
    for (const before of [0, 1, 2, 3, 4, 5]) {
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      const request = { shopTransactionId: `refund-${before}`, pgCno, reviseTypeCode: '40' } as const;
      let recording: Promise<unknown> = Promise.resolve();
      const transaction = client.transaction(async (own) => {
        recording = shop.payments.record(request, own).catch(() => undefined);
        for (let count = 0; count < before; count++) await client.run(own, 'SELECT 1 FROM book');
        throw new RangeError('no stock');
      });
      await expect(transaction).rejects.toThrow('no stock');
      await recording;
    }
    await shop.recovery.sweep();
    const effects = shop.kicc.effects();
    await shop.stop();
    await client.close();
    expect(effects).toEqual([]);
  });

  if (engine.name !== 'sqlite') {
    it('keeps nothing of it in the next transaction of its connection, and leaves what it took over', async () => {
      const isPg = engine.name === 'postgres';
      const pool = isPg
        ? new pg.Pool({ connectionString: url, max: 2 })
        : mysql.createPool({ uri: url.replace(/^mariadb/, 'mysql'), connectionLimit: 2 });
      const journal = isPg ? new PgReviseJournal(pool as pg.Pool) : new Mysql2ReviseJournal(pool as mysql.Pool);
      const connection = isPg ? await (pool as pg.Pool).connect() : await (pool as mysql.Pool).getConnection();
      const run = (sql: string): Promise<unknown> => (connection as pg.PoolClient).query(sql);
      for (const before of Array.from({ length: 20 }, (_, index) => index)) {
        const part = newRevision(`part-${before}`);
        await journal.open(part);
        await journal.save({ ...withdrawn(part, AT, 30_000), version: 2 });
        const whole = { shopTransactionId: `whole-${before}`, pgCno: part.pgCno, reviseTypeCode: '40' };
        await run('BEGIN');
        const recording = journal.open(accept({ request: checkReviseRequest(whole, [MALL]) }, AT), connection);
        const isOver = recording.catch(() => undefined);
        for (let count = 0; count < before; count++) await run('SELECT 1');
        await run('ROLLBACK');
        await run('BEGIN');
        await isOver;
        await run('COMMIT');
      }
      connection.release();
      await journal.onApplicationShutdown();
      await pool.end();
      const left = await database.dataSource.query<unknown[]>(
        "SELECT shop_transaction_id FROM kicc_revision WHERE shop_transaction_id LIKE 'whole%' OR open_pg_cno IS NULL",
      );
      expect(left).toEqual([]);
    });
  }

  if (engine.name === 'postgres') {
    describe('pg', () => {
      let pool: pg.Pool;
      beforeEach(() => void (pool = new pg.Pool({ connectionString: url, max: 1 })));
      afterEach(() => pool.end());

      it('hears of a connection that the server ends while a handler has it: unheard, the process ends', async () => {
        let listeners = 0;
        await new PgReviseJournal(pool).notifications.once(EVENT, (client) => {
          listeners = (client as pg.PoolClient).listenerCount('error');
          return Promise.resolve();
        });
        expect(listeners).toBeGreaterThan(0);
      });

      it('keeps nothing of a handler that releases its client and fails', async () => {
        const handling = new PgReviseJournal(pool).notifications.once(EVENT, async (client) => {
          await (client as PgClient).query(INSERT);
          (client as PgClient).release();
          throw new RangeError('no');
        });
        await expect(handling).rejects.toHaveProperty('message');
        // The next transaction on the pool, of anybody's.
        await pool.query('BEGIN');
        await pool.query('COMMIT');
        expect(await booked()).toEqual([]);
      });

      it.each(['asked for at once', 'asked for later'])(
        'takes in nothing in the next transaction of its client, %s',
        async (when) => {
          const two = new pg.Pool({ connectionString: url, max: 2 });
          const journal = new PgReviseJournal(two);
          await journal.find(MALL, 'none');
          const client = await two.connect();
          await client.query('BEGIN');
          let begun: Promise<unknown> = Promise.resolve();
          const later = async (joined: object): Promise<unknown> => {
            await begun;
            return journal.open(newRevision('refund-1'), joined);
          };
          const said = message(
            when === 'asked for later' ? journal.joining(client, later) : journal.open(newRevision('refund-1'), client),
          );
          const rollback = client.query('ROLLBACK');
          begun = client.query('BEGIN');
          await Promise.all([rollback, begun]);
          expect(await said).toMatch(REFUSED);
          await client.query(INSERT);
          await client.query('COMMIT');
          client.release();
          await two.end();
          expect([await statuses(), await booked()]).toEqual([[], [{ id: 'handler' }]]);
        },
      );

      it('writes nothing into a transaction that the shop has left open on a client', async () => {
        const journal = new PgReviseJournal(pool);
        await journal.open(newRevision('refund-1'));
        await pool.query('BEGIN');
        expect(await journal.save(settled('refund-1'))).toBe(true);
        expect(await statuses()).toEqual([{ status: 'declined' }]);
      });

      it('goes on after the shop gave back a client in a transaction that failed', async () => {
        const journal = new PgReviseJournal(pool);
        const client = await pool.connect();
        await client.query('BEGIN');
        await client.query('no SQL').catch(() => undefined);
        client.release();
        await journal.find(MALL, 'refund-1').catch(() => undefined);
        expect(await journal.find(MALL, 'refund-1')).toBeUndefined();
      });

      it('settles with a handler where the server has forgotten what was prepared', async () => {
        class Books {
          @OnRevisionSettled()
          book(): void {
            return;
          }
        }
        const wrapper = { instance: new Books(), isDependencyTreeStatic: () => true };
        const module = { providers: new Map([['Books', wrapper]]), controllers: new Map() };
        const larger = new pg.Pool({ connectionString: url, max: 2 });
        const modules = new Map([['Shop', module]]) as unknown as ModulesContainer;
        const journal = new PgReviseJournal(larger, { modules });
        await journal.onModuleInit();
        for (const id of ['refund-1', 'refund-2']) await journal.open(newRevision(id));
        await journal.save(settled('refund-1'));
        // As behind a pooler, each transaction of which may be another session.
        await larger.query('DEALLOCATE ALL');
        expect(await journal.save(settled('refund-2'))).toBe(true);
        await larger.end();
      });
    });
  }

  if (engine.name === 'mariadb') {
    describe('mysql2', () => {
      let pool: mysql.Pool;
      beforeEach(() => void (pool = mysql.createPool({ uri: url.replace(/^mariadb/, 'mysql'), connectionLimit: 2 })));
      afterEach(() => pool.end());

      it('refuses a transaction on a connection of no pool, which may be of another database', async () => {
        const elsewhere = await openTestDatabase(engine, { tables: [BOOK] });
        const { url: other } = elsewhere.dataSource.options as unknown as { url: string };
        const connection = await mysql.createConnection(other.replace(/^mariadb/, 'mysql'));
        await connection.beginTransaction();
        const taken = await new Mysql2ReviseJournal(pool).open(newRevision('refund-1'), connection).catch(() => 'refused');
        await connection.end();
        await elsewhere.drop();
        expect(taken).toBe('refused');
      });

      it('records in as many transactions at once as the pool has connections', async () => {
        const journal = new Mysql2ReviseJournal(pool, { connectionWaitMs: 1_000 });
        await journal.find(MALL, 'none');
        const connections = await Promise.all([pool.getConnection(), pool.getConnection()]);
        for (const connection of connections) await connection.beginTransaction();
        const recording = connections.map((connection, index) => journal.open(newRevision(`refund-${index}`), connection));
        const taken = await Promise.allSettled(recording);
        for (const connection of connections) {
          await connection.rollback();
          connection.release();
        }
        expect(taken.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      });
    });
  }

  if (engine.name === 'sqlite') {
    describe('better-sqlite3', () => {
      let shop: BetterSqlite3Database & { exec(sql: string): unknown };
      let journal: BetterSqlite3ReviseJournal;
      beforeEach(() => {
        shop = new Database(database.dataSource.options.database as string);
        journal = new BetterSqlite3ReviseJournal(shop);
      });
      afterEach(async () => {
        await journal.onApplicationShutdown();
        shop.close();
      });

      it("commits what it tells of, though a handler has kept the journal's connection and begun on it", async () => {
        await journal.open(newRevision('refund-1'));
        let kept: typeof shop | undefined;
        await journal.notifications.once(EVENT, (own) => {
          kept = own as typeof shop;
          return Promise.resolve();
        });
        // The journal may as well have taken it away from whoever keeps it.
        try {
          kept?.exec('BEGIN');
        } catch {
          // So it has.
        }
        const saved = await journal.save(settled('refund-1'));
        expect([saved, await statuses()]).toEqual([true, [{ status: 'declined' }]]);
      });

      describe('given a transaction that is over, and the next one has begun,', () => {
        it.each(['ROLLBACK', 'COMMIT'])('takes in nothing after a %s', async (end) => {
          await journal.find(MALL, 'none');
          shop.exec('BEGIN IMMEDIATE');
          shop.exec(INSERT);
          const said = message(journal.open(newRevision('refund-1'), shop));
          shop.exec(end);
          shop.exec('BEGIN IMMEDIATE');
          expect(await said).toMatch(REFUSED);
          shop.exec('COMMIT');
          expect(await statuses()).toEqual([]);
        });

        it('takes in what is of the next one', async () => {
          shop.exec('BEGIN IMMEDIATE');
          const first = message(journal.open(newRevision('refund-1'), shop));
          shop.exec('ROLLBACK');
          shop.exec('BEGIN IMMEDIATE');
          const others = ['refund-2', 'refund-3'].map((id) => message(journal.open(newRevision(id), shop)));
          expect(await Promise.all([first, ...others])).toEqual([expect.stringMatching(REFUSED), 'taken in', 'taken in']);
          shop.exec('COMMIT');
          expect(await statuses()).toHaveLength(2);
        });

        it('sends nothing', async () => {
          const app = await openShop({}, { journal: { useValue: journal } });
          const { pgCno } = app.kicc.approve({ amount: 10_000 });
          shop.exec('BEGIN IMMEDIATE');
          const said = message(app.payments.record({ shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '40' }, shop));
          shop.exec('ROLLBACK');
          shop.exec('BEGIN IMMEDIATE');
          await said;
          shop.exec('COMMIT');
          await app.recovery.sweep();
          const effects = app.kicc.effects();
          await app.stop();
          expect(effects).toEqual([]);
        });
      });

      it('takes in, of what was asked for at once, what is not refused, and leaves what the shop wrote', async () => {
        await journal.open(newRevision('refund-0'));
        const ofPayment = { ...newRevision('refund-0'), shopTransactionId: 'busy' };
        shop.exec('BEGIN IMMEDIATE');
        const asked = [newRevision('refund-1'), ofPayment, newRevision('refund-2')].map((one) => journal.open(one, shop));
        shop.exec(INSERT);
        const results = await Promise.allSettled(asked);
        shop.exec('COMMIT');
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect([(await statuses()).length, await booked()]).toEqual([3, [{ id: 'handler' }]]);
      });

      it('refuses a transaction in memory as one of another file', async () => {
        const memory = new Database(':memory:');
        memory.exec('BEGIN');
        await expect(journal.open(newRevision('refund-1'), memory)).rejects.toThrow(/is one of another file/);
        memory.close();
      });

      it('records nothing in a file that was replaced', async () => {
        const path = database.dataSource.options.database as string;
        await journal.open(newRevision('refund-1'));
        await rename(path, `${path}.old`);
        await copyFile(`${path}.old`, path);
        shop.exec('BEGIN IMMEDIATE');
        const recording = journal.open(newRevision('refund-2'), shop);
        await expect(recording.finally(() => shop.exec('ROLLBACK'))).rejects.toThrow(/was replaced/);
      });
    });
  }
});
