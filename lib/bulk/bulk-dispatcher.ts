import { Logger } from '@nestjs/common';
import { timeOr } from '../gateway/kicc-clock.js';
import type { BulkRow } from '../journal/bulk.js';
import type { ReviseBulkStore } from '../journal/revise-bulk-store.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import type { RequestRules } from '../protocol/request-rules.js';
import { timers } from '../real-time.js';
import { nameOfError } from '../revision/foreign-error.js';
import type { BulkRunner } from './bulk-runner.js';
import type { ReviseBulkCarrier } from './revise-bulk-carrier.js';

export interface BulkSettings {
  readonly malls: KiccMalls;
  readonly requestRules: RequestRules;
  readonly settlement: { readonly sweepEveryMs: number | false };
  readonly now: () => Date;
}

/** How many rows a carrier is given at a time, how often, ms, and after how long once more, as it may have lost them. */
const CARRIED = 1_000;
const CARRY_EVERY_MS = 1_000;
const CARRY_AGAIN_MS = 10_000;

/**
 * Looks for rows of bulks that are due, and hands them out: to the carrier, where there is one that works, or to the runner.
 */
export class BulkDispatcher {
  carrier: ReviseBulkCarrier | undefined;
  readonly #logger = new Logger('ReviseBulkService');
  #isCarrierDown = false;
  #nextCarrying = 0;
  /** When the carrier was given a row, by its place and version. */
  readonly #carried = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #nextLook = Infinity;

  constructor(
    private readonly store: ReviseBulkStore,
    private readonly runner: BulkRunner,
    private readonly settings: BulkSettings,
  ) {}

  /** Looks for rows that are due, and again later. Never throws. */
  look(): void {
    if (this.#nextLook === -Infinity) return;
    timers.clearTimeout(this.#timer);
    this.#nextLook = Infinity;
    this.handOut().catch((error: unknown) => {
      this.#logger.error(`Rows of bulks could not be taken up (${nameOfError(error)}); tried again.`);
    });
    const { sweepEveryMs } = this.settings.settlement;
    if (sweepEveryMs !== false) this.lookIn(sweepEveryMs);
  }

  /** Looks again when a row that has moved is due. */
  moved({ dueAt }: BulkRow): void {
    if (dueAt) this.lookIn(Math.max(0, dueAt.getTime() - timeOr(this.settings.now, dueAt).getTime()));
    // What runs makes room for what is due.
    if (this.carrier) this.lookIn(CARRY_EVERY_MS);
  }

  /** Looks no more. */
  stop(): void {
    timers.clearTimeout(this.#timer);
    this.#nextLook = -Infinity;
  }

  private lookIn(ms: number): void {
    const at = timers.performance.now() + ms;
    if (at >= this.#nextLook) return;
    this.#nextLook = at;
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(() => this.look(), ms);
    // Whoever has nothing else to do may end.
    this.#timer.unref();
  }

  private async handOut(): Promise<void> {
    const { carrier } = this;
    if (!carrier) return this.runner.takeUp();
    if (carrier.isLost) return this.runHere();
    const at = timers.performance.now();
    if (at < this.#nextCarrying) {
      this.lookIn(this.#nextCarrying - at);
      return;
    }
    this.#nextCarrying = at + CARRY_EVERY_MS;
    const { malls, now } = this.settings;
    const due = await this.store.due({ mallIds: malls.ids, now: now(), limit: CARRIED });
    for (const [key, since] of this.#carried) if (since < at - CARRY_AGAIN_MS) this.#carried.delete(key);
    const rows = due.filter((row) => !this.#carried.has(carriedKey(row)));
    if (rows.length === 0) return;
    try {
      for (const row of rows) this.#carried.set(carriedKey(row), at);
      await carrier.dispatch(rows.map(({ bulkId, row, mallId }) => ({ bulkId, row, mallId })));
      if (this.#isCarrierDown) this.#logger.log('Rows of bulks are carried again.');
      this.#isCarrierDown = false;
    } catch (error) {
      if (!this.#isCarrierDown) {
        this.#logger.warn(`Rows of bulks cannot be carried (${nameOfError(error)}); they are run in this process.`);
      }
      this.#isCarrierDown = true;
      await this.runHere();
    }
  }

  /** Without the carrier, which may have lost what it was given. */
  private async runHere(): Promise<void> {
    this.#carried.clear();
    await this.runner.takeUp();
  }
}

function carriedKey({ bulkId, row, version }: BulkRow): string {
  return `${bulkId}|${row}|${version}`;
}
