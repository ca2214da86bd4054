import { Logger } from '@nestjs/common';
import { timeOr } from '../gateway/kicc-clock.js';
import { isDone, type BulkRow, type BulkStatus } from '../journal/bulk.js';
import type { ClaimedRow } from '../journal/revise-bulk-store.js';
import { KiccError } from '../protocol/kicc-error.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import type { RevisePaymentService } from '../revise/revise-payment.service.js';
import { nameOfError } from '../revision/foreign-error.js';
import { isUnderReview } from '../revision/hold.js';
import { OverRefundError, PaymentBusyError, ReviseConflictError, UnreadableRevisionError } from '../revision/revise.errors.js';
import type { Revision } from '../revision/revision.js';
import { RevisionStateError } from '../revision/revision.errors.js';
import type { RequestSeal, SealedRequest } from '../revision/sealed-request.js';

/** What becomes of a row that was run; with a pause, ms, it is due again. */
export type RowEnd = Pick<BulkRow, 'state' | 'error'> & { readonly pauseMs?: number };

/** Pauses before an outcome that is open, or under review, is looked up again, ms; the last repeats. */
const LOOK_UP_MS = [2_000, 5_000, 15_000, 60_000, 300_000];
/** Pauses before a payment that was busy is tried again, ms; and how often it is, which is an hour or so. */
const BUSY_MS = [1_000, 2_000, 5_000, 15_000, 60_000];
const BUSY_TRIES = 65;
/** Before what failed for another reason is tried again, ms. */
const TROUBLE_MS = 5_000;

const WITHOUT_KEY =
  'A row of a bulk cannot be run: the key is gone under which its personal data was encrypted. Put it back into personalDataKeys.';

/** Runs a row, or looks up what became of it, and says where it stands then. */
export class RowRun {
  readonly #logger = new Logger('ReviseBulkService');

  constructor(
    private readonly payments: RevisePaymentService,
    private readonly statusOf: (bulkId: string) => Promise<BulkStatus | undefined>,
    private readonly seal: RequestSeal,
    private readonly now: () => Date,
  ) {}

  /**
   * Never rejects.
   * @param isFresh whether its bulk was seen to run just now.
   */
  async run({ row, before }: ClaimedRow, isFresh: boolean): Promise<RowEnd> {
    const { bulkId, mallId, shopTransactionId, attempts } = row;
    try {
      if (before !== 'pending') {
        const revision = await this.payments.find(shopTransactionId, mallId);
        if (revision) return this.ended(await this.takenBack(bulkId, revision), attempts);
        if (isDone(before)) return { state: before };
        // The journal has lost it, or it was purged: sent again, it might be made twice.
        if (before === 'unknown') return { state: 'escalated' };
      }
      // Nothing of it was sent: its process died before, or it waits for its turn.
      const status = before === 'pending' && isFresh ? 'running' : await this.statusOf(bulkId);
      if (status === 'paused') return { state: 'pending', pauseMs: 0 };
      if (status !== 'running') return { state: 'cancelled' };
      const request = this.seal.open(row as SealedRequest);
      if (!request) {
        this.#logger.error(`${WITHOUT_KEY} It is tried again.`);
        return { state: 'started', pauseMs: TROUBLE_MS };
      }
      const { revision } = await this.payments.revise(request);
      return this.ended(await this.takenBack(bulkId, revision), 0);
    } catch (error) {
      return this.failed(error, row);
    }
  }

  /** Withdraws what a cancelled bulk could not send yet. */
  private async takenBack(bulkId: string, revision: Revision): Promise<Revision> {
    if (revision.status !== 'accepted' || (await this.statusOf(bulkId)) !== 'cancelled') return revision;
    const { shopTransactionId, mallId } = revision;
    try {
      return await this.payments.withdraw(shopTransactionId, mallId);
    } catch (error) {
      // It is being sent after all.
      if (error instanceof RevisionStateError) return (await this.payments.find(shopTransactionId, mallId)) ?? revision;
      throw error;
    }
  }

  private ended(revision: Revision, attempts: number): RowEnd {
    const { status, reviewUntil } = revision;
    switch (status) {
      case 'declined':
        if (!isUnderReview(revision)) return { state: status };
        return { state: status, pauseMs: Math.max(this.untilMs(reviewUntil), pause(LOOK_UP_MS, attempts)) };
      case 'succeeded':
      case 'escalated':
        return { state: status };
      case 'accepted':
      case 'sending':
      case 'unknown':
        return { state: 'unknown', pauseMs: pause(LOOK_UP_MS, attempts) };
    }
  }

  private failed(error: unknown, { state, attempts }: BulkRow): RowEnd {
    // The journal has told of it.
    if (error instanceof UnreadableRevisionError) return { state, pauseMs: pause(LOOK_UP_MS, attempts) };
    if (error instanceof PaymentBusyError && attempts < BUSY_TRIES) {
      return { state: 'pending', pauseMs: Math.max(this.untilMs(error.until), pause(BUSY_MS, attempts)) };
    }
    if (
      error instanceof PaymentBusyError ||
      error instanceof KiccValidationError ||
      error instanceof ReviseConflictError ||
      error instanceof OverRefundError
    ) {
      const { code, message }: KiccError = error;
      return { state: 'refused', error: { code, message } };
    }
    this.#logger.warn(`A row of a bulk could not be run (${nameOfError(error)}); tried again.`);
    return { state: 'started', pauseMs: TROUBLE_MS };
  }

  /** How long it is until then, ms; 0 where no time tells. */
  private untilMs(time: Date | undefined): number {
    return time ? Math.max(0, time.getTime() - timeOr(this.now, time).getTime()) : 0;
  }
}

function pause(pauses: readonly number[], attempts: number): number {
  return pauses[Math.min(attempts, pauses.length - 1)] ?? 0;
}
