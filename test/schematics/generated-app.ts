import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';

const run = promisify(execFile);

/** What the Nest CLI generates, in a folder whose node_modules are this repository's, with this package among them. */
export interface GeneratedApp {
  readonly folder: string;
  /** Runs a program of node_modules in the app, and gives what it said; rejects if it fails. */
  run(program: string, ...args: string[]): Promise<string>;
  read(path: string): string;
  exists(path: string): boolean;
  write(path: string, text: string): void;
  remove(): void;
}

/**
 * @param type ESM with Vitest, or CommonJS with Jest. Vitest and Jest's types are not installed here: in their place stands
 * what they have in common with Jest's globals.
 * @param more a folder of further modules.
 */
export async function generateApp(type: 'esm' | 'cjs', more?: string): Promise<GeneratedApp> {
  const folder = mkdtempSync(join(tmpdir(), `kicc-${type}-app-`));
  const modules = join(folder, 'node_modules');
  link('node_modules', modules, ['@types']);
  link('node_modules/@types', join(modules, '@types'), []);
  if (more !== undefined) link(more, modules, readdirSync(modules));
  symlinkSync(resolve('.'), join(modules, 'nestjs-kicc'));
  const words = ['afterEach', 'beforeEach', 'describe', 'expect', 'it'];
  const types = words.map((name) => `  const ${name}: (typeof import('@jest/globals'))['${name}'];\n`).join('');
  const globals = `declare global {\n${types}}\nexport {};\n`;
  const reexport = "export * from '@jest/globals';\n";
  standIn(join(modules, 'vitest'), { 'index.js': reexport, 'index.d.ts': reexport, 'globals.d.ts': globals });
  standIn(join(modules, '@types/jest'), { 'index.d.ts': globals });

  const cwd = join(folder, 'app');
  const app: GeneratedApp = {
    folder: cwd,
    run: async (program, ...args) => {
      const env = { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --no-warnings' };
      const ended = run(process.execPath, [join(modules, program), ...args], { cwd, env });
      const { stdout, stderr } = await ended.catch((error: { readonly stdout: string; readonly stderr: string }) => {
        throw new Error(`${program} failed:\n${error.stdout}${error.stderr}`);
      });
      return stripVTControlCharacters(stdout + stderr);
    },
    read: (path) => readFileSync(join(cwd, path), 'utf8'),
    exists: (path) => existsSync(join(cwd, path)),
    write: (path, text) => writeFileSync(join(cwd, path), text),
    remove: () => rmSync(folder, { recursive: true }),
  };
  mkdirSync(cwd);
  const options = [`--type=${type}`, '--name=app', '--directory=.', '--language=ts', '--strict', '--spec'];
  await app.run(SCHEMATICS, '@nestjs/schematics:application', ...options);
  return app;
}

/** The program that `nest add` and `nest generate` run. */
export const SCHEMATICS = '@angular-devkit/schematics-cli/bin/schematics.js';

function link(from: string, to: string, without: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (!without.includes(name) && !name.startsWith('.')) symlinkSync(resolve(from, name), join(to, name));
  }
}

function standIn(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder);
  const manifest = { name: 'stand-in', version: '1.0.0', type: 'module', main: 'index.js', types: 'index.d.ts' };
  for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
    writeFileSync(join(folder, name), text);
  }
}
