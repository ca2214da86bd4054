import type { SqlEngine } from '../sql-database.js';

/** One connection to a database, which nobody else uses meanwhile and on which no transaction is open. */
export interface SchemaConnection {
  readonly engine: SqlEngine;
  /**
   * Runs one statement and gives its rows.
   * @param parameters for `$1`, `$2` on PostgreSQL, `?` elsewhere.
   */
  readonly run: (sql: string, parameters?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}
