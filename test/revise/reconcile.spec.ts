import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MemoryReviseJournal,
  PaymentBusyError,
  type ReconciledRow,
  type ReconcileOptions,
  type ReconcileRequest,
  type ReviseEvent,
  type ReviseOutcome,
  type ReviseRequest,
  type Revision,
} from '../../lib/index.js';
import { lease } from '../../lib/revision/transitions.js';
import type { SimulatedFault } from '../../lib/testing/index.js';
import { AFTER_MIDNIGHT_KST, asked, HOUR, MALL, MINUTE, openShop, sent, type Shop } from './shop.js';

const ID = 'refund-1';
const DAY = 24 * HOUR;
const QUERY_DOWN: SimulatedFault = { fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 10_000 };
const ACCOUNT = { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' };

class FailingJournal extends MemoryReviseJournal {
  override find(): Promise<Revision | undefined> {
    return Promise.reject(new RangeError('no connection for user sa'));
  }
}

/** A journal that takes its time, so that what must wait for it has to. */
class SlowJournal extends MemoryReviseJournal {
  override async save(revision: Revision): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return super.save(revision);
  }
}

let shop: Shop;
let journal: MemoryReviseJournal;
/** Further processes beside it. */
let others: Shop[];
let events: ReviseEvent[];

beforeEach(async () => {
  journal = new MemoryReviseJournal();
  others = [];
  await open();
});
afterEach(async () => {
  for (const one of [shop, ...others]) await one.stop();
});

/** Opens a shop; a second one is another process on the same KICC, with the journal that stands by then. */
async function open(...[options, extras, around]: Parameters<typeof openShop>): Promise<void> {
  shop = await openShop(options, { journal: { useValue: journal }, ...extras }, around);
  events = [];
  shop.payments.events$.subscribe((event) => events.push(event));
}

/** The database comes back from a backup in which nothing stands of what was done since. */
async function restore(restored = new MemoryReviseJournal()): Promise<void> {
  const before = shop;
  journal = restored;
  await open({}, {}, { beside: before });
  others.push(before);
}

const approve = (options: object = {}): string => shop.kicc.approve({ amount: 10_000, ...options }).pgCno;
const cancel = (pgCno: string, shopTransactionId = ID): Promise<ReviseOutcome> =>
  shop.payments.cancel({ shopTransactionId, pgCno });
const whole = (pgCno: string, shopTransactionId = ID): ReconcileRequest => ({ shopTransactionId, pgCno, reviseTypeCode: '40' });
const held = (shopTransactionId = ID): Promise<Revision | undefined> => journal.find(MALL.mallId, shopTransactionId);

async function reconcile(requests: readonly unknown[], options?: ReconcileOptions): Promise<ReconciledRow[]> {
  const revisesBefore = sent(shop).length;
  const rows: ReconciledRow[] = [];
  for await (const row of shop.recovery.reconcile(requests as ReconcileRequest[], options)) rows.push(row);
  expect(sent(shop)).toHaveLength(revisesBefore);
  return rows;
}
const results = async (...requests: unknown[]): Promise<unknown[]> => (await reconcile(requests)).map(({ result }) => result);

