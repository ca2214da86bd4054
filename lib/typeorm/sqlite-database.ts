import { DataSource, type QueryRunner } from 'typeorm';
import { KiccConfigurationError } from '../kicc-configuration.error.js';
import { untilPassed, type JournalDatabase } from './journal-database.js';
import { runStatement } from './server-database.js';
import { sqliteDialect } from './sql-dialect.js';
import { doWork, doWorkNow, type Statement, type StatementResult, type Work } from './statement.js';

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

  private constructor(private readonly own: DataSource) {}

  /** @throws {KiccConfigurationError} if the database is in memory. */
  static async open(shops: DataSource): Promise<SqliteDatabase> {
    const { database } = shops.options;
    if (database === ':memory:' || database === '') {
      throw new KiccConfigurationError([
        'journal: this SQLite database is in memory, which is not durable. Give it a file, or leave the journal out in tests.',
      ]);
    }
    const options = { ...shops.options, synchronize: false, dropSchema: false, migrationsRun: false };
    const own = new DataSource(options);
    await own.initialize();
    const opened = new SqliteDatabase(own);
    // Whoever waits for a lock must not hold up the thread: the lock may be that of somebody on the same thread.
    opened.connection.pragma('busy_timeout = 0');
    opened.connection.pragma('synchronous = FULL');
    // Each checkpoint costs two more flushes, and writes pages that will soon change again: 32 MiB of log, not 4.
    opened.connection.pragma('wal_autocheckpoint = 8000');
    return opened;
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return this.alone(() => {
      for (const sql of sqliteDialect.begin) this.run({ sql });
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
    this.alone(async () => {
      const runner: QueryRunner = this.own.createQueryRunner();
      await runner.startTransaction();
      try {
        const result = await act(runner.manager, (work) => doWork(work, (statement) => runStatement(runner, statement)));
        await runner.commitTransaction();
        return result;
      } catch (error) {
        if (runner.isTransactionActive) await runner.rollbackTransaction();
        throw error;
      }
    });

  durabilityProblems(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.own.destroy();
  }

  private alone<T>(act: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(() => untilPassed(sqliteDialect, async () => act()));
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
    return (this.own.driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
  }
}
