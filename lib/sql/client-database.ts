import { timers } from '../real-time.js';
import { beginImmediate } from './begin-immediate.js';
import type { JoinedTransaction } from './joined-transaction.js';
import { untilPassed, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { LOCK_WAIT_MS } from './lock-wait.js';
import { mariaDbDialect, mysqlDialect } from './mysql-dialect.js';
import { notUnderWay, unfit } from './not-under-way.js';
import { postgresDialect } from './postgres-dialect.js';
import type { SqlDatabase, SqlTransactionOptions } from './sql-database.js';
import { sqlStateOf, type Bound, type Fitness, type SqlDialect } from './sql-dialect.js';
import { sqliteDialect } from './sqlite-dialect.js';
import { SQLITE_LOCK_WAIT_MS } from './sqlite-file.js';
import { LockedFileError } from './sqlite-files.js';
import { doWork, type Statement, type StatementResult, type Work } from './statement.js';
import { Turns } from './turns.js';
import { whenConnected } from './when-connected.js';

/** Of pools that do not tell their size. */
const POOL_SIZE = 10;
/** Of the journal's own: it waits for locks, but for nothing else. */
const OWN: SqlTransactionOptions = { timeoutMs: 30_000, isShops: false };

/** What PostgreSQL says of a SAVEPOINT outside a transaction. */
const NOT_IN_TRANSACTION = '25P01';
/** What it says of a guarded row in another transaction. */
const IS_NULL = '23502';

/** The turns of handlers, of all journals on one pool together. */
const TURNS = new WeakMap<object, Turns>();

/** A database that is reached by a client of the shop's. */
export class ClientDatabase<Transaction extends object> implements JournalDatabase<Transaction> {
  /** One at a time on each connection. */
  readonly #within = new WeakMap<object, Promise<unknown>>();

  constructor(
    private readonly client: SqlDatabase<Transaction>,
    readonly dialect: SqlDialect,
    private readonly limits: DatabaseLimits,
  ) {}

  static async open<Transaction extends object>(
    client: SqlDatabase<Transaction>,
    limits: DatabaseLimits,
  ): Promise<ClientDatabase<Transaction>> {
    const dialect = client.engine === 'postgres' ? postgresDialect : client.engine === 'mysql' ? mysqlDialect : sqliteDialect;
    const database = new ClientDatabase(client, dialect, limits);
    const { oneTrip, ...others } = (await database.isMariaDb()) ? mariaDbDialect : dialect;
    return new ClientDatabase(client, oneTrip && client.takesScripts ? { ...others, oneTrip } : others, limits);
  }

  get poolSize(): number {
    return this.client.poolSize ?? POOL_SIZE;
  }

  transaction<T>(work: () => Work<T>, lockWaitMs?: number): Promise<T> {
    const { client, dialect } = this;
    const waiting = (statement: Statement): Statement =>
      unprepared(lockWaitMs === undefined ? statement : dialect.withoutWaiting(statement));
    const attempt = (): Promise<T> =>
      this.inTransaction(
        (transaction) =>
          this.bounded(transaction, dialect.lockWait, lockWaitMs, () =>
            doWork(work(), (statement) => client.runIn(transaction, waiting(statement))),
          ),
        OWN,
      );
    return untilPassed(dialect, () => this.telling(attempt), lockWaitMs);
  }

  single<T>(work: () => Work<T>, lockWaitMs?: number): Promise<T> {
    const attempt = (): Promise<T> => doWork(work(), (statement) => this.run(statement));
    return untilPassed(this.dialect, () => this.telling(attempt), lockWaitMs);
  }

  within<T>({ transaction, told }: JoinedTransaction<Transaction>, work: () => Work<T>): Promise<T> {
    const { client, dialect } = this;
    const { begin, end, undo } = dialect.part;
    const run = (statement: Statement): Promise<StatementResult> =>
      statement.newest
        ? this.run(statement, client.connectedBeside?.bind(client))
        : client.runIn(transaction, unprepared(dialect.withoutWaiting(statement)));
    const part = async (which: string | undefined): Promise<T> => {
      await this.runAll(transaction, begin(which)).catch((error: unknown) => {
        throw sqlStateOf(this.driverErrorOf(error)) === NOT_IN_TRANSACTION ? notUnderWay() : error;
      });
      try {
        // PostgreSQL's bound is a part of what it begins with.
        const bound = dialect.lockWait?.reset === undefined ? undefined : dialect.lockWait;
        const result = await this.bounded(transaction, bound, LOCK_WAIT_MS, () => doWork(work(), run));
        await this.runAll(transaction, end);
        return result;
      } catch (error) {
        const isThere = await this.runAll(transaction, undo).then(
          () => true,
          () => false,
        );
        if (!isThere) this.endStray();
        const driverError = this.driverErrorOf(error);
        const isAnother = isThere && sqlStateOf(driverError) === IS_NULL;
        throw (isThere && !isAnother) || dialect.isLocked(error) ? error : endedMeanwhile(error, driverError);
      }
    };
    const tries = async (): Promise<T> => {
      const which = refuseUnfit((await told) ?? (await this.fitness(transaction)));
      return untilPassed({ ...dialect, isPassing: () => false }, () => this.telling(() => part(which)), 2 * LOCK_WAIT_MS);
    };
    const connection = client.connectionOf?.(transaction) ?? transaction;
    const done = (this.#within.get(connection) ?? Promise.resolve()).then(tries, tries);
    this.#within.set(connection, done);
    return done;
  }

  /** Only PostgreSQL can. Where it fails, as in another part that is to be undone yet, it is asked again later. */
  async tell(transaction: Transaction): Promise<Fitness | undefined> {
    const { client } = this;
    // Of other clients, what a transaction is given as is over with it.
    if (client.engine !== 'postgres' || !client.connectionOf) return undefined;
    try {
      const fault = client.faultOf(transaction);
      if (fault === undefined) return await this.fitness(transaction);
      await fault;
    } catch {
      // It is refused later.
    }
    return undefined;
  }

  faultOf(transaction: object): ReturnType<SqlDatabase['faultOf']> {
    return this.client.faultOf(transaction);
  }

  withShops: JournalDatabase<Transaction>['withShops'] = (act) => {
    const { client } = this;
    const { shopsWait } = this.dialect;
    const { connectionWaitMs, handlerTimeoutMs } = this.limits;
    const inside = async (transaction: Transaction): Promise<Awaited<ReturnType<typeof act>>> => {
      if (shopsWait) await client.runIn(transaction, { sql: shopsWait.set(handlerTimeoutMs) });
      const result = await act(transaction, (work) =>
        doWork(work, (statement) => client.runIn(transaction, unprepared(statement))),
      );
      // Where it fails, a statement may still be under way, and nothing could be run before its end.
      await this.reset(transaction, shopsWait);
      return result;
    };
    // Of several handlers, each has its time.
    const options = { timeoutMs: 10 * handlerTimeoutMs, isShops: true };
    return this.turns.take(connectionWaitMs, () => this.telling(() => this.inTransaction(inside, options)));
  };

  async durabilityProblems(): Promise<readonly string[]> {
    const { sql, remedy } = this.dialect.durability;
    const { rows } = await this.run({ sql });
    return rows.map((row) => {
      const [name, value] = Object.values(row).map(String);
      return `${name} is ${value}, so the database may lose what it has confirmed. ${remedy}`;
    });
  }

  async close(): Promise<void> {
    await this.client.close?.();
  }

  /** Runs a statement by itself. */
  run(statement: Statement, connected = this.client.connected?.bind(this.client)): Promise<StatementResult> {
    const act = (connection: Transaction): Promise<StatementResult> => this.client.runIn(connection, statement);
    // One connection that others write on as well has no statements by themselves.
    if (!connected || this.client.engine === 'sqlite') return this.inTransaction(act, OWN);
    return whenConnected(this.limits.connectionWaitMs, connected, act);
  }

  /** Does something in a transaction of its own, on SQLite with the write lock from its beginning. */
  inTransaction<T>(act: (transaction: Transaction) => Promise<T>, options: SqlTransactionOptions): Promise<T> {
    const { client } = this;
    const begin = (use: (transaction: Transaction) => Promise<T>): Promise<T> => client.transaction(use, options);
    const { connectionWaitMs } = this.limits;
    if (client.engine !== 'sqlite') return whenConnected(connectionWaitMs, begin, act);
    let hasBegun = false;
    const locked = async (transaction: Transaction): Promise<T> => {
      await beginImmediate((statement) => client.runIn(transaction, statement));
      hasBegun = true;
      return act(transaction);
    };
    const isLocked = (error: unknown): boolean => !hasBegun && sqliteDialect.isPassing(error);
    const asked = timers.performance.now();
    const isEnough = (): boolean => timers.performance.now() - asked >= SQLITE_LOCK_WAIT_MS;
    const attempt = (): Promise<T> => this.telling(() => whenConnected(connectionWaitMs, begin, locked));
    const tries = untilPassed({ isPassing: isLocked, isLocked: () => false }, attempt, 0, isEnough);
    return tries.catch((error: unknown) => {
      throw isLocked(error) ? new LockedFileError('The SQLite file', SQLITE_LOCK_WAIT_MS) : error;
    });
  }

  /** Half of the pool is for handlers, so that what they wait for, though they should not, still finds a connection. */
  private get turns(): Turns {
    const pool = this.client.pool ?? this.client;
    const atOnce = this.client.engine === 'sqlite' ? 1 : Math.max(1, Math.floor(this.poolSize / 2));
    const turns = TURNS.get(pool) ?? new Turns(atOnce);
    TURNS.set(pool, turns);
    return turns;
  }

  /** Does something whose statements are bounded, inside a transaction. */
  private async bounded<T>(
    transaction: Transaction,
    bound: Bound | undefined,
    ms: number | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    if (!bound || ms === undefined) return act();
    await this.client.runIn(transaction, { sql: bound.set(ms) });
    try {
      return await act();
    } finally {
      // Where the connection is gone, so is the variable.
      await this.reset(transaction, bound).catch(() => undefined);
    }
  }

  private async reset(transaction: Transaction, bound: Bound | undefined): Promise<void> {
    if (bound?.reset !== undefined) await this.client.runIn(transaction, { sql: bound.reset });
  }

  /**
   * On SQLite a savepoint begins a transaction where the shop's is over already. A client that does not know of that would give its
   * connection to others with the transaction open.
   */
  private endStray(): void {
    const { client } = this;
    if (client.engine !== 'sqlite') return;
    const rollBack = (connection: Transaction): Promise<StatementResult> => client.runIn(connection, { sql: 'ROLLBACK' });
    client.connected?.(rollBack).catch(() => undefined);
  }

  private async runAll(transaction: Transaction, statements: readonly string[]): Promise<void> {
    const isOneTrip = this.client.engine === 'postgres' && this.client.takesScripts;
    for (const sql of isOneTrip ? [statements.join('; ')] : statements) await this.client.runIn(transaction, { sql });
  }

  private async fitness(transaction: Transaction): Promise<Fitness> {
    const { fitness: sql } = this.dialect;
    if (sql === undefined) return {};
    const { rows } = await this.client.runIn(transaction, { sql });
    return rows[0] ?? {};
  }

  private async isMariaDb(): Promise<boolean> {
    if (this.client.engine !== 'mysql') return false;
    // In Oracle's mode, it has another language.
    const sql = "SELECT LOWER(VERSION()) LIKE '%mariadb%' AND @@sql_mode NOT LIKE '%ORACLE%' AS speaks";
    const { rows } = await this.run({ sql });
    return Number(rows[0]?.['speaks']) === 1;
  }

  /** Lets the driver's own errors be seen. */
  private async telling<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.driverErrorOf(error);
    }
  }

  private driverErrorOf(error: unknown): unknown {
    return this.client.driverErrorOf?.(error) ?? error;
  }
}

