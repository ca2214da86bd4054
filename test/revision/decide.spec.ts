import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { koreanDay, startOfKoreanDay } from '../../lib/protocol/korean-date.js';
import {
  agreeOnDay,
  daysToAsk,
  isForgotten,
  decide,
  isWithinFence,
  type Decision,
  type Policy,
} from '../../lib/revision/decide.js';
import type { DeliveryEvidence, Evidence, QueryEvidence } from '../../lib/revision/evidence.js';
import { isSettled, type Revision, type RevisionStatus, type TrailEntry } from '../../lib/revision/revision.js';
import { accept, startSending, withdrawn } from '../../lib/revision/transitions.js';
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
  settlement: {
    queryDelaysMs: [0, 5_000, 15_000, 60_000],
    resendAfterMs: 60 * SECOND,
    escalateBeforeMs: 2 * HOUR,
    reviewMs: 0,
  },
  clock: { at: () => undefined },
  random: () => 0.5,
};

const REQUEST = checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40' }, ['T0000001']);
const ACCEPTED = accept({ request: REQUEST }, NOW);
const SENDING = startSending(ACCEPTED, DAY, NOW, after(2 * MINUTE));
const WITHDRAWN = withdrawn(ACCEPTED, NOW, 0);
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
  day: DAY,
});
/** The payment's own approval: there is no change under the key. */
const APPROVAL: QueryEvidence = {
  kind: 'queryAnswer',
  transaction: { resCd: '0000', pgCno: 'payment-1', amount: 10_000 },
  contradicted: ['oriPgCno'],
  day: DAY,
};
const DUE: Evidence = { kind: 'due' };
const NOT_FOUND = queried('R404');
/** An answer that was long on its way. */
const NOT_FOUND_THEN = { ...NOT_FOUND, askedAt: NOW } as Evidence;
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
  ['unknown', 'unchecked', waitFor(0)],
  ['unknown', 'resendRefused', waitFor(15_000)],
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
  ['HTTP 400', { kind: 'badRequest', httpStatus: 400 }, REFUSAL[0], OPEN[1]],
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
      of: 'unchecked',
      refusal: { resCd: '8521', resMsg: '...' },
    });
    const wordless: DeliveryEvidence = { kind: 'answer', response: { resCd: '8521' }, contradicted: [] };
    expect(decide(SENDING, wordless, NOW, policy).proof).toEqual({ of: 'unchecked', refusal: { resCd: '8521' } });
    const bad = decide(SENDING, { kind: 'badRequest', httpStatus: 400 }, NOW, policy);
    expect(bad.proof).toEqual({ of: 'unchecked', refusal: { httpStatus: 400 } });
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
    ['found something else under the same key', queried('0000', ['oriPgCno']), 'unknown', 'nothing', waitFor(5_000)],
    ['found nothing', NOT_FOUND, 'unknown', 'denial', waitFor(5_000)],
    ['found the approval, made under the same key', APPROVAL, 'unknown', 'denial', waitFor(5_000)],
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
    ['accepted on an earlier day', ACCEPTED, after(24 * HOUR), 'accepted', 'query'],
    ['accepted days ago', ACCEPTED, after(9 * 24 * HOUR), 'accepted', 'query'],
    ['accepted, and given to a person', { ...ACCEPTED, status: 'escalated' }, NOW, 'escalated', 'rest'],
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
    ['declined', stands({ status: 'declined', settledBy: 'kicc' }), NOW, 'declined', 'query'],
    ['declined, window closed', stands({ status: 'declined', settledBy: 'kicc' }), CLOSES, 'declined', 'rest'],
    ['withdrawn', WITHDRAWN, NOW, 'declined', 'query'],
    ['withdrawn, window closed', WITHDRAWN, CLOSES, 'declined', 'rest'],
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
  /** The first instant at which a re-send might not be through before midnight, where KICC's time is not known. */
  const FENCE = after(-(policy.timeoutMs + 15 * MINUTE), MIDNIGHT);
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
    ['not too soon after one was refused', 'wait', { ...rested, resendsRefused: 1 }, NOT_FOUND],
    ['two minutes after one was refused', 'resend', { ...rested, resendsRefused: 1 }, NOT_FOUND, after(MINUTE)],
    ['not too soon after two were refused', 'wait', { ...rested, resendsRefused: 2 }, NOT_FOUND, after(3 * MINUTE - 1)],
    ['four minutes after two were refused', 'resend', { ...rested, resendsRefused: 2 }, NOT_FOUND, after(3 * MINUTE)],
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
    const fence = after(-25 * MINUTE, MIDNIGHT);
    expect(isWithinFence(rested, after(-1, fence), { ...policy, timeoutMs })).toBe(true);
    expect(isWithinFence(rested, fence, { ...policy, timeoutMs })).toBe(false);
  });

  it.each([
    ['a quarter of an hour after midnight', 15 * MINUTE, true],
    ['too soon after midnight: it may have been yesterday at KICC', 15 * MINUTE - 1, false],
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
    ['declined, but KICC found it', decided('declined'), queried('0000'), true],
    ['declined, but KICC answered success', decided('declined'), answer('0000'), true],
  ])('%s', (_, revision, evidence, contradicts) => {
    const decision = decide(revision, evidence, NOW, policy);
    expect([decision.status, decision.then]).toEqual([revision.status, REST]);
    expect(decision.contradicts === true).toBe(contradicts);
  });

  it.each<readonly [string, Revision, DeliveryEvidence]>([
    ['', decided('succeeded'), { ...answer('8521'), asked: NOT_FOUND } as DeliveryEvidence],
    [', a bad request', decided('succeeded'), { kind: 'badRequest', httpStatus: 400 }],
    [' that may be a duplicate key', decided('succeeded', { deliveries: 2 }), answer('8521')],
  ])('is disproved by no refusal%s', (_, revision, evidence) => {
    const decision = decide(revision, evidence, NOW, policy);
    expect(decision).toMatchObject({ status: 'succeeded', then: { do: 'wait' } });
    expect(decision.contradicts).toBeUndefined();
  });

  it.each<readonly [string, Revision, Date, Decision['then']]>([
    ['is asked about on', decided('declined'), NOW, waitFor(5_000)],
    ['is asked about after the escalation too', decided('declined'), ESCALATES, { do: 'wait', at: after(5_000, ESCALATES) }],
    ['rests when the window has closed', decided('declined'), CLOSES, REST],
    ['rests once it is contradicted', decided('declined', { contradicted: true }), NOW, REST],
  ])('%s', (_, revision, now, then) => {
    expect(decide(revision, NOT_FOUND, now, policy)).toEqual({ status: 'declined', proof: { of: 'denial' }, then });
  });
});

