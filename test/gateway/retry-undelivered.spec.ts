import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defer, of, throwError, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { attemptTimeout } from '../../lib/gateway/attempt-timeout.js';
import { retryUndelivered, type RetryUndeliveredPolicy } from '../../lib/gateway/retry-undelivered.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';

const nothingLeft = (): KiccDeliveryError => new KiccDeliveryError('none', 'refused');

/** Runs a pipeline in virtual time; tells when each attempt began, and how it ended. */
function run(
  attempt: (number: number) => Observable<string>,
  policy?: RetryUndeliveredPolicy,
): { attemptsAt: number[]; ended: unknown } {
  const attemptsAt: number[] = [];
  let ended: unknown;
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ flush }) => {
    defer(() => attempt(attemptsAt.push(scheduler.now())))
      .pipe(retryUndelivered(policy))
      .subscribe({ next: (value) => (ended = value), error: (error: unknown) => (ended = error) });
    flush();
  });
  return { attemptsAt, ended };
}

describe('retryUndelivered', () => {
  it('tries again after an attempt that left nothing', () => {
    const { attemptsAt, ended } = run((number) => (number < 3 ? throwError(nothingLeft) : of('answer')), { random: () => 1 });
    expect(attemptsAt).toEqual([0, 200, 600]);
    expect(ended).toBe('answer');
  });

  it('gives up after maxAttempts with the last failure', () => {
    const { attemptsAt, ended } = run(() => throwError(nothingLeft), { maxAttempts: 6, maxDelayMs: 1_000, random: () => 1 });
    expect(attemptsAt).toEqual([0, 200, 600, 1_400, 2_400, 3_400]);
    expect(ended).toMatchObject({ delivery: 'none', reason: 'refused' });
  });

  it('makes no second attempt with maxAttempts 1', () => {
    expect(run(() => throwError(nothingLeft), { maxAttempts: 1 }).attemptsAt).toHaveLength(1);
  });

  it.each([
    ['a time-out', new KiccDeliveryError('possible', 'timeout')],
    ['a lost connection', new KiccDeliveryError('possible', 'connectionLost')],
    ['an answer cut off', new KiccDeliveryError('possible', 'answerCutOff')],
    ['an error of another kind', new Error('?')],
    ['a thrown nothing', undefined],
  ])('passes %s at once', (_, failure) => {
    const { attemptsAt, ended } = run(() => throwError(() => failure));
    expect(attemptsAt).toHaveLength(1);
    expect(ended).toBe(failure);
  });

  it('stops as soon as an attempt may have arrived', () => {
    const { attemptsAt, ended } = run((number) =>
      throwError(() => (number === 1 ? nothingLeft() : new KiccDeliveryError('possible', 'timeout'))),
    );
    expect(attemptsAt).toHaveLength(2);
    expect(ended).toMatchObject({ delivery: 'possible' });
  });

  it('passes a time-out of attemptTimeout', () => {
    const never = new TestScheduler(() => undefined);
    never.run(({ cold, flush }) => {
      const answer = cold<string>('1m a');
      let failure: unknown;
      answer.pipe(attemptTimeout(30_000), retryUndelivered()).subscribe({ error: (error: unknown) => (failure = error) });
      flush();
      expect(answer.subscriptions).toHaveLength(1);
      expect(failure).toMatchObject({ delivery: 'possible', reason: 'timeout' });
    });
  });

  it('keeps each pause between 0 and its upper end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 }),
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (draws, baseDelayMs, maxDelayMs) => {
          let draw = 0;
          const random = (): number => draws[draw++] ?? 0;
          const { attemptsAt } = run(() => throwError(nothingLeft), { maxAttempts: 10, baseDelayMs, maxDelayMs, random });
          expect(attemptsAt).toHaveLength(10);
          for (let attempt = 1; attempt < 10; attempt++) {
            const pause = (attemptsAt[attempt] ?? 0) - (attemptsAt[attempt - 1] ?? 0);
            expect(pause).toBeGreaterThanOrEqual(0);
            expect(pause).toBeLessThanOrEqual(Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1)) + 1e-6);
          }
        },
      ),
      process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {},
    );
  });
});
