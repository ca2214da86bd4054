import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom, tap, toArray } from 'rxjs';
import {
  BulkConflictError,
  BulkNotFoundError,
  KiccValidationError,
  MemoryReviseJournal,
  ReviseBulkService,
  type BulkProgress,
  type BulkReportRow,
  type KiccModuleExtras,
  type KiccModuleOptions,
  type ReviseBulkStore,
  type ReviseRequest,
} from '../../lib/index.js';
import { MemoryReviseBulkStore } from '../../lib/journal/memory-revise-bulk-store.js';
import { openShop, sent, until, type Shop } from '../revise/shop.js';

/** A journal that processes share, with its bulks. */
class SharedJournal extends MemoryReviseJournal {
  override readonly bulks: ReviseBulkStore = new MemoryReviseBulkStore();
}

let shops: Shop[];
let journal: SharedJournal;
let shop: Shop;
let bulk: ReviseBulkService;

beforeEach(async () => {
  shops = [];
  journal = new SharedJournal();
  shop = await open();
  bulk = shop.app.get(ReviseBulkService);
});
afterEach(async () => {
  for (const one of shops.reverse()) await one.stop();
});

const open = (options: Partial<KiccModuleOptions> = {}): Promise<Shop> =>
  openBeside({ journal: { useValue: journal } }, options);

async function openBeside(extras: KiccModuleExtras, options: Partial<KiccModuleOptions> = {}): Promise<Shop> {
  const [beside] = shops;
  const settlement = { waitMs: 0, sweepEveryMs: false, reviewMs: 30_000 } as const;
  const opened = await openShop({ settlement, ...options }, extras, beside ? { beside } : {});
  shops.push(opened);
  return opened;
}

const refunds = (count: number, prefix = 'refund'): ReviseRequest[] =>
  Array.from({ length: count }, (_, index) => {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    return { shopTransactionId: `${prefix}-${index}`, pgCno, reviseTypeCode: '40' };
  });
const ended = (bulkId: string, service = bulk): Promise<BulkProgress> => lastValueFrom(service.progress(bulkId));
async function reportOf(bulkId: string): Promise<BulkReportRow[]> {
  const rows: BulkReportRow[] = [];
  for await (const row of bulk.report(bulkId)) rows.push(row);
  return rows;
}
/** A bulk `b` of one row, as a process left it that died. */
async function leave(request: ReviseRequest, state: 'started' | 'unknown', dueInMs = 0): Promise<void> {
  const { shopTransactionId } = request;
  const dueAt = new Date(shop.clock.at.getTime() + dueInMs);
  const row = { bulkId: 'b', row: 0, mallId: 'T0000001', shopTransactionId, request, state, dueAt, attempts: 0, version: 1 };
  await journal.bulks.create({ bulkId: 'b', status: 'running', createdAt: shop.clock.at, digest: '' }, [row]);
}
/** A process whose journal is lost. */
const openForgetful = (): Promise<Shop> => openBeside({ journal: { useValue: new MemoryReviseJournal() } });
/** Has a request delivered that the journal knows nothing of, and that KICC is at work on. */
async function loseDelivery(request: ReviseRequest): Promise<void> {
  const forgetful = await openForgetful();
  shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 1_000 });
  void forgetful.payments.revise(request);
  await until(() => sent(shop).length === 1);
}
const effects = (): string[] => shop.kicc.effects().map(({ shopTransactionId }) => shopTransactionId);

