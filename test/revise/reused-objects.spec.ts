import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryReviseJournal, ReviseBulkService, type ReviseRequest, type Revision } from '../../lib/index.js';
import { asked, MALL, openShop, sent, type Shop } from './shop.js';

/** As a journal that keeps its revisions in the shop's own database. */
class RecordingJournal extends MemoryReviseJournal {
  override open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
    return super.open(revision);
  }
}

let shop: Shop;
beforeEach(async () => {
  shop = await openShop({ malls: () => [] }, { journal: { useClass: RecordingJournal } });
});
afterEach(async () => {
  await shop.stop();
});

const approve = (): string => shop.kicc.approve({ amount: 10_000 }).pgCno;
const effects = (): unknown[] => shop.kicc.effects().map(({ shopTransactionId }) => shopTransactionId);

/** A shop that makes all its requests of one object. */
function oneObject(): { [Name in keyof ReviseRequest]: unknown } & Record<string, unknown> {
  return { shopTransactionId: '', pgCno: '', reviseTypeCode: '40' };
}

describe('What is given is what it was when it was given, whatever becomes of its object:', () => {
  it('cancel(), revise()', async () => {
    const payments = [approve(), approve(), approve()];
    const request = { shopTransactionId: '', pgCno: '' };
    const outcomes = await Promise.all(
      payments.map((pgCno, index) => {
        Object.assign(request, { shopTransactionId: `refund-${index}`, pgCno });
        return index === 0
          ? shop.payments.revise({ ...oneObject(), ...request } as ReviseRequest)
          : shop.payments.cancel(request);
      }),
    );
    expect(outcomes.map(({ status, revision }) => [status, revision.shopTransactionId])).toEqual([
      ['succeeded', 'refund-0'],
      ['succeeded', 'refund-1'],
      ['succeeded', 'refund-2'],
    ]);
    expect(effects().sort()).toEqual(['refund-0', 'refund-1', 'refund-2']);
  });

  it('what is nested in it, too', async () => {
    const taxInfo = { taxationAmount: 1_000, taxFreeAmount: 0, vatAmount: 0 };
    const cancelling = shop.payments.cancelPartially({
      shopTransactionId: 'refund-1',
      pgCno: approve(),
      payMethodTypeCode: '11',
      amount: 1_000,
      taxInfo,
    });
    Object.assign(taxInfo, { taxationAmount: 0, taxFreeAmount: 1_000 });
    await cancelling;
    expect(sent(shop)[0]).toMatchObject({ taxInfo: { taxationAmount: 1_000, taxFreeAmount: 0 } });
  });

  it('record()', async () => {
    const request = oneObject();
    const recording = [approve(), approve()].map((pgCno, index) => {
      Object.assign(request, { shopTransactionId: `refund-${index}`, pgCno });
      return shop.payments.record(request as unknown as ReviseRequest, {});
    });
    expect((await Promise.all(recording)).map(({ shopTransactionId }) => shopTransactionId)).toEqual(['refund-0', 'refund-1']);
  });

  it('resolve()', async () => {
    shop.kicc.inject({ fault: 'drop-answer', when: 'before', times: 2 });
    for (const name of ['refund-0', 'refund-1']) await shop.payments.cancel({ shopTransactionId: name, pgCno: approve() });
    const request = { shopTransactionId: 'refund-0', verdict: 'declined', actor: '김민지', reason: '없음' } as const;
    const reused: { -readonly [Name in keyof typeof request]: string } = { ...request };
    const first = shop.payments.resolve(reused as typeof request);
    Object.assign(reused, { shopTransactionId: 'refund-1', verdict: 'succeeded', reason: '취소됨' });
    const second = shop.payments.resolve(reused as typeof request);
    expect([await first, await second].map(({ shopTransactionId, verdict }) => [shopTransactionId, verdict?.reason])).toEqual([
      ['refund-0', '없음'],
      ['refund-1', '취소됨'],
    ]);
  });

  it('retrieve()', async () => {
    const request = { shopTransactionId: 'refund-0', transactionDate: '20260302' };
    const asking = shop.query.retrieve(request);
    request.shopTransactionId = 'refund-1';
    await asking;
    expect(asked(shop)).toEqual([expect.objectContaining({ shopTransactionId: 'refund-0' })]);
  });

  it('a bulk', async () => {
    const request = { shopTransactionId: 'refund-0', pgCno: approve(), reviseTypeCode: '40' } as const;
    const requests: ReviseRequest[] = [request];
    const submitting = shop.app.get(ReviseBulkService).submit(requests);
    requests.length = 0;
    Object.assign(request, { shopTransactionId: 'refund-1' });
    const { bulkId, total } = await submitting;
    expect(total).toBe(1);
    const rows = [];
    for await (const row of shop.app.get(ReviseBulkService).report(bulkId)) rows.push(row.shopTransactionId);
    expect(rows).toEqual(['refund-0']);
  });

  it('a row that is to be reconciled', async () => {
    for (const name of ['refund-0', 'refund-1']) await shop.payments.cancel({ shopTransactionId: name, pgCno: approve() });
    function* cursor(): Generator<ReviseRequest> {
      const row = { ...oneObject(), mallId: MALL.mallId };
      for (const { shopTransactionId, request } of shop.kicc.effects().map((effect) => ({ ...effect, request: effect }))) {
        yield Object.assign(row, { shopTransactionId, pgCno: request.pgCno }) as unknown as ReviseRequest;
      }
    }
    const results = [];
    for await (const { shopTransactionId, result } of shop.recovery.reconcile(cursor()))
      results.push([shopTransactionId, result]);
    expect(results).toEqual([
      ['refund-0', 'known'],
      ['refund-1', 'known'],
    ]);
  });
});
