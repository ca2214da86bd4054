import { describe, expect, it } from '@jest/globals';
import { MUTANTS } from './mutants.js';
import { campaign, freshSeed } from './run-campaign.js';

describe('the whole campaign', () => {
  it('finds no violation in histories that nobody has seen', async () => {
    const { status, output } = await campaign('--histories', '2000', '--seed', freshSeed());
    expect(output).toContain('0 violations');
    expect(status).toBe(0);
  }, 300_000);

  it('catches every mutant', async () => {
    const { status, output } = await campaign('--mutants', '--seed', '1');
    console.info(output);
    expect(output).toContain(`${MUTANTS.length} of ${MUTANTS.length} mutants caught`);
    expect(status).toBe(0);
  }, 1_500_000);

  it('plays a history the same each time', async () => {
    const figures = async (): Promise<string | undefined> => {
      const { output } = await campaign('--seed', '7', '--history', '12');
      return output.split('\n').find((line) => line.includes('awaits'));
    };
    const first = await figures();
    expect(first).toMatch(/[1-9]\d* awaits/);
    expect(await figures()).toBe(first);
  }, 60_000);

  it('shows what people write today to refund twice, to lose refunds and to report wrongly', async () => {
    const { output } = await campaign('--histories', '400', '--seed', '1', '--strategy', 'all');
    const rows = output.split('\n').filter((line) => line.startsWith('|'));
    const figures = rows.slice(2).map((row) =>
      row
        .split('|')
        .slice(2, -1)
        .map((cell) => Number(cell.replaceAll(',', ''))),
    );
    expect(figures).toHaveLength(5);
    const [ours, ...usual] = figures;
    expect(ours?.slice(1, 4)).toEqual([0, 0, 0]);
    for (const strategy of usual) for (const count of strategy.slice(1, 4)) expect(count).toBeGreaterThan(0);
  }, 120_000);

  it.each([['--histories', 'many'], ['--seed', '-1'], ['--surprise']])('refuses %s %s', async (...args) => {
    const { status, output } = await campaign(...args);
    expect(status).toBe(2);
    expect(output).toContain(args[0]);
    expect(output).not.toContain(' at ');
  });
});
