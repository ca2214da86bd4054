import { Logger } from '@nestjs/common';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { timers } from '../real-time.js';
import { nameOfError } from '../revision/foreign-error.js';
import { untilPassed, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import type { SqlTransactionFault } from './sql-database.js';
import { BEGIN } from './sql-parts.js';
import { sqliteDialect } from './sqlite-dialect.js';
import { runOn, type OwnSqliteConnection, type SqliteFile, type SqliteStatement } from './sqlite-file.js';
import { LockedFileError, SqliteFiles, type LostFileError } from './sqlite-files.js';
import { doWork, doWorkNow, type Statement, type StatementResult, type Work } from './statement.js';
import { Turns } from './turns.js';

/** How many prepared statements are kept. */
const KEPT_STATEMENTS = 100;

/** SQLite by `better-sqlite3`: a connection of our own to the shop's file, which answers at once. */
export class SqliteDatabase<Transaction extends object> implements JournalDatabase<Transaction> {
  readonly dialect = sqliteDialect;
  readonly #logger = new Logger(SqliteDatabase.name);
  readonly #files: SqliteFiles;
  readonly #statements = new Map<string, SqliteStatement>();
  /** One at a time: there is one connection. */
  #last: Promise<unknown> = Promise.resolve();
  /** So that one handler at most is waited for by what is no handler. */
  readonly #turns = new Turns(1);

  #own: OwnSqliteConnection<Transaction> | undefined;
  /** Since when the file has been locked by somebody else, each time it was tried. */
  #lockedSince: number | undefined;
  #isLost = false;

  private constructor(
    private readonly file: SqliteFile<Transaction>,
    private readonly limits: DatabaseLimits,
  ) {
    this.#files = new SqliteFiles(file.path);
  }

  /** @throws {KiccConfigurationError} if the database is in memory. */
  static async open<Transaction extends object>(
    file: SqliteFile<Transaction>,
    limits: DatabaseLimits,
  ): Promise<SqliteDatabase<Transaction>> {
    if (file.path === ':memory:' || file.path === '') {
      throw new KiccConfigurationError([
        'journal: this SQLite database is in memory, which is not durable. Give it a file, or leave the journal out in tests.',
      ]);
    }
    const opened = new SqliteDatabase(file, limits);
    // Connects.
    await opened.alone(() => undefined);
    return opened;
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return this.alone((own) => {
      for (const sql of BEGIN.sqlite) this.run(own, { sql });
      try {
        const result = doWorkNow(work(), (statement) => this.run(own, statement));
        this.run(own, { sql: 'COMMIT' });
        return result;
      } catch (error) {
        this.run(own, { sql: 'ROLLBACK' });
        throw error;
      }
    });
  }

  single<T>(work: () => Work<T>): Promise<T> {
    return this.alone((own) => doWorkNow(work(), (statement) => this.run(own, statement)));
  }

  withShops: JournalDatabase<Transaction>['withShops'] = (act) =>
    this.#turns.take(this.limits.connectionWaitMs, () =>
      this.alone(async (own) => {
        const transaction = await own.begin();
        try {
          const run = (statement: Statement): Promise<StatementResult> => Promise.resolve(this.run(own, statement));
          const result = await act(transaction, (work) => doWork(work, run));
          this.look();
          await own.commit(transaction);
          return result;
        } catch (error) {
          // Somebody else's lock is met before a handler is called, or at the end.
          if (!sqliteDialect.isPassing(error)) await this.disconnect();
          else await own.rollback(transaction);
          throw error;
        }
      }),
    );

  /** In one step: in between, the shop might end the transaction, and what comes then would stand by itself. */
  within: JournalDatabase<Transaction>['within'] = (joined, work) =>
    new Promise((resolve) => {
      this.look();
      joined.checkMark();
      const connection = this.file.connectionOf(joined.transaction);
      resolve(doWorkNow(work(), ({ sql, parameters }) => runOn(connection.prepare(sql), parameters)));
    });

  faultOf(transaction: object): SqlTransactionFault | undefined {
    return this.file.faultOf(transaction);
  }

  durabilityProblems(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.disconnect();
  }

  private async disconnect(): Promise<void> {
    const own = this.#own;
    this.#own = undefined;
    this.#statements.clear();
    try {
      await own?.close();
    } catch (error) {
      // Code of the shop's still reads by it, and it stays open until that is over.
      this.#logger.error(
        `A connection to ${this.file.path} cannot be closed (${nameOfError(error)}): end what a handler iterates over.`,
      );
    }
  }

  /** After one was closed, another, by which whoever holds the last one's transaction cannot write. */
  private async connect(): Promise<OwnSqliteConnection<Transaction>> {
    const own = await this.file.connect();
    try {
      own.connection.pragma('synchronous = FULL');
      // Each checkpoint costs two more flushes, and writes pages that will soon change again: 32 MiB of log, not 4.
      own.connection.pragma('wal_autocheckpoint = 8000');
      // A first read: from here on, the log is there.
      own.connection.pragma('schema_version');
      return own;
    } catch (error) {
      await own.close();
      throw error;
    }
  }

  private alone<T>(act: (own: OwnSqliteConnection<Transaction>) => T | Promise<T>): Promise<T> {
    const asked = timers.performance.now();
    const tryOnce = async (): Promise<T> => {
      if (!this.#own) {
        if (!this.#isLost) this.#files.forgetOpen();
        this.look();
        this.#own = await this.connect();
      }
      // Whoever has kept it from a handler has begun something on it.
      if (this.#own.connection.inTransaction) {
        await this.disconnect();
        this.#own = await this.connect();
      }
      this.look();
      const result = await act(this.#own);
      this.#lockedSince = undefined;
      return result;
    };
    const done = this.#last.then(() => untilPassed(sqliteDialect, tryOnce, 0, () => this.isLockedForTooLong(asked)));
    this.#last = done.catch(() => undefined);
    return done.catch((error: unknown) => {
      throw sqliteDialect.isPassing(error) ? new LockedFileError(this.file.path, this.file.timeoutMs) : error;
    });
  }

  /** The wait is each call's own, and that of those before it in the queue does not come on top. */
  private isLockedForTooLong(asked: number): boolean {
    const now = timers.performance.now();
    this.#lockedSince ??= now;
    return now - Math.max(asked, this.#lockedSince) >= this.file.timeoutMs;
  }

  /** @throws {LostFileError} said once in the log, by each time that it happens. */
  private look(): void {
    try {
      this.#files.look();
      this.#isLost = false;
    } catch (error) {
      if (!this.#isLost) this.#logger.error(`${(error as LostFileError).message}. Until then, nothing is sent.`);
      this.#isLost = true;
      throw error;
    }
  }

  private run(own: OwnSqliteConnection<Transaction>, { sql, parameters }: Statement): StatementResult {
    return runOn(this.prepared(own, sql), parameters);
  }

  private prepared({ connection }: OwnSqliteConnection<Transaction>, sql: string): SqliteStatement {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = connection.prepare(sql);
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined && this.#statements.size >= KEPT_STATEMENTS) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }
}
