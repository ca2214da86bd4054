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

/** A connection of a driver's, or its pool: pg's, or that of mysql2's promises. */
interface Driver {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  connect(): Promise<Driver>;
  getConnection(): Promise<Driver>;
  release(): void;
}

/** What is used of Drizzle's beside what it documents: by which connection a database or a transaction speaks. */
interface Inside {
  readonly dialect: unknown;
  readonly session: { client: Driver };
}

interface Transactions<Transaction> {
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options: { isolationLevel: 'read committed' }): Promise<T>;
}

const REMEDY = 'Give the tx that transaction() hands to its callback.';

/** A shop's PostgreSQL, MySQL or MariaDB by Drizzle, on `pg` or `mysql2`. */
export class DrizzleDatabase<Transaction extends object> implements SqlDatabase<Transaction> {
  readonly #ended = new WeakSet<object>();

  constructor(
    private readonly db: object,
    readonly engine: Exclude<SqlEngine, 'sqlite'>,
    readonly poolSize = 10,
    private readonly connectionWaitMs = CONNECTION_WAIT_MS,
  ) {}

  get pool(): Driver {
    return inside(this.db).session.client;
  }

  run(statement: SqlStatement): Promise<SqlResult> {
    const take = async (use: (connection: Driver) => Promise<SqlResult>): Promise<SqlResult> => {
      const connection = await (this.engine === 'postgres' ? this.pool.connect() : this.pool.getConnection());
      return use(connection).finally(() => connection.release());
    };
    return whenConnected(this.connectionWaitMs, take, (connection) => runOn(connection, statement));
  }

  runIn(transaction: Transaction, statement: SqlStatement): Promise<SqlResult> {
    return runOn(this.connectionOf(transaction), statement);
  }

  connectionOf(transaction: Transaction): Driver {
    return inside(transaction).session.client;
  }

  transaction<T>(act: (transaction: Transaction) => Promise<T>): Promise<T> {
    const db = this.db as Transactions<Transaction>;
    return whenConnected(
      this.connectionWaitMs,
      (use) => db.transaction(use, { isolationLevel: 'read committed' }),
      async (transaction: Transaction) => {
        const { session } = inside(transaction);
        const gate = gateTo(session.client);
        session.client = gate.connection;
        try {
          return await act(transaction);
        } finally {
          gate.close();
          this.#ended.add(transaction);
        }
      },
    );
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    const { dialect, session } = transaction as Partial<Inside>;
    const fault =
      !session || !('rollback' in transaction)
        ? 'is no transaction of Drizzle.'
        : dialect !== inside(this.db).dialect
          ? "is one of another database than the journal's."
          : this.#ended.has(transaction)
            ? NO_TRANSACTION
            : undefined;
    return fault === undefined ? undefined : { fault, remedy: REMEDY };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const inside = (database: object): Inside => database as Inside;

/** A connection that, once closed, takes nothing more than what ends a transaction, and can be given back. */
function gateTo(connection: Driver): { readonly connection: Driver; close(): void } {
  let isOpen = true;
  const call = (name: string | symbol, method: (...given: unknown[]) => unknown, given: unknown[]): unknown => {
    const { text, sql } = Object(given[0]) as { readonly text?: string; readonly sql?: string };
    if (isOpen || name === 'release' || /^(commit|rollback)$/.test(text ?? sql ?? '')) return method.apply(connection, given);
    return Promise.reject(new Error('This transaction has ended.'));
  };
  const gate = new Proxy(connection, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (...given: unknown[]) => call(name, value as () => unknown, given) : value;
    },
  });
  return { connection: gate, close: () => (isOpen = false) };
}

async function runOn(connection: Driver, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
  const answer = await connection.query(sql, parameters);
  const first: unknown = Array.isArray(answer) ? answer[0] : answer;
  if (Array.isArray(first)) return { rows: first as SqlResult['rows'], affected: first.length };
  const {
    rows = [],
    rowCount,
    affectedRows = 0,
  } = first as { rows?: SqlResult['rows']; rowCount?: number; affectedRows?: number };
  return { rows, affected: rowCount ?? affectedRows };
}
