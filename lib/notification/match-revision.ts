import { fromKoreanDateTime } from '../protocol/korean-date.js';
import { NotiType, type KiccNotification } from '../protocol/notification.js';
import { isPartial, ruleOf } from '../protocol/revise-rules.js';
import { isSettled, mayHaveArrived, type Completion, type Revision } from '../revise/revision.js';

/** What a notification says of a revision. */
export type NotifiedNews =
  /** It was carried out. */
  | 'carriedOut'
  /** What became of the refund that it is. */
  | Completion;

/** A revision that a notification is about, and what it says of it. */
export interface NotifiedRevision {
  readonly revision: Revision;
  readonly news: NotifiedNews;
}

/** The types that may be about a revision; the others are about approvals and deposits. */
const OF_REVISIONS: readonly string[] = [NotiType.Change, NotiType.Escrow, NotiType.RefundCompleted, NotiType.RefundBounced];

/** How far KICC's clock and ours may differ, ms. */
const CLOCKS_MS = 2 * 60_000;

/**
 * The revision that a notification is about: by `cancelPgCno`; else the open one of the payment, by amount and time, and of refunds
 * that were accepted the only one of that amount. Where there is none of these, one that KICC has declined may have been carried out
 * all the same. Pure.
 * @param ofPayment the payment's revisions.
 */
export function matchRevision(
  notification: KiccNotification,
  ofPayment: readonly Revision[],
  now: Date,
): NotifiedRevision | undefined {
  if (!OF_REVISIONS.includes(notification.notiType)) return undefined;
  const { cancelPgCno } = notification;
  const known = cancelPgCno === undefined ? undefined : ofPayment.find(({ response }) => response?.cancelPgCno === cancelPgCno);
  const revision =
    known ??
    openOne(notification, ofPayment, now) ??
    onlyRefund(notification, ofPayment) ??
    escrowRefund(notification, ofPayment) ??
    ofPayment.find((revision) => isDeclinedByKicc(revision) && fits(notification, revision, now));
  if (!revision) return undefined;
  return { revision, news: newsOf(notification, revision) };
}

/** Whether KICC's refusal is all that speaks for a decline: it may have been the duplicate of a delivery that the journal has lost. */
export function isDeclinedByKicc({ status, settledBy }: Pick<Revision, 'status' | 'settledBy'>): boolean {
  return status === 'declined' && settledBy === 'kicc';
}

/** Whether a notification tells of a change of a payment, so that some revision ought to be behind it. */
export function isOfChange({ notiType, cancelPgCno }: KiccNotification): boolean {
  return OF_REVISIONS.includes(notiType) && (notiType !== NotiType.Escrow || cancelPgCno !== undefined);
}

function newsOf({ notiType, statusCode }: KiccNotification, { request }: Revision): NotifiedNews {
  const completedAs = ruleOf(request)?.completedAs;
  if (notiType === NotiType.RefundBounced || statusCode === 'RF03') return completedAs === undefined ? 'carriedOut' : 'bounced';
  if (completedAs === undefined) return 'carriedOut';
  return notiType === NotiType.RefundCompleted || statusCode === completedAs ? 'completed' : 'carriedOut';
}

/** Of a payment, one revision at most is open; a verdict may stand for one of which KICC has not told yet. */
function openOne(notification: KiccNotification, ofPayment: readonly Revision[], now: Date): Revision | undefined {
  return ofPayment.find((revision) => {
    const isUntold = !isSettled(revision) || (revision.settledBy === 'verdict' && !revision.response);
    return isUntold && fits(notification, revision, now);
  });
}

/** Whether a change that a notification tells of can be a revision that was sent. */
function fits(notification: KiccNotification, revision: Revision, now: Date): boolean {
  return mayHaveArrived(revision) && fitsAmount(notification, revision) && fitsTime(notification, revision, now);
}

function onlyRefund(notification: KiccNotification, ofPayment: readonly Revision[]): Revision | undefined {
  const { notiType, cancelPgCno } = notification;
  if (cancelPgCno !== undefined || (notiType !== NotiType.RefundCompleted && notiType !== NotiType.RefundBounced))
    return undefined;
  const [one, ...others] = ofPayment.filter(
    (revision) => revision.completion !== undefined && fitsAmount(notification, revision),
  );
  return others.length === 0 ? one : undefined;
}

/** KICC's word that an escrow refund has arrived is about the one that was asked for. */
function escrowRefund({ notiType, statusCode }: KiccNotification, ofPayment: readonly Revision[]): Revision | undefined {
  if (notiType !== NotiType.Escrow || statusCode === undefined) return undefined;
  return ofPayment.find(({ request, completion }) => completion === 'pending' && ruleOf(request)?.completedAs === statusCode);
}

function fitsAmount({ cancelAmount, amount }: KiccNotification, { request, response }: Revision): boolean {
  const told = cancelAmount ?? amount;
  const asked = isPartial(request) ? request.amount : response?.cancelAmount;
  // A change of the whole payment names no amount, so any fits.
  return asked === undefined ? !isPartial(request) : told === asked;
}

function fitsTime({ cancelDate, transactionDate }: KiccNotification, { firstDeliveredAt }: Revision, now: Date): boolean {
  const at = fromKoreanDateTime(cancelDate ?? transactionDate ?? '')?.getTime();
  if (at === undefined || !firstDeliveredAt) return false;
  return at >= firstDeliveredAt.getTime() - CLOCKS_MS && at <= now.getTime() + CLOCKS_MS;
}
