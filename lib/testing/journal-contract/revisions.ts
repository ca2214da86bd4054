import type { OpenRevisions } from '../../journal/revise-journal.js';
import { checkReviseRequest } from '../../protocol/check-revise-request.js';
import type { ReviseResponse } from '../../protocol/revise-response.js';
import type { Decision, Step } from '../../revision/decide.js';
import type { Evidence } from '../../revision/evidence.js';
import type { Completion, ReviseVerdict, Revision } from '../../revision/revision.js';
import { trailEntry } from '../../revision/trail.js';
import {
  accept,
  ambiguous,
  completed,
  conclude,
  disputed,
  heard,
  resolved,
  startSending,
  withdrawn,
} from '../../revision/transitions.js';

export const MALL = 'T0000001';
export const OTHER_MALL = 'T0000002';
export const APPROVED = 10_000;
/** The `cancelReqDate` of every delivery. */
const DAY = '20260302';
/** KICC can tell of it until the end of the next day in Korea. */
export const WINDOW_END = new Date('2026-03-04T00:00:00+09:00');

// Not on a full second: a journal must keep milliseconds.
const START = Date.parse('2026-03-02T03:00:00.123Z');

/** So many minutes after the time at which all of this begins. */
export function minutes(count: number): Date {
  return new Date(START + count * 60_000);
}

// The revisions that the cases are about.

interface Circumstances {
  readonly acceptedAt?: Date;
  readonly leaseUntil?: Date;
  readonly traceparent?: string;
}

/** A revision as a call brings it: a partial cancel of 1,000 won, unless told otherwise. */
export function newRevision(
  shopTransactionId: string,
  fields: object = {},
  { acceptedAt = minutes(0), leaseUntil = minutes(2), traceparent }: Circumstances = {},
): Revision {
  const request = { shopTransactionId, pgCno: 'payment-1', reviseTypeCode: '32', amount: 1_000, ...fields };
  return startSending(
    accept({ request: checkReviseRequest(request, [MALL, OTHER_MALL]) }, acceptedAt, traceparent),
    DAY,
    acceptedAt,
    leaseUntil,
  );
}

/** A revision that becomes due then, of a payment of its own. */
export function newDueRevision(shopTransactionId: string, dueAt: Date, mallId = MALL): Revision {
  return newRevision(shopTransactionId, { pgCno: shopTransactionId, mallId }, { leaseUntil: dueAt });
}

/** Makes the next state of a revision. */
export type Transition = (held: Revision) => Revision;

export function next(held: Revision, made: Revision): Revision {
  return Object.freeze({ ...made, version: held.version + 1 });
}

export function concluded(evidence: Evidence, decision: Decision): Transition {
  return (held) => {
    const seen = trailEntry('delivery', evidence, decision.status, minutes(3), DAY);
    return next(held, conclude(held, evidence, decision, minutes(3), [seen]));
  };
}

export const REST: Step = { do: 'rest' };
export const LATER: Step = { do: 'wait', at: minutes(10) };

/** It turns out that nothing of it has left. */
export const becomesAccepted = concluded(
  { kind: 'undelivered', reason: 'refused', detail: 'ECONNREFUSED' },
  { status: 'accepted', proof: { of: 'nothingLeft' }, then: LATER },
);
/** No answer came back. */
export const becomesUnknown = concluded(
  { kind: 'noAnswer', reason: 'timeout' },
  { status: 'unknown', proof: { of: 'nothing' }, then: LATER },
);
/** It is given to a person. */
export const becomesEscalated = concluded(
  { kind: 'queryFailed', reason: 'timeout' },
  { status: 'escalated', proof: { of: 'nothing' }, then: LATER },
);
/** KICC declines it. */
export const isDeclined = concluded(
  { kind: 'answer', response: { resCd: '8521', resMsg: '취소 금액 오류' }, contradicted: [] },
  { status: 'declined', proof: { of: 'refusal', refusal: { resCd: '8521', resMsg: '취소 금액 오류' } }, then: REST },
);
/** It is taken back. */
export const isWithdrawn: Transition = (held) => next(held, withdrawn(held, minutes(4), 0));

