import { Injectable, Scope } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { Column, DataSource, Entity, PrimaryColumn, type EntityManager } from 'typeorm';
import {
  KiccModule,
  PaymentBusyError,
  ReviseJournal,
  ReviseRecovery,
  RevisePaymentService,
  RevisionStateError,
  type Revision,
} from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { OnRevisionSettled, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { MALL } from '../revise/shop.js';
import { SECRET_WORDS, UNREADABLE_ERRORS } from '../unreadable-errors.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

@Entity('refund_book')
class BookEntry {
  @PrimaryColumn({ type: 'varchar', length: 60 })
  id!: string;

  @Column({ type: 'varchar', length: 20 })
  status!: string;

  @Column({ type: 'int' })
  amount!: number;
}
const TABLE = 'CREATE TABLE refund_book (id VARCHAR(60) PRIMARY KEY, status VARCHAR(20) NOT NULL, amount INT NOT NULL)';

@Injectable()
class Bookkeeping {
  /** What the handler does beside booking. */
  also: (manager: EntityManager, revision: Revision) => Promise<unknown> = () => Promise.resolve();
  readonly told: string[] = [];
  /** What stood before, of each time that it was told that something else had been. */
  readonly before: (Revision | undefined)[] = [];

  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager, before?: Revision): Promise<void> {
    this.told.push(revision.status);
    this.before.push(before);
    const { shopTransactionId: id, status, response } = revision;
    await manager.save(BookEntry, { id, status, amount: response?.cancelAmount ?? 0 });
    await this.also(manager, revision);
  }
}

