import { execFile } from 'node:child_process';

/** Runs what `npm run campaign` runs. */
export function campaign(...args: string[]): Promise<{ status: number | string | null; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/campaign.mjs', ...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? null) : 0, output: stdout + stderr });
    });
  });
}

/** Of histories that nobody has seen; said, so that they can be played again. */
export function freshSeed(): string {
  const seed = process.env['CAMPAIGN_SEED'] ?? String(Date.now() % 2 ** 31);
  console.info(`Replay with CAMPAIGN_SEED=${seed}`);
  return seed;
}
