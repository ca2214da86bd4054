import { describe, expect, it } from '@jest/globals';
import { canBeOf, isOfChange, newsOf, revisionNamedBy } from '../../lib/notification/match-revision.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { KiccNotification } from '../../lib/protocol/notification.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept, startSending } from '../../lib/revision/transitions.js';

const NOW = new Date('2026-03-02T03:10:00Z');
const SENT = new Date('2026-03-02T03:00:00Z');
const SIGHT = { now: NOW, aheadMs: 0, timeoutMs: 30_000 };
const PG = '24090309595910880703';
/** KICC's ids of what it carried out 30 s after it was sent, and much later. */
const ID = '26030212003010000001';
const LATER_ID = '26030212083010000001';
const account = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };

function revision(id: string, request: object, state: Partial<Revision> = {}): Revision {
  const checked = checkReviseRequest({ shopTransactionId: id, pgCno: PG, ...request }, ['T0000001']);
  const sent = startSending(accept({ request: checked }, SENT), '20260302', SENT, SENT);
  return { ...sent, status: 'unknown', ...state };
}
const part = (id: string, amount: number, state?: Partial<Revision>): Revision =>
  revision(id, { reviseTypeCode: '32', amount }, state);
const refund = (id: string, state?: Partial<Revision>, amount?: number): Revision =>
  revision(
    id,
    amount === undefined
      ? { reviseTypeCode: '63', reviseSubTypeCode: '10', refundInfo: account }
      : { reviseTypeCode: '63', reviseSubTypeCode: '11', refundInfo: account, amount },
    state,
  );
const accepted = (cancelPgCno: string | undefined, cancelAmount = 1_000): Partial<Revision> => ({
  status: 'succeeded',
  settledBy: 'kicc',
  completion: 'pending',
  response: { resCd: '0000', cancelAmount, ...(cancelPgCno === undefined ? {} : { cancelPgCno }) },
});

type Told = { readonly [Name in keyof KiccNotification]?: KiccNotification[Name] | undefined };
const notification = (fields: Told): KiccNotification => ({
  mallId: 'T0000001',
  notiType: '20',
  pgCno: PG,
  transactionDate: '20260302120030', // 03:00:30 UTC
  ...(fields as Partial<KiccNotification>),
});
/** The one that is named; else those that it can be of. */
const matched = (told: Told, held: readonly Revision[], sight = SIGHT): string[] => {
  const of = notification(told);
  const named = revisionNamedBy(of, held);
  const revisions = named ? [named] : held.filter((revision) => canBeOf(of, revision, sight));
  return revisions.map((revision) => `${revision.shopTransactionId} ${newsOf(of, revision)}`);
};

describe('a notification that names a revision', () => {
  it('is of that, whatever else it says', () => {
    const held = [refund('r1', accepted('C1')), refund('r2', accepted('C2'))];
    expect(matched({ notiType: '51', cancelPgCno: 'C2', statusCode: 'RF03' }, held)).toEqual(['r2 bounced']);
    expect(matched({ notiType: '50', cancelPgCno: 'C1', statusCode: 'RF02' }, held)).toEqual(['r1 completed']);
    expect(matched({ notiType: '20', cancelPgCno: 'C1', statusCode: 'RF02' }, held)).toEqual(['r1 completed']);
    expect(matched({ notiType: '20', cancelPgCno: 'C1' }, held)).toEqual(['r1 carriedOut']);
    expect(matched({ notiType: '51', cancelPgCno: 'C3' }, held)).toEqual([]);
  });

  it('is of the one that was carried out twice, by either id', () => {
    const doubled = part('r1', 3_000, { ...accepted('C1'), second: { resCd: '0000', cancelPgCno: 'C2' }, doubled: true });
    expect(matched({ cancelPgCno: 'C2' }, [doubled])).toEqual(['r1 carriedOut']);
  });

  it('is of the one that it was found to be of before', () => {
    const notified = { '20': ID, '50': 'at 20260303100000', '51': 'at 20260303100000 3000 RF03' };
    const held = [refund('r1', { ...accepted(undefined), notified })];
    expect(matched({ cancelPgCno: ID }, held)).toEqual(['r1 carriedOut']);
    expect(matched({ notiType: '51', cancelPgCno: ID }, held)).toEqual(['r1 bounced']);
    expect(matched({ notiType: '50', transactionDate: '20260303100000' }, held)).toEqual(['r1 completed']);
    expect(matched({ notiType: '50', transactionDate: '20260303100001' }, held)).toEqual([]);
    const bounce = { notiType: '51', resCd: '5413', transactionDate: '20260303100000', statusCode: 'RF03' };
    expect(matched({ ...bounce, cancelAmount: 3_000 }, held)).toEqual(['r1 bounced']);
    expect(matched({ ...bounce, cancelAmount: 2_000 }, held)).toEqual([]);
  });
});

