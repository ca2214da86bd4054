import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { NEVER, Observable, Subject, throwError } from 'rxjs';
import { KiccTransport, type KiccHttpAnswer } from '../../lib/gateway/kicc-transport.js';
import { postOnce } from '../../lib/gateway/post-once.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';

/** Answers when it is told to. */
class Wire extends KiccTransport {
  readonly answers: Subject<KiccHttpAnswer>[] = [];

  override post(): Subject<KiccHttpAnswer> {
    const answer = new Subject<KiccHttpAnswer>();
    this.answers.push(answer);
    return answer;
  }

  answer(index: number): void {
    this.answers[index]?.next({ httpStatus: 200, body: String(index) });
    this.answers[index]?.complete();
  }
}

const post = (transport: KiccTransport, timeoutMs = 5_000): Promise<KiccHttpAnswer> =>
  postOnce(transport, 'http://127.0.0.1:1', {}, timeoutMs);
const by = (answer: () => Observable<KiccHttpAnswer>): KiccTransport =>
  new (class extends KiccTransport {
    override post = answer;
  })();
const ANSWER = { httpStatus: 200, body: 'answer' };

describe('answers that come in one turn of the event loop', () => {
  it('are handed on in their order, in the next', async () => {
    const wire = new Wire();
    const seen: string[] = [];
    const calls = [post(wire), post(wire)];
    for (const call of calls) void call.then(({ body }) => seen.push(body));
    wire.answer(1);
    wire.answer(0);
    await Promise.resolve();
    expect(seen).toEqual([]);
    await Promise.all(calls);
    expect(seen).toEqual(['1', '0']);
  });

  it('hold up none that comes meanwhile', async () => {
    const wire = new Wire();
    const seen: string[] = [];
    void post(wire).then(({ body }) => {
      seen.push(body);
      wire.answer(1);
    });
    void post(wire).then(({ body }) => seen.push(body));
    wire.answer(0);
    await turn();
    expect(seen).toEqual(['0']);
    await turn();
    await turn();
    expect(seen).toEqual(['0', '1']);
  });
});

describe('an answer', () => {
  it.each<[string, (subscriber: { error(error: unknown): void; next(answer: KiccHttpAnswer): void }) => void]>([
    ['fails', (subscriber) => subscriber.error(new KiccDeliveryError('none', 'refused'))],
    ['gives another', (subscriber) => subscriber.next({ httpStatus: 500, body: 'another' })],
    [
      'throws',
      () => {
        throw new Error('gone');
      },
    ],
  ])('counts though its transport %s after it', async (_, after) => {
    const transport = by(
      () =>
        new Observable<KiccHttpAnswer>((subscriber) => {
          subscriber.next(ANSWER);
          after(subscriber);
        }),
    );
    expect(await post(transport)).toEqual(ANSWER);
  });
});

describe('what is no answer', () => {
  it.each<[string, () => Observable<KiccHttpAnswer>, object]>([
    [
      'a failure that says that nothing left',
      () => throwError(() => new KiccDeliveryError('none', 'refused')),
      { delivery: 'none' },
    ],
    ['a failure of its own', () => throwError(() => new Error('?')), { delivery: 'possible', reason: 'connectionLost' }],
    ['an end without one', () => new Observable((subscriber) => subscriber.complete()), { reason: 'connectionLost' }],
    ['something else', () => new Observable((subscriber) => subscriber.next({} as never)), { reason: 'unusableAnswer' }],
    ['nothing in its time', () => NEVER, { delivery: 'possible', reason: 'timeout' }],
    [
      'a transport that throws',
      () => {
        throw new Error('none');
      },
      { delivery: 'possible', reason: 'connectionLost' },
    ],
  ])('is told as a KiccDeliveryError: %s', async (_, answer, error) => {
    await expect(post(by(answer), 10)).rejects.toMatchObject(error);
  });
});
