import { checkApi } from '../gateway/api-checks.js';
import type { Check } from '../gateway/check.js';
import { timers } from '../real-time.js';

/** How long a page waits for it, ms: DNS alone can take longer than anybody waits. */
const WITHIN_MS = 12_000;
/** However many ask, and however often, the API domain is not asked more often than this, ms. */
const PAUSE_MS = 10_000;

/** Asks the API domain whether it is well, when somebody wants to know. Nobody is asked without that. */
export class ApiLook {
  #looked: { readonly atMs: number; readonly checks: Promise<readonly Check[] | undefined> } | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly now: () => Date,
    /** Shorter in tests. */
    private readonly withinMs = WITHIN_MS,
  ) {}

  /** What it found; `undefined` where nothing was heard in time. */
  look(): Promise<readonly Check[] | undefined> {
    const atMs = timers.performance.now();
    if (!this.#looked || atMs - this.#looked.atMs >= PAUSE_MS) this.#looked = { atMs, checks: this.ask() };
    return this.#looked.checks;
  }

  private async ask(): Promise<readonly Check[] | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = timers.setTimeout(() => resolve(undefined), this.withinMs);
    });
    try {
      return await Promise.race([checkApi(this.baseUrl, this.now), late]);
    } finally {
      timers.clearTimeout(timer);
    }
  }
}