describe('a notification that names none', () => {
  it('is of none that is known to be another', () => {
    const known = part('r0', 3_000, { status: 'succeeded', settledBy: 'kicc', response: { resCd: '0000', cancelPgCno: 'C0' } });
    const untold = part('r1', 3_000, { status: 'succeeded', settledBy: 'kicc', response: { resCd: '0000' } });
    const told = part('r2', 3_000, { ...untold, shopTransactionId: 'r2', notified: { '20': 'at 20260302120031' } });
    expect(matched({ cancelPgCno: ID, cancelAmount: 3_000 }, [known, untold, told])).toEqual(['r1 carriedOut']);
  });

  it('has to fit the amount of a part', () => {
    const open = part('r1', 3_000);
    expect(matched({ cancelPgCno: ID, cancelAmount: 3_000 }, [open])).toEqual(['r1 carriedOut']);
    expect(matched({ cancelPgCno: ID, cancelAmount: 3_001 }, [open])).toEqual([]);
    expect(matched({ cancelPgCno: ID }, [open])).toEqual([]);
  });

  it('contradicts itself nowhere', () => {
    const open = part('r1', 3_000);
    expect(matched({ cancelAmount: 3_000, resCd: '0000' }, [open])).toEqual(['r1 carriedOut']);
    expect(matched({ cancelAmount: 3_000, resCd: 'W101' }, [open])).toEqual([]);
    for (const statusCode of ['RF03', 'TS01', 'TS07', 'TS08']) {
      expect(matched({ cancelAmount: 3_000, statusCode }, [open])).toEqual([]);
    }
    expect(matched({ cancelAmount: 3_000, cancelRemainAmount: 8_000, amount: 10_000 }, [open])).toEqual([]);
    expect(
      matched({ cancelAmount: 3_000, cancelCouponAmount: 1_000, cancelRemainAmount: 8_000, amount: 10_000 }, [open]),
    ).toEqual(['r1 carriedOut']);
    expect(matched({ cancelAmount: 3_000, amount: 77 }, [open])).toEqual([]);
    const known = [part('r1', 3_000, accepted('C1'))];
    expect(matched({ cancelPgCno: 'C1' }, known)).toEqual(['r1 carriedOut']);
    for (const more of [
      { resCd: 'W101' },
      { notiType: '51' },
      { notiType: '40' },
      { cancelAmount: 9_999 },
      { statusCode: 'TS01' },
    ]) {
      expect(matched({ cancelPgCno: 'C1', ...more }, known)).toEqual([]);
    }
  });

  it('may have any amount where the whole payment is changed, but leaves nothing', () => {
    const whole = revision('r1', { reviseTypeCode: '40' });
    expect(matched({ cancelAmount: 777, cancelRemainAmount: 0 }, [whole])).toEqual(['r1 carriedOut']);
    expect(matched({ cancelAmount: 777, statusCode: 'TS02' }, [whole])).toEqual(['r1 carriedOut']);
    expect(matched({ cancelAmount: 777, amount: 777 }, [whole])).toEqual(['r1 carriedOut']);
    expect(matched({ cancelAmount: 777, amount: 10_000 }, [whole])).toEqual([]);
    expect(matched({ cancelAmount: 777, amount: 10_000, statusCode: 'TS06' }, [whole])).toEqual([]);
    expect(matched({ cancelAmount: 777 }, [whole])).toEqual([]);
    expect(matched({ cancelAmount: 777, cancelRemainAmount: 1 }, [whole])).toEqual([]);
    expect(
      matched({ cancelAmount: 777, statusCode: 'TS02' }, [{ ...whole, response: { resCd: '0000', cancelAmount: 778 } }]),
    ).toEqual([]);
  });

  it.each([
    ['as KICC answers within the time-out', {}, 1],
    ['at the end of the time-out, and of what clocks may differ by', { transactionDate: '20260302120130' }, 1],
    ['a second later', { transactionDate: '20260302120131' }, 0],
    ['as far before the delivery as clocks may differ', { transactionDate: '20260302115900' }, 1],
    ['a second earlier', { transactionDate: '20260302115859' }, 0],
    ['none', { transactionDate: undefined }, 0],
    ['no time', { transactionDate: 'today' }, 0],
    [
      'the time of the cancel, before that of the payment',
      { cancelDate: '20260302120030', transactionDate: '20260101000000' },
      1,
    ],
  ])('has to be of a time at which a delivery was on its way: %s', (_, told, count) => {
    expect(matched({ cancelAmount: 3_000, ...told }, [part('r1', 3_000)])).toHaveLength(count);
  });

  it('may be of a delivery of later, and of none between', () => {
    const at = new Date('2026-03-02T03:05:00Z');
    const again = part('r1', 3_000, { lastDeliveredAt: at, trail: [{ at, event: 'resend', status: 'unknown' }] });
    expect(matched({ cancelAmount: 3_000, transactionDate: '20260302120510' }, [again])).toHaveLength(1);
    expect(matched({ cancelAmount: 3_000, transactionDate: '20260302120230' }, [again])).toHaveLength(0);
  });

  it('is of no attempt of which nothing left', () => {
    const at = new Date('2026-03-02T03:08:00Z');
    const tried = (observed: string): Revision =>
      part('r1', 3_000, { trail: [{ at, event: 'resend', observed, status: 'unknown' }] });
    const told = { cancelAmount: 3_000, transactionDate: '20260302120801' };
    expect(matched(told, [tried('timeout')])).toHaveLength(1);
    expect(matched(told, [tried('signer (Error)')])).toEqual([]);
    expect(matched(told, [tried('refused (ECONNREFUSED)')])).toEqual([]);
  });

  it("is held against KICC's clock, where that is known", () => {
    const told = { cancelAmount: 3_000, transactionDate: '20260302120430' };
    expect(matched(told, [part('r1', 3_000)])).toEqual([]);
    expect(matched(told, [part('r1', 3_000)], { ...SIGHT, aheadMs: 4 * 60_000 })).toEqual(['r1 carriedOut']);
  });

  it('has an id that begins with its time, where ids of KICC do', () => {
    const open = part('r1', 3_000);
    expect(matched({ cancelPgCno: LATER_ID, cancelAmount: 3_000 }, [open])).toEqual([]);
    expect(matched({ cancelPgCno: 'C1', cancelAmount: 3_000 }, [open])).toEqual([]);
    expect(matched({ cancelPgCno: 'C1', cancelAmount: 3_000, pgCno: 'P1' }, [open])).toEqual(['r1 carriedOut']);
    expect(matched({ cancelPgCno: LATER_ID, cancelAmount: 3_000, pgCno: 'P1' }, [open])).toEqual([]);
  });

  it('can be of what was declined, or decided by a person, all the same', () => {
    for (const settledBy of ['kicc', 'verdict'] as const) {
      expect(matched({ cancelAmount: 3_000 }, [part('r1', 3_000, { status: 'declined', settledBy })])).toEqual([
        'r1 carriedOut',
      ]);
    }
  });

  it('is of none that never left', () => {
    const never = [part('r1', 3_000, { status: 'accepted', deliveries: 0 })];
    never.push(part('r2', 3_000, { status: 'declined', settledBy: 'withdrawal', deliveries: 0 }));
    expect(matched({ cancelAmount: 3_000 }, never)).toEqual([]);
  });

  it('tells a capture from a cancel', () => {
    const both = [revision('r1', { reviseTypeCode: '20' }), revision('r2', { reviseTypeCode: '40' })];
    expect(matched({ statusCode: 'TS03' }, both)).toEqual(['r1 carriedOut']);
    expect(matched({ statusCode: 'TS02' }, both)).toEqual(['r2 carriedOut']);
  });

  it('of money that arrived, or came back, is of a refund of that amount, however much later', () => {
    const held = [refund('r1', accepted('C1', 1_000), 1_000), refund('r2', accepted('C2', 2_000), 2_000), part('r3', 2_000)];
    expect(matched({ notiType: '51', cancelAmount: 2_000 }, held)).toEqual(['r2 bounced']);
    expect(matched({ notiType: '50', amount: 1_000, transactionDate: '20260302121030' }, held)).toEqual(['r1 completed']);
    expect(matched({ notiType: '51', cancelAmount: 2_000 }, [...held, refund('r4', accepted('C3', 2_000), 2_000)])).toEqual([
      'r2 bounced',
      'r4 bounced',
    ]);
    expect(matched({ notiType: '51', cancelAmount: 3_000 }, held)).toEqual([]);
    expect(matched({ notiType: '51', cancelAmount: 2_000, transactionDate: '20260302115800' }, held)).toEqual([]);
  });

  it('of money names a refund that was accepted just when one of its deliveries was on its way', () => {
    const open = [refund('r1')];
    const told = { notiType: '50', cancelAmount: 1_000, transactionDate: '20260302121000' };
    expect(matched({ ...told, cancelPgCno: ID }, open)).toEqual(['r1 completed']);
    expect(matched({ ...told, cancelPgCno: LATER_ID }, open)).toEqual([]);
  });

  it('of an escrow payment has to be of the state that is asked for, or that the refund ends in', () => {
    const escrow = [revision('r1', { reviseTypeCode: '61', reviseSubTypeCode: 'ES10', refundInfo: account }, accepted('C1'))];
    const told = { notiType: '40', transactionDate: undefined };
    expect(matched({ ...told, statusCode: 'ES11' }, escrow)).toEqual(['r1 completed']);
    expect(matched({ ...told, statusCode: 'ES12' }, escrow)).toEqual([]);
    expect(matched({ notiType: '20', statusCode: 'ES11' }, escrow)).toEqual([]);
    const issue = [revision('r1', { reviseTypeCode: '61', reviseSubTypeCode: 'ES02' })];
    expect(matched({ notiType: '40', statusCode: 'ES17' }, issue)).toEqual(['r1 carriedOut']);
    expect(matched({ notiType: '40', statusCode: 'ES02' }, [part('r1', 3_000)])).toEqual([]);
  });

  it.each(['10', '30', '31', '70', '99'])('is about no change: %s', (notiType) => {
    expect(matched({ notiType, cancelAmount: 3_000 }, [part('r1', 3_000)])).toEqual([]);
    expect(matched({ notiType, cancelPgCno: 'C1' }, [part('r1', 3_000, accepted('C1'))])).toEqual([]);
    expect(isOfChange(notification({ notiType }))).toBe(false);
  });

  it('tells changes that nobody asked for from states', () => {
    for (const notiType of ['20', '50', '51']) expect(isOfChange(notification({ notiType }))).toBe(true);
    expect(isOfChange(notification({ notiType: '40' }))).toBe(false);
    expect(isOfChange(notification({ notiType: '40', cancelPgCno: 'C1' }))).toBe(true);
  });
});
