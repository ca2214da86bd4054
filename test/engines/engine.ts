import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { SpareDatabases } from './spare-databases.js';

/** A fresh, empty database. */
export interface TestDatabase {
  readonly options: DataSourceOptions;
  drop(): Promise<void>;
}

/** An engine that the journal runs on. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres' | 'mariadb';
  createDatabase(): Promise<TestDatabase>;
  /** Where databases are kept for the next test. */
  readonly spare?: SpareDatabases;
}

const sqlite: Engine = {
  name: 'sqlite',
  createDatabase: () => {
    const directory = mkdtempSync(join(tmpdir(), 'kicc-sqlite-'));
    return Promise.resolve({
      options: { type: 'better-sqlite3', database: join(directory, 'shop.db'), enableWAL: true },
      drop: () => Promise.resolve(rmSync(directory, { recursive: true })),
    });
  },
};

let databases = 0;

/** A name for a database, given once. */
export const newDatabaseName = (): string => `kicc_test_${process.pid}_${Date.now()}_${databases++}`;

/** Where a database of a server is. */
export function urlOf(database: string, server: string): string {
  const url = new URL(server);
  url.pathname = database;
  return url.href;
}

/** A server: each database is one of its own, made by a connection that is kept while there are any. */
function server(name: 'postgres' | 'mariadb', url: string): Engine {
  let admin: Promise<DataSource> | undefined;
  let open = 0;
  const run = async (sql: string): Promise<void> => {
    const connection = await (admin ??= new DataSource({ type: name, url }).initialize());
    await connection.query(sql);
  };
  const leave = async (): Promise<void> => {
    if (--open > 0) return;
    const connection = admin;
    admin = undefined;
    // Whoever waited for a connection that failed knows already.
    await (await connection?.catch(() => undefined))?.destroy();
  };
  return {
    name,
    createDatabase: async () => {
      const database = newDatabaseName();
      open++;
      try {
        await run(`CREATE DATABASE ${database}`);
      } catch (error) {
        await leave();
        throw error;
      }
      return {
        options: { type: name, url: urlOf(database, url) },
        drop: () => run(`DROP DATABASE ${database}${name === 'postgres' ? ' WITH (FORCE)' : ''}`).finally(leave),
      };
    },
  };
}

/** Where the Redis for tests is; its contents may be deleted at any time. */
export const redisUrl = process.env['KICC_TEST_REDIS_URL'] || undefined;

/** The URLs of the servers, where they are there. */
export const serverUrls = {
  postgres: process.env['KICC_TEST_POSTGRES_URL'] || undefined,
  mariadb: process.env['KICC_TEST_MARIADB_URL'] || undefined,
};

/** The engines that are there. */
export const engines: readonly Engine[] = [
  sqlite,
  ...Object.entries(serverUrls).flatMap(([name, url]) => (url ? [server(name as 'postgres' | 'mariadb', url)] : [])),
];
