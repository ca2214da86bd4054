import { NO_TRANSACTION, type SqlEngine, type SqlResult, type SqlStatement } from '../../../lib/sql/sql-database.js';
import { CONNECTION_WAIT_MS } from '../../../lib/sql/journal-database.js';
import type { SqlClient } from './sql-client.js';

/** What a Prisma client and its `tx` have in common. */
export interface PrismaRaw {
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): PromiseLike<T>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

/** What is used of a Prisma client. */
export interface PrismaTransactions<Transaction> extends PrismaRaw {
  $transaction<T>(
    act: (transaction: Transaction) => Promise<T>,
    options: { maxWait: number; timeout: number; isolationLevel?: 'ReadCommitted' },
  ): Promise<T>;
}

/** Prisma gives rows, or how many there were, never both: which of them it is for is read off a statement. */
const GIVES_ROWS = /^\s*(SET STATEMENT .*? FOR\s+)?(SELECT|WITH|SHOW|PRAGMA)|\sRETURNING\s/i;

/**
 * A shop's database by Prisma. It has no `connected`: a statement by itself that has waited for too long may still be run at any
 * time, whereas a transaction is then never begun.
 * @param own on SQLite, a client of the journal's own on the same file: what the shop writes by `prisma` while a transaction of
 * `prisma` is open becomes a part of that one, and is rolled back with it.
 */
export function prismaClient<Transaction extends PrismaRaw>(
  prisma: PrismaTransactions<Transaction>,
  engine: SqlEngine,
  poolSize?: number,
  own = prisma,
  maxWait = CONNECTION_WAIT_MS,
): SqlClient<Transaction> {
  const isolation = engine === 'sqlite' ? {} : { isolationLevel: 'ReadCommitted' as const };
  return {
    engine,
    poolSize,
    // Clients that are extended have it in common.
    pool: engineOf(prisma),
    runIn,
    transaction: (act, { timeoutMs }) => own.$transaction(act, { maxWait, timeout: timeoutMs, ...isolation }),
    faultOf: async (tx) => {
      const remedy = 'Give the tx that $transaction() hands to its callback.';
      if (!('$queryRawUnsafe' in tx) || '$connect' in tx) return { fault: 'is no transaction of Prisma.', remedy };
      const isOurs = engineOf(tx) === engineOf(prisma) || engineOf(tx) === engineOf(own);
      if (!isOurs) return { fault: "is one of another Prisma client than the journal's.", remedy };
      const error: unknown = await runIn(tx as Transaction, { sql: 'SELECT 1' }).catch((reason: unknown) => reason);
      return (error as { code?: unknown }).code === 'P2028' ? { fault: NO_TRANSACTION, remedy } : undefined;
    },
    driverErrorOf: (error) => {
      const { meta, cause } = Object(error) as { meta?: { driverAdapterError?: { cause?: unknown } }; cause?: unknown };
      const { originalCode, originalMessage, state } = Object(meta?.driverAdapterError?.cause ?? cause) as Record<
        string,
        string
      >;
      if (originalCode === undefined) return error;
      const found = Object.assign(new Error(originalMessage), { code: originalCode });
      if (engine !== 'mysql') return found;
      return Object.assign(found, { errno: Number(originalCode), sqlState: state ?? SQL_STATES[originalCode] });
    },
  };
}

async function runIn(tx: PrismaRaw, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
  if (!GIVES_ROWS.test(sql)) return { rows: [], affected: await tx.$executeRawUnsafe(sql, ...parameters) };
  const rows = await tx.$queryRawUnsafe<SqlResult['rows']>(sql, ...parameters);
  return { rows, affected: rows.length };
}

const engineOf = (client: object): object => (client as { _engine: object })._engine;

/** Of those of MySQL's errors whose state Prisma leaves out. */
const SQL_STATES: Readonly<Record<string, string>> = {
  1044: '42000',
  1045: '28000',
  1048: '23000',
  1054: '42S22',
  1062: '23000',
  1146: '42S02',
  1213: '40001',
  1264: '22003',
  1364: 'HY000',
  1406: '22001',
  1451: '23000',
  1452: '23000',
};
