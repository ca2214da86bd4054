// The consumer matrix: each Nest at the same time, for each waits for the registry much of its time. Then writes the table, or with
// --check says whether it is up to date. With --sample each Nest on one Node only, held against the table. Needs dist, and Redis.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONSUMERS } from './consumer-versions.mjs';
import { installOtherNodes } from './other-nodes.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kicc-consumers-'));
const nodes = join(folder, 'nodes');
const cells = join(folder, 'cells');
const sample = process.argv.includes('--sample') ? ['--sample'] : [];
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Runs one of the scripts beside this one: { code, output }. */
function runScript(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code, output });
    });
  });
}

mkdirSync(cells);
await installOtherNodes(nodes, (command, args, cwd) => promisify(execFile)(command, args, { cwd }));
const runs = Object.values(CONSUMERS).map(({ nest }) => ({
  nest,
  done: runScript(['scripts/check-package.mjs', nest, '--built', ...sample], {
    KICC_OTHER_NODES: nodes,
    KICC_CONSUMER_CELLS: cells,
  }),
}));
for (const { nest, done } of runs) {
  const { code, output } = await done;
  console.log(`\n== package, on Nest ${nest}\n${output}`);
  if (code !== 0) process.exitCode = 1;
}
if (!process.exitCode) {
  const { code, output } = await runScript(['scripts/consumer-table.mjs', cells, ...process.argv.slice(2)]);
  console.log(output);
  process.exitCode = code;
}
