import { describe, expect, it } from '@jest/globals';
import { campaign, freshSeed } from './run-campaign.js';

describe('a small campaign', () => {
  it('finds no violation in histories that nobody has seen', async () => {
    const { status, output } = await campaign('--histories', '300', '--seed', freshSeed());
    expect(output).toContain('0 violations');
    expect(status).toBe(0);
  }, 60_000);

  it('plays a history the same each time', async () => {
    const figures = async (): Promise<string | undefined> => {
      const { output } = await campaign('--seed', '7', '--history', '12');
      return output.split('\n').find((line) => line.includes('awaits'));
    };
    const first = await figures();
    expect(first).toMatch(/[1-9]\d* awaits/);
    expect(await figures()).toBe(first);
  }, 60_000);
});
