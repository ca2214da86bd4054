import { describe, expect, it, jest } from '@jest/globals';
import { DatabaseClock } from '../../lib/sql/database-clock.js';
import { followGlobalTimers } from '../library-time.js';

describe('DatabaseClock', () => {
  it.each([
    ['agrees', 0, 0],
    ['is ahead by less than two seconds', 1_999, 0],
    ['is ahead', 300_000, 300_000],
    ['is behind', -300_000, -300_000],
  ])('allows for a clock of the database that %s', async (_, ahead, offset) => {
    const clock = new DatabaseClock(
      () => Promise.resolve(10_000_000 + ahead),
      () => 10_000_000,
    );
    await clock.keepInTime();
    expect(clock.offset).toBe(offset);
  });

  it('asks once a minute', async () => {
    const unfollow = followGlobalTimers();
    jest.useFakeTimers({ now: 0 });
    try {
      let asked = 0;
      const clock = new DatabaseClock(
        () => Promise.resolve(++asked * 60_000),
        () => 0,
      );
      for (const pause of [0, 1, 59_998, 1, 59_999]) {
        jest.advanceTimersByTime(pause);
        await clock.keepInTime();
      }
      expect(asked).toBe(2);
      expect(clock.offset).toBe(120_000);
    } finally {
      jest.useRealTimers();
      unfollow();
    }
  });

  it('keeps what it knows where the answer was slow, or none came', async () => {
    const unfollow = followGlobalTimers();
    jest.useFakeTimers({ now: 0 });
    try {
      const answers = [
        () => Promise.resolve(60_000),
        () => {
          jest.advanceTimersByTime(1_001);
          return Promise.resolve(90_000);
        },
        () => Promise.reject(new Error('down')),
      ];
      const clock = new DatabaseClock(
        () => (answers.shift() ?? (() => Promise.resolve(0)))(),
        () => 0,
      );
      await clock.keepInTime();
      jest.advanceTimersByTime(60_000);
      await clock.keepInTime();
      expect(clock.offset).toBe(60_000);
      await expect(clock.keepInTime()).rejects.toThrow('down');
      expect(clock.offset).toBe(60_000);
    } finally {
      jest.useRealTimers();
      unfollow();
    }
  });
});
