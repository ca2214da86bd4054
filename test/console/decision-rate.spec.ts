import { expect, it } from '@jest/globals';
import { DecisionRate } from '../../lib/console/decision-rate.js';

const at = (seconds: number): Date => new Date(seconds * 1_000);

it('lets each person decide so often within a minute', () => {
  const rate = new DecisionRate(2);
  expect([rate.take('김', at(0)), rate.take('김', at(1)), rate.take('김', at(2))]).toEqual([true, true, false]);
  expect(rate.take('이', at(2))).toBe(true);
  // What was refused does not count.
  expect([rate.take('김', at(60)), rate.take('김', at(60.5)), rate.take('김', at(61.5))]).toEqual([true, false, true]);
});
