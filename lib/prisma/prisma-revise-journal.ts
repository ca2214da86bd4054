import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { CONNECTION_WAIT_MS } from '../sql/journal-database.js';
import { NO_TRANSACTION, type SqlDatabase, type SqlEngine, type SqlResult, type SqlStatement } from '../sql/sql-database.js';
import { SqlReviseJournal, type SqlJournalOptions } from '../sql/sql-revise-journal.js';

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

export interface PrismaJournalOptions<Transaction = PrismaRaw> extends SqlJournalOptions {
  /** That of the Prisma schema's provider; MariaDB is `mysql`, too. */
  readonly engine: SqlEngine;
  /** How many connections the adapter's pool may have. Absent: ten. */
  readonly poolSize?: number | undefined;
  /**
   * On SQLite, a second client on the same file, for the journal alone: what the shop writes by the first, while a transaction of
   * the first is open, becomes a part of that one, and would be rolled back with it. The shop disconnects it.
   */
  readonly own?: PrismaTransactions<Transaction> | undefined;
}

/**
 * Keeps revisions in the shop's database by its Prisma client, of Prisma 7 with a driver adapter: PostgreSQL, MySQL or MariaDB,
 * SQLite. Its tables come from `npx kicc migrate`, or as models from `npx kicc schema --as prisma`. What a transaction of the
 * shop's is to `record()`, and to `@OnRevisionSettled()` handlers, is the `tx` of an interactive transaction.
 * @example
 * journal: {
 *   inject: [PrismaService, ModulesContainer],
 *   useFactory: (prisma, modules) => new PrismaReviseJournal(prisma, { engine: 'postgres', modules }),
 * }
 */
export class PrismaReviseJournal<Transaction extends PrismaRaw = PrismaRaw> extends SqlReviseJournal<Transaction> {
  /** @throws {KiccConfigurationError} on SQLite, without a client of its own. */
  constructor(prisma: PrismaTransactions<Transaction>, options: PrismaJournalOptions<Transaction>) {
    const { engine, poolSize, own } = options;
    if (engine === 'sqlite' && !own) {
      throw new KiccConfigurationError([
        'journal: on SQLite, what the shop writes beside a transaction of the same Prisma client is rolled back with it. Give the ' +
          'journal a second client on the same file: own: new PrismaClient({ adapter }).',
      ]);
    }
    super(prismaDatabase(prisma, engine, poolSize, own), options);
  }
}

/** Prisma gives rows, or how many there were, never both: which of them it is for is read off a statement. */
const GIVES_ROWS = /^\s*(SET STATEMENT .*? FOR\s+)?(SELECT|WITH|SHOW|PRAGMA)|\sRETURNING\s/i;

/**
 * A shop's database by Prisma. It has no `connected`: a statement by itself that has waited for too long may still be run at any
 * time, whereas a transaction is then never begun.
 * @param own on SQLite, a client of the journal's own on the same file: what the shop writes by `prisma` while a transaction of
 * `prisma` is open becomes a part of that one, and is rolled back with it.
 */
export function prismaDatabase<Transaction extends PrismaRaw>(
  prisma: PrismaTransactions<Transaction>,
  engine: SqlEngine,
  poolSize?: number,
  own = prisma,
  maxWait = CONNECTION_WAIT_MS,
): SqlDatabase<Transaction> {
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
