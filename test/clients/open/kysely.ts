import Sqlite from 'better-sqlite3';
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
import { createPool } from 'mysql2';
import pg from 'pg';
import { SqlReviseJournal } from '../../../lib/sql/index.js';
import { kyselyClient } from '../ports/kysely-client.js';
import { SQL_ENGINE, SQLITE_TIMEOUT_MS, status, type OpenClient, type Place, type Refunds } from './open-client.js';

const ignore = (): void => undefined;

/** Kysely does not listen for what ends a connection. */
function postgresPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  return pool.on('error', ignore).on('connect', (client) => client.on('error', ignore));
}

export function open({ engine, at, poolSize }: Place): OpenClient {
  const db = new Kysely<Refunds>({
    dialect: {
      postgres: () => new PostgresDialect({ pool: postgresPool(at, poolSize) }),
      mariadb: () => new MysqlDialect({ pool: createPool({ uri: at, connectionLimit: poolSize }) }),
      sqlite: () => new SqliteDialect({ database: new Sqlite(at, { timeout: SQLITE_TIMEOUT_MS }) }),
    }[engine](),
  });
  const database = kyselyClient(db, SQL_ENGINE[engine], poolSize);
  const client: OpenClient<Parameters<Parameters<typeof database.transaction>[0]>[0]> = {
    database,
    journal: (options) => new SqlReviseJournal(database, options),
    outside: db,
    transaction: (act) => db.transaction().execute(act),
    write: (transaction, id) => transaction.insertInto('refund').values({ id, status }).execute(),
    writeAlone: (id) => db.insertInto('refund').values({ id, status }).execute(),
    close: () => db.destroy(),
  };
  return client;
}
