import { describe, expect, it } from '@jest/globals';
import { LockedPayments } from '../../lib/sql/locked-payments.js';

const of = (pgCno: string, mallId = 'T0000001') => ({ mallId, pgCno });

describe('LockedPayments', () => {
  it('remembers a payment for ten seconds after a lock was met at it last', () => {
    const locked = new LockedPayments();
    locked.add(of('payment-1'), 0);
    locked.add(of('payment-2'), 1_000);
    locked.add(of('payment-1'), 5_000);
    expect(locked.has(of('payment-1'), 14_999)).toBe(true);
    expect(locked.has(of('payment-2'), 14_999)).toBe(false);
    expect(locked.has(of('payment-1'), 15_000)).toBe(false);
  });

  it("knows nothing of other payments, nor of another mall's", () => {
    const locked = new LockedPayments();
    locked.add(of('payment-1'), 0);
    expect(locked.has(of('payment-2'), 1)).toBe(false);
    expect(locked.has(of('payment-1', 'T0000002'), 1)).toBe(false);
  });
});
