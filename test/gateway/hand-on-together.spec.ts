import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { handOnTogether } from '../../lib/gateway/hand-on-together.js';

describe('answers that come in one turn of the event loop', () => {
  it('are handed on in their order, all before anything is done about one of them', async () => {
    const seen: string[] = [];
    for (const answer of ['one', 'two']) {
      void new Promise<void>((resolve) => {
        handOnTogether(() => {
          seen.push(answer);
          resolve();
        });
      }).then(() => seen.push(`about ${answer}`));
    }
    expect(seen).toEqual([]);
    await turn();
    expect(seen).toEqual(['one', 'two', 'about one', 'about two']);
  });

  it('wait for no other turn, and hold up none that comes meanwhile', async () => {
    const seen: string[] = [];
    handOnTogether(() => {
      seen.push('one');
      handOnTogether(() => seen.push('two'));
    });
    await turn();
    expect(seen).toEqual(['one']);
    await turn();
    expect(seen).toEqual(['one', 'two']);
  });
});