describe('a bulk', () => {
  it('makes every refund once, and reports each row, in order', async () => {
    const requests = refunds(300);
    const progress = await bulk.submit(requests, { bulkId: 'concert-1' });
    expect(progress).toMatchObject({ bulkId: 'concert-1', status: 'running', total: 300 });
    expect(await ended('concert-1')).toMatchObject({ done: 300, byState: { succeeded: 300 } });
    expect(effects().sort()).toEqual(requests.map(({ shopTransactionId }) => shopTransactionId).sort());
    const rows = await reportOf('concert-1');
    expect(rows.map(({ row }) => row)).toEqual(requests.map((_, row) => row));
    expect(rows[7]).toEqual({ row: 7, mallId: 'T0000001', shopTransactionId: 'refund-7', state: 'succeeded' });
  });

  it('tells how far it is as it goes', async () => {
    const told: BulkProgress[] = [];
    const { bulkId } = await bulk.submit(refunds(200));
    const all = await lastValueFrom(
      bulk.progress(bulkId).pipe(
        tap((progress) => told.push(progress)),
        toArray(),
      ),
    );
    const done = all.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((one, other) => one - other));
    expect(all.at(-1)).toMatchObject({ total: 200, done: 200 });
    expect(told).toEqual(all);
  });

  it('runs what can be sent, and says of the rest what is wrong', async () => {
    const [good, twice] = refunds(2) as [ReviseRequest, ReviseRequest];
    const requests = [
      good,
      { ...twice, shopTransactionId: good.shopTransactionId },
      { shopTransactionId: 'bad id', pgCno: 'p', reviseTypeCode: '40' },
      undefined,
      { shopTransactionId: 'refund-9', pgCno: 'unknown-payment', reviseTypeCode: '40' },
      { ...twice, amount: 1n },
    ] as ReviseRequest[];
    const { bulkId } = await bulk.submit(requests);
    expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 1, refused: 4, declined: 1 } });
    const rows = await reportOf(bulkId);
    expect(rows.map(({ state }) => state)).toEqual(['succeeded', 'refused', 'refused', 'refused', 'declined', 'refused']);
    expect(rows[1]?.error?.message).toMatch(/shopTransactionId: stands twice in this bulk/);
    expect(rows[2]?.error).toMatchObject({ code: 'KICC_VALIDATION' });
    expect(effects()).toEqual([good.shopTransactionId]);
  });

  it('is the same bulk when it is submitted again, and no other', async () => {
    const requests = refunds(20);
    await bulk.submit(requests, { bulkId: 'concert-1' });
    await bulk.submit(structuredClone(requests), { bulkId: 'concert-1' });
    await expect(bulk.submit(requests.slice(1), { bulkId: 'concert-1' })).rejects.toThrow(BulkConflictError);
    await ended('concert-1');
    expect(sent(shop)).toHaveLength(20);
  });

  it('with rows that were refunded before refunds nothing again', async () => {
    const requests = refunds(10);
    for (const request of requests.slice(0, 5)) await shop.payments.revise(request);
    const { bulkId } = await bulk.submit(requests);
    expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 10 } });
    expect(effects()).toHaveLength(10);
  });

  describe('with rows of one payment', () => {
    const parts = (count: number, first = refunds(1)[0] as ReviseRequest): ReviseRequest[] =>
      Array.from({ length: count }, (_, index) => {
        return { ...first, shopTransactionId: `part-${index}`, reviseTypeCode: '32', amount: 100 } as ReviseRequest;
      });
    /** KICC is at work on the first of two parts; the other one waits for it. */
    async function waiting(): Promise<string> {
      shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 1_000 });
      const { bulkId } = await bulk.submit(parts(2), { bulkId: 'b' });
      await until(() => sent(shop).length === 1);
      return bulkId;
    }

    it('runs them one after the other, in order, and puts none back', async () => {
      const requests = parts(20);
      const others = refunds(40);
      const { bulkId } = await bulk.submit(others.flatMap((other, row) => [...requests.slice(row, row + 1), other]));
      // The clock stands still: what was put back would never be due.
      expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 60 } });
      const ids = requests.map(({ shopTransactionId }) => shopTransactionId);
      expect(effects().filter((id) => id.startsWith('part'))).toEqual(ids);
      // Claimed, and written.
      expect((await journal.bulks.rows(bulkId, 0, 100)).map(({ version }) => version)).toEqual(Array(60).fill(3));
    });

    it('lets others go on beside them', async () => {
      const bounded = await open({ bulk: { concurrency: 2 } });
      await shop.close();
      shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 10, times: 20 });
      const { bulkId } = await bounded.app.get(ReviseBulkService).submit([...parts(12), ...refunds(6)]);
      await ended(bulkId, bounded.app.get(ReviseBulkService));
      expect(effects().slice(-3)).toEqual(['part-9', 'part-10', 'part-11']);
    });

    it('runs those that were carried here one after the other, too', async () => {
      bulk.carryBy({
        isLost: false,
        dispatch: (rows) => {
          for (const row of rows) void bulk.run(row);
          return Promise.resolve();
        },
      });
      const { bulkId } = await bulk.submit(parts(5));
      expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 5 } });
      expect((await journal.bulks.rows(bulkId, 0, 5)).map(({ attempts }) => attempts)).toEqual(Array(5).fill(0));
    });

    it('leases one anew that has waited for long', async () => {
      const bulkId = await waiting();
      shop.pass(100_000);
      expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 2 } });
      expect((await journal.bulks.rows(bulkId, 0, 2)).map(({ version }) => version)).toEqual([3, 4]);
    });

    it('leaves one to others whose lease has run out', async () => {
      const bulkId = await waiting();
      shop.pass(300_000);
      const now = shop.clock.at;
      const leaseUntil = new Date(now.getTime() + 60_000);
      const claim = { mallIds: ['T0000001'], now, leaseUntil, limit: 1, only: { bulkId, row: 1 } };
      const [taken] = await journal.bulks.claim(claim);
      expect(taken?.row).toMatchObject({ state: 'started', version: 3 });
      await until(async () => (await bulk.find(bulkId))?.done === 1);
      await shop.close();
      expect(sent(shop)).toHaveLength(1);
      expect((await journal.bulks.rows(bulkId, 1, 1))[0]).toEqual(taken?.row);
    });

    it.each([
      ['paused', 'pending'],
      ['cancelled', 'cancelled'],
    ] as const)('does not begin one that waits when the bulk is %s', async (status, state) => {
      const bulkId = await waiting();
      await (status === 'paused' ? bulk.pause(bulkId) : bulk.cancel(bulkId));
      await until(async () => (await bulk.find(bulkId))?.byState[state] === 1);
      await until(async () => (await bulk.find(bulkId))?.byState.succeeded === 1);
      expect(sent(shop)).toHaveLength(1);
    });
  });

  it('tries again where another revision of the payment is open', async () => {
    const [first] = refunds(1) as [ReviseRequest];
    const part = (id: string) => ({ ...first, shopTransactionId: id, reviseTypeCode: '32', amount: 1_000 }) as ReviseRequest;
    shop.kicc.inject({ fault: 'slow', when: 'after', delayMs: 150, times: 1 });
    const before = shop.payments.revise(part('part-1'));
    await until(() => effects().length === 1);
    const { bulkId } = await bulk.submit([part('part-2'), part('part-3')]);
    await until(async () => (await journal.bulks.rows(bulkId, 0, 1))[0]?.attempts === 1);
    await before;
    const done = ended(bulkId);
    // The pauses are long by the shop's clock, which stands still here.
    await until(async () => {
      shop.pass(1_000);
      return (await bulk.find(bulkId))?.done === 2;
    });
    expect(await done).toMatchObject({ byState: { succeeded: 2 } });
    expect(effects().sort()).toEqual(['part-1', 'part-2', 'part-3']);
  });

  it('cancels what could not be begun while it was cancelled', async () => {
    const [first] = refunds(1) as [ReviseRequest];
    const part = (id: string) => ({ ...first, shopTransactionId: id, reviseTypeCode: '32', amount: 1_000 }) as ReviseRequest;
    shop.kicc.inject({ fault: 'slow', when: 'after', delayMs: 150, times: 1 });
    const before = shop.payments.revise(part('part-1'));
    await until(() => effects().length === 1);
    const update = journal.bulks.update.bind(journal.bulks);
    jest.spyOn(journal.bulks, 'update').mockImplementationOnce(async (row) => {
      expect(row.state).toBe('pending');
      await bulk.cancel('b');
      return update(row);
    });
    await bulk.submit([part('part-2')], { bulkId: 'b' });
    expect(await ended('b')).toMatchObject({ status: 'cancelled', byState: { cancelled: 1 } });
    await before;
    expect(effects()).toEqual(['part-1']);
  });

  it('waits for the review of another revision of the payment', async () => {
    const [first] = refunds(1) as [ReviseRequest];
    const part = (id: string) => ({ ...first, shopTransactionId: id, reviseTypeCode: '32', amount: 1_000 }) as ReviseRequest;
    await loseDelivery(part('part-1'));
    await shop.payments.revise(part('part-1'));
    const { bulkId } = await bulk.submit([part('part-2')]);
    await until(async () => (await journal.bulks.rows(bulkId, 0, 1))[0]?.attempts === 1);
    const [row] = await journal.bulks.rows(bulkId, 0, 1);
    expect(row).toMatchObject({ state: 'pending', dueAt: (await shop.payments.find('part-1'))?.reviewUntil });
    shop.pass(30_000);
    await shop.payments.resolve({ shopTransactionId: 'part-1', verdict: 'declined', actor: 'minji', reason: 'the console' });
    bulk.takeUp();
    expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 1 } });
  });

  describe('with a decline that turns out to be wrong', () => {
    async function declined(): Promise<string> {
      const [request] = refunds(1) as [ReviseRequest];
      await loseDelivery(request);
      const { bulkId } = await bulk.submit([request]);
      expect(await ended(bulkId)).toMatchObject({ done: 1, byState: { declined: 1 } });
      await until(() => effects().length === 1);
      return bulkId;
    }
    const succeeds = (bulkId: string) =>
      until(async () => (await bulk.find(bulkId))?.byState.succeeded === 1, 'the row has followed');

    it('follows its review', async () => {
      const bulkId = await declined();
      shop.pass(30_000);
      await shop.recovery.sweep();
      await succeeds(bulkId);
      expect(await bulk.find(bulkId)).toMatchObject({ done: 1, byState: { declined: 0 } });
      expect((await journal.bulks.rows(bulkId, 0, 1))[0]?.dueAt).toBeUndefined();
      expect(sent(shop)).toHaveLength(2);
    });

    it('follows it though the process that corrected it has died just then', async () => {
      const bulkId = await declined();
      const recall = jest.spyOn(journal.bulks, 'recall').mockResolvedValue();
      shop.pass(30_000);
      await shop.recovery.sweep();
      expect(recall).toHaveBeenCalledTimes(1);
      expect((await reportOf(bulkId)).map(({ state }) => state)).toEqual(['succeeded']);
      bulk.takeUp();
      await succeeds(bulkId);
    });

    it('follows a person who decides so after the review, in another process', async () => {
      const other = await open();
      const [request] = refunds(1) as [ReviseRequest];
      shop.kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
      const { bulkId } = await bulk.submit([request]);
      await ended(bulkId);
      shop.pass(30_000);
      await shop.recovery.sweep();
      await until(async () => {
        shop.pass(1_000);
        bulk.takeUp();
        return (await journal.bulks.rows(bulkId, 0, 1))[0]?.dueAt === undefined;
      });
      const { shopTransactionId } = request;
      await other.payments.resolve({ shopTransactionId, verdict: 'succeeded', actor: 'minji', reason: 'the console' });
      expect((await reportOf(bulkId)).map(({ state }) => state)).toEqual(['succeeded']);
      await succeeds(bulkId);
    });

    it('follows one that was withdrawn when the bulk was cancelled', async () => {
      shop.kicc.inject({ fault: 'refuse' });
      const [request] = refunds(1) as [ReviseRequest];
      const { bulkId } = await bulk.submit([request]);
      await until(async () => (await bulk.find(bulkId))?.byState.unknown === 1);
      await bulk.cancel(bulkId);
      expect(await ended(bulkId)).toMatchObject({ byState: { declined: 1 } });
      await shop.kicc.clearFaults();
      await (await openForgetful()).payments.revise(request);
      shop.pass(30_000);
      await shop.recovery.sweep();
      await succeeds(bulkId);
    });
  });

  it('follows a row whose answer was lost until its outcome is known', async () => {
    shop.kicc.inject({ fault: 'drop-answer', when: 'after', times: 3 });
    const { bulkId } = await bulk.submit(refunds(5));
    await until(async () => (await bulk.find(bulkId))?.byState.succeeded === 2);
    expect(await bulk.find(bulkId)).toMatchObject({ done: 2, byState: { unknown: 3 } });
    shop.pass(2_000);
    await shop.recovery.sweep();
    expect((await reportOf(bulkId)).map(({ state }) => state)).toEqual(Array(5).fill('succeeded'));
    expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 5 } });
    expect(effects()).toHaveLength(5);
  }, 20_000);

  it('begins nothing while it is paused, and goes on when it is resumed', async () => {
    shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 60, times: 200 });
    const { bulkId } = await bulk.submit(refunds(60));
    await until(() => sent(shop).length > 0);
    expect(await bulk.pause(bulkId)).toMatchObject({ status: 'paused' });
    await until(async () => (await bulk.find(bulkId))?.byState.started === 0);
    const begun = sent(shop).length;
    expect(begun).toBeLessThan(60);
    expect(await bulk.find(bulkId)).toMatchObject({ status: 'paused', byState: { pending: 60 - begun } });
    await bulk.resume(bulkId);
    expect(await ended(bulkId)).toMatchObject({ status: 'running', byState: { succeeded: 60 } });
    expect(effects()).toHaveLength(60);
  });

  it('is cancelled for what was not sent, and for good', async () => {
    shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 60, times: 200 });
    const { bulkId } = await bulk.submit(refunds(60));
    await until(() => sent(shop).length > 0);
    await bulk.cancel(bulkId);
    const { byState } = await ended(bulkId);
    expect(byState.cancelled).toBeGreaterThan(0);
    expect(byState.succeeded + byState.cancelled).toBe(60);
    expect(effects()).toHaveLength(byState.succeeded);
    await expect(bulk.resume(bulkId)).rejects.toThrow(BulkConflictError);
    await expect(bulk.pause(bulkId)).rejects.toThrow(BulkConflictError);
    expect(await bulk.cancel(bulkId)).toMatchObject({ status: 'cancelled' });
  });

  it('takes back what could not be sent, when it is cancelled', async () => {
    shop.kicc.inject({ fault: 'refuse' });
    const { bulkId } = await bulk.submit(refunds(20));
    await until(async () => ((await bulk.find(bulkId))?.byState.unknown ?? 0) > 8);
    await bulk.cancel(bulkId);
    const { status, byState } = await ended(bulkId);
    expect([status, byState.cancelled + byState.declined]).toEqual(['cancelled', 20]);
    expect(byState.declined).toBeGreaterThan(8);
    for (const { state, shopTransactionId } of await reportOf(bulkId)) {
      expect((await shop.payments.find(shopTransactionId))?.settledBy).toBe(state === 'declined' ? 'withdrawal' : undefined);
    }
    await shop.kicc.clearFaults();
    expect(await shop.payments.openRevisions()).not.toHaveProperty('oldestSince');
    expect(sent(shop)).toEqual([]);
  });

  it.each([
    ['running', 'succeeded', 1],
    ['cancelled', 'cancelled', 0],
  ] as const)('that is %s takes up rows that a dead process had taken', async (status, state, made) => {
    const [request] = refunds(1) as [ReviseRequest];
    await leave(request, 'started', 1_000);
    if (status === 'cancelled') await bulk.cancel('b');
    shop.pass(1_000);
    await bulk.submit(refunds(1, 'other'));
    expect(await ended('b')).toMatchObject({ byState: { [state]: 1 } });
    expect(effects().filter((id) => id === 'refund-0')).toHaveLength(made);
  });

  it('asks for a person where the journal has lost what was sent, and sends nothing', async () => {
    const [request] = refunds(1) as [ReviseRequest];
    await leave(request, 'unknown');
    bulk.takeUp();
    expect(await ended('b')).toMatchObject({ byState: { escalated: 1 } });
    expect(sent(shop)).toEqual([]);
  });

  it('that is cancelled still tells the outcome of what a dead process had sent', async () => {
    const [request] = refunds(1) as [ReviseRequest];
    await shop.payments.revise(request);
    await leave(request, 'started');
    await bulk.cancel('b');
    await bulk.submit(refunds(1, 'other'));
    expect(await ended('b')).toMatchObject({ byState: { succeeded: 1 } });
  });

  it('is shared by the processes that share the journal', async () => {
    const other = await open();
    const { bulkId } = await bulk.submit(refunds(100));
    await other.app.get(ReviseBulkService).submit(refunds(100, 'other'));
    expect(await ended(bulkId, other.app.get(ReviseBulkService))).toMatchObject({ done: 100 });
    await until(() => effects().length === 200);
    expect(new Set(effects()).size).toBe(200);
    expect(sent(shop)).toHaveLength(200);
  });

  it('runs no more at a time than it may', async () => {
    const bounded = await open({ bulk: { concurrency: 3 } });
    await shop.close();
    shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 40, times: 30 });
    const { bulkId } = await bounded.app.get(ReviseBulkService).submit(refunds(30));
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, shop.kicc.connections())), 2);
    await ended(bulkId, bounded.app.get(ReviseBulkService));
    clearInterval(watch);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('begins no more a second than it may', async () => {
    const bounded = await open({ bulk: { perSecond: 20 } });
    await shop.close();
    const began = performance.now();
    const { bulkId } = await bounded.app.get(ReviseBulkService).submit(refunds(21));
    await ended(bulkId, bounded.app.get(ReviseBulkService));
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
  });

  it('is left where it stands when the app closes, and what is on its way comes to its end', async () => {
    shop.kicc.inject({ fault: 'slow', when: 'after', delayMs: 100, times: 200 });
    const { bulkId } = await bulk.submit(refunds(40));
    await until(() => sent(shop).length > 0);
    await shop.close();
    const begun = effects().length;
    expect(begun).toBeLessThan(40);
    expect(await journal.bulks.find(bulkId)).toMatchObject({ byState: { succeeded: begun, pending: 40 - begun } });
    const next = await open();
    await next.app.get(ReviseBulkService).submit(refunds(1, 'other'));
    expect(await ended(bulkId, next.app.get(ReviseBulkService))).toMatchObject({ byState: { succeeded: 40 } });
    expect(effects().filter((id) => id.startsWith('refund'))).toHaveLength(40);
  });

  it.each([
    ['nothing', undefined],
    ['no list', { length: 1 }],
    ['an empty list', []],
  ])('is refused where it is %s', async (_, requests) => {
    await expect(bulk.submit(requests as ReviseRequest[])).rejects.toThrow(KiccValidationError);
    await expect(bulk.submit(requests as ReviseRequest[])).rejects.toThrow(/requests: .*array/s);
  });

  it('that there is not, is said not to be there', async () => {
    await expect(ended('no-such')).rejects.toThrow(BulkNotFoundError);
    await expect(bulk.pause('no-such')).rejects.toThrow(BulkNotFoundError);
    await expect(bulk.resume('no-such')).rejects.toThrow(BulkNotFoundError);
    await expect(bulk.cancel('no-such')).rejects.toThrow(BulkNotFoundError);
    await expect(reportOf('no-such')).rejects.toThrow(BulkNotFoundError);
    expect(await bulk.find('no-such')).toBeUndefined();
    await expect(bulk.submit(refunds(1), { bulkId: 'a b' })).rejects.toThrow(/bulkId: /);
  });

  describe('that is carried', () => {
    it('is run by whoever it is carried to; what is brought twice is run once, what is lost is brought again', async () => {
      let dispatched = 0;
      bulk.carryBy({
        isLost: false,
        dispatch: (rows) => {
          dispatched += rows.length;
          // The first is lost, and every other is brought twice.
          for (const row of rows.slice(dispatched > 30 ? 0 : 1)) void Promise.all([bulk.run(row), bulk.run(row)]);
          return Promise.resolve();
        },
      });
      const { bulkId } = await bulk.submit(refunds(30));
      await until(async () => (await bulk.find(bulkId))?.done === 29);
      await bulk.resume(bulkId);
      expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 30 } });
      expect(sent(shop)).toHaveLength(30);
    });

    it('is run here where it cannot be carried', async () => {
      bulk.carryBy({ isLost: false, dispatch: () => Promise.reject(new RangeError('redis://user:password@host is gone')) });
      const { bulkId } = await bulk.submit(refunds(30));
      expect(await ended(bulkId)).toMatchObject({ byState: { succeeded: 30 } });
      expect(shop.log.filter((line) => line.includes('cannot be carried (RangeError)'))).toHaveLength(1);
      expect(shop.log.join()).not.toContain('password');
    });
  });
});

