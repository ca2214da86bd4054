import { Logger } from '@nestjs/common';
import type { BulkRow, BulkRowId, BulkStatus } from '../journal/bulk.js';
import { isDone } from '../journal/bulk.js';
import type { ReviseBulkStore } from '../journal/revise-bulk-store.js';
import type { BulkBounds } from '../malls/bulk-options.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import { timers } from '../real-time.js';
import { leaseEnd, leaseSuffices } from '../revise/lease.js';
import type { RevisePaymentService } from '../revise/revise-payment.service.js';
import { nameOfError } from '../revision/foreign-error.js';
import type { RequestSeal } from '../revision/sealed-request.js';
import { MallRows, type TakenRow } from './mall-rows.js';
import { RowRun, type RowEnd } from './row-run.js';

export interface RunnerSettings {
  readonly malls: KiccMalls;
  readonly timeoutMs: number;
  readonly settlement: { readonly waitMs: number };
  readonly bulk: BulkBounds;
  readonly now: () => Date;
}

/** After how long, ms, a row that was taken up is held against its bulk once more: that may have been paused or cancelled. */
const FRESH_MS = 250;

/** How many rows may be run of which it is not written yet what became of them. */
const MOST_UNWRITTEN = 256;

/**
 * Runs rows of bulks in this process. A row is taken up with a lease, waits for its turn among the `MallRows`, is run
 * (`RowRun`), and is written with what became of it.
 */
export class BulkRunner {
  /** Told of every row that has moved. */
  onMoved: (row: BulkRow) => void = () => undefined;
  readonly #logger = new Logger('ReviseBulkService');
  readonly #malls = new Map<string, MallRows>();
  /** What runs, or is being written. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #rowRun: RowRun;
  #unwritten = 0;
  /** When a bulk was last paused or cancelled here, by `performance.now()`. */
  #changedAt = -Infinity;
  #isStopped = false;

  constructor(
    private readonly store: ReviseBulkStore,
    payments: RevisePaymentService,
    private readonly settings: RunnerSettings,
    seal: RequestSeal,
  ) {
    this.#rowRun = new RowRun(payments, (bulkId) => this.statusOf(bulkId), seal, settings.now);
  }

  /** Takes up what is due, as far as there is room; goes on by itself while there is more. */
  async takeUp(): Promise<void> {
    for (const mallId of this.settings.malls.ids) if (!this.#isStopped) await this.rowsOf(mallId).takeUp();
  }

  /** Runs one row, if it is due, whatever else runs: only another one of its payment is waited for. */
  async run(only: BulkRowId): Promise<void> {
    if (this.#isStopped) return;
    const [taken] = await this.claim(this.settings.malls.ids, 1, only);
    if (!taken) return;
    if (this.#isStopped) return this.putBack(taken);
    await new Promise<void>((onWritten) => this.rowsOf(taken.row.mallId).add({ ...taken, onWritten }));
  }

  /** Has what was taken up, and has not begun, held against its bulk: one was paused or cancelled here. */
  bulkChanged(): void {
    this.#changedAt = timers.performance.now();
  }

  /** Takes nothing more up, puts back what has not begun, and waits for what runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const left = await Promise.all([...this.#malls.values()].map((rows) => rows.stop()));
    for (const taken of left.flat()) void this.track(this.putBack(taken));
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  private rowsOf(mallId: string): MallRows {
    const known = this.#malls.get(mallId);
    if (known) return known;
    const { malls, bulk } = this.settings;
    const rows = new MallRows(() => malls.boundsOf(mallId) ?? bulk, {
      claim: (limit) => this.claim([mallId], limit),
      run: (taken) => this.track(this.settle(taken)),
    });
    this.#malls.set(mallId, rows);
    return rows;
  }

  private async claim(mallIds: readonly string[], limit: number, only?: BulkRowId): Promise<readonly TakenRow[]> {
    const takenAt = timers.performance.now();
    const now = this.settings.now();
    const claimed = await this.store.claim({ mallIds, now, leaseUntil: this.leaseFrom(now), limit, ...(only ? { only } : {}) });
    return claimed.map((one) => ({ ...one, takenAt }));
  }

  /** Runs a row. Resolves when what waits for it may begin; it is written meanwhile. */
  private async settle(taken: TakenRow): Promise<void> {
    const { before, onWritten } = taken;
    const row = await this.held(taken);
    if (!row) return onWritten?.();
    const isFresh = taken.takenAt > Math.max(this.#changedAt, timers.performance.now() - FRESH_MS);
    const end = await this.#rowRun.run({ row, before }, isFresh);
    const isAgain = before === end.state && end.pauseMs !== undefined && end.pauseMs > 0;
    this.#unwritten++;
    const written = this.write(row, end, isAgain ? row.attempts + 1 : row.attempts).then(onWritten);
    void this.track(written.finally(() => this.#unwritten--));
    if (this.#unwritten > MOST_UNWRITTEN) await written;
  }

  /** The row with a lease that suffices to run it, if it is still ours: it may have waited long. */
  private async held({ row }: TakenRow): Promise<BulkRow | undefined> {
    try {
      const now = this.settings.now();
      const whenAnswered = new Date(now.getTime() + this.settings.settlement.waitMs);
      if (leaseSuffices({ leaseUntil: row.dueAt }, whenAnswered, this.settings)) return row;
      const again = { ...row, dueAt: this.leaseFrom(now), version: row.version + 1 };
      return (await this.store.update(again)) ? again : undefined;
    } catch (reason) {
      this.notWritten(reason);
      return undefined;
    }
  }

  private putBack({ row, before, onWritten }: TakenRow): Promise<void> {
    return this.write(row, { state: before, pauseMs: 0 }, row.attempts).then(onWritten);
  }

  /** Never rejects. */
  private async write(row: BulkRow, { state, error, pauseMs }: RowEnd, attempts: number): Promise<void> {
    const sealed = isDone(state) ? undefined : row.sealed;
    try {
      const dueAt = pauseMs === undefined ? undefined : new Date(this.settings.now().getTime() + pauseMs);
      const next: BulkRow = { ...row, sealed, state, error, dueAt, attempts, version: row.version + 1 };
      // Where the row is somebody else's by now, that one's word holds.
      const isWritten = await this.store.update(next);
      this.onMoved(next);
      // When its bulk was cancelled, it was not among the pending rows.
      if (isWritten && state === 'pending' && (await this.statusOf(row.bulkId)) === 'cancelled') {
        await this.write(next, { state: 'cancelled' }, attempts);
      }
    } catch (reason) {
      this.notWritten(reason);
    }
  }

  private notWritten(reason: unknown): void {
    this.#logger.error(
      `A row of a bulk could not be written (${nameOfError(reason)}); it is run again when its lease is over.`,
    );
  }

  private async statusOf(bulkId: string): Promise<BulkStatus | undefined> {
    return this.store.statusOf ? this.store.statusOf(bulkId) : (await this.store.find(bulkId))?.status;
  }

  private leaseFrom(now: Date): Date {
    return leaseEnd(new Date(now.getTime() + this.settings.settlement.waitMs), this.settings);
  }

  private track(run: Promise<void>): Promise<void> {
    this.#underWay.add(run);
    return run.finally(() => this.#underWay.delete(run));
  }
}
