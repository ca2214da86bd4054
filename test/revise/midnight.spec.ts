import { afterEach, describe, expect, it } from '@jest/globals';
import { HmacSigner, type ReviseEvent, type ReviseOutcome, type SignerInput } from '../../lib/index.js';
import type { SimulatedFault } from '../../lib/testing/index.js';
import { asked, HOUR, MALL, MINUTE, openShop, sent, type Shop } from './shop.js';

let shop: Shop;
afterEach(() => shop.stop());

const ID = 'refund-1';
/** The 2nd and the 3rd of March 2026, in Korea. */
const DAY = '20260302';
const NEXT_DAY = '20260303';
const on = (day: string, time: string): Date => new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time}+09:00`);
const QUERY_DOWN: SimulatedFault = { fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 1_000 };

async function open(time: string, options: Parameters<typeof openShop> = []): Promise<string> {
  shop = await openShop(...options);
  shop.setTime(on(DAY, time));
  return shop.kicc.approve({ amount: 10_000 }).pgCno;
}

const cancel = (pgCno: string): Promise<ReviseOutcome> => shop.payments.cancel({ shopTransactionId: ID, pgCno });

async function sweepAt(time: Date): Promise<void> {
  shop.setTime(time);
  await shop.recovery.sweep();
}

describe('an answer lost at 23:59:30', () => {
  it('is settled after midnight by the query with the original date, without a second send', async () => {
    const pgCno = await open('23:59:30');
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    expect(await cancel(pgCno)).toMatchObject({ status: 'unknown', delivery: 'possible' });
    for (const time of ['23:59:30', '23:59:35', '23:59:50', '23:59:59.999']) await sweepAt(on(DAY, time));
    for (const time of ['00:00:00', '00:00:31', '00:01:00', '00:10:00', '00:30:00']) await sweepAt(on(NEXT_DAY, time));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
    // A shop that asks again, and one that cannot wait, send nothing either.
    await cancel(pgCno);
    await shop.payments.settle(ID);
    expect(sent(shop)).toHaveLength(1);

    await shop.kicc.clearFaults();
    await sweepAt(on(NEXT_DAY, '01:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', settledBy: 'kicc', cancelReqDate: DAY });
    expect(asked(shop).length).toBeGreaterThan(4);
    for (const { transactionDate } of asked(shop)) expect(transactionDate).toBe(DAY);
    expect(sent(shop)).toHaveLength(1);
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.problems()).toEqual([]);
    expect(shop.errors).toEqual([]);
  });

  it.each([
    ['all the while', true],
    ['until after midnight', false],
  ])('that KICC never saw is escalated before the window ends, and never sent again (query down %s)', async (_, forGood) => {
    const pgCno = await open('23:59:30');
    const events: ReviseEvent['type'][] = [];
    shop.payments.events$.subscribe(({ type }) => void events.push(type));
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    shop.kicc.inject(QUERY_DOWN);
    await cancel(pgCno);
    await sweepAt(on(DAY, '23:59:59'));
    if (!forGood) await shop.kicc.clearFaults();
    for (let minutes = 0; minutes < 22 * 60; minutes += 10) {
      await sweepAt(new Date(on(NEXT_DAY, '00:00:00').getTime() + minutes * MINUTE));
    }
    const stillOpen = await shop.payments.find(ID);
    expect(stillOpen).toMatchObject({ status: 'unknown', deliveries: 1 });
    expect(events).not.toContain('escalated');
    expect(shop.errors).toEqual([]);

    // Two hours before KICC can tell no more, to the second.
    await sweepAt(on(NEXT_DAY, '21:59:59'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
    await sweepAt(on(NEXT_DAY, '22:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated', deliveries: 1 });
    expect(events.filter((type) => type === 'escalated')).toHaveLength(1);
    expect(shop.errors).toHaveLength(1);
    expect(shop.errors[0]).toContain(ID);
    expect(shop.errors[0]).toContain(pgCno);
    expect(shop.errors[0]).not.toContain(MALL.secretKey);
    expect((await shop.payments.openRevisions()).byStatus).toMatchObject({ unknown: 0, escalated: 1 });

    for (let hours = 0; hours < 72; hours++) await sweepAt(new Date(on(NEXT_DAY, '22:30:00').getTime() + hours * HOUR));
    expect(await cancel(pgCno)).toMatchObject({ status: 'unknown', delivery: 'possible', revision: { status: 'escalated' } });
    expect(await shop.payments.settle(ID)).toMatchObject({ status: 'unknown', revision: { status: 'escalated' } });
    expect(sent(shop)).toHaveLength(1);
    expect(shop.kicc.effects()).toEqual([]);
    // KICC is asked to the end of its window, and not beyond.
    const end = on(NEXT_DAY, '24:00:00').getTime();
    for (const { at } of shop.kicc.requests()) expect(at.getTime()).toBeLessThan(end);
    expect(shop.kicc.problems()).toEqual([]);
    expect(shop.errors).toHaveLength(1);
  });

  it('that turns up after it was escalated is settled by the query, as long as KICC can tell', async () => {
    const pgCno = await open('23:59:30');
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    await cancel(pgCno);
    await sweepAt(on(NEXT_DAY, '22:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
    await shop.kicc.clearFaults();
    await sweepAt(on(NEXT_DAY, '23:59:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(sent(shop)).toHaveLength(1);
  });

  it('is escalated by the first process that wakes up after the window has ended', async () => {
    const pgCno = await open('23:59:30');
    shop.kicc.inject({ fault: 'drop-answer' });
    await cancel(pgCno);
    await sweepAt(on(NEXT_DAY, '24:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
    expect(shop.kicc.requests()).toHaveLength(1);
    expect(shop.errors).toHaveLength(1);
  });
});

describe('a re-send', () => {
  it.each([
    ['answers that it knows nothing', false],
    ['is down', true],
  ])('is made for an answer lost at 23:50, on the same day with the same date, where the query %s', async (_, down) => {
    const pgCno = await open('23:50:00');
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    if (down) shop.kicc.inject(QUERY_DOWN);
    await cancel(pgCno);
    for (const time of ['23:50:00', '23:50:05', '23:50:20', '23:50:59']) await sweepAt(on(DAY, time));
    expect(sent(shop)).toHaveLength(1);
    await sweepAt(on(DAY, '23:51:20'));
    expect(sent(shop)).toHaveLength(2);
    expect(sent(shop)[1]).toEqual({ ...sent(shop)[0], refundQueryFlag: 'Y', cancelReqDate: DAY });
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.problems()).toEqual([]);
  });

  /** 30 s of time limit and a minute to spare: the last instant is just before 23:58:30. */
  it.each([
    ['23:58:29.999', {}, true],
    ['23:58:30.000', {}, false],
    ['23:58:30.001', {}, false],
    ['23:59:30.000', {}, false],
    // A longer time limit fences earlier.
    ['23:57:29.999', { timeoutMs: 90_000 }, true],
    ['23:57:30.000', { timeoutMs: 90_000 }, false],
  ])('at %s with %j: %s', async (time, options, allowed) => {
    const pgCno = await open('23:55:00', [options]);
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await cancel(pgCno);
    await sweepAt(on(DAY, time));
    expect(sent(shop)).toHaveLength(allowed ? 2 : 1);
    expect(asked(shop)).toHaveLength(1);
    expect(await shop.payments.find(ID)).toMatchObject({ status: allowed ? 'succeeded' : 'unknown' });
    expect(shop.kicc.effects()).toHaveLength(allowed ? 1 : 0);
  });

  it.each([
    ['passes the fence', on(DAY, '23:58:30')],
    ['passes midnight', on(NEXT_DAY, '00:00:01')],
  ])('is not made where its signing %s', async (_, signedAt) => {
    const signer = new HmacSigner([[MALL.mallId, MALL.secretKey]]);
    let signatures = 0;
    const slow = {
      sign: (input: SignerInput): Promise<string> => {
        if (++signatures > 1) shop.setTime(signedAt);
        return Promise.resolve(signer.sign(input));
      },
    };
    const pgCno = await open('23:50:00', [{}, { signer: { useValue: slow } }]);
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await cancel(pgCno);
    await sweepAt(on(DAY, '23:55:00'));
    expect(signatures).toBeGreaterThan(1);
    expect(sent(shop)).toHaveLength(1);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown', deliveries: 1, cancelReqDate: DAY });
    await sweepAt(on(NEXT_DAY, '12:00:00'));
    expect(sent(shop)).toHaveLength(1);
    await sweepAt(on(NEXT_DAY, '22:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated', cancelReqDate: DAY });
    expect(shop.kicc.problems()).toEqual([]);
  });

  /** KICC's clock may be behind ours: what we sent just after our midnight may carry a key of its day before. */
  it.each([
    ['00:00:00.000', false],
    ['00:00:59.999', false],
    ['00:01:00.000', true],
  ])('of what was first delivered at %s: %s', async (time, allowed) => {
    const pgCno = await open(time);
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await cancel(pgCno);
    for (const later of ['00:02:00', '00:10:00', '06:00:00', '12:00:00', '23:00:00']) await sweepAt(on(DAY, later));
    expect(sent(shop)).toHaveLength(allowed ? 2 : 1);
    expect(await shop.payments.find(ID)).toMatchObject({ status: allowed ? 'succeeded' : 'unknown' });
    expect(shop.kicc.effects()).toHaveLength(allowed ? 1 : 0);
    await sweepAt(on(NEXT_DAY, '22:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: allowed ? 'succeeded' : 'escalated' });
    expect(sent(shop)).toHaveLength(allowed ? 2 : 1);
  });

  it('is not made at a later day, even where nobody looked before', async () => {
    const pgCno = await open('12:00:00');
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await cancel(pgCno);
    await sweepAt(on(NEXT_DAY, '12:00:00'));
    expect(sent(shop)).toHaveLength(1);
    expect(asked(shop)).toEqual([expect.objectContaining({ transactionDate: DAY })]);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
  });
});

describe('what left nothing before midnight', () => {
  it('is sent after it with the new date', async () => {
    const pgCno = await open('23:59:59');
    shop.kicc.inject({ fault: 'refuse' });
    expect(await cancel(pgCno)).toMatchObject({ status: 'unknown', delivery: 'none' });
    await shop.kicc.clearFaults();
    // The first pause is 5 s at most.
    await sweepAt(on(NEXT_DAY, '00:00:10'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', cancelReqDate: NEXT_DAY, deliveries: 1 });
    expect(sent(shop)).toEqual([expect.objectContaining({ cancelReqDate: NEXT_DAY, msgAuthValue: '(valid)' })]);
    expect(sent(shop)[0]).not.toHaveProperty('refundQueryFlag');
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.problems()).toEqual([]);
  });

  it('and is lost after it is asked for, and sent again, under the new date', async () => {
    const pgCno = await open('23:59:59');
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(pgCno);
    await shop.kicc.clearFaults();
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await sweepAt(on(NEXT_DAY, '00:02:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown', cancelReqDate: NEXT_DAY });
    await sweepAt(on(NEXT_DAY, '00:03:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded' });
    expect(sent(shop).map(({ cancelReqDate, refundQueryFlag }) => [cancelReqDate, refundQueryFlag])).toEqual([
      [NEXT_DAY, undefined],
      [NEXT_DAY, 'Y'],
    ]);
    // The day before is asked about too: the journal may have lost that it was sent then.
    expect(asked(shop).map(({ transactionDate }) => transactionDate)).toEqual([DAY, NEXT_DAY, NEXT_DAY]);
    expect(shop.kicc.problems()).toEqual([]);
  });

  it('and is lost in the first minute of the new day, is settled by asking under the new date', async () => {
    const pgCno = await open('23:59:59');
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(pgCno);
    await shop.kicc.clearFaults();
    shop.kicc.inject({ fault: 'drop-answer' });
    for (const time of ['00:00:10', '00:00:20']) await sweepAt(on(NEXT_DAY, time));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', cancelReqDate: NEXT_DAY });
    expect(sent(shop)).toHaveLength(1);
    expect(asked(shop).map(({ transactionDate }) => transactionDate)).toEqual([DAY, NEXT_DAY, NEXT_DAY]);
  });

  it('carries the new date, and is journaled under it, where midnight passes while it is signed', async () => {
    const signer = new HmacSigner([[MALL.mallId, MALL.secretKey]]);
    const slow = {
      sign: (input: SignerInput): Promise<string> => {
        shop.setTime(on(NEXT_DAY, '00:00:01'));
        return Promise.resolve(signer.sign(input));
      },
    };
    const pgCno = await open('23:59:59', [{}, { signer: { useValue: slow } }]);
    expect(await cancel(pgCno)).toMatchObject({ status: 'succeeded', revision: { cancelReqDate: NEXT_DAY } });
    expect(sent(shop)).toEqual([expect.objectContaining({ cancelReqDate: NEXT_DAY })]);
    expect(shop.kicc.problems()).toEqual([]);
  });
});

describe("a host whose clock is not KICC's", () => {
  /** A KICC that takes any date, and a part of a payment that it would pay twice. */
  const partOf = async (time: string, aheadMs: number): Promise<() => Promise<ReviseOutcome>> => {
    const now = (): Date => new Date(shop.clock.at.getTime() + aheadMs);
    const pgCno = await open(time, [{ now }, {}, { profile: { cancelReqDate: 'any' } }]);
    return () => shop.payments.cancelPartially({ shopTransactionId: ID, pgCno, amount: 3_000, payMethodTypeCode: '11' });
  };

  it('120 s behind, does not send again across the midnight of KICC, which it knows by the date of its answers', async () => {
    const refund = await partOf('23:58:00', -120_000);
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    expect(await refund()).toMatchObject({ status: 'unknown', delivery: 'possible' });
    // By the clock of the host, it is 23:58:05 to 23:58:29: within the fence.
    for (const time of ['00:00:05', '00:00:15', '00:00:29']) await sweepAt(on(NEXT_DAY, time));
    await shop.payments.settle(ID);
    expect(sent(shop)).toHaveLength(1);
    await shop.kicc.clearFaults();
    await sweepAt(on(NEXT_DAY, '01:00:00'));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.log.filter((line) => /12[01] s behind/.test(line))).toHaveLength(1);
  });

  it.each([
    ['behind', -120_000, '00:00:30', '00:02:30'],
    ['ahead', 120_000, '23:58:30', '00:00:30'],
  ])('120 s %s, waits with a first send until both show the same day', async (_, aheadMs, asks, agrees) => {
    const refund = await partOf('23:55:00', aheadMs);
    shop.kicc.inject({ fault: 'drop-answer', path: 'retrieveTransaction' });
    await shop.query.retrieve({ shopTransactionId: 'no-such', transactionDate: DAY }).catch(() => undefined);
    await shop.query.retrieve({ shopTransactionId: 'no-such', transactionDate: DAY });
    shop.setTime(on(asks > agrees ? DAY : NEXT_DAY, asks));
    expect(await refund()).toMatchObject({ status: 'unknown', delivery: 'none' });
    expect(sent(shop)).toEqual([]);
    await sweepAt(on(NEXT_DAY, agrees));
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', cancelReqDate: NEXT_DAY });
    expect(sent(shop)).toHaveLength(1);
    expect(shop.kicc.effects()).toHaveLength(1);
  });
});
