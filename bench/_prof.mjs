import { startGateway } from './processes.mjs';
import { execFileSync, spawnSync } from 'node:child_process';
const g = await startGateway();
const child = await import('node:child_process');
const c = child.fork(new URL('./_prof-child.mjs', import.meta.url), [process.argv[2], g.url], { execArgv: ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] });
c.on('exit', () => g.stop());
