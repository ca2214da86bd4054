import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Decision } from '../../lib/revision/decide.js';
import type { DeliveryEvidence } from '../../lib/revision/evidence.js';
import { outcomeOf, ReviseDeclinedError, ReviseUnknownError, unwrap, type ReviseOutcome } from '../../lib/revision/outcome.js';
import type { Refusal, Revision } from '../../lib/revision/revision.js';
import { accept, conclude, resolved, startSending, withdrawn } from '../../lib/revision/transitions.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const NEXT = new Date('2026-03-02T03:00:05Z');
const revision = (fields: object = {}): Revision => {
  const request = {
    shopTransactionId: 'refund-1',
    pgCno: 'payment-1',
    reviseTypeCode: '40',
    clientId: 'hong-gildong',
    ...fields,
  };
  return accept({ request: checkReviseRequest(request, ['T0000001']) }, NOW);
};
const ACCEPTED = revision();
const SENDING = startSending(ACCEPTED, '20260302', NOW, NOW);
const TIMED_OUT: DeliveryEvidence = { kind: 'noAnswer', reason: 'timeout' };
const response = { resCd: '0000', cancelAmount: 10_000 };

const concluded = (decision: Omit<Decision, 'then'>, of = SENDING): Revision =>
  conclude(of, TIMED_OUT, { ...decision, then: { do: 'rest' } }, NOW);
const SUCCEEDED = concluded({ status: 'succeeded', proof: { of: 'success', response } });
const UNKNOWN = concluded({ status: 'unknown', proof: { of: 'nothing' } });
const ESCALATED = concluded({ status: 'escalated', proof: { of: 'nothing' } });
const declined = (refusal: Refusal): Revision => concluded({ status: 'declined', proof: { of: 'refusal', refusal } });
const decided = (verdict: 'succeeded' | 'declined', of = ESCALATED): Revision =>
  resolved(of, { verdict, actor: 'operator-kim', reason: 'seen in the console', at: NOW });

const outcome = (of: Revision): ReviseOutcome => outcomeOf(of, NEXT);
const thrown = (of: Revision): unknown => {
  try {
    return unwrap(outcome(of));
  } catch (error) {
    return error;
  }
};
const printed = (error: unknown): string =>
  inspect(error, { showHidden: true, depth: null }) + JSON.stringify(error) + String(error);
const PERSONAL = /홍길동|hong-gildong|operator-kim|seen in the console/;

describe('the outcome of what is open', () => {
  it.each<readonly [string, Revision, 'none' | 'possible']>([
    ['accepted', ACCEPTED, 'none'],
    ['sending', SENDING, 'possible'],
    ['unknown', UNKNOWN, 'possible'],
    ['escalated', ESCALATED, 'possible'],
  ])('%s is unknown', (_, of, delivery) => {
    expect(outcome(of)).toEqual({ status: 'unknown', revision: of, delivery, nextCheckAt: NEXT });
    expect(Object.isFrozen(outcome(of))).toBe(true);
    const error = thrown(of);
    expect(error).toBeInstanceOf(ReviseUnknownError);
    expect(error).not.toBeInstanceOf(ReviseDeclinedError);
    expect((error as ReviseUnknownError).outcome).toEqual(outcome(of));
    expect((error as Error).message).toContain(
      delivery === 'possible' ? 'do not take a new shopTransactionId' : 'Nothing was sent yet',
    );
    expect(printed(error)).toContain('refund-1');
    expect(printed(error)).not.toMatch(PERSONAL);
  });
});

describe('the outcome of a success', () => {
  it("is KICC's answer", () => {
    expect(outcome(SUCCEEDED)).toEqual({ status: 'succeeded', revision: SUCCEEDED, response });
    expect(unwrap(outcome(SUCCEEDED))).toBe(response);
  });

  it("is what was asked for where only a person's word stands for it", () => {
    const known = { resCd: '0000', mallId: 'T0000001', shopTransactionId: 'refund-1', oriPgCno: 'payment-1' };
    expect(unwrap(outcome(decided('succeeded')))).toStrictEqual(known);
    const part = startSending(revision({ reviseTypeCode: '32', amount: 3_000 }), '20260302', NOW, NOW);
    expect(unwrap(outcome(decided('succeeded', part)))).toStrictEqual({ ...known, cancelAmount: 3_000 });
  });

  it("is KICC's answer where both say so", () => {
    const agreed = concluded({ status: 'succeeded', proof: { of: 'success', response } }, decided('succeeded'));
    expect(unwrap(outcome(agreed))).toBe(response);
  });
});

describe('the outcome of a decline', () => {
  const refusal = { resCd: '8521', resMsg: '예금주 홍길동 불일치' };
  it.each<readonly [string, Revision, Refusal, message: string]>([
    ['by KICC', declined(refusal), refusal, 'was declined (by KICC, resCd 8521).'],
    ['by HTTP', declined({ httpStatus: 400 }), { httpStatus: 400 }, 'was declined (by KICC, HTTP 400).'],
    ['by withdrawal', withdrawn(ACCEPTED, NOW, 0), {}, 'was declined (withdrawn before anything was sent).'],
    ['by verdict', decided('declined'), {}, "was declined (by a person's verdict)."],
    [
      'by verdict, though KICC proves the opposite',
      concluded({ status: 'declined', proof: { of: 'success', response }, contradicts: true }, decided('declined')),
      {},
      "was declined (by a person's verdict, but KICC proves that it was carried out).",
    ],
  ])('%s', (_, of, words, message) => {
    expect(outcome(of)).toStrictEqual({ status: 'declined', revision: of, ...words });
    const error = thrown(of);
    expect(error).toBeInstanceOf(ReviseDeclinedError);
    expect((error as ReviseDeclinedError).outcome).toMatchObject({ status: 'declined', ...words });
    expect((error as Error).message).toBe(`Revision 'refund-1' of payment 'payment-1' ${message}`);
    expect(printed(error)).not.toMatch(PERSONAL);
  });
});
