#!/usr/bin/env node
import 'reflect-metadata';
import { runKicc } from './kicc-command-line.js';

const args = process.argv.slice(2);
const interrupted = new Promise<void>((resolve) => {
  // Only these run until then. Anything else may be ended at any time: what was sent is in the journal.
  if (args[0] !== 'simulator' && args[0] !== 'console') return;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

// Whoever reads the results has had enough of them.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));

void runKicc(args, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  isTTY: process.stderr.isTTY,
  interrupted,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
