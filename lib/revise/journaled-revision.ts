import type { ReviseJournal } from '../journal/revise-journal.js';
import { timers } from '../real-time.js';
import { decide, nextTry, type Decision, type Policy } from '../revision/decide.js';
import type { Evidence } from '../revision/evidence.js';
import { PaymentBusyError, SettledHandlerError } from '../revision/revise.errors.js';
import { isLeased, isSettled, isSettledByPerson, type Revision, type TrailEntry } from '../revision/revision.js';
import {
  conclude,
  heard,
  lease,
  leftToApp,
  restored,
  restoredBeside,
  settledAgain,
  unsettled,
} from '../revision/transitions.js';
import type { ReviseEvents } from './revise-events.js';

/** How often the end of a step is written, and the first pause (ms, doubling), where the journal fails, or the app's clock. */
const TRIES = 5;
const FIRST_PAUSE_MS = 200;

export interface JournalingSettings extends Policy {
  readonly now: () => Date;
}

/** One revision as the journal holds it, and the only way to write it: each write is a transition that subscribers see. */
export class JournaledRevision {
  constructor(
    private held: Revision,
    private readonly journal: ReviseJournal,
    private readonly events: ReviseEvents,
    private readonly settings: JournalingSettings,
    /** Settles nothing: KICC's word is written, and the revision is due for the app to settle it, with its handlers. */
    private readonly leavesToApp = false,
  ) {}

  /** What the journal held when it was last read or written. */
  get revision(): Revision {
    return this.held;
  }

  /**
   * Writes the next state.
   * @returns false if somebody else has written meanwhile; then nothing was.
   */
  async write(next: Revision): Promise<boolean> {
    const versioned: Revision = Object.freeze({ ...next, version: this.held.version + 1 });
    if (!(await this.journal.save(versioned))) return false;
    const before = this.held;
    this.held = versioned;
    this.events.transition(before, versioned);
    return true;
  }

  /**
   * Decides what some evidence means for the revision and writes it. Where somebody else has written meanwhile, only proof
   * counts: it holds whoever got it.
   * @returns undefined if it was not written: the journal's word holds, and where the journal failed, or the app's clock, the
   * revision will be due again when its lease has run out.
   */
  async conclude(
    evidence: Evidence,
    seen: (decision: Decision, now: Date) => readonly TrailEntry[],
  ): Promise<Decision | undefined> {
    let isOvertaken = false;
    for (let tries = 1, pause = FIRST_PAUSE_MS; tries <= TRIES; tries++) {
      try {
        const now = this.settings.now();
        if (isOvertaken && !this.learnsFrom(evidence, now)) return undefined;
        // Until when somebody else is at work on it.
        const theirs = isOvertaken && isLeased(this.held, now) ? this.held.leaseUntil : undefined;
        const decision = decide(this.held, evidence, now, this.settings);
        const concluded = conclude(this.held, evidence, decision, now, seen(decision, now));
        const next = theirs && !isSettled(concluded) ? lease(concluded, theirs) : concluded;
        if (await this.settle(next, now)) return decision;
        const found = await this.journal.find(next.mallId, next.shopTransactionId);
        if (!found && (await this.restore(concluded))) {
          if (!isSettled(concluded)) return decision;
          if (!isSettledByPerson(concluded)) return await this.conclude({ kind: 'due' }, () => []);
          return (await this.settle(settledAgain(concluded, this.held, now), now)) ? decision : undefined;
        }
        if (found && found.version < this.held.version && !isSettled(found)) {
          // An older state than was written from here: the journal was thrown back, and what is known here is the newest.
          this.held = Object.freeze({ ...this.held, version: found.version });
          continue;
        }
        if (found) this.held = found;
        isOvertaken = true;
      } catch (error) {
        if (tries === TRIES) this.events.journalFailed(this.held, error);
        else await new Promise((resolve) => timers.setTimeout(resolve, pause));
        pause *= 2;
      }
    }
    return undefined;
  }

  /**
   * Takes in anew what the journal has lost.
   * @returns false if it stands there again by now.
   */
  private async restore(known: Revision): Promise<boolean> {
    const now = this.settings.now();
    const { revision, opened } = await this.journal.open(restored(known, now)).catch((error: unknown) => {
      // Another holds the payment by now. What KICC has carried out needs no place, but the shop has to hear of it.
      if (error instanceof PaymentBusyError && known.response) return this.journal.open(restoredBeside(known, now));
      throw error;
    });
    this.held = revision;
    // What counts as declined, or escalated, for the journal alone is nothing to tell.
    if (opened && !isSettled(revision) && !isSettledByPerson(known)) this.events.transition(undefined, revision);
    return opened;
  }

  /** Writes the next state, or, where a handler of the shop's fails, that it could not be settled. */
  private settle(next: Revision, now: Date): Promise<boolean> {
    const settles = isSettled(next) && next.status !== this.held.status;
    if (settles && this.leavesToApp) return this.write(leftToApp(this.held, next, now));
    // Where its handlers run with the write, the shop knows by it.
    const isTold = this.journal.tellsShop && next.status !== this.held.status;
    return this.write(isTold ? heard(next) : next).catch((error: unknown) => {
      if (!(error instanceof SettledHandlerError)) throw error;
      const dueAt = nextTry(this.held, now, this.settings);
      this.events.handlerFailed(error, dueAt);
      return this.write(unsettled(this.held, next, dueAt, now));
    });
  }

  /** Whether some evidence would still change what is known. */
  learnsFrom(evidence: Evidence, now = this.settings.now()): boolean {
    const { proof, status, contradicts, doubles, review } = decide(this.held, evidence, now, this.settings);
    if (proof.of === 'unchecked') return !isSettled(this.held) && !this.held.uncheckedRefusal;
    const isProof = proof.of === 'success' || proof.of === 'refusal';
    return (isProof && (status !== this.held.status || contradicts || doubles)) || review === 'answered';
  }

  /** Reads what the journal holds by now. */
  async reread(): Promise<boolean> {
    const { mallId, shopTransactionId } = this.held;
    const found = await this.journal.find(mallId, shopTransactionId);
    if (found) this.held = found;
    return found !== undefined;
  }

  isLeased(): boolean {
    return isLeased(this.held, this.settings.now());
  }
}
