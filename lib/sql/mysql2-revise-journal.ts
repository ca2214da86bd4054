import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { gateTo } from './gate.js';
import { runMariaDbScript } from './maria-db-script.js';
import {
  NO_TRANSACTION,
  type SqlDatabase,
  type SqlResult,
  type SqlStatement,
  type SqlTransactionFault,
  type SqlTransactionOptions,
} from './sql-database.js';
import { BEGIN } from './sql-parts.js';
import { SqlReviseJournal, type SqlJournalOptions } from './sql-revise-journal.js';

/** What is used of a connection of `mysql2/promise`, a `PoolConnection`. */
export interface Mysql2Connection {
  query(statement: {
    readonly sql: string;
    readonly values: unknown[];
    readonly rowsAsArray: false;
  }): Promise<[unknown, ...unknown[]]>;
  release(): void;
  destroy(): void;
}

/** What is used of a `Pool` of `mysql2/promise`. */
export interface Mysql2Pool {
  getConnection(): Promise<Mysql2Connection>;
  end(): Promise<void>;
}

/** What is used of the driver below its promises. */
interface CorePool {
  promise(): Mysql2Pool;
  readonly config?: { readonly connectionLimit?: number; readonly connectionConfig?: object };
}

/** SERVER_STATUS_IN_TRANS of MySQL's protocol. */
const IN_TRANSACTION = 1;
const REMEDY = "Give the connection of the journal's own pool on which you have begun it: await pool.getConnection().";

/**
 * Keeps revisions in MySQL 8, or MariaDB 10.6 and above, by `mysql2` alone. Its tables come from `npx kicc migrate`. What a
 * transaction of the shop's is to `record()`, and to `@OnRevisionSettled()` handlers, is the `PoolConnection` on which it was
 * begun.
 * @example
 * journal: { inject: [POOL, ModulesContainer], useFactory: (pool, modules) => new Mysql2ReviseJournal(pool, { modules }) }
 */
export class Mysql2ReviseJournal extends SqlReviseJournal<Mysql2Connection> {
  /**
   * @param pool of `mysql2/promise`, which the shop closes.
   * @throws {KiccConfigurationError} it is one of callbacks.
   */
  constructor(pool: Mysql2Pool, options: SqlJournalOptions = {}) {
    if ('promise' in pool) {
      throw new KiccConfigurationError([
        "journal: this pool is one of mysql2's callbacks. Give pool.promise(), or make it by mysql2/promise.",
      ]);
    }
    super(new Mysql2Database(pool), options);
  }
}

/** MySQL or MariaDB by a pool of `mysql2`'s. */
export class Mysql2Database implements SqlDatabase<Mysql2Connection> {
  readonly engine = 'mysql';
  readonly takesScripts = true;
  /** Of one connection: see {@link connectedBeside}. */
  #beside: Mysql2Database | undefined;

  constructor(readonly pool: Mysql2Pool) {}

  get poolSize(): number | undefined {
    return poolSizeOf(this.core?.config);
  }

  async connected<T>(act: (connection: Mysql2Connection) => Promise<T>): Promise<T> {
    const connection = await this.pool.getConnection();
    try {
      return await act(connection);
    } finally {
      connection.release();
    }
  }

  runIn(connection: Mysql2Connection, statement: SqlStatement): Promise<SqlResult> {
    return runOnMysql2(connection, statement);
  }

  async transaction<T>(act: (connection: Mysql2Connection) => Promise<T>, { isShops }: SqlTransactionOptions): Promise<T> {
    const connection = await this.pool.getConnection();
    const gate = isShops ? gateTo(connection) : undefined;
    const run = (sql: string): Promise<SqlResult> => runOnMysql2(connection, { sql });
    try {
      for (const sql of BEGIN.mysql) await run(sql);
      const result = await act(gate?.connection ?? connection).finally(() => gate?.close());
      await run('COMMIT');
      connection.release();
      return result;
    } catch (error) {
      // Closed, it can be used by nobody who still holds it, and the server rolls back by itself.
      if (isShops) connection.destroy();
      else
        await run('ROLLBACK').then(
          () => connection.release(),
          () => connection.destroy(),
        );
      throw error;
    }
  }

  async faultOf(transaction: object): Promise<SqlTransactionFault | undefined> {
    const { query, connection } = transaction as Partial<Mysql2Connection> & {
      readonly connection?: { readonly _pool?: unknown };
    };
    if (typeof query !== 'function' || !connection) return { fault: 'is no connection of mysql2/promise.', remedy: REMEDY };
    const pool = connection._pool;
    if (pool === undefined || (this.core !== undefined && pool !== this.core)) {
      return { fault: "is of another pool than the journal's.", remedy: REMEDY };
    }
    const [done] = await query.call(transaction, { sql: 'DO 0', values: [], rowsAsArray: false });
    const { serverStatus = 0 } = done as { readonly serverStatus?: number };
    return (serverStatus & IN_TRANSACTION) === 0 ? { fault: NO_TRANSACTION, remedy: REMEDY } : undefined;
  }

  async connectedBeside<T>(act: (connection: Mysql2Connection) => Promise<T>): Promise<T> {
    const { core } = this;
    if (!core?.config) return this.connected(act);
    const Pool = core.constructor as new (options: object) => CorePool;
    this.#beside ??= new Mysql2Database(new Pool({ config: { ...core.config, connectionLimit: 1 } }).promise());
    return this.#beside.connected(act);
  }

  async close(): Promise<void> {
    // The other is the shop's.
    await this.#beside?.pool.end();
    this.#beside = undefined;
  }

  private get core(): CorePool | undefined {
    return (this.pool as { readonly pool?: CorePool }).pool;
  }
}

/** Runs a statement; of several, gives all their rows. */
async function runOnMysql2(connection: Mysql2Connection, statement: SqlStatement): Promise<SqlResult> {
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> =>
    (await connection.query({ sql, values: [...parameters], rowsAsArray: false }))[0];
  if (statement.isScript) return runMariaDbScript(query, statement);
  return resultOf(await query(statement.sql, statement.parameters ?? []));
}

function resultOf(result: unknown): SqlResult {
  if (Array.isArray(result)) return { rows: result as SqlResult['rows'], affected: result.length };
  return { rows: [], affected: (result as { readonly affectedRows: number }).affectedRows };
}

/** How many connections a pool of mysql2's has at most; 0 is no limit. */
export function poolSizeOf({ connectionLimit }: { readonly connectionLimit?: number } = {}): number | undefined {
  return connectionLimit === 0 ? Infinity : connectionLimit;
}
