import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { windowEnd } from '../revision/decide.js';
import { guardPayment } from '../revision/payment-guard.js';
import { attentionOf, isSettled, type Revision } from '../revision/revision.js';
import { lease } from '../revision/transitions.js';
import type { OpenOfMall } from './open-of-mall.js';
import { nobody, ReviseJournal, type DueClaim, type OpenRevisions } from './revise-journal.js';
import { TwoLevelMap } from './two-level-map.js';

/**
 * Keeps revisions in this process's memory. The default, good for development and tests: what it holds is gone with the
 * process, and two processes share nothing.
 */
export class MemoryReviseJournal extends ReviseJournal {
  override readonly durable = false;
  readonly #revisions = new TwoLevelMap<Revision>();
  /** The ids of a payment's revisions, by `pgCno`. */
  readonly #ofPayment = new TwoLevelMap<readonly string[]>();
  /** What is open, or to be looked at again. */
  readonly #live = new TwoLevelMap<Revision>();

  // Nothing awaits in here: JavaScript's run-to-completion is what makes each method atomic.

  override open(revision: Revision, transaction?: object): Promise<{ revision: Revision; opened: boolean }> {
    return settled(() => {
      if (transaction !== undefined) {
        const remedy = 'Use the TypeOrmReviseJournal, or call revise().';
        throw new KiccValidationError([violation('transaction', 'type', 'is not one that a journal in memory knows.', remedy)]);
      }
      const { mallId, shopTransactionId, pgCno } = revision;
      const existing = this.#revisions.get(mallId, shopTransactionId);
      if (existing) return { revision: existing, opened: false };
      const others = this.#ofPayment.get(mallId, pgCno) ?? [];
      guardPayment(revision, this.revisions(mallId, others));
      this.put(revision);
      this.#ofPayment.set(mallId, pgCno, [...others, shopTransactionId]);
      return { revision, opened: true };
    });
  }

  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return settled(() => this.#revisions.get(mallId, shopTransactionId));
  }

  override ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return settled(() => this.revisions(mallId, this.#ofPayment.get(mallId, pgCno) ?? []));
  }

  override save(revision: Revision): Promise<boolean> {
    return settled(() => {
      const held = this.#revisions.get(revision.mallId, revision.shopTransactionId);
      if (held?.version !== revision.version - 1) return false;
      if (isSettled(held) && !isSettled(revision)) return false;
      this.put(revision);
      return true;
    });
  }

  override claimDue({ mallIds, now, leaseUntil, limit }: DueClaim): Promise<readonly Revision[]> {
    return settled(() => {
      const due = this.#live.values(mallIds).flatMap((revision) => {
        const at = revision.nextCheckAt?.getTime() ?? Infinity;
        return at <= now.getTime() ? [{ revision, at }] : [];
      });
      due.sort((one, other) => one.at - other.at);
      return due.slice(0, limit).map(({ revision }) => {
        const claimed = Object.freeze({ ...lease(revision, leaseUntil), version: revision.version + 1 });
        this.put(claimed);
        return claimed;
      });
    });
  }

  override openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return settled(() => {
      const byStatus = { accepted: 0, sending: 0, unknown: 0, escalated: 0 };
      let oldest: Date | undefined;
      let nearest: Date | undefined;
      for (const { status, acceptedAt, cancelReqDate } of this.#live.values(mallIds)) {
        if (status === 'succeeded' || status === 'declined') continue;
        byStatus[status]++;
        if (oldest === undefined || acceptedAt < oldest) oldest = acceptedAt;
        if (cancelReqDate === undefined || status === 'accepted') continue;
        const ends = windowEnd({ cancelReqDate });
        if (nearest === undefined || ends < nearest) nearest = ends;
      }
      const attention = nobody();
      for (const revision of this.#revisions.values(mallIds)) {
        const why = isSettled(revision) && attentionOf(revision);
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

  override openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]> {
    return settled(() => {
      const counts = new Map<string, number>();
      for (const { mallId } of this.#live.values()) {
        if (!mallIds.includes(mallId)) counts.set(mallId, (counts.get(mallId) ?? 0) + 1);
      }
      return [...counts].map(([mallId, count]) => ({ mallId, count }));
    });
  }

  private put(revision: Revision): void {
    const { mallId, shopTransactionId } = revision;
    this.#revisions.set(mallId, shopTransactionId, revision);
    if (isSettled(revision) && revision.nextCheckAt === undefined) this.#live.delete(mallId, shopTransactionId);
    else this.#live.set(mallId, shopTransactionId, revision);
  }

  private revisions(mallId: string, ids: readonly string[]): Revision[] {
    return ids.flatMap((id) => this.#revisions.get(mallId, id) ?? []);
  }
}

/** A promise that is kept, or broken, at once. */
function settled<T>(run: () => T): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
