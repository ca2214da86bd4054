import type { BulkProgress } from '../journal/bulk.js';

/** How far a bulk was when somebody looked. */
interface Look {
  /** ms since 1970. */
  readonly at: number;
  readonly sent: number;
}

/** What is known of how fast a bulk runs. */
export interface Pace {
  /** Rows a minute, of late. Absent: not known yet. */
  readonly perMinute?: number | undefined;
  /** For how many whole minutes none has moved. */
  readonly idleMinutes: number;
}

/** How far back it is looked, and how long it has to be looked before a rate is told, ms. */
const LONGEST_MS = 2 * 60_000;
const SHORTEST_MS = 3_000;
/** Looks that follow each other faster are one, ms. */
const APART_MS = 1_000;
/** Of how many bulks it is remembered. */
const MOST = 200;

/** Tells how fast bulks run, from how far each was whenever this process has looked at it. */
export class BulkPace {
  readonly #looks = new Map<string, readonly Look[]>();

  /** Counts as a look. What it tells is the same until a row moves, or a minute goes by. */
  of(progress: BulkProgress, now: Date): Pace {
    if (progress.status !== 'running') {
      this.#looks.delete(progress.bulkId);
      return { idleMinutes: 0 };
    }
    const looks = this.looked(progress, now);
    const [first, last] = [looks[0], looks.at(-1)];
    if (!first || !last) return { idleMinutes: 0 };
    const spanMs = last.at - first.at;
    const idleMinutes = Math.max(0, Math.floor((now.getTime() - last.at) / 60_000));
    if (spanMs < SHORTEST_MS) return { idleMinutes };
    return { perMinute: Math.round(((last.sent - first.sent) * 60_000) / spanMs), idleMinutes };
  }

  private looked(progress: BulkProgress, now: Date): readonly Look[] {
    const look = { at: now.getTime(), sent: sentOf(progress) };
    const before = this.#looks.get(progress.bulkId) ?? [];
    const last = before.at(-1);
    if (last && (look.sent === last.sent || (look.sent > last.sent && look.at - last.at < APART_MS))) return before;
    // What was put back is counted anew.
    const looks = last && look.sent < last.sent ? [look] : [...before.filter(({ at }) => look.at - at <= LONGEST_MS), look];
    this.#looks.delete(progress.bulkId);
    this.#looks.set(progress.bulkId, looks);
    for (const bulkId of this.#looks.keys()) {
      if (this.#looks.size <= MOST) break;
      this.#looks.delete(bulkId);
    }
    return looks;
  }
}

/** How many rows need not be sent any more. */
function sentOf({ total, byState }: BulkProgress): number {
  return total - leftOf({ byState });
}

/** How many rows are still to be sent. */
export function leftOf({ byState }: Pick<BulkProgress, 'byState'>): number {
  return byState.pending + byState.started;
}
