import { describe, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { PaymentBusyError } from '../../lib/revision/revise.errors.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept } from '../../lib/revision/transitions.js';

const REQUEST = checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40' }, ['T0000001']);
const ACCEPTED = accept({ request: REQUEST }, new Date('2026-03-02T03:00:00Z'));

describe('PaymentBusyError', () => {
  it.each<[Revision['status'], RegExp]>([
    ['accepted', /withdraw\(\) it, or wait/],
    ['sending', /Wait until its outcome is known/],
    ['unknown', /Wait until its outcome is known/],
    ['escalated', /resolve\(\) it/],
  ])('says which revision is %s, since when, and the way out', (status, wayOut) => {
    const { message } = new PaymentBusyError({ ...ACCEPTED, status });
    expect(message).toContain(`'refund-1' (${status}, since 2026-03-02T03:00:00.000Z)`);
    expect(message).toMatch(wayOut);
  });

  it('names no revision where what holds the payment is not committed', () => {
    const busy = new PaymentBusyError({ pgCno: 'payment-1' });
    expect(busy.message).toMatch(/^Payment 'payment-1' is in use by a transaction .* End that transaction, then ask again\.$/);
    expect(busy.toJSON()).toMatchObject({ pgCno: 'payment-1', because: 'open' });
    expect(Object.keys(busy.toJSON())).not.toContain('openShopTransactionId');
    expect([busy.openShopTransactionId, busy.since, busy.until]).toEqual([undefined, undefined, undefined]);
  });
});
