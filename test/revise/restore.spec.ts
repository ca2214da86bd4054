import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryReviseJournal, ReviseJournal, type ReconciledRow, type ReviseRequest } from '../../lib/index.js';
import { HOUR, MALL, MINUTE, openShop, sent, type Shop } from './shop.js';

/**
 * The runbook's sections "The database failed over", "A backup was restored" and "The next day", played step by step. KICC
 * takes any `cancelReqDate` and forgets its keys at midnight, as it does: what is sent on a later day is a new refund to it.
 */
const ID = 'refund-1';
const DAY = 24 * HOUR;
/** How long the time-out lasts, and with it the review of a refusal. */
const REVIEW = 30_000;

const OPTIONS = { settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: REVIEW } } as const;

/** The process that runs now; those before it were stopped. */
let shop: Shop;
let stopped: Shop[];
/** What the shop's own tables know. */
let books: ReviseRequest[];

beforeEach(async () => {
  stopped = [];
  books = [];
  shop = await openShop(OPTIONS, { journal: { useValue: new MemoryReviseJournal() } }, { profile: { cancelReqDate: 'any' } });
});
afterEach(async () => {
  for (const one of [shop, ...stopped.reverse()]) await one.stop();
});

/** The app starts anew on a database that has lost everything. */
async function comeBack(): Promise<void> {
  const before = shop;
  shop = await openShop(OPTIONS, { journal: { useValue: new MemoryReviseJournal() } }, { beside: before });
  stopped.push(before);
}

async function refund(shopTransactionId = ID): Promise<ReviseRequest> {
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  const request: ReviseRequest = { shopTransactionId, pgCno, reviseTypeCode: '32', amount: 4_000 };
  books.push(request);
  expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
  return request;
}

async function reconcile(): Promise<string[]> {
  const results: ReconciledRow[] = [];
  for await (const row of shop.recovery.reconcile(books)) results.push(row);
  return results.map(({ shopTransactionId, result }) => `${shopTransactionId} ${result}`);
}

/** What goes back to the customer, KRW. */
const givenBack = (): number => shop.kicc.effects().length * 4_000;

describe('the database failed over, and the new one lacks the newest rows', () => {
  it('the same id on the same day is refused by KICC, asked about, and known', async () => {
    const request = await refund();
    await comeBack();
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(2);
    expect(givenBack()).toBe(4_000);
  });

  it('and reconciled first, it is known without being sent', async () => {
    const request = await refund();
    await comeBack();
    expect(await reconcile()).toEqual([`${ID} proved`]);
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(1);
    expect(givenBack()).toBe(4_000);
  });

  it('a change of the payment under another id waits, where a refusal of it is under review', async () => {
    const request = await refund();
    shop.kicc.inject({ fault: 'refuse' });
    const waiting = { ...request, shopTransactionId: 'refund-2' };
    expect(await shop.payments.revise(waiting)).toMatchObject({ delivery: 'none' });
    await shop.kicc.clearFaults();
    await shop.payments.withdraw('refund-2');
    await expect(shop.payments.revise({ ...request, shopTransactionId: 'refund-3' })).rejects.toMatchObject({
      because: 'review',
    });
    shop.pass(REVIEW);
    await shop.recovery.sweep();
    expect(await shop.payments.revise({ ...request, shopTransactionId: 'refund-3' })).toMatchObject({ status: 'succeeded' });
  });
});

describe('a backup was restored', () => {
  it('what the shop knows of the last two days is reconciled, and the same ids are repeated', async () => {
    const yesterday = await refund('yesterday');
    shop.pass(DAY);
    const today = await refund('today');
    const never: ReviseRequest = { ...today, shopTransactionId: 'never' };
    books.push(never);
    await comeBack();
    expect(await reconcile()).toEqual(['yesterday proved', 'today proved', 'never nothing']);
    // Once more changes nothing.
    expect(await reconcile()).toEqual(['yesterday known', 'today known', 'never nothing']);
    for (const request of [yesterday, today, never]) {
      expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
    }
    // Two that were carried out before, and the one that never was.
    expect(sent(shop).map(({ shopTransactionId }) => shopTransactionId)).toEqual(['yesterday', 'today', 'never']);
    expect(givenBack()).toBe(12_000);
  });

  it('one that KICC does not show yet is asked about again, once KICC must be done with it', async () => {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request: ReviseRequest = { shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 4_000 };
    books.push(request);
    shop.kicc.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 2 });
    shop.kicc.inject({ fault: 'drop-answer' });
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'unknown' });
    await comeBack();
    expect(await reconcile()).toEqual([`${ID} unanswered`]);
    await shop.kicc.clearFaults();
    shop.pass(MINUTE);
    expect(await reconcile()).toEqual([`${ID} proved`]);
    expect(givenBack()).toBe(4_000);
  });
});

describe('the next day', () => {
  it('the same id, reconciled before, pays once', async () => {
    const request = await refund();
    await comeBack();
    shop.pass(DAY);
    expect(await reconcile()).toEqual([`${ID} proved`]);
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
    expect(givenBack()).toBe(4_000);
  });

  it('the same id, not reconciled, pays twice', async () => {
    const request = await refund();
    await comeBack();
    shop.pass(DAY);
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
    expect(givenBack()).toBe(8_000);
  });

  it('what is older than KICC can tell is looked up in the merchant console, and not sent again', async () => {
    const request = await refund();
    await comeBack();
    shop.pass(2 * DAY);
    expect(await reconcile()).toEqual([`${ID} nothing`]);
    expect(await shop.payments.find(ID)).toBeUndefined();
    // The console shows that it was carried out, so the shop closes it in its own tables, and repeats it under no id.
    expect(shop.kicc.effects()).toMatchObject([{ pgCno: request.pgCno }]);
  });

  it.each([
    [0, 'succeeded'],
    [1, 'succeeded'],
    [2, 'escalated'],
    [3, 'escalated'],
  ])(
    'one that had not left when the backup was made, and has since, is not sent again (%d days later: %s)',
    async (days, status) => {
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      shop.kicc.inject({ fault: 'refuse' });
      const request: ReviseRequest = { shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 4_000 };
      const { revision } = await shop.payments.revise(request);
      expect(revision.status).toBe('accepted');
      await shop.kicc.clearFaults();
      shop.pass(MINUTE);
      await shop.recovery.sweep();
      await comeBack();
      await shop.app.get(ReviseJournal).open(revision);
      shop.pass(days * DAY);
      for (let sweeps = 0; sweeps < 5; sweeps++) {
        shop.pass(HOUR / 2);
        await shop.recovery.sweep();
      }
      expect(await shop.payments.find(ID)).toMatchObject({ status });
      expect(givenBack()).toBe(4_000);
    },
  );

  it('an open one that came back with the backup is escalated, and resolved with what the console shows', async () => {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'drop-answer' });
    const request: ReviseRequest = { shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 4_000 };
    books.push(request);
    const { revision } = await shop.payments.revise(request);
    await comeBack();
    await shop.app.get(ReviseJournal).open(revision);
    shop.pass(2 * DAY);
    expect(await reconcile()).toEqual([`${ID} known`]);
    await shop.recovery.sweep();
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
    await shop.payments.resolve({ shopTransactionId: ID, verdict: 'succeeded', actor: 'kim', reason: 'seen in the console' });
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(1);
    expect(givenBack()).toBe(4_000);
    expect(await shop.payments.find(ID, MALL.mallId)).toMatchObject({ settledBy: 'verdict' });
  });
});
