import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { ReviseBulkService, type ReviseRequest } from '../../lib/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { openShop, sent, type Shop } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

const ROWS = 200;

describeEngines('A bulk that two processes run', (engine) => {
  let database: JournalTestDatabase;
  let shops: Shop[];
  let ticking: NodeJS.Timeout;

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    shops = [];
    for (let process = 0; process < 2; process++) {
      const journal = await database.connect();
      const settlement = { waitMs: 0, sweepEveryMs: false } as const;
      const beside = shops[0] ? { beside: shops[0] } : {};
      shops.push(await openShop({ settlement, bulk: { concurrency: 16 } }, { journal: { useValue: journal } }, beside));
    }
    // A row that met a lock of the other's for long is due again a while later, which nobody here waits for.
    ticking = setInterval(() => shops[0]?.pass(500), 100);
  });
  afterEach(async () => {
    clearInterval(ticking);
    for (const shop of shops.toReversed()) await shop.stop();
    await database.drop();
  });

  it('makes each refund once', async () => {
    const [one, other] = shops as [Shop, Shop];
    const { kicc } = one;
    const requests = Array.from({ length: ROWS }, (_, row): ReviseRequest => {
      return { shopTransactionId: `seat-${row}`, pgCno: kicc.approve({ amount: 10_000 }).pgCno, reviseTypeCode: '40' };
    });
    await one.app.get(ReviseBulkService).submit(requests, { bulkId: 'concert' });
    other.app.get(ReviseBulkService).takeUp();
    const told = other.app.get(ReviseBulkService).progress('concert');
    expect(await lastValueFrom(told)).toMatchObject({ done: ROWS, byState: { succeeded: ROWS } });
    expect(new Set(kicc.effects().map(({ shopTransactionId }) => shopTransactionId)).size).toBe(ROWS);
    expect(sent(one)).toHaveLength(ROWS);
    // Claimed and written, each time by one of the two.
    const rows = await database.journal.bulks.rows('concert', 0, ROWS);
    expect(rows.filter(({ version }) => version < 3 || version % 2 === 0)).toEqual([]);
  });
});
