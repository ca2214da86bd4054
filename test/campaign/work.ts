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
  /** Whether a violation is shrunk, which plays its history some hundred times. */
  readonly shrinks: boolean;
}

export interface Finding {
  readonly history: number;
  readonly violations: readonly string[];
  /** The smallest that breaks the same invariant, where it was to be shrunk. */
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
    finding = {
      history,
      ...(job.shrinks ? await shrunk(plan, played, job.strategy) : { plan, violations: played.violations }),
    };
  }
  return {
    job,
    tally: tally as unknown as Played['tally'],
    counts: counts as unknown as Played['counts'],
    ...(finding ? { finding } : {}),
  };
}

/** The smallest plan that breaks the first invariant that a plan broke, and how. */
async function shrunk(plan: Plan, { violations }: Played, strategy: StrategyName): Promise<Omit<Finding, 'history'>> {
  const invariant = violations[0]!.slice(0, 2);
  const smallest = await shrink(plan, (its) => its.some((violation) => violation.startsWith(invariant)));
  return { plan: smallest, violations: (await play(smallest, strategy)).violations };
}

export function add(sums: Record<string, number>, more: object): void {
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + Number(value);
}
