import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { windowEnd } from '../revise/decide.js';
import { attentionOf, isSettled, lease, type Revision } from '../revise/revision.js';
import { guardPayment } from './payment-guard.js';
import { ReviseJournal, type DueClaim, type OpenRevisions } from './revise-journal.js';

/**
 * Keeps revisions in this process's memory. The default, good for development and tests: what it holds is gone with the
 * process, and two processes share nothing.
 */
export class MemoryReviseJournal extends ReviseJournal {
  override readonly durable = false;
  readonly #revisions = new Map<string, Revision>();
  /** The keys of a payment's revisions. */
  readonly #ofPayment = new Map<string, readonly string[]>();
  /** The keys of what is open, or to be looked at again. */
  readonly #live = new Set<string>();

  // Nothing awaits in here: JavaScript's run-to-completion is what makes each method atomic.

  override open(revision: Revision, transaction?: object): Promise<{ revision: Revision; opened: boolean }> {
    return settled(() => {
      if (transaction !== undefined) {
        const remedy = 'Use the TypeOrmReviseJournal, or call revise().';
        throw new KiccValidationError([violation('transaction', 'type', 'is none that a journal in memory knows.', remedy)]);
      }
      const key = keyOf(revision.mallId, revision.shopTransactionId);
      const existing = this.#revisions.get(key);
      if (existing) return { revision: existing, opened: false };
      guardPayment(revision, this.revisionsOf(revision));
      this.put(key, revision);
      const payment = keyOf(revision.mallId, revision.pgCno);
      this.#ofPayment.set(payment, [...(this.#ofPayment.get(payment) ?? []), key]);
      return { revision, opened: true };
    });
  }

  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return settled(() => this.#revisions.get(keyOf(mallId, shopTransactionId)));
  }

  override ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return settled(() => this.revisionsOf({ mallId, pgCno }));
  }

  override save(revision: Revision): Promise<boolean> {
    return settled(() => {
      const key = keyOf(revision.mallId, revision.shopTransactionId);
      if (this.#revisions.get(key)?.version !== revision.version - 1) return false;
      this.put(key, revision);
      return true;
    });
  }

  override claimDue({ mallIds, now, leaseUntil, limit }: DueClaim): Promise<readonly Revision[]> {
    return settled(() => {
      const due = this.live(mallIds).flatMap(([key, revision]) => {
        const at = revision.nextCheckAt?.getTime() ?? Infinity;
        return at <= now.getTime() ? [{ key, revision, at }] : [];
      });
      due.sort((one, other) => one.at - other.at);
      return due.slice(0, limit).map(({ key, revision }) => {
        const claimed = Object.freeze({ ...lease(revision, leaseUntil), version: revision.version + 1 });
        this.put(key, claimed);
        return claimed;
      });
    });
  }

  override openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return settled(() => {
      const byStatus = { accepted: 0, sending: 0, unknown: 0, escalated: 0 };
      let oldest: Date | undefined;
      let nearest: Date | undefined;
      for (const [, { status, acceptedAt, cancelReqDate }] of this.live(mallIds)) {
        if (status === 'succeeded' || status === 'declined') continue;
        byStatus[status]++;
        if (oldest === undefined || acceptedAt < oldest) oldest = acceptedAt;
        if (status === 'accepted') continue;
        const ends = windowEnd({ cancelReqDate });
        if (nearest === undefined || ends < nearest) nearest = ends;
      }
      const attention = { bounced: 0, contradicted: 0, disputed: 0 };
      for (const revision of this.#revisions.values()) {
        const why = mallIds.includes(revision.mallId) ? attentionOf(revision) : undefined;
        if (why) attention[why]++;
      }
      return {
        byStatus,
        attention,
        ...(oldest ? { oldestSince: oldest } : {}),
        ...(nearest ? { nearestWindowEnd: nearest } : {}),
      };
    });
  }

  private put(key: string, revision: Revision): void {
    this.#revisions.set(key, revision);
    if (isSettled(revision) && revision.nextCheckAt === undefined) this.#live.delete(key);
    else this.#live.add(key);
  }

  private live(mallIds: readonly string[]): [string, Revision][] {
    return [...this.#live].flatMap((key) => {
      const revision = this.#revisions.get(key);
      return revision && mallIds.includes(revision.mallId) ? [[key, revision] as [string, Revision]] : [];
    });
  }

  private revisionsOf({ mallId, pgCno }: Pick<Revision, 'mallId' | 'pgCno'>): Revision[] {
    const keys = this.#ofPayment.get(keyOf(mallId, pgCno)) ?? [];
    return keys.flatMap((key) => this.#revisions.get(key) ?? []);
  }
}

function keyOf(mallId: string, id: string): string {
  // Neither may hold a `|`: KICC blocks it.
  return `${mallId}|${id}`;
}

/** A promise that is kept, or broken, at once. */
function settled<T>(run: () => T): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
