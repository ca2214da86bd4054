import { NO_TRANSACTION, type SqlTransactionFault } from './sql-database.js';
import { SqlReviseJournal, type SqlJournalOptions } from './sql-revise-journal.js';
import {
  isSameFile,
  ownConnection,
  SQLITE_LOCK_WAIT_MS,
  type OwnSqliteConnection,
  type SqliteConnection,
  type SqliteDriver,
  type SqliteFile,
} from './sqlite-file.js';

/** What is used of a `Database` of `better-sqlite3`. */
export type BetterSqlite3Database = SqliteDriver;

const REMEDY = "Give the Database with the journal's file on which you have run BEGIN IMMEDIATE.";

/**
 * Keeps revisions in a SQLite file by `better-sqlite3` alone, on a connection of its own. Its tables come from `npx kicc
 * migrate`. What a transaction of the shop's is to `record()` is the shop's `Database` on which it was begun, by BEGIN IMMEDIATE:
 * `database.transaction()` ends before `record()` can be awaited. `@OnRevisionSettled()` handlers get the journal's own.
 * @example
 * journal: { inject: [DATABASE, ModulesContainer], useFactory: (database, modules) => new BetterSqlite3ReviseJournal(database, { modules }) }
 */
export class BetterSqlite3ReviseJournal extends SqlReviseJournal<BetterSqlite3Database> {
  /** @param database the shop's, with a file; or where none is open yet, its path. */
  constructor(database: BetterSqlite3Database | string, options: Omit<SqlJournalOptions, 'schema'> = {}) {
    super(new BetterSqlite3File(database), options);
  }
}

/** The file of a `Database`. */
export class BetterSqlite3File implements SqliteFile<BetterSqlite3Database> {
  readonly engine = 'sqlite';
  readonly isFile = true;
  readonly timeoutMs = SQLITE_LOCK_WAIT_MS;

  constructor(
    private readonly database: BetterSqlite3Database | string,
    /** Nothing of the file is changed by it, not even how it keeps its log. */
    private readonly readonly = false,
  ) {}

  get path(): string {
    return typeof this.database === 'string' ? this.database : this.database.name;
  }

  async connect(): Promise<OwnSqliteConnection<BetterSqlite3Database>> {
    const open = await this.driver();
    const own = new open(this.path, { fileMustExist: true, timeout: 0, readonly: this.readonly });
    // For whoever opens the file beside it, as the shop does.
    if (!this.readonly) own.pragma('journal_mode = WAL');
    return ownConnection(own, (connection) => connection);
  }

  connectionOf(database: BetterSqlite3Database): SqliteConnection {
    return database;
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    const { name, inTransaction } = transaction as Partial<BetterSqlite3Database>;
    const fault =
      name === undefined || inTransaction === undefined
        ? 'is no Database of better-sqlite3.'
        : !inTransaction
          ? NO_TRANSACTION
          : !isSameFile(name, this.path)
            ? "is one of another file than the journal's."
            : undefined;
    return fault === undefined ? undefined : { fault, remedy: REMEDY };
  }

  private async driver(): Promise<new (path: string, options: object) => BetterSqlite3Database> {
    // The shop's own, of whatever version.
    if (typeof this.database !== 'string') return this.database.constructor as never;
    const name: string = 'better-sqlite3';
    return ((await import(name)) as { readonly default: never }).default;
  }
}
