import { describe, expect, it } from '@jest/globals';
import { nestAdd, type NestAddOptions } from '../../lib/schematics/nest-add/nest-add.js';

const MODULE = "import { Module } from '@nestjs/common';\n\n@Module({\n  imports: [],\n})\nexport class AppModule {}\n";
const PACKAGE = {
  name: 'shop',
  dependencies: { '@nestjs/core': '^11.0.1', rxjs: '^7.8.1' },
  devDependencies: { jest: '^30.0.0' },
};

/** An app's files, with what is given in place of the usual ones; `undefined` takes one away. */
function add(given: Readonly<Record<string, string | undefined>> = {}, options: NestAddOptions = {}) {
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
  };
  const warnings: string[] = [];
  const tasks: unknown[] = [];
  nestAdd(options)(tree, {
    logger: { info: () => undefined, warn: (message) => void warnings.push(message) },
    addTask: (task) => tasks.push(task.toConfiguration()),
  });
  const read = (path: string): string | undefined => held.get(path);
  return { tree, read, warnings, tasks };
}

const dependenciesOf = (text: string | undefined): unknown =>
  (JSON.parse(text ?? '') as { readonly dependencies: unknown }).dependencies;

describe('nest add nestjs-kicc', () => {
  it.each([
    ['^10.3.0', { '@nestjs/axios': '^3.1.0', '@nestjs/config': '^3.2.0' }],
    ['^11.0.1', { '@nestjs/axios': '^4.0.0', '@nestjs/config': '^4.0.0' }],
    ['~12.5.0', { '@nestjs/axios': '^12.0.0', '@nestjs/config': '^12.0.0' }],
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
    expect(read('package.json')).toMatch(/^\{\n\t"name": "shop",\n\t"dependencies": \{\n\t\t"@nestjs\/axios"/);
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
});
