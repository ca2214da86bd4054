import type { Subscription } from 'rxjs';
import { realTime } from '../real-time.js';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';
import { attemptTimeout } from './attempt-timeout.js';
import type { KiccHttpAnswer, KiccHttpRequest, KiccTransport } from './kicc-transport.js';

/**
 * One attempt over any transport, in its time. A transport of someone else's may fail in ways of its own; unless it says that
 * nothing left, something may have. Rejects with a `KiccDeliveryError` where no answer came, or what is none.
 */
export function postOnce(
  transport: KiccTransport,
  url: string,
  body: object,
  timeoutMs: number,
  beforeFirstByte?: KiccHttpRequest['beforeFirstByte'],
): Promise<KiccHttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error?: unknown): void =>
      reject(error instanceof KiccDeliveryError ? error : new KiccDeliveryError('possible', 'connectionLost'));
    try {
      let isAnswered = false;
      let subscription: Subscription | undefined = undefined;
      const sent = transport
        .post({ url, body: JSON.stringify(body), beforeFirstByte })
        .pipe(attemptTimeout(timeoutMs, realTime));
      subscription = sent.subscribe({
        next: (answer) => {
          isAnswered = true;
          // RxJS would end the process by what is thrown in here: by the answer as it is looked at, or by the end of the
          // transport.
          try {
            if (isAnswer(answer)) resolve(answer);
            else fail(new KiccDeliveryError('possible', 'unusableAnswer'));
            subscription?.unsubscribe();
          } catch {
            // Of no consequence to an answer that was read.
            fail();
          }
        },
        error: fail,
        complete: () => isAnswered || fail(),
      });
      if (isAnswered) subscription.unsubscribe();
    } catch (error) {
      fail(error);
    }
  });
}

function isAnswer(answer: unknown): answer is KiccHttpAnswer {
  const { httpStatus, body } = Object(answer) as Partial<Record<keyof KiccHttpAnswer, unknown>>;
  return Number.isInteger(httpStatus) && typeof body === 'string';
}
