// Builds both module kinds from one source: dist/esm and dist/cjs. Does nothing where they are newer than all that they are made
// of, for most commands build first; with --anew it builds all the same.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PROJECTS = ['tsconfig.build.json', 'tsconfig.build.cjs.json'];
/** Written last, and dated when the build began: what is changed meanwhile is newer. */
const LAST = 'dist/cjs/package.json';
// The lock file is there for the compiler and the types. Folders are among the names: theirs is the date at which a file went.
const configs = ['scripts/build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json', ...PROJECTS];
const sources = readdirSync('lib', { recursive: true }).map((name) => join('lib', name));

const began = new Date();
const built = statSync(LAST, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isOlder = (file) => statSync(file).mtimeMs < built;
if (!process.argv.includes('--anew') && [...configs, 'lib', ...sources].every(isOlder)) process.exit();

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
rmSync('dist', { recursive: true, force: true });
for (const project of PROJECTS) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
// The tools that run schematics load them by require().
cpSync('lib/schematics', 'dist/cjs/schematics', { recursive: true, filter: (path) => !path.endsWith('.ts') });
writeFileSync(LAST, '{ "type": "commonjs" }\n');
utimesSync(LAST, began, began);
