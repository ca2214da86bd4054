import { timers } from '../real-time.js';

/** How long a caller waits for what is written down where `waitMs` is less, ms: as long as a journal waits for a connection. */
const JOURNAL_MS = 10_000;
/** Timers of JavaScript overflow above this, and then fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Until when one caller waits, whatever is under way: an attempt has its time, and `waitMs` begins with its answer. What is
 * under way goes on without the caller.
 */
export class Patience {
  /** Resolves once it is over. */
  readonly over: Promise<void>;
  readonly #afterMs: number;
  readonly #end: number;
  #timer: NodeJS.Timeout | undefined;
  #giveUp: () => void = () => undefined;

  constructor(timeoutMs: number, waitMs: number) {
    this.over = new Promise((resolve) => (this.#giveUp = resolve));
    this.#afterMs = Math.max(waitMs, JOURNAL_MS);
    this.#end = timers.performance.now() + timeoutMs + this.#afterMs;
    this.waitUntil(this.#end);
  }

  /** KICC's word is there, or will not come: what is left is to write it down. */
  heard(): void {
    // Not for a caller who has left.
    if (this.#timer) this.waitUntil(Math.min(this.#end, timers.performance.now() + this.#afterMs));
  }

  stop(): void {
    timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  private waitUntil(end: number): void {
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(this.#giveUp, Math.min(LONGEST_TIMER_MS, Math.max(0, end - timers.performance.now())));
  }
}
