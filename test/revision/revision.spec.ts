import { describe, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Decision } from '../../lib/revision/decide.js';
import type { DeliveryEvidence, QueryEvidence } from '../../lib/revision/evidence.js';
import type { Evidence } from '../../lib/revision/evidence.js';
import {
  amountGivenBack,
  amountOf,
  attentionOf,
  isLeased,
  isSettled,
  mayHaveArrived,
  type Revision,
} from '../../lib/revision/revision.js';
import { trailEntry } from '../../lib/revision/trail.js';
import {
  accept,
  completed,
  conclude,
  disputed,
  lease,
  resolved,
  startSending,
  unsettled,
  withdrawn,
} from '../../lib/revision/transitions.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const LATER = new Date('2026-03-02T03:01:00Z');
const UNTIL = new Date('2026-03-02T03:02:00Z');
const DAY = '20260302';
const request = (fields: object = {}) =>
  checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40', ...fields }, ['T0000001']);

const ACCEPTED = accept({ request: request() }, NOW);
const SENDING = startSending(ACCEPTED, DAY, NOW, UNTIL);
const TIMED_OUT: DeliveryEvidence = { kind: 'noAnswer', reason: 'timeout' };
const REFUSED: DeliveryEvidence = { kind: 'undelivered', reason: 'refused', detail: 'ECONNREFUSED' };
const NOT_FOUND: QueryEvidence = { kind: 'queryAnswer', transaction: { resCd: 'R404' }, contradicted: [], day: '20260302' };
const ANSWER: DeliveryEvidence = { kind: 'answer', response: { resCd: '0000', cancelAmount: 3_000 }, contradicted: [] };

const stays: Decision = { status: 'unknown', proof: { of: 'nothing' }, then: { do: 'wait', at: UNTIL } };
const nothingLeft: Decision = { status: 'accepted', proof: { of: 'nothingLeft' }, then: { do: 'wait', at: UNTIL } };
const succeeded: Decision = {
  status: 'succeeded',
  proof: { of: 'success', response: { resCd: '0000', cancelAmount: 3_000 } },
  then: { do: 'rest' },
};
const declined: Decision = {
  status: 'declined',
  proof: { of: 'refusal', refusal: { resCd: '8521', resMsg: '한도초과' } },
  then: { do: 'rest' },
};

it('is frozen, each new state of it', () => {
  const verdict = { verdict: 'declined', actor: 'kim', reason: 'console', at: NOW } as const;
  const UNKNOWN = conclude(SENDING, TIMED_OUT, stays, LATER);
  for (const state of [
    ACCEPTED,
    SENDING,
    UNKNOWN,
    lease(UNKNOWN, UNTIL),
    withdrawn(ACCEPTED, NOW, 0),
    resolved(UNKNOWN, verdict),
  ]) {
    expect(Object.isFrozen(state)).toBe(true);
    expect(state).toMatchObject({ mallId: 'T0000001', shopTransactionId: 'refund-1', pgCno: 'payment-1', acceptedAt: NOW });
    // The journal's word; no transition counts it up by itself.
    expect(state.version).toBe(1);
  }
});

describe('accept', () => {
  it('has nothing out, and is due at once', () => {
    expect(ACCEPTED).toMatchObject({ status: 'accepted', deliveries: 0, checks: 0, nextCheckAt: NOW });
    expect(ACCEPTED.trail).toEqual([{ at: NOW, event: 'accepted', status: 'accepted' }]);
    expect([mayHaveArrived(ACCEPTED), isSettled(ACCEPTED), isLeased(ACCEPTED, NOW)]).toEqual([false, false, false]);
  });
});

describe('lease', () => {
  it('holds until its end, and is due then', () => {
    const leased = lease(ACCEPTED, UNTIL);
    expect(leased).toEqual({ ...ACCEPTED, leaseUntil: UNTIL, nextCheckAt: UNTIL });
    expect(isLeased(leased, new Date(UNTIL.getTime() - 1))).toBe(true);
    expect(isLeased(leased, UNTIL)).toBe(false);
  });
});

