import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeliveryEvidence, QueryEvidence } from '../../lib/gateway/evidence.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { koreanDay, startOfKoreanDay } from '../../lib/protocol/korean-date.js';
import { decide, isWithinFence, type Decision, type Evidence, type Policy } from '../../lib/revise/decide.js';
import { accept, isSettled, startSending, type Revision, type RevisionStatus } from '../../lib/revise/revision.js';
import { replay } from '../protocol/replay.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const DAY = '20260302';
const MIDNIGHT = startOfKoreanDay(DAY, 1);
const CLOSES = startOfKoreanDay(DAY, 2);
const ESCALATES = new Date(CLOSES.getTime() - 2 * HOUR);
/** Noon of that day in Korea. */
const NOW = new Date('2026-03-02T03:00:00Z');
const after = (ms: number, from = NOW): Date => new Date(from.getTime() + ms);

const policy: Policy = {
  openCodes: ['P999'],
  timeoutMs: 30 * SECOND,
  settlement: { queryDelaysMs: [0, 5_000, 15_000, 60_000], resendAfterMs: 60 * SECOND, escalateBeforeMs: 2 * HOUR },
  random: () => 0.5,
};

const REQUEST = checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40' }, ['T0000001']);
const ACCEPTED = accept({ request: REQUEST }, NOW);
const SENDING = startSending(ACCEPTED, DAY, NOW, after(2 * MINUTE));
const stands = (changes: Partial<Revision> = {}): Revision => ({ ...SENDING, status: 'unknown', ...changes });
const waitFor = (ms: number): Decision['then'] => ({ do: 'wait', at: after(ms) });

const answer = (resCd: string, contradicted: readonly 'cancelAmount'[] = []): DeliveryEvidence => ({
  kind: 'answer',
  response: { resCd, resMsg: '...' },
  contradicted,
});
const queried = (resCd: string, contradicted: readonly 'oriPgCno'[] = []): QueryEvidence => ({
  kind: 'queryAnswer',
  transaction: { resCd, resMsg: '...' },
  contradicted,
});
const DUE: Evidence = { kind: 'due' };
const NOT_FOUND = queried('R404');
const TIMED_OUT: DeliveryEvidence = { kind: 'noAnswer', reason: 'timeout' };
const REFUSED: DeliveryEvidence = { kind: 'undelivered', reason: 'refused' };

const undelivered = [
  'dns',
  'refused',
  'tls',
  'connectTimeout',
  'unreachable',
  'connectionGone',
  'late',
  'signer',
  'journal',
] as const;
const noAnswer = ['timeout', 'connectionLost', 'answerCutOff', 'unusableAnswer'] as const;

type Expected = readonly [status: RevisionStatus, proof: Decision['proof']['of'], then: Decision['then']];
const REST: Decision['then'] = { do: 'rest' };
/** The first delivery has no status query behind it, so the first comes at once; the re-send has two. */
const OPEN: readonly [Expected, Expected] = [
  ['unknown', 'nothing', waitFor(0)],
  ['unknown', 'nothing', waitFor(15_000)],
];
const REFUSAL: readonly [Expected, Expected] = [
  ['declined', 'refusal', REST],
  ['unknown', 'keyKnown', waitFor(15_000)],
];

