import { Logger } from '@nestjs/common';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { leaseMs, type Ladder } from '../revise/ladder.js';
import { nameOfError } from '../revise/revise-events.js';

export interface RecoverySettings {
  readonly mallIds: readonly string[];
  readonly timeoutMs: number;
  readonly settlement: { readonly sweepEveryMs: number | false };
  readonly now: () => Date;
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
    private readonly ladder: Ladder,
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
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  /** Takes every revision that is due one step further. For those who call it by a scheduler of their own. Never rejects. */
  async sweep(): Promise<void> {
    const { mallIds, now, timeoutMs } = this.settings;
    try {
      for (let claimed = AT_A_TIME; claimed === AT_A_TIME && !this.#stopped;) {
        const at = now();
        const leaseUntil = new Date(at.getTime() + leaseMs(timeoutMs));
        const due = await this.journal.claimDue({ mallIds, now: at, leaseUntil, limit: AT_A_TIME });
        await Promise.all(due.map((revision) => this.ladder.climb(revision, true)));
        claimed = due.length;
      }
      if (this.#failing) this.#logger.log('The journal works again; open revisions are taken up.');
      this.#failing = false;
    } catch (error) {
      // Said once: it may fail for hours.
      if (!this.#failing) {
        this.#logger.error(
          `The journal failed (${nameOfError(error)}): open revisions cannot be taken up until it works again.`,
        );
      }
      this.#failing = true;
    }
  }

  private keepSweeping(everyMs: number): void {
    this.#sweeping = this.sweep().then(() => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => this.keepSweeping(everyMs), everyMs);
      this.#timer.unref?.();
    });
  }
}
