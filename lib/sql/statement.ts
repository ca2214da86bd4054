import type { SqlResult, SqlStatement } from './sql-database.js';

/** One statement of the journal's. */
export interface Statement extends SqlStatement {
  /** Whether it reads what is committed by now, which the transaction that it is a part of may hide. */
  readonly newest?: boolean;
}

export type StatementResult = SqlResult;

/**
 * Work on a database as a generator of the statements it takes, so that one text serves both kinds of driver: those that answer
 * later (PostgreSQL, MariaDB), and SQLite's, where all of it runs without letting go of the thread.
 */
export type Work<T> = Generator<Statement, T, StatementResult>;

/** Lets a driver that answers later do some work. */
export async function doWork<T>(work: Work<T>, run: (statement: Statement) => Promise<StatementResult>): Promise<T> {
  let step = work.next();
  while (!step.done) step = work.next(await run(step.value));
  return step.value;
}

/** Lets a driver that answers at once do some work. */
export function doWorkNow<T>(work: Work<T>, run: (statement: Statement) => StatementResult): T {
  let step = work.next();
  while (!step.done) step = work.next(run(step.value));
  return step.value;
}
