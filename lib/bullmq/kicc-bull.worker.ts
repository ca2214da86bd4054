import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Queue, QueueEventsProducer, Worker, type Job, type QueueOptions } from 'bullmq';
import type { ReviseBulkCarrier } from '../bulk/revise-bulk-carrier.js';
import type { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import type { BulkRowId } from '../journal/bulk.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { timers } from '../real-time.js';
import type { ReviseRecovery } from '../revise/revise-recovery.js';
import type { KiccBullSettings } from './kicc-bull.options.js';
import { RedisWatch } from './redis-watch.js';

/** The queue of the repeated job that looks for open revisions. */
export const RECOVERY_QUEUE = 'kicc-recovery';
/** The queue whose events tell how far bulks are: `bulkProgress`, with `bulkId` and `progress` (a `BulkProgress` as JSON). */
export const BULK_EVENTS = 'kicc-bulk';
/** The queue of a mall's rows. */
export const bulkQueue = (mallId: string): string => `kicc-bulk-${mallId}`;

/**
 * How long BullMQ takes a job for alive without news, and how often it looks for dead ones, ms. Short, for the rows of a
 * process that died wait for it: a job that is taken for dead and run again does no harm, as the journal lets nothing be sent
 * twice.
 */
const LOCK_MS = 15_000;
/** After how many intervals without news of the repeated job this process sweeps by itself. */
const SILENT_INTERVALS = 4;
/** How long starting waits for Redis, ms: what is no fault of a connection is known much sooner. */
const START_MS = 1_000;
/** How long closing waits for Redis, ms. */
const CLOSE_MS = 2_000;

/**
 * Carries work by Redis: the sweep that all instances share, and rows of bulks. The journal is the truth: what Redis loses is
 * brought again, and what it brings twice is done once.
 */
export class KiccBullWorker implements ReviseBulkCarrier {
  readonly #logger = new Logger('KiccBullModule');
  readonly #watch = new RedisWatch(this.#logger, () => this.bulk.takeUp());
  readonly #options: QueueOptions;
  readonly #malls = new Map<string, Queue<BulkRowId>>();
  #hasStarted = false;
  readonly #recovery: Queue;
  readonly #events: QueueEventsProducer;
  readonly #workers: Worker[] = [];
  readonly #followed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** When the repeated job was last seen to move, and when it is due next. */
  #lastSweep = timers.performance.now();
  #nextSweep: number | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #isClosed = false;

  constructor(
    private readonly bulk: ReviseBulkService,
    private readonly recovery: ReviseRecovery,
    private readonly settings: KiccBullSettings,
  ) {
    const { connection, prefix } = settings;
    this.#options = { connection, prefix, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } };
    this.#recovery = this.#watch.watch(new Queue(RECOVERY_QUEUE, this.#options));
    this.#events = this.#watch.watch(new QueueEventsProducer(BULK_EVENTS, { connection, prefix }));
    this.serveAll();
  }

  /**
   * Begins to work, whether Redis is there or not.
   * @throws {KiccConfigurationError} if BullMQ has no Redis client.
   */
  async start(): Promise<void> {
    const fault = await soon(
      this.#recovery.waitUntilReady().then(() => undefined, String),
      START_MS,
    );
    // Its workers would try again without a pause, for ever.
    if (fault?.includes('could not load')) {
      throw new KiccConfigurationError(['KiccBullModule: BullMQ finds no Redis client. Run: npm install ioredis']);
    }
    if (this.#isClosed) return;
    const sweep = new Worker(RECOVERY_QUEUE, () => this.recovery.sweep(), this.common);
    this.#workers.push(this.#watch.watch(sweep));
    this.#hasStarted = true;
    for (const mallId of this.#malls.keys()) this.workFor(mallId);
    void this.tick();
  }

  /** Queues of malls that have come since, too. */
  private serveAll(): void {
    for (const mallId of this.bulk.mallIds) {
      if (this.#malls.has(mallId)) continue;
      this.#malls.set(mallId, this.#watch.watch(new Queue<BulkRowId>(bulkQueue(mallId), this.#options)));
      if (this.#hasStarted) this.workFor(mallId);
    }
  }

  private workFor(mallId: string): void {
    const { concurrency, perSecond } = this.bulk.boundsOf(mallId) ?? this.settings;
    const limiter = perSecond === undefined ? {} : { limiter: { max: perSecond, duration: 1_000 } };
    const run = (job: Job<BulkRowId>): Promise<void> => this.run(job.data);
    const worker = new Worker<BulkRowId>(bulkQueue(mallId), run, { ...this.common, ...limiter, concurrency });
    this.#workers.push(this.#watch.watch(worker));
  }

  private get common() {
    const { connection, prefix } = this.settings;
    return { connection, prefix, lockDuration: LOCK_MS, stalledInterval: LOCK_MS, maxStalledCount: Number.MAX_SAFE_INTEGER };
  }

  get isLost(): boolean {
    return this.#watch.isLost;
  }

  async dispatch(rows: readonly (BulkRowId & { readonly mallId: string })[]): Promise<void> {
    this.serveAll();
    const hashes = new Map<string, string>();
    for (const [mallId, queue] of this.#malls) {
      const jobs = rows
        .filter((row) => row.mallId === mallId)
        .map(({ bulkId, row }) => {
          const hash = hashes.get(bulkId) ?? createHash('sha256').update(bulkId).digest('hex').slice(0, 32);
          hashes.set(bulkId, hash);
          // By one name while it waits, however often it is brought.
          return { name: 'row', data: { bulkId, row }, opts: { jobId: `row-${row}-${hash}` } };
        });
      if (jobs.length > 0) await this.#watch.within(queue.addBulk(jobs));
    }
    for (const bulkId of hashes.keys()) this.follow(bulkId);
  }

  /** Takes nothing more up, and lets what is under way come to its end, as long as Redis is there. */
  async close(): Promise<void> {
    this.#isClosed = true;
    timers.clearTimeout(this.#timer);
    const queues = [this.#recovery, this.#events, ...this.#malls.values()];
    await Promise.allSettled(this.#underWay);
    this.#watch.end();
    // By force: BullMQ waits for a connection that was lost meanwhile. A job whose end it then misses is run again, for
    // nothing.
    await soon(Promise.allSettled(this.#workers.map((worker) => worker.close(true))), CLOSE_MS);
    await soon(Promise.allSettled(queues.map((queue) => queue.close())), CLOSE_MS);
  }

  private async run(row: BulkRowId): Promise<void> {
    if (this.#isClosed) return;
    this.follow(row.bulkId);
    const run = this.bulk.run(row);
    this.#underWay.add(run);
    await run.finally(() => this.#underWay.delete(run));
  }

  /** Sees to it, again and again, that what Redis must hold is there; and works where Redis does not. */
  private async tick(): Promise<void> {
    const { everyMs } = this.settings;
    this.serveAll();
    try {
      await this.schedule();
    } catch {
      // It was told; the next tick tries again.
    }
    if (this.#isClosed) return;
    this.bulk.takeUp();
    if (this.isLost || timers.performance.now() - this.#lastSweep > SILENT_INTERVALS * everyMs) {
      this.#lastSweep = timers.performance.now();
      await this.recovery.sweep();
    }
    if (!this.#isClosed) this.#timer = timers.setTimeout(() => void this.tick(), everyMs);
  }

  private async schedule(): Promise<void> {
    const { everyMs, concurrency } = this.settings;
    const scheduler = await this.#watch.within(this.#recovery.getJobScheduler('sweep'));
    // Only where it is not there: to put it anew is to put it off.
    if (scheduler?.every !== everyMs) {
      await this.#watch.within(this.#recovery.upsertJobScheduler('sweep', { every: everyMs }, { name: 'sweep' }));
    }
    // The next job is scheduled when one is taken up, by whichever instance.
    if (scheduler?.next !== this.#nextSweep) this.#lastSweep = timers.performance.now();
    this.#nextSweep = scheduler?.next;
    for (const [mallId, queue] of this.#malls) {
      const bound = this.bulk.boundsOf(mallId)?.concurrency ?? concurrency;
      await this.#watch.within(queue.setGlobalConcurrency(bound));
    }
  }

  /** Tells how far a bulk is, as queue events. */
  private follow(bulkId: string): void {
    if (this.#followed.has(bulkId)) return;
    this.#followed.add(bulkId);
    this.bulk.progress(bulkId).subscribe({
      next: (progress) => {
        const event = { eventName: 'bulkProgress', bulkId, progress: JSON.stringify(progress) };
        this.#watch.within(this.#events.publishEvent(event)).catch(() => undefined);
      },
      error: () => this.#followed.delete(bulkId),
      complete: () => this.#followed.delete(bulkId),
    });
  }
}

/** What a promise resolves with, if it does in time. */
async function soon<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = timers.setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timers.clearTimeout(timer);
  }
}
