import type { Bulk, BulkProgress, BulkRow, BulkRowId, BulkRowState, BulkStatus } from './bulk.js';
import type { BulkPage, BulkPageQuery } from './bulk-page.js';
import type { OpenOfMall } from './open-of-mall.js';

/** Which rows are wanted. */
export interface DueRows {
  /** Malls whose rows are wanted. */
  readonly mallIds: readonly string[];
  /** Due is what has a `dueAt` at or before this. */
  readonly now: Date;
  /** How many at most. */
  readonly limit: number;
}

/** Which rows are to be taken. */
export interface RowClaim extends DueRows {
  /** Until when they belong to who takes them. */
  readonly leaseUntil: Date;
  /** Takes just this row, if it is due. */
  readonly only?: BulkRowId | undefined;
}

/** A row that was taken, and where it stood before. */
export interface ClaimedRow {
  readonly row: BulkRow;
  readonly before: BulkRowState;
}

/**
 * Where bulks are kept: which cancellations were asked for together, and how far each is. What becomes of a cancellation is in
 * the `ReviseJournal` alone; a row that is run twice changes nothing. The port for a store of your own, and its injection
 * token.
 *
 * Every method is atomic against every other, in every process that shares the store, and what it has written is there to stay
 * when its promise resolves.
 */
export abstract class ReviseBulkStore {
  /**
   * Takes in a bulk with all its rows.
   * @returns false, having written nothing, if its `bulkId` stands already.
   */
  abstract create(bulk: Bulk, rows: readonly BulkRow[]): Promise<boolean>;

  /** A bulk, and how far it is. */
  abstract find(bulkId: string): Promise<(Bulk & BulkProgress) | undefined>;

  /** Where a bulk stands, without counting its rows. Absent: `find` is asked. */
  statusOf?(bulkId: string): Promise<BulkStatus | undefined>;

  /**
   * Changes what is to become of a bulk, unless it is cancelled. Paused or cancelled, none of its pending rows is due; running,
   * all are, from `now` on. Cancelled, its pending rows become `cancelled` in the same step, and those `unknown` are due `now`.
   * @returns false if there is none, or it is cancelled.
   */
  abstract setStatus(bulkId: string, status: BulkStatus, now: Date): Promise<boolean>;

  /** The rows that are due, those longest due first. Pending ones only of bulks that are running. */
  abstract due(due: DueRows): Promise<readonly BulkRow[]>;

  /**
   * Takes rows that are due: those pending become `started`, and each is due again at `leaseUntil`, with the next `version`.
   * Nobody else gets it before then.
   */
  abstract claim(claim: RowClaim): Promise<readonly ClaimedRow[]>;

  /**
   * Writes a row, if the store still holds the version before it.
   * @returns false if it does not.
   */
  abstract update(row: BulkRow): Promise<boolean>;

  /**
   * Has rows looked at again whose revision has another outcome by now: those that were begun are due `now`, with the next
   * `version`. Those that are `pending`, `refused` or `cancelled` have no part in it. Without it, the report alone tells.
   */
  recall?(revision: Pick<BulkRow, 'mallId' | 'shopTransactionId'>, now: Date): Promise<void>;

  /**
   * Counts the rows that are not at their end, by mall, of all malls but these: what nobody here takes up. Absent: nobody can
   * tell.
   */
  openElsewhere?(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;

  /** Bulks, newest first, those created at the same time in one order, each once however many pages. Absent: nobody can list. */
  list?(query: BulkPageQuery): Promise<BulkPage>;

  /**
   * Rows of a bulk from a place on, in order.
   * @param states only those in one of these. A store may leave that to whoever asks, and give all.
   */
  abstract rows(bulkId: string, from: number, limit: number, states?: readonly BulkRowState[]): Promise<readonly BulkRow[]>;

  /**
   * Deletes bulks created before a time all of whose rows are at an end.
   * @returns how many.
   */
  abstract purge(createdBefore: Date): Promise<number>;
}