/** The evidence table of the design: what was seen, and what it proves on the first delivery and after a possible one. */
const TABLE: readonly (readonly [string, DeliveryEvidence, first: Expected, later: Expected])[] = [
  ...undelivered.map(
    (reason) =>
      [
        `nothing left (${reason})`,
        { kind: 'undelivered', reason },
        ['accepted', 'nothingLeft', waitFor(2_500)],
        ['unknown', 'nothingLeft', waitFor(60_000)],
      ] as const,
  ),
  ...noAnswer.map((reason) => [`no answer (${reason})`, { kind: 'noAnswer', reason }, ...OPEN] as const),
  ['HTTP 503', { kind: 'unusableAnswer', httpStatus: 503 }, ...OPEN],
  ['HTTP 302', { kind: 'unusableAnswer', httpStatus: 302 }, ...OPEN],
  ['HTML with HTTP 200', { kind: 'unusableAnswer', httpStatus: 200 }, ...OPEN],
  // It does not show that KICC knows the key: something on the way may have said it.
  ['HTTP 400', { kind: 'badRequest', httpStatus: 400 }, ['declined', 'refusal', REST], OPEN[1]],
  ['0000', answer('0000'), ['succeeded', 'success', REST], ['succeeded', 'success', REST]],
  ['0000 of another amount', answer('0000', ['cancelAmount']), ...OPEN],
  ['a refusal', answer('8521'), ...REFUSAL],
  ['a refusal of another request', answer('8521', ['cancelAmount']), ...OPEN],
  ['VTIM', answer('VTIM'), ...OPEN],
  ['VT00', answer('VT00'), ...OPEN],
  ["the app's open code", answer('P999'), ...OPEN],
];

describe('a delivery', () => {
  it.each(TABLE)('that brought %s', (_, evidence, ...expected) => {
    const revisions = [SENDING, { ...SENDING, deliveries: 2, checks: 2 }];
    revisions.forEach((revision, index) => {
      const { status, proof, then } = decide(revision, evidence, NOW, policy);
      expect([status, proof.of, then]).toEqual(expected[index]);
    });
  });

  it("keeps KICC's words as the proof", () => {
    const response = { resCd: '0000', resMsg: '...' };
    expect(decide(SENDING, answer('0000'), NOW, policy).proof).toEqual({ of: 'success', response });
    expect(decide(SENDING, answer('8521'), NOW, policy).proof).toEqual({
      of: 'refusal',
      refusal: { resCd: '8521', resMsg: '...' },
    });
    const wordless: DeliveryEvidence = { kind: 'answer', response: { resCd: '8521' }, contradicted: [] };
    expect(decide(SENDING, wordless, NOW, policy).proof).toEqual({ of: 'refusal', refusal: { resCd: '8521' } });
    const bad = decide(SENDING, { kind: 'badRequest', httpStatus: 400 }, NOW, policy);
    expect(bad.proof).toEqual({ of: 'refusal', refusal: { httpStatus: 400 } });
  });

  it('takes nothing back but itself: one that may have arrived before stays out', () => {
    expect(decide({ ...SENDING, deliveries: 3 }, REFUSED, NOW, policy).status).toBe('unknown');
    // An attempt that failed before it was noted (no signature, no journal): the one delivery there is stays out.
    expect(decide(stands(), { kind: 'undelivered', reason: 'signer' }, NOW, policy).status).toBe('unknown');
    expect(decide(stands({ status: 'escalated' }), REFUSED, ESCALATES, policy).status).toBe('escalated');
    expect(decide(ACCEPTED, { kind: 'undelivered', reason: 'signer' }, NOW, policy)).toMatchObject({
      status: 'accepted',
      then: { do: 'wait' },
    });
  });
});

describe('a status query', () => {
  it.each<readonly [string, QueryEvidence, ...Expected]>([
    ['found it', queried('0000'), 'succeeded', 'success', REST],
    ['found an approval under the same key', queried('0000', ['oriPgCno']), 'unknown', 'nothing', waitFor(5_000)],
    ['found nothing', NOT_FOUND, 'unknown', 'nothing', waitFor(5_000)],
    ['said VTIM', queried('VTIM'), 'unknown', 'nothing', waitFor(5_000)],
    ['failed', { kind: 'queryFailed', reason: 'timeout' }, 'unknown', 'nothing', waitFor(5_000)],
  ])('that %s', (_, evidence, status, of, then) => {
    for (const revision of [stands(), stands({ status: 'sending' }), stands({ deliveries: 2 })]) {
      const decision = decide(revision, evidence, NOW, policy);
      expect([decision.status, decision.proof.of, decision.then]).toEqual([status, of, then]);
    }
  });

  it('settles what was escalated', () => {
    expect(decide(stands({ status: 'escalated' }), queried('0000'), ESCALATES, policy)).toMatchObject({
      status: 'succeeded',
      then: REST,
    });
  });
});

