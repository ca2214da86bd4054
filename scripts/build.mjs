// Builds both module kinds from one source: dist/esm and dist/cjs; and the samples that are named, into build. Does nothing where
// they are newer than all that they are made of, for most commands build first; with --anew it builds the package all the same.
// With --to-run it makes, in a second, no more than runs: ES modules, unchecked and without types. They are never taken for the whole.
import { spawn } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { transpile } from './transpile.mjs';

const PROJECTS = ['tsconfig.build.json', 'tsconfig.build.cjs.json'];
/** Written last: the package is whole where it is. */
const LAST = 'dist/cjs/package.json';
// The lock file is there for the compilers and the types.
const scripts = ['scripts/build.mjs', 'scripts/transpile.mjs', 'test/transform.mjs'];
const configs = [...scripts, 'package.json', 'package-lock.json', 'tsconfig.json'];
const [anew, toRun] = ['--anew', '--to-run'].map((option) => process.argv.includes(option));
const samples = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const dateOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
/** A folder and all in it. Folders are among the names: theirs is the date at which a file went. */
const within = (folder) => [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, name))];
const isNewer = (file, sources) => sources.every((source) => dateOf(source) < dateOf(file));

/** Makes a folder anew. Its stamp is written last, and dated when that began: what is changed meanwhile is newer. */
async function make(folder, fill, stamp, text = '') {
  const began = new Date();
  rmSync(folder, { recursive: true, force: true });
  await fill();
  writeFileSync(stamp, text);
  utimesSync(stamp, began, began);
}

/** Makes no more than runs. What is whole does, too. */
async function makeToRun(folder, fill, whole, sources) {
  const stamp = join(folder, '.to-run');
  if (![whole, stamp].some((built) => isNewer(built, sources))) await make(folder, fill, stamp);
}

/** Compiles a project. What is wrong with it is said once, though another may have the same sources. */
async function compile(project) {
  const compiler = spawn(process.execPath, [tsc, '-p', project, '--pretty'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  compiler.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  const status = await new Promise((resolve) => compiler.on('close', resolve));
  if (status === 0) return;
  process.stdout.write(said);
  process.exit(status ?? 1);
}

async function compilePackage() {
  await Promise.all(PROJECTS.map(compile));
  // The tools that run schematics load them by require().
  cpSync('lib/schematics', 'dist/cjs/schematics', { recursive: true, filter: (path) => !path.endsWith('.ts') });
}

async function buildPackage() {
  const sources = [...configs, ...PROJECTS, ...within('lib')];
  if (toRun) return makeToRun('dist', () => transpile('lib', 'dist/esm'), LAST, sources);
  if (!anew && isNewer(LAST, sources)) return;
  await make('dist', compilePackage, LAST, '{ "type": "commonjs" }\n');
}

async function buildSample(name) {
  const [folder, into] = [join('sample', name), join('build', name)];
  const built = join(into, '.built');
  const sources = [...configs, ...within(folder)];
  if (toRun) return makeToRun(into, () => transpile(join(folder, 'src'), into), built, sources);
  if (isNewer(built, [LAST, ...sources])) return;
  await make(into, () => compile(join(folder, 'tsconfig.json')), built);
}

await buildPackage();
for (const name of samples) await buildSample(name);