describe('a refund that the journal has lost', () => {
  it.each([
    ['today', 0],
    ['yesterday', DAY],
  ])('and KICC carried out %s is taken in and settled, with all that KICC told', async (_, later) => {
    const pgCno = approve();
    const { revision: before } = await cancel(pgCno);
    await restore();
    shop.pass(later);
    const [row, ...more] = await reconcile([whole(pgCno)]);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ row: 0, mallId: MALL.mallId, shopTransactionId: ID, result: 'proved' });
    const revision = await held();
    expect(row?.revision).toEqual(revision);
    expect(revision).toMatchObject({
      status: 'succeeded',
      settledBy: 'kicc',
      deliveries: 1,
      cancelReqDate: '20260302',
      reconciled: true,
      response: { resCd: '0000', cancelPgCno: before.response?.cancelPgCno, cancelAmount: 10_000 },
    });
    // KICC's own words may quote personal data, of a request that is not known.
    expect(before.response).toHaveProperty('resMsg');
    for (const words of ['resMsg', 'statusMessage', 'reviseInfo', 'extra'])
      expect(revision?.response).not.toHaveProperty(words);
    expect(revision?.trail.map(({ event, status }) => `${event} ${status}`)).toEqual([
      'accepted accepted',
      'query unknown',
      'restored unknown',
      'settled succeeded',
    ]);
    expect(events.map(({ type }) => type)).toEqual(['unknown', 'succeeded']);
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('is known by then: run again, nothing is asked, and nothing changes', async () => {
    const pgCno = approve();
    await cancel(pgCno);
    await restore();
    await reconcile([whole(pgCno)]);
    const first = await held();
    const questions = asked(shop).length;
    expect(await results(whole(pgCno))).toEqual(['known']);
    expect(await held()).toEqual(first);
    expect(asked(shop)).toHaveLength(questions);
  });

  it('gives its outcome to whoever repeats it, to the letter or not, and no other change', async () => {
    const pgCno = approve({ payMethodTypeCode: '22' });
    shop.kicc.deposit(pgCno);
    const kind = { pgCno, reviseTypeCode: '60', reviseSubTypeCode: 'RF01' } as const;
    const request: ReviseRequest = { ...kind, shopTransactionId: ID, refundInfo: ACCOUNT, clientIp: '203.0.113.7' };
    await shop.payments.revise(request);
    await restore();
    // Without the account, which a list of refunds need not have.
    expect(await results({ ...kind, shopTransactionId: ID })).toEqual(['proved']);
    shop.pass(2 * DAY);
    expect(await shop.payments.revise(request)).toMatchObject({ status: 'succeeded', revision: { completion: 'pending' } });
    expect(JSON.stringify(await held())).not.toContain(ACCOUNT.refundAccountNo);
    await expect(shop.payments.cancel({ shopTransactionId: ID, pgCno })).rejects.toThrow('it differs in reviseTypeCode');
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('counts against what the payment was approved for', async () => {
    const pgCno = approve();
    await shop.payments.cancelPartially({ shopTransactionId: ID, pgCno, amount: 6_000, payMethodTypeCode: '11' });
    await restore();
    const part = { shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 6_000, approvedAmount: 10_000 };
    expect(await results(part)).toEqual(['proved']);
    const more = { shopTransactionId: 'refund-2', pgCno, amount: 5_000, payMethodTypeCode: '11' } as const;
    await expect(shop.payments.cancelPartially(more)).rejects.toThrow('6000 won went back already');
  });

  it('is not taken in where KICC shows no such change, or cannot tell of its day any more', async () => {
    const [never, old] = [approve(), approve()];
    await cancel(old, 'old');
    await restore();
    shop.pass(2 * DAY);
    expect(await results(whole(never), whole(old, 'old'))).toEqual(['nothing', 'nothing']);
    expect([await held(), await held('old')]).toEqual([undefined, undefined]);
    // Of each, both days were asked.
    expect(asked(shop).map(({ transactionDate }) => transactionDate)).toEqual(['20260303', '20260303', '20260304', '20260304']);
  });

  it('is not taken in where only the approval was made under its id', async () => {
    const pgCno = approve({ shopTransactionId: ID });
    expect(await results(whole(pgCno))).toEqual(['nothing']);
  });

  it('is asked for again where KICC could not be asked', async () => {
    const pgCno = approve();
    await cancel(pgCno);
    await restore();
    shop.kicc.inject(QUERY_DOWN);
    const [row] = await reconcile([whole(pgCno)]);
    expect(row).toMatchObject({
      result: 'unanswered',
      error: { message: 'KICC could not be asked (unusableAnswer). Ask again.' },
    });
    expect(await held()).toBeUndefined();
    await shop.kicc.clearFaults();
    expect(await results(whole(pgCno))).toEqual(['proved']);
  });

  it('is told of where KICC has another change under its id', async () => {
    const [pgCno, other] = [approve(), approve()];
    await shop.payments.cancelPartially({ shopTransactionId: ID, pgCno, amount: 6_000, payMethodTypeCode: '11' });
    await restore();
    const rows = await reconcile([
      { shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 5_000 },
      { shopTransactionId: ID, pgCno: other, reviseTypeCode: '32', amount: 6_000 },
    ]);
    expect(rows.map(({ result, error }) => [result, error?.code])).toEqual([
      ['refused', 'KICC_REVISE_CONFLICT'],
      ['refused', 'KICC_REVISE_CONFLICT'],
    ]);
    expect(rows[0]?.error?.message).toContain('KICC has another change (it differs in cancelAmount)');
    expect(rows[1]?.error?.message).toContain('do not refund anew before');
    expect(await held()).toBeUndefined();
  });

  it('waits while another revision holds its payment', async () => {
    const pgCno = approve();
    const part = { pgCno, amount: 1_000, payMethodTypeCode: '11' } as const;
    await shop.payments.cancelPartially({ shopTransactionId: ID, ...part });
    await restore();
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    expect(await shop.payments.cancelPartially({ shopTransactionId: 'refund-2', ...part })).toMatchObject({
      status: 'unknown',
    });
    const row = { shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 1_000 };
    const [busy] = await reconcile([row]);
    expect(busy).toMatchObject({ result: 'busy', error: { code: PaymentBusyError.code } });
    expect(busy?.error?.message).toContain("'refund-2'");
    shop.pass(2 * MINUTE);
    await shop.recovery.sweep();
    expect(await results(row)).toEqual(['proved']);
  });

  it('does not wait for the others of its payment, which were lost with it', async () => {
    const pgCno = approve();
    const rows = [];
    for (const shopTransactionId of ['part-1', 'part-2', 'part-3']) {
      await shop.payments.cancelPartially({ shopTransactionId, pgCno, amount: 1_000, payMethodTypeCode: '11' });
      rows.push({ shopTransactionId, pgCno, reviseTypeCode: '32', amount: 1_000 });
    }
    await restore(new SlowJournal());
    expect(await results(...rows)).toEqual(['proved', 'proved', 'proved']);
    expect((await journal.ofPayment(MALL.mallId, pgCno)).map(({ shopTransactionId }) => shopTransactionId)).toEqual([
      'part-1',
      'part-2',
      'part-3',
    ]);
  });

  it('is left to the app where it is not to be settled here, and settled there', async () => {
    const pgCno = approve();
    await cancel(pgCno);
    await restore();
    const [row] = await reconcile([whole(pgCno)], { settle: false });
    const left = await held();
    expect(row).toMatchObject({ result: 'proved', revision: left });
    expect(left).toMatchObject({ status: 'unknown', response: { resCd: '0000' }, nextCheckAt: shop.clock.at });
    expect((await reconcile([whole(pgCno)], { settle: false }))[0]).toMatchObject({ result: 'known', revision: left });
    expect(await held()).toEqual(left);
    const questions = asked(shop).length;
    await shop.recovery.sweep();
    expect(await held()).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(asked(shop)).toHaveLength(questions);
  });
});

describe('a refund that stands', () => {
  it('is learnt of where it is open, and KICC proves it', async () => {
    const pgCno = approve();
    shop.kicc.inject({ fault: 'drop-answer' });
    expect((await cancel(pgCno)).status).toBe('unknown');
    expect(await results(whole(pgCno))).toEqual(['proved']);
    expect(await held()).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(await held()).not.toHaveProperty('reconciled');
    expect(await results(whole(pgCno))).toEqual(['known']);
  });

  it('stays as it is, version and all, where it is open and KICC shows nothing; and is not sent again', async () => {
    const pgCno = approve();
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await cancel(pgCno);
    shop.pass(2 * MINUTE);
    const before = await held();
    expect(await results(whole(pgCno))).toEqual(['known']);
    shop.kicc.inject(QUERY_DOWN);
    expect(await results(whole(pgCno))).toEqual(['unanswered']);
    expect(await held()).toEqual(before);
    expect(asked(shop)).toHaveLength(2);
  });

  it('stays accepted, and due, where nothing of it has left', async () => {
    const pgCno = approve();
    shop.kicc.inject({ fault: 'refuse' });
    expect(await cancel(pgCno)).toMatchObject({ status: 'unknown', delivery: 'none' });
    await shop.kicc.clearFaults();
    const before = await held();
    for (const later of [0, DAY]) {
      shop.pass(later);
      expect(await results(whole(pgCno))).toEqual(['known']);
    }
    expect(await held()).toEqual(before);
    expect(shop.kicc.effects()).toEqual([]);
    // Accepted yesterday, it may have been sent since, for all that a journal thrown back knows.
    expect(asked(shop).map(({ transactionDate }) => transactionDate)).toEqual(['20260302', '20260303']);
  });

  it('as accepted, thrown back to before it was sent, is learnt of', async () => {
    const pgCno = approve();
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(pgCno);
    await shop.kicc.clearFaults();
    const accepted = await held();
    shop.pass(MINUTE);
    await shop.recovery.sweep();
    expect(shop.kicc.effects()).toHaveLength(1);
    await restore();
    await journal.open(accepted as Revision);
    shop.pass(DAY);
    expect(await results(whole(pgCno))).toEqual(['proved']);
    expect(await held()).toMatchObject({ status: 'succeeded', deliveries: 1, cancelReqDate: '20260302' });
  });

  it.each([true, false])('as declined is corrected where KICC proves it; settled here: %s', async (settle) => {
    await shop.stop();
    await open({ settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: 30_000 } });
    const pgCno = approve();
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(pgCno);
    await shop.kicc.clearFaults();
    const declined = await shop.payments.withdraw(ID);
    const { payments } = await openBeside(new MemoryReviseJournal());
    expect((await payments.cancel({ shopTransactionId: ID, pgCno })).status).toBe('succeeded');
    const [row] = await reconcile([whole(pgCno)], { settle });
    expect(row?.result).toBe('proved');
    if (!settle) {
      const left = await held();
      expect(left).toMatchObject({
        status: 'declined',
        settledAt: declined.settledAt,
        corrected: true,
        nextCheckAt: shop.clock.at,
      });
      expect((await reconcile([whole(pgCno)], { settle }))[0]).toMatchObject({ result: 'known', revision: left });
      await shop.recovery.sweep();
    }
    expect(await held()).toMatchObject({ status: 'succeeded', settledBy: 'kicc', corrected: true });
  });

  it('as declined lets go of its payment where its review is due, and KICC shows nothing', async () => {
    await shop.stop();
    await open({ settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: 30_000 } });
    const part = { shopTransactionId: ID, pgCno: approve(), reviseTypeCode: '32', amount: 20_000 } as const;
    expect(await shop.payments.revise(part)).toMatchObject({ status: 'declined' });
    const before = await held();
    expect(before?.reviewUntil).toBeDefined();
    // Too early: KICC may be at work on a delivery that nobody here knows.
    expect(await results(part)).toEqual(['known']);
    expect(await held()).toEqual(before);
    shop.pass(MINUTE);
    expect(await results(part)).toEqual(['known']);
    const reviewed = await held();
    expect(reviewed).toMatchObject({ status: 'declined', reviewUntil: undefined, nextCheckAt: undefined });
    expect(await results(part)).toEqual(['known']);
    expect(await held()).toEqual(reviewed);
  });

  it('as refused, but not asked about, is declined once KICC shows nothing', async () => {
    const part = { shopTransactionId: ID, pgCno: approve(), reviseTypeCode: '32', amount: 20_000 } as const;
    shop.kicc.inject(QUERY_DOWN);
    expect(await shop.payments.revise(part)).toMatchObject({ status: 'unknown' });
    await shop.kicc.clearFaults();
    const [left] = await reconcile([part], { settle: false });
    expect(left).toMatchObject({ result: 'proved', revision: { status: 'unknown', nextCheckAt: shop.clock.at } });
    expect((await reconcile([part], { settle: false }))[0]).toEqual({ ...left, result: 'known' });
    await shop.recovery.sweep();
    expect(await held()).toMatchObject({ status: 'declined', settledBy: 'kicc' });
  });

  it('is left alone while somebody is at work on it', async () => {
    const pgCno = approve();
    shop.kicc.inject({ fault: 'drop-answer' });
    const { revision } = await cancel(pgCno);
    const leased = { ...lease(revision, new Date(AFTER_MIDNIGHT_KST.getTime() + MINUTE)), version: revision.version + 1 };
    await journal.save(leased);
    const [row] = await reconcile([whole(pgCno)]);
    expect(row).toMatchObject({ result: 'known', revision: { leaseUntil: leased.leaseUntil } });
    expect(await held()).toEqual(leased);
    expect(asked(shop)).toEqual([]);
  });

  it('is not touched where the row is of another change', async () => {
    const pgCno = approve();
    shop.kicc.inject({ fault: 'drop-answer' });
    await cancel(pgCno);
    const before = await held();
    const [row] = await reconcile([{ shopTransactionId: ID, pgCno, reviseTypeCode: '32', amount: 10_000 }]);
    expect(row).toMatchObject({ result: 'refused', error: { code: 'KICC_REVISE_CONFLICT' } });
    expect(row?.error?.message).toContain('the journal has another change (it differs in reviseTypeCode, amount)');
    expect(await held()).toEqual(before);
    expect(asked(shop)).toEqual([]);
  });
});

