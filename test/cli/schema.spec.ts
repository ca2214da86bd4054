import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SCHEMA_VERSION } from '../../lib/sql/schema/kicc-schema.js';
import { differences, readStructure, structureAt } from '../../lib/sql/schema/structure.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { TestDatabase } from '../engines/engine.js';
import { connectTo } from '../sql/schema/connect.js';
import { kicc } from './run-kicc.js';

async function printed(...args: string[]): Promise<string> {
  const { exitCode, out, err } = await kicc({}, 'schema', ...args);
  expect([exitCode, err]).toEqual([0, '']);
  return out;
}

describeEngines('kicc schema', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await engine.createDatabase();
  });
  afterEach(() => database.drop());

  it('prints SQL that makes the tables, whole and from a version on', async () => {
    const connection = await connectTo(database);
    try {
      for (const from of ['0', '3']) {
        const [sql, rest] = [await printed('--engine', engine.name), await printed('--engine', engine.name, '--from', from)];
        expect(sql.endsWith(rest)).toBe(true);
        expect(rest.startsWith(`-- ${Number(from) + 1} Kicc`)).toBe(true);
      }
      const statements = (await printed('--engine', engine.name)).split('\n').filter((line) => /^[A-Z]/.test(line));
      for (const sql of statements) await connection.run(sql);
      const held = await readStructure(connection, engine.name === 'postgres' ? 'public' : undefined);
      expect(differences(held, structureAt(connection.engine, SCHEMA_VERSION))).toEqual([]);
    } finally {
      await connection.close();
    }
  });
});

describe('kicc schema', () => {
  it('names the schema of PostgreSQL', async () => {
    const args = ['--engine', 'postgres', '--schema', 'refunds', '--as'];
    expect(await printed(...args, 'sql')).toContain('CREATE TABLE "refunds"."kicc_bulk" (');
    expect(await printed(...args, 'prisma')).toContain('@@schema("refunds")');
    expect(await printed(...args, 'drizzle')).toContain('const kiccSchema = pgSchema("refunds");');
  });

  const TABLES = ['kicc_revision', 'kicc_bulk', 'kicc_bulk_row', 'kicc_notification', 'kicc_schema_version'];

  it.each(['postgres', 'mysql', 'sqlite'])('prints models of every table for Prisma on %s', async (engine) => {
    const models = await printed('--engine', engine, '--as', 'prisma');
    expect([...models.matchAll(/^ {2}@@map\("(.*)"\)$/gm)].map(([, name]) => name)).toEqual(TABLES);
    expect([...models.matchAll(/^model (\w+) \{$/gm)].length).toBe(TABLES.length);
  });

  it('gives Prisma types, lengths and names as the database has them', async () => {
    const postgres = await printed('--engine', 'postgres', '--as', 'prisma');
    expect(postgres).toContain(
      '  sequence           Int      @id(map: "PK_10f80430d21ed49688d37304f81") @default(autoincrement())\n',
    );
    expect(postgres).toContain('  openPgCno          String?  @map("open_pg_cno") @db.VarChar(20)\n');
    expect(postgres).toContain('  acceptedAt         BigInt   @map("accepted_at")\n');
    expect(postgres).toContain('  @@id([bulkId, place], map: "PK_177a6010501eb815bc83f8ed793")\n');
    expect(postgres).toContain('  @@unique([mallId, shopTransactionId], map: "UQ_kicc_revision_id")\n');
    expect(postgres).toContain("// tables: { external: ['public.kicc_revision', 'public.kicc_bulk', ");
    // What it cannot say, or not everywhere.
    expect(postgres).toContain(
      '  //  @@unique([mallId, openPgCno], where: raw("open_pg_cno IS NOT NULL"), map: "UQ_kicc_revision_open")\n',
    );
    expect(postgres).toContain('  // Prisma leaves out: CHECK CHK_kicc_revision_open');

    const mysql = await printed('--engine', 'mariadb', '--as', 'prisma');
    expect(mysql).toContain('  sequence           Int      @id @default(autoincrement())\n');
    expect(mysql).toContain('  state              String   @db.LongText\n');
    expect(mysql).toContain(
      '  // Prisma leaves out: COLLATE utf8mb4_bin of mall_id, shop_transaction_id, pg_cno, open_pg_cno\n',
    );
    expect(mysql).toContain('  @@unique([mallId, openPgCno], map: "UQ_kicc_revision_open")\n');
    expect(mysql).not.toContain('where: raw');

    const sqlite = await printed('--engine', 'sqlite', '--as', 'prisma');
    expect(sqlite).not.toContain('@db.');
    expect(sqlite).toContain("// tables: { external: ['kicc_revision', 'kicc_bulk', ");
  });

  it.each([
    [
      'postgres',
      'pgTable',
      "openPgCno: varchar('open_pg_cno', { length: 20 }),",
      "sequence: serial('sequence').primaryKey().notNull(),",
    ],
    [
      'mysql',
      'mysqlTable',
      "state: longtext('state').notNull(),",
      "sequence: int('sequence').autoincrement().primaryKey().notNull(),",
    ],
    [
      'sqlite',
      'sqliteTable',
      "openPgCno: text('open_pg_cno', { length: 20 }),",
      "sequence: integer('sequence').primaryKey({ autoIncrement: true }).notNull(),",
    ],
  ])('prints every table for Drizzle on %s', async (engine, table, column, sequence) => {
    const schema = await printed('--engine', engine, '--as', 'drizzle');
    expect([...schema.matchAll(new RegExp(`= ${table}\\(\\n {2}'(\\w+)'`, 'g'))].map(([, name]) => name)).toEqual(TABLES);
    expect(schema).toContain(`    ${column}\n`);
    expect(schema).toContain(`    ${sequence}\n`);
    expect(schema).toContain("    uniqueIndex('UQ_kicc_revision_id').on(table.mallId, table.shopTransactionId),\n");
    const open = "uniqueIndex('UQ_kicc_revision_open').on(table.mallId, table.openPgCno)";
    expect(schema).toContain(engine === 'mysql' ? `    ${open},\n` : `    ${open}.where(sql\`open_pg_cno IS NOT NULL\`),\n`);
    // Every word is imported that is used, and no other.
    const [, words = ''] = /^import \{ (.*) \} from 'drizzle-orm\/\w+-core';$/m.exec(schema) ?? [];
    const body = schema.slice(schema.indexOf('export const'));
    const used = new Set([...body.matchAll(/(?<![.'`\w])([a-z]\w*)\(/gi)].map(([, word]) => word));
    expect(words.split(', ')).toEqual([...used].filter((word) => word !== 'IN').sort());
  });

  it.each([
    [[], '--engine: give postgres, mysql (MariaDB, too) or sqlite.'],
    [['--engine', 'oracle'], '--engine: give postgres'],
    [['--engine', 'sqlite', '--as', 'xml'], '--as: give sql, prisma or drizzle.'],
    [['--engine', 'sqlite', '--schema', 'refunds'], '--schema: only PostgreSQL has them.'],
    [['--engine', 'sqlite', '--from', String(SCHEMA_VERSION + 1)], `--from: give a version from 0 to ${SCHEMA_VERSION}.`],
    [['--engine', 'sqlite', '--from', '2', '--as', 'prisma'], '--from: goes with --as sql alone.'],
  ])('refuses %j', async (args, words) => {
    const { exitCode, out, err } = await kicc({}, 'schema', ...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });
});
