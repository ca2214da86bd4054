import { describe, expect, it, jest } from '@jest/globals';
import { take, timer } from 'rxjs';
import { realTime, timers } from '../lib/real-time.js';

describe('realTime', () => {
  it('leaves no timer to who has left in the midst of a turn', async () => {
    const started = jest.spyOn(timers, 'setTimeout');
    await new Promise<void>((resolve) => timer(0, 60_000, realTime).pipe(take(1)).subscribe({ complete: resolve }));
    expect(started).toHaveBeenCalledTimes(1);
    started.mockRestore();
  });
});
