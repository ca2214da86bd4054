import type {
  SqlDatabase,
  SqlEngine,
  SqlResult,
  SqlStatement,
  SqlTransactionFault,
  SqlTransactionOptions,
} from './sql-database.js';
import { CONNECTION_WAIT_MS, whenConnected } from './when-connected.js';

/** A connection of a driver's, or its pool: pg's, mysql2's (with promises), or better-sqlite3's. */
interface Driver {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown>;
  connect(): Promise<Driver>;
  getConnection(): Promise<Driver>;
  release(): void;
}

interface SqliteDriver {
  readonly name: string;
  readonly memory: boolean;
  prepare(sql: string): {
    readonly reader: boolean;
    all(parameters: readonly unknown[]): SqlResult['rows'];
    run(parameters: readonly unknown[]): { changes: number };
  };
  close(): void;
}

/** What of Drizzle's is used beside what it documents: the session, by which a database or a transaction speaks to the driver. */
interface Session {
  client: Driver | SqliteDriver;
  readonly schema: unknown;
}

interface Inside {
  readonly dialect: unknown;
  readonly session: Session;
}

interface DrizzleTransactions<Transaction> {
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options: { isolationLevel: 'read committed' }): Promise<T>;
}

/** A shop's database by Drizzle. */
export class DrizzleDatabase<Transaction extends object> implements SqlDatabase<Transaction> {
  /** SQLite's: it has one connection for statements by themselves, and one for each transaction, which take turns. */
  #own: SqliteDriver | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #ended = new WeakSet<object>();

  constructor(
    private readonly db: object,
    readonly engine: SqlEngine,
    readonly poolSize = 10,
    private readonly connectionWaitMs = CONNECTION_WAIT_MS,
  ) {}

  run(statement: SqlStatement): Promise<SqlResult> {
    const { client } = inside(this.db).session;
    if (this.engine === 'sqlite')
      return this.inTurn(() => Promise.resolve(runSqlite((this.#own ??= open(client as SqliteDriver)), statement)));
    const pool = client as Driver;
    return whenConnected(
      this.connectionWaitMs,
      async (use) => {
        const connection = await (this.engine === 'postgres' ? pool.connect() : pool.getConnection());
        return use(connection).finally(() => connection.release());
      },
      (connection: Driver) => runServer(connection, statement),
    );
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- So that SQLite's errors reject.
  async runIn(transaction: Transaction, statement: SqlStatement): Promise<SqlResult> {
    const { client } = inside(transaction).session;
    return this.engine === 'sqlite' ? runSqlite(client as SqliteDriver, statement) : runServer(client as Driver, statement);
  }

  transaction<T>(act: (transaction: Transaction) => Promise<T>, _options?: SqlTransactionOptions): Promise<T> {
    if (this.engine === 'sqlite') return this.inTurn(() => this.sqliteTransaction(act));
    const db = this.db as DrizzleTransactions<Transaction>;
    return whenConnected(
      this.connectionWaitMs,
      (use) => db.transaction(use, { isolationLevel: 'read committed' }),
      async (transaction: Transaction) => {
        const { session } = inside(transaction);
        const connection = session.client as Driver;
        let hasEnded = false;
        const refuse = (): Promise<never> => Promise.reject(new Error('This transaction has ended.'));
        session.client = new Proxy(connection, {
          get: (target, name) => {
            const value: unknown = Reflect.get(target, name, target);
            if (typeof value !== 'function') return value;
            if (!hasEnded || name === 'release') return value.bind(target) as unknown;
            return (given: { text?: string; sql?: string }, ...rest: unknown[]): unknown =>
              /^(commit|rollback)$/.test(given.text ?? given.sql ?? '')
                ? (value.call(target, given, ...rest) as unknown)
                : refuse();
          },
        });
        try {
          return await act(transaction);
        } finally {
          hasEnded = true;
          this.#ended.add(transaction);
        }
      },
    );
  }

  /** Drizzle's own are over before anything can be awaited. */
  private async sqliteTransaction<T>(act: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { dialect, session } = inside(this.db);
    const own = open(session.client as SqliteDriver);
    try {
      const Shops = this.db.constructor as new (...parts: unknown[]) => Transaction;
      const ShopsSession = session.constructor as new (...parts: unknown[]) => Session;
      const transaction = new Shops('sync', dialect, new ShopsSession(own, dialect, session.schema, session), session.schema);
      runSqlite(own, { sql: 'BEGIN IMMEDIATE' });
      const result = await act(transaction).finally(() => this.#ended.add(transaction));
      runSqlite(own, { sql: 'COMMIT' });
      return result;
    } finally {
      // It rolls back what is not committed, and lets nobody write any more.
      own.close();
    }
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const take = (use: (turn: undefined) => Promise<T>): Promise<T> => {
      const done = this.#last.then(() => use(undefined));
      this.#last = done.catch(() => undefined);
      return done;
    };
    return whenConnected(this.connectionWaitMs, take, act);
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    const remedy = 'Give the tx that transaction() hands to its callback.';
    const { session, dialect } = inside(transaction);
    const isOurs = this.engine === 'sqlite' && session?.client !== inside(this.db).session.client;
    if (!session || !(isOurs || 'rollback' in transaction)) return { fault: 'no transaction of Drizzle', remedy };
    if (dialect !== inside(this.db).dialect) return { fault: "one of another database than the journal's", remedy };
    return this.#ended.has(transaction) ? { fault: 'one that has ended', remedy } : undefined;
  }

  driverErrorOf(error: unknown): unknown {
    return (Object(error) as { cause?: unknown }).cause ?? error;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#own?.close();
    this.#own = undefined;
  }
}

const inside = (database: object): Inside => database as Inside;

/** One more connection to the file. Whoever waits for its lock must not hold up the thread. */
function open({ name, constructor }: SqliteDriver): SqliteDriver {
  const own = new (constructor as new (file: string, options: object) => SqliteDriver)(name, {
    fileMustExist: true,
    timeout: 0,
  });
  runSqlite(own, { sql: 'PRAGMA synchronous = FULL' });
  return own;
}

function runSqlite(connection: SqliteDriver, { sql, parameters = [] }: SqlStatement): SqlResult {
  const statement = connection.prepare(sql);
  if (!statement.reader) return { rows: [], affected: statement.run(parameters).changes };
  const rows = statement.all(parameters);
  return { rows, affected: rows.length };
}

async function runServer(connection: Driver, { sql, parameters = [] }: SqlStatement): Promise<SqlResult> {
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
