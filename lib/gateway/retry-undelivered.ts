import { retry, throwError, timer, type MonoTypeOperatorFunction } from 'rxjs';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';

/** How {@link retryUndelivered} repeats. */
export interface RetryUndeliveredPolicy {
  /** Attempts in all, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** Upper end of the first pause, ms; it doubles with each attempt. Default 200. */
  readonly baseDelayMs?: number;
  /** Upper end of any pause, ms. Default 5,000. */
  readonly maxDelayMs?: number;
  /** Draws from 0 to 1 for the jitter, for tests. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * RxJS operator: subscribes again only after an attempt that provably left nothing on the wire, that is a
 * `KiccDeliveryError` of `delivery: 'none'`. Everything else, a time-out above all, passes through at once: repeating it
 * could pay twice. Pauses grow exponentially with full jitter (anywhere from 0 to the upper end).
 *
 * The source must build its request anew on each subscription (`defer`), since date and signature belong to the attempt.
 */
export function retryUndelivered<T>(policy: RetryUndeliveredPolicy = {}): MonoTypeOperatorFunction<T> {
  return retry({
    delay: (error: unknown, attempts: number) => {
      const pause = pauseToRepeat(error, attempts, policy);
      return pause === undefined ? throwError(() => error) : timer(pause);
    },
  });
}

/** How long to wait before one more attempt, ms, drawn anew each time; `undefined` where there is to be none. */
export function pauseToRepeat(error: unknown, attempts: number, policy: RetryUndeliveredPolicy): number | undefined {
  const { maxAttempts = 4, baseDelayMs = 200, maxDelayMs = 5_000, random = Math.random } = policy;
  const isUndelivered = error instanceof KiccDeliveryError && error.delivery === 'none';
  if (!isUndelivered || attempts >= maxAttempts) return undefined;
  return random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempts - 1));
}
