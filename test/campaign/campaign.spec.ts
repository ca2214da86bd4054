import { describe, expect, it } from '@jest/globals';
import { campaign, freshSeed } from './run-campaign.js';

describe('a small campaign', () => {
  it('finds no violation in histories that nobody has seen', async () => {
    const { status, output } = await campaign('--histories', '300', '--seed', freshSeed());
    expect(output).toContain('0 violations');
    expect(status).toBe(0);
  }, 60_000);
});