describeEngines('@OnRevisionSettled', (engine) => {
  let database: JournalTestDatabase;
  let app: TestingModule;
  let kicc: KiccSimulator;
  let books: Bookkeeping;
  let payments: RevisePaymentService;
  let log: string[];
  /** The module's clock. */
  let time: Date;

  beforeEach(async () => {
    time = new Date('2026-03-02T03:00:00Z');
    database = await openTestDatabase(engine, { entities: [BookEntry], tables: [TABLE] });
    kicc = await KiccSimulator.start({ malls: [MALL], now: () => time });
    log = [];
    app = await open([Bookkeeping]);
    books = app.get(Bookkeeping);
    payments = app.get(RevisePaymentService);
  });
  afterEach(async () => {
    await app.close();
    await kicc.stop();
    await database.drop();
  });

  async function open(providers: (new () => object)[]): Promise<TestingModule> {
    const write = (...parts: unknown[]): void => void log.push(parts.map(String).join(' '));
    const settlement = { waitMs: 0, sweepEveryMs: false } as const;
    const testing = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRootAsync({ useFactory: () => ({ ...database.dataSource.options, toRetry: () => false }) }),
        KiccModule.forRoot({
          environment: 'test',
          baseUrl: kicc.url,
          ...MALL,
          now: () => time,
          settlement,
          journal: TypeOrmReviseJournal,
        }),
      ],
      providers,
    })
      .setLogger({ log: () => undefined, error: write, warn: write })
      .compile();
    try {
      return await testing.init();
    } catch (error) {
      await testing.close();
      throw error;
    }
  }

  it.each(UNREADABLE_ERRORS)(
    "keeps KICC's word where a handler throws an error that has %s, and says which",
    async (_, make) => {
      books.also = () => {
        throw make();
      };
      expect(await refund()).toMatchObject({ status: 'unknown' });
      const kept = await payments.find('refund-1');
      expect(kept).toMatchObject({ status: 'unknown', response: { resCd: '0000' } });
      expect(kept?.trail.map(({ event }) => event)).toEqual(['accepted', 'delivery', 'handlerFailed']);
      expect(books.told).toHaveLength(1);
      expect(log.join()).toContain('Bookkeeping.book failed (');
      expect(log.join()).not.toContain(SECRET_WORDS);

      books.also = () => Promise.resolve();
      expect(await payments.settle('refund-1')).toMatchObject({ status: 'succeeded' });
    },
  );

  const refund = (id = 'refund-1', pgCno = kicc.approve({ amount: 10_000 }).pgCno) => {
    return payments.cancelPartially({ shopTransactionId: id, pgCno, amount: 3_000, payMethodTypeCode: '11' });
  };
  const booked = (): Promise<BookEntry[]> => database.dataSource.getRepository(BookEntry).find();

  it('books every outcome in the transaction that settles it, once', async () => {
    expect(await refund()).toMatchObject({ status: 'succeeded' });
    expect(await booked()).toEqual([{ id: 'refund-1', status: 'succeeded', amount: 3_000 }]);
    const unknownPayment = { shopTransactionId: 'refund-2', pgCno: 'no-such-payment' };
    expect(await payments.cancel(unknownPayment)).toMatchObject({ status: 'declined' });
    expect(books.told).toEqual(['succeeded', 'declined']);
    await app.get(ReviseRecovery).sweep();
    await payments.settle('refund-1');
    expect(books.told).toEqual(['succeeded', 'declined']);
    expect(log).toEqual([]);
  });

  it("books a verdict, and a person's new one, and a withdrawal", async () => {
    kicc.inject({ fault: 'drop-answer', when: 'before', times: 1 });
    expect(await refund()).toMatchObject({ status: 'unknown' });
    const verdict = { shopTransactionId: 'refund-1', actor: '김민지', reason: '확인함' } as const;
    await payments.resolve({ ...verdict, verdict: 'declined' });
    expect(await booked()).toMatchObject([{ status: 'declined' }]);
    kicc.inject({ fault: 'refuse', forMs: 60_000 });
    expect(await refund('refund-2')).toMatchObject({ status: 'unknown', delivery: 'none' });
    await payments.withdraw('refund-2');
    expect(books.told).toEqual(['declined', 'declined']);
  });

  it('that fails leaves books and revision as they were, is reported, and is called again when it is due', async () => {
    books.also = () => Promise.reject(new RangeError('the ledger of\n    at 홍길동 is closed'));
    expect(await refund()).toMatchObject({ status: 'unknown', revision: { response: { cancelAmount: 3_000 } } });
    expect(await booked()).toEqual([]);
    const failed = await payments.find('refund-1');
    expect(failed).toMatchObject({ status: 'unknown', leaseUntil: undefined });
    expect(failed?.settledAt).toBeUndefined();
    expect(failed?.trail.at(-1)).toMatchObject({ event: 'handlerFailed', status: 'unknown' });
    expect(log.join('\n')).toMatch(/Bookkeeping.book failed \(RangeError at .*on-revision-settled.*\).*refund-1/);
    expect(log.join('\n')).not.toMatch(/홍길동/);

    // Nobody can decide what KICC has told already: the payment would be free to be refunded once more.
    for (const verdict of ['declined', 'succeeded'] as const) {
      const decided = payments.resolve({ shopTransactionId: 'refund-1', verdict, actor: 'kim', reason: 'console' });
      await expect(decided).rejects.toThrow(RevisionStateError);
    }
    await expect(refund('refund-2', failed?.pgCno)).rejects.toThrow(PaymentBusyError);

    // Not before it is due; then it fails again, and is due again, later.
    await app.get(ReviseRecovery).sweep();
    expect(books.told).toHaveLength(1);
    time = failed?.nextCheckAt ?? time;
    await app.get(ReviseRecovery).sweep();
    expect(books.told).toHaveLength(2);
    const again = await payments.find('refund-1');
    expect(again?.nextCheckAt?.getTime()).toBeGreaterThan(time.getTime());

    books.also = () => Promise.resolve();
    time = again?.nextCheckAt ?? time;
    await app.get(ReviseRecovery).sweep();
    const settled = await payments.find('refund-1');
    expect(settled).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(settled?.trail.at(-1)).toMatchObject({ event: 'settled', status: 'succeeded' });
    expect(await booked()).toEqual([{ id: 'refund-1', status: 'succeeded', amount: 3_000 }]);
    // KICC was never asked again for it: what it said is kept.
    expect(kicc.requests()).toHaveLength(1);
    expect(kicc.effects()).toHaveLength(1);
  });

  it('that fails keeps a refusal too, which KICC would not repeat', async () => {
    books.also = () => Promise.reject(new TypeError('no'));
    await payments.cancel({ shopTransactionId: 'refund-1', pgCno: 'no-such-payment' });
    const failed = await payments.find('refund-1');
    expect(failed).toMatchObject({ status: 'unknown' });
    expect(failed?.refusal).toBeDefined();
    books.also = () => Promise.resolve();
    const asked = kicc.requests().length;
    expect(await payments.settle('refund-1')).toMatchObject({ status: 'declined' });
    expect(kicc.requests()).toHaveLength(asked);
    expect(await booked()).toMatchObject([{ status: 'declined' }]);
  });

  it("that fails makes a person's call fail, and changes nothing", async () => {
    kicc.inject({ fault: 'drop-answer', when: 'before', times: 1 });
    await refund();
    books.also = () => Promise.reject(new TypeError('no'));
    const verdict = { shopTransactionId: 'refund-1', verdict: 'declined', actor: '김민지', reason: '확인함' } as const;
    await expect(payments.resolve(verdict)).rejects.toMatchObject({ code: 'KICC_SETTLED_HANDLER' });
    expect(await payments.find('refund-1')).toMatchObject({ status: 'unknown' });
    expect(await booked()).toEqual([]);
  });

  it('is called anew where a person has found the money with the customer that had come back', async () => {
    await refund();
    const held = (await payments.find('refund-1')) as Revision;
    // As KICC's notification has it written, of which its own handler hears.
    await app.get(ReviseJournal).save({ ...held, completion: 'bounced', version: held.version + 1 });
    expect(books.told).toEqual(['succeeded']);
    const verdict = { shopTransactionId: 'refund-1', verdict: 'succeeded', actor: '김민지', reason: '통장 확인' } as const;
    await payments.resolve(verdict);
    expect(books.told).toEqual(['succeeded', 'succeeded']);
    expect(books.before[1]).toMatchObject({ status: 'succeeded', completion: 'bounced' });
    await payments.resolve(verdict);
    expect(books.told).toHaveLength(2);
  });

  it.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['hides an error of the database', (manager) => manager.query('SELECT * FROM no_such_table').catch(() => undefined)],
    ['ends the transaction itself', (manager) => manager.queryRunner?.rollbackTransaction() ?? Promise.resolve()],
  ])('that %s never lets books and revision differ', async (_, act) => {
    books.also = act;
    const outcome = await refund();
    const settled = (await payments.find('refund-1'))?.status === 'succeeded';
    expect(settled).toBe(outcome.status === 'succeeded');
    expect(await booked()).toHaveLength(settled ? 1 : 0);
  });

  it('that asks for revisions itself is told not to, instead of waiting for itself', async () => {
    books.also = (_, { shopTransactionId }) => payments.find(shopTransactionId);
    expect(await refund()).toMatchObject({ status: 'unknown' });
    expect(log.join('\n')).toMatch(/Bookkeeping.book failed \(.*may call no method of this library/);
    expect(await booked()).toEqual([]);
  });

  describe('on a correction', () => {
    const REVIEW_MS = 30_000;

    /** KICC refuses a refund that it carries out: its answer is of another's delivery, and its query does not show it yet. */
    async function refusedWrongly(pgCno = kicc.approve({ amount: 10_000 }).pgCno): Promise<string> {
      kicc.inject({ fault: 'res-code', resCd: '8521', when: 'after', times: 1 });
      kicc.inject({ fault: 'res-code', resCd: 'R404', path: 'retrieveTransaction', times: 1 });
      expect(await refund('refund-1', pgCno)).toMatchObject({ status: 'declined' });
      expect(kicc.effects()).toHaveLength(1);
      return pgCno;
    }

    async function stands(): Promise<(string | boolean | undefined)[]> {
      const { status, settledBy, corrected } = (await payments.find('refund-1')) as Revision;
      return [status, settledBy, corrected];
    }

    async function review(of = app): Promise<void> {
      time = new Date(time.getTime() + REVIEW_MS);
      await of.get(ReviseRecovery).sweep();
    }

    it('is called once, with what stood before, and frees the payment', async () => {
      const pgCno = await refusedWrongly();
      await expect(refund('refund-2', pgCno)).rejects.toMatchObject({ because: 'review' });
      const declined = await payments.find('refund-1');
      await review();
      expect(await stands()).toEqual(['succeeded', 'kicc', undefined]);
      expect(books.told).toEqual(['declined', 'succeeded']);
      const { reviewUntil, refusal, settledAt } = declined as Revision;
      expect(books.before).toMatchObject([undefined, { status: 'declined', reviewUntil, refusal, settledAt }]);
      expect(await booked()).toEqual([{ id: 'refund-1', status: 'succeeded', amount: 3_000 }]);
      await review();
      await payments.settle('refund-1');
      expect(books.told).toHaveLength(2);
      expect(await refund('refund-2', pgCno)).toMatchObject({ status: 'succeeded' });
    });

    it('that fails leaves it declined, keeps the word of KICC, and is called again without asking it', async () => {
      const pgCno = await refusedWrongly();
      books.also = () => Promise.reject(new TypeError('no'));
      await review();
      expect(await stands()).toEqual(['declined', 'kicc', true]);
      const failed = await payments.find('refund-1');
      expect(failed).toMatchObject({ response: { resCd: '0000', cancelAmount: 3_000 } });
      expect(failed?.trail.at(-1)).toMatchObject({ event: 'handlerFailed', status: 'declined' });
      expect(failed?.nextCheckAt?.getTime()).toBeGreaterThan(time.getTime());
      expect(await booked()).toMatchObject([{ status: 'declined' }]);
      const { attention, byStatus } = await database.journal.openRevisions([MALL.mallId]);
      expect([attention.corrected, byStatus.unknown]).toEqual([1, 0]);
      await expect(refund('refund-2', pgCno)).rejects.toMatchObject({ because: 'corrected' });

      books.also = () => Promise.resolve();
      const asked = kicc.requests().length;
      time = failed?.nextCheckAt ?? time;
      await app.get(ReviseRecovery).sweep();
      expect(await stands()).toEqual(['succeeded', 'kicc', undefined]);
      expect(kicc.requests()).toHaveLength(asked);
      expect(books.before.at(-1)).toMatchObject({ status: 'declined' });
      expect(await booked()).toEqual([{ id: 'refund-1', status: 'succeeded', amount: 3_000 }]);
      expect(await refund('refund-2', pgCno)).toMatchObject({ status: 'succeeded' });
    });

    it('where there is none, holds the payment until a person says that he knows, also once there is one', async () => {
      const without = await open([]);
      payments = without.get(RevisePaymentService);
      const pgCno = await refusedWrongly();
      await review(without);
      expect(await stands()).toEqual(['succeeded', 'kicc', true]);
      await without.close();

      // It was not there when the correction was written, so it has not heard.
      payments = app.get(RevisePaymentService);
      await payments.settle('refund-1');
      await review();
      expect(books.told).toEqual([]);
      await expect(refund('refund-2', pgCno)).rejects.toMatchObject({ because: 'corrected' });
      await payments.resolve({ shopTransactionId: 'refund-1', verdict: 'succeeded', actor: '김민지', reason: '고객에게 알림' });
      expect(await stands()).toEqual(['succeeded', 'verdict', undefined]);
      expect(await refund('refund-2', pgCno)).toMatchObject({ status: 'succeeded' });
    });

    it('is told of for one of two processes that review it, once', async () => {
      const other = await open([Bookkeeping]);
      await refusedWrongly();
      time = new Date(time.getTime() + REVIEW_MS);
      await Promise.all([app, other].map((one) => one.get(RevisePaymentService).settle('refund-1')));
      expect(await stands()).toEqual(['succeeded', 'kicc', undefined]);
      expect([...books.told, ...other.get(Bookkeeping).told]).toEqual(['declined', 'succeeded']);
      expect(await booked()).toMatchObject([{ status: 'succeeded' }]);
      await other.close();
    });
  });

  it('settles a revision for one of two processes that try, and books it once', async () => {
    const other = await open([Bookkeeping]);
    kicc.inject({ fault: 'drop-answer', when: 'after', times: 1 });
    await refund();
    await Promise.all([app, other].map((one) => one.get(RevisePaymentService).settle('refund-1')));
    expect(await payments.find('refund-1')).toMatchObject({ status: 'succeeded' });
    expect(await booked()).toHaveLength(1);
    expect([...books.told, ...other.get(Bookkeeping).told]).toHaveLength(1);
    await other.close();
  });

  it('is called once, though its class is provided in two modules', async () => {
    const modules = app.get(ModulesContainer);
    expect(modules).toBeDefined();
    const again = new TypeOrmReviseJournal(app.get(DataSource), modules);
    await again.onModuleInit();
    await again.onApplicationShutdown();
  });

  it('is refused on a provider with a scope of its own', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @OnRevisionSettled()
      book(): void {}
    }
    await expect(open([PerRequest])).rejects.toThrow(/@OnRevisionSettled: PerRequest/);
  });
});
