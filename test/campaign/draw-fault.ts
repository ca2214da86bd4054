import type { QueuedFault } from '../../lib/testing/index.js';
import type { Random } from './random.js';

/** A fault after which, whether KICC carried it out or not, that is known in the end: a re-send or the query tells. */
export function drawFault(random: Random): QueuedFault {
  const when = random.of(['before', 'after'] as const);
  return random.of<QueuedFault>([
    { fault: 'drop-answer', when },
    { fault: 'reset', when },
    { fault: 'hang', when },
    { fault: 'html', when },
    { fault: 'truncated', when },
    { fault: 'oversized', when },
    { fault: 'wrong-amount', when },
    { fault: 'wrong-echo', when },
    { fault: 'slow', when, delayMs: 900 },
    { fault: 'http-status', when, status: 503 },
    { fault: 'res-code', when, resCd: 'VTIM' },
    { fault: 'drop-answer', path: 'retrieveTransaction' },
    { fault: 'http-status', path: 'retrieveTransaction', status: 500 },
  ]);
}
