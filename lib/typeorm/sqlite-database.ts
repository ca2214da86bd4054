import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { LockedFileError } from '../journal/no-connection.error.js';
import { KiccConfigurationError } from '../kicc-configuration.error.js';
import { untilPassed, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { runStatement } from './server-database.js';
import { sqliteDialect } from './sql-dialect.js';
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

/**
 * SQLite by `better-sqlite3`: a connection of our own to the shop's file. On the shop's, ours would be a part of whatever
 * transaction the shop has open, and be rolled back with it.
 */
export class SqliteDatabase implements JournalDatabase {
  readonly dialect = sqliteDialect;
  readonly #statements = new Map<string, SqliteStatement>();
  /** One at a time: there is one connection. */
  #last: Promise<unknown> = Promise.resolve();
  /** So that one handler at most is waited for by what is no handler. */
  readonly #turns = new Turns(1);

  private constructor(
    private own: DataSource,
    private readonly limits: DatabaseLimits,
  ) {}

  /** @throws {KiccConfigurationError} if the database is in memory. */
  static async open(shops: DataSource, limits: DatabaseLimits): Promise<SqliteDatabase> {
    const { database } = shops.options;
    if (database === ':memory:' || database === '') {
      throw new KiccConfigurationError([
        'journal: this SQLite database is in memory, which is not durable. Give it a file, or leave the journal out in tests.',
      ]);
    }
    const options = { ...shops.options, synchronize: false, dropSchema: false, migrationsRun: false };
    return new SqliteDatabase(await connectTo(options), limits);
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
    const done = this.#last.then(() =>
      untilPassed(sqliteDialect, async () => {
        if (!this.own.isInitialized) await this.reconnect();
        return act();
      }).catch(lockedOut),
    );
    this.#last = done.catch(() => undefined);
    return done;
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

/** By SQLite's own word, nothing of it was written. */
function lockedOut(error: unknown): never {
  if (!sqliteDialect.isPassing(error)) throw error;
  throw new LockedFileError(
    "SQLite's file is locked by another, so nothing was written: by the transaction the call is awaited in, or by another process. Call " +
      'after that transaction; inside it, record() takes a revision in',
  );
}

async function connectTo(options: DataSourceOptions): Promise<DataSource> {
  const own = await new DataSource(options).initialize();
  const connection = connectionOf(own);
  // Whoever waits for a lock must not hold up the thread: the lock may be that of somebody on the same thread.
  connection.pragma('busy_timeout = 0');
  connection.pragma('synchronous = FULL');
  // Each checkpoint costs two more flushes, and writes pages that will soon change again: 32 MiB of log, not 4.
  connection.pragma('wal_autocheckpoint = 8000');
  return own;
}

function connectionOf({ driver }: DataSource): SqliteConnection {
  return (driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
}