describe('what is due', () => {
  const escalated = after(1, ESCALATES);
  it.each<readonly [string, Revision, Date, RevisionStatus, Decision['then']['do']]>([
    ['accepted', ACCEPTED, NOW, 'accepted', 'send'],
    ['accepted, days ago', ACCEPTED, after(9 * 24 * HOUR), 'accepted', 'send'],
    ['interrupted while sending', SENDING, NOW, 'unknown', 'query'],
    ['interrupted while sending again', { ...SENDING, deliveries: 2 }, NOW, 'unknown', 'query'],
    ['interrupted, taken up late', SENDING, escalated, 'escalated', 'query'],
    ['interrupted, taken up too late', SENDING, CLOSES, 'escalated', 'rest'],
    ['unknown', stands(), NOW, 'unknown', 'query'],
    ['unknown, at the escalation', stands(), ESCALATES, 'escalated', 'query'],
    ['unknown, just before', stands(), after(-1, ESCALATES), 'unknown', 'query'],
    ['escalated', stands({ status: 'escalated' }), escalated, 'escalated', 'query'],
    ['escalated, at the last moment', stands({ status: 'escalated' }), after(-1, CLOSES), 'escalated', 'query'],
    ['escalated, window closed', stands({ status: 'escalated' }), CLOSES, 'escalated', 'rest'],
    ['of no known date', stands({ cancelReqDate: undefined }), NOW, 'escalated', 'rest'],
    ['succeeded', stands({ status: 'succeeded', settledBy: 'kicc' }), NOW, 'succeeded', 'rest'],
    ['declined', stands({ status: 'declined', settledBy: 'kicc' }), NOW, 'declined', 'rest'],
    ['withdrawn', { ...ACCEPTED, status: 'declined', settledBy: 'withdrawal' }, NOW, 'declined', 'rest'],
    ['decided by a person', stands({ status: 'declined', settledBy: 'verdict' }), NOW, 'declined', 'query'],
    ['decided, window closed', stands({ status: 'declined', settledBy: 'verdict' }), CLOSES, 'declined', 'rest'],
  ])('%s', (_, revision, now, status, step) => {
    expect(decide(revision, DUE, now, policy)).toEqual({ status, proof: { of: 'nothing' }, then: { do: step } });
  });
});

