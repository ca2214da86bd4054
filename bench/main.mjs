// npm run bench -- <name>: one benchmark; all: each that does not take long by itself, and the page. Without a name, says which there are.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isShort } from './length.mjs';
import { QUESTIONS } from './questions.mjs';

const program = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
const [name = ''] = process.argv.slice(2);
if (name === 'all') {
  all();
} else if (Object.hasOwn(QUESTIONS, name) || name === 'document') {
  await import(`./${name}.mjs`);
} else {
  const commands = {
    ...Object.fromEntries(Object.entries(QUESTIONS).map(([each, { asks, apart }]) => [each, apart ? `apart: ${asks}` : asks])),
    all: 'all but those apart, one after the other, and docs/benchmarks.md (15 min)',
    document: 'docs/benchmarks.md and its Korean twin alone, from the results that are there (BENCH_WRITE=1 keeps them)',
  };
  const lines = Object.entries(commands).map(([each, what]) => `  ${each.padEnd(13)} ${what}`);
  console.log(`npm run bench -- <name>\n\n${lines.join('\n')}`);
  process.exitCode = name === '' ? 0 : 2;
}

/** One that fails leaves its last result on the page, and the others go on. */
function all() {
  const run = (each) => {
    console.log(`\n== ${each}\n`);
    const began = performance.now();
    const env = { ...process.env, BENCH_WRITE: isShort ? '' : '1' };
    const { status } = spawnSync(process.execPath, [program(each)], { env, stdio: 'inherit' });
    console.log(`\n${each}: ${status === 0 ? '' : 'failed, '}${((performance.now() - began) / 1_000).toFixed(0)} s`);
    if (status !== 0) process.exitCode = 1;
  };
  for (const [each, { apart }] of Object.entries(QUESTIONS)) if (!apart) run(each);
  if (!isShort) run('document');
}
