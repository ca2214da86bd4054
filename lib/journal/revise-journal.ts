import type { Revision } from '../revise/revision.js';

/**
 * Where revisions are kept, and what decides what happened. The port for a journal of your own, and its injection token.
 *
 * A revision is in the journal before any byte of it leaves. Every method is atomic against every other, in every process
 * that shares the journal. What is given back must be a `Revision` whole: dates as `Date`, and `request` and `response` to the
 * letter. A revision is open until it has `succeeded` or `declined`.
 */
export abstract class ReviseJournal {
  /** Whether what is written survives the process. */
  abstract readonly durable: boolean;

  /**
   * Takes in a revision, or returns the one that already stands under its (`mallId`, `shopTransactionId`).
   *
   * The first of two simultaneous calls with one id wins, and both get its revision. A new revision is refused while another
   * of the same payment (`mallId`, `pgCno`) is open, or where its `amount` and what its payment's succeeded revisions cancelled
   * (`response.cancelAmount`) exceed the `approvedAmount` that was told last. A new one comes as `sending`: its first delivery
   * follows at once.
   * @throws {PaymentBusyError} another revision of this payment is open.
   * @throws {OverRefundError} succeeded and new amounts together would exceed `approvedAmount`.
   */
  abstract open(revision: Revision): Promise<{ readonly revision: Revision; readonly opened: boolean }>;

  /** The revision under an id. */
  abstract find(mallId: string, shopTransactionId: string): Promise<Revision | undefined>;

  /**
   * Writes the next state of a revision if the journal still holds the state before it (`version - 1`).
   * @returns false, having written nothing, if it does not.
   */
  abstract save(revision: Revision): Promise<boolean>;
}