describe('the list', () => {
  it('goes on after a faulty row, which is named', async () => {
    const pgCno = approve();
    await cancel(pgCno);
    await restore();
    const rows = await reconcile([
      null,
      { shopTransactionId: 'a', pgCno, reviseTypeCode: '32' },
      { ...whole(pgCno), mallId: 'T0000009' },
      { ...whole(pgCno), ammount: 5 },
      { shopTransactionId: 'b', pgCno, reviseTypeCode: '60' },
      {
        get shopTransactionId(): string {
          throw new Error('never to be read');
        },
      },
      whole(pgCno),
    ]);
    expect(rows.map(({ row, result, error }) => [row, result, error?.message.split('\n').slice(1).join()])).toEqual([
      [0, 'refused', expect.stringContaining('is not an object')],
      [1, 'refused', expect.stringContaining('amount: is missing, and 32 cancels a part.')],
      [2, 'refused', expect.stringContaining('mallId: is not a mall of this module')],
      [3, 'refused', expect.stringContaining('ammount: is not a field')],
      [4, 'refused', expect.stringContaining('reviseSubTypeCode: is missing')],
      [5, 'refused', expect.stringContaining('(request): cannot be read')],
      [6, 'proved', undefined],
    ]);
    expect(JSON.stringify(rows)).not.toContain('never to be read');
  });

  it('takes what comes bit by bit, in order, and asks about a few at a time', async () => {
    const pgCnos = Array.from({ length: 30 }, () => approve());
    for (const [index, pgCno] of pgCnos.entries()) if (index % 3 === 0) await cancel(pgCno, `refund-${index}`);
    await restore();
    let given = 0;
    async function* list(): AsyncGenerator<ReconcileRequest> {
      for (const [index, pgCno] of pgCnos.entries()) {
        given++;
        await new Promise((resolve) => setImmediate(resolve));
        yield whole(pgCno, `refund-${index}`);
      }
    }
    const seen: string[] = [];
    for await (const { row, shopTransactionId, result } of shop.recovery.reconcile(list())) {
      expect(given).toBeLessThanOrEqual(row + 8);
      seen.push(`${shopTransactionId} ${result}`);
    }
    expect(seen).toEqual(pgCnos.map((_, index) => `refund-${index} ${index % 3 === 0 ? 'proved' : 'nothing'}`));
  });

  it('must be one', async () => {
    for (const none of [undefined, null, 'refund-1', {}]) {
      await expect(shop.recovery.reconcile(none as never).next()).rejects.toThrow('requests: are not a list of requests.');
    }
  });

  it('goes on where the journal fails, without its words', async () => {
    await shop.stop();
    journal = new FailingJournal();
    await open();
    const pgCno = approve();
    const [row] = await reconcile([whole(pgCno)]);
    expect(row).toMatchObject({ result: 'unanswered', error: { code: 'KICC_REVISE_JOURNAL' } });
    expect(row?.error?.message).not.toContain('user sa');
  });

  it('may name malls that are met only now', async () => {
    const other = { mallId: 'T0000002', secretKey: 'another-secret-of-another-mall' };
    await shop.stop();
    const malls: (typeof other)[] = [];
    await open({ malls: () => malls }, {}, { malls: [MALL, other] });
    const { pgCno } = shop.kicc.approve({ amount: 10_000, mallId: other.mallId });
    malls.push(other);
    expect(await results({ ...whole(pgCno), mallId: other.mallId })).toEqual(['nothing']);
  });
});

/** A process with a journal of its own, on the same KICC. */
async function openBeside(own: MemoryReviseJournal): Promise<Shop> {
  const other = await openShop({}, { journal: { useValue: own } }, { beside: shop });
  others.push(other);
  return other;
}
