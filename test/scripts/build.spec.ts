import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(120_000);

const BUILD = ['scripts/build.mjs', 'scripts/transpile.mjs', 'test/transform.mjs'];
const CONFIGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.build.cjs.json'];
const WHOLE = ['dist/esm/index.js', 'dist/esm/index.d.ts', 'dist/cjs/index.js', 'dist/cjs/index.d.ts', 'dist/cjs/package.json'];

describe('scripts/build.mjs, with a small library and a sample', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-build-'));
    for (const file of [...BUILD, ...CONFIGS]) cpSync(file, join(folder, file));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    write('lib/index.ts', 'export const word: string = "one";\n');
    write('lib/schematics/collection.json', '{}\n');
    write('sample/hello/src/main.ts', 'import { word } from "nestjs-kicc";\nconst said: string = word;\nconsole.log(said);\n');
    write('sample/hello/tsconfig.json', readFileSync('sample/01-cancel/tsconfig.json', 'utf8').replace('01-cancel', 'hello'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  function node(...args: string[]): { status: number | null; stdout: string } {
    return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  }

  const build = (...args: string[]): number | null => node('scripts/build.mjs', ...args).status;
  const says = (): string => node('build/hello/main.js').stdout.trim();
  const there = (): string[] => WHOLE.filter((file) => existsSync(join(folder, file)));
  /** When the package's and the sample's JavaScript were written. */
  const written = (): number[] =>
    ['dist/esm/index.js', 'build/hello/main.js'].map((file) => statSync(join(folder, file)).mtimeMs);

  it('makes no more than runs, once, which is not taken for the whole', () => {
    expect(build('--to-run', 'hello')).toBe(0);
    expect(says()).toBe('one');
    expect(there()).toEqual(['dist/esm/index.js']);
    const first = written();
    expect(build('--to-run', 'hello')).toBe(0);
    expect(written()).toEqual(first);

    expect(build('hello')).toBe(0);
    expect(there()).toEqual(WHOLE);
    expect(written()).not.toEqual(first);
    expect(says()).toBe('one');
  });

  it('takes what is whole as what runs, as long as it is newer than its sources', () => {
    expect(build('hello')).toBe(0);
    const whole = written();
    expect(build('--to-run', 'hello')).toBe(0);
    expect([there(), written()]).toEqual([WHOLE, whole]);

    write('lib/index.ts', 'export const word: string = "two";\n');
    expect(build('--to-run', 'hello')).toBe(0);
    expect(says()).toBe('two');
    expect(build('hello')).toBe(0);
    expect([there(), says()]).toEqual([WHOLE, 'two']);
  });

  it('checks what is whole, though what runs was made of the same sources', () => {
    write('lib/index.ts', 'export const word: number = "three";\n');
    expect(build('--to-run', 'hello')).toBe(0);
    expect(says()).toBe('three');
    expect(build('hello')).not.toBe(0);
  });
});