describe('startSending', () => {
  it('counts a delivery before it is made, and leases the revision for it', () => {
    expect(SENDING).toMatchObject({
      status: 'sending',
      deliveries: 1,
      cancelReqDate: DAY,
      firstDeliveredAt: NOW,
      lastDeliveredAt: NOW,
      leaseUntil: UNTIL,
      nextCheckAt: UNTIL,
      trail: ACCEPTED.trail,
    });
  });

  it('counts it once, however often it is noted anew, with the newest day and time', () => {
    const again = startSending(startSending(SENDING, DAY, LATER, UNTIL), '20260303', LATER, UNTIL);
    expect(again).toMatchObject({ deliveries: 1, cancelReqDate: '20260303', lastDeliveredAt: LATER });
  });

  it('counts another delivery after one that may have arrived', () => {
    const unknown = conclude(SENDING, TIMED_OUT, stays, LATER);
    expect(startSending(unknown, DAY, LATER, UNTIL)).toMatchObject({
      deliveries: 2,
      firstDeliveredAt: NOW,
      lastDeliveredAt: LATER,
    });
  });

  it('forgets a delivery that left nothing: the next is the first', () => {
    const accepted = conclude(SENDING, REFUSED, nothingLeft, LATER);
    expect(startSending(accepted, DAY, LATER, UNTIL)).toMatchObject({ deliveries: 1, firstDeliveredAt: LATER });
  });

  it('leaves the count of what failed, by which the pauses grow', () => {
    for (const before of [ACCEPTED, SENDING]) {
      expect(startSending({ ...before, checks: 5 }, DAY, LATER, UNTIL).checks).toBe(5);
    }
  });
});

