import { Logger } from '@nestjs/common';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { timers } from '../real-time.js';
import { nameOfError } from '../revision/foreign-error.js';
import type { JournalingSettings } from './journaled-revision.js';
import { leaseEnd } from './lease.js';
import {
  Reconciliation,
  type ReconciledRow,
  type ReconcileOptions,
  type ReconcileRequest,
  type ReconcileSettings,
} from './lost-revisions.js';
import type { Reconciler } from './reconciler.js';
import type { ReviseEvents } from './revise-events.js';

export interface RecoverySettings extends ReconcileSettings {
  readonly settlement: JournalingSettings['settlement'] & { readonly sweepEveryMs: number | false };
}

/** How many revisions one process works on at a time. Each waits for KICC most of its time. */
const AT_A_TIME = 16;

/**
 * Takes up what nobody waits for any more: at start and every `sweepEveryMs`, claims the revisions that are due, those of dead
 * processes among them, and takes each a step further.
 */
export class ReviseRecovery {
  readonly #logger = new Logger(ReviseRecovery.name);
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = false;
  #failing = false;

  constructor(
    private readonly journal: ReviseJournal,
    private readonly reconciler: Reconciler,
    private readonly events: ReviseEvents,
    private readonly settings: RecoverySettings,
  ) {}

  /** Begins; Nest calls it. */
  onApplicationBootstrap(): void {
    const { sweepEveryMs } = this.settings.settlement;
    if (sweepEveryMs !== false) this.keepSweeping(sweepEveryMs);
  }

  /** Claims nothing more, and lets what is under way come to its end; Nest calls it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    timers.clearTimeout(this.#timer);
    await this.#sweeping;
  }

  /** Takes every revision that is due one step further. For those who call it by a scheduler of their own. Never rejects. */
  async sweep(): Promise<void> {
    const { malls, now, timeoutMs } = this.settings;
    const left: Date[] = [];
    try {
      for (let claimed = AT_A_TIME; claimed === AT_A_TIME && !this.#stopped;) {
        const at = now();
        const due = await this.journal.claimDue({
          mallIds: malls.ids,
          now: at,
          leaseUntil: leaseEnd(at, { timeoutMs }),
          limit: AT_A_TIME,
        });
        left.push(...due.filter(({ status }) => status === 'sending').map(({ acceptedAt }) => acceptedAt));
        await Promise.all(due.map((revision) => this.reconciler.step(revision, true)));
        claimed = due.length;
      }
      if (left.length > 0) this.#logger.log(whatWasLeft(left));
      if (this.#failing) this.#logger.log('Open revisions are taken up again.');
      this.#failing = false;
    } catch (error) {
      // Said once: it may fail for hours.
      if (!this.#failing) {
        const what = error instanceof KiccConfigurationError ? error.message : `The journal failed (${nameOfError(error)}).`;
        this.#logger.error(`Open revisions cannot be taken up for now. ${what}`);
      }
      this.#failing = true;
    }
  }

  /**
   * For a journal that may have lost its newest rows: after a backup was restored, or a standby took over that was behind. Asks
   * KICC what became of each refund that the shop's own tables know of, as far as KICC can tell (today and yesterday in Korea),
   * and takes what it proves into the journal, so that the same id can be repeated on a later day, too. Sends nothing, and run
   * twice it changes nothing more.
   *
   * Each request comes to one result, in the order in which they were given; a faulty one is told of, and the others go on.
   * Read on to see how far it is: where nobody reads, only a few more are asked about.
   * @example
   * for await (const { row, result, error } of recovery.reconcile(refundsOfTheLastTwoDays)) console.log(row, result,
   * error?.message);
   */
  reconcile(
    requests: Iterable<ReconcileRequest> | AsyncIterable<ReconcileRequest>,
    { settle = true }: ReconcileOptions = {},
  ): AsyncGenerator<ReconciledRow, void, undefined> {
    return new Reconciliation(this.journal, this.reconciler, this.events, this.settings, settle).of(requests);
  }

  private keepSweeping(everyMs: number): void {
    this.#sweeping = this.sweep().then(() => {
      if (this.#stopped) return;
      this.#timer = timers.setTimeout(() => this.keepSweeping(everyMs), everyMs);
      this.#timer.unref?.();
    });
  }
}

/** A `sending` that is due was left by a process that died, or halted for too long. */
function whatWasLeft(acceptedAt: readonly Date[]): string {
  const oldest = acceptedAt.reduce((one, other) => (other < one ? other : one));
  const many = acceptedAt.length === 1 ? '1 revision' : `${acceptedAt.length} revisions`;
  return `Took up ${many} that a process was sending when it ended, the oldest taken in at ${oldest.toISOString()}.`;
}
