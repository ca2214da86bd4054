import { OPEN_CODES, SUCCESS } from '../protocol/codes.js';
import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { isDelivery, isQuery, type Evidence, type QueryEvidence } from './evidence.js';
import { isUnderReview } from './hold.js';
import { isSettled, mayHaveArrived, type Refusal, type Revision, type RevisionStatus, type TrailEntry } from './revision.js';

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
    readonly reviewMs: number;
  };
  /** KICC's time, as far as its answers have told it lately. */
  readonly clock: { at(now: Date): Date | undefined };
  /** Draws from 0 to 1 for the jitter. */
  readonly random: () => number;
}

/** Where a revision stands after some evidence, and what is to be done. */
export interface Decision {
  readonly status: RevisionStatus;
  readonly proof: Proof;
  /** KICC proved the opposite of what a person had decided. */
  readonly contradicts?: true;
  /** KICC proved the opposite of what the shop was told. */
  readonly corrects?: true;
  /** KICC proved a second change under the same key. */
  readonly doubles?: true;
  /** Until when a decline is under review; or that KICC has answered after that, or can be asked no more. Absent: as before. */
  readonly review?: Date | 'answered' | 'unanswered';
  readonly then: Step;
}

export type Proof =
  | { readonly of: 'success'; readonly response: ReviseResponse }
  | { readonly of: 'refusal'; readonly refusal: Refusal }
  /** A refusal that counts only once KICC's query has answered: it may be "duplicate key" all the same. */
  | { readonly of: 'unchecked'; readonly refusal: Refusal }
  /** KICC's query has answered, and shows no such change, by now. */
  | { readonly of: 'denial' }
  | { readonly of: 'nothingLeft' }
  /** A re-send was refused: KICC may know the key, or refuse what it would have taken of another instance. */
  | { readonly of: 'resendRefused' }
  | { readonly of: 'nothing' };

/**
 * `send`, `query`: now. `resend`: now, and ask again at `at` in any case. `wait`: ask again at `at`. `rest`: nothing is left to
 * do by machine.
 */
export type Step =
  { readonly do: 'send' | 'query' | 'rest'; readonly at?: undefined } | { readonly do: 'resend' | 'wait'; readonly at: Date };

/**
 * How far all deliveries of a key must keep away from midnight (KST), when KICC forgets it, in case a clock is wrong, ms: where
 * KICC's time is known, and where it is not.
 */
const MIDNIGHT_MARGIN_MS = { known: 60_000, unknown: 15 * 60_000 } as const;

/** How long before KICC's status query can tell no more it is asked for the last time, ms. */
const LAST_LOOK_MS = 10 * 60_000;

const NOTHING: Proof = { of: 'nothing' };
const REST: Step = { do: 'rest' };

/** The whole policy: where a revision stands after some evidence, and what is to be done. Pure, but for the jitter. */
export function decide(revision: Revision, evidence: Evidence, now: Date, policy: Policy): Decision {
  const proof = proofOf(revision, evidence, policy);
  if (isSettled(revision)) return reconsider(revision, evidence, proof, now, policy);
  if (proof.of === 'success') return { status: 'succeeded', proof, then: REST };
  if (proof.of === 'refusal') return { status: 'declined', proof, ...reviewOf(revision, evidence, now, policy) };

  const stillOut = revision.deliveries - provenUnsent(revision, proof) > 0;
  if (!stillOut) {
    const then = nextSend(revision, evidence, proof, now, policy);
    // KICC can tell no longer of the days since: sent once more, it might be made twice.
    const isOver = revision.status === 'escalated' || (then.do === 'send' && isForgotten(revision, now, policy));
    return isOver ? { status: 'escalated', proof, then: REST } : { status: 'accepted', proof, then };
  }

  const late = revision.status === 'escalated' || now >= escalationTime(revision, policy);
  const status = late ? 'escalated' : 'unknown';
  const then = nextQuery(revision, evidence, proof, now, policy);
  if (then.do === 'wait' && status === 'unknown' && isQuery(evidence) && mayResend(revision, now, policy)) {
    return { status, proof, then: { do: 'resend', at: then.at } };
  }
  return { status, proof, then };
}

/**
 * When what has not left is sent: at once, when its time has come. KICC is asked before whether it was sent on an earlier day,
 * as the journal may have lost that, and what time it is there, where the clocks do not agree on the day.
 */
