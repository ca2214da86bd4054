import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { KiccModule, KiccValidationError, RevisePaymentService, type Revision } from '../../lib/index.js';
import { OnRevisionSettled, SqlReviseJournal } from '../../lib/sql/index.js';
import { KiccSimulator, reviseJournalContract } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { MALL, recordLog } from '../revise/shop.js';
import { lockRow } from '../typeorm/hold.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { clients, type OpenClient } from './clients.js';

const REFUND = 'CREATE TABLE refund (id VARCHAR(50) PRIMARY KEY, status VARCHAR(20))';

@Injectable()
class Bookkeeping {
  book: (transaction: object, id: string) => Promise<unknown> = () => Promise.resolve();

  @OnRevisionSettled()
  async settled({ shopTransactionId }: Revision, transaction: object): Promise<void> {
    await this.book(transaction, shopTransactionId);
  }
}

for (const [name, open] of Object.entries(clients)) {
  describeEngines(`A journal by ${name}`, (engine) => {
    let database: JournalTestDatabase;
    const closing: (() => Promise<unknown>)[] = [];
    beforeEach(async () => {
      database = await openTestDatabase(engine, { tables: [REFUND] });
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
      await database.drop();
    });

    async function openClient(): Promise<OpenClient> {
      const { url, database: file } = database.dataSource.options as { url?: string; database?: string };
      const client = await open({ engine: engine.name, at: url ?? String(file), poolSize: 4 });
      closing.push(() => client.close());
      return client;
    }

    async function connect(): Promise<SqlReviseJournal> {
      const journal = new SqlReviseJournal((await openClient()).database);
      closing.push(() => journal.onApplicationShutdown());
      return journal;
    }

    async function openShop() {
      const client = await openClient();
      const kicc = await KiccSimulator.start({ malls: [MALL] });
      closing.push(() => kicc.stop());
      const app = await Test.createTestingModule({
        imports: [
          KiccModule.forRoot({
            environment: 'test',
            baseUrl: kicc.url,
            ...MALL,
            settlement: { waitMs: 0, sweepEveryMs: false },
            journal: {
              inject: [ModulesContainer],
              useFactory: (modules: ModulesContainer) => new SqlReviseJournal(client.database, { modules }),
            },
          }),
        ],
        providers: [Bookkeeping],
      })
        .setLogger(recordLog().logger)
        .compile();
      closing.push(() => app.close());
      await app.init();
      const books = app.get(Bookkeeping);
      books.book = (transaction, id) => client.write(transaction, id);
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const request = { shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '32', amount: 3_000 } as const;
      return { client, kicc, books, payments: app.get(RevisePaymentService), request };
    }

    const booked = async (): Promise<string[]> =>
      (await database.dataSource.query<{ id: string }[]>('SELECT id FROM refund ORDER BY id')).map(({ id }) => id);

    it('starts, and settles together with what the shop books', async () => {
      const { payments, books, request, client } = await openShop();
      books.book = async (transaction, id) => {
        await client.write(transaction, id);
        throw new Error('no');
      };
      expect(await payments.revise(request)).toMatchObject({ status: 'unknown' });
      expect(await booked()).toEqual([]);
      books.book = (transaction, id) => client.write(transaction, id);
      expect(await payments.settle('refund-1')).toMatchObject({ status: 'succeeded' });
      expect(await booked()).toEqual(['refund-1']);
    });

    it("takes a revision in as a part of the shop's transaction", async () => {
      const { payments, kicc, request, client } = await openShop();
      const record = async (transaction: object): Promise<void> => {
        await client.write(transaction, 'order');
        await payments.record(request, transaction);
      };
      const taken = client.transaction(async (transaction) => {
        await record(transaction);
        throw new Error('no');
      });
      await expect(taken).rejects.toThrow('no');
      expect(await payments.find('refund-1')).toBeUndefined();
      expect(await booked()).toEqual([]);

      let kept: object = {};
      await client.transaction(async (transaction) => {
        kept = transaction;
        await record(transaction);
      });
      expect(kicc.effects()).toHaveLength(0);
      expect(await payments.settle('refund-1')).toMatchObject({ status: 'succeeded' });
      expect(await booked()).toEqual(['order', 'refund-1']);
      const late = payments.record({ ...request, shopTransactionId: 'late' }, kept);
      await expect(late).rejects.toThrow(KiccValidationError);
    });

    it.each(reviseJournalContract)('$name', async ({ run }) => {
      await run({
        connect,
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
}
