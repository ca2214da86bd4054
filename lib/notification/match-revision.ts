import { SUCCESS, TransactionStatus } from '../protocol/codes.js';
import { fromKoreanDateTime } from '../protocol/korean-date.js';
import { NotiType, type KiccNotification } from '../protocol/notification.js';
import { isEscrow, isPartial, ruleOf } from '../protocol/revise-rules.js';
import type { UndeliveredReason } from '../revision/kicc-delivery.error.js';
import { mayHaveArrived, type Completion, type Revision, type TrailEntry } from '../revision/revision.js';

/** What a notification says of a revision. */
export type NotifiedNews =
  /** It was carried out. */
  | 'carriedOut'
  /** What became of the refund that it is. */
  | Completion;

/** What is gone by, beside the revisions themselves. */
export interface Sight {
  readonly now: Date;
  /** KICC's clock less this host's, ms, as far as it is known. */
  readonly aheadMs: number;
  /** Time limit of one attempt, ms: for as long KICC may be at work on it. */
  readonly timeoutMs: number;
}

/** The types that may be about a revision; the others are about approvals and deposits. */
const OF_REVISIONS: readonly string[] = [NotiType.Change, NotiType.Escrow, NotiType.RefundCompleted, NotiType.RefundBounced];
const CAPTURED: readonly string[] = [TransactionStatus.CaptureRequested, TransactionStatus.Captured];
/** States that no cancel, capture or refund leads to. */
const BEFORE_CHANGES: readonly string[] = [
  TransactionStatus.Approved,
  TransactionStatus.DepositAwaited,
  TransactionStatus.Deposited,
];
/** What a line of the trail shows of an attempt of which nothing left. */
const LEFT_NOTHING: Readonly<Record<UndeliveredReason, true>> = {
  dns: true,
  refused: true,
  tls: true,
  connectTimeout: true,
  unreachable: true,
  connectionGone: true,
  late: true,
  signer: true,
  personalDataKey: true,
  journal: true,
  clocks: true,
};

/** How far clocks may differ all the same, ms: as far as the README asks of a shop's. */
const CLOCKS_MS = 60_000;

/** Whether a notification tells of a change of a payment, so that some revision ought to be behind it. */
export function isOfChange({ notiType, cancelPgCno }: KiccNotification): boolean {
  return OF_REVISIONS.includes(notiType) && (notiType !== NotiType.Escrow || cancelPgCno !== undefined);
}

/** What tells a notification from others of its type. */
export function nameOf({
  cancelPgCno,
  cancelDate,
  transactionDate,
  cancelAmount,
  amount,
  statusCode,
}: KiccNotification): string {
  return cancelPgCno ?? ['at', cancelDate ?? transactionDate, cancelAmount ?? amount, statusCode].filter(isThere).join(' ');
}

/** What a notification says of a revision that it is of. */
export function newsOf({ notiType, statusCode }: KiccNotification, { request }: Revision): NotifiedNews {
  const completedAs = ruleOf(request)?.completedAs;
  if (completedAs === undefined) return 'carriedOut';
  if (notiType === NotiType.RefundBounced || statusCode === TransactionStatus.RefundRejected) return 'bounced';
  return notiType === NotiType.RefundCompleted || statusCode === completedAs ? 'completed' : 'carriedOut';
}

/** The revision that a notification is of beyond doubt: it names KICC's id of that, or is one that was known to be of it. */
export function revisionNamedBy(notification: KiccNotification, ofPayment: readonly Revision[]): Revision | undefined {
  if (!tellsOfRevision(notification)) return undefined;
  return ofPayment.find((revision) => {
    return namesId(notification, revision) || revision.notified?.[notification.notiType] === nameOf(notification);
  });
}

/** Whether a notification names an id of KICC's that is known to be of a revision, and says nothing else against that. */
export function namesId(notification: KiccNotification, revision: Revision): boolean {
  const { cancelPgCno, cancelAmount } = notification;
  if (cancelPgCno === undefined || !idsOf(revision).includes(cancelPgCno)) return false;
  const isOfAmount = [undefined, revision.response?.cancelAmount ?? cancelAmount, revision.request.amount].includes(
    cancelAmount,
  );
  return isOfAmount && fitsKind(notification, revision);
}

/**
 * Whether a notification that names no revision can be of this one: it was sent, no other of its type is of it, and amount,
 * kind and time are such that one of its own deliveries can have caused it. Pure.
 */
export function canBeOf(notification: KiccNotification, revision: Revision, sight: Sight): boolean {
  const { notiType, cancelPgCno } = notification;
  if (!tellsOfRevision(notification) || !mayHaveArrived(revision)) return false;
  if (revision.notified?.[notiType] !== undefined || (cancelPgCno !== undefined && idsOf(revision).length > 0)) return false;
  const isOfWhole = isPartial(revision.request) || notiType !== NotiType.Change || leavesNothing(notification);
  const fits = isOfWhole && fitsKind(notification, revision) && fitsAmount(notification, revision);
  return fits && fitsTime(notification, revision, sight);
}

/** Whether it is of a type that tells of revisions, and of a success; why money came back, the code of a bounce says. */
function tellsOfRevision({ notiType, resCd = SUCCESS }: KiccNotification): boolean {
  return OF_REVISIONS.includes(notiType) && (resCd === SUCCESS || notiType === NotiType.RefundBounced);
}

