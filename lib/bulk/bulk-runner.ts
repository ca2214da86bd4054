import { Logger } from '@nestjs/common';
import { timeOr } from '../gateway/kicc-clock.js';
import { isDone, type BulkRow, type BulkRowId, type BulkRowState } from '../journal/bulk.js';
import type { ClaimedRow, ReviseBulkStore, RowClaim } from '../journal/revise-bulk-store.js';
import type { BulkBounds } from '../malls/bulk-options.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import { KiccError } from '../protocol/kicc-error.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { leaseEnd } from '../revise/lease.js';
import type { RevisePaymentService } from '../revise/revise-payment.service.js';
import { nameOfError } from '../revision/foreign-error.js';
import { isUnderReview } from '../revision/hold.js';
import { OverRefundError, PaymentBusyError, ReviseConflictError, UnreadableRevisionError } from '../revision/revise.errors.js';
import type { Revision } from '../revision/revision.js';
import { RevisionStateError } from '../revision/revision.errors.js';
import type { RequestSeal, SealedRequest } from '../revision/sealed-request.js';

export interface RunnerSettings {
  readonly malls: KiccMalls;
  readonly timeoutMs: number;
  readonly settlement: { readonly waitMs: number };
  readonly bulk: BulkBounds;
  readonly now: () => Date;
}

/** What becomes of a row that was run. */
type End = Pick<BulkRow, 'state' | 'error'> & { readonly pauseMs?: number };

/** Pauses before an outcome that is open, or under review, is looked up again, ms; the last repeats. */
const LOOK_UP_MS = [2_000, 5_000, 15_000, 60_000, 300_000];
/** Pauses before a payment that was busy is tried again, ms; and how often it is, which is an hour or so. */
const BUSY_MS = [1_000, 2_000, 5_000, 15_000, 60_000];
const BUSY_TRIES = 65;
/** Before what failed for another reason is tried again, ms. */
const TROUBLE_MS = 5_000;

const WITHOUT_KEY =
  'A row of a bulk cannot be run: the key is gone under which its personal data was encrypted. Put it back into personalDataKeys.';

/** Runs rows of bulks in this process: so many at a time, and so many a second, of each mall. */
export class BulkRunner {
  /** Told of every row that has moved. */
  onMoved: (row: BulkRow) => void = () => undefined;
  readonly #logger = new Logger('ReviseBulkService');
  readonly #underWay = new Map<string, Set<Promise<void>>>();
  /** When the next row of a mall may begin, by `performance.now()`. */
  readonly #nextBegin = new Map<string, number>();
  #taking: Promise<void> | undefined;
  #isAskedAgain = false;
  #isStopped = false;

  constructor(
    private readonly store: ReviseBulkStore,
    private readonly payments: RevisePaymentService,
    private readonly settings: RunnerSettings,
    private readonly seal: RequestSeal,
  ) {}

  /** Takes up what is due, as far as there is room; goes on by itself while there is more. */
  async takeUp(): Promise<void> {
    if (this.#taking) {
      this.#isAskedAgain = true;
      return this.#taking;
    }
    this.#taking = this.takeUpAll().finally(() => (this.#taking = undefined));
    return this.#taking;
  }

