import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import { TransactionStatus } from '../protocol/codes.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { isPartial, ruleOf } from '../protocol/revise-rules.js';
import type { SealedRequest } from './sealed-request.js';
import { checksAfter, isDelivery, provenUnsent, type Decision, type Evidence } from './decide.js';

/**
 * Where a revision stands.
 * - `accepted`: in the journal, and provably nothing of it has left.
 * - `sending`: a delivery is on its way, or its process died meanwhile; it may have arrived.
 * - `unknown`: a delivery may have arrived, and nothing has proved yet what came of it.
 * - `escalated`: as `unknown`, and KICC will soon be unable to tell: a person has to look.
 * - `succeeded`, `declined`: known. It stays so unless KICC, or a person, proves the opposite.
 */
export type RevisionStatus = 'accepted' | 'sending' | 'unknown' | 'escalated' | 'succeeded' | 'declined';

/**
 * What became of a refund that KICC has accepted.
 * - `pending`: the money is on its way.
 * - `completed`: KICC says that it has arrived.
 * - `bounced`: it came back, so nothing was refunded.
 */
export type Completion = 'pending' | 'completed' | 'bounced';

/** One line of a revision's history: what was tried, and what it proved. Holds neither secrets nor KICC's texts. */
export interface TrailEntry {
  readonly at: Date;
  readonly event:
    /** Taken in. */
    | 'accepted'
    /** Sent, or tried to. */
    | 'delivery'
    /** Sent once more with the same key and `refundQueryFlag: 'Y'`, or tried to. */
    | 'resend'
    /** Asked KICC's status query. */
    | 'query'
    /** A delivery whose end nobody saw: its process died. */
    | 'interrupted'
    /** Given to a person. */
    | 'escalated'
    /** A person decided. */
    | 'verdict'
    /** Taken back, as nothing had left. */
    | 'withdrawn'
    /** KICC proved the opposite of what a person had decided. */
    | 'contradicted'
    /** KICC proved that what had counted as declined was carried out. */
    | 'corrected'
    /** KICC proved a second change under the same key. */
    | 'doubled'
    /** KICC could not be asked whether a decline holds, and can be no more. */
    | 'unreviewed'
    /** The journal had lost it, or newer states of it: written anew by the process that knew, or as KICC proved it. */
    | 'restored'
    /** KICC's notification said something of it: its type, and whether it was confirmed. */
    | 'notification'
    /** Its outcome is known, but a handler of the shop's failed, so it was not settled. */
    | 'handlerFailed'
    /** The handler has done its part, so it is settled by what KICC had said before. */
    | 'settled';
  /** The `cancelReqDate` that the delivery carried, `yyyyMMdd` KST. */
  readonly cancelReqDate?: string;
  /** What was seen, in a word or two: `timeout`, `refused (ECONNREFUSED)`, `answer` … */
  readonly observed?: string;
  readonly resCd?: string;
  readonly httpStatus?: number;
  /** Where the revision stood after it. */
  readonly status: RevisionStatus;
}

/** What a person decided about a revision that no machine could settle. */
export interface ReviseVerdict {
  readonly verdict: 'succeeded' | 'declined';
  /** Who decided. */
  readonly actor: string;
  /** On what grounds. */
  readonly reason: string;
  readonly at: Date;
}

/**
 * One intent to change one payment, as the journal holds it. Immutable: each transition makes a new one. Its identity is
 * (`mallId`, `shopTransactionId`).
 */
