import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { windowEnd } from '../revision/decide.js';
import { guardPayment } from '../revision/payment-guard.js';
import { amountOf, attentionOf, isSettled, type Revision } from '../revision/revision.js';
import { lease } from '../revision/transitions.js';
import { koreanDay } from '../protocol/korean-date.js';
import type { OpenOfMall } from './open-of-mall.js';
import { cursorOf, placeOf, type Place } from './page-cursor.js';
import { nobody, ReviseJournal, type DueClaim, type OpenRevisions } from './revise-journal.js';
import type { RevisionPage, RevisionPageQuery } from './revision-page.js';
import {
  AGE_BOUNDS,
  classOf,
  SETTLED_BOUNDS,
  statsOf,
  type RevisionStats,
  type RevisionStatsQuery,
  type SettledTally,
} from './revision-stats.js';
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
  /** What names them, in the order in which they were taken in: the place of each is its sequence. */
  readonly #taken: Pick<Revision, 'mallId' | 'shopTransactionId'>[] = [];
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
      this.#taken.push({ mallId, shopTransactionId });
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

  override page(query: RevisionPageQuery): Promise<RevisionPage> {
    return settled(() => {
      const { order = 'newest', limit, after } = query;
      const sign = order === 'newest' ? -1 : 1;
      const compare = (one: Place, other: Place): number =>
        sign * (one.acceptedAt - other.acceptedAt || one.sequence - other.sequence);
      const begin = after === undefined ? undefined : placeOf(after);
      const found = this.#taken
        .map(({ mallId, shopTransactionId }, sequence) => {
          const revision = this.#revisions.get(mallId, shopTransactionId) as Revision;
          return { revision, sequence, acceptedAt: revision.acceptedAt.getTime() };
        })
        .filter((one) => isWanted(one.revision, query) && (!begin || compare(one, begin) > 0))
        .sort(compare);
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return {
        revisions: shown.map(({ revision }) => revision),
        ...(last && found.length > limit ? { next: cursorOf(last) } : {}),
      };
    });
  }

  override stats({ mallIds, from, before, now }: RevisionStatsQuery): Promise<RevisionStats> {
    return settled(() => {
      const tallies = this.#revisions
        .values(mallIds)
        .filter((revision) => isWanted(revision, { from, before }))
        .map(({ status, acceptedAt, settledAt }): SettledTally => {
          const end = status === 'succeeded' || status === 'declined' ? status : 'open';
          const took = end !== 'open' && settledAt ? settledAt.getTime() - acceptedAt.getTime() : undefined;
          const within = took === undefined ? undefined : classOf(took, SETTLED_BOUNDS);
          return { day: koreanDay(acceptedAt), end, within, count: 1 };
        });
      const open = this.#live.values(mallIds).filter((revision) => !isSettled(revision));
      const ages = open.map(({ acceptedAt }) => {
        return { within: classOf(now.getTime() - acceptedAt.getTime(), AGE_BOUNDS), count: 1 };
      });
      return statsOf({ from, before }, tallies, ages);
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

/** Whether a revision is one that is asked for, wherever the page begins. */
function isWanted(revision: Revision, query: Omit<RevisionPageQuery, 'limit'>): boolean {
  const { mallIds, pgCno, status, from, before, amount } = query;
  if (mallIds && !mallIds.includes(revision.mallId)) return false;
  if (pgCno !== undefined && revision.pgCno !== pgCno) return false;
  if (from && revision.acceptedAt < from) return false;
  if (before && revision.acceptedAt >= before) return false;
  if (amount !== undefined && amountOf(revision) !== amount) return false;
  if (status === 'open') return !isSettled(revision);
  if (status === 'attention') return attentionOf(revision) !== undefined;
  return status === undefined || revision.status === status;
}

/** A promise that is kept, or broken, at once. */
function settled<T>(run: () => T): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
