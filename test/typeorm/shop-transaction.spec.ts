import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn, type EntityManager } from 'typeorm';
import {
  KiccValidationError,
  MemoryReviseJournal,
  OverRefundError,
  PaymentBusyError,
  ReviseConflictError,
  RevisionNotFoundError,
  type ReviseRequest,
} from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept } from '../../lib/revision/transitions.js';
import { recordContract } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { AFTER_MIDNIGHT_KST, MALL, openShop, sent, type Shop } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

@Entity('shop_order')
class Order {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  id!: string;

  @Column({ type: 'varchar', length: 20 })
  status!: string;
}
const TABLE = 'CREATE TABLE shop_order (id VARCHAR(40) PRIMARY KEY, status VARCHAR(20) NOT NULL)';

describeEngines("a revision in the shop's transaction", (engine) => {
  let database: JournalTestDatabase;
  let shop: Shop;
  let request: ReviseRequest;
  beforeEach(async () => {
    database = await openTestDatabase(engine, { entities: [Order], tables: [TABLE] });
    shop = await openShop({}, { journal: { useValue: database.journal } });
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    request = { shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '32', amount: 3_000, approvedAmount: 10_000 };
  });
  afterEach(async () => {
    await shop.stop();
    await database.drop();
  });

  const inTransaction = <T>(act: (manager: EntityManager) => Promise<T>): Promise<T> => database.dataSource.transaction(act);
  const cancelOrder = async (manager: EntityManager, given = request): Promise<void> => {
    await manager.save(Order, { id: given.shopTransactionId, status: 'cancelled' });
    await shop.payments.record(given, manager);
  };

  it.each(recordContract)('$name', ({ run }) =>
    run({
      connect: () =>
        Promise.resolve({
          journal: database.journal,
          outside: database.dataSource.manager,
          transaction: (act) => inTransaction(act),
        }),
    }),
  );

  it('is gone with an order that was rolled back: nothing is kept, and nothing sent', async () => {
    await expect(
      inTransaction(async (manager) => {
        await cancelOrder(manager);
        throw new Error('no more of these');
      }),
    ).rejects.toThrow('no more of these');
    await shop.recovery.sweep();
    expect(await shop.payments.find('refund-1')).toBeUndefined();
    expect(await database.dataSource.getRepository(Order).count()).toBe(0);
    expect(sent(shop)).toEqual([]);
    await expect(shop.payments.settle('refund-1')).rejects.toThrow(RevisionNotFoundError);
  });

  it('is not there for others before the commit, and is sent after it by whoever asks for its outcome', async () => {
    await inTransaction(async (manager) => {
      await cancelOrder(manager);
      await shop.recovery.sweep();
      expect(sent(shop)).toEqual([]);
    });
    const accepted = await shop.payments.find('refund-1');
    expect(accepted).toMatchObject({ status: 'accepted', deliveries: 0 });
    expect(await shop.payments.settle('refund-1')).toMatchObject({ status: 'succeeded', response: { cancelAmount: 3_000 } });
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('is sent by recovery where its process died right after the commit', async () => {
    await inTransaction((manager) => cancelOrder(manager));
    await shop.close();
    const next = await openShop({}, { journal: { useValue: await database.connect() } }, { beside: shop });
    await next.recovery.sweep();
    expect(await next.payments.find('refund-1')).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
    await next.recovery.sweep();
    expect(sent(shop)).toHaveLength(1);
    await next.close();
  });

  it('is one with the revision that stands under its id, and no other', async () => {
    await inTransaction((manager) => cancelOrder(manager));
    const again = await inTransaction((manager) => shop.payments.record(request, manager));
    expect(again).toMatchObject({ shopTransactionId: 'refund-1', version: 1 });
    const different = { ...request, amount: 4_000 } as ReviseRequest;
    await expect(inTransaction((manager) => shop.payments.record(different, manager))).rejects.toThrow(ReviseConflictError);
  });

  it('is refused where its payment is busy or too much would go back, and leaves the transaction usable', async () => {
    await inTransaction((manager) => cancelOrder(manager));
    const second = { ...request, shopTransactionId: 'refund-2' } as ReviseRequest;
    const tooMuch = { ...request, shopTransactionId: 'refund-3', amount: 8_000 } as ReviseRequest;
    await inTransaction(async (manager) => {
      await expect(shop.payments.record(second, manager)).rejects.toThrow(PaymentBusyError);
      await manager.save(Order, { id: 'noted', status: 'waits' });
    });
    await shop.payments.settle('refund-1');
    await inTransaction(async (manager) => {
      await expect(shop.payments.record(tooMuch, manager)).rejects.toThrow(OverRefundError);
      await manager.save(Order, { id: 'noted-too', status: 'refused' });
    });
    expect(await shop.payments.find('refund-3')).toBeUndefined();
    expect(await database.dataSource.getRepository(Order).count()).toBe(3);
  });

  it('takes in several of one transaction that are asked for at once, and refuses the second of a payment', async () => {
    const payments = [request.pgCno, shop.kicc.approve({ amount: 10_000 }).pgCno, request.pgCno];
    const results = await inTransaction((manager) =>
      Promise.allSettled(
        payments.map((pgCno, index) =>
          shop.payments.record({ ...request, shopTransactionId: `refund-${index}`, pgCno }, manager),
        ),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect((results[2] as PromiseRejectedResult).reason).toBeInstanceOf(PaymentBusyError);
    for (const id of ['refund-0', 'refund-1']) expect(await shop.payments.settle(id)).toMatchObject({ status: 'succeeded' });
  });

  if (engine.name !== 'sqlite') {
    it('lets one of several transactions refund a payment that come at the same time', async () => {
      const ids = Array.from({ length: 4 }, (_, index) => `refund-${index}`);
      const results = await Promise.allSettled(
        ids.map((shopTransactionId) => inTransaction((manager) => cancelOrder(manager, { ...request, shopTransactionId }))),
      );
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).name] : []));
      expect(refused).toEqual(Array.from({ length: 3 }, () => 'PaymentBusyError'));
      expect(await database.dataSource.getRepository(Order).count()).toBe(1);
    });
  }

  it.each<[string, (shop: Shop) => unknown]>([
    ['nothing', () => undefined],
    ['no transaction that is under way', () => database.dataSource.manager],
    ['something else', () => ({ query: () => undefined })],
  ])('is refused with %s for a transaction', async (_, transaction) => {
    await expect(shop.payments.record(request, transaction(shop) as object)).rejects.toThrow(KiccValidationError);
    await expect(shop.payments.record(request, transaction(shop) as object)).rejects.toThrow(/transaction: .*EntityManager/s);
    expect(await shop.payments.find('refund-1')).toBeUndefined();
  });

  it("is refused with a transaction of another database than the journal's", async () => {
    const other = await openTestDatabase(engine);
    await expect(other.dataSource.transaction((manager) => shop.payments.record(request, manager))).rejects.toThrow(
      /another database/,
    );
    await other.drop();
  });

  if (engine.name === 'sqlite') {
    it('that has written locks a call for another one out, which says why, and that nothing was taken in', async () => {
      await inTransaction(async (manager) => {
        await manager.save(Order, { id: 'written', status: 'open' });
        const call = shop.payments.revise({ ...request, shopTransactionId: 'refund-9' });
        await expect(call).rejects.toMatchObject({
          name: 'ReviseJournalError',
          mayBeTakenIn: false,
          reason: expect.stringMatching(/^LockedFileError: .*by the transaction that the call is awaited in/) as unknown,
        });
      });
      expect(await shop.payments.find('refund-9')).toBeUndefined();
      expect(sent(shop)).toEqual([]);
    });

    it('is refused inside another, with which SQLite would roll it back in part', async () => {
      const nested = inTransaction((outer) => outer.transaction((inner) => shop.payments.record(request, inner)));
      await expect(nested).rejects.toThrow(/transaction: .*one after the other/s);
    });
  }
  if (engine.name !== 'mariadb') {
    it('is not taken in by the next transaction after its own', async () => {
      const runner = database.dataSource.createQueryRunner();
      await runner.startTransaction();
      let take = (): void => undefined;
      const next = new Promise<void>((resolve) => (take = resolve));
      const recording = database.journal.joining(runner.manager, async (joined) => {
        await next;
        return database.journal.open(
          accept({ request: checkReviseRequest(request, [MALL.mallId]) }, AFTER_MIDNIGHT_KST),
          joined,
        );
      });
      await runner.rollbackTransaction();
      await runner.startTransaction();
      take();
      await expect(recording).rejects.toThrow(/transaction: is not a transaction that is under way/);
      await runner.commitTransaction();
      expect(await shop.payments.find('refund-1')).toBeUndefined();
    });
  }
  if (engine.name === 'postgres') {
    it('is refused where the isolation hides what was refunded meanwhile', async () => {
      const recorded = database.dataSource.transaction('REPEATABLE READ', (manager) => cancelOrder(manager));
      await expect(recorded).rejects.toThrow(/repeatable read.*READ COMMITTED/s);
    });
  }
  if (engine.name === 'mariadb') {
    it('sees what was refunded since its transaction began', async () => {
      await inTransaction(async (manager) => {
        // The snapshot of REPEATABLE READ is taken here.
        await manager.find(Order);
        await shop.payments.revise({ ...request, shopTransactionId: 'refund-0', amount: 8_000 } as ReviseRequest);
        await expect(shop.payments.record(request, manager)).rejects.toThrow(OverRefundError);
      });
    });
  }
});

describe("a revision in the shop's transaction", () => {
  it('is refused by a journal in memory', async () => {
    const shop = await openShop({}, { journal: MemoryReviseJournal });
    const request: ReviseRequest = { shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40' };
    const manager = new DataSource({ type: 'better-sqlite3', database: ':memory:' }).manager;
    await expect(shop.payments.record(request, manager)).rejects.toThrow(/transaction: .*TypeOrmReviseJournal/s);
    await shop.stop();
  });
});
