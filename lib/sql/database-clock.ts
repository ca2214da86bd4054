import { timers } from '../real-time.js';

/** A difference up to this is taken for none, ms: clocks that are kept in time agree to the letter. */
const TOLERANCE_MS = 2_000;
/** How long a measurement serves, ms. */
const SERVES_MS = 60_000;
/** An answer that took longer tells the time too badly, ms. */
const PROMPT_MS = 1_000;

/**
 * How far the database's clock is ahead of this process's. Leases are kept by the database's clock, which all processes share,
 * so that a host whose clock is wrong neither loses its own nor takes another's.
 */
export class DatabaseClock {
  #offset = 0;
  #measuredAt = -Infinity;

  constructor(
    private readonly ask: () => Promise<number>,
    private readonly now: () => number,
  ) {}

  /** Database's clock less this process's, ms; as last measured. */
  get offset(): number {
    return this.#offset;
  }

  /** Measures anew where the last measurement is old. */
  async keepInTime(): Promise<void> {
    const asked = timers.performance.now();
    if (asked - this.#measuredAt < SERVES_MS) return;
    const before = this.now();
    const database = await this.ask();
    const after = this.now();
    if (timers.performance.now() - asked > PROMPT_MS && this.#measuredAt !== -Infinity) return;
    const offset = Math.round(database - (before + after) / 2);
    this.#offset = Math.abs(offset) <= TOLERANCE_MS ? 0 : offset;
    this.#measuredAt = asked;
  }
}
