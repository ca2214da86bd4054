import { throwError, timeout, type MonoTypeOperatorFunction } from 'rxjs';
import { KiccDeliveryError } from './kicc-delivery.error.js';

/**
 * RxJS operator: gives one attempt `ms` milliseconds for its answer, then unsubscribes from it and errors with a
 * `KiccDeliveryError` of `delivery: 'possible'`. KICC goes on with a request whose caller has hung up, so a time-out never
 * means that nothing happened. Source: cancel page ("you must set the timeout to 30 seconds").
 *
 * It belongs inside a retry, so that each attempt has its own time.
 * @example transport.post(request).pipe(attemptTimeout(30_000), retryUndelivered({ maxAttempts: 4 }))
 */
export function attemptTimeout<T>(ms: number): MonoTypeOperatorFunction<T> {
  return timeout({ first: ms, with: () => throwError(() => new KiccDeliveryError('possible', 'timeout')) });
}
