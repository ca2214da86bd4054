import { describe, expect, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import { nestAdd, nestAddAsked, type NestAddOptions } from '../../lib/schematics/nest-add/nest-add.js';

const MODULE = "import { Module } from '@nestjs/common';\n\n@Module({\n  imports: [],\n})\nexport class AppModule {}\n";
const PACKAGE = {
  name: 'shop',
  dependencies: { '@nestjs/core': '^11.0.1', rxjs: '^7.8.1' },
  devDependencies: { jest: '^30.0.0' },
};

/**
 * An app's files, with what is given in place of the usual ones; `undefined` takes one away.
 * @param answer to the question for the journal, where there is somebody to be asked.
 */
function add(
  given: Readonly<Record<string, string | undefined>> = {},
  options: NestAddOptions = {},
  answer?: NestAddOptions['journal'],
) {
  const files = {
    'package.json': JSON.stringify(PACKAGE, null, 2),
    'src/app.module.ts': MODULE,
    '.gitignore': '.env\n',
    ...given,
  };
  const held = new Map(Object.entries(files).filter((file): file is [string, string] => file[1] !== undefined));
  const tree = {
    exists: (path: string) => held.has(path),
    read: (path: string) => (held.has(path) ? Buffer.from(held.get(path) ?? '') : null),
    create: (path: string, text: string) => {
      if (held.has(path)) throw new Error(`${path} is there already.`);
      held.set(path, text);
    },
    overwrite: (path: string, text: string) => {
      if (!held.has(path)) throw new Error(`${path} is not there.`);
      held.set(path, text);
    },
    getDir: (folder: string) => ({
      visit: (visitor: (path: string) => void) =>
        [...held.keys()].filter((path) => path.startsWith(`${folder}/`)).forEach((path) => visitor(`/${path}`)),
    }),
  };
  const warnings: string[] = [];
  const infos: string[] = [];
  const tasks: unknown[] = [];
  let asked = false;
  nestAdd(options)(tree, {
    logger: { info: (message) => void infos.push(message), warn: (message) => void warnings.push(message) },
    addTask: (task) => tasks.push(task.toConfiguration()),
    schematic: {
      collection: {
        createSchematic: () => ({
          call: (given, _tree, context) => {
            asked = true;
            nestAddAsked({ ...given, journal: answer })(tree, context);
            return EMPTY;
          },
        }),
      },
    },
  });
  const read = (path: string): string | undefined => held.get(path);
  return { tree, files: Object.fromEntries(held), read, warnings, infos, tasks, asked };
}

/** A package.json with more dependencies. */
const withDependencies = (...names: string[]): string =>
  JSON.stringify({
    ...PACKAGE,
    dependencies: { ...PACKAGE.dependencies, ...Object.fromEntries(names.map((name) => [name, '^7.0.0'])) },
  });

const dependenciesOf = (text: string | undefined): unknown =>
  (JSON.parse(text ?? '') as { readonly dependencies: unknown }).dependencies;

describe('nest add nestjs-kicc', () => {
  it.each([
    ['^10.3.0', { '@nestjs/config': '^3.2.0' }],
    ['^11.0.1', { '@nestjs/config': '^4.0.0' }],
    ['~12.5.0', { '@nestjs/config': '^12.0.0' }],
  ])('adds what fits Nest %s, and has it installed', (range, expected) => {
    const manifest = { ...PACKAGE, dependencies: { rxjs: '^7.8.1', '@nestjs/core': range } };
    const { read, tasks, warnings } = add({ 'package.json': JSON.stringify(manifest, null, '\t') });
    const dependencies = dependenciesOf(read('package.json')) as Record<string, string>;
    expect(dependencies).toEqual({
      ...expected,
      '@nestjs/core': range,
      axios: '^1.7.0',
      'class-transformer': '^0.5.1',
      rxjs: '^7.8.1',
    });
    expect(Object.keys(dependencies)).toEqual(Object.keys(dependencies).sort());
    expect(read('package.json')).toMatch(/^\{\n\t"name": "shop",\n\t"dependencies": \{\n\t\t"@nestjs\/config"/);
    expect(tasks).toEqual([{ name: 'node-package', options: { command: 'install', quiet: true, packageManager: 'npm' } }]);
    expect(warnings).toEqual([]);
  });

  it('keeps the versions that the app has, and installs nothing where nothing is missing', () => {
    const own = { '@nestjs/core': '^11.0.1', '@nestjs/config': '4.0.1', '@nestjs/axios': '4.0.1', axios: '1.8.0' };
    const text = JSON.stringify({ dependencies: own, devDependencies: { 'class-transformer': '0.5.1', vitest: '4' } });
    const { read, tasks } = add({ 'package.json': text });
    expect(read('package.json')).toBe(text);
    expect(tasks).toEqual([]);
  });

  it.each([
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
  ])('installs as the app does: %s', (lock, packageManager) => {
    expect(add({ [lock]: '' }).tasks).toMatchObject([{ options: { packageManager } }]);
    expect(add({ [lock]: '' }, { skipInstall: true }).tasks).toEqual([]);
  });

  it('adds no dependencies to a Nest it does not know', () => {
    const text = JSON.stringify({ dependencies: { '@nestjs/core': '^9.0.0' }, devDependencies: { jest: '29' } });
    const { read, warnings } = add({ 'package.json': text });
    expect(read('package.json')).toBe(text);
    expect(warnings).toEqual([expect.stringContaining('does not say which Nest')]);
  });

  it('writes no file of the app over', () => {
    const env = 'DATABASE_URL=shop.db\n';
    const test = '// Mine.\n';
    const { read, warnings } = add({ '.env': env, '.env.example': env, 'src/refunds/cancel-payment.spec.ts': test });
    expect(read('.env')).toBe(env);
    expect(warnings).toEqual([expect.stringMatching(/^\.env is yours, .*KICC_MALL_ID=T0000001/s)]);
    expect(read('.env.example')).toMatch(/^DATABASE_URL=shop\.db\n\n# KICC EasyPay\. .*\nKICC_MALL_ID=\nKICC_SECRET_KEY=\n/s);
    expect(read('src/refunds/cancel-payment.spec.ts')).toBe(test);

    const kicc = 'KICC_MALL_ID=T0000009\n';
    const again = add({ '.env': kicc, '.env.example': kicc });
    expect([again.read('.env'), again.read('.env.example'), again.warnings]).toEqual([kicc, kicc, []]);
  });

  it('warns of a key that could be committed', () => {
    expect(add({ '.gitignore': 'dist\n' }).warnings).toEqual([expect.stringContaining('Add .env to .gitignore')]);
  });

  it('says what to paste where the module is not understood, or not there', () => {
    for (const text of ['export const modules = [];\n', undefined]) {
      const { read, warnings } = add({ 'src/app.module.ts': text });
      expect(read('src/app.module.ts')).toBe(text);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^src\/app\.module\.ts .*KiccModule\.forRootAsync\(\{/s);
    }
  });

  it('finds the app of a project', () => {
    const projects = { api: { sourceRoot: 'apps/api/src' }, admin: { root: 'apps/admin' } };
    const cli = JSON.stringify({ sourceRoot: 'apps/shop/src', projects });
    const module = (path: string) => ({
      'nest-cli.json': cli,
      'src/app.module.ts': undefined,
      [`${path}/app.module.ts`]: MODULE,
    });
    for (const [path, options] of [
      ['apps/shop/src', {}],
      ['apps/api/src', { project: 'api' }],
      ['apps/admin/src', { project: 'admin' }],
      ['apps/other/src', { sourceRoot: 'apps/other/src' }],
    ] as const) {
      const { read, tree } = add(module(path), options);
      expect(read(`${path}/app.module.ts`)).toContain('KiccModule.forRootAsync');
      expect(tree.exists(`${path}/refunds/cancel-payment.spec.ts`)).toBe(true);
    }
    expect(() => add(module('x'), { project: 'x' })).toThrow('nest-cli.json has no project x.');
  });

  it('adds a test for the runner that is there, unless it is not wanted', () => {
    const spec = 'src/refunds/cancel-payment.spec.ts';
    const withRunner = (devDependencies: object) => ({ 'package.json': JSON.stringify({ ...PACKAGE, devDependencies }) });
    expect(add(withRunner({ jest: '30' })).read(spec)).not.toContain('vitest');
    expect(add(withRunner({ vitest: '4' })).read(spec)).toContain("from 'vitest'");
    expect(add({}, { skipTest: true }).tree.exists(spec)).toBe(false);
    const none = add(withRunner({ mocha: '11' }));
    expect(none.tree.exists(spec)).toBe(false);
    expect(none.warnings).toEqual([expect.stringContaining('Neither Jest nor Vitest')]);
  });

  it('works without a package.json', () => {
    const { read, warnings } = add({ 'package.json': undefined });
    expect(read('src/app.module.ts')).toContain('KiccModule');
    expect(warnings).toEqual([expect.stringContaining('There is no package.json')]);
  });

  it('finds the module that the app starts with, whatever its name', () => {
    const projects = {
      api: { sourceRoot: 'apps/api/src', entryFile: 'main' },
      worker: { root: 'apps/worker', entryFile: 'run' },
    };
    const main = (name: string, from: string, create: string) =>
      `import { NestFactory } from '@nestjs/core';\nimport { ${name} } from '${from}';\nconst app = await NestFactory.${create}(${name});\n`;
    const files = {
      'nest-cli.json': JSON.stringify({ monorepo: true, sourceRoot: 'apps/api/src', projects }),
      'src/app.module.ts': undefined,
      'apps/api/src/main.ts': main('ApiModule', './api.module', 'create<NestExpressApplication>'),
      'apps/api/src/api.module.ts': MODULE,
      'apps/worker/src/run.ts': main('WorkerModule', './worker/worker.module.js', 'createApplicationContext'),
      'apps/worker/src/worker/worker.module.ts': MODULE,
    };
    const api = 'apps/api/src/api.module.ts';
    const worker = 'apps/worker/src/worker/worker.module.ts';
    // The CLI itself gives a project by its folder.
    for (const [options, wired, other] of [
      [{}, api, worker],
      [{ project: 'api' }, api, worker],
      [{ project: 'worker' }, worker, api],
      [{ sourceRoot: 'apps/worker/src' }, worker, api],
    ] as const) {
      const { read, warnings } = add(files, options);
      expect([read(wired)?.includes('KiccModule.forRootAsync'), read(other), warnings]).toEqual([true, MODULE, []]);
    }
    const { read } = add(files, { project: 'worker', journal: 'pg' });
    expect(read('apps/worker/src/worker/kicc-journal.ts')).toContain('extends PgReviseJournal');
    // As the entry file imports.
    expect(read(worker)).toContain("import { KiccJournal } from './kicc-journal.js';");
  });
});

describe('the journal that nest add wires', () => {
  const SERVICE =
    "import { PrismaClient } from '../generated/client';\n@Injectable()\nexport class PrismaService extends PrismaClient {}\n";
  const EXPORTING = '@Module({ providers: [PrismaService], exports: [PrismaService] })\nexport class PrismaModule {}\n';
  const PRISMA = ['@prisma/client', '@prisma/adapter-pg', 'pg'];
  const isInMemory = (module: string | undefined): boolean => module !== undefined && !module.includes('journal');

  it.each([
    ['an ORM rather than its driver', ['@nestjs/typeorm', 'typeorm', 'pg'], 'TypeOrmReviseJournal'],
    ['Drizzle on its driver', ['drizzle-orm', 'mysql2'], 'DrizzleReviseJournal'],
    ['pg', ['pg'], 'PgReviseJournal'],
    ['mysql2', ['mysql2'], 'Mysql2ReviseJournal'],
    ['better-sqlite3', ['better-sqlite3'], 'BetterSqlite3ReviseJournal'],
  ])('is on %s, where package.json says so, and nobody is asked', (_what, dependencies, journal) => {
    const { read, infos, warnings, asked } = add({ 'package.json': withDependencies(...dependencies) });
    const module = read('src/app.module.ts');
    expect(`${read('src/kicc-journal.ts')}${module}`).toContain(journal);
    expect(module).toMatch(/\n {6}journal: \w+Journal,\n {4}\}\),\n/);
    expect([asked, warnings]).toEqual([false, []]);
    expect(infos.at(-1)).toMatch(/^Left to you: Make the tables .* npx kicc migrate --/);
  });

  it("is on Prisma's client, which its module exports", () => {
    const given = {
      'package.json': withDependencies(...PRISMA),
      'src/prisma/prisma.service.ts': SERVICE,
      'src/prisma/prisma.module.ts': EXPORTING,
    };
    const { read, warnings, infos } = add(given);
    expect(read('src/kicc-journal.ts')).toContain("import { PrismaService } from './prisma/prisma.service';");
    expect(read('src/kicc-journal.ts')).toContain("engine: 'postgres'");
    expect(read('src/app.module.ts')).toContain('      imports: [ConfigModule, PrismaModule],\n');
    expect(read('src/app.module.ts')).toContain("import { PrismaModule } from './prisma/prisma.module';\n");
    expect(warnings).toEqual([]);
    expect(infos.at(-1)).toContain('npx kicc schema --engine postgres --as prisma');

    const alone = add({ ...given, 'src/prisma/prisma.module.ts': undefined });
    expect(alone.read('src/app.module.ts')).toContain('imports: [ConfigModule],');
    expect(alone.infos).toContainEqual(expect.stringMatching(/^Left to you: Have a module export PrismaService/));
  });

  it('is asked for where package.json says nothing, or several', () => {
    for (const names of [[], ['typeorm', '@prisma/client'], ['pg', 'mysql2']]) {
      const manifest = { 'package.json': withDependencies(...names) };
      const answered = add(manifest, {}, 'better-sqlite3');
      expect([answered.asked, answered.read('src/kicc-journal.ts')]).toEqual([true, expect.stringContaining('BetterSqlite3')]);
      expect(dependenciesOf(answered.read('package.json'))).toHaveProperty('better-sqlite3');

      const unanswered = add(manifest);
      expect(isInMemory(unanswered.read('src/app.module.ts'))).toBe(true);
      const said = [...unanswered.warnings, ...unanswered.infos].filter((line) =>
        line.startsWith('Refunds are kept in memory'),
      );
      expect(said).toEqual([expect.stringMatching(/--journal typeorm, .*docs\/journals\.md/)]);
    }
  });

  it('is as the option says, and comes with its driver and its variable', () => {
    const { read, asked } = add({}, { journal: 'pg' });
    expect(asked).toBe(false);
    const { dependencies, devDependencies } = JSON.parse(read('package.json') ?? '') as Record<string, object>;
    expect(dependencies).toHaveProperty('pg');
    expect(devDependencies).toEqual({ '@types/pg': expect.any(String), jest: '^30.0.0' });
    expect(read('.env.example')).toMatch(/\nKICC_SECRET_KEY=\n[^]*\n# DATABASE_URL=postgres:[^\n]*\n$/);
    // No database that may be somebody's.
    expect(read('.env')).toContain('\n# DATABASE_URL=postgres://');
    expect(add({}, { journal: 'better-sqlite3' }).read('.env')).toContain('\nDATABASE_URL=shop.db\n');

    const own = { '.env': 'KICC_MALL_ID=T0000009\n' };
    expect(add(own, { journal: 'pg' }).warnings).toEqual([expect.stringMatching(/^\.env is yours, .*DATABASE_URL=/s)]);
    const none = add({ 'package.json': withDependencies('pg') }, { journal: 'none' });
    expect([isInMemory(none.read('src/app.module.ts')), none.infos.length]).toEqual([true, 1]);
  });

  it.each([
    ['typeorm', [], {}, 'no typeorm'],
    ['drizzle', ['drizzle-orm'], {}, 'one of pg, mysql2 and better-sqlite3'],
    ['prisma', ['@prisma/client', '@prisma/adapter-better-sqlite3'], {}, 'a second client'],
    ['prisma', PRISMA, {}, 'no class that extends PrismaClient below src'],
    ['prisma', PRISMA, { 'src/a.ts': SERVICE, 'src/b.ts': SERVICE }, 'or there are several'],
  ] as const)('is none where it cannot be wired: %s of %j', (journal, dependencies, given, why) => {
    const files = { 'package.json': withDependencies(...dependencies), ...given };
    expect(() => add(files, { journal })).toThrow(why);
    if (dependencies.length === 0) return;
    const { read, tree, warnings } = add(files);
    expect(isInMemory(read('src/app.module.ts'))).toBe(true);
    expect(tree.exists('src/kicc-journal.ts')).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(`^Refunds are kept in memory.*${why}.*docs/journals\\.md`)]);
  });

  it('is in what is to be pasted, where the module is not understood', () => {
    const { read, warnings } = add({ 'src/app.module.ts': 'export const modules = [];\n' }, { journal: 'pg' });
    expect(read('src/kicc-journal.ts')).toContain('extends PgReviseJournal');
    expect(warnings).toEqual([
      expect.stringMatching(/import \{ KiccJournal \} from '\.\/kicc-journal';.* {4}journal: KiccJournal,/s),
    ]);
  });

  it.each([
    ['none', 'the journal in memory'],
    ['pg', 'the journal KiccJournal, a PgReviseJournal (src/kicc-journal.ts)'],
    ['typeorm', 'the journal TypeOrmReviseJournal'],
  ] as const)('stays what it is: %s', (journal, told) => {
    const first = add({ 'package.json': withDependencies('typeorm') }, { journal });
    for (const other of [undefined, journal]) {
      const again = add(first.files, { journal: other });
      expect([again.files, again.warnings, again.asked, again.tasks]).toEqual([first.files, [], false, []]);
    }
    const another = add(first.files, { journal: 'mysql2' });
    expect(another.files).toEqual(first.files);
    expect(another.warnings).toEqual([
      `src/app.module.ts has KiccModule already, with ${told}. Nothing was changed there. See docs/journals.md of nestjs-kicc.`,
    ]);
  });
});
