import { describe, expect, it } from '@jest/globals';

interface Figure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}
interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly unit?: string;
}
interface Goals {
  readonly judge: (goal: Goal, figure: Figure) => string;
  readonly judged: (question: object, result: object) => readonly object[];
  readonly bound: (goal: Goal) => string;
  readonly figureText: (figure: Figure) => string;
}

const { href } = new URL('../../bench/goals.mjs', import.meta.url);
const { bound, figureText, judge, judged } = (await import(href)) as Goals;

describe('A goal', () => {
  it.each([
    [{ atMost: 0.7 }, { value: 0.6, low: 0.5, high: 0.7 }, 'reached'],
    [{ atMost: 0.7 }, { value: 0.6, low: 0.5, high: 0.71 }, 'unsure'],
    [{ atMost: 0.7 }, { value: 0.71, low: 0.6, high: 0.8 }, 'missed'],
    [{ atLeast: 5 }, { value: 6, low: 5, high: 7 }, 'reached'],
    [{ atLeast: 5 }, { value: 6, low: 4.9, high: 7 }, 'unsure'],
    [{ atLeast: 5 }, { value: 4.9, low: 4, high: 7 }, 'missed'],
    [{ atMost: 1 }, { value: 1 }, 'reached'],
    [{ atMost: 1 }, { value: 2 }, 'missed'],
  ])('%j is judged by %j: %s', (goal, figure, verdict) => {
    expect(judge(goal, figure)).toBe(verdict);
  });

  it('is left out where its figure was not measured', () => {
    const goals = [
      { figure: 'a', atMost: 1, says: 'a' },
      { figure: 'b', atMost: 1, says: 'b' },
    ];
    expect(judged({ goals }, { figures: { b: { value: 2 } } })).toMatchObject([{ figure: 'b', verdict: 'missed' }]);
  });

  it('is told with its unit', () => {
    expect([bound({ atMost: 0.7 }), bound({ atLeast: 5, unit: 'KB' }), bound({ atMost: 1, unit: '' })]).toEqual([
      '≤ 0.7 ×',
      '≥ 5 KB',
      '≤ 1',
    ]);
    expect([figureText({ value: 1 }), figureText({ value: 0.512, low: 0.5, high: 0.6 })]).toEqual(['1', '0.51 (0.50–0.60)']);
  });
});
