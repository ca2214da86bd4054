import { engines, redisUrl } from '../engines/engine.js';
import type { CrashArguments } from './arguments.js';
import { runBulk } from './bulk-run.js';
import { runCrashes, type CrashFigures } from './crash-run.js';

/** The command: kills shops on every engine that is there, and prints what came of it. */
export async function main({ kills, seed, engine: wanted, client, bulk }: CrashArguments): Promise<number> {
  const chosen = engines.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0) {
    throw new RangeError(`--engine ${wanted}: is not there. There are: ${engines.map(({ name }) => name).join(', ')}.`);
  }
  if (bulk !== undefined) return cancelInBulk(chosen, bulk);
  console.log(`Replay with --seed ${seed}; what the machine does meanwhile differs each time.`);
  const all: CrashFigures[] = [];
  for (const [index, engine] of chosen.entries()) {
    const share = Math.ceil((kills * (index + 1)) / chosen.length) - Math.ceil((kills * index) / chosen.length);
    const plan = { engine, client, seed: seed + index, kills: share, tell: (line: string) => console.error(line) };
    const figures = await runCrashes({
      ...plan,
      redisUrl,
      restartEvery: engine.name === 'sqlite' ? undefined : Math.max(5, Math.floor(share / 3)),
    });
    all.push(figures);
    console.log(`${engine.name} by ${client}: ${describe(figures)}`);
    for (const violation of figures.violations) console.log(`  VIOLATION ${violation}`);
  }
  const total = (of: (figures: CrashFigures) => number): number => all.reduce((sum, figures) => sum + of(figures), 0);
  const violations = total((figures) => figures.violations.length);
  console.log(
    `${total(({ kills: count }) => count)} kills, ${total(({ accepted }) => accepted)} revisions accepted, ` +
      `${total(({ effects }) => effects)} refunds made, ${violations} violations.`,
  );
  return violations === 0 ? 0 : 1;
}

/** Cancels so many in bulk on each engine. */
async function cancelInBulk(chosen: typeof engines, rows: number): Promise<number> {
  if (!redisUrl) throw new RangeError('--bulk: there is no Redis. Install redis-server.');
  let failures = 0;
  for (const engine of chosen) {
    const figures = await runBulk({ engine, redisUrl, rows, tell: (line) => console.error(line) });
    const { progress, effects, refundedOnce, seconds } = figures;
    const isRight = progress.byState.succeeded === rows && effects === rows && refundedOnce === rows;
    if (!isRight) failures++;
    console.log(
      `${engine.name}: ${rows} cancellations in bulk by two processes, one killed, Redis flushed: ${effects} effects, ` +
        `${refundedOnce} refunded, ${JSON.stringify(progress.byState)}, ${seconds} s${isRight ? '' : ': WRONG'}`,
    );
  }
  return failures === 0 ? 0 : 1;
}

function describe(figures: CrashFigures): string {
  const { kills, databaseKills, redisKills, redisFlushes, ordered, accepted, succeeded, declined, effects } = figures;
  return (
    `${kills} processes, ${databaseKills} times the database and ${redisKills} times Redis killed, ${redisFlushes} times ` +
    `Redis flushed; ${ordered} refunds asked for, ${accepted} accepted: ` +
    `${succeeded} succeeded, ${declined} declined; ${effects} made by KICC`
  );
}
