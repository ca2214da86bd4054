import { describe, expect, it } from '@jest/globals';
import { OverRefundError, PaymentBusyError } from '../../lib/journal/journal.errors.js';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Conclusion } from '../../lib/revise/decide.js';
import { accept, conclude, startSending, type Revision } from '../../lib/revise/revision.js';

const NOW = new Date('2026-03-02T03:00:00Z');

function revision(shopTransactionId: string, fields: object = {}): Revision {
  const request = { shopTransactionId, pgCno: 'payment-1', reviseTypeCode: '32', amount: 3_000, ...fields };
  return startSending(accept(checkReviseRequest(request, ['T0000001', 'T0000002']), NOW), '20260302');
}

const succeeded = (cancelAmount: number): Conclusion => ({
  status: 'succeeded',
  response: { resCd: '0000', cancelAmount },
});
const declined: Conclusion = { status: 'declined', refusal: { resCd: '8521' } };

async function settle(journal: MemoryReviseJournal, opened: Revision, conclusion: Conclusion): Promise<void> {
  expect(await journal.save(conclude(opened, conclusion, [], NOW))).toBe(true);
}

describe('MemoryReviseJournal', () => {
  it('takes a revision in once, and gives it back after', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1');
    expect(await Promise.all([journal.open(first), journal.open(revision('refund-1', { amount: 4_000 }))])).toEqual([
      { revision: first, opened: true },
      { revision: first, opened: false },
    ]);
    expect(await journal.find('T0000001', 'refund-1')).toBe(first);
    expect(await journal.find('T0000002', 'refund-1')).toBeUndefined();
  });

  it('keeps the same id of two malls apart', async () => {
    const journal = new MemoryReviseJournal();
    await journal.open(revision('refund-1'));
    expect(await journal.open(revision('refund-1', { mallId: 'T0000002' }))).toMatchObject({ opened: true });
  });

  it('refuses a second open revision of one payment, and says which one is open', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1');
    await journal.open(first);
    const busy = await journal.open(revision('refund-2')).catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(PaymentBusyError);
    expect(busy).toMatchObject({ openShopTransactionId: 'refund-1', since: NOW, pgCno: 'payment-1' });
    expect(await journal.find('T0000001', 'refund-2')).toBeUndefined();
    await settle(journal, first, declined);
    expect(await journal.open(revision('refund-2'))).toMatchObject({ opened: true });
  });

  it('keeps a payment busy while an outcome is unknown', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1');
    await journal.open(first);
    await settle(journal, first, { status: 'unknown' });
    await expect(journal.open(revision('refund-2'))).rejects.toBeInstanceOf(PaymentBusyError);
  });

  it('refuses to give back more than was approved, counting what succeeded', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1', { amount: 6_000, approvedAmount: 10_000 });
    await journal.open(first);
    await settle(journal, first, succeeded(6_000));
    const over = await journal.open(revision('refund-2', { amount: 4_001 })).catch((error: unknown) => error);
    expect(over).toBeInstanceOf(OverRefundError);
    expect(over).toMatchObject({ amount: 4_001, refunded: 6_000, approvedAmount: 10_000 });
    expect(await journal.open(revision('refund-3', { amount: 4_000 }))).toMatchObject({ opened: true });
  });

  it('goes by what it was told last', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1', { amount: 3_000, approvedAmount: 5_000 });
    await journal.open(first);
    await settle(journal, first, succeeded(3_000));
    const second = revision('refund-2', { amount: 3_000, approvedAmount: 10_000 });
    expect(await journal.open(second)).toMatchObject({ opened: true });
    await settle(journal, second, succeeded(3_000));
    expect(await journal.open(revision('refund-3', { amount: 4_000 }))).toMatchObject({ opened: true });
  });

  it('does not count what KICC declined', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1', { amount: 6_000, approvedAmount: 10_000 });
    await journal.open(first);
    await settle(journal, first, declined);
    expect(await journal.open(revision('refund-2', { amount: 10_000 }))).toMatchObject({ opened: true });
  });

  it('writes a next state over the one before it only', async () => {
    const journal = new MemoryReviseJournal();
    const first = revision('refund-1');
    await journal.open(first);
    const unknown = conclude(first, { status: 'unknown' }, [], NOW);
    const late = conclude(first, declined, [], NOW);
    expect(await journal.save(unknown)).toBe(true);
    expect(await journal.save(late)).toBe(false);
    expect(await journal.find('T0000001', 'refund-1')).toBe(unknown);
    expect(await journal.save(revision('never-opened'))).toBe(false);
  });
});
