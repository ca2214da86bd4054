import { DataSource, EntityManager, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { runMariaDbScript } from '../sql/maria-db-script.js';
import { PreparedStatements, type PgConnection } from '../sql/pg-connection.js';
import type { SqlDatabase, SqlResult, SqlStatement, SqlTransactionFault, SqlTransactionOptions } from '../sql/sql-database.js';
import { BEGIN } from '../sql/sql-parts.js';
import { faultOfManager } from './manager-fault.js';

/** PostgreSQL, MySQL and MariaDB, by connections of the pool of a `DataSource`. */
export class TypeOrmServer implements SqlDatabase<EntityManager> {
  readonly takesScripts = true;
  readonly #prepared = new PreparedStatements();
  #beside: Promise<DataSource> | undefined;

  constructor(
    readonly pool: DataSource,
    readonly engine: 'postgres' | 'mysql',
  ) {}

  get poolSize(): number | undefined {
    const { master, pool, poolCluster } = this.pool.driver as unknown as PooledDriver;
    const { max, connectionLimit } = master?.options ?? (pool ?? poolCluster?._nodes?.['MASTER']?.pool)?.config ?? {};
    // MySQL's 0 is no limit.
    return max ?? (connectionLimit === 0 ? Infinity : connectionLimit);
  }

  connected<T>(act: (manager: EntityManager) => Promise<T>): Promise<T> {
    return withRunner(this.pool, (runner) => act(runner.manager));
  }

  runIn(manager: EntityManager, statement: SqlStatement): Promise<SqlResult> {
    return this.runOn(manager.queryRunner as QueryRunner, statement);
  }

  transaction<T>(act: (manager: EntityManager) => Promise<T>, { isShops }: SqlTransactionOptions): Promise<T> {
    return withRunner(this.pool, async (runner) => {
      // What is the journal's alone begins in fewer round trips.
      if (isShops) await runner.startTransaction('READ COMMITTED');
      else for (const sql of BEGIN[this.engine]) await runner.query(sql);
      try {
        const result = await act(runner.manager);
        await (isShops ? runner.commitTransaction() : runner.query('COMMIT'));
        return result;
      } catch (error) {
        if (isShops) await this.end(runner);
        // Where the connection is gone, the server rolls back by itself.
        else await runner.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  connectionOf({ queryRunner }: EntityManager): object {
    return queryRunner as QueryRunner;
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    return faultOfManager(transaction, this.pool);
  }

  async connectedBeside<T>(act: (manager: EntityManager) => Promise<T>): Promise<T> {
    this.#beside ??= connectBeside(this.pool).catch((error: unknown) => {
      this.#beside = undefined;
      throw error;
    });
    return withRunner(await this.#beside, (runner) => act(runner.manager));
  }

  async close(): Promise<void> {
    // The pool is the shop's.
    const beside = await this.#beside?.catch(() => undefined);
    this.#beside = undefined;
    await beside?.destroy();
  }

  private async runOn(runner: QueryRunner, statement: SqlStatement): Promise<SqlResult> {
    const { sql, parameters = [], isScript, isPrepared } = statement;
    if (this.engine === 'postgres' && (isScript || isPrepared)) {
      return this.#prepared.run((await runner.connect()) as PgConnection, statement);
    }
    const query = (text: string, values: readonly unknown[]): Promise<{ records?: unknown; affected?: number }> =>
      runner.query(text, [...values], true);
    if (isScript) return runMariaDbScript(async (text, values) => (await query(text, values)).records, statement);
    const { records, affected } = await query(sql, parameters);
    return { rows: (records ?? []) as SqlResult['rows'], affected: affected ?? 0 };
  }

  /** Closes a connection, so that the server rolls back; released, it then leaves the pool. */
  private async end(runner: QueryRunner): Promise<void> {
    const connection = (await runner.connect()) as { end(): Promise<void>; destroy(): void };
    if (this.engine === 'mysql') connection.destroy();
    // It may wait for the server's answer.
    else void connection.end();
  }
}

async function withRunner<T>(dataSource: DataSource, act: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner('master');
  try {
    await runner.connect();
    return await act(runner);
  } finally {
    await runner.release();
  }
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