/**
 * @returns what tells the transaction from all others, where the engine has that.
 * @throws {KiccValidationError} it is not under way, or hides what was refunded meanwhile.
 */
function refuseUnfit({ isolation, transaction, under_way: isUnderWay = 1 }: Fitness): string | undefined {
  if (Number(isUnderWay) !== 1) throw notUnderWay();
  if (isolation === undefined || isolation === 'read committed') return transaction;
  throw unfit(`is ${isolation}.`, 'Begin it as READ COMMITTED: in another, what was refunded meanwhile cannot be seen.');
}

/** What the engines say where the part of the transaction is not there any more: of its savepoint, its bound, its guarded row. */
const ENDED = /^(3B001|22023|23502|25P01|42000|ER_SP_DOES_NOT_EXIST|ER_BAD_NULL_ERROR)$/;

function endedMeanwhile(error: unknown, driverError: unknown): unknown {
  const { code, errno } = Object(driverError) as { code?: unknown; errno?: unknown };
  const isEnded = [sqlStateOf(driverError), String(code)].some((state) => ENDED.test(state)) || errno === 1048;
  return isEnded ? notUnderWay() : error;
}

/** Inside a transaction, a server that has forgotten what was prepared would end it. */
function unprepared(statement: Statement): Statement {
  return statement.isPrepared ? { ...statement, isPrepared: false } : statement;
}