/** The `cancelPgCno`s that are known to be of a revision. */
function idsOf({ response, second, notified = {} }: Revision): string[] {
  const told = Object.values(notified).filter((name) => !name.startsWith('at '));
  return [response?.cancelPgCno, second?.cancelPgCno, ...told].filter(isThere);
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function fitsKind(notification: KiccNotification, { request }: Revision): boolean {
  const { notiType, statusCode } = notification;
  const { reviseSubTypeCode } = request;
  const completedAs = ruleOf(request)?.completedAs;
  switch (notiType) {
    case NotiType.RefundCompleted:
    case NotiType.RefundBounced:
      return completedAs !== undefined;
    case NotiType.Escrow: {
      if (!isEscrow(request)) return false;
      // The issue of an account that nobody has paid into ends by ES02.
      const reached = [reviseSubTypeCode, completedAs, reviseSubTypeCode === 'ES02' ? 'ES17' : undefined];
      return statusCode === undefined || reached.includes(statusCode);
    }
    default:
      return !isEscrow(request) && (statusCode === undefined || isReachedBy(request, statusCode));
  }
}

/** Whether a change that is none of an escrow payment may leave a payment in some state. */
function isReachedBy(request: Revision['request'], statusCode: string): boolean {
  // Only of a refund money is on its way, or was rejected.
  const isRefunds = statusCode.startsWith('RF') && ruleOf(request)?.completedAs === undefined;
  const isOfKind = CAPTURED.includes(statusCode) === (request.reviseTypeCode === '20');
  return isOfKind && !isRefunds && !BEFORE_CHANGES.includes(statusCode);
}

/** Whether a change of a payment was of all that was left of it, as far as its balance, its state or its amounts tell. */
function leavesNothing({ cancelRemainAmount, statusCode, amount, cancelAmount }: KiccNotification): boolean {
  if (statusCode !== undefined && CAPTURED.includes(statusCode)) return true;
  if (cancelRemainAmount !== undefined) return cancelRemainAmount === 0;
  const isWhole = amount === cancelAmount || cancelAmount === undefined;
  return isWhole || (statusCode !== undefined && statusCode !== TransactionStatus.PartiallyCancelled);
}

function fitsAmount(notification: KiccNotification, { request, response }: Revision): boolean {
  const { cancelAmount, cancelCouponAmount = 0, cancelRemainAmount = 0, amount } = notification;
  const told = cancelAmount ?? amount;
  // No more than the payment was can have gone back, and be left; a coupon may count in one of the two alone.
  const most = (amount ?? Infinity) + cancelCouponAmount;
  if (cancelAmount !== undefined && cancelAmount + cancelRemainAmount > most) return false;
  if (isPartial(request)) return told === request.amount;
  // A change of the whole payment names no amount, and one of an escrow payment is told with that of the payment.
  return isEscrow(request) || told === undefined || told === (response?.cancelAmount ?? told);
}

function fitsTime(notification: KiccNotification, revision: Revision, sight: Sight): boolean {
  const { notiType, pgCno, cancelPgCno, cancelDate, transactionDate } = notification;
  const told = fromKoreanDateTime(cancelDate ?? transactionDate ?? '');
  const named = timeIn(cancelPgCno);
  // An id of KICC's tells when it was made, where its others do.
  if (cancelPgCno !== undefined && timeIn(pgCno) && !named) return false;
  if (newsOf(notification, revision) === 'carriedOut' || notiType === NotiType.Change) {
    if (!told || (named && Math.abs(named.getTime() - told.getTime()) > CLOCKS_MS)) return false;
    return isOfDelivery(told, revision, sight);
  }
  // Money arrives, or comes back, days later; the id is from when the refund was accepted.
  if (named) return isOfDelivery(named, revision, sight);
  return told === undefined || isBetween(told, revision.firstDeliveredAt, sight);
}

/** The time that an id of KICC's begins with, as far as seen `yyMMddHHmmss` KST and eight digits more. */
function timeIn(id: string | undefined): Date | undefined {
  return id !== undefined && /^\d{20}$/.test(id) ? fromKoreanDateTime(`20${id.slice(0, 12)}`) : undefined;
}

/** Whether KICC can have carried out one of a revision's deliveries at a time: from its beginning until its time-out. */
function isOfDelivery(kiccs: Date, revision: Revision, sight: Sight): boolean {
  const { firstDeliveredAt, lastDeliveredAt, trail } = revision;
  const tried = trail.filter(isAttemptThatLeft).map(({ at }) => at);
  const at = kiccs.getTime() - sight.aheadMs;
  const isNear = [firstDeliveredAt, lastDeliveredAt, ...tried].some((time) => {
    return time !== undefined && Math.abs(at - time.getTime()) <= sight.timeoutMs + CLOCKS_MS;
  });
  return isNear && isBetween(kiccs, firstDeliveredAt, sight);
}

function isAttemptThatLeft({ event, observed = '' }: TrailEntry): boolean {
  return (event === 'delivery' || event === 'resend') && !(observed.split(' ', 1).join('') in LEFT_NOTHING);
}

function isBetween(kiccs: Date, from: Date | undefined, { now, aheadMs }: Sight): boolean {
  const at = kiccs.getTime() - aheadMs;
  return from !== undefined && at >= from.getTime() - CLOCKS_MS && at <= now.getTime() + CLOCKS_MS;
}