describe('the schedule', () => {
  // Too soon after the delivery for a re-send, so that only the pauses show.
  const young = (changes: Partial<Revision>): Revision => stands({ lastDeliveredAt: undefined, ...changes });
  const next = (revision: Revision, evidence: Evidence, now: Date): Date | undefined =>
    decide(revision, evidence, now, policy).then.at;

  it.each([
    [0, 5_000],
    [1, 15_000],
    [2, 60_000],
    [3, 60_000],
    [99, 60_000],
  ])('after %d queries that proved nothing and one more pauses %d ms', (checks, pause) => {
    expect(next(young({ checks }), NOT_FOUND, NOW)).toEqual(after(pause));
  });

  it('asks at once after the first delivery, and keeps its pace after another', () => {
    expect(next(young({}), TIMED_OUT, NOW)).toEqual(NOW);
    expect(next(young({ checks: 3, deliveries: 2 }), TIMED_OUT, NOW)).toEqual(after(60_000));
  });

  it('is not slowed down by attempts that left nothing: the first that left is asked about at once', () => {
    expect(next({ ...SENDING, checks: 3 }, TIMED_OUT, NOW)).toEqual(NOW);
  });

  it.each<readonly [string, Date, Date | undefined]>([
    ['a minute and a bit before the escalation', after(-60_001, ESCALATES), after(-1, ESCALATES)],
    ['a minute before', after(-60_000, ESCALATES), ESCALATES],
    ['less before: comes forward to it', after(-59_999, ESCALATES), ESCALATES],
    ['just before', after(-1, ESCALATES), ESCALATES],
    ['at it: goes on', ESCALATES, after(60_000, ESCALATES)],
    ['after it', after(1, ESCALATES), after(60_001, ESCALATES)],
    ['the last there is time for', after(-60_001, CLOSES), after(-1, CLOSES)],
    ['no time for another', after(-60_000, CLOSES), undefined],
    ['at the end', CLOSES, undefined],
    ['after the end', after(HOUR, CLOSES), undefined],
  ])('%s', (_, now, at) => {
    const { status, then } = decide(young({ checks: 9 }), NOT_FOUND, now, policy);
    expect(then).toEqual(at ? { do: 'wait', at } : REST);
    expect(status).toBe(now < ESCALATES ? 'unknown' : 'escalated');
  });

  it('counts the window from the day in Korea, whatever the hour of the delivery', () => {
    const late = stands({ lastDeliveredAt: after(-1, MIDNIGHT) });
    expect(decide(late, DUE, after(-1, CLOSES), policy).then.do).toBe('query');
    expect(decide(late, DUE, CLOSES, policy).then.do).toBe('rest');
  });

  it('escalates when the app wants it, up to a day before', () => {
    const settlement = { ...policy.settlement, escalateBeforeMs: 24 * HOUR };
    expect(decide(stands(), NOT_FOUND, after(-1, MIDNIGHT), { ...policy, settlement }).status).toBe('unknown');
    expect(decide(stands(), NOT_FOUND, MIDNIGHT, { ...policy, settlement }).status).toBe('escalated');
  });

  it('escalates in the end also where the app wants it at the very end: nothing rests that is unknown', () => {
    const settlement = { ...policy.settlement, escalateBeforeMs: 0 };
    for (const evidence of [NOT_FOUND, TIMED_OUT]) {
      expect(
        decide(stands({ checks: 9, deliveries: 2 }), evidence, after(-1, CLOSES), { ...policy, settlement }),
      ).toMatchObject({
        status: 'unknown',
        then: { do: 'wait', at: CLOSES },
      });
    }
    expect(decide(stands(), DUE, CLOSES, { ...policy, settlement })).toMatchObject({ status: 'escalated', then: REST });
  });
});