/** When a review is due. */
const REVIEWED_AT = minutes(20);
const REFUSAL = { resCd: '8521', resMsg: '취소 금액 오류' };
/** KICC refuses it: it is declined, and under review. */
export const isRefused = concluded(
  { kind: 'answer', response: REFUSAL, contradicted: [], asked: { kind: 'queryFailed', reason: 'timeout' } },
  {
    status: 'declined',
    proof: { of: 'refusal', refusal: REFUSAL },
    review: REVIEWED_AT,
    then: { do: 'wait', at: REVIEWED_AT },
  },
);
/** KICC refuses it, and cannot be asked whether that counts. */
export const isRefusedUnchecked = concluded(
  { kind: 'answer', response: REFUSAL, contradicted: [] },
  { status: 'unknown', proof: { of: 'unchecked', refusal: REFUSAL }, then: LATER },
);
/** It is taken back, and under review. */
export const isWithdrawnForReview: Transition = (held) => next(held, withdrawn(held, minutes(4), 60_000 * 16));
/** KICC has been asked once more, and knows of none. */
export const isReviewed = concluded(
  { kind: 'queryAnswer', transaction: { resCd: 'R404' }, contradicted: [], day: DAY },
  { status: 'declined', proof: { of: 'denial' }, review: 'answered', then: REST },
);
/** KICC could not be asked, and is asked again later: it is still under review. */
export const isReviewedLater = concluded(
  { kind: 'queryFailed', reason: 'timeout' },
  { status: 'declined', proof: { of: 'nothing' }, then: { do: 'wait', at: minutes(30) } },
);
/** KICC could not be asked once more, and can be no longer. */
export const isUnreviewed = concluded(
  { kind: 'queryFailed', reason: 'timeout' },
  { status: 'declined', proof: { of: 'nothing' }, review: 'unanswered', then: REST },
);
/** KICC proves that it carried out what had counted as declined. */
export const isCorrected = proves('20260302-1', { status: 'succeeded', corrects: true });
/** The shop knows of the correction. */
export const isHeard: Transition = (held) => next(held, heard(held));
/** KICC proves that it carried it out a second time. */
export const isDoubled = proves('20260302-2', { status: 'succeeded', doubles: true });

function proves(cancelPgCno: string, decision: Pick<Decision, 'status' | 'corrects' | 'doubles'>): Transition {
  const response = { resCd: '0000', cancelPgCno, cancelAmount: 1_000 };
  return concluded(
    { kind: 'queryAnswer', transaction: response, contradicted: [], day: DAY },
    { ...decision, proof: { of: 'success', response }, then: REST },
  );
}

/** KICC says that it carried it out, and how much went back. */
export function succeeds(response: Omit<ReviseResponse, 'resCd'> = {}): Transition {
  const answer = { resCd: '0000', ...response };
  return concluded(
    { kind: 'answer', response: answer, contradicted: [] },
    { status: 'succeeded', proof: { of: 'success', response: answer }, then: REST },
  );
}

/** A person decides what came of it. KICC is still to be asked: it stays due. */
export function isDecided(verdict: ReviseVerdict['verdict']): Transition {
  const decision = Object.freeze({ verdict, actor: '김민지', reason: '상점관리자 화면에서 확인함', at: minutes(5) });
  return (held) => next(held, resolved(held, decision));
}

/** KICC proves that so much went back, though a person had decided that it was declined. */
export function isContradicted(cancelAmount: number): Transition {
  const response = { resCd: '0000', cancelAmount };
  return concluded(
    { kind: 'queryAnswer', transaction: response, contradicted: [], day: '20260302' },
    { status: 'declined', proof: { of: 'success', response }, contradicts: true, then: REST },
  );
}

export const WAYS_TO_BE_OPEN: Readonly<Record<keyof OpenRevisions['byStatus'], readonly Transition[]>> = {
  sending: [],
  accepted: [becomesAccepted],
  unknown: [becomesUnknown],
  escalated: [becomesUnknown, becomesEscalated],
};

export const WAYS_TO_BE_SETTLED: Readonly<Record<string, readonly Transition[]>> = {
  'KICC carried it out': [succeeds({ cancelAmount: 1_000 })],
  'KICC declined it': [isDeclined],
  'it was withdrawn': [becomesAccepted, isWithdrawn],
  'a person decided that it succeeded': [becomesUnknown, isDecided('succeeded')],
  'a person decided that it was declined': [becomesUnknown, isDecided('declined')],
};

export const FULL_REQUEST = {
  amount: 3_300,
  remainAmount: APPROVED,
  approvedAmount: APPROVED,
  clientIp: '203.0.113.7',
  clientId: 'admin-1',
  reviseMessage: '고객 변심으로 인한 부분 취소',
  taxInfo: { taxationAmount: 3_000, taxFreeAmount: 0, vatAmount: 300 },
  basketUsed: 'Y',
  basketInfo: { productPgCno: 'product-1', sellerId: '판매자 1' },
} as const;

export const FULL_RESPONSE = {
  resMsg: '정상',
  cancelPgCno: '26030212000010000001',
  cancelAmount: 3_300,
  remainAmount: 6_700,
  statusCode: 'TS06',
  statusMessage: '부분매입취소',
  reviseInfo: { payMethodTypeCode: '11', approvalDate: '20260302120003', cardInfo: { couponAmount: 0 } },
  extra: { 새필드: '값', nested: { list: [1.5, null, true, '', { deep: 'ⓦ 1,000' }] } },
} as const;

export const FULL_CANCEL = { reviseTypeCode: '40', amount: undefined } as const;
export const CAPTURE = { reviseTypeCode: '20', amount: undefined } as const;

// What the cases do and look at.

/** A notification says what became of an accepted refund. */
export function isCompleted(completion: Completion): Transition {
  return (held) => next(held, completed(held, completion, '51', minutes(5)));
}
/** A notification says something else than KICC's query. */
export const isDisputed: Transition = (held) => next(held, disputed(held, '51', minutes(5)));
export const isAmbiguous: Transition = (held) =>
  next(held, ambiguous(held, { notiType: '50', cancelAmount: 1_000 }, minutes(5)));
