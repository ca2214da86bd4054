import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Column, DataSource, Entity, PrimaryColumn, type DataSourceOptions } from 'typeorm';
import { PaymentBusyError, type ReviseOutcome, type ReviseRequest, type Revision } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept, conclude, startSending } from '../../lib/revision/transitions.js';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { MALL, openShop, sent, type Shop } from '../revise/shop.js';
import { hold, lockRow, type Hold } from './hold.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

@Entity('shop_order')
class Order {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  id!: string;

  @Column({ type: 'varchar', length: 20 })
  status!: string;
}
const TABLE = 'CREATE TABLE shop_order (id VARCHAR(40) PRIMARY KEY, status VARCHAR(20) NOT NULL)';
const OTHERS = 50;
const NOW = new Date('2026-03-02T03:00:00Z');
/** What waits for a lock that nobody lets go of would never be done. */
const PATIENCE_MS = 20_000;

async function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It waits for the lock.')), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describeEngines('while somebody holds a lock', (engine) => {
  if (engine.name === 'sqlite') {
    // Its transactions write one after the other, whatever they write.
    it('all who write wait for the file', () => undefined);
    return;
  }
  let database: JournalTestDatabase;
  let other: TypeOrmReviseJournal;
  let shop: Shop;
  let beside: Shop;
  let held: Hold | undefined;
  beforeEach(async () => {
    database = await openTestDatabase(engine, { entities: [Order], tables: [TABLE] });
    other = await database.connect();
    shop = await openShop({}, { journal: { useValue: database.journal } });
    beside = await openShop({}, { journal: { useValue: other } }, { beside: shop });
  });
  afterEach(async () => {
    if (held?.isOpen) await held.end('rollback');
    held = undefined;
    await beside.stop();
    await shop.stop();
    await database.drop();
  });

  const part = (shopTransactionId: string, pgCno: string, fields = {}): ReviseRequest => ({
    shopTransactionId,
    pgCno,
    reviseTypeCode: '32',
    amount: 1_000,
    ...fields,
  });
  const revisionOf = (id: string, pgCno: string): Revision =>
    startSending(accept({ request: checkReviseRequest(part(id, pgCno), [MALL.mallId]) }, NOW), '20260302', NOW, NOW);
  const succeeded = (revision: Revision): Revision => {
    const response = { resCd: '0000', cancelAmount: 1_000 };
    const evidence = { kind: 'answer', response, contradicted: [] } as const;
    const decision = { status: 'succeeded', proof: { of: 'success', response }, then: { do: 'rest' } } as const;
    return { ...conclude(revision, evidence, decision, NOW), version: revision.version + 1 };
  };
  const approve = (): string => shop.kicc.approve({ amount: 10_000 }).pgCno;

  it.each(['commit', 'rollback'] as const)(
    'by record(), refunds of all others go on, in its process and in another, and its own after the %s',
    async (how) => {
      const pgCno = approve();
      const others = Array.from({ length: OTHERS }, approve);
      const late = approve();
      shop.kicc.inject({ fault: 'slow', when: 'after', delayMs: 1_000 });
      const answered = shop.payments.revise(part('late', late));
      while (sent(shop).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

      held = await hold(database.dataSource, (manager) => shop.payments.record(part('held', pgCno), manager));
      const busy = (): Promise<unknown>[] =>
        [shop, beside].flatMap(({ payments }) => [
          errorOf(payments.revise(part('held', pgCno))),
          errorOf(payments.revise(part('another', pgCno))),
        ]);
      const first = busy();
      const refunds: Promise<ReviseOutcome>[] = [];
      const again: Promise<unknown>[] = [];
      for (const [index, one] of others.entries()) {
        refunds.push((index % 2 ? shop : beside).payments.revise(part(`other-${index}`, one)));
        if (index % 10 === 0) again.push(...busy());
      }
      const outcomes = await soon(Promise.all(refunds));
      expect(outcomes.map(({ status }) => status)).toEqual(others.map(() => 'succeeded'));
      expect(await soon(answered)).toMatchObject({ status: 'succeeded' });
      expect(await soon(Promise.all([shop.recovery.sweep(), beside.recovery.sweep()]))).toBeDefined();
      const refused = await soon(Promise.all([...first, ...again]));
      for (const error of refused) expect(error).toBeInstanceOf(PaymentBusyError);
      expect((refused[0] as PaymentBusyError).toJSON()).toMatchObject({ pgCno, because: 'open' });
      expect(refused[0]).toMatchObject({ openShopTransactionId: undefined, since: undefined });
      expect(held.isOpen).toBe(true);

      await held.end(how);
      const outcome = how === 'commit' ? shop.payments.settle('held') : shop.payments.revise(part('another', pgCno));
      expect(await outcome).toMatchObject({ status: 'succeeded' });
      expect(await beside.payments.revise(part('more', pgCno))).toMatchObject({ status: 'succeeded' });
      expect(shop.kicc.effects()).toHaveLength(OTHERS + 3);
      expect(sent(shop)).toHaveLength(OTHERS + 3);
    },
    60_000,
  );

  it('by record(), neighbours of its payment and of its id are taken in', async () => {
    const open = (journal: TypeOrmReviseJournal, id: string, pgCno: string): Promise<unknown> =>
      journal.open(revisionOf(id, pgCno));
    // What was given back of it, and of others beside it, before.
    for (const [id, pgCno] of [
      ['refund-10', 'payment-10'],
      // InnoDB locks beside what an index has let go of just now, whatever the isolation.
      ...(engine.name === 'postgres' ? [['refund-49', 'payment-50'] as const] : []),
      ['refund-90', 'payment-90'],
    ] as const) {
      const before = revisionOf(id, pgCno);
      await database.journal.open(before);
      await database.journal.save(succeeded(before));
    }
    held = await hold(database.dataSource, async (manager) => {
      // The snapshot of REPEATABLE READ is taken here.
      await manager.find(Order);
      await shop.payments.record(part('refund-50', 'payment-50'), manager);
      // Refused, and what stands already.
      expect(await errorOf(shop.payments.record(part('refund-51', 'payment-50'), manager))).toBeInstanceOf(PaymentBusyError);
      await shop.payments.record(part('refund-50', 'payment-50'), manager);
    });
    for (const [id, pgCno] of [
      ['a-refund', 'payment-49'],
      ['b-refund', 'payment-51'],
      ['refund-48', 'a-payment'],
      ['refund-495', 'b-payment'],
      ['refund-501', 'c-payment'],
      ['refund-60', 'payment-500'],
      ['refund-05', 'payment-05'],
      ['refund-95', 'payment-95'],
    ] as const) {
      expect(await soon(open(other, id, pgCno))).toMatchObject({ opened: true });
    }
    expect(held.isOpen).toBe(true);
  });

  it('by record(), what is old is purged', async () => {
    const old = revisionOf('old', 'payment-1');
    await database.journal.open(old);
    await database.journal.save(succeeded(old));
    shop.pass(10 * 24 * 60 * 60_000);
    held = await hold(database.dataSource, (manager) => shop.payments.record(part('new', 'payment-1'), manager));
    expect(await soon(database.journal.purge({ settledBefore: new Date(NOW.getTime() + 1) }))).toBe(1);
    expect(held.isOpen).toBe(true);
  });

  it('by record(), another transaction of the shop is told, and goes on as it was', async () => {
    const bound =
      engine.name === 'postgres'
        ? ["SET LOCAL lock_timeout = '7s'", 'SHOW lock_timeout']
        : ['SET innodb_lock_wait_timeout = 7', 'SELECT @@innodb_lock_wait_timeout AS lock_timeout'];
    const pgCno = approve();
    held = await hold(database.dataSource, (manager) => shop.payments.record(part('held', pgCno), manager));
    await database.dataSource.transaction(async (manager) => {
      await manager.query(bound[0] as string);
      await manager.save(Order, { id: 'before', status: 'waits' });
      expect(await soon(errorOf(shop.payments.record(part('another', pgCno), manager)))).toBeInstanceOf(PaymentBusyError);
      expect(await soon(shop.payments.record(part('free', approve()), manager))).toMatchObject({ status: 'accepted' });
      await manager.save(Order, { id: 'after', status: 'waits' });
      const [{ lock_timeout }] = await manager.query<[{ lock_timeout: unknown }]>(bound[1] as string);
      expect(String(lock_timeout)).toBe(engine.name === 'postgres' ? '7s' : '7');
    });
    expect(held.isOpen).toBe(true);
    expect(await database.dataSource.getRepository(Order).count()).toBe(2);
    expect(await shop.payments.settle('free')).toMatchObject({ status: 'succeeded' });
    expect(await shop.payments.find('another')).toBeUndefined();
  });

  it('on a row, its answer is written once the lock is gone, and those of others at once', async () => {
    const revisions = Array.from({ length: 8 }, (_, index) => revisionOf(`refund-${index}`, `payment-${index}`));
    const [locked, ...rest] = revisions as [Revision, ...Revision[]];
    await Promise.all(revisions.map((one) => database.journal.open(one)));
    held = await lockRow(database.dataSource, MALL.mallId, 'refund-0');
    let isWritten = false;
    const waiting = database.journal.save(succeeded(locked)).then((written) => (isWritten = written));
    expect(await soon(Promise.all(rest.map((one) => database.journal.save(succeeded(one)))))).toEqual(rest.map(() => true));
    expect(await soon(database.journal.open(revisionOf('new', 'payment-new')))).toMatchObject({ opened: true });
    expect([held.isOpen, isWritten]).toEqual([true, false]);
    await held.end('commit');
    expect(await waiting).toBe(true);
    expect(await database.journal.find(MALL.mallId, 'refund-0')).toMatchObject({ status: 'succeeded' });
  });

  if (engine.name === 'mariadb') {
    it('a DataSource of type mysql bounds the waiting by its session, and puts that back', async () => {
      const options = { ...database.dataSource.options, type: 'mysql' } as DataSourceOptions;
      const mysql = await new DataSource(options).initialize();
      const journal = new TypeOrmReviseJournal(mysql);
      const third = await openShop({}, { journal: { useValue: journal } }, { beside: shop });
      held = await hold(database.dataSource, (manager) => shop.payments.record(part('held', 'payment-1'), manager));
      expect(await soon(errorOf(journal.open(revisionOf('another', 'payment-1'))))).toBeInstanceOf(PaymentBusyError);
      await mysql.transaction(async (manager) => {
        expect(await soon(errorOf(third.payments.record(part('more', 'payment-1'), manager)))).toBeInstanceOf(PaymentBusyError);
      });
      const rows = await Promise.all(
        Array.from({ length: 12 }, () =>
          mysql.query<unknown[]>('SELECT 1 WHERE @@innodb_lock_wait_timeout <> @@GLOBAL.innodb_lock_wait_timeout'),
        ),
      );
      expect(rows.flat()).toEqual([]);
      await third.close();
      await mysql.destroy();
    });
  }

  it('nothing that bounds the waiting is left on a connection of the shop', async () => {
    const show = engine.name === 'postgres' ? 'SHOW lock_timeout' : 'SELECT @@innodb_lock_wait_timeout AS lock_timeout';
    const settings = async (): Promise<Set<unknown>> => {
      const rows = await Promise.all(
        Array.from({ length: 12 }, () => database.dataSource.query<[{ lock_timeout: unknown }]>(show)),
      );
      return new Set(rows.map(([row]) => row.lock_timeout));
    };
    const before = await settings();
    const revisions = Array.from({ length: 20 }, (_, index) => revisionOf(`refund-${index}`, `payment-${index}`));
    await Promise.all(revisions.map((one) => database.journal.open(one)));
    await Promise.all(revisions.map((one) => database.journal.save(succeeded(one))));
    await database.dataSource.transaction((manager) => shop.payments.record(part('recorded', approve()), manager));
    expect(await settings()).toEqual(before);
  });
});