function nextSend(revision: Revision, evidence: Evidence, proof: Proof, now: Date, policy: Policy): Step {
  const isOfToday = koreanDay(revision.acceptedAt) >= koreanDay(now);
  const agree = agreeOnDay(now, policy);
  if (evidence.kind === 'due') return { do: isOfToday && agree ? 'send' : 'query' };
  if (agree && (proof.of === 'denial' || (isOfToday && isQuery(evidence)))) return { do: 'send' };
  const pause = policy.random() * pauseAfter(checksAfter(revision, evidence, proof), policy);
  return { do: 'wait', at: new Date(now.getTime() + (agree ? pause : Math.min(pause, disagreeForMs(now, policy)))) };
}

/**
 * Whether there is a day on which a revision may have been sent, if the journal has lost what came after some line, and of
 * which KICC could tell no longer when it was next looked at, or next answered: nobody had tried for more than a day, or the
 * journal was thrown back.
 */
export function isForgotten({ trail, acceptedAt }: Revision, now: Date, { openCodes }: Pick<Policy, 'openCodes'>): boolean {
  const isTold = ({ event, observed, resCd = '' }: TrailEntry): boolean => {
    return event !== 'query' || (observed === 'answer' && !isOpen(resCd, openCodes));
  };
  let before = acceptedAt;
  for (const at of [...trail.filter(isTold).map((line) => line.at), now]) {
    if (koreanDay(before) < koreanDay(startOfKoreanDay(koreanDay(at), -1))) return true;
    before = at;
  }
  return false;
}

/**
 * What KICC has said already of a revision that could not be settled, or corrected, then, as a handler of the shop's failed.
 */
export function provedBefore(revision: Revision): Proof | undefined {
  const { status, settledBy, response, refusal } = revision;
  if (isSettled(revision) && (status === 'succeeded' || settledBy === 'verdict')) return undefined;
  if (response) return { of: 'success', response };
  return refusal && !isSettled(revision) ? { of: 'refusal', refusal } : undefined;
}

/** What some evidence proves, beside what KICC has said already: a refusal that was kept may have been "duplicate key". */
export function proofOf(revision: Revision, evidence: Evidence, { openCodes }: Pick<Policy, 'openCodes'>): Proof {
  const before = provedBefore(revision);
  if (before?.of === 'success') return before;
  const proof = prove(evidence, revision, openCodes);
  return proof.of === 'success' ? proof : (before ?? proof);
}

/** How many of the deliveries that were noted turned out not to have left: the newest, or none. */
export function provenUnsent({ status }: Revision, proof: Proof): 0 | 1 {
  return proof.of === 'nothingLeft' && status === 'sending' ? 1 : 0;
}

/** What some evidence proves. A refusal counts only if this was the key's only delivery: else it may be "duplicate key". */
function prove(evidence: Evidence, revision: Revision, openCodes: readonly string[]): Proof {
  const onlyDelivery = revision.deliveries <= 1;
  switch (evidence.kind) {
    case 'due':
    case 'noAnswer':
    case 'unusableAnswer':
    case 'queryFailed':
      return NOTHING;
    case 'undelivered':
      return { of: 'nothingLeft' };
    case 'badRequest':
      return onlyDelivery ? refused({ httpStatus: evidence.httpStatus }, evidence.asked, revision, openCodes) : NOTHING;
    case 'answer': {
      const { response, contradicted } = evidence;
      const { resCd, resMsg } = response;
      if (contradicted.length > 0) return NOTHING;
      if (resCd === SUCCESS) return { of: 'success', response };
      if (isOpen(resCd, openCodes)) return NOTHING;
      if (!onlyDelivery) return { of: 'resendRefused' };
      return refused(resMsg === undefined ? { resCd } : { resCd, resMsg }, evidence.asked, revision, openCodes);
    }
    case 'notification':
      // Nobody signed it: of what counts as declined, or is known already, it proves nothing.
      if (revision.status === 'declined' || revision.refusal || revision.response) return NOTHING;
      return { of: 'success', response: evidence.response };
    case 'queryAnswer': {
      const { transaction, contradicted } = evidence;
      if (transaction.resCd === SUCCESS && contradicted.length === 0) return { of: 'success', response: transaction };
      const denies = transaction.resCd === SUCCESS ? isOfApproval(evidence, revision) : !isOpen(transaction.resCd, openCodes);
      if (!denies) return NOTHING;
      const { uncheckedRefusal } = revision;
      return uncheckedRefusal ? { of: 'refusal', refusal: uncheckedRefusal } : { of: 'denial' };
    }
  }
}

