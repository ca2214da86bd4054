import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { untilPassed, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { runStatement } from './server-database.js';
import { sqliteDialect } from './sqlite-dialect.js';
import { LockedFileError, SqliteFiles, type LostFileError } from './sqlite-files.js';
import { doWork, doWorkNow, type Statement, type StatementResult, type Work } from './statement.js';
import { Turns } from './turns.js';

/** What is used of a `better-sqlite3` connection. */
interface SqliteConnection {
  prepare(sql: string): SqliteStatement;
  pragma(text: string): unknown;
}

interface SqliteStatement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): Record<string, unknown>[];
  run(parameters: readonly unknown[]): { readonly changes: number };
}

/** How many prepared statements are kept. */
const KEPT_STATEMENTS = 100;
/** How long TypeORM has `better-sqlite3` wait for a lock where the `DataSource` does not say, ms. */
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * SQLite by `better-sqlite3`: a connection of our own to the shop's file. On the shop's, ours would be a part of whatever
 * transaction the shop has open, and be rolled back with it.
 */
export class SqliteDatabase implements JournalDatabase {
  readonly dialect = sqliteDialect;
  readonly #logger = new Logger(SqliteDatabase.name);
  readonly #statements = new Map<string, SqliteStatement>();
  /** One at a time: there is one connection. */
  #last: Promise<unknown> = Promise.resolve();
  /** So that one handler at most is waited for by what is no handler. */
  readonly #turns = new Turns(1);

  /** Since when the file has been locked by somebody else, each time it was tried. */
  #lockedSince: number | undefined;
  #isLost = false;

  private constructor(
    private own: DataSource,
    private readonly files: SqliteFiles,
    private readonly limits: DatabaseLimits,
    private readonly timeoutMs: number,
  ) {}

  /** @throws {KiccConfigurationError} if the database is in memory. */
  static async open(shops: DataSource, limits: DatabaseLimits): Promise<SqliteDatabase> {
    const { database } = shops.options;
    if (database === ':memory:' || database === '') {
      throw new KiccConfigurationError([
        'journal: this SQLite database is in memory, which is not durable. Give it a file, or leave the journal out in tests.',
      ]);
    }
    const { timeout = DEFAULT_TIMEOUT_MS } = shops.options as { timeout?: number };
    // Whoever waits for a lock must not hold up the thread: the lock may be that of somebody on the same thread.
    const ours = { fileMustExist: true, timeout: 0, synchronize: false, dropSchema: false, migrationsRun: false };
    const own = new DataSource({ ...shops.options, ...ours });
    const files = new SqliteFiles(database as string);
    const opened = new SqliteDatabase(own, files, limits, timeout);
    // Connects.
    await opened.alone(() => undefined);
    return opened;
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return this.alone(() => {
      for (const sql of sqliteDialect.begin()) this.run({ sql });
      try {
        const result = doWorkNow(work(), (statement) => this.run(statement));
        this.run({ sql: 'COMMIT' });
        return result;
      } catch (error) {
        this.run({ sql: 'ROLLBACK' });
        throw error;
      }
    });
  }

  single<T>(work: () => Work<T>): Promise<T> {
    return this.alone(() => doWorkNow(work(), (statement) => this.run(statement)));
  }

  withManager: JournalDatabase['withManager'] = (act) =>
    this.#turns.take(this.limits.connectionWaitMs, () =>
      this.alone(async () => {
        const runner: QueryRunner = this.own.createQueryRunner();
        await runner.startTransaction();
        try {
          const result = await act(runner.manager, (work) => doWork(work, (statement) => runStatement(runner, statement)));
          this.look();
          await runner.commitTransaction();
          return result;
        } catch (error) {
          // Somebody else's lock is met before a handler is called, or at the end.
          if (!sqliteDialect.isPassing(error)) await this.own.destroy();
          else if (runner.isTransactionActive) await runner.rollbackTransaction();
          throw error;
        }
      }),
    );

  within: JournalDatabase['within'] = (runner, work) => doWork(work(), (statement) => runStatement(runner, statement));

  durabilityProblems(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    await this.#last;
    if (this.own.isInitialized) await this.own.destroy();
  }

  /** After one was closed: another `DataSource`, by whose connection whoever holds the last one's manager cannot write. */
  private async reconnect(): Promise<void> {
    this.own = await connectTo(this.own.options);
    this.#statements.clear();
  }

  private alone<T>(act: () => T | Promise<T>): Promise<T> {
    const asked = performance.now();
    const tryOnce = async (): Promise<T> => {
      if (!this.own.isInitialized) {
        if (!this.#isLost) this.files.forgetOpen();
        this.look();
        await this.reconnect();
      }
      this.look();
      const result = await act();
      this.#lockedSince = undefined;
      return result;
    };
    const done = this.#last.then(() => untilPassed(sqliteDialect, tryOnce, 0, () => this.isLockedForTooLong(asked)));
    this.#last = done.catch(() => undefined);
    return done.catch((error: unknown) => {
      throw sqliteDialect.isPassing(error) ? new LockedFileError(String(this.own.options.database), this.timeoutMs) : error;
    });
  }

  /** The wait is each call's own, and that of those before it in the queue does not come on top. */
  private isLockedForTooLong(asked: number): boolean {
    const now = performance.now();
    this.#lockedSince ??= now;
    return now - Math.max(asked, this.#lockedSince) >= this.timeoutMs;
  }

  /** @throws {LostFileError} said once in the log, by each time that it happens. */
  private look(): void {
    try {
      this.files.look();
      this.#isLost = false;
    } catch (error) {
      if (!this.#isLost) this.#logger.error(`${(error as LostFileError).message}. Until then, nothing is sent.`);
      this.#isLost = true;
      throw error;
    }
  }

  private run({ sql, parameters = [] }: Statement): StatementResult {
    const statement = this.prepared(sql);
    if (statement.reader) {
      const rows = statement.all(parameters);
      return { rows, affected: rows.length };
    }
    return { rows: [], affected: statement.run(parameters).changes };
  }

  private prepared(sql: string): SqliteStatement {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.connection.prepare(sql);
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined && this.#statements.size >= KEPT_STATEMENTS) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }

  private get connection(): SqliteConnection {
    return connectionOf(this.own);
  }
}

async function connectTo(options: DataSourceOptions): Promise<DataSource> {
  const own = await new DataSource(options).initialize();
  try {
    const connection = connectionOf(own);
    connection.pragma('synchronous = FULL');
    // Each checkpoint costs two more flushes, and writes pages that will soon change again: 32 MiB of log, not 4.
    connection.pragma('wal_autocheckpoint = 8000');
    // A first read: from here on, the log is there.
    connection.pragma('schema_version');
    return own;
  } catch (error) {
    await own.destroy();
    throw error;
  }
}

function connectionOf({ driver }: DataSource): SqliteConnection {
  return (driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
}