export interface Revision {
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  /** What was asked for, as it was checked and frozen; personal data is masked. */
  readonly request: CheckedReviseRequest;
  /** The request's personal data, encrypted. Kept only until the outcome is known, and its review is over. */
  readonly sealed?: string | undefined;
  readonly status: RevisionStatus;
  /**
   * How many deliveries may have arrived. While 0, provably nothing has left. One that is just being tried counts until it is
   * proved that it did not leave.
   */
  readonly deliveries: number;
  /** The `cancelReqDate` of those deliveries, `yyyyMMdd` KST: with the id, what KICC's status query asks for. */
  readonly cancelReqDate?: string | undefined;
  /** When the first of them began. */
  readonly firstDeliveredAt?: Date | undefined;
  /** When the newest of them began or, where that was seen, ended. */
  readonly lastDeliveredAt?: Date | undefined;
  /** How many re-sends KICC has refused. One may be the fault of the instance that sent it, so two more are made. */
  readonly resendsRefused?: number | undefined;
  /** KICC refused the first delivery, or three re-sends, so it knows the key: sending it again can tell nothing more. */
  readonly keyKnown?: boolean | undefined;
  /** Status queries, and failed attempts to send, that proved nothing. Pauses grow with it. */
  readonly checks: number;
  /** When it is due for the next step. Absent: nothing is left to do by machine. */
  readonly nextCheckAt?: Date | undefined;
  /** Until when somebody is at work on it; `nextCheckAt` is not before. */
  readonly leaseUntil?: Date | undefined;
  readonly acceptedAt: Date;
  /** When the outcome became known. */
  readonly settledAt?: Date | undefined;
  /**
   * What made it known: KICC's own word, its notification (where its query could tell no longer), a person's verdict, or that it
   * was taken back before anything left.
   */
  readonly settledBy?: 'kicc' | 'notification' | 'verdict' | 'withdrawal' | undefined;
  /** KICC's answer, where it proved success. On one that is not settled: a handler of the shop's has failed so far. */
  readonly response?: ReviseResponse | undefined;
  /** Of a refund that `succeeded`: whether the money has arrived. Other changes have none. */
  readonly completion?: Completion | undefined;
  /** KICC's refusal, where it declined. On one that is not settled: as with `response`. */
  readonly refusal?: Refusal | undefined;
  /** KICC's refusal of the first delivery, as long as its query could not be asked whether there is another: it counts only then. */
  readonly uncheckedRefusal?: Refusal | undefined;
  /**
   * A decline is under review until then, and until KICC has been asked once more: it may be at work on a delivery that this journal
   * does not know. Absent: no review is owed, or it is over.
   */
  readonly reviewUntil?: Date | undefined;
  /** KICC could not be asked whether the decline holds, and can be no more: a person has to look. */
  readonly unreviewed?: boolean | undefined;
  /** KICC proved that it was carried out after it had counted as declined, and the shop does not know yet. */
  readonly corrected?: boolean | undefined;
  /** KICC's answer that proved a second change under the same key. */
  readonly second?: ReviseResponse | undefined;
  /** There is a `second`, and nobody has decided yet what comes of it. */
  readonly doubled?: boolean | undefined;
  readonly verdict?: ReviseVerdict | undefined;
  /** KICC proved the opposite of the verdict: the money has to be set right, and a person has to decide anew. */
  readonly contradicted?: boolean | undefined;
  /** A notification says something else of the refund than KICC's query: a person has to look, and to decide. */
  readonly disputed?: boolean | undefined;
  /** A notification that fits it and another revision alike, so nothing came of it: a person has to look, and to decide. */
  readonly ambiguous?: AmbiguousNotification | undefined;
  /** Of each type (`notiType`) of notification that was found to be of it without naming it, what tells that one from others. */
  readonly notified?: Readonly<Record<string, string>> | undefined;
  /**
   * The journal had lost it, and `reconcile()` took it in as KICC proved it: of its request only what names the change is known, so it
   * is told apart from others by that alone.
   */
  readonly reconciled?: boolean | undefined;
  /**
   * Its row in the journal cannot be read. This is made of the row's columns, to be shown and no more: its `request` only names it, and
   * its trail is empty. Nothing is done with it until somebody has mended the row.
   */
  readonly unreadable?: boolean | undefined;
  /** The W3C trace context that all that is done about it belongs to, where it is traced. */
  readonly traceparent?: string | undefined;
  readonly trail: readonly TrailEntry[];
  /** Grows by one with each write; the journal refuses to overwrite a newer one. */
  readonly version: number;
}

