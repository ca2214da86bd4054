import type { DeliveryEvidence, QueryEvidence } from '../gateway/evidence.js';
import { OPEN_CODES, SUCCESS } from '../protocol/codes.js';
import { startOfKoreanDay } from '../protocol/korean-date.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { isSettled, mayHaveArrived, type Refusal, type Revision, type RevisionStatus } from './revision.js';

/** What the policy is given to go by, all from the module's options. */
export interface Policy {
  /** `resCd`s that leave the outcome open, on top of KICC's own. */
  readonly openCodes: readonly string[];
  /** Time limit of one attempt, ms. */
  readonly timeoutMs: number;
  readonly settlement: {
    readonly queryDelaysMs: readonly number[];
    readonly resendAfterMs: number;
    readonly escalateBeforeMs: number;
  };
  /** Draws from 0 to 1 for the jitter. */
  readonly random: () => number;
}

/** What a revision can be confronted with. `due`: nothing new, its time has come. */
export type Evidence = DeliveryEvidence | QueryEvidence | NotificationEvidence | { readonly kind: 'due' };

/** What KICC's notification says, where the query can neither confirm nor deny it any more: it fits all that is known. */
export interface NotificationEvidence {
  readonly kind: 'notification';
  readonly response: ReviseResponse;
}

/** Where a revision stands after some evidence, and what is to be done. */
export interface Decision {
  readonly status: RevisionStatus;
  readonly proof: Proof;
  /** KICC proved the opposite of what a person had decided. */
  readonly contradicts?: true;
  readonly then: Step;
}

export type Proof =
  | { readonly of: 'success'; readonly response: ReviseResponse }
  | { readonly of: 'refusal'; readonly refusal: Refusal }
  | { readonly of: 'nothingLeft' }
  /** A re-send was refused: KICC knows the key, and sending it again can tell nothing more. */
  | { readonly of: 'keyKnown' }
  | { readonly of: 'nothing' };

/**
 * `send`, `query`: now. `resend`: now, and ask again at `at` in any case. `wait`: ask again at `at`. `rest`: nothing is left to
 * do by machine.
 */
export type Step =
  { readonly do: 'send' | 'query' | 'rest'; readonly at?: undefined } | { readonly do: 'resend' | 'wait'; readonly at: Date };

/** How far all deliveries of a key must keep away from midnight (KST), when KICC forgets it, in case a clock is wrong, ms. */
const MIDNIGHT_MARGIN_MS = 60_000;

/** How long before KICC's status query can tell no more it is asked for the last time, ms. */
const LAST_LOOK_MS = 10 * 60_000;

const NOTHING: Proof = { of: 'nothing' };
const REST: Step = { do: 'rest' };

/** The whole policy: where a revision stands after some evidence, and what is to be done. Pure, but for the jitter. */
export function decide(revision: Revision, evidence: Evidence, now: Date, policy: Policy): Decision {
  const proof = provedBefore(revision) ?? prove(evidence, revision.deliveries <= 1, policy.openCodes);
  if (isSettled(revision)) return review(revision, evidence, proof, now, policy);
  if (proof.of === 'success') return { status: 'succeeded', proof, then: REST };
  if (proof.of === 'refusal') return { status: 'declined', proof, then: REST };

  const stillOut = revision.deliveries - provenUnsent(revision, proof) > 0;
  if (!stillOut) {
    if (evidence.kind === 'due') return { status: 'accepted', proof, then: { do: 'send' } };
    const pause = policy.random() * pauseAfter(checksAfter(revision, evidence, proof), policy);
    return { status: 'accepted', proof, then: { do: 'wait', at: new Date(now.getTime() + pause) } };
  }

  const late = revision.status === 'escalated' || now >= escalationTime(revision, policy);
  const status = late ? 'escalated' : 'unknown';
  const then = nextQuery(revision, evidence, proof, now, policy);
  if (then.do === 'wait' && status === 'unknown' && isQuery(evidence) && mayResend(revision, now, policy)) {
    return { status, proof, then: { do: 'resend', at: then.at } };
  }
  return { status, proof, then };
}

/** What KICC has said already of a revision that could not be settled then, as a handler of the shop's failed. */
export function provedBefore(revision: Revision): Proof | undefined {
  const { response, refusal } = revision;
  if (isSettled(revision)) return undefined;
  if (response) return { of: 'success', response };
  return refusal && { of: 'refusal', refusal };
}

/** How many of the deliveries that were noted turned out not to have left: the newest, or none. */
export function provenUnsent({ status }: Revision, proof: Proof): 0 | 1 {
  return proof.of === 'nothingLeft' && status === 'sending' ? 1 : 0;
}

