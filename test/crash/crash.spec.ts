import { execFile } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { engines, redisUrl } from '../engines/engine.js';

/** Runs what `npm run crash` runs. */
function crash(...args: string[]): Promise<{ status: number | string | null; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/crash.mjs', ...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? null) : 0, output: stdout + stderr });
    });
  });
}

describe('a shop whose processes are killed', () => {
  it('knows of every refund what became of it, on every engine, its database killed as well', async () => {
    // After so many its database is killed as well.
    const { status, output } = await crash('--kills', String(5 * engines.length));
    console.info(output);
    expect(output).toMatch(/[1-9]\d* refunds made, 0 violations/);
    expect(status).toBe(0);
  }, 300_000);

  const onRedis = redisUrl === undefined ? it.skip : it;
  onRedis(
    'cancels each of many in bulk once, though a process dies and Redis is flushed',
    async () => {
      const { status, output } = await crash('--bulk', '300');
      console.info(output);
      // It kills servers, so it takes none by URL: where Redis is given only so, there is none to run on.
      if (output.includes('there is no Redis')) return;
      expect(output).toContain(' 300 effects, 300 refunded');
      expect(status).toBe(0);
    },
    300_000,
  );

  it.each([
    ['--kills', 'many'],
    ['--engine', 'oracle'],
    ['--client', 'sequelize'],
  ])('refuses %s %s', async (...args) => {
    const { status, output } = await crash(...args);
    expect(status).toBe(2);
    expect(output).toContain(args[0]);
    expect(output).not.toContain(' at ');
  });
});
