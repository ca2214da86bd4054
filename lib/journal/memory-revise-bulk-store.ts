import {
  isBegun,
  isDone,
  progressOf,
  type Bulk,
  type BulkProgress,
  type BulkRow,
  type BulkRowState,
  type BulkStatus,
} from './bulk.js';
import { bulkPageOf, bulkPlaceOf, type BulkPage, type BulkPageQuery } from './bulk-page.js';
import type { OpenOfMall } from './open-of-mall.js';
import { ReviseBulkStore, type ClaimedRow, type DueRows, type RowClaim } from './revise-bulk-store.js';

interface Held {
  bulk: Bulk;
  readonly rows: BulkRow[];
}

/** Keeps bulks in this process's memory: gone with it. */
export class MemoryReviseBulkStore extends ReviseBulkStore {
  readonly #held = new Map<string, Held>();

  // Nothing awaits in here: JavaScript's run-to-completion is what makes each method atomic.

  override create(bulk: Bulk, rows: readonly BulkRow[]): Promise<boolean> {
    const isNew = !this.#held.has(bulk.bulkId);
    if (isNew) this.#held.set(bulk.bulkId, { bulk, rows: [...rows] });
    return Promise.resolve(isNew);
  }

  override find(bulkId: string): Promise<(Bulk & BulkProgress) | undefined> {
    const held = this.#held.get(bulkId);
    return Promise.resolve(held && counted(held));
  }

  override statusOf(bulkId: string): Promise<BulkStatus | undefined> {
    return Promise.resolve(this.#held.get(bulkId)?.bulk.status);
  }

  override setStatus(bulkId: string, status: BulkStatus, now: Date): Promise<boolean> {
    const held = this.#held.get(bulkId);
    if (!held || held.bulk.status === 'cancelled') return Promise.resolve(false);
    held.bulk = { ...held.bulk, status };
    for (const [index, row] of held.rows.entries()) {
      const version = row.version + 1;
      if (row.state === 'pending') {
        const state = status === 'cancelled' ? 'cancelled' : 'pending';
        held.rows[index] = { ...row, state, dueAt: status === 'running' ? now : undefined, version };
      } else if (row.state === 'unknown' && status === 'cancelled') {
        held.rows[index] = { ...row, dueAt: now, version };
      }
    }
    return Promise.resolve(true);
  }

  override due(due: DueRows): Promise<readonly BulkRow[]> {
    return Promise.resolve(this.dueRows(due));
  }

  override claim(claim: RowClaim): Promise<readonly ClaimedRow[]> {
    const { leaseUntil, only } = claim;
    const wanted = only ? { ...claim, limit: Infinity } : claim;
    const due = this.dueRows(wanted).filter((row) => !only || (row.bulkId === only.bulkId && row.row === only.row));
    return Promise.resolve(
      due.map((row) => {
        const state = row.state === 'pending' ? 'started' : row.state;
        const claimed = { ...row, state, dueAt: leaseUntil, version: row.version + 1 } as const;
        this.put(claimed);
        return { row: claimed, before: row.state };
      }),
    );
  }

  override update(row: BulkRow): Promise<boolean> {
    const held = this.#held.get(row.bulkId)?.rows[row.row];
    const isNext = held?.version === row.version - 1;
    if (isNext) this.put(row);
    return Promise.resolve(isNext);
  }

  override recall({ mallId, shopTransactionId }: Pick<BulkRow, 'mallId' | 'shopTransactionId'>, now: Date): Promise<void> {
    for (const { rows } of this.#held.values()) {
      for (const row of rows) {
        const isIts = row.shopTransactionId === shopTransactionId && row.mallId === mallId;
        if (isIts && isBegun(row.state)) this.put({ ...row, dueAt: now, version: row.version + 1 });
      }
    }
    return Promise.resolve();
  }

  override openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]> {
    const counts = new Map<string, number>();
    for (const { mallId, state } of [...this.#held.values()].flatMap(({ rows }) => rows)) {
      if (!isDone(state) && !mallIds.includes(mallId)) counts.set(mallId, (counts.get(mallId) ?? 0) + 1);
    }
    return Promise.resolve([...counts].sort().map(([mallId, count]) => ({ mallId, count })));
  }

  override list({ limit, after }: BulkPageQuery): Promise<BulkPage> {
    const place = after === undefined ? undefined : bulkPlaceOf(after);
    const sorted = [...this.#held.values()].map(({ bulk }) => bulk).sort(newestFirst);
    const page = bulkPageOf(place ? sorted.filter((bulk) => newestFirst(place, bulk) < 0) : sorted, limit);
    return Promise.resolve({ ...page, bulks: page.bulks.map(({ bulkId }) => counted(this.#held.get(bulkId) as Held)) });
  }

  override rows(bulkId: string, from: number, limit: number, states?: readonly BulkRowState[]): Promise<readonly BulkRow[]> {
    const rows = (this.#held.get(bulkId)?.rows ?? []).slice(from);
    return Promise.resolve(rows.filter(({ state }) => states?.includes(state) ?? true).slice(0, limit));
  }

  override purge(createdBefore: Date): Promise<number> {
    const old = [...this.#held.values()].filter(
      ({ bulk, rows }) => bulk.createdAt < createdBefore && rows.every(({ state }) => isDone(state)),
    );
    for (const { bulk } of old) this.#held.delete(bulk.bulkId);
    return Promise.resolve(old.length);
  }

  private put(row: BulkRow): void {
    const held = this.#held.get(row.bulkId);
    if (held) held.rows[row.row] = row;
  }

  private dueRows({ mallIds, now, limit }: DueRows): BulkRow[] {
    const due = [...this.#held.values()].flatMap(({ bulk, rows }) =>
      rows.filter(
        ({ dueAt, mallId, state }) =>
          dueAt !== undefined && dueAt <= now && mallIds.includes(mallId) && (state !== 'pending' || bulk.status === 'running'),
      ),
    );
    const time = ({ dueAt }: BulkRow): number => dueAt?.getTime() ?? Infinity;
    return due.sort((one, other) => time(one) - time(other) || one.row - other.row).slice(0, limit);
  }
}

function counted({ bulk, rows }: Held): Bulk & BulkProgress {
  const counts: Partial<Record<BulkRowState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return { ...bulk, ...progressOf(bulk, counts) };
}

function newestFirst(one: Pick<Bulk, 'createdAt' | 'bulkId'>, other: Pick<Bulk, 'createdAt' | 'bulkId'>): number {
  const later = other.createdAt.getTime() - one.createdAt.getTime();
  return later || Number(one.bulkId < other.bulkId) - Number(one.bulkId > other.bulkId);
}