describe('a re-send', () => {
  const rested = stands({ lastDeliveredAt: after(-60 * SECOND) });
  /** The first instant at which a re-send might not be through before midnight. */
  const FENCE = after(-(policy.timeoutMs + MINUTE), MIDNIGHT);
  const step = (revision: Revision, evidence: Evidence, now = NOW, by: Policy = policy): string =>
    decide(revision, evidence, now, by).then.do;

  it.each<readonly [string, string, Revision, Evidence, Date?]>([
    ['after a query that found nothing', 'resend', rested, NOT_FOUND],
    ['after a query that failed', 'resend', rested, { kind: 'queryFailed', reason: 'timeout' }],
    ["after another transaction's answer", 'resend', rested, queried('0000', ['oriPgCno'])],
    ['of what was interrupted', 'resend', { ...rested, status: 'sending' }, NOT_FOUND],
    ['the second one', 'resend', { ...rested, deliveries: 2 }, NOT_FOUND],
    ['not without asking first', 'query', rested, DUE],
    ['not after an answer', 'wait', rested, answer('VTIM')],
    ['not after a time-out', 'wait', rested, TIMED_OUT],
    ['not after another re-send that left nothing', 'wait', { ...rested, deliveries: 2 }, REFUSED],
    ['not once KICC knows the key', 'wait', { ...rested, keyKnown: true }, NOT_FOUND],
    ['not where nobody knows when it was delivered', 'wait', { ...rested, lastDeliveredAt: undefined }, NOT_FOUND],
    ['not too soon', 'wait', stands({ lastDeliveredAt: after(-60 * SECOND + 1) }), NOT_FOUND],
    ['at the last instant before the fence', 'resend', rested, NOT_FOUND, after(-1, FENCE)],
    ['not at the fence', 'wait', rested, NOT_FOUND, FENCE],
    ['not at midnight', 'wait', rested, NOT_FOUND, MIDNIGHT],
    ['not on the next day', 'wait', rested, NOT_FOUND, after(HOUR, MIDNIGHT)],
    ['not with a clock that went back a day', 'wait', rested, NOT_FOUND, after(-24 * HOUR)],
    ['not of another day', 'wait', { ...rested, cancelReqDate: '20260301' }, NOT_FOUND],
    ['not without a day', 'rest', { ...rested, cancelReqDate: undefined }, NOT_FOUND],
    ['not after a success', 'rest', rested, queried('0000')],
    ["not against a person's verdict", 'wait', { ...rested, status: 'declined', settledBy: 'verdict' }, NOT_FOUND],
  ])('%s: %s', (_, expected, revision, evidence, now = NOW) => {
    expect(step(revision, evidence, now)).toBe(expected);
  });

  it('never once it is escalated', () => {
    const settlement = { ...policy.settlement, escalateBeforeMs: 40 * HOUR };
    expect(step(rested, NOT_FOUND)).toBe('resend');
    expect(step(rested, NOT_FOUND, NOW, { ...policy, settlement })).toBe('wait');
  });

  it('keeps a longer attempt further from midnight', () => {
    const timeoutMs = 10 * MINUTE;
    const fence = after(-11 * MINUTE, MIDNIGHT);
    expect(isWithinFence(rested, after(-1, fence), { timeoutMs })).toBe(true);
    expect(isWithinFence(rested, fence, { timeoutMs })).toBe(false);
  });

  it.each([
    ['a minute after midnight', MINUTE, true],
    ['too soon after midnight: it may have been yesterday at KICC', MINUTE - 1, false],
    ['on the day before', -1, false],
  ])('of what was first delivered %s', (_, sinceMidnight, allowed) => {
    const firstDeliveredAt = after(sinceMidnight, startOfKoreanDay(DAY));
    expect(step({ ...rested, firstDeliveredAt }, NOT_FOUND)).toBe(allowed ? 'resend' : 'wait');
    expect(isWithinFence({ ...rested, firstDeliveredAt }, firstDeliveredAt, policy)).toBe(allowed);
  });

  it('not where nobody knows when it was first delivered', () => {
    expect(step({ ...rested, firstDeliveredAt: undefined }, NOT_FOUND)).toBe('wait');
  });
});

describe('what provably left nothing', () => {
  it.each([
    [0, 0, 0],
    [0.5, 0, 2_500],
    [0.999, 0, 4_995],
    [0.5, 1, 7_500],
    [0.5, 2, 30_000],
    [0.5, 50, 30_000],
  ])('drawing %d after %d failures waits %d ms', (draw, checks, pause) => {
    const decision = decide({ ...SENDING, checks }, REFUSED, NOW, { ...policy, random: () => draw });
    expect(decision).toEqual({
      status: 'accepted',
      proof: { of: 'nothingLeft' },
      then: { do: 'wait', at: after(pause) },
    });
  });

  it('waits on, whatever the day: no window closes for it', () => {
    expect(decide(SENDING, REFUSED, after(HOUR, CLOSES), policy)).toMatchObject({ status: 'accepted', then: { do: 'wait' } });
  });
});

describe('what KICC said, kept where a handler of the shop failed', () => {
  const response = { resCd: '0000', resMsg: '...' };
  const refusal = { resCd: '8521', resMsg: '...' };

  it.each([
    ['succeeded', { response }, { of: 'success', response }],
    ['declined', { refusal }, { of: 'refusal', refusal }],
  ] as const)('settles it when it is due: %s', (status, kept, proof) => {
    for (const where of ['unknown', 'escalated'] as const) {
      const expected = { status, proof, then: REST };
      expect(decide(stands({ status: where, ...kept }), DUE, NOW, policy)).toEqual(expected);
      // Nor does anything that proves nothing take it back.
      expect(decide(stands({ status: where, ...kept, deliveries: 2 }), NOT_FOUND, NOW, policy)).toEqual(expected);
    }
  });

  it('is not asked about, nor sent again, however late', () => {
    expect(decide(stands({ response }), DUE, after(90 * 24 * HOUR), policy)).toMatchObject({ status: 'succeeded', then: REST });
  });
});