/**
 * What a refusal proves by what KICC's query told right after it: it may be "duplicate key" of a delivery that this journal
 * does not know, or that somebody on the way repeated.
 */
function refused(refusal: Refusal, told: QueryEvidence | undefined, revision: Revision, openCodes: readonly string[]): Proof {
  const proof = told ? prove(told, revision, openCodes) : NOTHING;
  if (proof.of === 'success') return proof;
  return { of: proof.of === 'denial' ? 'refusal' : 'unchecked', refusal };
}

/** Whether the query shows the payment's approval, made under the same key: so there is no change under it. */
function isOfApproval({ transaction }: QueryEvidence & { kind: 'queryAnswer' }, { mallId, pgCno }: Revision): boolean {
  const { oriPgCno } = transaction;
  return oriPgCno === undefined && transaction.pgCno === pgCno && (transaction.mallId ?? mallId) === mallId;
}

function isOpen(resCd: string, openCodes: readonly string[]): boolean {
  return OPEN_CODES.includes(resCd) || openCodes.includes(resCd);
}

/**
 * Until when a decline is under review: KICC may be at work on a delivery that this journal does not know for as long as an
 * attempt may take. No longer, where KICC has answered after that.
 */
function reviewOf(revision: Revision, evidence: Evidence, now: Date, { settlement: { reviewMs } }: Policy) {
  if (reviewMs === 0) return { then: REST };
  const refusedAt = isDelivery(evidence) ? now : (revision.lastDeliveredAt ?? now);
  const until = revision.reviewUntil ?? new Date(refusedAt.getTime() + reviewMs);
  if (isQuery(evidence) && trueAt(evidence, now) >= until) return { then: REST };
  return { review: until, then: { do: 'wait', at: until } } as const;
}

/**
 * What is settled stays, unless KICC proves the opposite: that corrects what the shop was told, and is held against what a
 * person decided. KICC is asked on while a decline is under review, and as long as it can disprove a person.
 */
function reconsider(revision: Revision, evidence: Evidence, proof: Proof, now: Date, policy: Policy): Decision {
  const { status, settledBy, response, contradicted, completion, corrected, reviewUntil } = revision;
  const stays = (then: Step, changes: Pick<Decision, 'doubles' | 'contradicts' | 'review'> = {}): Decision => {
    return { status, proof, ...changes, then };
  };
  if (proof.of === 'success') {
    if (isAnother(proof.response, revision)) return stays(REST, { doubles: true });
    // Of one that is corrected once a handler has run, the completion is known already.
    if (status === 'succeeded' || contradicted || (completion !== undefined && !corrected)) return stays(REST);
    if (settledBy === 'verdict') return stays(REST, { contradicts: true });
    return { status: 'succeeded', proof, corrects: true, then: REST };
  }
  // Of a refund that was accepted, and then came back or is said to have, the query can tell nothing new.
  const isKnown = (status === 'succeeded' && (settledBy !== 'verdict' || response)) || contradicted || completion !== undefined;
  const next = isKnown ? REST : nextQuery(revision, evidence, proof, now, policy);
  if (settledBy === 'verdict') return stays(next);
  // Somebody wanted KICC to be asked once.
  if (!isUnderReview(revision)) return stays(evidence.kind === 'due' ? next : REST);
  const isEarly = evidence.kind !== 'due' && reviewUntil && trueAt(evidence, now) < reviewUntil;
  if (isEarly) return stays({ do: 'wait', at: reviewUntil });
  if (proof.of === 'denial') return stays(REST, { review: 'answered' });
  return next.do === 'rest' ? stays(REST, { review: 'unanswered' }) : stays(next);
}

/** Whether a success is another than the ones known already of the same revision. */
function isAnother({ cancelPgCno }: ReviseResponse, { response, second }: Revision): boolean {
  const known = response?.cancelPgCno;
  return cancelPgCno !== undefined && known !== undefined && cancelPgCno !== known && cancelPgCno !== second?.cancelPgCno;
}