const ALL_EVIDENCE: readonly Evidence[] = [
  DUE,
  ...TABLE.map(([, evidence]) => evidence),
  ...[queried('0000'), queried('0000', ['oriPgCno']), NOT_FOUND, queried('VTIM')],
  { kind: 'queryFailed', reason: 'timeout' },
];

describe('what KICC has proved to be carried out', () => {
  const done = stands({ status: 'succeeded', settledBy: 'kicc', response: { resCd: '0000', cancelPgCno: 'cancel-1' } });
  const found = (cancelPgCno: string): QueryEvidence => {
    return { kind: 'queryAnswer', transaction: { resCd: '0000', cancelPgCno }, contradicted: [], day: DAY };
  };

  it('rests on any evidence, at any time', () => {
    for (const evidence of [...ALL_EVIDENCE, found('cancel-1')]) {
      for (const now of [NOW, ESCALATES, CLOSES]) {
        const { status, then, contradicts, corrects, doubles } = decide(done, evidence, now, policy);
        expect([status, then, contradicts, corrects, doubles]).toEqual(['succeeded', REST, undefined, undefined, undefined]);
      }
    }
  });

  it('was carried out twice where a second cancelPgCno is proved, by whatever', () => {
    expect(decide(done, found('cancel-2'), NOW, policy)).toMatchObject({ status: 'succeeded', doubles: true, then: REST });
    const late: DeliveryEvidence = { kind: 'answer', response: { resCd: '0000', cancelPgCno: 'cancel-2' }, contradicted: [] };
    expect(decide(done, late, CLOSES, policy).doubles).toBe(true);
    const known = { ...done, second: { resCd: '0000', cancelPgCno: 'cancel-2' } };
    expect(decide(known, late, NOW, policy).doubles).toBeUndefined();
  });
});

