import { describe, expect, it } from '@jest/globals';
import { SimulatedKicc, type SimulatedNotification } from '../../lib/testing/index.js';
import { shopOf, type Body } from './shop.js';

const ACCOUNT = { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' };
const REFUND = { reviseTypeCode: '60', reviseSubTypeCode: 'RF01', refundInfo: ACCOUNT };
const SHIPPING = {
  reviseTypeCode: '61',
  reviseSubTypeCode: 'ES07',
  escrowInfo: { deliveryCode: 'DE01', deliveryCorpCode: 'DC12', deliveryInvoice: '1' },
};

/** The newest notification's body. */
function newest(kicc: SimulatedKicc): Body | undefined {
  return kicc.notifications().at(-1)?.body;
}

const common = (notiType: string, { pgCno, shopOrderNo }: { pgCno: string; shopOrderNo: string }): Body => ({
  resCd: '0000',
  resMsg: '정상',
  mallId: 'T0000001',
  notiType,
  pgCno,
  shopOrderNo,
});

describe('notifications of the simulated KICC', () => {
  it('10: an approval', () => {
    const { kicc } = shopOf();
    const payment = kicc.approve({ amount: 51_004 });
    expect(kicc.notifications()).toEqual([
      {
        at: new Date('2026-03-02T03:00:00Z'),
        body: {
          ...common('10', payment),
          amount: '51004',
          approvalNo: payment.pgCno.slice(-8),
          payMethodTypeCode: '11',
          statusCode: 'TS03',
          statusMessage: '매입요청',
          transactionDate: '20260302120000',
        },
      },
    ]);
    kicc.approve({ amount: 1, payMethodTypeCode: '22' });
    expect(newest(kicc)).toMatchObject({ notiType: '10', statusCode: 'TS07' });
  });

  it('20: a change, whoever made it', () => {
    const { kicc, revise } = shopOf();
    const payment = kicc.approve({ amount: 10_000 });
    const { cancelPgCno } = revise({ pgCno: payment.pgCno, reviseTypeCode: '32', amount: 3_000 });
    const change = {
      ...common('20', payment),
      cancelPgCno,
      amount: '10000',
      cancelAmount: '3000',
      cancelRemainAmount: '7000',
      cancelDate: '20260302120000',
      transactionDate: '20260302120000',
      statusCode: 'TS06',
      statusMessage: '부분매입취소',
      payMethodTypeCode: '11',
      escrowUsed: 'N',
      basketUsed: 'N',
    };
    expect(newest(kicc)).toEqual(change);
    const byConsole = kicc.consoleCancel(payment.pgCno, 3_000);
    expect(newest(kicc)).toEqual({ ...change, cancelPgCno: byConsole, cancelRemainAmount: '4000' });
    const manual = kicc.approve({ amount: 10_000, capture: 'manual', basket: [{ sellerId: 'kim', amount: 10_000 }] });
    revise({ pgCno: manual.pgCno, shopTransactionId: 'b', reviseTypeCode: '20' });
    expect(newest(kicc)).toMatchObject({ notiType: '20', statusCode: 'TS03', cancelAmount: '0', basketUsed: 'Y' });
  });

  it('30: a deposit, then 50: its refund is completed; nothing when it is accepted', () => {
    const { kicc, clock, revise } = shopOf();
    const payment = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
    const depositPgCno = kicc.deposit(payment.pgCno);
    expect(newest(kicc)).toEqual({
      ...common('30', payment),
      depositPgCno,
      amount: '10000',
      payMethodTypeCode: '22',
      statusCode: 'TS08',
      statusMessage: '입금완료',
      transactionDate: '20260302120000',
    });
    const { cancelPgCno } = revise({ pgCno: payment.pgCno, ...REFUND });
    expect(kicc.notifications()).toHaveLength(2);
    clock.at = new Date('2026-03-04T03:00:00Z');
    expect(kicc.notifications().slice(2)).toEqual([
      {
        at: new Date('2026-03-03T01:00:00Z'),
        body: {
          ...common('50', payment),
          cancelPgCno,
          cancelAmount: '10000',
          depositPgCno,
          payMethodTypeCode: '22',
          statusCode: 'RF02',
          statusMessage: '환불완료',
          transactionDate: '20260303100000',
        },
      },
    ]);
  });

  it('20: a real-time refund, and 51 when its money comes back', () => {
    const { kicc, revise } = shopOf();
    const payment = kicc.approve({ amount: 10_000, payMethodTypeCode: '31' });
    const refund = { reviseTypeCode: '63', reviseSubTypeCode: '11', amount: 4_000, refundInfo: ACCOUNT };
    const { cancelPgCno } = revise({ pgCno: payment.pgCno, ...refund });
    expect(newest(kicc)).toMatchObject({ notiType: '20', cancelPgCno, statusCode: 'RF02', cancelRemainAmount: '6000' });
    kicc.bounce(String(cancelPgCno));
    expect(newest(kicc)).toEqual({
      ...common('51', payment),
      resCd: '5413',
      resMsg: '기타수취불가',
      cancelPgCno,
      cancelAmount: '4000',
      payMethodTypeCode: '31',
      statusCode: 'RF03',
      statusMessage: '환불거절',
      transactionDate: '20260302120000',
      bankCode: '004',
      bankName: '국민은행',
      accountNo: '12345678901234',
    });
  });

  it('51, and no 50, where a settlement refund bounces', () => {
    const { kicc, clock, revise } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '31', refundBounces: true });
    revise({ pgCno, ...REFUND });
    clock.at = new Date('2026-03-04T03:00:00Z');
    expect(kicc.notifications().map(({ body }) => body['notiType'])).toEqual(['10', '51']);
  });

  it('40: each state of an escrow payment, with the change that made it', () => {
    const { kicc, clock, revise } = shopOf();
    const payment = kicc.approve({ amount: 10_000, payMethodTypeCode: '22', escrow: true });
    const { pgCno } = payment;
    kicc.deposit(pgCno);
    expect(newest(kicc)).toMatchObject({ notiType: '30', statusCode: 'ES04' });
    const shipped = revise({ pgCno, shopTransactionId: 'ship', ...SHIPPING });
    expect(newest(kicc)).toEqual({
      ...common('40', payment),
      cancelPgCno: shipped['cancelPgCno'],
      amount: '10000',
      payMethodTypeCode: '22',
      statusCode: 'ES07',
      statusMessage: '배송중',
      transactionDate: '20260302120000',
      escrowUsed: 'Y',
    });
    kicc.confirmPurchase(pgCno);
    expect(newest(kicc)).toMatchObject({ notiType: '40', statusCode: 'ES12' });
    expect(newest(kicc)).not.toHaveProperty('cancelPgCno');
    const asked = { reviseTypeCode: '61', reviseSubTypeCode: 'ES14', refundInfo: ACCOUNT };
    const { cancelPgCno } = revise({ pgCno, shopTransactionId: 'refund', ...asked });
    expect(newest(kicc)).toMatchObject({ notiType: '40', statusCode: 'ES14', cancelPgCno });
    clock.at = new Date('2026-03-03T01:00:00Z');
    expect(newest(kicc)).toMatchObject({ notiType: '40', statusCode: 'ES15', cancelPgCno });
    kicc.bounce(String(cancelPgCno));
    expect(newest(kicc)).toMatchObject({ notiType: '51', statusCode: 'RF03', cancelPgCno });
    const rejected = kicc.approve({ amount: 10_000, escrow: true });
    revise({ pgCno: rejected.pgCno, shopTransactionId: 'ship-2', ...SHIPPING });
    kicc.rejectPurchase(rejected.pgCno);
    expect(newest(kicc)).toMatchObject({ notiType: '40', pgCno: rejected.pgCno, statusCode: 'ES13' });
  });

  it('are all of strings, and name no key of the shop', () => {
    const { kicc, clock, revise } = shopOf();
    const account = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
    kicc.deposit(account.pgCno);
    revise({ pgCno: account.pgCno, shopTransactionId: 'key-a', ...REFUND });
    revise({ pgCno: kicc.approve({ amount: 10_000 }).pgCno, shopTransactionId: 'key-b' });
    revise({ pgCno: kicc.approve({ amount: 1, escrow: true }).pgCno, shopTransactionId: 'key-c', ...SHIPPING });
    revise({ pgCno: kicc.issueCashReceipt({ amount: 1 }).pgCno, shopTransactionId: 'key-d', reviseTypeCode: '51' });
    clock.at = new Date('2026-03-04T03:00:00Z');
    const bodies = kicc.notifications().map(({ body }) => body);
    expect(bodies.map(({ notiType }) => notiType)).toEqual(['10', '30', '10', '20', '10', '40', '10', '20', '50']);
    expect(bodies.flatMap((body) => Object.values(body)).filter((value) => typeof value !== 'string')).toEqual([]);
    expect(JSON.stringify(bodies)).not.toMatch(/shopTransactionId|key-[a-d]/);
  });

  it('tell only what succeeded', () => {
    const { kicc, revise } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000 });
    revise({ pgCno, reviseTypeCode: '32', amount: 10_001 });
    kicc.inject({ fault: 'drop-answer', when: 'before' });
    expect(() => revise({ pgCno, shopTransactionId: 'b' })).toThrow();
    expect(kicc.notifications()).toHaveLength(1);
    kicc.inject({ fault: 'drop-answer' });
    expect(() => revise({ pgCno, shopTransactionId: 'c' })).toThrow();
    expect(newest(kicc)).toMatchObject({ notiType: '20', cancelAmount: '10000' });
  });

  it('reach a listener when everything else has happened', () => {
    const heard: [SimulatedNotification, unknown][] = [];
    const clock = { at: new Date('2026-03-02T03:00:00Z') };
    const kicc: SimulatedKicc = new SimulatedKicc({
      now: () => clock.at,
      onNotification: (notification) => heard.push([notification, kicc.payment(notification.body['pgCno']!)?.statusCode]),
    });
    const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
    kicc.deposit(pgCno);
    expect(heard.map(([, statusCode]) => statusCode)).toEqual(['TS07', 'TS08']);
    expect(heard.map(([notification]) => notification)).toEqual(kicc.notifications());
    expect(() => new SimulatedKicc({ onNotification: 'loud' as never })).toThrow('onNotification is not a function');
  });
});
