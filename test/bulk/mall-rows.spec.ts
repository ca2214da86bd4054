import { expect, it } from '@jest/globals';
import { MallRows, type TakenRow } from '../../lib/bulk/mall-rows.js';

const BOUNDS = { concurrency: 8, perSecond: undefined };

function row(place: number): TakenRow {
  return {
    row: {
      bulkId: 'b',
      row: place,
      mallId: 'T0000001',
      shopTransactionId: `refund-${place}`,
      request: { shopTransactionId: `refund-${place}`, pgCno: `payment-${place}`, reviseTypeCode: '40' },
      state: 'started',
      dueAt: undefined,
      attempts: 0,
      version: 2,
    },
    before: 'pending',
    takenAt: performance.now(),
  };
}

it('whoever has it take up waits for one claim only, though the rows end as fast as they are claimed', async () => {
  const ROWS = 400;
  let claimed = 0;
  const rows = new MallRows(() => BOUNDS, {
    claim: async (limit) => {
      await new Promise((resolve) => setImmediate(resolve));
      return Array.from({ length: Math.min(limit, ROWS - claimed) }, () => row(claimed++));
    },
    run: () => Promise.resolve(),
  });
  await rows.takeUp();
  expect(claimed).toBe(BOUNDS.concurrency);
  while (claimed < ROWS) await new Promise((resolve) => setImmediate(resolve));
  expect(await rows.stop()).toEqual([]);
});
