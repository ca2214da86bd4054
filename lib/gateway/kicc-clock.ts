import { Logger } from '@nestjs/common';

const MINUTE_MS = 60_000;
/** A skew over this is said, ms: what is done near midnight in Korea keeps a minute away from it. */
const WARNED_OF_MS = MINUTE_MS;
/** Down to this, what was said holds, ms: a skew that wavers about a minute is not said again and again. */
const RIGHT_AGAIN_MS = MINUTE_MS / 2;
/** How long KICC's time is known after it was seen, ms. */
const KNOWN_FOR_MS = 10 * MINUTE_MS;
/** From this on it is not KICC's time that was seen, but somebody's on the way, ms. */
const ABSURD_MS = 24 * 60 * MINUTE_MS;

/**
 * How far this host's clock is from KICC's, by the `Date` header of KICC's answers. It matters: KICC wants today's date in
 * Korea, and forgets keys at its own midnight. Injectable.
 */
export class KiccClock {
  readonly #logger = new Logger(KiccClock.name);
  #skew: { readonly ms: number; readonly at: Date } | undefined;
  #header: string | undefined;
  #isWarnedOf = false;

  constructor(private readonly clock: () => Date) {}

  /**
   * What time it is here.
   * @throws {KiccConfigurationError} if the app's own clock gives no time.
   */
  now(): Date {
    return this.clock();
  }

  /** This host's clock less KICC's, ms, and when that was seen; the header has whole seconds. `undefined` before any answer. */
  get skew(): { readonly ms: number; readonly at: Date } | undefined {
    return this.#skew;
  }

  /**
   * KICC's time when it is `now` here. `undefined` where it is not known: nothing was seen of it within ten minutes (or in the
   * future of a clock that was set back since), or what was seen is a day off or more, and so a proxy's rather than KICC's.
   */
  at(now: Date): Date | undefined {
    if (!this.#skew) return undefined;
    const { ms, at } = this.#skew;
    const age = now.getTime() - at.getTime();
    if (age < 0 || age > KNOWN_FOR_MS || Math.abs(ms) >= ABSURD_MS) return undefined;
    return new Date(now.getTime() - ms);
  }

  /**
   * Never throws: an answer must not be lost for the time it came with.
   * @param date the header.
   */
  note(date: string | undefined): void {
    // A transport of somebody else's may give anything.
    const at = typeof date === 'string' ? timeOr(this.clock, undefined) : undefined;
    if (date === undefined || !at) return;
    // Most answers tell nothing new.
    if (date === this.#header && this.#skew && secondOf(at) === secondOf(this.#skew.at)) return;
    const kiccs = Date.parse(date);
    if (Number.isNaN(kiccs)) return;
    this.#header = date;
    // Cut to whole seconds, KICC's time was half a second later on average.
    const ms = at.getTime() - (kiccs + 500);
    this.#skew = { ms, at };
    this.tell(ms);
  }

  /** Says that the clocks differ, once, and that they agree again. */
  private tell(ms: number): void {
    const isOff = Math.abs(ms) > (this.#isWarnedOf ? RIGHT_AGAIN_MS : WARNED_OF_MS);
    if (isOff === this.#isWarnedOf) return;
    this.#isWarnedOf = isOff;
    if (!isOff) return this.#logger.log("This host's clock and KICC's agree again.");
    const difference = `${Math.round(Math.abs(ms) / 1_000)} s ${ms > 0 ? 'ahead of' : 'behind'}`;
    this.#logger.warn(
      `This host's clock is ${difference} KICC's. KICC wants today's date in Korea, and forgets keys at its own midnight: run NTP on ` +
        'this host; if its clock is right, a proxy answers with a date of its own.',
    );
  }
}

/** What time it is by a clock, or `otherwise` where that gives none. */
export function timeOr<T>(now: () => Date, otherwise: T): Date | T {
  try {
    return now();
  } catch {
    return otherwise;
  }
}

function secondOf(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
