#!/usr/bin/env node
import 'reflect-metadata';
import { runKicc } from './kicc-command-line.js';

void runKicc(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  // Asked for by what runs until then. Anything else may be ended at any time: what was sent is in the journal.
  get interrupted() {
    return new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
  },
}).then((exitCode) => {
  process.exitCode = exitCode;
});