describe('conclude', () => {
  it.each<readonly [string, Revision, Evidence, Decision, object]>([
    [
      'a success',
      SENDING,
      ANSWER,
      succeeded,
      { deliveries: 1, checks: 0, settledAt: LATER, settledBy: 'kicc', response: { resCd: '0000', cancelAmount: 3_000 } },
    ],
    [
      'a refusal',
      SENDING,
      ANSWER,
      declined,
      { deliveries: 1, settledAt: LATER, settledBy: 'kicc', refusal: { resCd: '8521', resMsg: '한도초과' } },
    ],
    ['no answer', SENDING, TIMED_OUT, stays, { deliveries: 1, checks: 0, lastDeliveredAt: LATER, nextCheckAt: UNTIL }],
    ['nothing left', SENDING, REFUSED, nothingLeft, { deliveries: 0, checks: 1, lastDeliveredAt: NOW, nextCheckAt: UNTIL }],
    ['a query', SENDING, NOT_FOUND, stays, { deliveries: 1, checks: 1, lastDeliveredAt: NOW }],
    ['a failed query', SENDING, { kind: 'queryFailed', reason: 'timeout' }, stays, { checks: 1, lastDeliveredAt: NOW }],
    ['time passing', SENDING, { kind: 'due' }, stays, { checks: 0, deliveries: 1, lastDeliveredAt: NOW }],
    ['a re-send', SENDING, NOT_FOUND, { ...stays, then: { do: 'resend', at: UNTIL } }, { nextCheckAt: UNTIL }],
    ['the end', SENDING, NOT_FOUND, { ...stays, then: { do: 'rest' } }, { nextCheckAt: undefined }],
  ])('%s', (_, revision, evidence, decision, after) => {
    const seen = trailEntry('delivery', evidence, decision.status, LATER, DAY);
    const next = conclude(revision, evidence, decision, LATER, [seen]);
    expect(next).toMatchObject({ status: decision.status, leaseUntil: undefined, ...after });
    expect(next.trail).toEqual([...revision.trail, seen]);
  });

  it('takes nothing back for an attempt that was never noted', () => {
    const signer: Evidence = { kind: 'undelivered', reason: 'signer' };
    const unknown = conclude(SENDING, TIMED_OUT, stays, NOW);
    const still: Decision = { ...stays, proof: { of: 'nothingLeft' } };
    expect(conclude(unknown, signer, still, LATER)).toMatchObject({ deliveries: 1, checks: 1, lastDeliveredAt: NOW });
    expect(conclude(ACCEPTED, signer, nothingLeft, LATER)).toMatchObject({ deliveries: 0, checks: 1 });
  });

  it('starts the pauses over where the first delivery has left at last, and there only', () => {
    const failed = { ...SENDING, checks: 5 };
    const checks = (revision: Revision, evidence: Evidence, by = stays): number =>
      conclude(revision, evidence, by, LATER).checks;
    expect(checks(failed, TIMED_OUT)).toBe(0);
    expect(checks({ ...failed, deliveries: 2 }, TIMED_OUT)).toBe(5);
    expect(checks(failed, REFUSED, nothingLeft)).toBe(6);
    expect(checks(failed, NOT_FOUND)).toBe(1);
    expect(checks({ ...failed, status: 'unknown' }, NOT_FOUND)).toBe(6);
  });

  it('counts refused re-sends, and takes them for no refusal: after the third, KICC knows the key', () => {
    const refused = (revision: Revision): Revision =>
      conclude(revision, ANSWER, { ...stays, proof: { of: 'resendRefused' } }, LATER);
    const marks = ({ resendsRefused, keyKnown, refusal, settledAt }: Revision): unknown[] => {
      return [resendsRefused, keyKnown, refusal, settledAt];
    };
    const states = [SENDING, refused(SENDING), refused(refused(SENDING)), refused(refused(refused(SENDING)))];
    expect(states.map(marks)).toEqual([
      [undefined, undefined, undefined, undefined],
      [1, undefined, undefined, undefined],
      [2, undefined, undefined, undefined],
      [3, true, undefined, undefined],
    ]);
    const last = states[3]!;
    expect([conclude(last, NOT_FOUND, stays, LATER), startSending(last, DAY, LATER, UNTIL)].map(marks)).toEqual([
      marks(last),
      marks(last),
    ]);
  });

  it('marks the escalation once, and a contradiction', () => {
    const escalated = conclude(SENDING, NOT_FOUND, { ...stays, status: 'escalated' }, LATER);
    const events = (revision: Revision): string[] => revision.trail.map(({ event }) => event);
    expect(events(escalated)).toEqual(['accepted', 'escalated']);
    expect(events(conclude(escalated, NOT_FOUND, { ...stays, status: 'escalated' }, LATER))).toEqual(['accepted', 'escalated']);

    const verdict = { verdict: 'declined', actor: 'kim', reason: 'console', at: NOW } as const;
    const decided = resolved(escalated, verdict);
    const proved = conclude(decided, ANSWER, { ...succeeded, status: 'declined', contradicts: true }, LATER);
    expect(proved).toMatchObject({ status: 'declined', settledBy: 'verdict', settledAt: NOW, contradicted: true, verdict });
    expect(proved.response).toMatchObject({ resCd: '0000' });
    expect(events(proved)).toEqual(['accepted', 'escalated', 'verdict', 'contradicted']);
    const right = resolved(proved, { ...verdict, verdict: 'succeeded' });
    expect(right).toMatchObject({ status: 'succeeded', contradicted: undefined });
    // What KICC has proved is not undone by saying the opposite once more.
    expect(resolved(proved, verdict)).toMatchObject({ status: 'declined', contradicted: true });
    expect(resolved(right, verdict)).toMatchObject({ status: 'declined', contradicted: true });
  });

  it('leaves when and by whom it was settled', () => {
    const settled = conclude(SENDING, ANSWER, succeeded, NOW);
    expect(conclude(settled, NOT_FOUND, succeeded, LATER)).toMatchObject({ settledAt: NOW, settledBy: 'kicc' });
  });
});