describe('bulks', () => {
  it('are listed newest first, page by page, as find() tells of each', async () => {
    expect(bulk.canList).toBe(true);
    for (const bulkId of ['a', 'b', 'c']) {
      shop.pass(1);
      await bulk.submit(refunds(2, bulkId), { bulkId });
      await ended(bulkId);
    }
    const first = await bulk.list({ limit: 2 });
    const second = await bulk.list({ limit: 2, after: first.next });
    expect([...first.bulks, ...second.bulks].map(({ bulkId }) => bulkId)).toEqual(['c', 'b', 'a']);
    expect(first.bulks[0]).toEqual(await bulk.find('c'));
    expect(second.next).toBeUndefined();
    expect((await bulk.list()).bulks).toHaveLength(3);
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 201 }, 'limit'],
    [{ after: '' }, 'after'],
    [{ after: 'b' }, 'after'],
    [{ after: 'zzzzzzzzzzz-b' }, 'after'],
    [{ after: '1-a b' }, 'after'],
    [{ from: 1 }, 'from'],
  ])('are not listed for %j', async (query, field) => {
    const violations = [expect.objectContaining({ field })];
    await expect(bulk.list(query as never)).rejects.toMatchObject({ code: 'KICC_VALIDATION', violations });
  });

  it('are not listed where the store of the shop’s own cannot, and that is told', async () => {
    Object.defineProperty(journal.bulks, 'list', { value: undefined });
    expect(bulk.canList).toBe(false);
    await expect(bulk.list()).rejects.toThrow(/have no list\(\).*canList/);
  });
});

