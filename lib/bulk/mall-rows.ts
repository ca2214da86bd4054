import type { ClaimedRow } from '../journal/revise-bulk-store.js';
import type { BulkBounds } from '../malls/bulk-options.js';
import { timers } from '../real-time.js';

/** A row that this process has taken up. */
export interface TakenRow extends ClaimedRow {
  /** When that was, by `performance.now()`. */
  readonly takenAt: number;
  /** A row that was carried here runs whatever else runs, and somebody waits for it to be written. */
  readonly onWritten?: (() => void) | undefined;
}

/** What is done with rows: see `BulkRunner`. */
export interface RowWork {
  /** Takes up to so many rows that are due. */
  claim(limit: number): Promise<readonly TakenRow[]>;
  /** Runs a row; resolves when the next may begin. Never rejects. */
  run(row: TakenRow): Promise<void>;
}

/** How many rows may wait for one of their payment to end: what this process has, no other runs. */
const MOST_IN_LINE = 256;

/**
 * The rows of one mall that this process has taken up, and the order in which they begin: so many at a time and so many a
 * second, those of one payment one after the other. More are taken up before they are needed, so that nobody waits for the
 * store.
 */
export class MallRows {
  /** Of each payment that has a row ready or under way: those that wait for it. */
  readonly #lines = new Map<string, TakenRow[]>();
  #inLine = 0;
  /** What may begin. */
  readonly #ready: TakenRow[] = [];
  #underWay = 0;
  /** When the next one may begin, by `performance.now()`. */
  #nextBegin = 0;
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #mayBeMore = false;
  #isStopped = false;

  constructor(
    private readonly bounds: () => BulkBounds,
    private readonly work: RowWork,
  ) {}

  /** Takes up what is due, as far as there is room; goes on by itself while there is more. */
  takeUp(): Promise<void> {
    this.#mayBeMore = true;
    return this.claimAhead();
  }

  /** Takes in a row, to be run when it is its turn. */
  add(row: TakenRow): void {
    const line = this.#lines.get(paymentOf(row));
    if (line) {
      this.#inLine++;
      line.push(row);
    } else {
      this.#lines.set(paymentOf(row), []);
      this.makeReady(row, this.#ready.length);
    }
  }

  /** Begins nothing more. Resolves with what was not begun. */
  async stop(): Promise<readonly TakenRow[]> {
    this.#isStopped = true;
    timers.clearTimeout(this.#timer);
    await this.#claiming?.catch(() => undefined);
    const left = [...this.#ready.splice(0), ...[...this.#lines.values()].flat()];
    this.#lines.clear();
    return left;
  }

  /** Resolves after one claim, so that a mall whose rows end as fast as they are claimed does not hold up the others. */
  private async claimAhead(): Promise<void> {
    if (this.isMoreWanted) await (this.#claiming ??= this.claimOnce());
  }

  private async claimOnce(): Promise<void> {
    // Whoever asks from here on has it looked again.
    this.#mayBeMore = false;
    let taken: readonly TakenRow[];
    try {
      taken = await this.work.claim(this.atATime);
    } catch (error) {
      this.#mayBeMore = true;
      throw error;
    } finally {
      this.#claiming = undefined;
    }
    if (taken.length > 0) this.#mayBeMore = true;
    for (const row of taken) this.add(row);
    this.beginReady();
    this.claimOn();
  }

  /** A failure is told by the next look that meets it. */
  private claimOn(): void {
    this.claimAhead().catch(() => undefined);
  }

  private get isMoreWanted(): boolean {
    const hasEnough = this.#ready.length > this.atATime / 2 || this.#inLine >= MOST_IN_LINE;
    return this.#mayBeMore && !hasEnough && !this.#isStopped;
  }

  /** How many are taken up at a time. */
  private get atATime(): number {
    const { concurrency, perSecond = concurrency } = this.bounds();
    return Math.min(concurrency, perSecond);
  }

  private makeReady(row: TakenRow, place: number): void {
    if (row.onWritten) void this.begin(row);
    else this.#ready.splice(place, 0, row);
  }

  private beginReady(): void {
    timers.clearTimeout(this.#timer);
    const { concurrency, perSecond } = this.bounds();
    while (!this.#isStopped && this.#underWay < concurrency && this.#ready.length > 0) {
      const wait = perSecond === undefined ? 0 : this.#nextBegin - timers.performance.now();
      // What was sent before is only looked up.
      const place = wait > 0 ? this.#ready.findIndex((row) => !isSent(row)) : 0;
      const [row] = place < 0 ? [] : this.#ready.splice(place, 1);
      if (!row) {
        this.#timer = timers.setTimeout(() => this.beginReady(), wait);
        return;
      }
      if (perSecond !== undefined && isSent(row)) {
        this.#nextBegin = Math.max(timers.performance.now(), this.#nextBegin) + 1_000 / perSecond;
      }
      void this.begin(row);
    }
  }

  private async begin(row: TakenRow): Promise<void> {
    this.#underWay++;
    await this.work.run(row);
    this.#underWay--;
    const next = this.#lines.get(paymentOf(row))?.shift();
    if (next) {
      this.#inLine--;
      this.makeReady(next, 0);
    } else {
      this.#lines.delete(paymentOf(row));
    }
    this.beginReady();
    this.claimOn();
  }
}

function paymentOf({ row }: TakenRow): string {
  return row.request.pgCno;
}

function isSent({ before }: TakenRow): boolean {
  return before === 'pending' || before === 'started';
}