describe('unsettled', () => {
  it.each(['sending', 'unknown', 'escalated'] as const)(
    "keeps KICC's word with a revision that was %s, and is due again",
    (status) => {
      const before: Revision = { ...SENDING, status, checks: 2 };
      const settled = conclude(before, ANSWER, succeeded, LATER, [trailEntry('delivery', ANSWER, 'succeeded', LATER, DAY)]);
      const kept = unsettled(before, settled, UNTIL, LATER);
      expect(kept).toMatchObject({
        status: status === 'escalated' ? 'escalated' : 'unknown',
        response: { resCd: '0000', cancelAmount: 3_000 },
        checks: 3,
        nextCheckAt: UNTIL,
      });
      expect(isSettled(kept)).toBe(false);
      expect([kept.settledAt, kept.settledBy, isLeased(kept, LATER)]).toEqual([undefined, undefined, false]);
      expect(kept.trail.slice(-2).map(({ event }) => event)).toEqual(['delivery', 'handlerFailed']);
      expect(Object.isFrozen(kept)).toBe(true);
    },
  );

  it("keeps whose word it was: that of a notification stays a notification's when the handler has done its part", () => {
    const told: Evidence = { kind: 'notification', response: { resCd: '0000', cancelAmount: 3_000 } };
    const before: Revision = { ...SENDING, status: 'escalated' };
    const kept = unsettled(before, conclude(before, told, succeeded, LATER), UNTIL, LATER);
    expect(kept.settledBy).toBe('notification');
    expect(conclude(kept, { kind: 'due' }, succeeded, UNTIL).settledBy).toBe('notification');
  });
});

describe('resolved and withdrawn', () => {
  it('keeps the verdict, ends the lease and is asked about on', () => {
    const verdict = { verdict: 'succeeded', actor: 'kim', reason: 'seen in the console', at: LATER } as const;
    const waiting = { ...conclude(SENDING, TIMED_OUT, stays, NOW), leaseUntil: UNTIL };
    const next = resolved(waiting, verdict);
    expect(next).toMatchObject({ status: 'succeeded', settledBy: 'verdict', settledAt: LATER, verdict, nextCheckAt: UNTIL });
    expect([next.leaseUntil, isSettled(next), next.deliveries]).toEqual([undefined, true, 1]);
    expect(next.trail.at(-1)).toEqual({ at: LATER, event: 'verdict', status: 'succeeded' });
  });

  it('rests for good once withdrawn', () => {
    const next = withdrawn(lease(ACCEPTED, UNTIL), LATER, 0);
    expect(next).toMatchObject({ status: 'declined', settledBy: 'withdrawal', settledAt: LATER, deliveries: 0 });
    expect([next.leaseUntil, next.nextCheckAt]).toEqual([undefined, undefined]);
    expect(next.trail.at(-1)).toEqual({ at: LATER, event: 'withdrawn', status: 'declined' });
  });
});

describe('trailEntry', () => {
  const personal = { resMsg: '예금주 홍길동', extra: { msgAuthValue: 'f00' }, shopOrderNo: 'hong' };
  it.each<readonly [Evidence, object]>([
    [{ kind: 'due' }, {}],
    [REFUSED, { observed: 'refused (ECONNREFUSED)' }],
    [TIMED_OUT, { observed: 'timeout' }],
    [{ kind: 'queryFailed', reason: 'unusableAnswer', detail: 'HTTP 503' }, { observed: 'unusableAnswer (HTTP 503)' }],
    [
      { kind: 'unusableAnswer', httpStatus: 503 },
      { observed: 'unusableAnswer', httpStatus: 503 },
    ],
    [
      { kind: 'badRequest', httpStatus: 400 },
      { observed: 'badRequest', httpStatus: 400 },
    ],
    [
      { kind: 'answer', response: { resCd: '8521', ...personal }, contradicted: [] },
      { observed: 'answer', resCd: '8521' },
    ],
    [
      { kind: 'answer', response: { resCd: '0000', ...personal }, contradicted: ['mallId', 'cancelAmount'] },
      { observed: 'echo mismatch: mallId, cancelAmount', resCd: '0000' },
    ],
    [
      { kind: 'queryAnswer', transaction: { resCd: '0000', ...personal }, contradicted: ['oriPgCno'], day: '20260302' },
      { observed: 'echo mismatch: oriPgCno', resCd: '0000' },
    ],
  ])('of %j is a word or two', (evidence, seen) => {
    const entry = trailEntry('delivery', evidence, 'unknown', NOW, DAY);
    // To the letter: neither KICC's texts nor anything else of its answer.
    expect(entry).toStrictEqual({ at: NOW, event: 'delivery', cancelReqDate: DAY, ...seen, status: 'unknown' });
    expect(Object.isFrozen(entry)).toBe(true);
    expect(trailEntry('delivery', evidence, 'unknown', NOW)).not.toHaveProperty('cancelReqDate');
  });
});

