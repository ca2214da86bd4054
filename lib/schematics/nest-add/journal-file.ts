import type { Named } from './wire-module.js';

export type Driver = 'pg' | 'mysql2' | 'better-sqlite3';

/** A journal, and what its file opens for it. */
interface Form {
  readonly journal: Named;
  readonly imports: readonly string[];
  /** What is opened at `url`: a pool, or a database. A journal on a file's path opens and closes that itself. */
  readonly client?: { readonly name: string; readonly type: string; readonly opened: string; readonly end: string };
  /** What the journal is made of. */
  readonly given: string;
  readonly about: string;
}

const ABOUT_POOLS = `/**
 * Keeps refunds in the database of DATABASE_URL. record() takes part in
 * transactions of this very pool alone: to call it in yours, inject your own
 * here, and leave its end to whoever made it.
 */`;
const ABOUT_FILES = `/**
 * Keeps refunds in the SQLite file that DATABASE_URL names. record() takes part in
 * transactions of whichever connection of yours has that file open.
 */`;
const POOL = { name: 'pool', type: 'Pool', end: 'await this.pool.end();' };

const ALONE: Readonly<Record<Driver, Form>> = {
  pg: {
    journal: { name: 'PgReviseJournal', from: 'nestjs-kicc/sql' },
    imports: ["import { Pool } from 'pg';"],
    client: { ...POOL, opened: 'new Pool({ connectionString: url })' },
    given: 'pool',
    about: ABOUT_POOLS,
  },
  mysql2: {
    journal: { name: 'Mysql2ReviseJournal', from: 'nestjs-kicc/sql' },
    imports: ["import { createPool, type Pool } from 'mysql2/promise';"],
    client: { ...POOL, opened: 'createPool(url)' },
    given: 'pool',
    about: ABOUT_POOLS,
  },
  'better-sqlite3': {
    journal: { name: 'BetterSqlite3ReviseJournal', from: 'nestjs-kicc/sql' },
    imports: [],
    given: 'url',
    about: ABOUT_FILES,
  },
};

const DRIZZLE = { name: 'DrizzleReviseJournal', from: 'nestjs-kicc/drizzle' };
const BY_DRIZZLE: Readonly<Record<Driver, Form>> = {
  pg: {
    ...ALONE.pg,
    journal: DRIZZLE,
    imports: ["import { drizzle } from 'drizzle-orm/node-postgres';", ...ALONE.pg.imports],
    given: 'drizzle(pool)',
  },
  mysql2: {
    ...ALONE.mysql2,
    journal: DRIZZLE,
    imports: ["import { drizzle } from 'drizzle-orm/mysql2';", ...ALONE.mysql2.imports],
    given: 'drizzle(pool)',
  },
  'better-sqlite3': {
    journal: DRIZZLE,
    imports: ["import { drizzle } from 'drizzle-orm/better-sqlite3';"],
    client: { name: 'db', type: 'ReturnType<typeof drizzle>', opened: 'drizzle(url)', end: 'this.db.$client.close();' },
    given: 'db',
    about: ABOUT_FILES,
  },
};

/** A journal in the database of `DATABASE_URL`, on a client of its own. */
export function clientJournal(driver: Driver, byDrizzle: boolean): string {
  const { journal, imports, client, given, about } = (byDrizzle ? BY_DRIZZLE : ALONE)[driver];
  const field = client ? `  private readonly ${client.name}: ${client.type};\n\n` : '';
  const opened = client ? `    const ${client.name} = ${client.opened};\n` : '';
  const kept = client ? `    this.${client.name} = ${client.name};\n` : '';
  const shutdown = `
  override async onApplicationShutdown(): Promise<void> {
    await super.onApplicationShutdown();
    ${client?.end}
  }
`;
  return `import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { ModulesContainer } from '@nestjs/core';
import { ${journal.name} } from '${journal.from}';
${imports.map((line) => `${line}\n`).join('')}
${about}
@Injectable()
export class KiccJournal extends ${journal.name} {
${field}  constructor(config: ConfigService, modules: ModulesContainer) {
    const url = config.getOrThrow<string>('DATABASE_URL');
${opened}    super(${given}, { modules });
${kept}  }
${client ? shutdown : ''}}
`;
}

/** A journal on the shop's Prisma client. */
export function prismaJournal(engine: 'postgres' | 'mysql', service: Named): string {
  return `import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { PrismaReviseJournal } from 'nestjs-kicc/prisma';
import { ${service.name} } from '${service.from}';

/** Keeps refunds in the shop's database. record() takes the shop's own tx. */
@Injectable()
export class KiccJournal extends PrismaReviseJournal {
  constructor(prisma: ${service.name}, modules: ModulesContainer) {
    super(prisma, { engine: '${engine}', modules });
  }
}
`;
}