/** What is kept of a notification that fits several revisions alike. */
export interface AmbiguousNotification {
  readonly notiType: string;
  readonly cancelPgCno?: string | undefined;
  /** KRW. */
  readonly cancelAmount?: number | undefined;
  /** `yyyyMMddHHmmss` KST. */
  readonly transactionDate?: string | undefined;
  readonly statusCode?: string | undefined;
}

/** With what KICC declined: a `resCd` and its text, or an HTTP status where it called the request itself bad. */
export interface Refusal {
  readonly resCd?: string;
  /** KICC's words, for people. They may quote personal data, so no error or log of ours repeats them. */
  readonly resMsg?: string;
  readonly httpStatus?: number;
}

/** Whether it is known how a revision ended. */
export function isSettled({ status }: Pick<Revision, 'status'>): boolean {
  return status === 'succeeded' || status === 'declined';
}

/** Whether a byte of it may have left. */
export function mayHaveArrived({ deliveries }: Pick<Revision, 'deliveries'>): boolean {
  return deliveries > 0;
}

/** Whether somebody is at work on it. */
export function isLeased({ leaseUntil }: Pick<Revision, 'leaseUntil'>, now: Date): boolean {
  return leaseUntil !== undefined && leaseUntil > now;
}

/** The newest time that a revision knows of. */
export function newestTime({ trail, lastDeliveredAt, acceptedAt }: Revision): Date {
  const noted = trail.at(-1)?.at ?? acceptedAt;
  return lastDeliveredAt && lastDeliveredAt > noted ? lastDeliveredAt : noted;
}

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
 * The state to be kept where KICC's word is known, and it is left to the app, which has handlers, to settle or correct the revision
 * by it: that is due then. What was settled stays so.
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

/** Whether a person has settled it, of whose word KICC has no proof. */
export function isSettledByPerson({ status, settledBy }: Revision): boolean {
  return isSettled({ status }) && (settledBy === 'withdrawal' || settledBy === 'verdict');
}

