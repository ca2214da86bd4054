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

/** What a Prisma client and its `tx` have in common. */
export interface PrismaRaw {
  $queryRawUnsafe<T>(sql: string, ...values: unknown[]): PromiseLike<T>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

interface PrismaTransactions<Transaction> extends PrismaRaw {
  $transaction<T>(
    act: (transaction: Transaction) => Promise<T>,
    options: { maxWait: number; timeout: number; isolationLevel?: 'ReadCommitted' },
  ): Promise<T>;
}

/** Prisma gives rows, or how many there were, never both: which of them it is for is read off a statement. */
const GIVES_ROWS = /^\s*(SET STATEMENT .*? FOR\s+)?(SELECT|WITH|SHOW|PRAGMA)|\sRETURNING\s/i;

/** A shop's database by Prisma. */
export class PrismaDatabase<Transaction extends PrismaRaw> implements SqlDatabase<Transaction> {
  constructor(
    private readonly prisma: PrismaTransactions<Transaction>,
    readonly engine: SqlEngine,
    readonly poolSize = engine === 'sqlite' ? 1 : 10,
    private readonly connectionWaitMs = CONNECTION_WAIT_MS,
  ) {}

  /** Clients that are extended have it in common. */
  get pool(): object {
    return engineOf(this.prisma);
  }

  /** In a transaction, for one that comes too late is never begun, whereas a statement by itself may be run at any time. */
  run(statement: SqlStatement): Promise<SqlResult> {
    return this.transaction((transaction) => this.runIn(transaction, statement));
  }

  async runIn(transaction: Transaction, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
    if (!GIVES_ROWS.test(sql)) return { rows: [], affected: await transaction.$executeRawUnsafe(sql, ...parameters) };
    const rows = await transaction.$queryRawUnsafe<SqlResult['rows']>(sql, ...parameters);
    return { rows, affected: rows.length };
  }

  transaction<T>(
    act: (transaction: Transaction) => Promise<T>,
    { timeoutMs }: { readonly timeoutMs: number } = { timeoutMs: this.connectionWaitMs },
  ): Promise<T> {
    const times = { maxWait: this.connectionWaitMs, timeout: timeoutMs };
    const options = this.engine === 'sqlite' ? times : { ...times, isolationLevel: 'ReadCommitted' as const };
    return whenConnected(
      this.connectionWaitMs,
      (use) => this.prisma.$transaction(use, options),
      async (transaction: Transaction) => {
        if (this.engine === 'sqlite') await beginImmediate((statement) => this.runIn(transaction, statement));
        return act(transaction);
      },
    );
  }

  async faultOf(transaction: object): Promise<SqlTransactionFault | undefined> {
    const remedy = 'Give the tx that $transaction() hands to its callback.';
    if (!('$queryRawUnsafe' in transaction) || '$connect' in transaction)
      return { fault: 'is no transaction of Prisma.', remedy };
    if (engineOf(transaction) !== this.pool) return { fault: "is one of another Prisma client than the journal's.", remedy };
    const error: unknown = await this.runIn(transaction as Transaction, { sql: 'SELECT 1' }).catch((reason: unknown) => reason);
    return (error as { code?: unknown }).code === 'P2028' ? { fault: NO_TRANSACTION, remedy } : undefined;
  }

  driverErrorOf(error: unknown): unknown {
    const { meta, cause } = Object(error) as { meta?: { driverAdapterError?: { cause?: unknown } }; cause?: unknown };
    const { originalCode, originalMessage, state } = Object(meta?.driverAdapterError?.cause ?? cause) as Record<string, string>;
    if (originalCode === undefined) return error;
    const found = Object.assign(new Error(originalMessage), { code: originalCode });
    if (this.engine !== 'mysql') return found;
    return Object.assign(found, { errno: Number(originalCode), sqlState: state ?? SQL_STATES[originalCode] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const engineOf = (client: object): object => (client as { _engine: object })._engine;

/** Of those errors whose state Prisma leaves out. */
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
