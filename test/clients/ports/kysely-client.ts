import { CompiledQuery, Transaction, type Kysely, type KyselyPlugin } from 'kysely';
import {
  NO_TRANSACTION,
  type SqlDatabase,
  type SqlEngine,
  type SqlResult,
  type SqlStatement,
} from '../../../lib/sql/sql-database.js';

/** A shop's database by Kysely. */
export function kyselyClient<Tables>(
  db: Kysely<Tables>,
  engine: SqlEngine,
  poolSize?: number,
): SqlDatabase<Transaction<Tables>> {
  const begin = db.transaction();
  const transactions = engine === 'sqlite' ? begin : begin.setIsolationLevel('read committed');
  return {
    engine,
    poolSize,
    pool: db.getExecutor().adapter,
    runIn,
    connected: (act) => db.connection().execute(act as (connection: Kysely<Tables>) => ReturnType<typeof act>),
    transaction: (act) => transactions.execute((trx) => untilItEnds(trx, act)),
    faultOf: async (trx) => {
      const remedy = 'Give the trx of the transaction that is under way.';
      if (!(trx instanceof Transaction)) return { fault: 'is no transaction of Kysely.', remedy };
      const isOurs = trx.getExecutor().adapter === db.getExecutor().adapter;
      if (!isOurs) return { fault: "is one of another database than the journal's.", remedy };
      // Of one that has ended, Kysely itself throws; of one that the engine has given up, the driver.
      const error: unknown = await runIn(trx, { sql: 'SELECT 1' }).catch((reason: unknown) => reason);
      return error instanceof Error && !('code' in error) ? { fault: NO_TRANSACTION, remedy } : undefined;
    },
  };
}

async function runIn<Tables>(trx: Kysely<Tables>, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
  const { rows, numAffectedRows } = await trx.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, [...parameters]));
  return { rows, affected: Number(numAffectedRows ?? rows.length) };
}

/** Kysely refuses what comes after the end, but not what comes, or is still waiting, on the way there. */
async function untilItEnds<Tables, T>(trx: Transaction<Tables>, act: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  let hasEnded = false;
  const gate: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (hasEnded) throw new Error('This transaction has ended.');
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  try {
    return await act(trx.withPlugin(gate));
  } finally {
    hasEnded = true;
    // Its statements take turns.
    await trx.getExecutor().provideConnection(() => Promise.resolve());
  }
}