/**
 * The state to be written where the journal has lost a revision, or newer states of it: what the process knows, due at once. Until it is
 * settled again, what a person has settled is one that no machine sends.
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
 * The same, where another revision holds the payment by now, of what KICC has carried out: as one that counts as declined, and is due to
 * be corrected.
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

/** The state after a person's verdict. KICC is still asked, as long as it can tell; what it has proved already is not undone. */
export function resolved(revision: Revision, verdict: ReviseVerdict): Revision {
  const { verdict: status, at } = verdict;
  // A refusal disproves nothing: it may be the duplicate of what was carried out.
  const disproved = status === 'declined' && revision.response !== undefined;
  // What came back, or is said to have, was accepted all the same: a person knows where the money is now.
  const { completion, disputed, ambiguous } = revision;
  const isOfMoney = attentionOf(revision) === 'bounced' || disputed || (ambiguous && completion !== undefined);
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

/** Why a person has to look at a revision, beside that it is `escalated`. What is `unreadable` may be open. */
export type Attention =
  'bounced' | 'contradicted' | 'disputed' | 'corrected' | 'doubled' | 'unreviewed' | 'ambiguous' | 'unreadable';

/** Why a person has to look at a revision, beside that it is `escalated`; `undefined` where nobody has to. */
export function attentionOf(revision: Revision): Attention | undefined {
  const { contradicted, completion, disputed, settledBy, corrected, doubled, unreviewed, ambiguous } = revision;
  if (revision.unreadable) return 'unreadable';
  if (doubled) return 'doubled';
  if (corrected) return 'corrected';
  if (contradicted) return 'contradicted';
  if (completion === 'bounced' && settledBy !== 'verdict') return 'bounced';
  if (disputed) return 'disputed';
  if (ambiguous) return 'ambiguous';
  return unreviewed ? 'unreviewed' : undefined;
}

/**
 * Why nothing else of its kind may be done to a revision's payment: its outcome is open; it is declined, but under review; the shop
 * does not know yet that it was corrected; or its row in the journal cannot be read, so nobody knows what it did.
 */
export type Hold = 'open' | 'review' | 'corrected' | 'unreadable';

/** Why a revision holds its payment; `undefined` where it does not. */
export function holdOf(revision: Revision): Hold | undefined {
  if (revision.unreadable) return 'unreadable';
  if (!isSettled(revision)) return 'open';
  if (revision.corrected) return 'corrected';
  const isOwed = isUnderReview(revision) || revision.unreviewed === true;
  return isOwed && ofPart(revision) !== undefined ? 'review' : undefined;
}

/**
 * Whether a revision's payment can take another change beside it. Of two where one is of the whole payment, KICC carries out what is
 * left to be given back, and no more; so those do not wait for a review.
 */
export function holdsBack(revision: Revision, newcomer: Pick<Revision, 'request'>): boolean {
  const hold = holdOf(revision);
  return hold === 'review' ? ofPart(revision) === ofPart(newcomer) : hold !== undefined;
}

/** What can be done to one payment more than once, or by mistake twice: giving back a part, or the capture. */
function ofPart({ request }: Pick<Revision, 'request'>): 'part' | 'capture' | undefined {
  if (isPartial(request)) return 'part';
  return request.reviseTypeCode === '20' ? 'capture' : undefined;
}

/** Whether a decline waits for KICC to be asked once more. An older version, which knows no reviews, may have ended it. */
export function isUnderReview({ status, reviewUntil, unreviewed, nextCheckAt }: Revision): boolean {
  return status === 'declined' && reviewUntil !== undefined && !unreviewed && nextCheckAt !== undefined;
}

/**
 * The state after it was taken back, which is possible only while provably nothing has left, as far as this journal knows: so it is
 * under review as a refusal is.
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

/** The line that some evidence leaves in the trail. */
export function trailEntry(
  event: 'delivery' | 'resend' | 'query' | 'interrupted' | 'notification',
  evidence: Evidence,
  status: RevisionStatus,
  at: Date,
  cancelReqDate?: string,
): TrailEntry {
  const answer =
    evidence.kind === 'answer' ? evidence.response : evidence.kind === 'queryAnswer' ? evidence.transaction : undefined;
  const seen = observed(evidence);
  return Object.freeze({
    at,
    event,
    ...(cancelReqDate === undefined ? {} : { cancelReqDate }),
    ...(seen === undefined ? {} : { observed: seen }),
    ...(answer ? { resCd: answer.resCd } : {}),
    ...('httpStatus' in evidence ? { httpStatus: evidence.httpStatus } : {}),
    status,
  } satisfies TrailEntry);
}

/** How far a refund is when KICC answers that it has accepted it. */
function completionOf({ request }: Revision, { statusCode }: ReviseResponse): { readonly completion?: Completion } {
  const completedAs = ruleOf(request)?.completedAs;
  if (completedAs === undefined) return {};
  if (statusCode === TransactionStatus.RefundRejected) return { completion: 'bounced' };
  return { completion: statusCode === completedAs ? 'completed' : 'pending' };
}

/**
 * KRW that a revision gave back, by KICC's answer where there is one, whatever a person decided; `undefined` where nothing
 * tells how much (a full cancel that succeeded by a person's verdict).
 */
export function amountGivenBack({ status, response, second, request, completion }: Revision): number | undefined {
  if (ruleOf(request)?.givesBack === false || completion === 'bounced') return 0;
  if (status !== 'succeeded' && !response) return 0;
  const amount = response?.cancelAmount ?? request.amount;
  return amount === undefined || !second ? amount : amount + (second.cancelAmount ?? amount);
}

/** A word or two for what was seen. */
function observed(evidence: Evidence): string | undefined {
  switch (evidence.kind) {
    case 'due':
    case 'notification':
      return undefined;
    case 'undelivered':
    case 'noAnswer':
    case 'queryFailed':
      return evidence.detail === undefined ? evidence.reason : `${evidence.reason} (${evidence.detail})`;
    case 'answer':
    case 'queryAnswer':
      return evidence.contradicted.length > 0 ? `echo mismatch: ${evidence.contradicted.join(', ')}` : 'answer';
    case 'unusableAnswer':
    case 'badRequest':
      return evidence.kind;
  }
}
