import knex from 'knex';
import { SqlReviseJournal } from '../../../lib/sql/index.js';
import { knexClient } from '../ports/knex-client.js';
import { SQL_ENGINE, status, type OpenClient, type Place, type Refunds } from './open-client.js';

export function open({ engine, at, poolSize }: Place): OpenClient {
  const db = {
    postgres: () => knex({ client: 'pg', connection: at, pool: { min: 0, max: poolSize } }),
    mariadb: () => knex({ client: 'mysql2', connection: at.replace(/^mariadb/, 'mysql'), pool: { min: 0, max: poolSize } }),
    sqlite: () => knex({ client: 'better-sqlite3', connection: { filename: at }, useNullAsDefault: true }),
  }[engine]();
  const database = knexClient(db, SQL_ENGINE[engine]);
  const client: OpenClient<Parameters<Parameters<typeof database.transaction>[0]>[0]> = {
    database,
    journal: (options) => new SqlReviseJournal(database, options),
    outside: db,
    transaction: (act) => db.transaction(act),
    write: async (transaction, id) => transaction<Refunds['refund']>('refund').insert({ id, status }),
    writeAlone: async (id) => db<Refunds['refund']>('refund').insert({ id, status }),
    close: () => db.destroy(),
  };
  return client;
}