/** What some evidence proves. A refusal counts only if this was the key's only delivery: else it may be "duplicate key". */
function prove(evidence: Evidence, onlyDelivery: boolean, openCodes: readonly string[]): Proof {
  switch (evidence.kind) {
    case 'due':
    case 'noAnswer':
    case 'unusableAnswer':
    case 'queryFailed':
      return NOTHING;
    case 'undelivered':
      return { of: 'nothingLeft' };
    case 'badRequest':
      return onlyDelivery ? { of: 'refusal', refusal: { httpStatus: evidence.httpStatus } } : NOTHING;
    case 'answer': {
      const { response, contradicted } = evidence;
      const { resCd, resMsg } = response;
      if (contradicted.length > 0) return NOTHING;
      if (resCd === SUCCESS) return { of: 'success', response };
      if (OPEN_CODES.includes(resCd) || openCodes.includes(resCd)) return NOTHING;
      if (!onlyDelivery) return { of: 'keyKnown' };
      return { of: 'refusal', refusal: resMsg === undefined ? { resCd } : { resCd, resMsg } };
    }
    case 'notification':
      return { of: 'success', response: evidence.response };
    case 'queryAnswer': {
      const { transaction, contradicted } = evidence;
      const found = transaction.resCd === SUCCESS && contradicted.length === 0;
      return found ? { of: 'success', response: transaction } : NOTHING;
    }
  }
}

/** What is proved by KICC stays. What a person decided stays too, but is held against KICC while KICC can still tell. */
function review(revision: Revision, evidence: Evidence, proof: Proof, now: Date, policy: Policy): Decision {
  const { status, settledBy, contradicted, completion } = revision;
  // Of a refund that was accepted, and then came back or is said to have, the query can tell nothing new.
  const isDecided = settledBy !== 'verdict' || contradicted || completion !== undefined;
  if (isDecided || !mayHaveArrived(revision)) return { status, proof, then: REST };
  if (proof.of === 'success' || proof.of === 'refusal') {
    const agrees = (proof.of === 'success') === (status === 'succeeded');
    return { status, proof, then: REST, ...(agrees ? {} : { contradicts: true }) };
  }
  return { status, proof, then: nextQuery(revision, evidence, proof, now, policy) };
}

function nextQuery(revision: Revision, evidence: Evidence, proof: Proof, now: Date, policy: Policy): Step {
  const closes = windowEnd(revision);
  if (now >= closes) return REST;
  if (evidence.kind === 'due') return { do: 'query' };
  const scheduled = now.getTime() + pauseAfter(checksAfter(revision, evidence, proof), policy);
  // Whatever the schedule, KICC is asked when the escalation is due, and once more just before it can tell no longer.
  const fixed = [escalationTime(revision, policy).getTime(), closes.getTime() - LAST_LOOK_MS];
  const at = Math.min(scheduled, ...fixed.filter((time) => time > now.getTime()));
  return at < closes.getTime() || fixed.includes(at) ? { do: 'wait', at: new Date(at) } : REST;
}

/** How many steps have proved nothing, this one included. Pauses grow with it. */
export function checksAfter(revision: Revision, evidence: Evidence, proof: Proof): number {
  const { status, deliveries, checks } = revision;
  // Failed attempts to send must not delay the questions about what has left at last.
  const before = status === 'sending' && deliveries === 1 && proof.of !== 'nothingLeft' ? 0 : checks;
  return before + (isQuery(evidence) || proof.of === 'nothingLeft' ? 1 : 0);
}

/**
 * Whether the same key may be sent once more: only while KICC surely still knows it, so that it cannot be carried out twice,
 * and not while an earlier delivery may still be running.
 */
function mayResend(revision: Revision, now: Date, policy: Policy): boolean {
  const { lastDeliveredAt, keyKnown } = revision;
  const rested = lastDeliveredAt !== undefined && now.getTime() >= lastDeliveredAt.getTime() + policy.settlement.resendAfterMs;
  return rested && !keyKnown && isWithinFence(revision, now, policy);
}

/** Whether a re-send would be through, and the first delivery was made, on the same day of KICC's as well as of ours. */
export function isWithinFence(revision: Revision, now: Date, { timeoutMs }: Pick<Policy, 'timeoutMs'>): boolean {
  const { cancelReqDate, firstDeliveredAt } = revision;
  if (cancelReqDate === undefined || firstDeliveredAt === undefined) return false;
  const begins = startOfKoreanDay(cancelReqDate).getTime() + MIDNIGHT_MARGIN_MS;
  const ends = startOfKoreanDay(cancelReqDate, 1).getTime() - MIDNIGHT_MARGIN_MS - timeoutMs;
  return firstDeliveredAt.getTime() >= begins && now.getTime() >= begins && now.getTime() < ends;
}

/** KICC's status query reaches back to yesterday, so it can tell until the end of the day after (KST). */
export function windowEnd({ cancelReqDate }: Pick<Revision, 'cancelReqDate'>): Date {
  return cancelReqDate === undefined ? new Date(0) : startOfKoreanDay(cancelReqDate, 2);
}

/** When a revision whose outcome is still open is given to a person. */
function escalationTime(revision: Revision, { settlement }: Policy): Date {
  return new Date(windowEnd(revision).getTime() - settlement.escalateBeforeMs);
}

/** When a settlement that failed is tried again. */
export function nextTry({ checks }: Revision, now: Date, policy: Policy): Date {
  return new Date(now.getTime() + pauseAfter(Math.max(1, checks), policy));
}

function pauseAfter(checks: number, { settlement: { queryDelaysMs } }: Policy): number {
  return queryDelaysMs[Math.min(checks, queryDelaysMs.length - 1)] ?? 0;
}

function isQuery(evidence: Evidence): evidence is QueryEvidence {
  return evidence.kind === 'queryAnswer' || evidence.kind === 'queryFailed';
}
