import { gateTo } from './gate.js';
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
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is used of `pg`'s `Pool`. */
export interface PgPool {
  readonly options: { readonly max?: number | undefined };
  connect(): Promise<PgClient>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount(event: 'error'): number;
}

/** The next statement on the connection says so, too; but an `error` that nobody listens for ends the process. */
const hear = (): void => undefined;

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

  constructor(readonly pool: PgPool) {
    if (pool.listenerCount('error') === 0) pool.on('error', hear);
  }

  get poolSize(): number | undefined {
    return this.pool.options.max;
  }

  connected<T>(act: (client: PgClient) => Promise<T>): Promise<T> {
    return this.holding(act);
  }

  runIn(client: PgClient, statement: SqlStatement): Promise<SqlResult> {
    return this.#prepared.run(client, statement);
  }

  transaction<T>(act: (client: PgClient) => Promise<T>, { isShops }: SqlTransactionOptions): Promise<T> {
    return this.holding(async (client, close) => {
      const gate = isShops ? gateTo(client) : undefined;
      try {
        for (const sql of BEGIN.postgres) await client.query(sql);
        const result = await act(gate?.connection ?? client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // Closed, it can be used by nobody who still holds it, and the server rolls back by itself.
        if (isShops) close();
        else await client.query('ROLLBACK').catch(close);
        throw error;
      } finally {
        gate?.close();
      }
    });
  }

  connectionOf(client: PgClient): object {
    return client;
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

  /** Does something with a client of the pool, which is closed after, where that is said. */
  private async holding<T>(act: (client: PgClient, close: () => void) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    client.on('error', hear);
    let isBroken = false;
    try {
      // Somebody has given it back in the midst of a transaction.
      if (!['I', null, undefined].includes(client.getTransactionStatus?.())) await client.query('ROLLBACK');
      return await act(client, () => (isBroken = true));
    } finally {
      client.off('error', hear);
      client.release(isBroken);
    }
  }
}
