import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, Observable, Subject, throwError } from 'rxjs';
import { BatchedTransport } from '../../lib/gateway/batched-transport.js';
import { KiccTransport, type KiccHttpAnswer } from '../../lib/gateway/kicc-transport.js';

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

const REQUEST = { url: 'http://127.0.0.1:1', body: '{}' };

describe('answers that come in one turn of the event loop', () => {
  it('are handed on in their order, all before anything is done about one of them', async () => {
    const wire = new Wire();
    const transport = new BatchedTransport(wire);
    const seen: string[] = [];
    for (let call = 0; call < 2; call++) {
      const answer = new Promise<KiccHttpAnswer>((resolve) =>
        transport.post(REQUEST).subscribe((one) => {
          seen.push(one.body);
          resolve(one);
        }),
      );
      void answer.then(({ body }) => seen.push(`about ${body}`));
    }
    wire.answer(0);
    wire.answer(1);
    expect(seen).toEqual([]);
    await turn();
    expect(seen).toEqual(['0', '1', 'about 0', 'about 1']);
  });

  it('wait for no other turn, and hold up none that comes meanwhile', async () => {
    const wire = new Wire();
    const transport = new BatchedTransport(wire);
    const seen: string[] = [];
    transport.post(REQUEST).subscribe(({ body }) => {
      seen.push(body);
      wire.answer(1);
    });
    transport.post(REQUEST).subscribe(({ body }) => seen.push(body));
    wire.answer(0);
    await turn();
    expect(seen).toEqual(['0']);
    await turn();
    expect(seen).toEqual(['0', '1']);
  });

  it('are not handed on to who has left', async () => {
    const wire = new Wire();
    const seen: string[] = [];
    const left = new BatchedTransport(wire).post(REQUEST).subscribe(({ body }) => seen.push(body));
    wire.answer(0);
    left.unsubscribe();
    await turn();
    expect(seen).toEqual([]);
  });
});

it('an answer comes before what its transport fails with after it', async () => {
  const wire = new Wire();
  const answer = firstValueFrom(new BatchedTransport(wire).post(REQUEST));
  wire.answers[0]?.next({ httpStatus: 200, body: 'answer' });
  wire.answers[0]?.error(new Error('gone'));
  expect(await answer).toMatchObject({ body: 'answer' });
});

it('what fails, fails as it did', async () => {
  const failing = new (class extends KiccTransport {
    override post = () => throwError(() => new Error('refused'));
  })();
  await expect(firstValueFrom(new BatchedTransport(failing).post(REQUEST))).rejects.toThrow('refused');
});

it('an answer counts, whatever its transport does after it', async () => {
  const own = new (class extends KiccTransport {
    override post = () =>
      new Observable<KiccHttpAnswer>((subscriber) => {
        subscriber.next({ httpStatus: 200, body: 'answer' });
        throw new Error('gone');
      });
  })();
  expect(await firstValueFrom(new BatchedTransport(own).post(REQUEST))).toMatchObject({ body: 'answer' });
  const none = new (class extends KiccTransport {
    override post = () => {
      throw new Error('none');
    };
  })();
  await expect(firstValueFrom(new BatchedTransport(none).post(REQUEST))).rejects.toThrow('none');
});
