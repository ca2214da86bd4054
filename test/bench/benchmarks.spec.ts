import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/* They stand on the built package, and on parts of it that it does not export. What moves there must not break them unseen. */

/** Each contender once, in a run of a few ms; the engines are the concern of the journal's tests. */
const SHORT = {
  BENCH_SHORT: '1',
  ENGINES: 'sqlite',
  CONTENDERS: 'pool,axiosAlone,bareHttpService,httpServiceByPool,durable,durableByDriver,stripe,handWritten',
};

async function run(name: string): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '', ...SHORT };
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/main.mjs', name], { env });
  return stdout;
}

/** Of a machine that is busy, ms: these are processes that start processes. */
const TIMEOUT_MS = 120_000;

describe('A benchmark', () => {
  it.concurrent.each(['cpu', 'journal', 'large-table', 'console', 'migrations', 'connections', 'recovery', 'server-cost'])(
    'runs: %s',
    async (name) => {
      expect(await run(name)).toMatch(/^\|.*\|\n\| --- \|/m);
    },
    TIMEOUT_MS,
  );
});
