import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaReviseJournal } from '../../../lib/prisma/index.js';
import { prismaDatabase } from '../../../lib/prisma/prisma-revise-journal.js';
import { PrismaClient as PrismaMysqlClient } from '../build/mysql/client.js';
import { PrismaClient as PrismaPostgresClient } from '../build/postgresql/client.js';
import { PrismaClient as PrismaSqliteClient } from '../build/sqlite/client.js';
import { SQL_ENGINE, SQLITE_TIMEOUT_MS, status, type OpenClient, type Place } from './open-client.js';

export function open({ engine, at, poolSize }: Place): OpenClient {
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
