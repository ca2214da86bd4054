import type { DeliveryEvidence } from '../gateway/evidence.js';
import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import type { Conclusion } from './decide.js';

/**
 * Where a revision stands.
 * - `accepted`: in the journal, and provably nothing of it has left.
 * - `sending`: a delivery is on its way, or its process died meanwhile; it may have arrived.
 * - `unknown`: a delivery may have arrived, and nothing has proved yet what came of it.
 * - `succeeded`, `declined`: proved, and final.
 */
export type RevisionStatus = 'accepted' | 'sending' | 'unknown' | 'succeeded' | 'declined';

/** One line of a revision's history: what was tried, and what it proved. Holds neither secrets nor KICC's texts. */
export interface TrailEntry {
  readonly at: Date;
  readonly event: 'accepted' | 'delivery';
  /** The `cancelReqDate` that the delivery carried, `yyyyMMdd` KST. */
  readonly cancelReqDate?: string;
  /** What the delivery showed, in a word or two: `timeout`, `refused (ECONNREFUSED)`, `answer` … */
  readonly observed?: string;
  readonly resCd?: string;
  readonly httpStatus?: number;
  /** Where the revision stood after it. */
  readonly status: RevisionStatus;
}

/**
 * One intent to change one payment, as the journal holds it. Immutable: each transition makes a new one. Its identity is
 * (`mallId`, `shopTransactionId`).
 */
export interface Revision {
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  /** What was asked for, as it was checked and frozen. */
  readonly request: CheckedReviseRequest;
  readonly status: RevisionStatus;
  /** Whether a byte of any delivery may have left. */
  readonly delivery: 'none' | 'possible';
  /** The `cancelReqDate` of the newest delivery, `yyyyMMdd` KST: with the id, what KICC's status query asks for. */
  readonly cancelReqDate?: string;
  readonly acceptedAt: Date;
  /** When the outcome was proved. */
  readonly settledAt?: Date;
  /** KICC's answer, once succeeded. */
  readonly response?: ReviseResponse;
  /** KICC's refusal, once declined. */
  readonly refusal?: Refusal;
  readonly trail: readonly TrailEntry[];
  /** Grows with each transition; the journal refuses to overwrite a newer one. */
  readonly version: number;
}

/** With what KICC declined: a `resCd` and its text, or an HTTP status where it called the request itself bad. */
export interface Refusal {
  readonly resCd?: string;
  /** KICC's words, for people. They may quote personal data, so no error or log of ours repeats them. */
  readonly resMsg?: string;
  readonly httpStatus?: number;
}

/** Whether nothing has proved yet how a revision ends. */
export function isOpen({ status }: Pick<Revision, 'status'>): boolean {
  return status !== 'succeeded' && status !== 'declined';
}

/** A revision as it is taken in, before anything is sent. */
export function accept(request: CheckedReviseRequest, now: Date): Revision {
  const { mallId, shopTransactionId, pgCno } = request;
  return Object.freeze({
    mallId,
    shopTransactionId,
    pgCno,
    request,
    status: 'accepted',
    delivery: 'none',
    acceptedAt: now,
    trail: [{ at: now, event: 'accepted', status: 'accepted' }],
    version: 1,
  } satisfies Revision);
}

/** The state to be journaled before a delivery is made: from here on, it may have arrived. */
export function startSending(revision: Revision, cancelReqDate: string): Revision {
  return Object.freeze({
    ...revision,
    status: 'sending',
    delivery: 'possible',
    cancelReqDate,
    version: revision.version + 1,
  } satisfies Revision);
}

/** The state after a delivery, with what it showed added to the trail. */
export function conclude(revision: Revision, conclusion: Conclusion, attempts: readonly TrailEntry[], now: Date): Revision {
  const { status } = conclusion;
  return Object.freeze({
    ...revision,
    status,
    delivery: status === 'accepted' ? 'none' : 'possible',
    ...(status === 'succeeded' ? { response: conclusion.response, settledAt: now } : {}),
    ...(status === 'declined' ? { refusal: conclusion.refusal, settledAt: now } : {}),
    trail: [...revision.trail, ...attempts],
    version: revision.version + 1,
  } satisfies Revision);
}

/** The line a delivery leaves in the trail. */
export function trailEntry(evidence: DeliveryEvidence, conclusion: Conclusion, cancelReqDate: string, at: Date): TrailEntry {
  return Object.freeze({
    at,
    event: 'delivery',
    cancelReqDate,
    observed: observed(evidence),
    ...(evidence.kind === 'answer' ? { resCd: evidence.response.resCd } : {}),
    ...('httpStatus' in evidence ? { httpStatus: evidence.httpStatus } : {}),
    status: conclusion.status,
  } satisfies TrailEntry);
}

/** A word or two for what a delivery showed. */
function observed(evidence: DeliveryEvidence): string {
  if (evidence.kind === 'undelivered' || evidence.kind === 'noAnswer') {
    return evidence.detail === undefined ? evidence.reason : `${evidence.reason} (${evidence.detail})`;
  }
  if (evidence.kind === 'answer' && evidence.contradicted.length > 0)
    return `echo mismatch: ${evidence.contradicted.join(', ')}`;
  return evidence.kind;
}