  /** Runs one row now, whatever else runs, if it is due. */
  async run(only: BulkRowId): Promise<void> {
    if (this.#isStopped) return;
    const [claimed] = await this.store.claim(this.claim(this.settings.malls.ids, 1, only));
    if (claimed) await this.track(claimed.row.mallId, this.settle(claimed));
  }

  /** Takes nothing more up, and waits for what runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#taking?.catch(() => undefined);
    await Promise.allSettled([...this.#underWay.values()].flatMap((running) => [...running]));
  }

  private async takeUpAll(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      for (const mallId of this.settings.malls.ids) await this.takeUpOf(mallId);
    } while (this.#isAskedAgain && !this.#isStopped);
  }

  private async takeUpOf(mallId: string): Promise<void> {
    const { concurrency } = this.boundsOf(mallId);
    const free = concurrency - this.runningOf(mallId).size;
    // Several at a time: each claim is a write.
    if (this.#isStopped || free < Math.ceil(concurrency / 2)) return;
    const claimed = await this.store.claim(this.claim([mallId], free));
    for (const one of claimed) {
      void this.track(mallId, this.paced(mallId, one)).then(() => {
        // The failure is told where it was first met: by the next look.
        this.takeUp().catch(() => undefined);
      });
    }
  }

  private boundsOf(mallId: string): BulkBounds {
    return this.settings.malls.boundsOf(mallId) ?? this.settings.bulk;
  }

  private claim(mallIds: readonly string[], limit: number, only?: BulkRowId): RowClaim {
    const { now, timeoutMs, settlement } = this.settings;
    const at = now();
    const leaseUntil = leaseEnd(new Date(at.getTime() + settlement.waitMs), { timeoutMs });
    return { mallIds, now: at, leaseUntil, limit, ...(only ? { only } : {}) };
  }

  /** Waits for the row's turn, and runs it. */
  private async paced(mallId: string, claimed: ClaimedRow): Promise<void> {
    const { perSecond } = this.boundsOf(mallId);
    const isSent = claimed.before === 'pending' || claimed.before === 'started';
    if (perSecond !== undefined && isSent) {
      const begin = Math.max(performance.now(), this.#nextBegin.get(mallId) ?? 0);
      this.#nextBegin.set(mallId, begin + 1_000 / perSecond);
      const wait = begin - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    // The app closes: others may have it.
    if (this.#isStopped) return this.write(claimed.row, { state: claimed.before, pauseMs: 0 }, claimed.row.attempts);
    await this.settle(claimed);
  }

  private async settle({ row, before }: ClaimedRow): Promise<void> {
    const end = await this.endOf(row, before);
    await this.write(row, end, end.pauseMs !== undefined && before === end.state ? row.attempts + 1 : row.attempts);
  }

  private async write(row: BulkRow, { state, error, pauseMs }: End, attempts: number): Promise<void> {
    const sealed = isDone(state) ? undefined : row.sealed;
    try {
      const dueAt = pauseMs === undefined ? undefined : new Date(this.settings.now().getTime() + pauseMs);
      const next: BulkRow = { ...row, sealed, state, error, dueAt, attempts, version: row.version + 1 };
      // Where the row is somebody else's by now, that one's word holds.
      await this.store.update(next);
      this.onMoved(next);
    } catch (reason) {
      this.#logger.error(
        `A row of a bulk could not be written (${nameOfError(reason)}); it is run again when its lease is over.`,
      );
    }
  }

  private async endOf(row: BulkRow, before: BulkRowState): Promise<End> {
    const { bulkId, mallId, shopTransactionId, attempts } = row;
    try {
      if (before !== 'pending') {
        const revision = await this.payments.find(shopTransactionId, mallId);
        if (revision) return this.ended(await this.takenBack(bulkId, revision), attempts);
        if (isDone(before)) return { state: before };
        // The journal has lost it, or it was purged: sent again, it might be made twice.
        if (before === 'unknown') return { state: 'escalated' };
        // Its process died before anything of it was sent.
        const status = (await this.store.find(bulkId))?.status;
        if (status !== 'running') return status === 'paused' ? { state: 'pending', pauseMs: 0 } : { state: 'cancelled' };
      }
      const request = this.seal.open(row as SealedRequest);
      if (!request) {
        this.#logger.error(`${WITHOUT_KEY} It is tried again.`);
        return { state: 'started', pauseMs: TROUBLE_MS };
      }
      const { revision } = await this.payments.revise(request);
      return this.ended(await this.takenBack(bulkId, revision), 0);
    } catch (error) {
      return this.failed(error, row);
    }
  }

  /** Withdraws what a cancelled bulk could not send yet. */
  private async takenBack(bulkId: string, revision: Revision): Promise<Revision> {
    if (revision.status !== 'accepted' || (await this.store.find(bulkId))?.status !== 'cancelled') return revision;
    const { shopTransactionId, mallId } = revision;
    try {
      return await this.payments.withdraw(shopTransactionId, mallId);
    } catch (error) {
      // It is being sent after all.
      if (error instanceof RevisionStateError) return (await this.payments.find(shopTransactionId, mallId)) ?? revision;
      throw error;
    }
  }

  private ended(revision: Revision, attempts: number): End {
    const { status, reviewUntil } = revision;
    switch (status) {
      case 'declined':
        if (!isUnderReview(revision)) return { state: status };
        return { state: status, pauseMs: Math.max(this.untilMs(reviewUntil), pause(LOOK_UP_MS, attempts)) };
      case 'succeeded':
      case 'escalated':
        return { state: status };
      case 'accepted':
      case 'sending':
      case 'unknown':
        return { state: 'unknown', pauseMs: pause(LOOK_UP_MS, attempts) };
    }
  }

  private failed(error: unknown, { state, attempts }: BulkRow): End {
    // The journal has told of it.
    if (error instanceof UnreadableRevisionError) return { state, pauseMs: pause(LOOK_UP_MS, attempts) };
    if (error instanceof PaymentBusyError && attempts < BUSY_TRIES) {
      return { state: 'pending', pauseMs: Math.max(this.untilMs(error.until), pause(BUSY_MS, attempts)) };
    }
    if (
      error instanceof PaymentBusyError ||
      error instanceof KiccValidationError ||
      error instanceof ReviseConflictError ||
      error instanceof OverRefundError
    ) {
      const { code, message }: KiccError = error;
      return { state: 'refused', error: { code, message } };
    }
    this.#logger.warn(`A row of a bulk could not be run (${nameOfError(error)}); tried again.`);
    return { state: 'started', pauseMs: TROUBLE_MS };
  }

  /** How long it is until then, ms; 0 where no time tells. */
  private untilMs(time: Date | undefined): number {
    return time ? Math.max(0, time.getTime() - timeOr(this.settings.now, time).getTime()) : 0;
  }

  private runningOf(mallId: string): Set<Promise<void>> {
    const running = this.#underWay.get(mallId) ?? new Set();
    this.#underWay.set(mallId, running);
    return running;
  }

  private track(mallId: string, run: Promise<void>): Promise<void> {
    const running = this.runningOf(mallId);
    running.add(run);
    return run.finally(() => running.delete(run));
  }
}

function pause(pauses: readonly number[], attempts: number): number {
  return pauses[Math.min(attempts, pauses.length - 1)] ?? 0;
}
