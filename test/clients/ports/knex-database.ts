import type { Knex } from 'knex';
import { beginImmediate } from './begin-immediate.js';
import type {
  SqlDatabase,
  SqlEngine,
  SqlResult,
  SqlStatement,
  SqlTransactionFault,
  SqlTransactionOptions,
} from './sql-database.js';
import { CONNECTION_WAIT_MS, whenConnected } from './when-connected.js';

/** A shop's database by Knex. */
export class KnexDatabase implements SqlDatabase<Knex.Transaction> {
  constructor(
    private readonly knex: Knex,
    readonly engine: SqlEngine,
    private readonly connectionWaitMs = CONNECTION_WAIT_MS,
  ) {}

  get poolSize(): number {
    return (this.knex.client as { pool: { max: number } }).pool.max;
  }

  run(statement: SqlStatement): Promise<SqlResult> {
    return this.transaction((transaction) => this.runIn(transaction, statement));
  }

  async runIn(transaction: Knex.Transaction, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
    const values: Knex.RawBinding[] = [];
    // Its marks are question marks, whatever the engine.
    const text = this.engine === 'postgres' ? sql.replace(/\\?\?/g, '\\?') : sql;
    const given = parameters as readonly Knex.RawBinding[];
    const marked =
      this.engine === 'postgres' ? text.replace(/\$(\d+)/g, (_, n) => (values.push(given[Number(n) - 1] ?? null), '?')) : text;
    return resultOf(await transaction.raw<unknown>(marked, this.engine === 'postgres' ? values : [...given]));
  }

  transaction<T>(act: (transaction: Knex.Transaction) => Promise<T>, _options?: SqlTransactionOptions): Promise<T> {
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
    const { isTransaction, isCompleted, client } = transaction as Partial<Knex.Transaction>;
    const remedy = 'Give the trx of the transaction that is under way.';
    if (!isTransaction || !isCompleted) return { fault: 'no transaction of Knex', remedy };
    const { config } = client as { config: unknown };
    if (config !== (this.knex.client as { config: unknown }).config)
      return { fault: "one of another database than the journal's", remedy };
    return isCompleted() ? { fault: 'one that has ended', remedy } : undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What pg, mysql2, mariadb and better-sqlite3 answer, each in its way. */
function resultOf(answer: unknown): SqlResult {
  const first: unknown =
    Array.isArray(answer) && (Array.isArray(answer[0]) || 'affectedRows' in Object(answer[0])) ? answer[0] : answer;
  if (Array.isArray(first)) return { rows: first as SqlResult['rows'], affected: first.length };
  const { rows = [], rowCount, affectedRows, changes } = first as Record<string, never> & { rows?: SqlResult['rows'] };
  return { rows, affected: rowCount ?? affectedRows ?? changes ?? 0 };
}
