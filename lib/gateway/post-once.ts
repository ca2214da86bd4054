import { catchError, defer, throwError, throwIfEmpty, type Observable } from 'rxjs';
import { attemptTimeout } from './attempt-timeout.js';
import { KiccDeliveryError } from './kicc-delivery.error.js';
import type { KiccHttpAnswer, KiccTransport } from './kicc-transport.js';

/**
 * One attempt over any transport, in its time: emits the answer, or errors with a `KiccDeliveryError`. A transport of
 * someone else's may fail in ways of its own; unless it says that nothing left, something may have.
 */
export function postOnce(transport: KiccTransport, url: string, body: object, timeoutMs: number): Observable<KiccHttpAnswer> {
  const lost = (): KiccDeliveryError => new KiccDeliveryError('possible', 'connectionLost');
  return defer(() => transport.post({ url, body: JSON.stringify(body) })).pipe(
    attemptTimeout(timeoutMs),
    throwIfEmpty(lost),
    catchError((error: unknown) => throwError(() => (error instanceof KiccDeliveryError ? error : lost()))),
  );
}
