import type { DeliveryEvidence, QueryEvidence } from '../gateway/evidence.js';
import { OPEN_CODES, SUCCESS } from '../protocol/codes.js';
import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
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
export type Evidence = DeliveryEvidence | QueryEvidence | { readonly kind: 'due' };

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

/** `send`, `query`, `resend`: now. `wait`: ask again then. `rest`: nothing is left to do by machine. */
export type Step =
  { readonly do: 'send' | 'query' | 'resend' | 'rest'; readonly at?: undefined } | { readonly do: 'wait'; readonly at: Date };

/** A re-send must be through, with this to spare for a clock that is wrong, before KICC forgets the key at midnight, ms. */
const MIDNIGHT_MARGIN_MS = 60_000;

const NOTHING: Proof = { of: 'nothing' };
const REST: Step = { do: 'rest' };

/** The whole policy: where a revision stands after some evidence, and what is to be done. Pure, but for the jitter. */
export function decide(revision: Revision, evidence: Evidence, now: Date, policy: Policy): Decision {
  const proof = prove(evidence, revision.deliveries <= 1, policy.openCodes);
  if (isSettled(revision)) return review(revision, evidence, proof, now, policy);
  if (proof.of === 'success') return { status: 'succeeded', proof, then: REST };
  if (proof.of === 'refusal') return { status: 'declined', proof, then: REST };

  const stillOut = revision.deliveries - (proof.of === 'nothingLeft' ? 1 : 0) > 0;
  if (!stillOut) {
    if (evidence.kind === 'due') return { status: 'accepted', proof, then: { do: 'send' } };
    const pause = policy.random() * pauseAfter(revision.checks + 1, policy);
    return { status: 'accepted', proof, then: { do: 'wait', at: new Date(now.getTime() + pause) } };
  }

  const status = now < escalationTime(revision, policy) ? 'unknown' : 'escalated';
  const resend = isQuery(evidence) && status === 'unknown' && mayResend(revision, now, policy);
  return { status, proof, then: resend ? { do: 'resend' } : nextQuery(revision, evidence, now, policy) };
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
      return onlyDelivery ? { of: 'refusal', refusal: { httpStatus: evidence.httpStatus } } : { of: 'keyKnown' };
    case 'answer': {
      const { response, contradicted } = evidence;
      const { resCd, resMsg } = response;
      if (contradicted.length > 0) return NOTHING;
      if (resCd === SUCCESS) return { of: 'success', response };
      if (OPEN_CODES.includes(resCd) || openCodes.includes(resCd)) return NOTHING;
      if (!onlyDelivery) return { of: 'keyKnown' };
      return { of: 'refusal', refusal: resMsg === undefined ? { resCd } : { resCd, resMsg } };
    }
    case 'queryAnswer': {
      const { transaction, contradicted } = evidence;
      const found = transaction.resCd === SUCCESS && contradicted.length === 0;
      return found ? { of: 'success', response: transaction } : NOTHING;
    }
  }
}

/** What is proved by KICC stays. What a person decided stays too, but is held against KICC while KICC can still tell. */
function review(revision: Revision, evidence: Evidence, proof: Proof, now: Date, policy: Policy): Decision {
  const { status, settledBy, contradicted } = revision;
  if (settledBy !== 'verdict' || contradicted || !mayHaveArrived(revision)) return { status, proof, then: REST };
  if (proof.of === 'success' || proof.of === 'refusal') {
    const agrees = (proof.of === 'success') === (status === 'succeeded');
    return { status, proof, then: REST, ...(agrees ? {} : { contradicts: true }) };
  }
  return { status, proof, then: nextQuery(revision, evidence, now, policy) };
}

function nextQuery(revision: Revision, evidence: Evidence, now: Date, policy: Policy): Step {
  const closes = windowEnd(revision);
  if (now >= closes) return REST;
  if (evidence.kind === 'due') return { do: 'query' };
  const next = now.getTime() + pauseAfter(revision.checks + (isQuery(evidence) ? 1 : 0), policy);
  const escalation = escalationTime(revision, policy).getTime();
  // The last look before the escalation, and the escalation itself, come at their time whatever the schedule.
  const at = now.getTime() < escalation ? Math.min(next, escalation) : next;
  return at < closes.getTime() ? { do: 'wait', at: new Date(at) } : REST;
}

/**
 * Whether the same key may be sent once more: only while KICC still knows it, so that it cannot be carried out twice, and
 * not while an earlier delivery may still be running.
 */
export function mayResend(revision: Revision, now: Date, policy: Policy): boolean {
  const { lastDeliveredAt, keyKnown } = revision;
  const rested = lastDeliveredAt !== undefined && now.getTime() >= lastDeliveredAt.getTime() + policy.settlement.resendAfterMs;
  return rested && !keyKnown && isBeforeFence(revision, now, policy);
}

/** Whether a re-send would be through before KICC forgets the key at midnight (KST). */
export function isBeforeFence({ cancelReqDate }: Revision, now: Date, { timeoutMs }: Pick<Policy, 'timeoutMs'>): boolean {
  if (cancelReqDate !== koreanDay(now)) return false;
  return now.getTime() + timeoutMs + MIDNIGHT_MARGIN_MS < startOfKoreanDay(cancelReqDate, 1).getTime();
}

/** KICC's status query reaches back to yesterday, so it can tell until the end of the day after (KST). */
function windowEnd({ cancelReqDate }: Revision): Date {
  return cancelReqDate === undefined ? new Date(0) : startOfKoreanDay(cancelReqDate, 2);
}

/** When a revision whose outcome is still open is given to a person. */
function escalationTime(revision: Revision, { settlement }: Policy): Date {
  return new Date(windowEnd(revision).getTime() - settlement.escalateBeforeMs);
}

function pauseAfter(checks: number, { settlement: { queryDelaysMs } }: Policy): number {
  return queryDelaysMs[Math.min(checks, queryDelaysMs.length - 1)] ?? 0;
}

function isQuery(evidence: Evidence): evidence is QueryEvidence {
  return evidence.kind === 'queryAnswer' || evidence.kind === 'queryFailed';
}
