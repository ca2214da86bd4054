import { KiccError } from '../protocol/kicc-error.js';
import { timers } from '../real-time.js';

/** How long a handler may take where nobody says otherwise, ms: of one that only writes, thousands of times what it needs. */
export const HANDLER_TIMEOUT_MS = 10_000;

/**
 * Waits for a handler of the shop's, but not for ever. One whose time is up goes on: it must find nothing that it could still
 * write by.
 */
export function inHandlerTime(timeoutMs: number, call: () => unknown): Promise<unknown> {
  return inTime(Promise.resolve().then(call), timeoutMs, () => new HandlerTimeoutError(timeoutMs));
}

/** What a promise comes to, unless that takes longer than it may, ms. */
export async function inTime<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = timers.setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    timers.clearTimeout(timer);
  }
}

class HandlerTimeoutError extends KiccError {
  static readonly code = 'KICC_HANDLER_TIMEOUT';
  readonly code = HandlerTimeoutError.code;

  constructor(timeoutMs: number) {
    super(
      `no end after ${timeoutMs} ms: it waits for something that does not come, such as another connection of the pool, or a lock ` +
        'of whoever waits for it',
    );
  }
}
