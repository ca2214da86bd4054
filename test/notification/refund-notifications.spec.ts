import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, MALL } from '../revise/shop.js';
import { openNotifiedShop, type NotifiedShop } from './notified-shop.js';

const refundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };

let shop: NotifiedShop;
beforeEach(async () => {
  // The 2nd of March 2026 is a Monday.
  shop = await openNotifiedShop({ notify: { repeatEveryMs: 10 } });
  shop.kicc.setNotifyUrl(shop.url);
});
afterEach(async () => {
  await shop.close();
});

function deposited(options: object = {}): string {
  const { pgCno } = shop.kicc.approve({ amount: 10_000, payMethodTypeCode: '22', ...options });
  shop.kicc.deposit(pgCno);
  return pgCno;
}
async function refunded(
  shopTransactionId: string,
  pgCno: string,
  choice: { realTime?: boolean; amount?: number } = {},
): Promise<void> {
  const request = { shopTransactionId, pgCno, approvedAmount: 10_000, refundInfo, ...choice };
  const outcome = await shop.payments.refund(request);
  expect(outcome.status).toBe('succeeded');
  await shop.kicc.notificationsSent();
}
async function revisionOf(id: string) {
  const found = await shop.payments.find(id);
  if (!found) throw new Error('lost');
  return found;
}
const attention = async () => (await shop.payments.openRevisions()).attention;
const events = (): string[] => {
  const seen: string[] = [];
  shop.payments.events$.subscribe(({ type }) => seen.push(type));
  return seen;
};

describe('a settlement refund', () => {
  it('is pending, and completed by the notification of the next business day', async () => {
    const seen = events();
    await refunded('r1', deposited());
    expect(await revisionOf('r1')).toMatchObject({ status: 'succeeded', completion: 'pending' });
    shop.pass(24 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ status: 'succeeded', completion: 'completed' });
    expect(shop.notified.types).toEqual(['10', '30', '50']);
    expect(shop.notified.handled[2]?.context).toMatchObject({ confirmed: true, revision: { completion: 'completed' } });
    expect(seen).toEqual(['sending', 'succeeded', 'completed']);
    expect(shop.kicc.notificationLog().map(({ resCd }) => resCd)).toEqual(['0000', '0000', '0000']);
  });

  it('is completed after a weekend, when the query can tell no longer', async () => {
    shop.pass(4 * 24 * HOUR);
    await refunded('r1', deposited());
    shop.pass(24 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ completion: 'pending' });
    shop.pass(2 * 24 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ completion: 'completed' });
  });

  it('is not completed by somebody who only says so', async () => {
    await refunded('r1', deposited());
    const { pgCno, response } = await revisionOf('r1');
    const forged = { mallId: MALL.mallId, notiType: '50', pgCno, cancelPgCno: response?.cancelPgCno ?? '', statusCode: 'RF02' };
    expect((await shop.kicc.sendNotification(forged)).body).toContain('5001');
    expect(await revisionOf('r1')).toMatchObject({ completion: 'pending', disputed: true });
    expect(shop.reports.at(-1)?.type).toBe('unconfirmed');
    expect(await attention()).toMatchObject({ disputed: 1 });
    // KICC's own, when it comes, settles the dispute.
    shop.pass(24 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ completion: 'completed' });
    expect(await attention()).toMatchObject({ disputed: 0 });
  });
});

