// Builds both module kinds from one source: dist/esm and dist/cjs; and the samples that are named, into build. Does nothing where
// they are newer than all that they are made of, for most commands build first; with --anew it builds the package all the same.
import { spawn } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PROJECTS = ['tsconfig.build.json', 'tsconfig.build.cjs.json'];
/** Written last, and dated when the build began: what is changed meanwhile is newer. */
const LAST = 'dist/cjs/package.json';
// The lock file is there for the compiler and the types.
const configs = ['scripts/build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];
const samples = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const dateOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
/** A folder and all in it. Folders are among the names: theirs is the date at which a file went. */
const within = (folder) => [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, name))];
const isNewer = (file, sources) => sources.every((source) => dateOf(source) < dateOf(file));

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

async function buildPackage() {
  const began = new Date();
  rmSync('dist', { recursive: true, force: true });
  await Promise.all(PROJECTS.map(compile));
  // The tools that run schematics load them by require().
  cpSync('lib/schematics', 'dist/cjs/schematics', { recursive: true, filter: (path) => !path.endsWith('.ts') });
  writeFileSync(LAST, '{ "type": "commonjs" }\n');
  utimesSync(LAST, began, began);
}

async function buildSample(name) {
  const [folder, built] = [join('sample', name), join('build', name, '.built')];
  if (isNewer(built, [...configs, LAST, ...within(folder)])) return;
  const began = new Date();
  rmSync(join('build', name), { recursive: true, force: true });
  await compile(join(folder, 'tsconfig.json'));
  writeFileSync(built, '');
  utimesSync(built, began, began);
}

if (process.argv.includes('--anew') || !isNewer(LAST, [...configs, ...PROJECTS, ...within('lib')])) await buildPackage();
for (const name of samples) await buildSample(name);