describe("a person's verdict", () => {
  const decided = (status: RevisionStatus, changes: Partial<Revision> = {}): Revision =>
    stands({ status, settledBy: 'verdict', ...changes });

  it.each<readonly [string, Revision, Evidence, boolean]>([
    ['succeeded, and KICC found it', decided('succeeded'), queried('0000'), false],
    ['succeeded, and KICC answered so', decided('succeeded'), answer('0000'), false],
    ['declined, and KICC refused it', decided('declined'), answer('8521'), false],
    ['declined, but KICC found it', decided('declined'), queried('0000'), true],
    ['declined, but KICC answered success', decided('declined'), answer('0000'), true],
    ['succeeded, but KICC refused it', decided('succeeded'), answer('8521'), true],
    ['succeeded, but KICC called it bad', decided('succeeded'), { kind: 'badRequest', httpStatus: 400 }, true],
  ])('%s', (_, revision, evidence, contradicts) => {
    const decision = decide(revision, evidence, NOW, policy);
    expect([decision.status, decision.then]).toEqual([revision.status, REST]);
    expect(decision.contradicts === true).toBe(contradicts);
  });

  it('is not contradicted by a refusal that may be a duplicate key', () => {
    const decision = decide(decided('succeeded', { deliveries: 2 }), answer('8521'), NOW, policy);
    expect(decision).toMatchObject({ status: 'succeeded', proof: { of: 'keyKnown' }, then: { do: 'wait' } });
    expect(decision.contradicts).toBeUndefined();
  });

  it.each<readonly [string, Revision, Date, Decision['then']]>([
    ['is asked about on', decided('declined'), NOW, waitFor(5_000)],
    ['is asked about after the escalation too', decided('declined'), ESCALATES, { do: 'wait', at: after(5_000, ESCALATES) }],
    ['rests when the window has closed', decided('declined'), CLOSES, REST],
    ['rests once it is contradicted', decided('declined', { contradicted: true }), NOW, REST],
    ['rests where nothing has left', decided('declined', { deliveries: 0 }), NOW, REST],
  ])('%s', (_, revision, now, then) => {
    expect(decide(revision, NOT_FOUND, now, policy)).toEqual({ status: 'declined', proof: { of: 'nothing' }, then });
  });
});

const ALL_EVIDENCE: readonly Evidence[] = [
  DUE,
  ...TABLE.map(([, evidence]) => evidence),
  ...[queried('0000'), queried('0000', ['oriPgCno']), NOT_FOUND, queried('VTIM')],
  { kind: 'queryFailed', reason: 'timeout' },
];

it.each(['kicc', 'withdrawal'] as const)('what %s settled rests on any evidence, at any time', (settledBy) => {
  for (const status of ['succeeded', 'declined'] as const) {
    for (const evidence of ALL_EVIDENCE) {
      for (const now of [NOW, ESCALATES, CLOSES]) {
        const decision = decide(stands({ status, settledBy }), evidence, now, policy);
        expect(decision).toMatchObject({ status, then: REST });
        expect(decision.contradicts).toBeUndefined();
      }
    }
  }
});

