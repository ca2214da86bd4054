import { CompiledQuery, Transaction, type Kysely, type KyselyPlugin } from 'kysely';
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

/** A shop's database by Kysely. */
export class KyselyDatabase<Tables> implements SqlDatabase<Transaction<Tables>> {
  constructor(
    private readonly db: Kysely<Tables>,
    readonly engine: SqlEngine,
    readonly poolSize = engine === 'sqlite' ? 1 : 10,
    private readonly connectionWaitMs = CONNECTION_WAIT_MS,
  ) {}

  get pool(): object {
    return this.db.getExecutor().adapter;
  }

  run(statement: SqlStatement): Promise<SqlResult> {
    if (this.engine === 'sqlite') return this.transaction((transaction) => this.runIn(transaction, statement));
    const connections = this.db.connection();
    return whenConnected(
      this.connectionWaitMs,
      (use) => connections.execute(use),
      (connection: Kysely<Tables>) => execute(connection, statement),
    );
  }

  runIn(transaction: Transaction<Tables>, statement: SqlStatement): Promise<SqlResult> {
    return execute(transaction, statement);
  }

  transaction<T>(act: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    const begin = this.db.transaction();
    const transactions = this.engine === 'sqlite' ? begin : begin.setIsolationLevel('read committed');
    return whenConnected(
      this.connectionWaitMs,
      (use) => transactions.execute(use),
      async (transaction: Transaction<Tables>) => {
        let hasEnded = false;
        // Kysely itself refuses what comes after the end, but not what comes on the way there.
        const gate: KyselyPlugin = {
          transformQuery: ({ node }) => {
            if (hasEnded) throw new Error('This transaction has ended.');
            return node;
          },
          transformResult: ({ result }) => Promise.resolve(result),
        };
        if (this.engine === 'sqlite') await beginImmediate((statement) => this.runIn(transaction, statement));
        try {
          return await act(transaction.withPlugin(gate));
        } finally {
          hasEnded = true;
          // Its statements take turns; those that are waiting would come after the end.
          await transaction.getExecutor().provideConnection(() => Promise.resolve());
        }
      },
    );
  }

  async faultOf(transaction: object): Promise<SqlTransactionFault | undefined> {
    const remedy = 'Give the trx of the transaction that is under way.';
    if (!(transaction instanceof Transaction)) return { fault: 'is no transaction of Kysely.', remedy };
    const theirs = transaction as Transaction<Tables>;
    if (theirs.getExecutor().adapter !== this.db.getExecutor().adapter) {
      return { fault: "is one of another database than the journal's.", remedy };
    }
    // Of one that has ended, Kysely itself throws; of one that the engine has given up, the driver.
    const error: unknown = await execute(theirs, { sql: 'SELECT 1' }).catch((reason: unknown) => reason);
    return error instanceof Error && !('code' in error) ? { fault: NO_TRANSACTION, remedy } : undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function execute<Tables>(db: Kysely<Tables>, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
  const { rows, numAffectedRows } = await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, [...parameters]));
  return { rows, affected: Number(numAffectedRows ?? rows.length) };
}
