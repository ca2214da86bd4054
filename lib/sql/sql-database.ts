/** The engines whose SQL the journal writes. `mysql` is MariaDB, too. */
export type SqlEngine = 'postgres' | 'mysql' | 'sqlite';

/** One SQL statement with its parameters, marked as the engine's drivers want it: `$1`, or `?`. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters?: readonly unknown[];
  /** Whether its text comes again and again, so that a server had better keep it prepared. */
  readonly isPrepared?: boolean;
  /**
   * Whether it is several, and a transaction by itself. Its result has all rows that any of them gives; where one fails, the
   * connection is rolled back. Given only to who {@link SqlDatabase.takesScripts}.
   */
  readonly isScript?: boolean;
}

/** What came of a statement. */
export interface SqlResult {
  /** What it read or returned, by the columns' names. A large integer may be a number, a text or a bigint. */
  readonly rows: readonly Record<string, unknown>[];
  /** How many rows it inserted, deleted, or found to update. */
  readonly affected: number;
}

/**
 * What a journal asks of the client that a shop has for its database: the whole distance between {@link SqlReviseJournal} and
 * a driver, an ORM or a query builder. None of it knows what is written. How long a connection is waited for, and how SQLite's
 * write lock is taken, is the journal's.
 *
 * `Transaction` is what that client gives to whoever works inside a transaction: pg's client, Prisma's `tx`, Kysely's `trx`.
 * `record(request, transaction)` takes it, and `@OnRevisionSettled()` handlers get it.
 */
export interface SqlDatabase<Transaction extends object = object> {
  readonly engine: SqlEngine;
  /** How many connections there are for the shop and the journal together. */
  readonly poolSize?: number | undefined;
  /** What the connections come from. Handlers of all journals on one pool take their turns together. Absent: this itself. */
  readonly pool?: object;
  /**
   * Whether a text of several statements can be run in one round trip: on PostgreSQL by one without parameters, on MariaDB by
   * one compound statement. Without it, everything works, by more of them.
   */
  readonly takesScripts?: boolean;
  /**
   * Runs a statement inside a transaction, the shop's or one of {@link SqlDatabase.transaction}, or on a connection of
   * {@link SqlDatabase.connected}.
   */
  runIn(transaction: Transaction, statement: SqlStatement): Promise<SqlResult>;
  /**
   * Does something inside a transaction of its own, READ COMMITTED where the engine has that. Commits durably once `act` resolves;
   * rolls back where it rejects, and rejects with the same error. By then, whoever still holds its `Transaction` can write
   * nothing with it: close the connection if need be.
   */
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options: SqlTransactionOptions): Promise<T>;
  /**
   * Does something on a connection on which no transaction is: what is run there is committed, durably, when it resolves. Absent:
   * in a transaction, which costs two more round trips.
   */
  connected?<T>(act: (connection: Transaction) => Promise<T>): Promise<T>;
  /**
   * As {@link SqlDatabase.connected}, on a connection that no transaction of the shop's can keep from coming. Absent: as that.
   */
  connectedBeside?<T>(act: (connection: Transaction) => Promise<T>): Promise<T>;
  /**
   * Why something is no transaction of this client's that is under way, and what to give instead; `undefined` where it is one,
   * as far as this can tell: that one is under way is asked of PostgreSQL and MariaDB, too.
   */
  faultOf(transaction: object): SqlTransactionFault | undefined | Promise<SqlTransactionFault | undefined>;
  /** What a transaction has in common with those inside it, around it, or after it. Absent: it knows of no others. */
  connectionOf?(transaction: Transaction): object;
  /**
   * The driver's error behind one of the client's: with the SQLSTATE in `code` (pg), `errno` and `sqlState` (mysql2), or
   * SQLite's name in `code`. Absent: the client throws it as it is, or as the `cause` or `driverError` of its own.
   */
  driverErrorOf?(error: unknown): unknown;
  /** Closes what it has opened itself. */
  close?(): Promise<void>;
}

export interface SqlTransactionOptions {
  /** For how long it may be under way, ms. */
  readonly timeoutMs: number;
  /** Whether code of the shop's is to work inside, which may not be done when it ends. */
  readonly isShops: boolean;
}

export interface SqlTransactionFault {
  /** As in "transaction is one of another database than the journal's." */
  readonly fault: string;
  readonly remedy: string;
}

/** The fault of what is no transaction that is under way. */
export const NO_TRANSACTION = 'is not a transaction that is under way.';