describe('rows of a bulk', () => {
  const submitted = async (): Promise<void> => {
    const requests = refunds(6).map((request, row) => (row % 2 === 0 ? request : { ...request, pgCno: '' }));
    await bulk.submit(requests, { bulkId: 'b' });
    await ended('b');
  };
  const places = (rows: readonly BulkReportRow[]): number[] => rows.map(({ row }) => row);

  it('are given in order, from a place on, in the states asked for', async () => {
    await submitted();
    expect(await bulk.rows('b')).toEqual(await reportOf('b'));
    expect(places(await bulk.rows('b', { from: 2, limit: 2 }))).toEqual([2, 3]);
    expect(places(await bulk.rows('b', { states: ['refused'], limit: 2 }))).toEqual([1, 3]);
    expect(places(await bulk.rows('b', { states: ['refused'], from: 4 }))).toEqual([5]);
    expect(places(await bulk.rows('b', { states: [] }))).toEqual([]);
    expect(places(await bulk.rows('b', { from: 6 }))).toEqual([]);
  });

  it('are sifted where the store leaves that to whoever asks', async () => {
    await submitted();
    const rows = journal.bulks.rows.bind(journal.bulks);
    journal.bulks.rows = (bulkId, from, limit) => rows(bulkId, from, limit);
    expect(places(await bulk.rows('b', { states: ['refused'], limit: 2 }))).toEqual([1, 3]);
    expect(places(await bulk.rows('b', { states: ['refused'], from: 4 }))).toEqual([5]);
  });

  it.each([
    [{ from: -1 }, 'from'],
    [{ limit: 1.5 }, 'limit'],
    [{ states: ['open'] }, 'states'],
    [{ states: 'refused' }, 'states'],
  ])('are not given for %j', async (query, field) => {
    await submitted();
    const violations = [expect.objectContaining({ field })];
    await expect(bulk.rows('b', query as never)).rejects.toMatchObject({ code: 'KICC_VALIDATION', violations });
  });

  it('of a bulk that is not there are told so', async () => {
    await expect(bulk.rows('no-such')).rejects.toThrow(BulkNotFoundError);
  });
});
