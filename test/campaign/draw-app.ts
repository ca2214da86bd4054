import { HANDLER_TIMEOUT_MS } from '../../lib/handlers/handler-time.js';
import type { Random } from './random.js';

/** What fails of the shop's own code, each at its turn; after the last turn, all is well. */
export interface AppTroubles {
  /** Handlers, as a revision is to be settled: they fail after so long, ms; as long as the time limit, if they hang. */
  readonly handlers: readonly (number | null)[];
  readonly signatures: readonly ('throws' | 'garbage' | 'hangs' | null)[];
  /** Readings of the clock that give no time, by number. */
  readonly timeless: readonly number[];
}

export function drawAppTroubles(random: Random): AppTroubles {
  return {
    handlers: random.list(random.whole(0, 4), () => random.of([null, 0, 50, HANDLER_TIMEOUT_MS])),
    signatures: random.list(random.whole(0, 4), () => random.of([null, null, 'throws', 'garbage', 'hangs'] as const)),
    timeless: random.chance(0.5) ? random.list(random.whole(1, 30), () => random.whole(1, 120)) : [],
  };
}