describe('amountGivenBack', () => {
  const part = accept({ request: request({ reviseTypeCode: '32', amount: 3_000 }) }, NOW);
  const capture = accept({ request: request({ reviseTypeCode: '20' }) }, NOW);
  it.each<readonly [string, Revision, Partial<Revision>, number | undefined]>([
    ['what is open: nothing yet', part, { status: 'unknown' }, 0],
    ['what was declined', part, { status: 'declined', refusal: { resCd: '8521' } }, 0],
    ["by KICC's answer", part, { status: 'succeeded', response: { resCd: '0000', cancelAmount: 2_999 } }, 2_999],
    ['as asked, where KICC did not say', part, { status: 'succeeded', response: { resCd: '0000' } }, 3_000],
    ['a part, by a verdict', part, { status: 'succeeded', settledBy: 'verdict' }, 3_000],
    ['the whole, by a verdict', ACCEPTED, { status: 'succeeded', settledBy: 'verdict' }, undefined],
    ['the whole, by KICC', ACCEPTED, { status: 'succeeded', response: { resCd: '0000', cancelAmount: 10_000 } }, 10_000],
    [
      'declined by a verdict that KICC contradicts',
      part,
      { status: 'declined', settledBy: 'verdict', contradicted: true, response: { resCd: '0000', cancelAmount: 3_000 } },
      3_000,
    ],
    ['a capture', capture, { status: 'succeeded', response: { resCd: '0000', cancelAmount: 10_000 } }, 0],
  ])('%s', (_, revision, changes, amount) => {
    expect(amountGivenBack({ ...revision, ...changes })).toBe(amount);
  });
});

describe('a refund', () => {
  const account = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
  const refundOf = (reviseTypeCode: string, reviseSubTypeCode: string): Revision =>
    startSending(
      accept({ request: request({ reviseTypeCode, reviseSubTypeCode, refundInfo: account }) }, NOW),
      DAY,
      NOW,
      UNTIL,
    );
  const answered = (revision: Revision, statusCode?: string): Revision => {
    const response = { resCd: '0000', cancelAmount: 3_000, ...(statusCode === undefined ? {} : { statusCode }) };
    const evidence: Evidence = { kind: 'answer', response, contradicted: [] };
    const decision: Decision = { status: 'succeeded', proof: { of: 'success', response }, then: { do: 'rest' } };
    return conclude(revision, evidence, decision, LATER);
  };
  const accepted = answered(refundOf('60', 'RF01'), 'RF01');
  const bounced = completed(accepted, 'bounced', '51', LATER);
  const verdict = (said: 'succeeded' | 'declined') => ({ verdict: said, actor: 'kim', reason: 'console', at: UNTIL }) as const;

  it.each([
    ['60', 'RF01', 'RF01', 'pending'],
    ['60', 'RF01', undefined, 'pending'],
    ['60', 'RF01', 'RF02', 'completed'],
    ['60', 'RF01', 'RF03', 'bounced'],
    ['63', '10', 'RF02', 'completed'],
    ['63', '20', 'RF01', 'pending'],
    ['61', 'ES10', 'ES10', 'pending'],
    ['61', 'ES10', 'ES11', 'completed'],
    ['61', 'ES10', 'ES06', 'pending'],
    ['61', 'ES14', 'ES15', 'completed'],
  ])('%s %s that KICC answers with %s is %s', (type, subType, statusCode, completion) => {
    expect(answered(refundOf(type, subType), statusCode).completion).toBe(completion);
  });

  it('is nothing that other changes have', () => {
    for (const kind of [{}, { reviseTypeCode: '32', amount: 3_000 }, { reviseTypeCode: '61', reviseSubTypeCode: 'ES02' }]) {
      const sending = startSending(accept({ request: request(kind) }, NOW), DAY, NOW, UNTIL);
      expect(answered(sending, 'RF02')).not.toHaveProperty('completion');
    }
  });

  it('gives back what KICC accepted, and nothing once it has bounced', () => {
    expect(amountGivenBack(accepted)).toBe(3_000);
    expect(amountGivenBack(completed(accepted, 'completed', '50', LATER))).toBe(3_000);
    expect(amountGivenBack(bounced)).toBe(0);
    expect(amountGivenBack(resolved(bounced, verdict('declined')))).toBe(0);
    expect(amountGivenBack(resolved(bounced, verdict('succeeded')))).toBe(3_000);
  });

  it('waits for a person once it has bounced or is disputed, until that one has decided', () => {
    expect(attentionOf(accepted)).toBeUndefined();
    expect(attentionOf(bounced)).toBe('bounced');
    expect(attentionOf(disputed(accepted, '51', LATER))).toBe('disputed');
    for (const said of ['succeeded', 'declined'] as const) {
      const completion = said === 'succeeded' ? 'completed' : 'bounced';
      for (const waiting of [bounced, disputed(accepted, '51', LATER)]) {
        const decided = resolved(waiting, verdict(said));
        expect(decided).toMatchObject({ status: said, settledBy: 'verdict', completion });
        expect([decided.disputed, decided.contradicted, attentionOf(decided)]).toEqual([undefined, undefined, undefined]);
      }
    }
  });

  it('is where the person who decides last says, who knows better by then', () => {
    const lost = answered(refundOf('60', 'RF01'), 'RF03');
    for (const waiting of [bounced, disputed(accepted, '51', LATER), lost]) {
      const found = resolved(waiting, verdict('succeeded'));
      const back = resolved(waiting, verdict('declined'));
      expect([amountGivenBack(found), amountGivenBack(back)]).toEqual([3_000, 0]);
      expect(resolved(back, verdict('succeeded'))).toMatchObject({ status: 'succeeded', completion: 'completed' });
      if (waiting === lost) continue;
      const after = resolved(found, verdict('declined'));
      expect([after.contradicted, after.completion, amountGivenBack(after)]).toEqual([undefined, 'bounced', 0]);
    }
    // What KICC says has arrived, no person takes back.
    const arrived = completed(resolved(bounced, verdict('succeeded')), 'completed', '50', UNTIL);
    expect(resolved(arrived, verdict('declined'))).toMatchObject({ contradicted: true, completion: 'completed' });
  });

  it('keeps in its trail what a notification said, and whether it was confirmed', () => {
    expect(bounced.trail.at(-1)).toEqual({ at: LATER, event: 'notification', observed: '51', status: 'succeeded' });
    expect(disputed(accepted, '51', LATER).trail.at(-1)?.observed).toBe('51, not confirmed');
    expect(Object.isFrozen(bounced) && Object.isFrozen(bounced.trail) && Object.isFrozen(bounced.trail.at(-1))).toBe(true);
  });

  it('is no more disputed once it is confirmed', () => {
    expect(completed(disputed(accepted, '51', LATER), 'bounced', '51', UNTIL).disputed).toBeUndefined();
  });
});

