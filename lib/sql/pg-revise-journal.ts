import { PreparedStatements, type PgConnection } from './pg-connection.js';
import {
  NO_TRANSACTION,
  type SqlDatabase,
  type SqlResult,
  type SqlStatement,
  type SqlTransactionFault,
  type SqlTransactionOptions,
} from './sql-database.js';
import { SqlReviseJournal, type SqlJournalOptions } from './sql-revise-journal.js';
import { BEGIN } from './sql-parts.js';

/** What is used of a client of `pg`'s pool, a `PoolClient`. */
export interface PgClient extends PgConnection {
  /** `I`: none is under way. Of newer versions. */
  getTransactionStatus?(): string | null;
  release(destroy?: boolean): void;
}

/** What is used of `pg`'s `Pool`. */
export interface PgPool {
  readonly options: { readonly max?: number | undefined };
  connect(): Promise<PgClient>;
}

const REMEDY = "Give the client of the journal's own pool on which you have run BEGIN: await pool.connect().";

/**
 * Keeps revisions in PostgreSQL by `pg` alone. Its tables come from `npx kicc migrate`. What a transaction of the shop's is to
 * `record()`, and to `@OnRevisionSettled()` handlers, is the `PoolClient` on which it was begun.
 * @example
 * journal: { inject: [Pool, ModulesContainer], useFactory: (pool, modules) => new PgReviseJournal(pool, { modules }) }
 */
export class PgReviseJournal extends SqlReviseJournal<PgClient> {
  /** @param pool `pg`'s, which the shop closes. */
  constructor(pool: PgPool, options: SqlJournalOptions = {}) {
    super(new PgDatabase(pool), options);
  }
}

/** PostgreSQL by a pool of `pg`'s. */
export class PgDatabase implements SqlDatabase<PgClient> {
  readonly engine = 'postgres';
  readonly takesScripts = true;
  readonly #prepared = new PreparedStatements();

  constructor(readonly pool: PgPool) {}

  get poolSize(): number | undefined {
    return this.pool.options.max;
  }

  async connected<T>(act: (client: PgClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      return await act(client);
    } finally {
      client.release();
    }
  }

  runIn(client: PgClient, statement: SqlStatement): Promise<SqlResult> {
    return this.#prepared.run(client, statement);
  }

  async transaction<T>(act: (client: PgClient) => Promise<T>, { isShops }: SqlTransactionOptions): Promise<T> {
    const client = await this.pool.connect();
    let isBroken = false;
    try {
      for (const sql of BEGIN.postgres) await client.query(sql);
      const result = await act(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // Closed, it can be used by nobody who still holds it, and the server rolls back by itself.
      isBroken =
        isShops ||
        !(await client.query('ROLLBACK').then(
          () => true,
          () => false,
        ));
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    const { query, getTransactionStatus: status } = transaction as Partial<PgClient>;
    const clients = (this.pool as { readonly _clients?: unknown })._clients;
    const fault =
      typeof query !== 'function'
        ? 'is no client of pg.'
        : Array.isArray(clients) && !clients.includes(transaction)
          ? "is of another pool than the journal's."
          : status?.call(transaction) === 'I'
            ? NO_TRANSACTION
            : undefined;
    return fault === undefined ? undefined : { fault, remedy: REMEDY };
  }
}