function nextQuery(revision: Revision, evidence: Evidence, proof: Proof, now: Date, policy: Policy): Step {
  const closes = askedUntil(revision);
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
  const isAsked = isQuery(evidence) || ('asked' in evidence && evidence.asked !== undefined);
  return before + (isAsked || proof.of === 'nothingLeft' ? 1 : 0);
}

/**
 * Whether the same key may be sent once more: only while KICC surely still knows it, so that it cannot be carried out twice,
 * and not while an earlier delivery may still be running. The pause doubles with each that was refused.
 */
function mayResend(revision: Revision, now: Date, policy: Policy): boolean {
  const { lastDeliveredAt, keyKnown, resendsRefused = 0 } = revision;
  const pause = policy.settlement.resendAfterMs * 2 ** resendsRefused;
  const rested = lastDeliveredAt !== undefined && now.getTime() >= lastDeliveredAt.getTime() + pause;
  return rested && !keyKnown && isWithinFence(revision, now, policy);
}

/**
 * Whether a re-send would be through, and the first delivery was made, on the same day of KICC's as well as of ours: by this
 * host's clock, and by KICC's where that is known.
 */
export function isWithinFence(
  revision: Revision,
  now: Date,
  { timeoutMs, clock }: Pick<Policy, 'timeoutMs' | 'clock'>,
): boolean {
  const { cancelReqDate, firstDeliveredAt } = revision;
  if (cancelReqDate === undefined || firstDeliveredAt === undefined) return false;
  const kiccs = clock.at(now);
  const margin = MIDNIGHT_MARGIN_MS[kiccs ? 'known' : 'unknown'];
  const begins = startOfKoreanDay(cancelReqDate).getTime() + margin;
  const ends = startOfKoreanDay(cancelReqDate, 1).getTime() - margin - timeoutMs;
  const first = firstDeliveredAt.getTime();
  const ahead = [0, (kiccs ?? now).getTime() - now.getTime()];
  // One that was made in the future of this clock tells that it was set back.
  return ahead.every((by) => first + by >= begins && first <= now.getTime() && now.getTime() + by < ends);
}

/**
 * How far clocks may differ for a first send to wait until they agree, ms: what is more is a proxy's, and would stop refunds
 * for hours.
 */
const WAITED_FOR_MS = 60 * 60_000;

/** Whether KICC's clock, where it is known, shows the same day in Korea as this host's. */
export function agreeOnDay(now: Date, { clock }: Pick<Policy, 'clock'>): boolean {
  const kiccs = clock.at(now) ?? now;
  return koreanDay(kiccs) === koreanDay(now) || Math.abs(kiccs.getTime() - now.getTime()) > WAITED_FOR_MS;
}

/** How long it is until the clock that is behind shows the day that the other one does, ms. */
function disagreeForMs(now: Date, { clock }: Pick<Policy, 'clock'>): number {
  const behind = new Date(Math.min(now.getTime(), (clock.at(now) ?? now).getTime()));
  return startOfKoreanDay(koreanDay(behind), 1).getTime() - behind.getTime();
}

/**
 * The days (KST) under which KICC can be asked about a revision: its own. Of one of which nothing left, as far as this journal
 * knows: those on which it may have been sent all the same, if the journal has lost the state that knew.
 */
export function daysToAsk(revision: Revision, now: Date): readonly string[] {
  const { acceptedAt, settledAt, cancelReqDate = '' } = revision;
  if (mayHaveArrived(revision)) return [cancelReqDate];
  const today = koreanDay(now);
  const yesterday = koreanDay(startOfKoreanDay(today, -1));
  const until = settledAt === undefined ? today : koreanDay(settledAt);
  return [yesterday, today].filter((day) => koreanDay(acceptedAt) <= day && day <= until);
}

/** Until when KICC can be asked about a revision. */
function askedUntil(revision: Revision): Date {
  const { settledAt } = revision;
  if (mayHaveArrived(revision) || settledAt === undefined) return windowEnd(revision);
  return windowEnd({ cancelReqDate: koreanDay(settledAt) });
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

/** Of when some evidence tells: a query's answer may have been long on its way. */
function trueAt(evidence: Evidence, now: Date): Date {
  return (evidence.kind === 'queryAnswer' && evidence.askedAt) || now;
}
