import type { Knex } from 'knex';
import { beginImmediate } from './begin-immediate.js';
import { CONNECTION_WAIT_MS } from '../../../lib/sql/journal-database.js';
import {
  NO_TRANSACTION,
  type SqlDatabase,
  type SqlEngine,
  type SqlResult,
  type SqlStatement,
  type SqlTransactionFault,
} from '../../../lib/sql/sql-database.js';
import { whenConnected } from './when-connected.js';

/** A shop's database by Knex. */
export class KnexDatabase implements SqlDatabase<Knex.Transaction> {
  constructor(
    private readonly knex: Knex,
    readonly engine: SqlEngine,
    private readonly connectionWaitMs = CONNECTION_WAIT_MS,
  ) {}

  get pool(): object {
    return configOf(this.knex) as object;
  }

  get poolSize(): number {
    return (this.knex.client as { pool: { max: number } }).pool.max;
  }

  run(statement: SqlStatement): Promise<SqlResult> {
    return this.transaction((transaction) => this.runIn(transaction, statement));
  }

  async runIn(transaction: Knex.Transaction, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
    const given = parameters as readonly Knex.RawBinding[];
    if (this.engine !== 'postgres') return resultOf(await transaction.raw<unknown>(sql, [...given]));
    // Its marks are question marks.
    const values: Knex.RawBinding[] = [];
    const mark = (_: string, n: string): string => (values.push(given[Number(n) - 1] ?? null), '?');
    return resultOf(await transaction.raw<unknown>(sql.replaceAll('?', '\\?').replace(/\$(\d+)/g, mark), values));
  }

  transaction<T>(act: (transaction: Knex.Transaction) => Promise<T>): Promise<T> {
    const options: Knex.TransactionConfig = this.engine === 'sqlite' ? {} : { isolationLevel: 'read committed' };
    return whenConnected(
      this.connectionWaitMs,
      (use) => this.knex.transaction(use, options),
      async (transaction: Knex.Transaction) => {
        if (this.engine === 'sqlite') await beginImmediate((statement) => this.runIn(transaction, statement));
        return act(transaction);
      },
    );
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    const { isTransaction, isCompleted } = transaction as Partial<Knex.Transaction>;
    const fault =
      !isTransaction || !isCompleted
        ? 'is no transaction of Knex.'
        : configOf(transaction) !== configOf(this.knex)
          ? "is one of another database than the journal's."
          : isCompleted()
            ? NO_TRANSACTION
            : undefined;
    return fault === undefined ? undefined : { fault, remedy: 'Give the trx of the transaction that is under way.' };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const configOf = (knex: object): unknown => (knex as { client?: { config?: unknown } }).client?.config;

/** What pg, mysql2, mariadb and better-sqlite3 answer, each in its way. */
function resultOf(answer: unknown): SqlResult {
  const first: unknown =
    Array.isArray(answer) && (Array.isArray(answer[0]) || 'affectedRows' in Object(answer[0])) ? answer[0] : answer;
  if (Array.isArray(first)) return { rows: first as SqlResult['rows'], affected: first.length };
  const { rows = [], rowCount, affectedRows, changes } = first as Record<string, never> & { rows?: SqlResult['rows'] };
  return { rows, affected: rowCount ?? affectedRows ?? changes ?? 0 };
}