describe('decide, of anything', () => {
  const resCd = fc.constantFrom('0000', '8521', 'VTIM', 'VT00', 'P999', 'R404');
  const evidenceAbout = (deliveries: number): fc.Arbitrary<Evidence> => {
    const asked: fc.Arbitrary<Evidence>[] = [
      fc.constant(DUE),
      fc.record({ kind: fc.constant('queryFailed' as const), reason: fc.constant('timeout') }),
      fc.record({
        kind: fc.constant('queryAnswer' as const),
        transaction: fc.record({ resCd }),
        contradicted: fc.subarray(['oriPgCno', 'cancelAmount'] as const),
      }),
    ];
    // Only what is out can bring something back.
    if (deliveries === 0) return fc.oneof(...asked);
    return fc.oneof(
      ...asked,
      fc.record({ kind: fc.constant('undelivered' as const), reason: fc.constantFrom(...undelivered) }),
      fc.record({ kind: fc.constant('noAnswer' as const), reason: fc.constantFrom(...noAnswer) }),
      fc.record({ kind: fc.constant('unusableAnswer' as const), httpStatus: fc.constantFrom(200, 302, 503) }),
      fc.record({ kind: fc.constant('badRequest' as const), httpStatus: fc.constantFrom(400, 404) }),
      fc.record({
        kind: fc.constant('answer' as const),
        response: fc.record({ resCd }),
        contradicted: fc.subarray(['mallId', 'cancelAmount'] as const),
      }),
    );
  };
  const instant = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(NOW, MIDNIGHT, ESCALATES, CLOSES, after(-90 * SECOND, MIDNIGHT)),
        fc.integer({ min: -30 * HOUR, max: 80 * HOUR }).map((ms) => after(ms)),
      ),
      fc.integer({ min: -2, max: 2 }),
    )
    .map(([at, ms]) => after(ms, at));
  const revisionOf = fc
    .record({
      status: fc.constantFrom<RevisionStatus>('accepted', 'sending', 'unknown', 'escalated', 'succeeded', 'declined'),
      deliveries: fc.integer({ min: 1, max: 4 }),
      cancelReqDate: fc.constantFrom(DAY, DAY, DAY, '20260301', '20260303', '20261231', undefined),
      firstDeliveredAt: fc.option(instant, { nil: undefined }),
      lastDeliveredAt: fc.option(instant, { nil: undefined }),
      keyKnown: fc.constantFrom(true, false, undefined),
      checks: fc.nat(12),
      settledBy: fc.constantFrom('kicc', 'verdict', 'withdrawal'),
      contradicted: fc.constantFrom(true, undefined),
    })
    .map(({ status, deliveries, settledBy, contradicted, ...rest }): Revision => {
      const settled = status === 'succeeded' || status === 'declined';
      const nothingOut = status === 'accepted' || (settled && settledBy === 'withdrawal');
      return {
        ...ACCEPTED,
        ...rest,
        status,
        deliveries: nothingOut ? 0 : deliveries,
        ...(settled ? { settledBy, contradicted } : {}),
      };
    });
  const policyOf = fc
    .record({
      settlement: fc.record({
        queryDelaysMs: fc.array(fc.integer({ min: 0, max: 3 * HOUR }), { minLength: 1, maxLength: 6 }),
        resendAfterMs: fc.integer({ min: 0, max: 10 * MINUTE }),
        escalateBeforeMs: fc.integer({ min: 0, max: 24 * HOUR }),
      }),
      timeoutMs: fc.integer({ min: 1, max: 5 * MINUTE }),
      draw: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    })
    .map(({ draw, ...rest }): Policy => ({ ...rest, openCodes: ['P999'], random: () => draw }));

  it('keeps the promise', () => {
    const cases = revisionOf.chain((revision) =>
      fc.tuple(fc.constant(revision), evidenceAbout(revision.deliveries), instant, policyOf),
    );
    fc.assert(
      fc.property(cases, ([revision, evidence, now, by]) => {
        const { status, proof, contradicts, then } = decide(revision, evidence, now, by);
        const answered = evidence.kind === 'answer' ? evidence.response : undefined;
        const found = evidence.kind === 'queryAnswer' ? evidence.transaction : undefined;
        const fits = 'contradicted' in evidence && evidence.contradicted.length === 0;
        const proved = fits && (answered ?? found)?.resCd === '0000';
        const day = revision.cancelReqDate;

        if (isSettled(revision)) {
          expect(status).toBe(revision.status);
          expect(['rest', 'query', 'wait']).toContain(then.do);
          if (revision.settledBy !== 'verdict') expect(then.do).toBe('rest');
        } else {
          expect(contradicts).toBeUndefined();
          expect(status === 'succeeded').toBe(proved);
          if (status === 'declined') {
            expect(revision.deliveries).toBe(1);
            expect(evidence.kind === 'badRequest' || (fits && answered !== undefined)).toBe(true);
            expect(['0000', 'VTIM', 'VT00', 'P999']).not.toContain(answered?.resCd);
          }
          if (status === 'accepted') {
            const unsent = evidence.kind === 'undelivered' && revision.status === 'sending' ? 1 : 0;
            expect(revision.deliveries - unsent).toBe(0);
          }
          expect(status).not.toBe('sending');
        }
        expect(proof.of === 'success').toBe(proved);
        if (contradicts) expect(revision).toMatchObject({ settledBy: 'verdict' });

        if (then.do === 'resend') {
          expect(revision.deliveries).toBeGreaterThan(0);
          expect([evidence.kind === 'queryAnswer' || evidence.kind === 'queryFailed', status]).toEqual([true, 'unknown']);
          expect(day).toBe(koreanDay(now));
          expect(koreanDay(after(by.timeoutMs + MINUTE, now))).toBe(day);
          const first = revision.firstDeliveredAt?.getTime() ?? -Infinity;
          expect(first - MINUTE).toBeGreaterThanOrEqual(startOfKoreanDay(day ?? '').getTime());
          expect(revision.keyKnown).not.toBe(true);
          const earliest = (revision.lastDeliveredAt?.getTime() ?? Infinity) + by.settlement.resendAfterMs;
          expect(now.getTime()).toBeGreaterThanOrEqual(earliest);
        }
        if (then.do === 'send') expect([revision.deliveries, revision.status, evidence.kind]).toEqual([0, 'accepted', 'due']);
        if (then.do === 'query') {
          expect(revision.deliveries).toBeGreaterThan(0);
          expect(now < startOfKoreanDay(day ?? '', 2)).toBe(true);
        }
        if (then.at) {
          expect(then.at.getTime()).toBeGreaterThanOrEqual(now.getTime());
          if (status !== 'accepted') expect(then.at <= startOfKoreanDay(day ?? '', 2)).toBe(true);
        }
        // Whatever is open and can still be told by machine goes on.
        const over = day === undefined || now >= startOfKoreanDay(day, 2);
        if (then.do === 'rest' && !isSettled({ status }) && !over) {
          const longest = Math.max(...by.settlement.queryDelaysMs);
          expect([status, after(longest, now) >= startOfKoreanDay(day, 2)]).toEqual(['escalated', true]);
        }
      }),
      { numRuns: 3_000, ...replay },
    );
  });
});

