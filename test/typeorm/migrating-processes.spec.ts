import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SCHEMA_VERSION } from '../../lib/sql/schema/kicc-schema.js';

/** A shop whose DataSource runs the migrations. */
const SHOP = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccModule } from './dist/esm/index.js';
import { kiccMigrations, TypeOrmReviseJournal } from './dist/esm/typeorm/index.js';

const database = process.argv[1];
const imports = [
  TypeOrmModule.forRoot({ type: 'better-sqlite3', database, migrations: [...kiccMigrations], migrationsRun: true, retryDelay: 100 }),
  KiccModule.forRoot({ environment: 'test', mallId: 'T0000001', secretKey: 'secret', journal: TypeOrmReviseJournal }),
];
process.stdout.write('ready');
process.stdin.once('data', async () => {
  const app = await NestFactory.createApplicationContext({ module: class {}, imports }, { logger: ['fatal'], abortOnError: false });
  await app.close();
  process.exit();
});
`;

describe('a new SQLite file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-migrating-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is migrated once by several processes that run kicc migrate', async () => {
    const done = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const args = ['dist/esm/cli/kicc.cli.js', 'migrate', '--database', join(folder, 'shop.db'), '--json'];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        let out = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
        const [exitCode] = (await once(child, 'close')) as [number];
        return { exitCode, ...(JSON.parse(out) as { readonly to: number; readonly steps: readonly unknown[] }) };
      }),
    );
    expect(done.map(({ exitCode, to }) => [exitCode, to])).toEqual(Array(3).fill([0, SCHEMA_VERSION]));
    expect(done.reduce((sum, { steps }) => sum + steps.length, 0)).toBe(SCHEMA_VERSION);
  });

  it('is one to start with for all processes whose DataSource runs the migrations', async () => {
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', SHOP, join(folder, 'shop.db')], {
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    );
    const ends = children.map((child) => once(child, 'close'));
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    for (const child of children) child.stdin.write('go');
    expect((await Promise.all(ends)).map(([exitCode]) => exitCode as number)).toEqual([0, 0, 0]);
  });
});
