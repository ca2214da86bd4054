import Sqlite from 'better-sqlite3';
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3';
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2';
import { mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { pgTable, text as pgText } from 'drizzle-orm/pg-core';
import { sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';
import { createPool } from 'mysql2/promise';
import pg from 'pg';
import { clientOf } from '../../../lib/drizzle/drizzle-revise-journal.js';
import { DrizzleReviseJournal } from '../../../lib/drizzle/index.js';
import { status, type OpenClient, type Place } from './open-client.js';

export function open({ engine, at, poolSize }: Place): OpenClient {
  type Act = <T>(act: (transaction: object) => Promise<T>) => Promise<T>;
  type Write = (transaction: object, id: string) => Promise<unknown>;
  const openPostgres = (): [object, () => Promise<unknown>, Write, Act?] => {
    const pool = new pg.Pool({ connectionString: at, max: poolSize });
    const refund = pgTable('refund', { id: pgText(), status: pgText() });
    const db = drizzlePostgres(pool, { schema: { refund } });
    return [db, () => pool.end(), async (tx, id) => (tx as typeof db).insert(refund).values({ id, status })];
  };
  const openMariaDb: typeof openPostgres = () => {
    const pool = createPool({ uri: at, connectionLimit: poolSize });
    const refund = mysqlTable('refund', { id: varchar({ length: 50 }), status: varchar({ length: 20 }) });
    const db = drizzleMysql(pool, { schema: { refund }, mode: 'default' });
    return [db, () => pool.end(), async (tx, id) => (tx as typeof db).insert(refund).values({ id, status })];
  };
  const openSqlite: typeof openPostgres = () => {
    const file = new Sqlite(at);
    const refund = sqliteTable('refund', { id: sqliteText(), status: sqliteText() });
    const db = drizzleSqlite(file, { schema: { refund } });
    const close = (): Promise<unknown> => Promise.resolve(file.close());
    const transaction: Act = async (act) => {
      file.exec('BEGIN IMMEDIATE');
      try {
        const result = await act(db);
        file.exec('COMMIT');
        return result;
      } finally {
        if (file.inTransaction) file.exec('ROLLBACK');
      }
    };
    return [db, close, async (tx, id) => (tx as typeof db).insert(refund).values({ id, status }), transaction];
  };
  const [db, end, write, transaction] = { postgres: openPostgres, mariadb: openMariaDb, sqlite: openSqlite }[engine]();
  const transactions = db as { transaction: Act };
  return {
    database: clientOf<object>(db),
    journal: (options) => new DrizzleReviseJournal(db, options),
    outside: db,
    transaction: transaction ?? ((act) => transactions.transaction(act)),
    write,
    writeAlone: (id) => write(db, id),
    close: end,
  };
}
