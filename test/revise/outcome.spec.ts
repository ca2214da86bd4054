import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { outcomeOf, ReviseDeclinedError, ReviseUnknownError, unwrap } from '../../lib/revise/outcome.js';
import { accept, conclude, startSending } from '../../lib/revise/revision.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const sending = startSending(
  accept(
    checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40', clientId: 'hong-gildong' }, [
      'T0000001',
    ]),
    NOW,
  ),
  '20260302',
);
const thrown = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('unwrap', () => {
  it('gives the answer of a success', () => {
    const response = { resCd: '0000', cancelAmount: 10_000 };
    expect(unwrap(outcomeOf(conclude(sending, { status: 'succeeded', response }, [], NOW), NOW))).toBe(response);
  });

  it('throws what KICC declined, keeping its words and the request out of what is printed', () => {
    const refusal = { resCd: '8521', resMsg: '예금주 홍길동 불일치' };
    const error = thrown(() => unwrap(outcomeOf(conclude(sending, { status: 'declined', refusal }, [], NOW), NOW)));
    expect(error).toBeInstanceOf(ReviseDeclinedError);
    expect((error as ReviseDeclinedError).outcome).toMatchObject({ status: 'declined', ...refusal });
    const printed = inspect(error, { showHidden: true, depth: null }) + JSON.stringify(error) + String(error);
    expect(printed).toContain('8521');
    expect(printed).not.toMatch(/홍길동|hong-gildong/);
  });

  it('throws an unknown outcome as something that is not a failure', () => {
    const error = thrown(() => unwrap(outcomeOf(conclude(sending, { status: 'unknown' }, [], NOW), NOW)));
    expect(error).toBeInstanceOf(ReviseUnknownError);
    expect(error).not.toBeInstanceOf(ReviseDeclinedError);
    expect((error as ReviseUnknownError).outcome).toMatchObject({ delivery: 'possible', nextCheckAt: NOW });
    expect((error as Error).message).toContain('do not take a new shopTransactionId');
    expect(inspect(error, { showHidden: true, depth: null }) + JSON.stringify(error)).not.toContain('hong-gildong');
  });
});
