import { EntityManager, type DataSource, type QueryRunner } from 'typeorm';
import type { SqlTransactionFault } from '../sql/sql-database.js';

const REMEDY = "Give the EntityManager that the callback of the journal's own dataSource.transaction() gets.";

/** Why something is not the manager of a transaction that is under way on this `DataSource`. */
export function faultOfManager(transaction: object, dataSource: DataSource): SqlTransactionFault | undefined {
  const runner = transaction instanceof EntityManager ? transaction.queryRunner : undefined;
  const fault =
    runner?.isTransactionActive !== true
      ? 'is not a transaction that is under way.'
      : dataSourceOf(transaction) !== dataSource
        ? "is one of another database than the journal's."
        : isShared(runner)
          ? 'is one inside another. SQLite has one connection, on which transactions that are begun at the same time become ' +
            'parts of each other: run them one after the other.'
          : undefined;
  return fault === undefined ? undefined : { fault, remedy: REMEDY };
}

/** Whether rolling back some other transaction could take a part of this one with it. */
function isShared(runner: QueryRunner): boolean {
  const { transactionDepth } = runner as unknown as { transactionDepth?: number };
  return runner.connection.options.type === 'better-sqlite3' && (transactionDepth ?? 1) > 1;
}

/** The property was renamed in TypeORM 1. */
function dataSourceOf(manager: object): unknown {
  const { connection, dataSource } = manager as { connection?: unknown; dataSource?: unknown };
  return dataSource ?? connection;
}
