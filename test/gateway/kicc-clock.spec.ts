import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { KiccClock } from '../../lib/gateway/kicc-clock.js';
import { recordLog } from '../revise/shop.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-03-02T03:00:00.500Z');

let time: number;
let clock: KiccClock;
let said: string[];
beforeEach(() => {
  time = NOON;
  clock = new KiccClock(() => new Date(time));
  const { logger, log } = recordLog();
  said = log;
  Logger.overrideLogger(logger);
});
afterEach(() => {
  Logger.overrideLogger(false);
});

/** An answer of KICC's, whose clock is behind this host's by so much. */
const hear = (skewMs: number): void => clock.note(new Date(time - 500 - skewMs).toUTCString());
const kiccs = (): number | undefined => clock.at(new Date(time))?.getTime();

it('knows nothing before the first answer, nor by one without a date that can be read', () => {
  for (const date of [undefined, '', 'soon']) clock.note(date);
  expect(clock.skew).toBeUndefined();
  expect(kiccs()).toBeUndefined();
});

it('passes over what is no date, and a time that the host cannot tell: the answer it came with counts all the same', () => {
  for (const date of [5, {}, Symbol('date')]) clock.note(date as never);
  time = NaN;
  const failing = new KiccClock(() => {
    throw new Error('no time');
  });
  failing.note(new Date(NOON).toUTCString());
  expect([clock.skew, failing.skew]).toEqual([undefined, undefined]);
});

it('measures with every answer, so that a clock that was set is seen at once', () => {
  hear(0);
  expect(clock.skew).toEqual({ ms: 0, at: new Date(NOON) });
  const header = new Date(time - 500).toUTCString();
  time += 5 * MINUTE;
  clock.note(header);
  expect(clock.skew?.ms).toBe(5 * MINUTE);
  time += 1_000;
  hear(0);
  expect(clock.skew?.ms).toBe(0);
});

it('tells the time at KICC for ten minutes after an answer', () => {
  hear(3 * MINUTE);
  expect(kiccs()).toBe(time - 3 * MINUTE);
  time += 10 * MINUTE;
  expect(kiccs()).toBe(time - 3 * MINUTE);
  time += 1;
  expect(kiccs()).toBeUndefined();
});

it('has not seen what was seen in the future of a clock that was set back', () => {
  hear(0);
  time -= 1;
  expect(kiccs()).toBeUndefined();
});

it.each([
  [1, 24 * HOUR - 1_000, true],
  [1, 24 * HOUR, false],
  [-1, 24 * HOUR - 1_000, true],
  [-1, 24 * HOUR, false],
])('believes a difference of less than a day (%d, %d ms)', (sign, ms, believed) => {
  hear(sign * ms);
  expect(kiccs()).toBe(believed ? time - sign * ms : undefined);
});

it('says once that the clocks differ by over a minute, and once that they agree again', () => {
  const hearNext = (skewMs: number): void => {
    time += 1_000;
    hear(skewMs);
  };
  for (const skew of [0, 59_000, 60_000]) hearNext(skew);
  expect(said).toEqual([]);
  for (const skew of [90_000, 61_000, 59_000, 61_000, 31_000]) hearNext(skew);
  expect(said).toEqual([expect.stringContaining("This host's clock is 90 s ahead of KICC's.")]);
  for (const skew of [30_000, 59_000]) hearNext(skew);
  expect(said.slice(1)).toEqual([expect.stringContaining('agree again')]);
  for (const skew of [-2 * MINUTE, -2 * MINUTE]) hearNext(skew);
  expect(said.slice(2)).toEqual([expect.stringContaining("This host's clock is 120 s behind KICC's.")]);
});
