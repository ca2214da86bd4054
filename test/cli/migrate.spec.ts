import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SCHEMA_VERSION } from '../../lib/sql/schema/kicc-schema.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { TestDatabase } from '../engines/engine.js';
import { migrateByTypeOrm, urlOf } from '../sql/schema/connect.js';
import { kicc } from './run-kicc.js';

describeEngines('kicc migrate', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await engine.createDatabase();
  });
  afterEach(() => database.drop());

  it('says each step, and then that there is nothing to do', async () => {
    const env = { DATABASE_URL: urlOf(database) };
    const planned = await kicc(env, 'migrate', '--dry-run');
    expect(planned.out).toMatch(
      /^1 KiccRevision1790000000001 up: would be run\n[^]*\nThe tables would go from version 0 to \d+\.\n$/,
    );
    const first = await kicc(env, 'migrate');
    expect([first.exitCode, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(
      /^1 KiccRevision1790000000001 up: \d statements, \d+\.\d s\n[^]*\nThe tables have gone from version 0 to \d+\.\n$/,
    );
    expect(await kicc(env, 'migrate')).toEqual({
      exitCode: 0,
      out: `The tables are at version ${SCHEMA_VERSION}: nothing to do.\n`,
      err: '',
    });
  });

  it('goes to a version, of tables that TypeORM made', async () => {
    await migrateByTypeOrm(database, 4);
    const args = ['migrate', '--database', urlOf(database), '--to', '5', '--json'];
    const { exitCode, out } = await kicc({ DATABASE_URL: '/nowhere/shop.db' }, ...args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ from: 4, to: 5, steps: [{ version: 5, direction: 'up' }] });
  });

  it('says why it can not', async () => {
    await migrateByTypeOrm(database, 4);
    const args = ['migrate', '--database', urlOf(database), '--schema', 'nowhere'];
    const { exitCode, out, err } = await kicc({}, ...args);
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toMatch(/^kicc: schema: (there is none of the name "nowhere"|only PostgreSQL has them)/);
  });
});

describe('kicc migrate', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-migrate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('tells of a variable that was left empty, in the environment or in a file', async () => {
    const file = join(folder, 'empty.env');
    writeFileSync(file, 'DATABASE_URL=\n');
    expect((await kicc({ DATABASE_URL: '' }, 'migrate')).err).toMatch(/^kicc: DATABASE_URL is set, but empty\. Set it,/);
    expect((await kicc({}, 'migrate', '--env-file', file)).err).toMatch(/^kicc: DATABASE_URL is set, but empty\. Set it,/);
  });

  it('makes a SQLite file, but for a dry run', async () => {
    const file = join(folder, 'shop.db');
    writeFileSync(join(folder, '.env'), `DATABASE_URL=${file}\n`);
    expect((await kicc({}, 'migrate', '--env-file', join(folder, '.env'), '--dry-run')).exitCode).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect((await kicc({}, 'migrate', '--env-file', join(folder, '.env'))).exitCode).toBe(0);
    expect(existsSync(file)).toBe(true);
  });

  it.each([
    [
      1,
      [],
      'DATABASE_URL is not set. Set it, name a file that has it (--env-file .env), or give --database: the path of a SQLite file, postgres://',
    ],
    [1, ['--database', 'oracle://shop:hidden-word@127.0.0.1/shop'], 'of a kind that is not known (oracle)'],
    [1, ['--database', 'postgres://shop:hidden-word@127.0.0.1:9/shop'], '(ECONNREFUSED)'],
    [1, ['--database', 'mysql://shop:hidden-word@127.0.0.1:9/shop'], '(ECONNREFUSED)'],
    [1, ['--database', 'mariadb://shop:hidden-word@127.0.0.1:9/shop'], '(ECONNREFUSED)'],
    [1, ['--database', '/nowhere/shop.db'], 'The database cannot be reached ('],
    [2, ['--to', String(SCHEMA_VERSION + 1)], `--to: give a version from 0 to ${SCHEMA_VERSION}.`],
    [2, ['--to', 'newest'], `--to: give a version from 0 to ${SCHEMA_VERSION}.`],
    [2, ['--mall', 'T0000001'], '--mall'],
  ])('ends with %i at %j', async (code, args, words) => {
    const { exitCode, out, err } = await kicc({}, 'migrate', ...args);
    expect([exitCode, out]).toEqual([code, '']);
    expect(err).toContain(words);
    expect(err).not.toContain('hidden-word');
    expect(err.trimEnd()).not.toContain('\n');
  });
});