describe('a refund that bounces', () => {
  it('is loud, runs the handler, and lets the payment be refunded anew within its balance', async () => {
    const seen = events();
    const pgCno = deposited({ refundBounces: true });
    await refunded('r1', pgCno, { realTime: true, amount: 6_000 });
    expect(await revisionOf('r1')).toMatchObject({ completion: 'completed' });
    await expect(refunded('r2', pgCno, { amount: 6_000 })).rejects.toMatchObject({ code: 'KICC_OVER_REFUND' });

    shop.pass(2 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ status: 'succeeded', completion: 'bounced' });
    expect(shop.notified.handled.at(-1)).toMatchObject({
      notification: { notiType: '51', resCd: '5413', accountNo: '**********8901' },
      context: { confirmed: true, revision: { shopTransactionId: 'r1', completion: 'bounced' } },
    });
    expect(seen).toContain('bounced');
    expect(shop.errors.join('\n')).toMatch(/Revision r1 .* its money came back/);
    expect(await attention()).toMatchObject({ bounced: 1 });

    await refunded('r2', pgCno, { amount: 6_000 });
    await expect(refunded('r3', pgCno, { amount: 6_000 })).rejects.toMatchObject({ code: 'KICC_OVER_REFUND' });
    const verdict = { verdict: 'declined', actor: 'minji', reason: 'refunded as r2' } as const;
    expect(await shop.payments.resolve({ shopTransactionId: 'r1', ...verdict })).toMatchObject({ status: 'declined' });
    expect(await attention()).toMatchObject({ bounced: 0, contradicted: 0 });
    expect((await shop.payments.settle('r1')).status).toBe('declined');
    const money = shop.kicc.effects().reduce((sum, { amount }) => sum + amount, 0);
    expect([money, shop.kicc.payment(pgCno)?.balance]).toEqual([6_000, 4_000]);
  });

  it('bounces though its answer was lost, too', async () => {
    const pgCno = deposited({ refundBounces: true });
    shop.kicc.inject({ fault: 'drop-answer' });
    const outcome = await shop.payments.refund({ shopTransactionId: 'r1', pgCno, refundInfo, realTime: true });
    expect(outcome.status).toBe('unknown');
    shop.pass(2 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ status: 'succeeded', completion: 'bounced', settledBy: 'kicc' });
  });

  it('bounces after it was completed, when the query can tell no longer', async () => {
    await refunded('r1', deposited());
    shop.pass(24 * HOUR);
    await shop.kicc.notificationsSent();
    shop.pass(48 * HOUR);
    shop.kicc.bounce((await revisionOf('r1')).response?.cancelPgCno ?? '');
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ completion: 'bounced' });
  });

  it('bounces when it is told again, where the query could not be asked the first time', async () => {
    await refunded('r1', deposited(), { realTime: true });
    shop.kicc.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction' });
    shop.kicc.bounce((await revisionOf('r1')).response?.cancelPgCno ?? '');
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).not.toHaveProperty('disputed');
    for (let tries = 0; tries < 200 && !shop.notified.types.includes('51'); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await shop.kicc.notificationsSent();
    expect(await revisionOf('r1')).toMatchObject({ completion: 'bounced' });
    expect(shop.kicc.notificationLog().filter(({ body }) => body['notiType'] === '51')).toHaveLength(2);
  });

  it('does not bounce because somebody says so whom the query contradicts', async () => {
    await refunded('r1', deposited(), { realTime: true });
    const { pgCno, response } = await revisionOf('r1');
    const forged = { mallId: MALL.mallId, notiType: '51', pgCno, cancelPgCno: response?.cancelPgCno ?? '', resCd: '5413' };
    expect((await shop.kicc.sendNotification(forged)).body).toContain('5001');
    expect(await revisionOf('r1')).toMatchObject({ completion: 'completed', disputed: true });
    expect(shop.notified.types).not.toContain('51');
    // Nothing of the money is free for another refund by that.
    await expect(refunded('r2', pgCno, { amount: 1 })).rejects.toMatchObject({ code: 'KICC_OVER_REFUND' });
    const verdict = { verdict: 'succeeded', actor: 'minji', reason: 'the console shows it paid out' } as const;
    expect(await shop.payments.resolve({ shopTransactionId: 'r1', ...verdict })).toMatchObject({ completion: 'completed' });
    expect(await attention()).toMatchObject({ disputed: 0 });
  });
});

describe('an escrow refund', () => {
  it("is completed by KICC's word", async () => {
    const pgCno = deposited({ escrow: true });
    const outcome = await shop.payments.changeEscrow({ shopTransactionId: 'e1', pgCno, reviseSubTypeCode: 'ES05', refundInfo });
    expect(outcome.revision.completion).toBe('pending');
    shop.pass(24 * HOUR);
    await shop.kicc.notificationsSent();
    expect(await revisionOf('e1')).toMatchObject({ completion: 'completed' });
  });
});

describe('what KICC posts by itself', () => {
  it('is known for a cancel, and reported where it was made in the merchant console', async () => {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    await shop.payments.cancelPartially({ shopTransactionId: 'c1', pgCno, amount: 3_000, payMethodTypeCode: '11' });
    shop.kicc.consoleCancel(pgCno, 2_000);
    await shop.kicc.notificationsSent();
    expect(shop.reports.map(({ type, notiType }) => `${notiType} ${type}`).toSorted()).toEqual([
      '10 handled',
      '20 handled',
      '20 unknownChange',
    ]);
    const confirmed = shop.notified.handled.filter(({ notification }) => notification.notiType === '20');
    expect(confirmed.map(({ context }) => context.confirmed).toSorted()).toEqual([false, true]);
  });

  it('is repeated until the handler no longer throws, in the legacy form as well', async () => {
    await shop.close();
    shop = await openNotifiedShop({ notify: { repeatEveryMs: 5, form: 'legacy' } });
    shop.kicc.setNotifyUrl(shop.url);
    let failures = 3;
    shop.notified.also = () => {
      if (failures-- > 0) throw new Error('busy');
    };
    shop.kicc.approve({ amount: 10_000 });
    for (let tries = 0; tries < 200 && shop.notified.types.length === 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await shop.kicc.notificationsSent();
    expect(shop.notified.handled.map(({ notification }) => notification.resMsg)).toEqual(['정상']);
    expect(shop.kicc.notificationLog().map(({ attempt, resCd }) => [attempt, resCd])).toEqual([
      [1, '5001'],
      [2, '5001'],
      [3, '5001'],
      [4, '0000'],
    ]);
  });
});
