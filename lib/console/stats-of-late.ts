import type { RevisionStats } from '../journal/revision-stats.js';
import type { ReviseReports } from '../revise/revise-reports.js';

/** Figures, and when they were counted. */
export interface StatsAt {
  readonly at: Date;
  readonly stats: RevisionStats;
}

/** Of which revisions. `mallIds`: default the module's. */
interface StatsAsked {
  readonly from: Date;
  readonly before: Date;
  readonly mallIds?: readonly string[] | undefined;
}

/** How long figures are shown before they are counted anew, ms: those of a million revisions cost the journal a second. */
const KEPT_MS = 60_000;

/** Figures of the journal, counted at most once a minute for all who look, one after the other. */
export class StatsOfLate {
  readonly #counted = new Map<string, { readonly promise: Promise<StatsAt>; at?: Date }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly reports: Pick<ReviseReports, 'stats'>,
    private readonly now: () => Date,
  ) {}

  /** Throws as {@link ReviseReports.stats}; what has failed is counted anew for whoever asks next. */
  of(asked: StatsAsked): Promise<StatsAt> {
    const now = this.now().getTime();
    for (const [key, { at }] of this.#counted) {
      if (at && Math.abs(now - at.getTime()) >= KEPT_MS) this.#counted.delete(key);
    }
    const key = JSON.stringify([asked.from, asked.before, asked.mallIds]);
    const kept = this.#counted.get(key);
    if (kept) return kept.promise;
    const counting: { readonly promise: Promise<StatsAt>; at?: Date } = {
      promise: this.#last.then(async () => {
        try {
          const at = this.now();
          const stats = await this.reports.stats(asked);
          counting.at = at;
          return { at, stats };
        } catch (error) {
          this.#counted.delete(key);
          throw error;
        }
      }),
    };
    this.#counted.set(key, counting);
    this.#last = counting.promise.catch(() => undefined);
    return counting.promise;
  }
}
