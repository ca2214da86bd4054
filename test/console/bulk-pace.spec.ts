import { beforeEach, describe, expect, it } from '@jest/globals';
import { BulkPace } from '../../lib/console/bulk-pace.js';
import { BULK_ROW_STATES, type BulkProgress, type BulkStatus } from '../../lib/journal/bulk.js';

const NOW = new Date('2026-03-02T03:00:00Z');
let pace: BulkPace;
beforeEach(() => {
  pace = new BulkPace();
});

function bulk(pending: number, status: BulkStatus = 'running', bulkId = 'b'): BulkProgress {
  const none = Object.fromEntries(BULK_ROW_STATES.map((state) => [state, 0])) as BulkProgress['byState'];
  const byState = { ...none, pending, succeeded: 1_000 - pending };
  return { bulkId, status, createdAt: NOW, total: 1_000, done: 1_000 - pending, byState };
}
const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);

describe('how fast a bulk runs', () => {
  it('is not known from one look, nor from two that follow each other too closely', () => {
    expect(pace.of(bulk(1_000), at(0))).toEqual({ idleMinutes: 0 });
    expect(pace.of(bulk(990), at(2))).toEqual({ idleMinutes: 0 });
  });

  it('is what was sent between looks, a minute', () => {
    pace.of(bulk(1_000), at(0));
    expect(pace.of(bulk(990), at(5))).toEqual({ perMinute: 120, idleMinutes: 0 });
  });

  it('is that of the last two minutes', () => {
    pace.of(bulk(1_000), at(0));
    pace.of(bulk(900), at(60));
    pace.of(bulk(890), at(150));
    expect(pace.of(bulk(880), at(170))).toMatchObject({ perMinute: Math.round((20 * 60) / 110) });
  });

  it('is told alike until a row moves, and then for how long none has', () => {
    pace.of(bulk(1_000), at(0));
    const told = pace.of(bulk(990), at(5));
    expect(pace.of(bulk(990), at(64))).toEqual(told);
    expect(pace.of(bulk(990), at(65))).toEqual({ ...told, idleMinutes: 1 });
  });

  it('is measured anew after a pause, and where rows were put back', () => {
    pace.of(bulk(1_000), at(0));
    pace.of(bulk(990), at(5));
    expect(pace.of(bulk(990, 'paused'), at(10))).toEqual({ idleMinutes: 0 });
    expect(pace.of(bulk(990), at(600))).toEqual({ idleMinutes: 0 });
    expect(pace.of(bulk(980), at(605))).toEqual({ perMinute: 120, idleMinutes: 0 });
    expect(pace.of(bulk(985), at(610))).toEqual({ idleMinutes: 0 });
  });

  it('is kept of a bounded number of bulks, those looked at last', () => {
    for (let count = 0; count < 201; count++) pace.of(bulk(1_000, 'running', `b-${count}`), at(0));
    expect(pace.of(bulk(990, 'running', 'b-200'), at(5))).toMatchObject({ perMinute: 120 });
    expect(pace.of(bulk(990, 'running', 'b-0'), at(5))).toEqual({ idleMinutes: 0 });
  });
});
