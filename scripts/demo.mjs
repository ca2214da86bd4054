// The README's first command: the demo in the terminal, then the shop in the browser until it is stopped.
// With --once, or CI=true, it ends after the demo.
import { spawnSync } from 'node:child_process';

const once = process.argv.includes('--once') || process.env.CI === 'true';

function run(command, ...args) {
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(signal === 'SIGINT' ? 0 : (status ?? 1));
}

// Its own end is the shop's.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
run(process.execPath, 'scripts/build.mjs', '--to-run', '01-cancel', 'shop');
run(process.execPath, 'build/01-cancel/demo.js');
if (once) process.exit();
run(process.execPath, 'build/shop/main.js');
