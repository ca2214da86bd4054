import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { STRATEGIES, type StrategyName, type Tally } from './history.js';
import { MUTANTS, type Mutant } from './mutants.js';
import { WHERE_FOUND } from './where-found.js';
import { add, type Finding, type Job, type JobDone } from './work.js';
import type { WorkerJob } from './worker.js';

const HELP = `Plays seeded histories of refunds, in virtual time, against the simulator's own core: lost answers, crashes at every
point of waiting, wrong clocks, midnights, several processes, a journal in trouble. Holds each to the invariants I1 to I6.

  npm run campaign -- [--histories 10000] [--seed 1] [--strategy all|${STRATEGIES.slice(1).join('|')}]
  npm run campaign -- --seed 1 --history 1996     plays one again, and shrinks it
  npm run campaign -- --mutants                   plays against deliberate mistakes, each of which must be caught
`;

/** Histories per message to a worker. */
const CHUNK = 250;
/** How many histories a mutant may survive before it counts as having survived. */
const MUTANT_HISTORIES = 40_000;
/** A history so late, or later, is worth remembering: those before it take a second. */
const RARE = 100;

/** Compiles the library with a mistake in it; returns the folder. */
export type Compile = (into: string, mutations: readonly Mutant[]) => string;

export async function main(args: readonly string[], folder: string, compile: Compile): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      histories: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      strategy: { type: 'string', default: 'ours' },
      history: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const seed = whole('seed', values.seed, 0);
  const histories = whole('histories', values.histories, 1);
  const chosen = values.strategy === 'all' ? STRATEGIES : STRATEGIES.filter((name) => name === values.strategy);
  if (values.help || chosen.length === 0) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  if (values.mutants) return huntMutants(seed, folder, compile);
  if (values.history !== undefined) {
    const from = whole('history', values.history, 0);
    return (await campaign(folder, { seed, from, to: from + 1 }, 'ours')).finding ? 1 : 0;
  }
  const rows: [StrategyName, Tally][] = [];
  let violated = false;
  for (const strategy of chosen.includes('ours') ? chosen : (['ours', ...chosen] as const)) {
    const { tally, finding } = await campaign(folder, { seed, from: 0, to: histories }, strategy);
    violated ||= finding !== undefined;
    rows.push([strategy, tally]);
  }
  if (rows.length > 1) console.log(`\n${table(rows)}`);
  return violated ? 1 : 0;
}

type Range = Pick<Job, 'seed' | 'from' | 'to'>;

async function campaign(folder: string, range: Range, strategy: StrategyName): Promise<{ tally: Tally; finding?: Finding }> {
  const total = range.to - range.from;
  const began = Date.now();
  const tally: Record<string, number> = {};
  const counts: Record<string, number> = {};
  const progress = new Progress(strategy, total);
  const finding = await spread(folder, range, strategy, (done) => {
    add(tally, done.tally);
    add(counts, done.counts);
    progress.advance(done.job.to - done.job.from);
  });
  progress.end();
  const seconds = (Date.now() - began) / 1_000;
  const figures = Object.entries(counts).map(([name, count]) => `${count.toLocaleString('en')} ${name}`);
  console.log(
    `${strategy}: ${total.toLocaleString('en')} histories of seed ${range.seed} in ${seconds.toFixed(1)} s` +
      (strategy === 'ours' ? `, ${finding ? 'VIOLATED' : '0 violations'}\n  ${figures.join(', ')}` : ''),
  );
  if (finding) {
    console.log(`\nHistory ${finding.history} of seed ${range.seed}, shrunk to:\n${JSON.stringify(finding.plan, null, 2)}\n`);
    console.log(finding.violations.map((violation) => `  ${violation}`).join('\n'));
    console.log(`\nPlay it again: npm run campaign -- --seed ${range.seed} --history ${finding.history}`);
  }
  return { tally: tally as unknown as Tally, ...(finding ? { finding } : {}) };
}

/** Plays a range on every core. Ends at the first violation. */
async function spread(
  folder: string,
  range: Range,
  strategy: StrategyName,
  onDone: (done: JobDone) => void,
): Promise<Finding | undefined> {
  let next = range.from;
  let finding: Finding | undefined;
  await onEveryCore(folder, async (playJob) => {
    while (next < range.to && !finding) {
      const job = { ...range, from: next, to: Math.min(range.to, next + CHUNK), strategy, folder, shrinks: true };
      next = job.to;
      const done = await playJob(job);
      finding ??= done.finding;
      onDone(done);
    }
  });
  return finding;
}

