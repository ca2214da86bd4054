import { TransactionStatus } from '../protocol/codes.js';
import { NotiType } from '../protocol/notification.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { ruleOf } from '../protocol/revise-rules.js';
import { checksAfter, provenUnsent, type Decision } from './decide.js';
import { isDelivery, type Evidence } from './evidence.js';
import {
  isSettled,
  isSettledByPerson,
  mayHaveArrived,
  type AmbiguousNotification,
  type Completion,
  type ReviseVerdict,
  type Revision,
  type TrailEntry,
} from './revision.js';
import type { SealedRequest } from './sealed-request.js';

/** A revision as it is taken in, before anything is sent. */
export function accept({ request, sealed }: SealedRequest, now: Date, traceparent?: string): Revision {
  const { mallId, shopTransactionId, pgCno } = request;
  return Object.freeze({
    mallId,
    shopTransactionId,
    pgCno,
    request,
    ...(sealed === undefined ? {} : { sealed }),
    status: 'accepted',
    deliveries: 0,
    checks: 0,
    nextCheckAt: now,
    acceptedAt: now,
    ...(traceparent === undefined ? {} : { traceparent }),
    trail: Object.freeze([Object.freeze({ at: now, event: 'accepted', status: 'accepted' } as const)]),
    version: 1,
  } satisfies Revision);
}

/** Marks that somebody is at work on it until then. */
export function lease(revision: Revision, until: Date): Revision {
  return Object.freeze({ ...revision, leaseUntil: until, nextCheckAt: until });
}

/** The state to be journaled before a delivery is made: from here on, it may have arrived. */
export function startSending(revision: Revision, cancelReqDate: string, now: Date, leaseUntil: Date): Revision {
  const { status, deliveries } = revision;
  return Object.freeze({
    ...revision,
    leaseUntil,
    nextCheckAt: leaseUntil,
    status: 'sending',
    cancelReqDate,
    deliveries: status === 'sending' ? deliveries : deliveries + 1,
    firstDeliveredAt: mayHaveArrived(revision) ? revision.firstDeliveredAt : now,
    lastDeliveredAt: now,
  } satisfies Revision);
}

/** The state after some evidence, as decided, with what was seen added to the trail. */
export function conclude(
  revision: Revision,
  evidence: Evidence,
  decision: Decision,
  now: Date,
  seen: readonly TrailEntry[] = [],
): Revision {
  const { status, proof, contradicts, corrects, doubles, review, then } = decision;
  const newlySettled = (!isSettled(revision) && isSettled({ status })) || corrects === true;
  const delivered = isDelivery(evidence) && proof.of !== 'nothingLeft';
  const marks: TrailEntry[] = [];
  const mark = (event: TrailEntry['event']): unknown => marks.push(Object.freeze({ at: now, event, status }));
  if (status === 'escalated' && revision.status !== 'escalated') mark('escalated');
  if (contradicts) mark('contradicted');
  if (corrects) mark('corrected');
  else if (newlySettled && evidence.kind === 'due') mark('settled');
  if (doubles) mark('doubled');
  if (review === 'unanswered') mark('unreviewed');
  return Object.freeze({
    ...revision,
    status,
    deliveries: revision.deliveries - provenUnsent(revision, proof),
    checks: checksAfter(revision, evidence, proof),
    leaseUntil: undefined,
    nextCheckAt: then.do === 'rest' ? undefined : (then.at ?? now),
    ...(delivered ? { lastDeliveredAt: now } : {}),
    ...proved(revision, evidence, decision),
    ...(newlySettled
      ? {
          settledAt: now,
          // Where a handler failed then, the notification is what is kept.
          settledBy:
            evidence.kind === 'notification' || revision.settledBy === 'notification'
              ? ('notification' as const)
              : ('kicc' as const),
        }
      : {}),
    ...(newlySettled && revision.uncheckedRefusal ? { uncheckedRefusal: undefined } : {}),
    ...(newlySettled && revision.ambiguous ? { ambiguous: undefined } : {}),
    ...(newlySettled || review
      ? { ...underReview(review, revision), sealed: review instanceof Date ? revision.sealed : undefined }
      : {}),
    ...(contradicts ? { contradicted: true } : {}),
    ...(corrects ? { corrected: true } : {}),
    // Joined, not spread: an array that is spread into keeps room to grow, and this one is kept.
    trail: Object.freeze(revision.trail.concat(seen, marks)),
  } satisfies Revision);
}

