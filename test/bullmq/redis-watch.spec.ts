import { EventEmitter } from 'node:events';
import type { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RedisWatch } from '../../lib/bullmq/redis-watch.js';
import { followGlobalTimers } from '../library-time.js';

describe('RedisWatch', () => {
  let log: string[];
  let watch: RedisWatch;
  let unfollow: () => void;
  beforeEach(() => {
    unfollow = followGlobalTimers();
    jest.useFakeTimers();
    log = [];
    const write = (line: string): void => void log.push(line);
    watch = new RedisWatch({ log: write, warn: write } as unknown as Logger);
  });
  afterEach(() => {
    jest.useRealTimers();
    unfollow();
  });

  it('says once that Redis is lost, by name only, and once that it is back', async () => {
    const parts = [watch.watch(new EventEmitter()), watch.watch(new EventEmitter())];
    for (const part of [...parts, ...parts]) part.emit('error', new RangeError('redis://user:password@host'));
    await watch.within(Promise.resolve());
    expect(watch.isLost).toBe(true);
    jest.advanceTimersByTime(3_001);
    await watch.within(Promise.resolve());
    await watch.within(Promise.resolve());
    expect(log).toEqual([expect.stringMatching(/^Redis is lost \(RangeError\)/), 'Redis is back.']);
    expect(watch.isLost).toBe(false);
  });

  it('says nothing of what is closed on purpose', async () => {
    watch.end();
    await expect(watch.within(Promise.reject(new Error('Connection is closed.')))).rejects.toThrow('closed');
    expect(log).toEqual([]);
  });

  it('gives up on a command that Redis does not answer, and hears of it no more', async () => {
    let fail: (error: Error) => void = () => undefined;
    const command = watch.within(new Promise((_, reject) => (fail = reject)));
    const given = expect(command).rejects.toThrow('Redis did not answer');
    await jest.advanceTimersByTimeAsync(5_000);
    await given;
    fail(new Error('late'));
    await jest.advanceTimersByTimeAsync(0);
    expect(log).toHaveLength(1);
  });
});