type PlayJob = (job: WorkerJob) => Promise<JobDone>;

/** Gives each core a worker, and does the same with all of them. */
async function onEveryCore(folder: string, act: (playJob: PlayJob) => Promise<void>): Promise<void> {
  const actOnCore = async (): Promise<void> => {
    const worker = new Worker(join(folder, 'test/campaign/worker.js'));
    try {
      await act(async (job) => {
        const done = await new Promise<JobDone>((resolve, reject) => {
          worker.once('message', resolve).once('error', reject).postMessage(job);
        });
        worker.removeAllListeners('error');
        return done;
      });
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, actOnCore));
}

async function huntMutants(seed: number, folder: string, compile: Compile): Promise<number> {
  const survivors: string[] = [];
  const moved: string[] = [];
  const waiting = [...MUTANTS];
  await onEveryCore(folder, async (playJob) => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const mutated = compile(`build/mutants/${MUTANTS.indexOf(mutant)}`, [mutant]);
      // That shrinking works is seen by one.
      const shrinks = mutant === MUTANTS[0];
      const look = async (from: number, to: number): Promise<Finding | undefined> =>
        (await playJob({ seed, from, to, strategy: 'ours', folder: mutated, shrinks })).finding;
      const known = WHERE_FOUND.get(mutant.name);
      let finding = known === undefined ? undefined : await look(known, known + 1);
      finding ??= await look(0, MUTANT_HISTORIES);
      if (!finding) survivors.push(mutant.name);
      else if (finding.history !== (known ?? finding.history) || (known === undefined && finding.history >= RARE)) {
        moved.push(`  [${JSON.stringify(mutant.name)}, ${finding.history}],`);
      }
      const how = finding ? `caught by history ${finding.history}: ${finding.violations[0]}` : 'SURVIVED';
      console.log(`  ${mutant.name}\n    ${how}`);
    }
  });
  if (moved.length > 0 && seed === 1)
    console.log(`Say so in test/campaign/where-found.ts, and the hunt is faster:\n${moved.join('\n')}`);
  console.log(`${MUTANTS.length - survivors.length} of ${MUTANTS.length} mutants caught (seed ${seed}).`);
  return survivors.length === 0 ? 0 : 1;
}

const NAMES: Record<StrategyName, string> = {
  ours: 'nestjs-kicc',
  'no-retry': 'no retry',
  'new-key': 'retry with a new key',
  'same-key': "retry with the same key, the retry's answer believed",
  'same-key-query': 'the same, and a status query where it failed',
};

function table(rows: readonly [StrategyName, Tally][]): string {
  const cells = rows.map(([strategy, tally]) => [
    NAMES[strategy],
    ...[tally.refunds, tally.refundedTwice, tally.lost, tally.saidFailed, tally.leftOpen].map((count) =>
      count.toLocaleString('en'),
    ),
  ]);
  const head = ['strategy', 'refunds', 'refunded twice', 'lost: said done, was not', 'said failed, was done', 'left open'];
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...cells];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/** A bar on a terminal, a line at each tenth elsewhere. */
class Progress {
  readonly #began = Date.now();
  #done = 0;
  #shownTenth = 0;

  constructor(
    private readonly name: string,
    private readonly total: number,
  ) {}

  advance(by: number): void {
    this.#done = Math.min(this.total, this.#done + by);
    const part = this.#done / this.total;
    const rate = Math.round(this.#done / Math.max(0.001, (Date.now() - this.#began) / 1_000));
    const text = `${this.name} ${Math.floor(part * 100)} % · ${this.#done.toLocaleString('en')} histories · ${rate}/s`;
    if (process.stderr.isTTY) {
      const bar = '█'.repeat(Math.round(part * 30)).padEnd(30, '·');
      process.stderr.write(`\r${bar} ${text}  `);
    } else if (Math.floor(part * 10) > this.#shownTenth) {
      this.#shownTenth = Math.floor(part * 10);
      process.stderr.write(`${text}\n`);
    }
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write(`\r${' '.repeat(90)}\r`);
  }
}

function whole(name: string, value: string, least: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name}: give a whole number from ${least}.`);
}