/** After how many refusals a re-send is not tried again. */
const RESENDS_REFUSED = 3;

/** What is known more by a proof. */
function proved(revision: Revision, evidence: Evidence, { proof, doubles }: Decision): Partial<Revision> {
  switch (proof.of) {
    case 'success':
      if (doubles) return { second: proof.response, doubled: true };
      return {
        response: proof.response,
        ...completionOf(revision, proof.response),
        // The journal had lost that it was sent.
        ...(mayHaveArrived(revision) || evidence.kind !== 'queryAnswer' ? {} : { deliveries: 1, cancelReqDate: evidence.day }),
      };
    case 'refusal':
      return { refusal: proof.refusal };
    case 'unchecked':
      // KICC knows the key.
      return { uncheckedRefusal: proof.refusal, keyKnown: true };
    case 'resendRefused': {
      const resendsRefused = (revision.resendsRefused ?? 0) + 1;
      return resendsRefused < RESENDS_REFUSED ? { resendsRefused } : { resendsRefused, keyKnown: true };
    }
    default:
      return {};
  }
}

/** What was never there is not written as absent: each property costs in every copy. */
function underReview(
  review: Decision['review'],
  { reviewUntil, unreviewed }: Revision,
): Pick<Revision, 'reviewUntil' | 'unreviewed'> {
  if (review === 'unanswered') return { unreviewed: true };
  if (review instanceof Date) return { reviewUntil: review, unreviewed: undefined };
  return reviewUntil || unreviewed ? { reviewUntil: undefined, unreviewed: undefined } : {};
}

/**
 * The state to be kept where KICC's word is known, and it is left to the app, which has handlers, to settle or correct the
 * revision by it: that is due then. What was settled stays so.
 */
export function leftToApp(before: Revision, settled: Revision, dueAt: Date): Revision {
  const open = before.status === 'escalated' ? 'escalated' : 'unknown';
  return Object.freeze({
    ...settled,
    status: isSettled(before) ? before.status : open,
    nextCheckAt: dueAt,
    settledAt: before.settledAt,
    settledBy: isSettled(before) || settled.settledBy !== 'notification' ? before.settledBy : 'notification',
  } satisfies Revision);
}

/** The same, where a handler of the shop's has failed. */
export function unsettled(before: Revision, settled: Revision, dueAt: Date, now: Date): Revision {
  const left = leftToApp(before, settled, dueAt);
  return Object.freeze({
    ...left,
    checks: before.checks + 1,
    trail: Object.freeze([...left.trail, Object.freeze({ at: now, event: 'handlerFailed', status: left.status } as const)]),
  } satisfies Revision);
}

/**
 * The state to be written where the journal has lost a revision, or newer states of it: what the process knows, due at once.
 * Until it is settled again, what a person has settled is one that no machine sends.
 */
export function restored(known: Revision, now: Date): Revision {
  const status = isSettledByPerson(known) ? 'escalated' : isSettled(known) ? 'unknown' : known.status;
  return Object.freeze({
    ...known,
    status,
    version: known.version + 1,
    nextCheckAt: isSettled(known) ? now : known.nextCheckAt,
    leaseUntil: undefined,
    settledAt: undefined,
    settledBy: undefined,
    trail: Object.freeze([...known.trail, Object.freeze({ at: now, event: 'restored', status } as const)]),
  } satisfies Revision);
}

/** The state after one that a person had settled was restored: settled as it was. */
export function settledAgain(known: Revision, { version, trail }: Revision, now: Date): Revision {
  const { status } = known;
  return Object.freeze({
    ...known,
    version,
    trail: Object.freeze([...trail, Object.freeze({ at: now, event: 'settled', status } as const)]),
  } satisfies Revision);
}

/**
 * The same, where another revision holds the payment by now, of what KICC has carried out: as one that counts as declined, and
 * is due to be corrected.
 */
export function restoredBeside(known: Revision, now: Date): Revision {
  const status = 'declined';
  return Object.freeze({
    ...restored(known, now),
    status,
    settledAt: now,
    settledBy: 'kicc',
    corrected: true,
  } satisfies Revision);
}

/** The state after a handler of the shop's, or a person, has heard of a correction. */
export function heard(revision: Revision): Revision {
  return revision.corrected ? Object.freeze({ ...revision, corrected: undefined }) : revision;
}

/**
 * The state after a person's verdict. KICC is still asked, as long as it can tell; what it has proved already is not undone.
 */