describe('a refusal', () => {
  const REVIEW = { ...policy, settlement: { ...policy.settlement, reviewMs: 30 * SECOND } };
  const refused = (told: QueryEvidence): Evidence => ({ ...answer('8521'), asked: told }) as Evidence;
  const FAILED: QueryEvidence = { kind: 'queryFailed', reason: 'timeout' };
  const refusal = { resCd: '8521', resMsg: '...' };

  it.each([
    ['found nothing', NOT_FOUND],
    ['found the approval alone', APPROVAL],
  ])('counts where the query %s, and is under review', (_, told) => {
    const review = after(30 * SECOND);
    const proof = { of: 'refusal', refusal };
    const expected = { status: 'declined', proof, review, then: { do: 'wait', at: review } };
    expect(decide(SENDING, refused(told), NOW, REVIEW)).toEqual(expected);
    expect(decide(SENDING, refused(told), NOW, policy)).toEqual({ status: 'declined', proof, then: REST });
    const bad: Evidence = { kind: 'badRequest', httpStatus: 400, asked: told };
    expect(decide(SENDING, bad, NOW, policy)).toMatchObject({ status: 'declined', proof: { refusal: { httpStatus: 400 } } });
  });

  it.each([
    ['failed', FAILED],
    ['said VTIM', queried('VTIM')],
    ["said the app's open code", queried('P999')],
    ['found something that does not fit', queried('0000', ['oriPgCno'])],
  ])('does not count where the query %s', (_, told) => {
    const expected = { status: 'unknown', proof: { of: 'unchecked', refusal }, then: waitFor(5_000) };
    expect(decide(SENDING, refused(told), NOW, REVIEW)).toEqual(expected);
  });

  it('was the duplicate of what the query finds', () => {
    const expected = { status: 'succeeded', proof: { response: { resCd: '0000' } }, then: REST };
    expect(decide(SENDING, refused(queried('0000')), NOW, REVIEW)).toMatchObject(expected);
  });

  it('proves nothing of a re-send, whatever the query says', () => {
    const expected = { status: 'unknown', proof: { of: 'resendRefused' } };
    expect(decide({ ...SENDING, deliveries: 2 }, refused(NOT_FOUND), NOW, REVIEW)).toMatchObject(expected);
  });

  describe('that could not be held against the query', () => {
    const kept = stands({ uncheckedRefusal: refusal, keyKnown: true, lastDeliveredAt: NOW });

    it('is asked about as any unknown, never sent again, and escalated in the end', () => {
      expect(decide(kept, FAILED, after(2 * MINUTE), REVIEW)).toMatchObject({ status: 'unknown', then: { do: 'wait' } });
      expect(decide(kept, DUE, ESCALATES, REVIEW)).toMatchObject({ status: 'escalated', then: { do: 'query' } });
    });

    it('counts once the query answers; the time of the review runs from the refusal', () => {
      const soon = decide(kept, NOT_FOUND, after(10 * SECOND), REVIEW);
      expect(soon).toMatchObject({ status: 'declined', proof: { of: 'refusal', refusal }, review: after(30 * SECOND) });
      // That answer came when nothing can have been running any more: it is the review.
      const late = decide(kept, NOT_FOUND, after(30 * SECOND), REVIEW);
      expect(late).toEqual({ status: 'declined', proof: { of: 'refusal', refusal }, then: REST });
      const slow = decide(kept, NOT_FOUND_THEN, after(30 * SECOND), REVIEW);
      expect(slow).toMatchObject({ status: 'declined', review: after(30 * SECOND), then: { do: 'wait' } });
    });
  });

  it('is under review also where a handler failed meanwhile, and KICC is asked for it however late that is', () => {
    const open = stands({ refusal, reviewUntil: after(30 * SECOND) });
    const then = { do: 'wait', at: after(30 * SECOND) };
    expect(decide(open, DUE, after(HOUR), REVIEW)).toMatchObject({ status: 'declined', review: after(30 * SECOND), then });
  });

  it("succeeds by what KICC's query shows where a handler failed on the refusal, and by no notification", () => {
    const open = stands({ refusal, reviewUntil: after(30 * SECOND) });
    for (const now of [NOW, after(HOUR)]) {
      expect(decide(open, queried('0000'), now, REVIEW)).toMatchObject({ status: 'succeeded', then: REST });
      const told: Evidence = { kind: 'notification', response: { resCd: '0000' } };
      expect(decide(open, told, now, REVIEW)).toMatchObject({ status: 'declined', proof: { of: 'refusal' } });
    }
  });

  describe('under review', () => {
    const until = after(30 * SECOND);
    const reviewed = stands({ status: 'declined', settledBy: 'kicc', refusal, reviewUntil: until, nextCheckAt: until });

    it.each<readonly [string, Evidence, Date, Partial<Decision>]>([
      ['due', DUE, until, { then: { do: 'query' } }],
      ['somebody asks early', DUE, NOW, { then: { do: 'query' } }],
      ['early, it proves nothing yet', NOT_FOUND, NOW, { then: { do: 'wait', at: until } }],
      ['at its end', NOT_FOUND, until, { review: 'answered', then: REST }],
      ['at its end, the approval alone', APPROVAL, until, { review: 'answered', then: REST }],
      ['at its end, an answer that was asked for before', NOT_FOUND_THEN, until, { then: { do: 'wait', at: until } }],
      ['at its end, no answer', FAILED, until, { then: { do: 'wait', at: after(5_000, until) } }],
      ['at its end, an open code', queried('VTIM'), until, { then: { do: 'wait', at: after(5_000, until) } }],
      ['no answer till the window closes', FAILED, after(-1, CLOSES), { review: 'unanswered', then: REST }],
      ['taken up too late', DUE, CLOSES, { review: 'unanswered', then: REST }],
    ])('%s', (_, evidence, now, expected) => {
      const { status, review, then } = decide(reviewed, evidence, now, REVIEW);
      expect({ status, review, then }).toEqual({ status: 'declined', review: undefined, ...expected });
    });

    it.each([NOW, until, CLOSES])('is corrected by what KICC proves, at any time', (now) => {
      for (const evidence of [queried('0000'), answer('0000')]) {
        for (const revision of [reviewed, { ...reviewed, reviewUntil: undefined, nextCheckAt: undefined }, WITHDRAWN]) {
          const corrected = { status: 'succeeded', corrects: true, then: REST };
          expect(decide(revision, evidence, now, REVIEW)).toMatchObject(corrected);
        }
      }
    });

    it('is corrected by no notification', () => {
      const told: Evidence = { kind: 'notification', response: { resCd: '0000' } };
      expect(decide(reviewed, told, NOW, REVIEW)).toMatchObject({ status: 'declined', then: { do: 'wait' } });
    });

    it('is settled by what was proved before, where a handler failed on the correction', () => {
      const kept = { ...reviewed, response: { resCd: '0000' }, corrected: true } as const;
      for (const revision of [kept, { ...kept, completion: 'pending' as const }, { ...kept, completion: 'bounced' as const }]) {
        expect(decide(revision, DUE, NOW, REVIEW)).toMatchObject({ status: 'succeeded', corrects: true, then: REST });
      }
    });

    it('was ended by an older version, which knows of none: KICC is asked only where somebody wants it', () => {
      const ended = { ...reviewed, nextCheckAt: undefined };
      expect(decide(ended, NOT_FOUND, until, REVIEW)).toMatchObject({ status: 'declined', then: REST });
    });
  });
});

