import { createHash } from 'node:crypto';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { inTime } from '../handlers/handler-time.js';
import { NoConnectionError } from '../revision/no-connection.error.js';
import { LOCK_WAIT_MS, untilPassed, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { mariaDbDialect, mysqlDialect } from './mysql-dialect.js';
import { postgresDialect } from './postgres-dialect.js';
import { sqlStateOf, type SqlDialect } from './sql-dialect.js';
import { doWork, type Statement, type StatementResult, type Work } from './statement.js';
import { Turns } from './turns.js';

type Engine = 'postgres' | 'mysql';

/** Of pools that do not tell their size; the drivers' default. */
const POOL_SIZE = 10;

/** The turns of handlers, of all journals on one pool together. */
const TURNS = new WeakMap<DataSource, Turns>();

/**
 * What bounds a transaction's statements, and takes that back: one that waits for a lock would keep those of the transaction
 * even after its connection was closed.
 */
const BOUNDS: Record<Engine, { readonly set: (ms: number) => string; readonly reset?: string }> = {
  postgres: { set: (ms) => `SET LOCAL statement_timeout = ${ms}` },
  mysql: {
    set: (ms) => `SET @kicc_lock_wait = @@innodb_lock_wait_timeout, innodb_lock_wait_timeout = ${Math.ceil(ms / 1000)}`,
    reset: 'SET innodb_lock_wait_timeout = @kicc_lock_wait',
  },
};

/**
 * What a part of the shop's transaction begins with, ends with, and is undone by. PostgreSQL's bound for waiting is put back as
 * it was; to undo a part does that by itself.
 */
const PARTS: Record<Engine, { readonly begin: string; readonly end: string; readonly undo: string }> = {
  postgres: {
    begin:
      "SAVEPOINT kicc_open; SELECT set_config('kicc.lock_timeout', current_setting('lock_timeout'), true); " +
      `SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`,
    end: "SELECT set_config('lock_timeout', current_setting('kicc.lock_timeout'), true); RELEASE SAVEPOINT kicc_open",
    undo: 'ROLLBACK TO SAVEPOINT kicc_open; RELEASE SAVEPOINT kicc_open',
  },
  mysql: {
    begin: 'SAVEPOINT kicc_open',
    end: 'RELEASE SAVEPOINT kicc_open',
    undo: 'ROLLBACK TO SAVEPOINT kicc_open',
  },
};

/** PostgreSQL, MySQL and MariaDB: connections of the shop's own pool. */
export class ServerDatabase implements JournalDatabase {
  readonly dialect: SqlDialect;
  /** MySQL knows no shorter wait for a lock than a second, by a variable of the session. */
  private readonly waitsWholeSeconds: boolean;
  /** See {@link newest}. */
  #newest: Promise<DataSource> | undefined;
  /** Whether what was prepared is there the next time. */
  #prepares = true;
  /** One at a time on each connection. */
  readonly #within = new WeakMap<QueryRunner, Promise<unknown>>();

  private constructor(
    private readonly dataSource: DataSource,
    private readonly engine: Engine,
    private readonly limits: DatabaseLimits,
    speaksMariaDb: boolean,
  ) {
    this.waitsWholeSeconds = engine === 'mysql' && !speaksMariaDb;
    this.dialect = engine === 'postgres' ? postgresDialect : speaksMariaDb ? mariaDbDialect : mysqlDialect;
  }

  static async open(dataSource: DataSource, engine: Engine, limits: DatabaseLimits): Promise<ServerDatabase> {
    const database = new ServerDatabase(dataSource, engine, limits, false);
    if (engine === 'postgres') return database;
    // TypeORM's types for MySQL and MariaDB serve either. In Oracle's mode, MariaDB has another language.
    const sql = "SELECT LOWER(VERSION()) LIKE '%mariadb%' AND @@sql_mode NOT LIKE '%ORACLE%' AS speaks";
    const { rows } = await database.connected((runner) => runStatement(runner, { sql }));
    return new ServerDatabase(dataSource, engine, limits, Number(rows[0]?.['speaks']) === 1);
  }

  get poolSize(): number {
    const { master, pool, poolCluster } = this.dataSource.driver as unknown as PooledDriver;
    const { max, connectionLimit } = master?.options ?? (pool ?? poolCluster?._nodes?.['MASTER']?.pool)?.config ?? {};
    // MySQL's 0 is no limit.
    return max ?? (connectionLimit === 0 ? Infinity : (connectionLimit ?? POOL_SIZE));
  }

  transaction<T>(work: () => Work<T>, lockWaitMs?: number): Promise<T> {
    return this.bounded(lockWaitMs, async (runner, run) => {
      for (const sql of this.dialect.begin(lockWaitMs)) await runner.query(sql);
      try {
        const result = await doWork(work(), run);
        await runner.query('COMMIT');
        return result;
      } catch (error) {
        // Where the connection is gone, the server rolls back by itself.
        await runner.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  single<T>(work: () => Work<T>, lockWaitMs?: number): Promise<T> {
    return this.bounded(lockWaitMs, (runner, run) =>
      doWork(work(), (statement) =>
        statement.isPrepared && this.#prepares ? this.runPrepared(runner, statement) : run(statement),
      ),
    );
  }

  within<T>(runner: QueryRunner, work: () => Work<T>): Promise<T> {
    const { begin, end, undo } = PARTS[this.engine];
    const part = async (): Promise<T> => {
      await runner.query(begin);
      try {
        const run = (statement: Statement): Promise<StatementResult> =>
          statement.newest ? this.newest(statement) : runStatement(runner, this.dialect.withoutWaiting(statement));
        const result = await this.waitingBriefly(runner, LOCK_WAIT_MS, () => doWork(work(), run));
        await runner.query(end);
        return result;
      } catch (error) {
        // What was a deadlock has ended the whole transaction on MySQL.
        await runner.query(undo).catch(() => undefined);
        throw error;
      }
    };
    const tries = (): Promise<T> => untilPassed({ ...this.dialect, isPassing: () => false }, part, 2 * LOCK_WAIT_MS);
    const done = (this.#within.get(runner) ?? Promise.resolve()).then(tries, tries);
    this.#within.set(runner, done);
    return done;
  }

  withManager: JournalDatabase['withManager'] = (act) =>
    this.turns.take(this.limits.connectionWaitMs, () =>
      this.connected(async (runner) => {
        const { set, reset } = BOUNDS[this.engine];
        try {
          await runner.startTransaction('READ COMMITTED');
          await runner.query(set(this.limits.handlerTimeoutMs));
          const result = await act(runner.manager, (work) => doWork(work, (statement) => runStatement(runner, statement)));
          if (reset !== undefined) await runner.query(reset);
          await runner.commitTransaction();
          return result;
        } catch (error) {
          await this.end(runner);
          throw error;
        }
      }),
    );

  async durabilityProblems(): Promise<readonly string[]> {
    return this.connected(async (runner) => {
      const sql =
        this.engine === 'postgres'
          ? "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'"
          : "SHOW VARIABLES WHERE Variable_name = 'innodb_flush_log_at_trx_commit' AND Value <> '1'";
      const { rows } = await runStatement(runner, { sql });
      return rows.map((row) => {
        const [name, value] = Object.values(row).map(String);
        return `${name} is ${value}, so the server may lose what it has confirmed. Set it to ${value === 'off' ? 'on' : '1'}.`;
      });
    });
  }

  async close(): Promise<void> {
    // The pool is the shop's.
    const newest = await this.#newest?.catch(() => undefined);
    this.#newest = undefined;
    await newest?.destroy();
  }

  /**
   * Reads what is committed by now, on a connection of its own: a transaction of the shop's waits for it, so that one of the
   * shop's pool might never come.
   */
  private async newest(statement: Statement): Promise<StatementResult> {
    this.#newest ??= connectBeside(this.dataSource).catch((error: unknown) => {
      this.#newest = undefined;
      throw error;
    });
    return this.connected((runner) => runStatement(runner, statement), await this.#newest);
  }

  /** PostgreSQL keeps how it does it for the next time. */
  private async runPrepared(runner: QueryRunner, statement: Statement): Promise<StatementResult> {
    const { sql, parameters = [] } = statement;
    const connection = (await runner.connect()) as PostgresConnection;
    try {
      const { rows, rowCount } = await connection.query({ name: preparedName(sql), text: sql, values: [...parameters] });
      return { rows, affected: rowCount ?? 0 };
    } catch (error) {
      // A pooler between gives each transaction some session of its own; nothing was done.
      if (!NOT_PREPARED.includes(sqlStateOf(error))) throw error;
      this.#prepares = false;
      return runStatement(runner, statement);
    }
  }

  /** Does something on a connection of the pool, whose statements wait for a lock no longer than told. */
  private bounded<T>(
    lockWaitMs: number | undefined,
    act: (runner: QueryRunner, run: (statement: Statement) => Promise<StatementResult>) => Promise<T>,
  ): Promise<T> {
    const { dialect } = this;
    const bound = (statement: Statement): Statement =>
      lockWaitMs === undefined || statement.isScript ? statement : dialect.withoutWaiting(statement);
    const attempt = (): Promise<T> =>
      this.connected((runner) =>
        this.waitingBriefly(runner, lockWaitMs, () => act(runner, (statement) => runStatement(runner, bound(statement)))),
      );
    return untilPassed(dialect, attempt, lockWaitMs);
  }

  private async waitingBriefly<T>(runner: QueryRunner, lockWaitMs: number | undefined, act: () => Promise<T>): Promise<T> {
    if (!this.waitsWholeSeconds || lockWaitMs === undefined) return act();
    const { set, reset } = BOUNDS.mysql;
    await runner.query(set(lockWaitMs));
    try {
      return await act();
    } finally {
      // Where the connection is gone, so is the variable.
      if (reset !== undefined) await runner.query(reset).catch(() => undefined);
    }
  }

  /** Half of the pool is for handlers, so that what they wait for, though they should not, still finds a connection. */
  private get turns(): Turns {
    const turns = TURNS.get(this.dataSource) ?? new Turns(Math.max(1, Math.floor(this.poolSize / 2)));
    TURNS.set(this.dataSource, turns);
    return turns;
  }

  /** Closes a connection, so that the server rolls back; released, it then leaves the pool. */
  private async end(runner: QueryRunner): Promise<void> {
    const connection = (await runner.connect()) as { end(): Promise<void>; destroy(): void };
    if (this.engine === 'mysql') connection.destroy();
    // It may wait for the server's answer.
    else void connection.end();
  }

  /** @throws {NoConnectionError} if none comes in time. */
  private async connected<T>(act: (runner: QueryRunner) => Promise<T>, dataSource = this.dataSource): Promise<T> {
    const runner = dataSource.createQueryRunner('master');
    const { connectionWaitMs } = this.limits;
    const connecting: Promise<unknown> = runner.connect();
    try {
      await inTime(connecting, connectionWaitMs, () => {
        const cause = 'the call was awaited inside a transaction, which holds one, or the pool is too small';
        return new NoConnectionError(`no connection of the pool came within ${connectionWaitMs} ms: ${cause}`);
      });
    } catch (error) {
      // It may come after all.
      void connecting.then(() => runner.release()).catch(() => undefined);
      throw error;
    }
    try {
      return await act(runner);
    } finally {
      await runner.release();
    }
  }
}

/** What is used of PostgreSQL's driver itself. */
interface PostgresConnection {
  query(sql: string): Promise<readonly StatementResult[]>;
  query(statement: {
    readonly name: string;
    readonly text: string;
    readonly values: unknown[];
  }): Promise<{ readonly rows: StatementResult['rows']; readonly rowCount: number | null }>;
}

/** That a prepared statement is not there, is there already, or was prepared before a migration. */
const NOT_PREPARED = ['26000', '42P05', '0A000'];

/** One name for one text, in whatever process. */
const PREPARED_NAMES = new Map<string, string>();

function preparedName(sql: string): string {
  let name = PREPARED_NAMES.get(sql);
  if (name === undefined) {
    name = `kicc_${createHash('sha256').update(sql).digest('hex').slice(0, 16)}`;
    PREPARED_NAMES.set(sql, name);
  }
  return name;
}

/** One more connection to a database of the shop's. */
function connectBeside({ options }: DataSource): Promise<DataSource> {
  const one = { poolSize: 1, extra: { ...(options.extra as object | undefined), connectionLimit: 1 } };
  const nothing = {
    synchronize: false,
    dropSchema: false,
    migrationsRun: false,
    entities: [],
    migrations: [],
    subscribers: [],
  };
  return new DataSource({ ...options, ...nothing, ...one } as DataSourceOptions).initialize();
}

/** Where the drivers keep their pool, and its size: PostgreSQL, MySQL and MariaDB, and those with replicas. */
interface PooledDriver {
  readonly master?: { readonly options?: PoolConfig };
  readonly pool?: { readonly config?: PoolConfig };
  readonly poolCluster?: { readonly _nodes?: Readonly<Record<string, { readonly pool?: { readonly config?: PoolConfig } }>> };
}

interface PoolConfig {
  readonly max?: number;
  readonly connectionLimit?: number;
}

/** Runs a statement on a connection of TypeORM's. */
export async function runStatement(
  runner: QueryRunner,
  { sql, parameters = [], isScript }: Statement,
): Promise<StatementResult> {
  if (isScript) return runScript(runner, sql, parameters);
  const { records, affected } = await runner.query(sql, [...parameters], true);
  return { rows: (records ?? []) as Record<string, unknown>[], affected: affected ?? 0 };
}

/** Runs several statements that are a transaction by themselves. */
async function runScript(runner: QueryRunner, sql: string, parameters: readonly unknown[]): Promise<StatementResult> {
  try {
    return { rows: await rowsOfScript(runner, sql, parameters), affected: 0 };
  } catch (error) {
    // Where the connection is gone, the server rolls back by itself.
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** TypeORM gives the rows of MySQL's driver as they come, and of PostgreSQL's none. */
async function rowsOfScript(
  runner: QueryRunner,
  sql: string,
  parameters: readonly unknown[],
): Promise<StatementResult['rows']> {
  if (runner.connection.options.type === 'postgres') {
    const connection = (await runner.connect()) as PostgresConnection;
    return (await connection.query(sql)).flatMap(({ rows }) => rows);
  }
  const { records } = (await runner.query(sql, [...parameters], true)) as { readonly records?: readonly unknown[] };
  return (records ?? []).filter((part) => Array.isArray(part)).flat() as StatementResult['rows'];
}
