import { inspect } from 'node:util';
import { KiccError } from '../protocol/kicc-error.js';
import { holdOf, type Hold } from './hold.js';
import type { Revision } from './revision.js';

/** This `shopTransactionId` already stands for another request. Nothing was sent. */
export class ReviseConflictError extends KiccError {
  static readonly code = 'KICC_REVISE_CONFLICT';
  readonly code = ReviseConflictError.code;
  readonly shopTransactionId: string;

  constructor(
    existing: Revision,
    /** The fields in which the two requests differ. */
    readonly fields: readonly string[],
  ) {
    super(
      `shopTransactionId ${inspect(existing.shopTransactionId)} already stands for another request (it differs in ` +
        `${fields.join(', ')}). Repeat a request to the letter, or take a new id for a new cancellation.`,
    );
    this.shopTransactionId = existing.shopTransactionId;
  }

  protected override details(): Record<string, unknown> {
    return { shopTransactionId: this.shopTransactionId, fields: this.fields };
  }
}

/**
 * The journal could not be read or written. Nothing was sent by this call. Where the call was to cancel something, it is not
 * known whether the revision was taken in: repeat the request under the same id, to the letter, and take no new one.
 */
export class ReviseJournalError extends KiccError {
  static readonly code = 'KICC_REVISE_JOURNAL';
  readonly code = ReviseJournalError.code;

  constructor(
    /** What the call was about; absent where it was about all. */
    readonly shopTransactionId: string | undefined,
    /** The kind of error that the journal threw, as its words may hold personal data; of a `NoConnectionError`, those too. */
    readonly reason: string,
    /** Whether the call was to take a revision in, and may have. */
    readonly mayBeTakenIn: boolean,
    message = mayBeTakenIn
      ? `The journal failed (${reason}). Whether revision ${inspect(shopTransactionId)} was taken in is not known: once the ` +
        'journal works again, repeat the call under the same shopTransactionId.'
      : `The journal failed (${reason}). Nothing was sent: call again once the journal works.`,
  ) {
    super(message);
  }

  protected override details(): Record<string, unknown> {
    return { shopTransactionId: this.shopTransactionId, reason: this.reason, mayBeTakenIn: this.mayBeTakenIn };
  }
}

/**
 * The journal holds this revision, but its row cannot be read. Nothing was sent, and its payment takes nothing new, until
 * somebody has mended the row: see the runbook in docs/production.md.
 */
export class UnreadableRevisionError extends ReviseJournalError {
  constructor(
    /** What the row's columns tell of it; see `Revision.unreadable`. */
    readonly revision: Revision,
    /** What cannot be read, as a path: `state.trail`. */
    readonly field: string,
  ) {
    const { mallId, shopTransactionId } = revision;
    super(
      shopTransactionId,
      `${field} cannot be read`,
      false,
      `The journal's row of revision ${inspect(shopTransactionId)} of mall ${inspect(mallId)} cannot be read (${field}). Nothing was ` +
        'sent. Have the row mended, as the runbook in docs/production.md says; do not refund anew before.',
    );
  }
}

/**
 * A handler of the shop's that runs as a part of settling a revision failed, so the revision is not settled, and nothing of
 * what the handler did in the transaction is left. The outcome itself is known, and stays so: it is tried again.
 */
export class SettledHandlerError extends KiccError {
  static readonly code = 'KICC_SETTLED_HANDLER';
  readonly code = SettledHandlerError.code;
  readonly shopTransactionId: string;

  constructor(
    { shopTransactionId, status }: Revision,
    /** Which one: `Class.method`. */
    readonly handler: string,
    /** The kind of error that it threw; its words may hold personal data. */
    readonly reason: string,
  ) {
    super(
      `${handler} failed (${reason}) when revision ${inspect(shopTransactionId)} was to be settled as ${status}: it is ` +
        'not. Mend the handler. What KICC said is kept and settled later; a withdrawal or a verdict has to be repeated.',
    );
    this.shopTransactionId = shopTransactionId;
  }

  protected override details(): Record<string, unknown> {
    return { shopTransactionId: this.shopTransactionId, handler: this.handler, reason: this.reason };
  }
}

/** What else can be done about an open revision than to wait. */
const WAYS_OUT: Partial<Record<Revision['status'], string>> = {
  accepted: 'Nothing of it has left yet: withdraw() it, or wait until its outcome is known, then ask again.',
  escalated: 'No machine can find out its outcome: look into the merchant console and resolve() it, then ask again.',
};