export function resolved(revision: Revision, verdict: ReviseVerdict): Revision {
  const { verdict: status, at } = verdict;
  // A refusal disproves nothing: it may be the duplicate of what was carried out.
  const disproved = status === 'declined' && revision.response !== undefined;
  // What came back, or is said to have, was accepted all the same: a person knows where the money is now.
  const { completion, disputed, ambiguous } = revision;
  const isSaidToBeBack = completion === 'bounced' || disputed || (ambiguous && completion !== undefined);
  const isOfMoney = isSaidToBeBack || wasFoundByPerson(revision);
  const refund = isOfMoney ? refundAfter(verdict) : undefined;
  return Object.freeze({
    ...heard(revision),
    ...refund,
    status,
    settledAt: at,
    settledBy: 'verdict',
    sealed: undefined,
    uncheckedRefusal: undefined,
    verdict,
    contradicted: disproved && !refund ? true : undefined,
    ...underReview('answered', revision),
    doubled: undefined,
    ...(ambiguous ? { ambiguous: undefined } : {}),
    leaseUntil: undefined,
    nextCheckAt: revision.nextCheckAt ?? (revision.response ? undefined : at),
    trail: Object.freeze([...revision.trail, Object.freeze({ at, event: 'verdict', status } as const)]),
  } satisfies Revision);
}

/** Whether a person has said that a refund is with the customer, of which KICC's last word is that it came back. */
function wasFoundByPerson({ settledBy, completion, trail }: Revision): boolean {
  const notified = trail.filter(({ event }) => event === 'notification').map(({ observed = '' }) => observed.slice(0, 2));
  const last = notified.findLast((type) => type === NotiType.RefundCompleted || type === NotiType.RefundBounced);
  return settledBy === 'verdict' && completion === 'completed' && last === NotiType.RefundBounced;
}

function refundAfter({ verdict }: ReviseVerdict): Pick<Revision, 'completion' | 'disputed'> {
  return { completion: verdict === 'succeeded' ? 'completed' : 'bounced', disputed: undefined };
}

/** The state after KICC has told, and its query confirmed as far as it can, what became of a refund. */
export function completed(revision: Revision, completion: Completion, notiType: string, at: Date): Revision {
  return noted({ ...revision, completion, disputed: undefined }, notiType, at);
}

/** The state after a notification that fits it and another revision alike. */
export function ambiguous(revision: Revision, notification: AmbiguousNotification, at: Date): Revision {
  return noted({ ...revision, ambiguous: notification }, `${notification.notiType}, ambiguous`, at);
}

/** The state after a notification was found to be of it: no other of that type is. */
export function notifiedBy(revision: Revision, notiType: string, name: string): Revision {
  return Object.freeze({ ...revision, notified: Object.freeze({ ...revision.notified, [notiType]: name }) });
}

/** The state after a notification of a refund that KICC's query does not confirm. */
export function disputed(revision: Revision, notiType: string, at: Date): Revision {
  return noted({ ...revision, disputed: true }, `${notiType}, not confirmed`, at);
}

function noted(revision: Revision, seen: string, at: Date): Revision {
  const entry = Object.freeze({ at, event: 'notification', observed: seen, status: revision.status } as const);
  return Object.freeze({ ...revision, trail: Object.freeze([...revision.trail, entry]) });
}

/**
 * The state after it was taken back, which is possible only while provably nothing has left, as far as this journal knows: so
 * it is under review as a refusal is.
 */
export function withdrawn(revision: Revision, at: Date, reviewMs: number): Revision {
  const status = 'declined';
  const reviewUntil = reviewMs === 0 ? undefined : new Date(at.getTime() + reviewMs);
  return Object.freeze({
    ...revision,
    status,
    settledAt: at,
    settledBy: 'withdrawal',
    sealed: reviewUntil && revision.sealed,
    leaseUntil: undefined,
    reviewUntil,
    nextCheckAt: reviewUntil,
    trail: Object.freeze([...revision.trail, Object.freeze({ at, event: 'withdrawn', status } as const)]),
  } satisfies Revision);
}

/** How far a refund is when KICC answers that it has accepted it. */
function completionOf({ request }: Revision, { statusCode }: ReviseResponse): { readonly completion?: Completion } {
  const completedAs = ruleOf(request)?.completedAs;
  if (completedAs === undefined) return {};
  if (statusCode === TransactionStatus.RefundRejected) return { completion: 'bounced' };
  return { completion: statusCode === completedAs ? 'completed' : 'pending' };
}
