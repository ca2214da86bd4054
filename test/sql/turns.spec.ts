import { describe, expect, it } from '@jest/globals';
import { NoTurnError } from '../../lib/revision/no-connection.error.js';
import { Turns } from '../../lib/sql/turns.js';

const LONG = 60_000;

describe('Turns', () => {
  it('are had by as many as may, and then in the order in which they were asked for', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = Array.from({ length: 4 }, (_, index) =>
      turns.take(LONG, () => {
        begun.push(index);
        return new Promise<void>((resolve) => ends.push(resolve));
      }),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    await all[1];
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    await all[0];
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const end of ends) end();
    await Promise.all(all);
    expect(await turns.take(LONG, () => Promise.resolve('free again'))).toBe('free again');
  });

  it('pass on where one fails, and are not waited for without end', async () => {
    const turns = new Turns(1);
    let fail: ((error: Error) => void) | undefined;
    const first = turns.take(LONG, () => new Promise((_, reject) => (fail = reject)));
    await expect(turns.take(1, () => Promise.resolve())).rejects.toThrow(NoTurnError);
    const third = turns.take(LONG, () => Promise.resolve('third'));
    fail?.(new RangeError('no'));
    await expect(first).rejects.toThrow(RangeError);
    expect(await third).toBe('third');
  });
});
