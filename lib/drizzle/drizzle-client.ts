import { gateTo } from '../sql/gate.js';
import type { SqlDatabase, SqlEngine, SqlResult, SqlStatement } from '../sql/sql-database.js';

/** A connection of a driver's, or its pool: pg's, or that of mysql2's promises. */
interface Driver {
  on(event: 'acquire', listener: (connection: Driver) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): Driver;
  listenerCount(event: 'error'): number;
  query(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  connect(): Promise<Driver>;
  getConnection(): Promise<Driver>;
  release(): void;
}

/** What is used of Drizzle's beside what it documents: by which connection a database or a transaction speaks. */
interface Inside {
  readonly dialect?: unknown;
  readonly session: { client: Driver };
}

interface Transactions<Transaction> {
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options: { isolationLevel: 'read committed' }): Promise<T>;
}

/** A shop's PostgreSQL, MySQL or MariaDB by Drizzle, on `pg` or `mysql2`. */
export function drizzleClient<Transaction extends object>(
  db: object,
  engine: Exclude<SqlEngine, 'sqlite'>,
  poolSize?: number,
): SqlDatabase<Transaction> {
  const connectionOf = (transaction: object): Driver => (transaction as Inside).session.client;
  const pool = connectionOf(db);
  if (engine === 'postgres') hearErrors(pool);
  return {
    engine,
    poolSize,
    pool,
    connectionOf,
    runIn: (transaction, statement) => runOn(connectionOf(transaction), statement),
    connected: async (act) => {
      const connection = await (engine === 'postgres' ? pool.connect() : pool.getConnection());
      const alone: Inside = { session: { client: connection } };
      return act(alone as never).finally(() => connection.release());
    },
    transaction: (act) =>
      (db as Transactions<Transaction>).transaction(
        async (transaction) => {
          const { session } = transaction as Inside;
          const gate = gateTo(session.client, endsIt);
          session.client = gate.connection;
          return act(transaction).finally(() => gate.close());
        },
        { isolationLevel: 'read committed' },
      ),
    faultOf: (transaction) => {
      const remedy = 'Give the tx that transaction() hands to its callback.';
      const { dialect, session } = transaction as Partial<Inside>;
      if (!session || !('rollback' in transaction)) return { fault: 'is no transaction of Drizzle.', remedy };
      const isOurs = dialect === (db as Inside).dialect;
      return isOurs ? undefined : { fault: "is one of another database than the journal's.", remedy };
    },
  };
}

/** An `error` of pg's that nobody listens for ends the process; the next statement on the connection says so, too. */
function hearErrors(pool: Driver): void {
  if (pool.listenerCount('error') === 0) pool.on('error', hear);
  pool.on('acquire', (connection) => connection.off('error', hear).on('error', hear));
}

const hear = (): void => undefined;

/** What ends a transaction, or gives its connection back, is Drizzle's own. */
function endsIt(name: string | symbol, [given]: readonly unknown[]): boolean {
  const { text, sql } = Object(given) as { readonly text?: string; readonly sql?: string };
  return name === 'release' || /^(commit|rollback)$/.test(text ?? sql ?? '');
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
