import type { DataSource, QueryRunner } from 'typeorm';
import { untilPassed, type JournalDatabase } from './journal-database.js';
import { mysqlDialect, postgresDialect, type SqlDialect } from './sql-dialect.js';
import { doWork, type Statement, type StatementResult, type Work } from './statement.js';

/** PostgreSQL, MySQL and MariaDB: connections of the shop's own pool. */
export class ServerDatabase implements JournalDatabase {
  readonly dialect: SqlDialect;

  constructor(
    private readonly dataSource: DataSource,
    private readonly engine: 'postgres' | 'mysql',
  ) {
    this.dialect = engine === 'postgres' ? postgresDialect : mysqlDialect;
  }

  transaction<T>(work: () => Work<T>): Promise<T> {
    return untilPassed(this.dialect, () =>
      this.connected(async (runner) => {
        for (const sql of this.dialect.begin) await runner.query(sql);
        try {
          const result = await doWork(work(), (statement) => runStatement(runner, statement));
          await runner.query('COMMIT');
          return result;
        } catch (error) {
          // Where the connection is gone, the server rolls back by itself.
          await runner.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  single<T>(work: () => Work<T>): Promise<T> {
    return untilPassed(this.dialect, () =>
      this.connected((runner) => doWork(work(), (statement) => runStatement(runner, statement))),
    );
  }

  withManager: JournalDatabase['withManager'] = (act) =>
    this.connected(async (runner) => {
      await runner.startTransaction('READ COMMITTED');
      try {
        const result = await act(runner.manager, (work) => doWork(work, (statement) => runStatement(runner, statement)));
        await runner.commitTransaction();
        return result;
      } catch (error) {
        if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });

  async durabilityProblems(): Promise<readonly string[]> {
    return this.connected(async (runner) => {
      const sql =
        this.engine === 'postgres'
          ? "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'"
          : "SHOW VARIABLES WHERE Variable_name = 'innodb_flush_log_at_trx_commit' AND Value <> '1'";
      const { rows } = await runStatement(runner, { sql });
      return rows.map((row) => {
        const [name, value] = Object.values(row).map(String);
        return `${name} is ${value}, so the server may lose what it has confirmed. Set it to ${value === 'off' ? 'on' : '1'}.`;
      });
    });
  }

  close(): Promise<void> {
    // The pool is the shop's.
    return Promise.resolve();
  }

  private async connected<T>(act: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner('master');
    try {
      return await act(runner);
    } finally {
      await runner.release();
    }
  }
}

/** Runs a statement on a connection of TypeORM's. */
export async function runStatement(runner: QueryRunner, { sql, parameters = [] }: Statement): Promise<StatementResult> {
  const { records, affected } = await runner.query(sql, [...parameters], true);
  return { rows: (records ?? []) as Record<string, unknown>[], affected: affected ?? 0 };
}
