import { checkApi } from '../gateway/api-checks.js';
import type { Check } from '../gateway/check.js';
import { timers } from '../real-time.js';

/** How long a page waits for it, ms: DNS alone can take longer than anybody waits. */
const WITHIN_MS = 12_000;
/** However many ask, and however often, the API domain is not asked more often than this, ms. */
const PAUSE_MS = 10_000;

/** When somebody looked, and what was found; no `checks` where nothing was heard in time. */
export interface ApiLooked {
  readonly at: Date;
  readonly checks: readonly Check[] | undefined;
}

/** Asks the API domain whether it is well, when somebody wants to know. Nobody is asked without that. */
export class ApiLook {
  #looked: { readonly atMs: number; readonly found: Promise<ApiLooked> } | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly now: () => Date,
    /** Shorter in tests. */
    private readonly withinMs = WITHIN_MS,
  ) {}

  look(): Promise<ApiLooked> {
    const atMs = timers.performance.now();
    if (!this.#looked || atMs - this.#looked.atMs >= PAUSE_MS) this.#looked = { atMs, found: this.ask() };
    return this.#looked.found;
  }

  private async ask(): Promise<ApiLooked> {
    const at = this.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = timers.setTimeout(() => resolve(undefined), this.withinMs);
    });
    try {
      return { at, checks: await Promise.race([checkApi(this.baseUrl, this.now), late]) };
    } finally {
      timers.clearTimeout(timer);
    }
  }
}