describe('one of which nothing left, as far as the journal knows', () => {
  const TOMORROW = after(24 * HOUR);

  it('is sent on a later day only when KICC has shown nothing of the days before', () => {
    expect(daysToAsk(ACCEPTED, NOW)).toEqual([DAY]);
    expect(daysToAsk(ACCEPTED, TOMORROW)).toEqual([DAY, '20260303']);
    expect(daysToAsk(ACCEPTED, after(24 * HOUR, TOMORROW))).toEqual(['20260303', '20260304']);
    expect(decide(ACCEPTED, NOT_FOUND, TOMORROW, policy)).toMatchObject({ status: 'accepted', then: { do: 'send' } });
    expect(decide(ACCEPTED, queried('0000'), TOMORROW, policy)).toMatchObject({ status: 'succeeded', then: REST });
    for (const evidence of [queried('VTIM'), { kind: 'queryFailed', reason: 'timeout' } as const]) {
      expect(decide(ACCEPTED, evidence, TOMORROW, policy)).toMatchObject({ status: 'accepted', then: { do: 'wait' } });
    }
  });

  it('is given to a person where KICC can tell no longer of a day on which it may have been sent', () => {
    const later = after(24 * HOUR, TOMORROW);
    const asked = (at: Date, seen: Partial<TrailEntry>): Revision => {
      return { ...ACCEPTED, trail: [...ACCEPTED.trail, { at, event: 'query', status: 'accepted', ...seen }] };
    };
    const denied = { observed: 'answer', resCd: 'R404' };
    expect(isForgotten(ACCEPTED, TOMORROW, policy)).toBe(false);
    expect(isForgotten(ACCEPTED, later, policy)).toBe(true);
    // A look at it since does not tell of the days before.
    expect(isForgotten(asked(later, denied), later, policy)).toBe(true);
    // A look at it between does, if KICC has answered.
    expect(isForgotten(asked(TOMORROW, denied), later, policy)).toBe(false);
    for (const seen of [
      { observed: 'timeout' },
      { observed: 'answer', resCd: 'VTIM' },
      { observed: 'echo mismatch: mallId' },
    ]) {
      expect(isForgotten(asked(TOMORROW, seen), later, policy)).toBe(true);
    }
    expect(isForgotten(asked(TOMORROW, denied), later, { openCodes: ['R404'] })).toBe(true);
    expect(decide(ACCEPTED, NOT_FOUND, later, policy)).toMatchObject({ status: 'escalated', then: REST });
    expect(decide(ACCEPTED, queried('0000'), later, policy)).toMatchObject({ status: 'succeeded' });
    // One that was tried again and again is not forgotten: the journal knows of each try.
    const tried = { ...ACCEPTED, trail: [...ACCEPTED.trail, { at: TOMORROW, event: 'delivery', status: 'accepted' } as const] };
    expect(decide(tried, NOT_FOUND, later, policy)).toMatchObject({ status: 'accepted', then: { do: 'send' } });
  });

  it('is asked about, once withdrawn, under each day on which it may have been sent', () => {
    const late = withdrawn(ACCEPTED, after(30 * SECOND, MIDNIGHT), 30 * SECOND);
    expect(daysToAsk(late, after(MINUTE, MIDNIGHT))).toEqual([DAY, '20260303']);
    expect(daysToAsk(late, TOMORROW)).toEqual([DAY, '20260303']);
    expect(daysToAsk(late, after(24 * HOUR, TOMORROW))).toEqual(['20260303']);
    expect(daysToAsk(late, after(48 * HOUR, TOMORROW))).toEqual([]);
    const closes = startOfKoreanDay('20260303', 2);
    expect(decide(late, DUE, after(-1, closes), policy).then.do).toBe('query');
    expect(decide(late, DUE, closes, policy)).toMatchObject({ review: 'unanswered', then: REST });
  });
});

