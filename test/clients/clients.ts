import Sqlite from 'better-sqlite3';
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3';
import { mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { pgTable, text as pgText } from 'drizzle-orm/pg-core';
import { sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';
import knex from 'knex';
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely';
import { EntitySchema } from '@mikro-orm/core';
import { MikroORM as MikroMaria } from '@mikro-orm/mariadb';
import { MikroORM as MikroPostgres } from '@mikro-orm/postgresql';
import { MikroORM as MikroSqlite } from '@mikro-orm/better-sqlite';
import { createPool as createCallbackPool } from 'mysql2';
import { createPool } from 'mysql2/promise';
import pg from 'pg';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDatabase } from '../../lib/sql/sql-database.js';
import { DrizzleReviseJournal } from '../../lib/drizzle/index.js';
import { PrismaReviseJournal } from '../../lib/prisma/index.js';
import { SqlReviseJournal, type SqlJournalOptions } from '../../lib/sql/index.js';
import type { SqliteFile } from '../../lib/sql/sqlite-file.js';
import type { Engine } from '../engines/engine.js';
import { PrismaClient as PrismaMysqlClient } from './build/mysql/client.js';
import { PrismaClient as PrismaPostgresClient } from './build/postgresql/client.js';
import { PrismaClient as PrismaSqliteClient } from './build/sqlite/client.js';
import { clientOf } from '../../lib/drizzle/drizzle-revise-journal.js';
import { knexClient } from './ports/knex-client.js';
import { kyselyClient } from './ports/kysely-client.js';
import { mikroOrmClient } from './ports/mikro-orm-client.js';
import { prismaDatabase } from '../../lib/prisma/prisma-revise-journal.js';

/** A shop's client with its pool, as the shop would have made it, and the port on it. */
export interface OpenClient<Transaction extends object = object> {
  readonly database: SqlDatabase<Transaction> | SqliteFile<Transaction>;
  /** The journal that is made for it, or one on the port. */
  journal(options?: SqlJournalOptions): SqlReviseJournal<Transaction>;
  /** The client itself, which is no transaction. */
  readonly outside: object;
  /** A transaction of the shop's own. */
  transaction<T>(act: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Writes a row of the shop's table by the client's own means. */
  write(transaction: Transaction, id: string): Promise<unknown>;
  /** Writes it in no transaction of whoever calls. */
  writeAlone(id: string): Promise<unknown>;
  /** As `write`, by a unit of work. */
  flush?(transaction: Transaction, id: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Where a database is: the URL of a server, or a file. */
export interface Place {
  readonly engine: Engine['name'];
  readonly at: string;
  readonly poolSize: number;
}

/** A table of the shop's: `refund (id, status)`. */
type Refunds = { refund: { id: string; status: string } };

const status = 'open';
/** For so long a driver holds up the thread where somebody else has the lock. */
const SQLITE_TIMEOUT_MS = 50;

/** Its end does not wait for its connections', which the database may drop before. */
function postgresPool(connectionString: string, max: number): pg.Pool {
  return new pg.Pool({ connectionString, max }).on('error', () => undefined);
}

function openPrisma({ engine, at, poolSize }: Place): OpenClient {
  const mariadb = (): PrismaMariaDb => {
    const { hostname, port, username, password, pathname } = new URL(at);
    const database = pathname.slice(1);
    return new PrismaMariaDb({
      host: hostname,
      port: Number(port),
      user: username,
      password,
      database,
      connectionLimit: poolSize,
    });
  };
  const sqlite = (): PrismaBetterSqlite3 => new PrismaBetterSqlite3({ url: at, timeout: SQLITE_TIMEOUT_MS });
  // Of the three, one type: they have the same model.
  const prisma = {
    postgres: () => new PrismaPostgresClient({ adapter: new PrismaPg({ connectionString: at, max: poolSize }) }),
    mariadb: () => new PrismaMysqlClient({ adapter: mariadb() }) as unknown as PrismaPostgresClient,
    sqlite: () => new PrismaSqliteClient({ adapter: sqlite() }) as unknown as PrismaPostgresClient,
  }[engine]();
  const own = engine === 'sqlite' ? (new PrismaSqliteClient({ adapter: sqlite() }) as unknown as typeof prisma) : prisma;
  type Transaction = Parameters<Parameters<typeof prisma.$transaction>[0]>[0];
  const client: OpenClient<Transaction> = {
    database: prismaDatabase<Transaction>(prisma, SQL_ENGINE[engine], poolSize, own),
    journal: (options) => new PrismaReviseJournal(prisma, { engine: SQL_ENGINE[engine], poolSize, own, ...options }),
    outside: prisma,
    transaction: (act) => prisma.$transaction(act),
    write: (transaction, id) => transaction.refund.create({ data: { id, status } }),
    writeAlone: async (id) => prisma.refund.create({ data: { id, status } }),
    close: () => Promise.all([prisma.$disconnect(), own.$disconnect()]),
  };
  return client;
}

function openDrizzle({ engine, at, poolSize }: Place): OpenClient {
  type Act = <T>(act: (transaction: object) => Promise<T>) => Promise<T>;
  type Write = (transaction: object, id: string) => Promise<unknown>;
  const openPostgres = (): [object, () => Promise<unknown>, Write, Act?] => {
    const pool = postgresPool(at, poolSize);
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

function openKysely({ engine, at, poolSize }: Place): OpenClient {
  const db = new Kysely<Refunds>({
    dialect: {
      postgres: () => new PostgresDialect({ pool: postgresPool(at, poolSize) }),
      mariadb: () => new MysqlDialect({ pool: createCallbackPool({ uri: at, connectionLimit: poolSize }) }),
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

function openKnex({ engine, at, poolSize }: Place): OpenClient {
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

async function openMikroOrm({ engine, at, poolSize }: Place): Promise<OpenClient> {
  const refund = new EntitySchema<Refunds['refund']>({
    name: 'Refund',
    tableName: 'refund',
    properties: { id: { type: 'text', primary: true }, status: { type: 'text' } },
  });
  const options = { entities: [refund], pool: { min: 0, max: poolSize } };
  const orm = await {
    postgres: () => MikroPostgres.init({ ...options, clientUrl: at }),
    mariadb: () => MikroMaria.init({ ...options, clientUrl: at.replace(/^mariadb/, 'mysql') }),
    sqlite: () => MikroSqlite.init({ entities: [refund], dbName: at }),
  }[engine]();
  const database = mikroOrmClient(orm, SQL_ENGINE[engine]);
  const client: OpenClient<Parameters<Parameters<typeof database.transaction>[0]>[0]> = {
    database,
    journal: (options) => new SqlReviseJournal(database, options),
    outside: orm.em,
    transaction: (act) => orm.em.fork().transactional((em) => act(em as never)),
    write: (em, id) => em.insert(refund, { id, status }),
    writeAlone: (id) => orm.em.fork().insert(refund, { id, status }),
    flush: (em, id) => em.persist(em.create(refund, { id, status })).flush(),
    close: () => orm.close(),
  };
  return client;
}

const SQL_ENGINE = { postgres: 'postgres', mariadb: 'mysql', sqlite: 'sqlite' } as const;

export const clients: Readonly<Record<string, (place: Place) => OpenClient | Promise<OpenClient>>> = {
  Prisma: openPrisma,
  Drizzle: openDrizzle,
  Kysely: openKysely,
  Knex: openKnex,
  MikroORM: openMikroOrm,
};
