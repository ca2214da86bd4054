import { describe, expect, it } from '@jest/globals';
import { defer, EMPTY } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { attemptTimeout } from '../../lib/gateway/attempt-timeout.js';
import { retryUndelivered } from '../../lib/gateway/retry-undelivered.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';

const TIMED_OUT = new KiccDeliveryError('possible', 'timeout');

function virtually(run: Parameters<TestScheduler['run']>[0]): void {
  const scheduler = new TestScheduler((actual: unknown, expected: unknown) => expect(plain(actual)).toEqual(plain(expected)));
  scheduler.run(run);
}

/** Errors by what they say, since their stacks differ. */
function plain(frames: unknown): unknown {
  return JSON.parse(JSON.stringify(frames));
}

describe('attemptTimeout', () => {
  it('passes an answer that comes in time', () => {
    virtually(({ cold, expectObservable }) => {
      expectObservable(cold('29s (a|)').pipe(attemptTimeout(30_000))).toBe('29s (a|)');
    });
  });

  it('gives up after its time, saying that the request may have arrived, and lets go of the source', () => {
    virtually(({ cold, expectObservable, expectSubscriptions }) => {
      const answer = cold<string>('40s (a|)');
      expectObservable(answer.pipe(attemptTimeout(30_000))).toBe('30s #', {}, TIMED_OUT);
      expectSubscriptions(answer.subscriptions).toBe('^ 29999ms !');
    });
  });

  it('passes an error of the source', () => {
    const refused = new KiccDeliveryError('none', 'refused');
    virtually(({ cold, expectObservable }) => {
      expectObservable(cold<string>('1s #', {}, refused).pipe(attemptTimeout(30_000))).toBe('1s #', {}, refused);
    });
  });

  it('times each attempt anew inside a retry', () => {
    virtually(({ cold, expectObservable }) => {
      const attempts = [cold<string>('20s #', {}, new KiccDeliveryError('none', 'refused')), cold<string>('20s (a|)')];
      // 40 s in all, and neither attempt is over 30.
      const answer = defer(() => attempts.shift() ?? EMPTY).pipe(attemptTimeout(30_000), retryUndelivered({ baseDelayMs: 0 }));
      expectObservable(answer).toBe('40s (a|)');
    });
  });
});
