import { createRequire } from 'node:module';
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import {
  BetterSqlite3ReviseJournal,
  Mysql2ReviseJournal,
  PgReviseJournal,
  type BetterSqlite3Database,
  type Mysql2Connection,
  type PgClient,
} from '../../lib/sql/index.js';
import type { ShopsClient } from './shops-client.js';

// It has no types.
const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => BetterSqlite3Database & {
  exec(sql: string): unknown;
};
const POOL_SIZE = 4;
const urlOf = (options: DataSourceOptions): string => (options as { readonly url: string }).url;

export function byPg(options: DataSourceOptions): Promise<ShopsClient<PgClient>> {
  const pool = new pg.Pool({ connectionString: urlOf(options), max: POOL_SIZE });
  return Promise.resolve({
    outside: pool,
    journal: (given) => new PgReviseJournal(pool, given),
    transaction: async (act) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const result = await act(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    run: (client, sql) => client.query(sql),
    close: () => pool.end(),
  });
}

export function byMysql2(options: DataSourceOptions): Promise<ShopsClient<Mysql2Connection>> {
  const pool = mysql.createPool({ uri: urlOf(options).replace(/^mariadb/, 'mysql'), connectionLimit: POOL_SIZE });
  return Promise.resolve({
    outside: pool,
    journal: (given) => new Mysql2ReviseJournal(pool, given),
    transaction: async (act) => {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        const result = await act(connection);
        await connection.commit();
        return result;
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        connection.release();
      }
    },
    run: (connection, sql) => connection.query({ sql, values: [], rowsAsArray: false }),
    close: () => pool.end(),
  });
}

export function byBetterSqlite3(options: DataSourceOptions): Promise<ShopsClient<BetterSqlite3Database>> {
  const database = new Database(options.database as string);
  return Promise.resolve({
    outside: database,
    journal: ({ modules, now } = {}) => new BetterSqlite3ReviseJournal(database, { modules, now }),
    transaction: async (act) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = await act(database);
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    run: (own, sql) => own.prepare(sql).run([]),
    close: () => Promise.resolve(void database.close()),
  });
}

/** The driver of the engine that is meant. */
export function byDriver(options: DataSourceOptions): Promise<ShopsClient<never>> {
  if (options.type === 'postgres') return byPg(options) as Promise<ShopsClient<never>>;
  return (options.type === 'mariadb' ? byMysql2(options) : byBetterSqlite3(options)) as Promise<ShopsClient<never>>;
}
