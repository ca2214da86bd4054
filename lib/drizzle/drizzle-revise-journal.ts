import { poolSizeOf } from '../sql/mysql2-revise-journal.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import { SqlReviseJournal, type SqlJournalOptions } from '../sql/sql-revise-journal.js';
import type { SqliteFile } from '../sql/sqlite-file.js';
import { drizzleClient } from './drizzle-client.js';
import { DrizzleSqliteFile } from './drizzle-sqlite-file.js';

/**
 * Keeps revisions in the shop's database by Drizzle, on `pg`, `mysql2` or `better-sqlite3`. Its tables come from `npx kicc migrate`,
 * or as a schema from `npx kicc schema --as drizzle`. What a transaction of the shop's is to `record()`, and to
 * `@OnRevisionSettled()` handlers, is the `tx` of `db.transaction()`; on SQLite, whose transactions are over before anything can
 * be awaited, the `db` on which BEGIN IMMEDIATE was run, and to handlers one of the journal's own.
 * @example
 * journal: { inject: [DB, ModulesContainer], useFactory: (db, modules) => new DrizzleReviseJournal(db, { modules }) }
 */
export class DrizzleReviseJournal<Transaction extends object = object> extends SqlReviseJournal<Transaction> {
  /** @param db made by `drizzle(pool)`, of `drizzle-orm/node-postgres`, `/mysql2` or `/better-sqlite3`. */
  constructor(db: object, options: SqlJournalOptions = {}) {
    super(clientOf<Transaction>(db), options);
  }
}

/** What the drivers' pools, and SQLite's connection, tell themselves apart by. */
interface Driver {
  readonly inTransaction?: boolean;
  readonly getConnection?: unknown;
  readonly options?: { readonly max?: number };
  readonly pool?: { readonly config?: { readonly connectionLimit?: number } };
}

export function clientOf<Transaction extends object>(db: object): SqlDatabase<Transaction> | SqliteFile<Transaction> {
  const { client } = (db as { readonly session: { readonly client: Driver } }).session;
  if (client.inTransaction !== undefined) return new DrizzleSqliteFile(db as Transaction);
  if (client.getConnection === undefined) return drizzleClient(db, 'postgres', client.options?.max);
  return drizzleClient(db, 'mysql', poolSizeOf(client.pool?.config));
}
