import { describe, expect, it } from '@jest/globals';
import { checkFields } from '../../lib/protocol/check-fields.js';
import { decodeReviseResponse } from '../../lib/protocol/decode.js';
import { reviseResponseFields } from '../../lib/protocol/revise-response.js';
import type { ApproveOptions, RefusalReason, SimulatedKicc } from '../../lib/testing/index.js';
import { shopOf, type Body } from './shop.js';

const ACCOUNT = { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' };

/** Every refund of KICC's refund page. */
const REFUNDS = [
  ['60', 'RF01', 'whole', 'RF01'],
  ['62', 'RF01', 'part', 'RF01'],
  ['63', '10', 'whole', 'RF02'],
  ['63', '11', 'part', 'RF02'],
  ['63', '20', 'whole', 'RF02'],
  ['63', '21', 'part', 'RF02'],
] as const;

const PARTIAL: readonly string[] = REFUNDS.flatMap(([type, subType, extent]) => (extent === 'part' ? [type + subType] : []));

function refundOf(reviseTypeCode: string, reviseSubTypeCode: string, more: Body = {}): Body {
  const part = PARTIAL.includes(reviseTypeCode + reviseSubTypeCode) ? { amount: 4_000 } : {};
  return { reviseTypeCode, reviseSubTypeCode, refundInfo: ACCOUNT, ...part, ...more };
}

/** A virtual account of 10,000 KRW that was paid into. */
function paidAccount(kicc: SimulatedKicc, options: Partial<ApproveOptions> = {}): { pgCno: string; depositPgCno: string } {
  const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22', ...options });
  return { pgCno, depositPgCno: kicc.deposit(pgCno) };
}

describe('refunds at the simulated KICC', () => {
  describe.each(REFUNDS)('%s %s', (type, subType, extent, statusCode) => {
    const gone = extent === 'part' ? 4_000 : 10_000;

    it('gives a paid virtual account back, and answers as the refund page says', () => {
      const { kicc, revise } = shopOf();
      const { pgCno, depositPgCno } = paidAccount(kicc);
      const answer = revise({ pgCno, ...refundOf(type, subType) });
      expect(answer).toMatchObject({
        resCd: '0000',
        oriPgCno: pgCno,
        cancelAmount: gone,
        remainAmount: 0,
        statusCode,
        statusMessage: statusCode === 'RF01' ? '환불요청' : '환불완료',
        escrowUsed: 'N',
        reviseInfo: {
          payMethodTypeCode: '22',
          // Asked on Monday 2 March at 12:00 (KST): paid out the next business day, or at once.
          refundInfo: { refundDate: statusCode === 'RF01' ? '20260303100000' : '20260302120000', depositPgCno },
        },
      });
      const { extra, ...known } = decodeReviseResponse(answer)!;
      expect(extra).toBeUndefined();
      expect(checkFields({ ...reviseResponseFields }, known, 'wire').filter(({ rule }) => rule !== 'required')).toEqual([]);
      expect(kicc.effects()).toMatchObject([
        { reviseTypeCode: type, reviseSubTypeCode: subType, amount: gone, balanceAfter: 10_000 - gone },
      ]);
      expect(kicc.payment(pgCno)).toMatchObject({ balance: 10_000 - gone, statusCode });
      expect(kicc.problems()).toEqual([]);
    });

    it('gives a mobile payment back, which names no deposit', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '31' });
      expect(revise({ pgCno, ...refundOf(type, subType) })).toMatchObject({
        statusCode,
        cancelAmount: gone,
        reviseInfo: { payMethodTypeCode: '31', refundInfo: { depositPgCno: '' } },
      });
      expect(kicc.problems()).toEqual([]);
    });

    it.each<[RefusalReason, (kicc: SimulatedKicc) => Body, string | undefined]>([
      ...(['11', '21', '41', '50', '60'] as const).map(
        (payMethodTypeCode): [RefusalReason, (kicc: SimulatedKicc) => Body, string] => [
          'notRefundable',
          (kicc) => ({ pgCno: kicc.approve({ amount: 10_000, payMethodTypeCode }).pgCno }),
          'reviseTypeCode',
        ],
      ),
      ['notRefundable', (kicc) => ({ pgCno: kicc.issueCashReceipt({ amount: 10_000 }).pgCno }), 'reviseTypeCode'],
      ['depositAwaited', (kicc) => ({ pgCno: kicc.approve({ amount: 10_000, payMethodTypeCode: '22' }).pgCno }), undefined],
      [
        'depositMismatch',
        (kicc) => ({ pgCno: paidAccount(kicc).pgCno, refundInfo: { ...ACCOUNT, depositPgCno: '1' } }),
        'refundInfo.depositPgCno',
      ],
      [
        'depositMismatch',
        (kicc) => ({
          pgCno: kicc.approve({ amount: 10_000, payMethodTypeCode: '31' }).pgCno,
          refundInfo: { ...ACCOUNT, depositPgCno: '1' },
        }),
        'refundInfo.depositPgCno',
      ],
      ['depositMismatch', (kicc) => ({ pgCno: paidAccount(kicc, { multiDeposit: true }).pgCno }), 'refundInfo.depositPgCno'],
      [
        'escrowPayment',
        (kicc) => ({ pgCno: kicc.approve({ amount: 10_000, payMethodTypeCode: '31', escrow: true }).pgCno }),
        'reviseTypeCode',
      ],
      ['invalidRequest', (kicc) => ({ pgCno: paidAccount(kicc).pgCno, refundInfo: undefined }), 'refundInfo'],
      ['invalidRequest', (kicc) => ({ pgCno: paidAccount(kicc).pgCno, reviseSubTypeCode: 'RF09' }), 'reviseSubTypeCode'],
      [
        'invalidRequest',
        (kicc) => ({ pgCno: paidAccount(kicc).pgCno, refundInfo: { ...ACCOUNT, refundAccountNo: '1'.repeat(15) } }),
        'refundInfo.refundAccountNo',
      ],
    ])('is refused as %s (%#)', (reason, given, problem) => {
      const { kicc, revise } = shopOf();
      expect(revise({ ...refundOf(type, subType), ...given(kicc) })['resCd']).toBe(kicc.refusalCode(reason));
      expect(kicc.effects()).toEqual([]);
      expect(kicc.problems().map(({ field }) => field)).toEqual(problem === undefined ? [] : [problem]);
    });

    it('is refused where nothing is left, and an account that is cancelled or paid into takes nothing else', () => {
      const { kicc, revise } = shopOf();
      const unpaid = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' }).pgCno;
      revise({ pgCno: unpaid, shopTransactionId: 'a' });
      const { pgCno } = paidAccount(kicc);
      revise({ pgCno, shopTransactionId: 'b', ...refundOf('60', 'RF01') });
      for (const [index, cancelled] of [unpaid, pgCno].entries()) {
        const answer = revise({ pgCno: cancelled, shopTransactionId: `c${index}`, ...refundOf(type, subType) });
        expect(answer['resCd']).toBe(kicc.refusalCode('alreadyCancelled'));
      }
      const partly = paidAccount(kicc).pgCno;
      revise({ pgCno: partly, shopTransactionId: 'd', ...refundOf('62', 'RF01') });
      expect(revise({ pgCno: partly, shopTransactionId: 'e' })['resCd']).toBe(kicc.refusalCode('depositReceived'));
    });
  });

  it.each([
    ['62', 'RF01'],
    ['63', '11'],
    ['63', '21'],
  ])('%s %s counts the balance as a partial cancel does', (type, subType) => {
    const { kicc, revise } = shopOf();
    const { pgCno } = paidAccount(kicc);
    const refund = (shopTransactionId: string, more: Body): Body =>
      revise({ pgCno, shopTransactionId, ...refundOf(type, subType, more) });
    expect(refund('a', { amount: 10_001 })['resCd']).toBe(kicc.refusalCode('overBalance'));
    expect(refund('b', { amount: 1, remainAmount: 9_999 })['resCd']).toBe(kicc.refusalCode('balanceMismatch'));
    expect(refund('c', { amount: 4_000, remainAmount: 10_000 })).toMatchObject({ resCd: '0000', remainAmount: 6_000 });
    expect(refund('d', { amount: 6_001 })['resCd']).toBe(kicc.refusalCode('overBalance'));
    expect(refund('e', { amount: 6_000 })['resCd']).toBe('0000');
    const whole = kicc.approve({ amount: 10_000, payMethodTypeCode: '31', partialCancel: false });
    const answer = revise({ pgCno: whole.pgCno, shopTransactionId: 'f', ...refundOf(type, subType) });
    expect(answer['resCd']).toBe(kicc.refusalCode('partialNotAllowed'));
  });

  it('a mobile payment can be cancelled in part, refunded in part, and cancelled', () => {
    const { kicc, clock, revise } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '31' });
    revise({ pgCno, shopTransactionId: 'a', ...refundOf('62', 'RF01') });
    revise({ pgCno, shopTransactionId: 'b', reviseTypeCode: '33', amount: 1_000 });
    clock.at = new Date('2026-03-03T01:00:00Z');
    expect(kicc.payment(pgCno)).toMatchObject({ statusCode: 'TS06', balance: 5_000 });
    expect(revise({ pgCno, shopTransactionId: 'c' })).toMatchObject({ resCd: '0000', cancelAmount: 5_000 });
  });

  describe('of a virtual account that takes several deposits', () => {
    it('take each deposit by its own id', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22', multiDeposit: true });
      const [first, second] = [kicc.deposit(pgCno, 3_000), kicc.deposit(pgCno, 5_000)];
      expect(kicc.payment(pgCno)).toMatchObject({
        balance: 8_000,
        statusCode: 'TS08',
        deposits: [
          { depositPgCno: first, amount: 3_000 },
          { depositPgCno: second, amount: 5_000 },
        ],
      });
      const refund = (shopTransactionId: string, depositPgCno: string, codes: Body): Body =>
        revise({ pgCno, shopTransactionId, ...codes, refundInfo: { ...ACCOUNT, depositPgCno } });
      const whole = { reviseTypeCode: '60', reviseSubTypeCode: 'RF01' };
      const part = { reviseTypeCode: '62', reviseSubTypeCode: 'RF01' };
      expect(refund('a', first, { ...part, amount: 3_001 })['resCd']).toBe(kicc.refusalCode('overBalance'));
      expect(refund('b', first, whole)).toMatchObject({ cancelAmount: 3_000 });
      expect(refund('c', first, whole)['resCd']).toBe(kicc.refusalCode('alreadyCancelled'));
      expect(refund('d', second, { ...part, amount: 2_000 })).toMatchObject({ resCd: '0000' });
      expect(refund('e', second, whole)).toMatchObject({ cancelAmount: 3_000 });
      expect(kicc.payment(pgCno)?.balance).toBe(0);
      expect(() => kicc.deposit(pgCno, 2_001)).toThrow('deposit: amount is not what the account takes.');
      kicc.deposit(pgCno);
      expect(kicc.payment(pgCno)?.balance).toBe(2_000);
    });

    it('and other accounts take one, of what was asked for', () => {
      const { kicc } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
      expect(() => kicc.deposit(pgCno, 9_000)).toThrow('deposit: amount');
      kicc.deposit(pgCno, 10_000);
      expect(() => kicc.deposit(pgCno)).toThrow('deposit: pgCno is not a virtual account');
    });
  });

  describe('are settled', () => {
    it.each([
      ['Monday', '2026-03-02T03:00:00Z', '20260303100000'],
      ['Friday', '2026-03-06T03:00:00Z', '20260309100000'],
      ['Saturday', '2026-03-07T03:00:00Z', '20260309100000'],
      ['Sunday', '2026-03-08T03:00:00Z', '20260309100000'],
      ['Sunday in Korea, Saturday in UTC', '2026-03-07T15:30:00Z', '20260309100000'],
      ['Friday in Korea, Thursday in UTC', '2026-03-05T15:30:00Z', '20260309100000'],
    ])('asked for on %s', (_day, asked, refundDate) => {
      const { kicc, clock, revise } = shopOf({}, asked);
      const { pgCno } = paidAccount(kicc);
      expect(revise({ pgCno, ...refundOf('60', 'RF01') })).toMatchObject({ reviseInfo: { refundInfo: { refundDate } } });
      const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(refundDate)!;
      clock.at = new Date(`${year}-${month}-${day}T00:59:59.999Z`);
      expect(kicc.payment(pgCno)?.statusCode).toBe('RF01');
      clock.at = new Date(`${year}-${month}-${day}T01:00:00Z`);
      expect(kicc.payment(pgCno)).toMatchObject({ statusCode: 'RF02', statusMessage: '환불완료', balance: 0 });
      expect(kicc.effects()).toHaveLength(1);
    });

    it('and the status query answers as before, with the status of now', () => {
      const { kicc, clock, revise, query } = shopOf();
      const { pgCno, depositPgCno } = paidAccount(kicc);
      const answer = revise({ pgCno, ...refundOf('62', 'RF01') });
      expect(query('refund-1')).toEqual(answer);
      clock.at = new Date('2026-03-03T01:00:00Z');
      expect(query('refund-1', '20260302')).toEqual({ ...answer, statusCode: 'RF02', statusMessage: '환불완료' });
      kicc.bounce(String(answer['cancelPgCno']));
      expect(query('refund-1', '20260302')).toEqual({ ...answer, statusCode: 'RF03', statusMessage: '환불거절' });
      expect(answer).toMatchObject({ reviseInfo: { refundInfo: { depositPgCno } } });
    });
  });

  describe('bounce', () => {
    it.each(REFUNDS.map(([type, subType, extent]) => [type, subType, extent]))(
      '%s %s, accepted or completed, once, and the money is there again',
      (type, subType, extent) => {
        for (const passes of [0, 24]) {
          const { kicc, clock, revise } = shopOf();
          const { pgCno } = paidAccount(kicc);
          const { cancelPgCno } = revise({ pgCno, ...refundOf(type, subType) });
          clock.at = new Date(clock.at.getTime() + passes * 3_600_000);
          const { at } = clock;
          kicc.bounce(String(cancelPgCno));
          const amount = extent === 'part' ? 4_000 : 10_000;
          expect(kicc.payment(pgCno)).toMatchObject({ balance: 10_000, statusCode: 'RF03' });
          expect(kicc.effects().slice(1)).toEqual([
            {
              at,
              mallId: 'T0000001',
              pgCno,
              shopTransactionId: 'refund-1',
              reviseTypeCode: type,
              reviseSubTypeCode: subType,
              amount: -amount,
              balanceAfter: 10_000,
              cancelPgCno,
              bounceOf: cancelPgCno,
            },
          ]);
          expect(() => kicc.bounce(String(cancelPgCno))).toThrow('bounce: cancelPgCno is not a refund');
          clock.at = new Date('2026-03-20T01:00:00Z');
          expect(kicc.payment(pgCno)?.statusCode).toBe('RF03');
          expect(revise({ pgCno, shopTransactionId: 'b', ...refundOf('60', 'RF01') })['cancelAmount']).toBe(10_000);
        }
      },
    );

    it('puts back into the deposit and the product what was taken out of them', () => {
      const { kicc, revise } = shopOf();
      const { pgCno, basket } = kicc.approve({
        amount: 10_000,
        payMethodTypeCode: '31',
        basket: [
          { sellerId: 'kim', amount: 4_000 },
          { sellerId: 'lee', amount: 6_000 },
        ],
      });
      const { productPgCno, sellerId } = basket[0]!;
      const product = { basketUsed: 'Y', basketInfo: { productPgCno, sellerId } };
      const refund = (shopTransactionId: string): Body =>
        revise({ pgCno, shopTransactionId, ...refundOf('62', 'RF01'), ...product });
      const { cancelPgCno } = refund('a');
      expect(refund('b')['resCd']).toBe(kicc.refusalCode('overBalance'));
      kicc.bounce(String(cancelPgCno));
      expect(refund('c')['resCd']).toBe('0000');
    });

    it('by themselves where the payment was approved so: when they would be completed, or an hour after', () => {
      const { kicc, clock, revise } = shopOf();
      const { pgCno } = paidAccount(kicc, { refundBounces: true });
      const settlement = revise({ pgCno, shopTransactionId: 'a', ...refundOf('62', 'RF01') })['cancelPgCno'];
      const atOnce = revise({ pgCno, shopTransactionId: 'b', ...refundOf('63', '11') })['cancelPgCno'];
      expect(kicc.payment(pgCno)).toMatchObject({ statusCode: 'RF02', balance: 2_000 });
      clock.at = new Date('2026-03-05T00:00:00Z');
      expect(kicc.effects().slice(2)).toMatchObject([
        { at: new Date('2026-03-02T04:00:00Z'), bounceOf: atOnce, amount: -4_000, balanceAfter: 6_000 },
        { at: new Date('2026-03-03T01:00:00Z'), bounceOf: settlement, amount: -4_000, balanceAfter: 10_000 },
      ]);
    });

    it('nothing but refunds', () => {
      const { kicc, revise } = shopOf();
      const { cancelPgCno } = revise({ pgCno: kicc.approve({ amount: 10_000 }).pgCno });
      expect(() => kicc.bounce(String(cancelPgCno))).toThrow('bounce: cancelPgCno is not a refund');
    });
  });

  describe('and mobile payments', () => {
    it.each([
      ['40', {}],
      ['33', { amount: 4_000 }],
    ])('are cancelled by %s within the month of the approval in Korea, and refunded after', (reviseTypeCode, part) => {
      // 23:59 on the last of March in Korea.
      const { kicc, revise, clock } = shopOf({}, '2026-03-31T14:59:00Z');
      const [early, late, other] = [1, 2, 3].map(() => kicc.approve({ amount: 10_000, payMethodTypeCode: '31' }).pgCno);
      const transfer = kicc.approve({ amount: 10_000, payMethodTypeCode: '21' }).pgCno;
      expect(revise({ pgCno: early, shopTransactionId: 'a', reviseTypeCode, ...part })['resCd']).toBe('0000');
      clock.at = new Date('2026-03-31T15:00:00Z');
      const refusal = revise({ pgCno: late, shopTransactionId: 'b', reviseTypeCode, ...part });
      expect(refusal['resCd']).toBe(kicc.refusalCode('monthIsOver'));
      expect(() => kicc.consoleCancel(late!)).toThrow('(monthIsOver)');
      expect(revise({ pgCno: late, shopTransactionId: 'c', ...refundOf('60', 'RF01') })).toMatchObject({
        resCd: '0000',
        statusCode: 'RF01',
        reviseInfo: { refundInfo: { refundDate: '20260402100000' } },
      });
      expect(revise({ pgCno: other, shopTransactionId: 'd', ...refundOf('63', '11') })['resCd']).toBe('0000');
      expect(revise({ pgCno: transfer, shopTransactionId: 'e', reviseTypeCode, ...part })['resCd']).toBe('0000');
      expect(kicc.problems()).toEqual([]);
    });
  });

  describe('and cancels made in the merchant console', () => {
    it.each([
      ['11', undefined, '40'],
      ['11', 4_000, '32'],
      ['31', 4_000, '33'],
    ] as const)('change a payment of method %s by %s KRW, unasked', (payMethodTypeCode, amount, reviseTypeCode) => {
      const { kicc, query } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode });
      const cancelPgCno = kicc.consoleCancel(pgCno, amount);
      const [effect] = kicc.effects();
      expect(effect).toMatchObject({
        pgCno,
        reviseTypeCode,
        amount: amount ?? 10_000,
        balanceAfter: 10_000 - (amount ?? 10_000),
        cancelPgCno,
      });
      expect(query(effect!.shopTransactionId)['resCd']).toBe(kicc.refusalCode('notFound'));
      expect(kicc.requests().filter(({ effect }) => effect)).toEqual([]);
    });

    it('cancel a cash receipt too, and nothing that cannot be cancelled', () => {
      const { kicc } = shopOf();
      const receipt = kicc.issueCashReceipt({ amount: 5_000 });
      kicc.consoleCancel(receipt.pgCno, 1_000);
      kicc.consoleCancel(receipt.pgCno);
      expect(kicc.effects().map(({ reviseTypeCode }) => reviseTypeCode)).toEqual(['52', '51']);
      expect(() => kicc.consoleCancel(receipt.pgCno)).toThrow('consoleCancel: pgCno cannot be cancelled so (alreadyCancelled)');
      expect(() => kicc.consoleCancel('none')).toThrow('consoleCancel: pgCno is not a payment');
      const { pgCno } = kicc.approve({ amount: 10 });
      expect(() => kicc.consoleCancel(pgCno, 0.5)).toThrow('consoleCancel: amount');
      expect(() => kicc.consoleCancel(pgCno, 11)).toThrow('(overBalance)');
      expect(kicc.payment(pgCno)?.balance).toBe(10);
    });
  });
});