/**
 * Another revision holds this payment, see `because`: it is open; it was declined, and is under review `until` KICC has been
 * asked once more; it was corrected, and the shop does not know yet; or its row cannot be read. One at a time. Nothing was
 * sent.
 *
 * One that was recorded in a transaction which is still under way holds it too, as `'open'`; of that, nothing else is known.
 */
export class PaymentBusyError extends KiccError {
  static readonly code = 'KICC_PAYMENT_BUSY';
  readonly code = PaymentBusyError.code;
  readonly pgCno: string;
  /** The `shopTransactionId` of the revision that holds it; absent where that is not committed yet. */
  readonly openShopTransactionId: string | undefined;
  /** When that was taken in; absent where it is not committed yet. */
  readonly since: Date | undefined;
  /** Why it holds the payment. */
  readonly because: Hold;
  /** When it is worth asking again: when KICC is asked for the review. Absent where no time tells. */
  readonly until: Date | undefined;

  /** @param holder what holds it, or, where that is not committed and so cannot be seen, the payment alone. */
  constructor(holder: Revision | Pick<Revision, 'pgCno'>) {
    if (!('shopTransactionId' in holder)) {
      super(
        `Payment ${inspect(holder.pgCno)} is in use by a transaction that is still under way, as one in which a refund of it was ` +
          'recorded. End that transaction, then ask again.',
      );
      this.pgCno = holder.pgCno;
      this.because = 'open';
      return;
    }
    const because = holdOf(holder) ?? 'open';
    // While KICC is being asked, the answer is near.
    const asks = holder.leaseUntil ? holder.reviewUntil : holder.nextCheckAt;
    const until = because === 'review' && !holder.unreviewed ? asks : undefined;
    super(`Payment ${inspect(holder.pgCno)} ${HOLDS[because](holder, until)}`);
    this.pgCno = holder.pgCno;
    this.openShopTransactionId = holder.shopTransactionId;
    this.since = holder.acceptedAt;
    this.because = because;
    this.until = until;
  }

  protected override details(): Record<string, unknown> {
    const { pgCno, openShopTransactionId, since, because, until } = this;
    const known = openShopTransactionId === undefined ? {} : { openShopTransactionId, since };
    return { pgCno, ...known, because, ...(until ? { until } : {}) };
  }
}

/** What is said of a payment that is held. */
const HOLDS: Record<Hold, (holder: Revision, until: Date | undefined) => string> = {
  open: ({ shopTransactionId, status, acceptedAt }) =>
    `already has an open revision, ${inspect(shopTransactionId)} (${status}, since ${acceptedAt.toISOString()}). ` +
    (WAYS_OUT[status] ?? 'Wait until its outcome is known, then ask again.'),
  review: ({ shopTransactionId }, until) =>
    `waits for the review of revision ${inspect(shopTransactionId)}, which was declined: ` +
    (until
      ? `KICC is asked once more whether it carried that out. Ask again after ${until.toISOString()}.`
      : 'KICC could not be asked once more. Look into the merchant console and resolve() it, then ask again.'),
  corrected: ({ shopTransactionId }) =>
    `waits until you know that revision ${inspect(shopTransactionId)}, which counted as declined, was carried out after all. See whether ` +
    'this refund is still wanted, resolve() that one, then ask again.',
  unreadable: ({ shopTransactionId }) =>
    `has revision ${inspect(shopTransactionId)}, whose row in the journal cannot be read, so what it did is not known. Have the row mended, ` +
    'as the runbook in docs/production.md says, then ask again.',
};

/** More would go back than was approved. Nothing was sent. */
export class OverRefundError extends KiccError {
  static readonly code = 'KICC_OVER_REFUND';
  readonly code = OverRefundError.code;

  constructor(
    readonly pgCno: string,
    /** KRW asked for now. */
    readonly amount: number,
    /** KRW that went back already. */
    readonly refunded: number,
    /** KRW the payment was approved for. */
    readonly approvedAmount: number,
  ) {
    super(
      `Payment ${inspect(pgCno)} was approved for ${approvedAmount} won and ${refunded} won went back already: ` +
        `${amount} won more would be too much. Cancel at most ${Math.max(0, approvedAmount - refunded)} won.`,
    );
  }

  protected override details(): Record<string, unknown> {
    return { pgCno: this.pgCno, amount: this.amount, refunded: this.refunded, approvedAmount: this.approvedAmount };
  }
}
