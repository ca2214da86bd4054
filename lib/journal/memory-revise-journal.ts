import { isOpen, type Revision } from '../revise/revision.js';
import { OverRefundError, PaymentBusyError } from './journal.errors.js';
import { ReviseJournal } from './revise-journal.js';

/**
 * Keeps revisions in this process's memory. The default, good for development and tests: what it holds is gone with the
 * process, and two processes share nothing.
 */
export class MemoryReviseJournal extends ReviseJournal {
  override readonly durable = false;
  readonly #revisions = new Map<string, Revision>();
  /** The keys of a payment's revisions. */
  readonly #ofPayment = new Map<string, Set<string>>();

  // Nothing awaits in here: JavaScript's run-to-completion is what makes each method atomic.

  override open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
    return settled(() => {
      const key = keyOf(revision.mallId, revision.shopTransactionId);
      const existing = this.#revisions.get(key);
      if (existing) return { revision: existing, opened: false };
      this.guardPayment(revision);
      this.#revisions.set(key, revision);
      const payment = keyOf(revision.mallId, revision.pgCno);
      this.#ofPayment.set(payment, (this.#ofPayment.get(payment) ?? new Set()).add(key));
      return { revision, opened: true };
    });
  }

  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return settled(() => this.#revisions.get(keyOf(mallId, shopTransactionId)));
  }

  override save(revision: Revision): Promise<boolean> {
    return settled(() => {
      const key = keyOf(revision.mallId, revision.shopTransactionId);
      if (this.#revisions.get(key)?.version !== revision.version - 1) return false;
      this.#revisions.set(key, revision);
      return true;
    });
  }

  private guardPayment({ mallId, pgCno, request }: Revision): void {
    const others = [...(this.#ofPayment.get(keyOf(mallId, pgCno)) ?? [])].flatMap((key) => this.#revisions.get(key) ?? []);
    const open = others.find(isOpen);
    if (open) throw new PaymentBusyError(open);
    const told = [...others.map((other) => other.request.approvedAmount), request.approvedAmount];
    const approvedAmount = told.findLast((amount) => amount !== undefined);
    if (approvedAmount === undefined || request.amount === undefined) return;
    const refunded = others.reduce((sum, { response }) => sum + (response?.cancelAmount ?? 0), 0);
    if (refunded + request.amount > approvedAmount) {
      throw new OverRefundError(pgCno, request.amount, refunded, approvedAmount);
    }
  }
}

function keyOf(mallId: string, id: string): string {
  // Neither may hold a `|`: KICC blocks it.
  return `${mallId}|${id}`;
}

/** A promise that is kept, or broken, at once. */
function settled<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => resolve(run()));
}
