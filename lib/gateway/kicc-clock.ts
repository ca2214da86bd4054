/** How often KICC's time is looked at, ms. */
const LOOK_EVERY_MS = 10_000;

/**
 * How far this host's clock is from KICC's, by the `Date` header of KICC's answers. It matters: KICC wants today's date in Korea, and
 * forgets keys at its own midnight. Injectable.
 */
export class KiccClock {
  #lookedAt = -Infinity;
  #skew: { readonly ms: number; readonly at: Date } | undefined;

  constructor(private readonly clock: () => Date) {}

  /** What time it is here. */
  now(): Date {
    return this.clock();
  }

  /** This host's clock less KICC's, ms, and when that was seen; the header has whole seconds. `undefined` before any answer. */
  get skew(): { readonly ms: number; readonly at: Date } | undefined {
    return this.#skew;
  }

  at(_now: Date): Date | undefined {
    return undefined;
  }

  /** @param date the header. */
  note(date: string | undefined): void {
    if (date === undefined) return;
    const at = this.now();
    if (Math.abs(at.getTime() - this.#lookedAt) < LOOK_EVERY_MS) return;
    const kiccs = Date.parse(date);
    if (Number.isNaN(kiccs)) return;
    this.#lookedAt = at.getTime();
    // Cut to whole seconds, KICC's time was half a second later on average.
    this.#skew = { ms: at.getTime() - (kiccs + 500), at };
  }
}
