import { expect, it } from '@jest/globals';
import { StatsOfLate } from '../../lib/console/stats-of-late.js';
import { statsOf, type RevisionStats } from '../../lib/journal/revision-stats.js';

const [from, before] = [new Date('2026-02-28T15:00:00Z'), new Date('2026-03-01T15:00:00Z')];
const STATS = statsOf({ from, before }, [], []);

/** Counts when it is told to. */
function open() {
  const clock = { at: new Date('2026-03-01T03:00:00Z') };
  const waiting: { readonly give: (stats: RevisionStats) => void; readonly fail: (error: Error) => void }[] = [];
  const stats = (): Promise<RevisionStats> => new Promise((give, fail) => waiting.push({ give, fail }));
  return { clock, waiting, figures: new StatsOfLate({ stats }, () => clock.at) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('counts once for all who look within a minute, and then anew', async () => {
  const { clock, waiting, figures } = open();
  const looks = [figures.of({ from, before }), figures.of({ from, before })];
  await settled();
  const counted = clock.at;
  clock.at = new Date(counted.getTime() + 120_000);
  looks.push(figures.of({ from, before }));
  await settled();
  expect(waiting).toHaveLength(1);
  clock.at = new Date(counted.getTime() + 59_999);
  waiting[0]?.give(STATS);
  expect(await Promise.all(looks)).toEqual(Array(3).fill({ at: counted, stats: STATS }));
  await figures.of({ from, before });
  expect(waiting).toHaveLength(1);

  clock.at = new Date(counted.getTime() + 60_000);
  const anew = figures.of({ from, before });
  await settled();
  waiting[1]?.give(STATS);
  expect((await anew).at).toEqual(clock.at);
});

it('counts one after the other, by span and malls', async () => {
  const { waiting, figures } = open();
  const looks = [figures.of({ from, before }), figures.of({ from, before, mallIds: ['T0000001'] })];
  await settled();
  expect(waiting).toHaveLength(1);
  waiting[0]?.give(STATS);
  await looks[0];
  await settled();
  expect(waiting).toHaveLength(2);
  waiting[1]?.give(STATS);
  await looks[1];
});

it('keeps no failure', async () => {
  const { waiting, figures } = open();
  const failing = figures.of({ from, before });
  await settled();
  waiting[0]?.fail(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  const again = figures.of({ from, before });
  await settled();
  waiting[1]?.give(STATS);
  expect((await again).stats).toBe(STATS);
});
