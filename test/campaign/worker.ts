import { parentPort } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { play, type Played, type StrategyName } from './history.js';
import { drawPlan, type Plan } from './plan.js';
import { seedOf } from './random.js';
import { shrink } from './shrink.js';

/** Histories `from` up to, not including, `to` of a campaign. */
export interface Job {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly strategy: StrategyName;
}

export interface Finding {
  readonly history: number;
  readonly violations: readonly string[];
  /** The smallest plan that breaks the same invariant. */
  readonly plan: Plan;
}

export interface JobDone {
  readonly job: Job;
  readonly tally: Played['tally'];
  readonly counts: Played['counts'];
  readonly finding?: Finding;
}

Logger.overrideLogger(false);
// Errors are part of a history here, and nobody reads their stacks.
Error.stackTraceLimit = 0;

/** Plays them; ends early at the first violation. */
export async function work(job: Job): Promise<JobDone> {
  const tally: Record<string, number> = {};
  const counts: Record<string, number> = {};
  let finding: Finding | undefined;
  for (let history = job.from; history < job.to && !finding; history++) {
    const plan = drawPlan(seedOf(job.seed, history));
    const played = await play(plan, job.strategy);
    add(tally, played.tally);
    add(counts, played.counts);
    if (played.violations.length === 0) continue;
    const invariant = played.violations[0]!.slice(0, 2);
    const smallest = await shrink(plan, (violations) => violations.some((violation) => violation.startsWith(invariant)));
    finding = { history, plan: smallest, violations: (await play(smallest, job.strategy)).violations };
  }
  return {
    job,
    tally: tally as unknown as Played['tally'],
    counts: counts as unknown as Played['counts'],
    ...(finding ? { finding } : {}),
  };
}

export function add(sums: Record<string, number>, more: object): void {
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + Number(value);
}

parentPort?.on('message', (job: Job) => {
  void work(job).then((done) => parentPort?.postMessage(done));
});
