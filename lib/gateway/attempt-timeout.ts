import { asyncScheduler, Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';

/**
 * RxJS operator: gives one attempt `ms` milliseconds for its answer, then unsubscribes from it and errors with a
 * `KiccDeliveryError` of `delivery: 'possible'`. KICC goes on with a request whose caller has hung up, so a time-out never
 * means that nothing happened. Source: cancel page ("you must set the timeout to 30 seconds").
 *
 * It belongs inside a retry, so that each attempt has its own time.
 * @param scheduler whose time it is; RxJS' `asyncScheduler` unless given.
 * @example transport.post(request).pipe(attemptTimeout(30_000), retryUndelivered({ maxAttempts: 4 }))
 */
export function attemptTimeout<T>(ms: number, scheduler: SchedulerLike = asyncScheduler): MonoTypeOperatorFunction<T> {
  // By hand: `timeout` of RxJS takes several times as much per attempt.
  return (source) =>
    new Observable((subscriber) => {
      const timer = scheduler.schedule(() => {
        try {
          subscriber.error(new KiccDeliveryError('possible', 'timeout'));
        } catch {
          // How the source ends is told already; thrown from a timer, it would end the process.
        }
      }, ms);
      subscriber.add(timer);
      subscriber.add(
        source.subscribe({
          next: (value) => {
            timer.unsubscribe();
            subscriber.next(value);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
