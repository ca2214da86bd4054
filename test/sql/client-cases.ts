import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  KiccModule,
  ReviseRecovery,
  RevisePaymentService,
  type ReviseOutcome,
  type ReviseRequest,
  type Revision,
} from '../../lib/index.js';
import { OnRevisionSettled, type SqlReviseJournal } from '../../lib/sql/index.js';
import {
  KiccSimulator,
  notificationStoreContract,
  recordContract,
  reviseBulkStoreContract,
  reviseJournalContract,
} from '../../lib/testing/index.js';
import type { Engine } from '../engines/engine.js';
import { MALL, openShop, recordLog, sent, until, type Shop } from '../revise/shop.js';
import type { ConnectClient, ShopsClient } from '../shop-clients/shops-client.js';
import { lockRow } from '../typeorm/hold.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

const BOOK = 'CREATE TABLE book (id VARCHAR(60) PRIMARY KEY, status VARCHAR(20) NOT NULL)';
const insert = (id: string, status = 'noted'): string => `INSERT INTO book (id, status) VALUES ('${id}', '${status}')`;

/** What is promised of a journal by whatever client: the contracts, and transactions that are the shop's. */
export function clientCases<Transaction extends object>(engine: Engine, connect: ConnectClient<Transaction>): void {
  let database: JournalTestDatabase;
  let clients: ShopsClient<Transaction>[];
  let journals: SqlReviseJournal<Transaction>[];
  beforeEach(async () => {
    database = await openTestDatabase(engine, { tables: [BOOK] });
    [clients, journals] = [[], []];
  });
  afterEach(async () => {
    for (const journal of journals) await journal.onApplicationShutdown();
    for (const client of clients) await client.close();
    await database.drop();
  });

  async function connected(to: JournalTestDatabase = database): Promise<ShopsClient<Transaction>> {
    const client = await connect(to.dataSource.options);
    clients.push(client);
    return client;
  }
  async function connectJournal(): Promise<SqlReviseJournal<Transaction>> {
    const journal = (await connected()).journal();
    journals.push(journal);
    return journal;
  }
  const booked = async (): Promise<string[]> =>
    (await database.dataSource.query<{ id: string; status: string }[]>('SELECT id, status FROM book ORDER BY id')).map(
      ({ id, status }) => `${id} ${status}`,
    );

  describe('revisions', () => {
    it.each(reviseJournalContract)('$name', async ({ run }) => {
      await run({
        connect: connectJournal,
        spoil: (mallId, shopTransactionId) => spoilRow(database.dataSource, { mallId, shopTransactionId }),
        // SQLite locks the whole file.
        ...(engine.name === 'sqlite'
          ? {}
          : {
              hold: async (mallId: string, shopTransactionId: string) => {
                const held = await lockRow(database.dataSource, mallId, shopTransactionId);
                return () => held.end('commit');
              },
            }),
      });
    });
  });
  describe('bulks', () => {
    it.each(reviseBulkStoreContract)('$name', ({ run }) => run({ connect: async () => (await connectJournal()).bulks }));
  });
  describe('notifications', () => {
    it.each(notificationStoreContract)('$name', ({ run }) =>
      run({ connect: async () => (await connectJournal()).notifications }),
    );
  });
  describe('record()', () => {
    it.each(recordContract)('$name', ({ run }) =>
      run({
        connect: async () => {
          const client = await connected();
          const journal = client.journal();
          journals.push(journal);
          return { journal, outside: client.outside, transaction: (act) => client.transaction(act) };
        },
      }),
    );
  });

  describe("the shop's transaction", () => {
    let shop: Shop;
    let client: ShopsClient<Transaction>;
    let request: ReviseRequest;
    beforeEach(async () => {
      client = await connected();
      shop = await openShop({}, { journal: { useValue: client.journal() } });
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      request = { shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '32', amount: 3_000, approvedAmount: 10_000 };
    });
    afterEach(() => shop.stop());

    const record = async (transaction: Transaction, given = request): Promise<Revision> => {
      await client.run(transaction, insert(given.shopTransactionId));
      return shop.payments.record(given, transaction);
    };

    it('stands with what the shop writes, and is sent after the commit', async () => {
      await client.transaction(async (transaction) => {
        expect(await record(transaction)).toMatchObject({ status: 'accepted', deliveries: 0 });
        expect(sent(shop)).toEqual([]);
      });
      expect(await booked()).toEqual(['refund-1 noted']);
      expect(await shop.payments.settle('refund-1')).toMatchObject({ status: 'succeeded' });
      expect(shop.kicc.effects()).toHaveLength(1);
    });

    it('is gone with what was rolled back: nothing is kept, and nothing sent', async () => {
      const failing = client.transaction(async (transaction) => {
        await record(transaction);
        throw new RangeError('no more of these');
      });
      await expect(failing).rejects.toThrow('no more of these');
      await shop.recovery.sweep();
      expect(await shop.payments.find('refund-1')).toBeUndefined();
      expect([await booked(), sent(shop)]).toEqual([[], []]);
    });

    it('is refused with one of another database', async () => {
      const elsewhere = await openTestDatabase(engine, { tables: [BOOK] });
      const foreign = await connected(elsewhere);
      await expect(foreign.transaction((transaction) => shop.payments.record(request, transaction))).rejects.toThrow(
        /transaction: is of another|transaction: is one of another/,
      );
      await foreign.close();
      clients.pop();
      await elsewhere.drop();
      expect(await shop.payments.find('refund-1')).toBeUndefined();
    });
  });

  describe('handlers', () => {
    let kicc: KiccSimulator;
    let app: TestingModule;
    let time: Date;
    let also: (transaction: Transaction) => unknown;
    let client: ShopsClient<Transaction>;
    beforeEach(async () => {
      time = new Date('2026-03-02T03:00:00Z');
      kicc = await KiccSimulator.start({ malls: [MALL], now: () => time });
      also = () => undefined;
      client = await connected();

      @Injectable()
      class Books {
        @OnRevisionSettled()
        async book({ shopTransactionId, status }: Revision, transaction: Transaction): Promise<void> {
          await client.run(transaction, insert(shopTransactionId, status));
          await also(transaction);
        }
      }
      app = await Test.createTestingModule({
        imports: [
          KiccModule.forRoot({
            environment: 'test',
            baseUrl: kicc.url,
            ...MALL,
            now: () => time,
            settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: 0 },
            handlerTimeoutMs: 1_000,
            journal: {
              inject: [ModulesContainer],
              useFactory: (modules: ModulesContainer) => client.journal({ modules }),
            },
          }),
        ],
        providers: [Books],
      })
        .setLogger(recordLog().logger)
        .compile();
      await app.init();
    });
    afterEach(async () => {
      await app.close();
      await kicc.stop();
    });

    const cancel = (shopTransactionId: string): Promise<ReviseOutcome> =>
      app.get(RevisePaymentService).cancel({ shopTransactionId, pgCno: kicc.approve({ amount: 10_000 }).pgCno });
    const sweep = (): Promise<void> => {
      time = new Date(time.getTime() + 60_000);
      return app.get(ReviseRecovery).sweep();
    };

    it('books every outcome in the transaction that settles it, once', async () => {
      const outcomes = await Promise.all(['refund-1', 'refund-2', 'refund-3'].map(cancel));
      expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(await booked()).toEqual(['refund-1 succeeded', 'refund-2 succeeded', 'refund-3 succeeded']);
    });

    it('that throws has written nothing, and is called again when the revision is due', async () => {
      also = () => Promise.reject(new RangeError('no'));
      expect(await cancel('refund-1')).toMatchObject({ status: 'unknown' });
      expect(await booked()).toEqual([]);
      also = () => undefined;
      await sweep();
      expect(await booked()).toEqual(['refund-1 succeeded']);
      expect(kicc.effects()).toHaveLength(1);
    });

    it('can write nothing once its time is up, by what it still has', async () => {
      let goOn = (): void => undefined;
      const gate = new Promise<void>((resolve) => (goOn = resolve));
      let late: Promise<string> | undefined;
      also = async (transaction) => {
        await gate;
        late = Promise.resolve()
          .then(() => client.run(transaction, insert('late')))
          .then(
            () => 'written',
            () => 'refused',
          );
        await late;
      };
      expect(await cancel('refund-1')).toMatchObject({ status: 'unknown' });
      goOn();
      await until(() => late !== undefined, 'the late write');
      expect(await late).toBe('refused');
      expect(await booked()).toEqual([]);
      also = () => undefined;
      await sweep();
      expect(await booked()).toEqual(['refund-1 succeeded']);
    });
  });
}
