import type { Bulk, BulkProgress, BulkRow, BulkRowState, BulkStatus } from '../journal/bulk.js';
import type { BulkPage, BulkPageQuery } from '../journal/bulk-page.js';
import type { OpenOfMall } from '../journal/open-of-mall.js';
import { ReviseBulkStore, type ClaimedRow, type DueRows, type RowClaim } from '../journal/revise-bulk-store.js';
import type { BulkTables } from './bulk-tables.js';
import { GroupCommit, type ItemResult } from './group-commit.js';
import type { JournalDatabase } from './journal-database.js';
import { isOfOneRow } from './sql-dialect.js';
import type { Work } from './statement.js';

/** Where the tables are. */
export interface BulkDatabase {
  readonly database: JournalDatabase;
  readonly bulks: BulkTables;
}

/** How many writes share one commit at most. */
const BATCH = 128;

/** Some of the rows are somebody else's by now, and which is not known: undoes the transaction. */
class NotAllWrittenError extends Error {}

/** Keeps bulks in the database of the `SqlReviseJournal`, whose `bulks` it is. */
export class SqlReviseBulkStore extends ReviseBulkStore {
  readonly #updates: GroupCommit<BulkRow, boolean>;

  constructor(private readonly opened: () => Promise<BulkDatabase>) {
    super();
    this.#updates = new GroupCommit(
      (rows) => this.updateAll(rows),
      ({ bulkId, row }) => `${bulkId}|${row}`,
      BATCH,
    );
  }

  override async create(bulk: Bulk, rows: readonly BulkRow[]): Promise<boolean> {
    try {
      return await this.transaction((bulks) => bulks.create(bulk, rows));
    } catch (error) {
      // Somebody else was a moment earlier with the same id.
      if (isOfOneRow(error) && (await this.find(bulk.bulkId))) return false;
      throw error;
    }
  }

  override find(bulkId: string): Promise<(Bulk & BulkProgress) | undefined> {
    return this.single((bulks) => bulks.find(bulkId));
  }

  override statusOf(bulkId: string): Promise<BulkStatus | undefined> {
    return this.single((bulks) => bulks.statusOf(bulkId));
  }

  override setStatus(bulkId: string, status: BulkStatus, now: Date): Promise<boolean> {
    return this.transaction((bulks) => bulks.setStatus(bulkId, status, now));
  }

  override due(due: DueRows): Promise<readonly BulkRow[]> {
    return this.transaction((bulks) => bulks.due(due));
  }

  override claim(claim: RowClaim): Promise<readonly ClaimedRow[]> {
    return this.transaction((bulks) => bulks.claim(claim));
  }

  override update(row: BulkRow): Promise<boolean> {
    return this.#updates.add(row);
  }

  override recall(revision: Pick<BulkRow, 'mallId' | 'shopTransactionId'>, now: Date): Promise<void> {
    return this.transaction((bulks) => bulks.recall(revision, now));
  }

  override openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]> {
    return this.single((bulks) => bulks.openElsewhere(mallIds));
  }

  override list(query: BulkPageQuery): Promise<BulkPage> {
    return this.single((bulks) => bulks.list(query));
  }

  override rows(bulkId: string, from: number, limit: number, states?: readonly BulkRowState[]): Promise<readonly BulkRow[]> {
    return this.single((bulks) => bulks.rows(bulkId, from, limit, states));
  }

  override purge(createdBefore: Date): Promise<number> {
    return this.transaction((bulks) => bulks.purge(createdBefore));
  }

  private async updateAll(rows: readonly BulkRow[]): Promise<readonly ItemResult<boolean>[]> {
    // In one order everywhere, so that two processes do not wait for each other.
    const sorted = [...rows].sort(byPlace);
    try {
      await this.transaction(function* (bulks): Work<void> {
        if ((yield* bulks.update(sorted)) < sorted.length) throw new NotAllWrittenError();
      });
      return rows.map(() => ({ value: true }));
    } catch (error) {
      if (!(error instanceof NotAllWrittenError)) throw error;
    }
    const written = await this.transaction(function* (bulks): Work<Map<BulkRow, boolean>> {
      const results = new Map<BulkRow, boolean>();
      for (const row of sorted) results.set(row, (yield* bulks.update([row])) === 1);
      return results;
    });
    return rows.map((row) => ({ value: written.get(row) === true }));
  }

  private async transaction<T>(work: (bulks: BulkTables) => Work<T>): Promise<T> {
    const { database, bulks } = await this.opened();
    return database.transaction(() => work(bulks));
  }

  private async single<T>(work: (bulks: BulkTables) => Work<T>): Promise<T> {
    const { database, bulks } = await this.opened();
    return database.single(() => work(bulks));
  }
}

function byPlace(one: BulkRow, other: BulkRow): number {
  if (one.bulkId === other.bulkId) return one.row - other.row;
  return one.bulkId < other.bulkId ? -1 : 1;
}
