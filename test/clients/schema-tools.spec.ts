import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DatabaseByDriver } from '../../lib/cli/database-by-driver.js';
import { ReviseBulkService } from '../../lib/index.js';
import { migrate, SCHEMA_VERSION } from '../../lib/sql/index.js';
import { differences, readStructure, structureAt } from '../../lib/sql/schema/structure.js';
import { kicc } from '../cli/run-kicc.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { TestDatabase } from '../engines/engine.js';
import { openNotifiedShop } from '../notification/notified-shop.js';
import { byDriver } from '../shop-clients/drivers.js';
import { connectTo, urlOf } from '../sql/schema/connect.js';

/** For some runs of programs, each of which takes seconds to start. */
const PROGRAMS_MS = 120_000;
const TABLES = ['kicc_revision', 'kicc_bulk', 'kicc_bulk_row', 'kicc_notification', 'kicc_schema_version'];
const programs = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Revisions that are settled and open, a bulk under way, a notification that was handled. */
async function fill(database: TestDatabase): Promise<void> {
  const client = await byDriver(database.options);
  const shop = await openNotifiedShop({ extras: { journal: { useFactory: () => client.journal() } } });
  const bulks = shop.app.get(ReviseBulkService);
  bulks.carryBy({ dispatch: () => Promise.resolve(), isLost: false });
  const payment = (): string => shop.kicc.approve({ amount: 10_000 }).pgCno;
  for (const id of ['settled-1', 'settled-2']) {
    expect((await shop.payments.cancel({ shopTransactionId: id, pgCno: payment() })).status).toBe('succeeded');
  }
  await shop.send(shop.kicc.notifications().findLast(({ body }) => body['notiType'] === '20')?.body ?? {});
  for (const id of ['open-1', 'open-2']) {
    shop.kicc.inject({ fault: 'drop-answer', when: 'after' });
    expect((await shop.payments.cancel({ shopTransactionId: id, pgCno: payment() })).status).toBe('unknown');
  }
  const requests = ['row-1', 'row-2'].map((id) => ({ shopTransactionId: id, pgCno: payment(), reviseTypeCode: '40' }) as const);
  await bulks.submit(requests, { bulkId: 'concert' });
  await shop.close();
  await client.close();
}

interface Ran {
  readonly exitCode: number | null;
  readonly said: string;
}

