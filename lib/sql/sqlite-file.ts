import { statSync } from 'node:fs';
import { gateTo } from './gate.js';
import type { SqlResult, SqlTransactionFault } from './sql-database.js';

/**
 * What a journal asks of who has a SQLite file by `better-sqlite3`: a connection of its own to that file, for on the shop's, what
 * the journal writes would be a part of whatever transaction the shop has open, and be rolled back with it.
 */
export interface SqliteFile<Transaction extends object = object> {
  readonly engine: 'sqlite';
  readonly isFile: true;
  readonly path: string;
  /** How long somebody else's lock is waited for, ms. */
  readonly timeoutMs: number;
  /** Opens one more connection to the file, which must be there. It must not wait for locks itself: that would hold up the thread. */
  connect(): Promise<OwnSqliteConnection<Transaction>>;
  /** The driver's connection that a transaction of the shop's is on. */
  connectionOf(transaction: Transaction): SqliteConnection;
  /** As {@link SqlDatabase.faultOf}. */
  faultOf(transaction: object): SqlTransactionFault | undefined;
}

/** A connection that is the journal's alone. */
export interface OwnSqliteConnection<Transaction extends object> {
  /** The driver's own. */
  readonly connection: SqliteConnection;
  /** Begins a transaction, with the write lock, and gives what the shop's code is to write by. */
  begin(): Transaction | Promise<Transaction>;
  commit(transaction: Transaction): unknown;
  rollback(transaction: Transaction): unknown;
  close(): unknown;
}

/** What is used of a `better-sqlite3` connection. */
export interface SqliteConnection {
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  pragma(text: string): unknown;
}

export interface SqliteStatement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { readonly changes: number };
}

/** Runs a statement on a connection of the driver's. */
export function runOn(statement: SqliteStatement, parameters: readonly unknown[] = []): SqlResult {
  if (!statement.reader) return { rows: [], affected: statement.run(parameters).changes };
  const rows = statement.all(parameters) as Record<string, unknown>[];
  return { rows, affected: rows.length };
}

/** How long somebody else's lock on a file is waited for where nobody says otherwise, ms. */
export const SQLITE_LOCK_WAIT_MS = 5_000;

/** What is used of a `Database` of `better-sqlite3`. */
export interface SqliteDriver extends SqliteConnection {
  readonly name: string;
  close(): unknown;
}

/**
 * A connection of the driver's for the journal alone. What code of the shop's has of it ends with its transaction.
 * @param lend makes what that code works with of the connection that it gets.
 */
export function ownConnection<Transaction extends object>(
  own: SqliteDriver,
  lend: (connection: SqliteDriver) => Transaction,
): OwnSqliteConnection<Transaction> {
  const run = (sql: string): void => void own.prepare(sql).run([]);
  let end = (): void => undefined;
  return {
    connection: own,
    begin: () => {
      run('BEGIN IMMEDIATE');
      const gate = gateTo(own);
      end = () => gate.close();
      return lend(gate.connection);
    },
    commit: () => {
      end();
      run('COMMIT');
    },
    rollback: () => {
      end();
      if (own.inTransaction) run('ROLLBACK');
    },
    close: () => own.close(),
  };
}

/** Whether two paths lead to one file. */
export function isSameFile(one: string, other: string): boolean {
  const [here, there] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return here !== undefined && here.ino === there?.ino && here.dev === there.dev;
}
