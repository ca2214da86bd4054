import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { ruleOf } from '../protocol/revise-rules.js';

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
   * What made it known: KICC's own word, its notification (where its query could tell no longer), a person's verdict, or that
   * it was taken back before anything left.
   */
  readonly settledBy?: 'kicc' | 'notification' | 'verdict' | 'withdrawal' | undefined;
  /** KICC's answer, where it proved success. On one that is not settled: a handler of the shop's has failed so far. */
  readonly response?: ReviseResponse | undefined;
  /** Of a refund that `succeeded`: whether the money has arrived. Other changes have none. */
  readonly completion?: Completion | undefined;
  /** KICC's refusal, where it declined. On one that is not settled: as with `response`. */
  readonly refusal?: Refusal | undefined;
  /**
   * KICC's refusal of the first delivery, as long as its query could not be asked whether there is another: it counts only
   * then.
   */
  readonly uncheckedRefusal?: Refusal | undefined;
  /**
   * A decline is under review until then, and until KICC has been asked once more: it may be at work on a delivery that this
   * journal does not know. Absent: no review is owed, or it is over.
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
  /**
   * Of each type (`notiType`) of notification that was found to be of it without naming it, what tells that one from others.
   */
  readonly notified?: Readonly<Record<string, string>> | undefined;
  /**
   * The journal had lost it, and `reconcile()` took it in as KICC proved it: of its request only what names the change is
   * known, so it is told apart from others by that alone.
   */
  readonly reconciled?: boolean | undefined;
  /**
   * Its row in the journal cannot be read. This is made of the row's columns, to be shown and no more: its `request` only names
   * it, and its trail is empty. Nothing is done with it until somebody has mended the row.
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

/** Whether a person has settled it, of whose word KICC has no proof. */
export function isSettledByPerson({ status, settledBy }: Revision): boolean {
  return isSettled({ status }) && (settledBy === 'withdrawal' || settledBy === 'verdict');
}

/** Whether the shop has to hear of a state: by its status, or as a person has found the money with the customer that had come back. */
export function isAnotherOutcome(before: Revision, after: Revision): boolean {
  const isDecided = after.verdict?.at.getTime() !== before.verdict?.at.getTime();
  const isFound = before.completion === 'bounced' && after.completion === 'completed';
  return before.status !== after.status || (isDecided && isFound);
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
 * KRW that a revision gave back, by KICC's answer where there is one, whatever a person decided; `undefined` where nothing
 * tells how much (a full cancel that succeeded by a person's verdict).
 */
export function amountGivenBack({ status, response, second, request, completion }: Revision): number | undefined {
  if (ruleOf(request)?.givesBack === false || completion === 'bounced') return 0;
  if (status !== 'succeeded' && !response) return 0;
  const amount = response?.cancelAmount ?? request.amount;
  return amount === undefined || !second ? amount : amount + (second.cancelAmount ?? amount);
}

/**
 * KRW that a revision is about: what it asked for; where it asked for all, what KICC gave back, or else what the payment was
 * approved for. `undefined` where nothing tells.
 */
export function amountOf({ request, response }: Pick<Revision, 'request' | 'response'>): number | undefined {
  return request.amount ?? response?.cancelAmount ?? request.approvedAmount;
}