describe('personal data', () => {
  const sealed = startSending(accept({ request: request(), sealed: 'k1.a.b.c' }, NOW), DAY, NOW, UNTIL);

  it('is kept while it may still be needed, and dropped with the outcome', () => {
    expect(conclude(sealed, TIMED_OUT, stays, LATER).sealed).toBe('k1.a.b.c');
    expect(conclude(sealed, REFUSED, nothingLeft, LATER).sealed).toBe('k1.a.b.c');
    expect(conclude(sealed, ANSWER, succeeded, LATER).sealed).toBeUndefined();
    expect(conclude(sealed, ANSWER, declined, LATER).sealed).toBeUndefined();
    expect(withdrawn(accept({ request: request(), sealed: 'k1.a.b.c' }, NOW), LATER, 0).sealed).toBeUndefined();
    expect(resolved(sealed, { verdict: 'declined', actor: 'kim', reason: 'console', at: NOW }).sealed).toBeUndefined();
  });
});

describe('amountOf', () => {
  it.each<readonly [object, object | undefined, number | undefined]>([
    [{ amount: 1_000, approvedAmount: 5_000 }, { cancelAmount: 900 }, 1_000],
    [{ approvedAmount: 5_000 }, { cancelAmount: 4_900 }, 4_900],
    [{ approvedAmount: 5_000 }, {}, 5_000],
    [{ approvedAmount: 5_000 }, undefined, 5_000],
    [{}, undefined, undefined],
  ])('of %j and %j is %j', (request, response, amount) => {
    expect(amountOf({ request, response } as Revision)).toBe(amount);
  });
});
