import { existsSync } from 'node:fs';
import { BetterSqlite3File } from '../sql/better-sqlite3-revise-journal.js';
import { Mysql2Database } from '../sql/mysql2-revise-journal.js';
import { PgDatabase } from '../sql/pg-revise-journal.js';
import { codeOf } from '../sql/schema/driver-error.js';
import type { SchemaConnection } from '../sql/schema/schema-connection.js';
import type { SqlDatabase, SqlEngine } from '../sql/sql-database.js';
import type { SqliteFile } from '../sql/sqlite-file.js';
import { CommandError } from './kicc-terminal.js';

/** How long a database may take to answer, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
/** One for what is asked, one for what goes on beside it. */
const POOL_SIZE = 2;
/** How long a statement waits on MySQL for somebody who uses the table, s. */
const TABLE_WAIT_S = 60;
export const SCHEMES = 'the path of a SQLite file, postgres://…, mysql://… or mariadb://…';

/** A connection to the shop's database by its driver alone. */
export interface DatabaseByDriver extends SchemaConnection {
  readonly close: () => Promise<void>;
}

/** What to do where a SQLite file is not there: make it, complain, or look at an empty database instead. */
export type WithoutFile = 'create' | 'refuse' | 'imagine';

/**
 * Connects to the database of a URL.
 * @throws {CommandError} it cannot be reached, its driver is not installed, or the URL is of another kind.
 */
export async function connectByDriver(url: string, withoutFile: WithoutFile): Promise<DatabaseByDriver> {
  const engine = engineOf(url);
  if (engine === 'sqlite') return connectSqlite(url, withoutFile);
  return engine === 'postgres' ? connectPostgres(url) : connectMysql(url);
}

/** The shop's database as a journal uses it: a pool of its own. */
export interface ClientByDriver {
  readonly client: SqlDatabase | SqliteFile;
  readonly close: () => Promise<void>;
}

/** `look`: the database itself refuses whatever would write. */
export type Access = 'look' | 'write';

/** Opens a pool on the database of a URL that {@link connectByDriver} has reached. */
export async function openClient(url: string, access: Access): Promise<ClientByDriver> {
  const looks = access === 'look';
  switch (engineOf(url)) {
    case 'postgres': {
      const { default: pg } = await import('pg');
      const connectionString = looks ? readOnlyPostgres(url) : url;
      const pool = new pg.Pool({ connectionString, max: POOL_SIZE, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
      // Whose statement runs into it says so.
      pool.on('error', () => undefined);
      const asked = looks ? pool.query<{ transaction_read_only: string }>('SHOW transaction_read_only') : undefined;
      const said = await asked?.catch(() => undefined);
      if (looks && said?.rows[0]?.transaction_read_only !== 'on') {
        await pool.end();
        throw new CommandError(
          'The database gives no read-only connection by this URL, as behind PgBouncer, which takes no options. Name the server itself.',
        );
      }
      return { client: new PgDatabase(pool), close: () => pool.end() };
    }
    case 'mysql': {
      const { createPool } = await import('mysql2/promise');
      const pool = createPool({ uri: url, connectionLimit: POOL_SIZE, connectTimeout: CONNECT_TIMEOUT_MS });
      // Runs before whatever the connection was made for.
      if (looks) pool.on('connection', (connection) => connection.query('SET SESSION TRANSACTION READ ONLY'));
      return { client: new Mysql2Database(pool), close: () => pool.end() };
    }
    case 'sqlite':
      return { client: new BetterSqlite3File(url, looks), close: () => Promise.resolve() };
  }
}

/** As the connection begins, and not later: a pooler would leave that to somebody else's. */
function readOnlyPostgres(url: string): string {
  const [base, query] = url.split(/\?(.*)/s, 2);
  const parameters = new URLSearchParams(query);
  parameters.set('options', `${parameters.get('options') ?? ''} -c default_transaction_read_only=on`.trim());
  return `${base}?${parameters.toString()}`;
}

/** @throws {CommandError} it is of no kind that is known. */
function engineOf(url: string): SqlEngine {
  const scheme = /^(\w+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case undefined:
      return 'sqlite';
    case 'postgres':
    case 'postgresql':
      return 'postgres';
    case 'mysql':
    case 'mariadb':
      return 'mysql';
    default:
      throw new CommandError(`The database is of a kind that is not known (${scheme}). Give ${SCHEMES}.`);
  }
}

async function connectPostgres(url: string): Promise<DatabaseByDriver> {
  const { default: pg } = await driver('pg', () => import('pg'));
  return reaching(async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    // The statement that runs into it says so.
    client.on('error', () => undefined);
    await client.connect();
    return {
      engine: 'postgres',
      run: async (sql, parameters = []) => (await client.query<Record<string, unknown>>(sql, [...parameters])).rows,
      close: () => client.end(),
    };
  });
}

async function connectMysql(url: string): Promise<DatabaseByDriver> {
  const { createConnection } = await driver('mysql2', () => import('mysql2/promise'));
  return reaching(async () => {
    const connection = await createConnection({ uri: url, connectTimeout: CONNECT_TIMEOUT_MS });
    await connection.query(`SET SESSION lock_wait_timeout = ${TABLE_WAIT_S}`);
    return {
      engine: 'mysql',
      run: async (sql, parameters = []) => {
        const [rows] = await connection.query(sql, [...parameters]);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      },
      close: () => connection.end(),
    };
  });
}

/** What is used of `better-sqlite3`, whose types nobody has to install. */
interface SqliteDriver {
  readonly default: new (file: string, options: { fileMustExist: boolean; timeout: number }) => SqliteDatabase;
}

interface SqliteDatabase {
  prepare(sql: string): {
    readonly reader: boolean;
    all(...parameters: unknown[]): Record<string, unknown>[];
    run(...parameters: unknown[]): unknown;
  };
  close(): void;
}

async function connectSqlite(file: string, withoutFile: WithoutFile): Promise<DatabaseByDriver> {
  const isThere = existsSync(file);
  if (!isThere && withoutFile === 'refuse')
    throw new CommandError('The database is a SQLite file that is not there. Give its path.');
  const name: string = 'better-sqlite3';
  const { default: Database } = await driver(name, () => import(name) as Promise<SqliteDriver>);
  return reaching(() => {
    const opened = isThere || withoutFile === 'create' ? file : ':memory:';
    // Whoever waits for a lock must not hold up the thread.
    const database = new Database(opened, { fileMustExist: isThere, timeout: 0 });
    return Promise.resolve({
      engine: 'sqlite',
      run: (sql, parameters = []) =>
        new Promise((resolve) => {
          const statement = database.prepare(sql);
          if (statement.reader) return resolve(statement.all(...parameters));
          statement.run(...parameters);
          resolve([]);
        }),
      close: () => Promise.resolve(database.close()),
    });
  });
}

async function driver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(codeOf(error))) throw error;
    throw new CommandError(`${name} is not installed, and the database is reached by it: npm install ${name}`);
  }
}

/** An error by its code alone: a driver's words may quote the URL. */
async function reaching(connect: () => Promise<DatabaseByDriver>): Promise<DatabaseByDriver> {
  try {
    return await connect();
  } catch (error) {
    const seen = codeOf(error) || (error instanceof Error ? error.name : 'unknown');
    throw new CommandError(
      `The database cannot be reached (${seen}). Check that it runs, and its host, user, password and name; of SQLite, the path.`,
    );
  }
}
