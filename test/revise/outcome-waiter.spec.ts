import { expect, it } from '@jest/globals';
import { MemoryReviseJournal, type Revision } from '../../lib/index.js';
import { openShop } from './shop.js';

/** As one whose pool is closed: it throws at once, and gives no promise. */
class ThrowingJournal extends MemoryReviseJournal {
  override find(): Promise<Revision | undefined> {
    throw new Error('pool closed: password=hunter2');
  }
}

it('a call that has sent something gets an outcome, however its journal fails', async () => {
  const shop = await openShop(
    { settlement: { waitMs: 50, sweepEveryMs: false, queryDelaysMs: [60_000] } },
    { journal: { useClass: ThrowingJournal } },
  );
  shop.kicc.inject({ fault: 'drop-answer', when: 'after' });
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  expect(await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno })).toMatchObject({ status: 'unknown' });
  await shop.stop();
});