describe('a notification that fits in every point', () => {
  const told: Evidence = { kind: 'notification', response: { resCd: '0000', cancelAmount: 3_000 } };

  it.each(['sending', 'unknown', 'escalated'] as const)('proves success of what is %s', (status) => {
    const decision = decide(stands({ status }), told, after(0, CLOSES), policy);
    expect(decision).toEqual({ status: 'succeeded', proof: { of: 'success', response: told.response }, then: REST });
  });

  it('contradicts a verdict that says otherwise, and no other', () => {
    const decided = (status: 'succeeded' | 'declined') => stands({ status, settledBy: 'verdict' });
    expect(decide(decided('declined'), told, CLOSES, policy).contradicts).toBe(true);
    expect(decide(decided('succeeded'), told, CLOSES, policy).contradicts).toBeUndefined();
  });
});

it('does not hold a verdict about an accepted refund against the query, which can tell nothing new of it', () => {
  const bounced = stands({ status: 'declined', settledBy: 'verdict', completion: 'bounced', response: { resCd: '0000' } });
  const decision = decide(bounced, queried('0000'), NOW, policy);
  expect(decision.contradicts).toBeUndefined();
  expect(decision.then).toEqual(REST);
  expect(decide(bounced, DUE, NOW, policy).then).toEqual(REST);
});