describe('decide, of anything', () => {
  const resCd = fc.constantFrom('0000', '8521', 'VTIM', 'VT00', 'P999', 'R404');
  const evidenceAbout = (deliveries: number): fc.Arbitrary<Evidence> => {
    const told = fc.oneof(
      fc.record({ kind: fc.constant('queryFailed' as const), reason: fc.constant('timeout') }),
      fc.record({
        kind: fc.constant('queryAnswer' as const),
        transaction: fc.record({ resCd }),
        contradicted: fc.subarray(['oriPgCno', 'cancelAmount'] as const),
        day: fc.constant(DAY),
      }),
    );
    const asked: fc.Arbitrary<Evidence>[] = [fc.constant(DUE), told];
    // Only what is out can bring something back.
    if (deliveries === 0) return fc.oneof(...asked);
    return fc.oneof(
      ...asked,
      fc.record({ kind: fc.constant('undelivered' as const), reason: fc.constantFrom(...undelivered) }),
      fc.record({ kind: fc.constant('noAnswer' as const), reason: fc.constantFrom(...noAnswer) }),
      fc.record({ kind: fc.constant('unusableAnswer' as const), httpStatus: fc.constantFrom(200, 302, 503) }),
      fc.record({ kind: fc.constant('badRequest' as const), httpStatus: fc.constantFrom(400, 404), asked: told }),
      fc.record({
        kind: fc.constant('answer' as const),
        response: fc.record({ resCd }),
        contradicted: fc.subarray(['mallId', 'cancelAmount'] as const),
        asked: told,
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
      resendsRefused: fc.constantFrom(undefined, undefined, 1, 2),
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
        ...(settled ? { settledBy, contradicted, settledAt: NOW } : {}),
      };
    });
  const policyOf = fc
    .record({
      settlement: fc.record({
        queryDelaysMs: fc.array(fc.integer({ min: 0, max: 3 * HOUR }), { minLength: 1, maxLength: 6 }),
        resendAfterMs: fc.integer({ min: 0, max: 10 * MINUTE }),
        escalateBeforeMs: fc.integer({ min: 0, max: 24 * HOUR }),
        reviewMs: fc.integer({ min: 0, max: 10 * MINUTE }),
      }),
      timeoutMs: fc.integer({ min: 1, max: 5 * MINUTE }),
      draw: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    })
    .map(({ draw, ...rest }): Policy => ({ ...policy, ...rest, openCodes: ['P999'], random: () => draw }));

  it('keeps the promise', () => {
    const cases = revisionOf.chain((revision) =>
      fc.tuple(fc.constant(revision), evidenceAbout(revision.deliveries), instant, policyOf),
    );
    fc.assert(
      fc.property(cases, ([revision, evidence, now, by]) => {
        const { status, proof, contradicts, corrects, then } = decide(revision, evidence, now, by);
        const answered = evidence.kind === 'answer' ? evidence.response : undefined;
        const found = evidence.kind === 'queryAnswer' ? evidence.transaction : undefined;
        const fits = 'contradicted' in evidence && evidence.contradicted.length === 0;
        const told = 'asked' in evidence && evidence.asked?.kind === 'queryAnswer' ? evidence.asked : undefined;
        const isRefused =
          revision.deliveries <= 1 && (evidence.kind === 'badRequest' || (fits && !isOpenCode(answered?.resCd)));
        const isTold = isRefused && told?.transaction.resCd === '0000' && told.contradicted.length === 0;
        const proved = (fits && (answered ?? found)?.resCd === '0000') || isTold;
        const day = revision.cancelReqDate;

        if (isSettled(revision)) {
          expect(['rest', 'query', 'wait']).toContain(then.do);
          expect(corrects === true).toBe(status !== revision.status);
          if (corrects)
            expect([proved, status, revision.settledBy]).toEqual([true, 'succeeded', expect.not.stringMatching('verdict')]);
        } else {
          expect(contradicts).toBeUndefined();
          expect(status === 'succeeded').toBe(proved);
          if (status === 'declined') {
            expect(revision.deliveries).toBe(1);
            expect(evidence.kind === 'badRequest' || (fits && answered !== undefined)).toBe(true);
            expect(isOpenCode(answered?.resCd)).toBe(false);
            // KICC's query has answered, and knows of no such change.
            expect(told && !isOpenCode(told.transaction.resCd)).toBe(true);
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
          const pause = by.settlement.resendAfterMs * [1, 2, 4][revision.resendsRefused ?? 0]!;
          expect(now.getTime()).toBeGreaterThanOrEqual((revision.lastDeliveredAt?.getTime() ?? Infinity) + pause);
        }
        if (then.do === 'send') {
          expect([revision.deliveries, revision.status]).toEqual([0, 'accepted']);
          // One of an earlier day only once KICC has denied it.
          if (koreanDay(revision.acceptedAt) < koreanDay(now)) expect(proof.of).toBe('denial');
          else expect(evidence.kind).not.toBe('undelivered');
        }
        if (then.do === 'query') {
          if (now >= revision.acceptedAt) expect(daysToAsk(revision, now)).not.toEqual([]);
          if (revision.deliveries > 0) expect(now < startOfKoreanDay(day ?? '', 2)).toBe(true);
        }
        if (then.at && !isSettled({ status })) {
          expect(then.at.getTime()).toBeGreaterThanOrEqual(now.getTime());
          if (status !== 'accepted') expect(then.at <= startOfKoreanDay(day ?? '', 2)).toBe(true);
        }
        // Whatever is open and can still be told by machine goes on.
        const over = day === undefined || now >= startOfKoreanDay(day, 2);
        if (then.do === 'rest' && !isSettled({ status }) && !over && revision.deliveries > 0) {
          const longest = Math.max(...by.settlement.queryDelaysMs);
          expect([status, after(longest, now) >= startOfKoreanDay(day, 2)]).toEqual(['escalated', true]);
        }
      }),
      { numRuns: 3_000, ...replay },
    );
  });
});

/** Leaves the outcome open, or is none. */
function isOpenCode(resCd: string | undefined): boolean {
  return resCd === '0000' || resCd === 'VTIM' || resCd === 'VT00' || resCd === 'P999';
}

describe("KICC's clock", () => {
  const rested = stands({ lastDeliveredAt: after(-60 * SECOND) });
  const at = (ms: number): Pick<Policy, 'timeoutMs' | 'clock'> => ({ ...policy, clock: { at: (now) => after(ms, now) } });
  const FENCE = after(-(policy.timeoutMs + MINUTE), MIDNIGHT);

  it('has its say about the fence beside the clock of the host', () => {
    const now = after(-1, FENCE);
    expect(isWithinFence(rested, now, at(0))).toBe(true);
    expect(isWithinFence(rested, now, at(1))).toBe(false);
    // Where it is not known, both keep a quarter of an hour away.
    expect(isWithinFence(rested, now, policy)).toBe(false);
    expect(isWithinFence(rested, after(-14 * MINUTE, now), policy)).toBe(true);
    // That it is earlier at KICC makes nothing safe that is not by the clock of the host.
    expect(isWithinFence(rested, FENCE, at(-HOUR))).toBe(false);
  });

  it('may say that the first delivery was made on the day before', () => {
    const firstDeliveredAt = after(2 * MINUTE, startOfKoreanDay(DAY));
    expect(isWithinFence({ ...rested, firstDeliveredAt }, NOW, policy)).toBe(false);
    expect(isWithinFence({ ...rested, firstDeliveredAt }, NOW, at(-30 * SECOND))).toBe(true);
    expect(isWithinFence({ ...rested, firstDeliveredAt }, NOW, at(-2 * MINUTE))).toBe(false);
  });

  it('agrees on the day, or not; where it is not known, the clock of the host counts', () => {
    expect(agreeOnDay(after(-1, MIDNIGHT), policy)).toBe(true);
    expect(agreeOnDay(after(-1, MIDNIGHT), at(1))).toBe(false);
    expect(agreeOnDay(MIDNIGHT, at(-1))).toBe(false);
    expect(agreeOnDay(MIDNIGHT, at(HOUR))).toBe(true);
    // A proxy's time must not stop refunds for hours.
    expect(agreeOnDay(MIDNIGHT, at(-HOUR - 1))).toBe(true);
  });

  it.each([
    ['KICC is ahead', after(-10 * SECOND, MIDNIGHT), HOUR, MIDNIGHT],
    ['KICC is behind', MIDNIGHT, -10 * SECOND, after(10 * SECOND, MIDNIGHT)],
  ])('does not agree, %s: what has to wait is due when it does', (_, now, ms, agrees) => {
    const by = { ...policy, ...at(ms), random: () => 0.999 };
    const waits = decide({ ...SENDING, checks: 9 }, { kind: 'undelivered', reason: 'clocks' }, now, by);
    expect(waits).toEqual({ status: 'accepted', proof: { of: 'nothingLeft' }, then: { do: 'wait', at: agrees } });
    // Who waits has KICC asked what time it is there.
    const accepted = { ...ACCEPTED, acceptedAt: now, checks: 9 };
    expect(decide(accepted, DUE, now, by).then).toEqual({ do: 'query' });
    expect(decide(accepted, NOT_FOUND, now, by).then).toEqual({ do: 'wait', at: agrees });
    for (const told of [NOT_FOUND, { kind: 'queryFailed', reason: 'timeout' } as const]) {
      expect(decide(accepted, told, now, policy).then).toEqual({ do: 'send' });
    }
  });
});

describe('a notification that fits in every point', () => {
  const told: Evidence = { kind: 'notification', response: { resCd: '0000', cancelAmount: 3_000 } };

  it.each(['sending', 'unknown', 'escalated'] as const)('proves success of what is %s', (status) => {
    const decision = decide(stands({ status }), told, after(0, CLOSES), policy);
    expect(decision).toEqual({ status: 'succeeded', proof: { of: 'success', response: told.response }, then: REST });
  });

  it.each(['verdict', 'kicc', 'withdrawal'] as const)('proves nothing of what counts as declined by %s', (settledBy) => {
    const decision = decide(stands({ status: 'declined', settledBy }), told, CLOSES, policy);
    expect(decision).toMatchObject({ status: 'declined', proof: { of: 'nothing' } });
    expect(decision).not.toHaveProperty('contradicts');
  });

  it('proves nothing more of what is known already, nor a second change', () => {
    const known = stands({ status: 'succeeded', settledBy: 'kicc', response: { resCd: '0000', cancelPgCno: 'C1' } });
    const another: Evidence = { kind: 'notification', response: { resCd: '0000', cancelPgCno: 'C2', cancelAmount: 3_000 } };
    expect(decide(known, another, CLOSES, policy)).toEqual({ status: 'succeeded', proof: { of: 'nothing' }, then: REST });
  });

  it('goes with a verdict that says the same', () => {
    const decision = decide(stands({ status: 'succeeded', settledBy: 'verdict' }), told, CLOSES, policy);
    expect(decision).toEqual({ status: 'succeeded', proof: { of: 'success', response: told.response }, then: REST });
  });
});

it('does not hold a verdict about an accepted refund against the query, which can tell nothing new of it', () => {
  const bounced = stands({ status: 'declined', settledBy: 'verdict', completion: 'bounced', response: { resCd: '0000' } });
  const decision = decide(bounced, queried('0000'), NOW, policy);
  expect(decision.contradicts).toBeUndefined();
  expect(decision.then).toEqual(REST);
  expect(decide(bounced, DUE, NOW, policy).then).toEqual(REST);
});
