import { describe, expect, it } from '@jest/globals';
import { isOfChange, matchRevision } from '../../lib/notification/match-revision.js';
import type { KiccNotification } from '../../lib/protocol/notification.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept, startSending, type Revision } from '../../lib/revise/revision.js';

const NOW = new Date('2026-03-02T03:10:00Z');
const SENT = new Date('2026-03-02T03:00:00Z');
const PG = '24090309595910880703';
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
const accepted = (cancelPgCno: string, cancelAmount = 1_000): Partial<Revision> => ({
  status: 'succeeded',
  settledBy: 'kicc',
  completion: 'pending',
  response: { resCd: '0000', cancelPgCno, cancelAmount },
});

type Told = { readonly [Name in keyof KiccNotification]?: KiccNotification[Name] | undefined };
const notification = (fields: Told): KiccNotification => ({
  mallId: 'T0000001',
  notiType: '20',
  pgCno: PG,
  transactionDate: '20260302120030', // 03:00:30 UTC
  ...(fields as Partial<KiccNotification>),
});
const matched = (told: Told, ...held: Revision[]): string | undefined => {
  const match = matchRevision(notification(told), held, NOW);
  return match && `${match.revision.shopTransactionId} ${match.news}`;
};

describe('matchRevision()', () => {
  it('goes by cancelPgCno, whatever else it says', () => {
    const held = [refund('r1', accepted('C1')), refund('r2', accepted('C2'))];
    expect(matched({ notiType: '51', cancelPgCno: 'C2', statusCode: 'RF03' }, ...held)).toBe('r2 bounced');
    expect(matched({ notiType: '50', cancelPgCno: 'C1', statusCode: 'RF02' }, ...held)).toBe('r1 completed');
    expect(matched({ notiType: '20', cancelPgCno: 'C1', statusCode: 'RF02' }, ...held)).toBe('r1 completed');
    expect(matched({ notiType: '20', cancelPgCno: 'C1' }, ...held)).toBe('r1 carriedOut');
    expect(matched({ notiType: '51', cancelPgCno: 'C3' }, ...held)).toBeUndefined();
  });

  it('goes by amount and time for the one that is open', () => {
    const settled = part('r0', 3_000, {
      status: 'succeeded',
      settledBy: 'kicc',
      response: { resCd: '0000', cancelPgCno: 'C0' },
    });
    const open = part('r1', 3_000);
    expect(matched({ cancelPgCno: 'C1', cancelAmount: 3_000 }, settled, open)).toBe('r1 carriedOut');
    expect(matched({ cancelPgCno: 'C1', cancelAmount: 3_001 }, settled, open)).toBeUndefined();
    expect(matched({ cancelPgCno: 'C1' }, settled, open)).toBeUndefined();
    for (const transactionDate of ['20260302115700', '20260302121300', undefined, 'today']) {
      expect(matched({ cancelPgCno: 'C1', cancelAmount: 3_000, transactionDate }, open)).toBeUndefined();
    }
    expect(matched({ cancelPgCno: 'C1', cancelAmount: 3_000, transactionDate: '20260302115900' }, open)).toBe('r1 carriedOut');
    // The time of the cancel counts before that of the payment.
    expect(matched({ cancelAmount: 3_000, cancelDate: '20260302120030', transactionDate: '20260101000000' }, open)).toBe(
      'r1 carriedOut',
    );
  });

  it('takes any amount for a change of the whole payment', () => {
    expect(matched({ cancelAmount: 777 }, revision('r1', { reviseTypeCode: '40' }))).toBe('r1 carriedOut');
  });

  it('takes what KICC has declined, which may have been the duplicate of what was carried out, where nothing else fits', () => {
    const declined = part('r1', 3_000, { status: 'declined', settledBy: 'kicc' });
    expect(matched({ cancelAmount: 3_000 }, declined)).toBe('r1 carriedOut');
    expect(matched({ cancelAmount: 3_001 }, declined)).toBeUndefined();
    expect(matched({ cancelAmount: 3_000, transactionDate: '20260302115700' }, declined)).toBeUndefined();
    expect(matched({ cancelAmount: 3_000 }, declined, part('r2', 3_000))).toBe('r2 carriedOut');
  });

  it('does not take what never left', () => {
    expect(matched({ cancelAmount: 3_000 }, part('r1', 3_000, { status: 'accepted', deliveries: 0 }))).toBeUndefined();
    expect(
      matched({ cancelAmount: 3_000 }, part('r1', 3_000, { status: 'declined', settledBy: 'withdrawal', deliveries: 0 })),
    ).toBeUndefined();
  });

  it('takes what only a person has decided', () => {
    expect(matched({ cancelAmount: 3_000 }, part('r1', 3_000, { status: 'declined', settledBy: 'verdict' }))).toBe(
      'r1 carriedOut',
    );
  });

  it('takes the only refund of that amount where KICC names none', () => {
    const held = [refund('r1', accepted('C1', 1_000), 1_000), refund('r2', accepted('C2', 2_000), 2_000)];
    expect(matched({ notiType: '51', cancelAmount: 2_000 }, ...held)).toBe('r2 bounced');
    expect(matched({ notiType: '50', amount: 1_000 }, ...held)).toBe('r1 completed');
    expect(
      matched({ notiType: '51', cancelAmount: 2_000 }, ...held, refund('r3', accepted('C3', 2_000), 2_000)),
    ).toBeUndefined();
    expect(matched({ notiType: '51', cancelAmount: 3_000 }, ...held)).toBeUndefined();
  });

  it('takes the escrow refund that waits for just that state', () => {
    const escrow = revision('r1', { reviseTypeCode: '61', reviseSubTypeCode: 'ES10', refundInfo: account }, accepted('C1'));
    expect(matched({ notiType: '40', statusCode: 'ES11', transactionDate: undefined }, escrow)).toBe('r1 completed');
    expect(matched({ notiType: '40', statusCode: 'ES12', transactionDate: undefined }, escrow)).toBeUndefined();
  });

  it.each(['10', '30', '31', '70', '99'])('is about no change: %s', (notiType) => {
    expect(matched({ notiType, cancelAmount: 3_000 }, part('r1', 3_000))).toBeUndefined();
    expect(isOfChange(notification({ notiType }))).toBe(false);
  });

  it('tells changes that nobody asked for from states', () => {
    for (const notiType of ['20', '50', '51']) expect(isOfChange(notification({ notiType }))).toBe(true);
    expect(isOfChange(notification({ notiType: '40' }))).toBe(false);
    expect(isOfChange(notification({ notiType: '40', cancelPgCno: 'C1' }))).toBe(true);
  });
});
