import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { KiccValidationError, PaymentBusyError, type Revision } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept, conclude, resolved, startSending } from '../../lib/revision/transitions.js';
import { reviseJournalContract } from '../../lib/testing/index.js';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { engines, type Engine } from '../engines/engine.js';
import { lockRow } from './hold.js';
import { spoilRow } from './spoil-row.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

const NOW = new Date('2026-03-02T03:00:00.123Z');
const MALL = 'T0000001';
const DAY_MS = 24 * 60 * 60_000;

const minutes = (count: number, from = NOW): Date => new Date(from.getTime() + count * 60_000);

function newRevision(
  shopTransactionId: string,
  { pgCno = shopTransactionId, now = NOW, ...fields }: Record<string, unknown> = {},
) {
  const request = { shopTransactionId, pgCno, reviseTypeCode: '32', amount: 1_000, ...fields };
  const at = now as Date;
  return startSending(accept({ request: checkReviseRequest(request, [MALL]) }, at), '20260302', at, minutes(2, at));
}

function succeeded(revision: Revision, at = minutes(1)): Revision {
  const response = { resCd: '0000', cancelAmount: 1_000 };
  const next = conclude(
    revision,
    { kind: 'answer', response, contradicted: [] },
    { status: 'succeeded', proof: { of: 'success', response }, then: { do: 'rest' } },
    at,
  );
  return { ...next, version: revision.version + 1 };
}

