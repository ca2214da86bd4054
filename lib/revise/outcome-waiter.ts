import {
  catchError,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  firstValueFrom,
  from,
  map,
  merge,
  ReplaySubject,
  takeUntil,
  takeWhile,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import { timeOr } from '../gateway/kicc-clock.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { realTime } from '../real-time.js';
import { isLeased, isSettled, newestTime, type Revision } from '../revision/revision.js';
import { RevisionNotFoundError } from '../revision/revision.errors.js';
import type { JournalingSettings } from './journaled-revision.js';
import { Patience } from './patience.js';
import type { Reconciler } from './reconciler.js';
import type { ReviseEvents } from './revise-events.js';

/** How often the journal is looked at while another process works on a revision that a call waits for, ms. */
const POLL_MS = 500;
/** How often {@link OutcomeWaiter.watch} looks for what other processes have done, ms. */
const WATCH_EVERY_MS = 3_000;

export interface WaitingSettings extends JournalingSettings {
  readonly settlement: JournalingSettings['settlement'] & { readonly waitMs: number };
}

/** Waits for what becomes of revisions, for callers who ask once and for those who watch. */
export class OutcomeWaiter {
  /** Replays, for those who begin to wait when closing has begun. */
  readonly #closing = new ReplaySubject<void>(1);

  constructor(
    private readonly journal: ReviseJournal,
    private readonly reconciler: Reconciler,
    private readonly events: ReviseEvents,
    private readonly settings: WaitingSettings,
  ) {}

  /** A step, and what comes of it while a caller waits. The step goes on without the caller. */
  async waitFor(start: Revision, step: (heard: () => void) => Promise<Revision>): Promise<Revision> {
    const { timeoutMs, settlement } = this.settings;
    const patience = new Patience(timeoutMs, settlement.waitMs);
    try {
      const after = await Promise.race([step(() => patience.heard()), patience.over]);
      return after ? await this.awaitOutcome(after, patience.over) : await this.newest(start);
    } finally {
      patience.stop();
    }
  }

  /** One revision, now and at each change, until its outcome is known or nobody waits any more. */
  watch(mallId: string, shopTransactionId: string): Observable<Revision> {
    const looked = timer(0, WATCH_EVERY_MS, realTime).pipe(
      exhaustMap((look) =>
        from(this.journal.find(mallId, shopTransactionId)).pipe(
          // A journal that fails for a moment is asked again.
          catchError(() => EMPTY),
          tap((found) => {
            if (!found && look === 0) throw new RevisionNotFoundError(mallId, shopTransactionId);
          }),
        ),
      ),
      filter((found) => found !== undefined),
    );
    const newest = defer(() => {
      let version = 0;
      return merge(this.changesOf({ mallId, shopTransactionId }), looked).pipe(
        filter((revision) => revision.version > version),
        tap((revision) => (version = revision.version)),
        takeWhile((revision) => !isSettled(revision), true),
        takeUntil(this.#closing),
      );
    });
    return this.events.guarded(newest);
  }

  /** Lets go of everybody who waits. */
  close(): void {
    this.#closing.next();
  }

  /** Takes each step as it comes due, or watches somebody else take it, until the outcome is known or time is up. */
  private async awaitOutcome(start: Revision, patienceOver: Promise<void>): Promise<Revision> {
    const { waitMs } = this.settings.settlement;
    if (waitMs === 0 || isSettled(start)) return start;
    const over = new ReplaySubject<void>(1);
    let isOver = false;
    const end = merge(timer(waitMs, realTime), this.#closing, patienceOver).subscribe(() => over.next());
    end.add(over.subscribe(() => (isOver = true)));

    let revision = start;
    let leastPause = 0;
    while (!isOver && !isSettled(revision) && revision.status !== 'escalated') {
      const now = timeOr(this.settings.now, newestTime(revision));
      const leased = isLeased(revision, now);
      const untilDue = leased ? POLL_MS : (revision.nextCheckAt?.getTime() ?? Infinity) - now.getTime();
      const news = await firstValueFrom(
        merge(
          timer(Math.min(waitMs, Math.max(leastPause, untilDue)), realTime).pipe(map(() => undefined)),
          this.changesOf(revision).pipe(filter(({ version }) => version > revision.version)),
          over.pipe(map(() => undefined)),
        ),
      );
      if (isOver) break;
      const { version } = revision;
      if (news) revision = news;
      else {
        const step = leased ? this.newest(revision) : this.reconciler.step(revision);
        revision = await Promise.race([step, firstValueFrom(over.pipe(map(() => revision)))]);
      }
      // A journal that fails must not be asked without a pause.
      leastPause = revision.version === version ? POLL_MS : 0;
    }
    end.unsubscribe();
    // Another process may have moved it meanwhile; above all, "nothing was sent" must still be true.
    return isSettled(revision) ? revision : this.newest(revision);
  }

  /** What the journal holds by now; where it fails, what it held before, as far as this process knows. */
  private async newest(revision: Revision): Promise<Revision> {
    let found: Revision | undefined;
    try {
      found = await this.journal.find(revision.mallId, revision.shopTransactionId);
    } catch {
      // By then, something may have been sent: the caller gets an outcome, whatever becomes of the journal.
    }
    return found ?? this.reconciler.held(revision);
  }

  private changesOf({ mallId, shopTransactionId }: Pick<Revision, 'mallId' | 'shopTransactionId'>): Observable<Revision> {
    return this.events.events$.pipe(
      map(({ revision }) => revision),
      filter(
        (revision) => revision.shopTransactionId === shopTransactionId && revision.mallId === mallId && !revision.unreadable,
      ),
    );
  }
}
