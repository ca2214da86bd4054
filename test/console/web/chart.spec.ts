import { describe, expect, it } from '@jest/globals';
import { bars, scaleOf } from '../../../lib/console/web/chart.js';

describe('scaleOf', () => {
  it.each([
    ['as high as the highest', [3, 17, 0, 40], { top: 40, isCut: false }],
    ['a few are drawn to scale', [1, 1, 2], { top: 4, isCut: false }],
    ['twice or thrice what is usual is', [10, 12, 9, 30], { top: 40, isCut: false }],
    ['one day of a thousand flattens none of the others', [12, 30, 8, 1_277, 25], { top: 40, isCut: true }],
    ['nothing', [0, 0], { top: 4, isCut: false }],
    ['one alone', [5_000], { top: 6_000, isCut: false }],
    ['little, and much', [1, 1, 1, 900], { top: 4, isCut: true }],
  ])('%s', (_, totals, scale) => expect(scaleOf(totals)).toEqual(scale));
});

describe('bars', () => {
  const drawing = { id: 'x', title: 'By day', summary: 'All' };
  const bar = (open: number, succeeded: number) => ({
    words: `${open} and ${succeeded}`,
    parts: [
      { kind: 'open', count: open },
      { kind: 'succeeded', count: succeeded },
    ] as const,
  });
  const heights = (text: string, kind: string): number[] =>
    [...text.matchAll(new RegExp(`fill="url\\(#fill-${kind}\\)"[^>]*? height="([\\d.]+)"`, 'g'))].map(([, height]) =>
      Number(height),
    );

  it('are as high as their numbers, and what is there is seen', () => {
    const { text } = bars(drawing, [bar(0, 1_000), bar(1, 500)], { top: 1_000, isCut: false });
    expect(heights(text, 'succeeded')).toEqual([180, 90]);
    expect(heights(text, 'open')).toEqual([2]);
  });

  it('are cut above the scale, with their number', () => {
    const { text } = bars(drawing, [bar(20, 1_257), bar(0, 40)], { top: 40, isCut: true });
    expect(heights(text, 'open')).toEqual([90]);
    // The rest of the scale, and what goes on behind the gap.
    expect(heights(text, 'succeeded')).toEqual([90, 10, 180]);
    expect(text.match(/class="cut"/g)).toHaveLength(1);
    expect(text).toContain('>1,277</text');
  });

  it('have names, and no style of their own', () => {
    const { text } = bars(drawing, [bar(1, 2)], { top: 4, isCut: false });
    expect(text).toMatch(/role="img" aria-labelledby="x-title x-summary"/);
    expect(text).toContain('<title>1 and 2</title>');
    expect(text).not.toContain('style=');
  });
});