describeEngines('a database that is full', (engine) => {
  let database: TestDatabase;
  let folder: string;
  let before: unknown[];
  beforeEach(async () => {
    database = await engine.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'kicc-tools-'));
    symlinkSync(programs('node_modules'), join(folder, 'node_modules'));
    await connected((connection) => migrate(connection));
    await fill(database);
    before = await connected(rows);
    expect(before.map((held) => (held as unknown[]).length)).toEqual([4, 1, 2, 1, SCHEMA_VERSION]);
  });
  afterEach(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** Not while a tool is at work, which wants SQLite's file for itself. */
  async function connected<T>(act: (connection: DatabaseByDriver) => Promise<T>): Promise<T> {
    const connection = await connectTo(database);
    return act(connection).finally(() => connection.close());
  }
  const rows = (connection: DatabaseByDriver): Promise<unknown[]> =>
    Promise.all(TABLES.map((table) => connection.run(`SELECT * FROM ${table} ORDER BY 1, 2`)));

  async function expectUntouched(): Promise<void> {
    await connected(async (connection) => {
      expect(await rows(connection)).toEqual(before);
      const held = await readStructure(connection, engine.name === 'postgres' ? 'public' : undefined);
      expect(differences(held, structureAt(connection.engine, SCHEMA_VERSION))).toEqual([]);
    });
  }

  /** The shop's own table has the column that the tool was to add. */
  const expectNote = (): Promise<unknown> => connected((connection) => connection.run('SELECT id, note FROM refund'));

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  async function printed(tool: 'prisma' | 'drizzle'): Promise<string> {
    return (await kicc({}, 'schema', '--engine', engine.name, '--as', tool)).out;
  }

  function run(program: string, args: readonly string[]): Ran {
    const url = urlOf(database);
    // `prisma migrate dev` wants a terminal.
    const terminal = ['--import', 'data:text/javascript,process.stdin.isTTY=true'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...terminal, programs(program), ...args], {
      cwd: folder,
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        NO_COLOR: '1',
        DATABASE_URL: { sqlite: `file:${url}`, postgres: url, mariadb: url.replace(/^mariadb/, 'mysql') }[engine.name],
        PRISMA_SCHEMA_ENGINE_BINARY: programs('schema-engine.mjs'),
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    });
    return { exitCode: status, said: `${stdout}${stderr}` };
  }
  function does(program: string, ...args: string[]): string {
    const { exitCode, said } = run(program, args);
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${said}`);
    return said;
  }

  // Of Prisma's engine, the registry has PostgreSQL's and SQLite's part alone.
  if (engine.name !== 'mariadb') {
    const prisma = (...args: string[]): string => does('node_modules/prisma/build/index.js', ...args);

    async function writePrisma(note: '' | 'note String?', feature = '', tables = ''): Promise<void> {
      const models = await printed('prisma');
      const provider = engine.name === 'postgres' ? 'postgresql' : 'sqlite';
      const shops = `generator client {
          provider = "prisma-client"
          output = "./client"
          ${feature && `previewFeatures = ["${feature}"]`}
        }
        datasource db {
          provider = "${provider}"
        }
        model Refund {
          id String @id
          ${note}
          @@map("refund")
        }\n`;
      write('schema.prisma', shops + (feature ? models.replace(/^ {2}\/\/( {2}@@)/gm, '$1') : models));
      const config =
        "schema: 'schema.prisma', migrations: { path: 'migrations' }, datasource: { url: process.env.DATABASE_URL }";
      write('prisma.config.ts', `export default { ${config}, ${tables} };\n`);
    }
    /** As the models' head says it. */
    async function external(): Promise<string> {
      const [experimental] = /experimental: \{.*?\},/.exec(await printed('prisma')) ?? [];
      const [tables] = /tables: \{.*\}/.exec(await printed('prisma')) ?? [];
      return `${experimental} ${tables}`;
    }

    it(
      'is left alone by prisma db push, with the models that are printed',
      async () => {
        await writePrisma('');
        prisma('db', 'push');
        await writePrisma('note String?');
        prisma('db', 'push');
        await expectNote();
        await expectUntouched();
      },
      PROGRAMS_MS,
    );

    it(
      'is left alone by prisma migrate dev and deploy, with the models and the setting that are printed',
      async () => {
        await writePrisma('', '', await external());
        prisma('migrate', 'dev', '--name', 'refund');
        await writePrisma('note String?', '', await external());
        prisma('migrate', 'dev', '--create-only', '--name', 'note');
        prisma('migrate', 'deploy');
        await expectNote();
        await expectUntouched();
      },
      PROGRAMS_MS,
    );

    it(
      'is what prisma migrate diff finds it to be, with partial indices too',
      async () => {
        await connected((connection) => connection.run('CREATE TABLE refund (id TEXT NOT NULL PRIMARY KEY)'));
        const diff = (): string =>
          prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', 'schema.prisma', '--script');
        for (const feature of ['', 'partialIndexes']) {
          await writePrisma('note String?', feature);
          const statements = diff()
            .match(/^[A-Z]+ [A-Z]+ .*/gm)
            ?.map((sql) => sql.replace(/ +/g, ' '));
          expect(statements).toEqual(['ALTER TABLE "refund" ADD COLUMN "note" TEXT;']);
        }
      },
      PROGRAMS_MS,
    );
  }

  const kit = 'node_modules/drizzle-kit/bin.cjs';
  const SHOPS = {
    sqlite: ['sqlite', "import { sqliteTable as table, text } from 'drizzle-orm/sqlite-core';", "text('id')"],
    postgres: ['postgresql', "import { pgTable as table, text } from 'drizzle-orm/pg-core';", "text('id')"],
    mariadb: [
      'mysql',
      "import { mysqlTable as table, text, varchar } from 'drizzle-orm/mysql-core';",
      "varchar('id', { length: 50 })",
    ],
  } as const;

  async function writeDrizzle(note: '' | "note: text('note')", schema: readonly string[], filter = ''): Promise<void> {
    const [dialect, imports, id] = SHOPS[engine.name];
    write('shop.ts', `${imports}\nexport const refund = table('refund', { id: ${id}.primaryKey().notNull(), ${note} });\n`);
    write('kicc.ts', await printed('drizzle'));
    const rest = `schema: ${JSON.stringify(schema)}, out: './drizzle', dbCredentials: { url: process.env.DATABASE_URL }, ${filter}`;
    write('drizzle.config.ts', `export default { dialect: '${dialect}', ${rest} };\n`);
  }

  it(
    'is left alone by drizzle-kit generate and migrate, which are not told of it',
    async () => {
      await writeDrizzle('', ['./shop.ts']);
      does(kit, 'generate', '--name', 'refund');
      await writeDrizzle("note: text('note')", ['./shop.ts']);
      does(kit, 'generate', '--name', 'note');
      does(kit, 'migrate');
      await expectNote();
      await expectUntouched();
    },
    PROGRAMS_MS,
  );

  const [pushed, schema, filter] = {
    postgres: ['left alone by drizzle-kit push, with the schema that is printed', ['./shop.ts', './kicc.ts'], ''],
    sqlite: ['left alone by drizzle-kit push, with the filter that is printed', ['./shop.ts'], 'tablesFilter: '],
    mariadb: ['not read by drizzle-kit push, which does nothing', ['./shop.ts'], 'tablesFilter: '],
  }[engine.name] as [string, string[], string];
  it(
    `is ${pushed}`,
    async () => {
      const [told] = filter ? (/tablesFilter: \[.*?\]/.exec(await printed('drizzle')) ?? []) : [''];
      const { exitCode } = await push('', told);
      if (engine.name === 'mariadb') expect(exitCode).toBe(1);
      else {
        expect(exitCode).toBe(0);
        expect((await push("note: text('note')", told)).exitCode).toBe(0);
        await expectNote();
      }
      await expectUntouched();

      async function push(note: '' | "note: text('note')", tables = ''): Promise<Ran> {
        await writeDrizzle(note, schema, tables);
        return run(kit, ['push']);
      }
    },
    PROGRAMS_MS,
  );
});