describeEngines('TypeOrmReviseJournal', (engine) => {
  let database: JournalTestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase(engine);
  });
  afterEach(async () => {
    await database.drop();
  });

  it.each(reviseJournalContract)('$name', async ({ run }) => {
    await run({
      connect: () => database.connect(),
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

  it('survives its process', () => {
    expect(database.journal.durable).toBe(true);
  });

  describe('its table', () => {
    it('is what the entities say, so that migration:generate leaves it alone', async () => {
      const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    });

    it('can be read by the entity', async () => {
      await database.journal.open(newRevision('환불-1'));
      const [row] = await database.dataSource.getRepository('KiccRevision').find();
      expect(row).toMatchObject({
        mallId: MALL,
        shopTransactionId: '환불-1',
        openPgCno: '환불-1',
        status: 'sending',
        acceptedAt: NOW.getTime(),
        settledAt: null,
      });
    });

    it('goes when its migration is reverted, and comes again', async () => {
      const { dataSource } = database;
      for (let count = dataSource.migrations.length; count > 0; count--) await dataSource.undoLastMigration();
      // By its words: the driver's errors are of the realm of the first spec that this process ran.
      await expect(database.journal.find(MALL, 'refund-1')).rejects.toHaveProperty(
        'message',
        expect.stringMatching('kicc_revision'),
      );
      await dataSource.runMigrations();
      expect(await database.journal.find(MALL, 'refund-1')).toBeUndefined();
    });

    it('tells of what was open before its newest column until when KICC can be asked', async () => {
      const { dataSource, journal } = database;
      await journal.open(newRevision('refund-1'));
      const before = await journal.openRevisions([MALL]);
      expect(before.nearestWindowEnd).toBeDefined();
      await dataSource.undoLastMigration();
      await dataSource.runMigrations();
      expect(await journal.openRevisions([MALL])).toEqual(before);
    });

    it('itself forbids a second row of an id, a second open one of a payment, and an open one that does not say so', async () => {
      const { dataSource, journal } = database;
      await journal.open(newRevision('refund-1', { pgCno: 'payment-1' }));
      await journal.open(newRevision('refund-2', { pgCno: 'payment-2' }));
      const update = (set: string): Promise<unknown> =>
        dataSource.query(`UPDATE kicc_revision SET ${set} WHERE shop_transaction_id = 'refund-2'`);
      await expect(update("shop_transaction_id = 'refund-1'")).rejects.toThrow();
      await expect(update("pg_cno = 'payment-1', open_pg_cno = 'payment-1'")).rejects.toThrow();
      await expect(update('open_pg_cno = NULL')).rejects.toThrow();
      // What is declined may hold its payment, or not.
      await update("status = 'declined'");
      await update('open_pg_cno = NULL');
      await expect(update("status = 'unknown'")).rejects.toThrow();
    });
  });

  describe('simultaneous writes', () => {
    it('are written all, and each once, whatever comes together', async () => {
      const [one, other] = [await database.connect(), await database.connect()];
      const revisions = Array.from({ length: 300 }, (_, index) => newRevision(`refund-${index}`));
      const opened = await Promise.all(revisions.map((revision, index) => (index % 2 === 0 ? one : other).open(revision)));
      expect(opened.every((result) => result.opened)).toBe(true);
      const saved = await Promise.all(
        revisions.flatMap((revision) => [one, other].map((journal) => journal.save(succeeded(revision)))),
      );
      expect(saved.filter(Boolean)).toHaveLength(300);
      const rows = await database.dataSource.getRepository('KiccRevision').findBy({ status: 'succeeded', version: 2 });
      expect(rows).toHaveLength(300);
    });

    it('do not fail for one of them that cannot be written', async () => {
      const good = Array.from({ length: 20 }, (_, index) => newRevision(`refund-${index}`));
      // What nobody can make by the library: a status longer than its column, which the check forbids too.
      const bad = newRevision('bad');
      const broken = { ...bad, status: 'no status that there is', version: null } as unknown as Revision;
      const results = await Promise.allSettled([...good, broken].map((revision) => database.journal.open(revision)));
      expect(results.slice(0, -1).map(({ status }) => status)).toEqual(good.map(() => 'fulfilled'));
      expect(results.at(-1)?.status).toBe('rejected');
      expect(await database.journal.find(MALL, 'bad')).toBeUndefined();
    });

    it('of one payment let one in; who is refused for it may try again once it is refused itself', async () => {
      const all = { pgCno: 'payment-1' };
      const before = newRevision('refund-0', { ...all, approvedAmount: 2_000 });
      await database.journal.open(before);
      await database.journal.save(succeeded(before));
      const tooMuch = newRevision('refund-00', { ...all, amount: 1_500 });
      const results = await Promise.allSettled(
        [tooMuch, newRevision('refund-1', all), newRevision('refund-2', all)].map((one) => database.journal.open(one)),
      );
      const reasons = results.map((result) => (result.status === 'rejected' ? (result.reason as Error).name : 'opened'));
      expect(reasons).toEqual(['OverRefundError', 'opened', 'PaymentBusyError']);
      const busy = (results[2] as PromiseRejectedResult).reason as PaymentBusyError;
      expect(busy.openShopTransactionId).toBe('refund-1');
    });
  });

  describe('a host whose clock is wrong', () => {
    const FIVE = 5;
    it.each([
      ['behind', -FIVE],
      ['ahead', FIVE],
    ])('keeps what it leases, and takes nothing that is leased: %s', async (_, off) => {
      const right = await database.connect();
      const wrong = await database.connect(() => minutes(off, new Date()).getTime());
      const rightNow = new Date();
      const wrongNow = minutes(off, rightNow);
      await right.claimDue({ mallIds: [MALL], now: rightNow, leaseUntil: rightNow, limit: 1 });
      await wrong.claimDue({ mallIds: [MALL], now: wrongNow, leaseUntil: wrongNow, limit: 1 });
      const mine = newRevision('mine', { now: wrongNow });
      const theirs = newRevision('theirs', { now: rightNow });
      await wrong.open(mine);
      await right.open(theirs);

      const claim = async (journal: TypeOrmReviseJournal, now: Date, after: number): Promise<string[]> => {
        const at = minutes(after, now);
        const claimed = await journal.claimDue({ mallIds: [MALL], now: at, leaseUntil: minutes(1, at), limit: 10 });
        return claimed.map(({ shopTransactionId }) => shopTransactionId).sort();
      };
      expect(await claim(right, rightNow, 1.9)).toEqual([]);
      expect(await claim(wrong, wrongNow, 1.9)).toEqual([]);
      expect(await claim(right, rightNow, 2.1)).toEqual(['mine', 'theirs']);
      expect(await claim(wrong, wrongNow, 3)).toEqual([]);
      // Each sees the lease on its own clock.
      const seen = await wrong.find(MALL, 'mine');
      expect(Math.abs((seen?.leaseUntil?.getTime() ?? 0) - minutes(3.1, wrongNow).getTime())).toBeLessThan(2_000);
    });
  });

  describe('purge', () => {
    const long = new Date(Date.now() - 100 * DAY_MS);
    const bring = async (id: string, settledAt: Date | undefined, fields: Record<string, unknown> = {}): Promise<Revision> => {
      const opened = newRevision(id, { ...fields, now: long });
      await database.journal.open(opened);
      if (!settledAt) return opened;
      const settled = succeeded(opened, settledAt);
      expect(await database.journal.save(settled)).toBe(true);
      return settled;
    };
    const left = async (): Promise<string[]> =>
      (await database.dataSource.getRepository('KiccRevision').find())
        .map((row) => String((row as { shopTransactionId: string }).shopTransactionId))
        .sort();

    it('takes what was settled before, and leaves what is open, due, waits for a person, or is of a payment still at work', async () => {
      const young = new Date(Date.now() - 10 * DAY_MS);
      await bring('old', long);
      await bring('old-too', long, { pgCno: 'old' });
      await bring('young', young);
      await bring('open', undefined);
      await bring('of-young', long, { pgCno: 'busy' });
      await bring('of-young-too', young, { pgCno: 'busy' });
      await bring('of-open', long, { pgCno: 'at-work' });
      await bring('open-too', undefined, { pgCno: 'at-work' });
      const verdict = { verdict: 'declined', actor: '김민지', reason: '확인함', at: long } as const;
      const decided = await bring('decided', undefined);
      await database.journal.save({ ...resolved(decided, verdict), version: 2 });
      const disproved = await bring('disproved', undefined);
      await database.journal.save({ ...resolved(disproved, verdict), nextCheckAt: undefined, contradicted: true, version: 2 });

      const reviewUntil = minutes(1, long);
      const declined = { status: 'declined', settledAt: long, settledBy: 'kicc', leaseUntil: undefined, reviewUntil } as const;
      for (const [id, more] of Object.entries({
        'under-review': { nextCheckAt: reviewUntil },
        unreviewed: { nextCheckAt: undefined, unreviewed: true },
        corrected: { status: 'succeeded', nextCheckAt: undefined, corrected: true },
      } as const)) {
        const held = await bring(id, undefined);
        expect(await database.journal.save({ ...held, ...declined, ...more, version: 2 })).toBe(true);
      }
      await bring('of-review', long, { pgCno: 'under-review', reviseTypeCode: '40', amount: undefined });

      expect(await database.journal.purge({ settledBefore: new Date(Date.now() - 50 * DAY_MS) })).toBe(2);
      expect(await left()).toEqual(
        [
          ...['young', 'open', 'of-young', 'of-young-too', 'of-open', 'open-too', 'decided', 'disproved'],
          ...['under-review', 'unreviewed', 'corrected', 'of-review'],
        ].sort(),
      );
      expect(await database.journal.purge({ settledBefore: new Date(Date.now() - 50 * DAY_MS) })).toBe(0);
    });

    it("goes by the module's clock, once that is known", async () => {
      await bring('old', long);
      const settledBefore = new Date(long.getTime() + DAY_MS);
      let now = (): Date => new Date(settledBefore.getTime() + 3 * DAY_MS - 1);
      database.journal.configure({ now: () => now(), handlerTimeoutMs: 10_000 });
      await expect(database.journal.purge({ settledBefore })).rejects.toThrow(/is too young/);
      now = () => new Date(settledBefore.getTime() + 3 * DAY_MS);
      expect(await database.journal.purge({ settledBefore })).toBe(1);
    });

    it("forgets with a payment's last revision what it was approved for, and what went back", async () => {
      await bring('old', long, { pgCno: 'paid', approvedAmount: 10_000 });
      const again = (id: string) => database.journal.open(newRevision(id, { pgCno: 'paid', amount: 9_500 }));
      await expect(again('too-much')).rejects.toMatchObject({ code: 'KICC_OVER_REFUND' });
      expect(await database.journal.purge({ settledBefore: new Date(Date.now() - 50 * DAY_MS) })).toBe(1);
      expect(await again('untold')).toMatchObject({ opened: true });
    });

    it('goes through more than it looks at in one go', async () => {
      const many = Array.from({ length: 1_100 }, (_, index) => newRevision(`refund-${index}`, { now: long }));
      await Promise.all(many.map((revision) => database.journal.open(revision)));
      await Promise.all(many.map((revision) => database.journal.save(succeeded(revision, long))));
      expect(await database.journal.purge({ settledBefore: new Date(Date.now() - 50 * DAY_MS) })).toBe(1_100);
      expect(await left()).toEqual([]);
    });

    it.each([
      ['too young', new Date()],
      ['no date', 'yesterday'],
      ['no valid date', new Date(NaN)],
    ])('refuses a time that is %s', async (_, settledBefore) => {
      const purge = database.journal.purge({ settledBefore: settledBefore as Date });
      await expect(purge).rejects.toThrow(KiccValidationError);
      if (String(settledBefore) === 'Invalid Date') await expect(purge).rejects.toThrow('is not a valid Date');
    });
  });

  describe('at start', () => {
    it('says that the table is missing, and how it comes', async () => {
      const { dataSource } = database;
      await dataSource.query('DROP TABLE kicc_revision');
      await expect(database.journal.onModuleInit()).rejects.toThrow(/kicc_revision cannot be read.*kiccMigrations/s);
    });

    it('starts where all is well, without a word', async () => {
      const lines: unknown[] = [];
      const write = (line: unknown): void => void lines.push(line);
      Logger.overrideLogger({ log: write, error: write, warn: write, debug: write, verbose: write, fatal: write });
      try {
        await database.journal.onModuleInit();
      } finally {
        Logger.overrideLogger(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);
      }
      expect(lines).toEqual([]);
    });
  });
});

describe('TypeOrmReviseJournal', () => {
  it('refuses SQLite in memory, which is not durable', async () => {
    const dataSource = await new DataSource({ type: 'better-sqlite3', database: ':memory:' }).initialize();
    await expect(new TypeOrmReviseJournal(dataSource).onModuleInit()).rejects.toThrow(/in memory.*not durable/s);
    await dataSource.destroy();
  });

  it('refuses an engine that it does not know', () => {
    const dataSource = { options: { type: 'oracle' } } as DataSource;
    expect(() => new TypeOrmReviseJournal(dataSource)).toThrow(/oracle is not supported/);
  });

  it('on SQLite, is not rolled back with a transaction that the shop has open', async () => {
    const test = await openTestDatabase(engines.find(({ name }) => name === 'sqlite') as Engine);
    const runner = test.dataSource.createQueryRunner();
    await runner.startTransaction();
    await test.journal.open(newRevision('refund-1'));
    await runner.rollbackTransaction();
    expect(await test.journal.find(MALL, 'refund-1')).toBeDefined();
    // The shop's lock is waited for without holding up the thread that is to release it.
    await runner.startTransaction();
    await runner.query("UPDATE kicc_revision SET written_by = 'shop'");
    const waiting = test.journal.open(newRevision('refund-2'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await runner.rollbackTransaction();
    expect((await waiting).opened).toBe(true);
    await test.drop();
  });
});
