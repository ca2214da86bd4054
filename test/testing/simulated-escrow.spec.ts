import { describe, expect, it } from '@jest/globals';
import { ReviseSubType } from '../../lib/protocol/codes.js';
import { ruleOf, subTypesOf } from '../../lib/protocol/revise-rules.js';
import type { ApproveOptions, SimulatedKicc } from '../../lib/testing/index.js';
import { shopOf, type Body } from './shop.js';

const ACCOUNT = { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' };
const DELIVERY = { deliveryCode: 'DE02', deliveryCorpCode: 'DC05', deliveryInvoice: '1234-5678' };

/** The body that KICC's escrow page asks for. */
function moveTo(reviseSubTypeCode: string): Body {
  const needs = { refundInfo: ACCOUNT, escrowInfo: DELIVERY };
  const need = ruleOf({ reviseTypeCode: '61', reviseSubTypeCode })?.needs;
  return { reviseTypeCode: '61', reviseSubTypeCode, ...(need ? { [need]: needs[need] } : {}) };
}

type Shop = ReturnType<typeof shopOf>;

/** Each state of an escrow payment, and how one gets there. `ship`, `confirm` …: what the customer does, else a move. */
const WAYS: Readonly<Record<string, { readonly options?: Partial<ApproveOptions>; readonly steps: readonly string[] }>> = {
  ES01: { steps: [] },
  ES02: { steps: ['ES02'] },
  ES03: { options: { payMethodTypeCode: '22' }, steps: [] },
  ES04: { options: { payMethodTypeCode: '22' }, steps: ['deposit'] },
  ES05: { options: { payMethodTypeCode: '22' }, steps: ['deposit', 'ES05'] },
  ES06: { options: { payMethodTypeCode: '22' }, steps: ['deposit', 'ES05', 'payout'] },
  ES07: { steps: ['ES07'] },
  ES08: { steps: ['ES07', 'ES08'] },
  ES09: { steps: ['ES07', 'ES08', 'ES09'] },
  ES10: { steps: ['ES07', 'ES10'] },
  ES11: { steps: ['ES07', 'ES10', 'payout'] },
  ES12: { steps: ['ES07', 'confirm'] },
  ES13: { steps: ['ES07', 'reject'] },
  ES14: { steps: ['ES07', 'confirm', 'ES14'] },
  ES15: { steps: ['ES07', 'confirm', 'ES14', 'payout'] },
  ES16: { steps: ['ES07', 'confirm', 'ES16'] },
  ES17: { options: { payMethodTypeCode: '22' }, steps: ['ES02'] },
  ES19: { steps: ['ES07', 'confirm', 'ES16', 'ES19'] },
};

/** Brings a payment of 10,000 KRW into a state; the payments' keys are `step-…`. */
function inState({ kicc, clock, revise }: Shop, state: string): string {
  const { options = {}, steps } = WAYS[state]!;
  const { pgCno } = kicc.approve({ amount: 10_000, escrow: true, ...options });
  const customer: Record<string, () => unknown> = {
    deposit: () => kicc.deposit(pgCno),
    confirm: () => kicc.confirmPurchase(pgCno),
    reject: () => kicc.rejectPurchase(pgCno),
    payout: () => (clock.at = new Date(clock.at.getTime() + 24 * 3_600_000)),
  };
  steps.forEach((step, index) => {
    if (customer[step]) customer[step]();
    else expect(revise({ pgCno, shopTransactionId: `step-${index}`, ...moveTo(step) })['resCd']).toBe('0000');
  });
  expect(kicc.payment(pgCno)).toMatchObject({ statusCode: state, escrow: true });
  return pgCno;
}

/** By KICC's escrow page: from, asked for, to, KRW of 10,000 that go back by it. */
const MOVES = [
  ['ES01', 'ES02', 'ES02', 10_000],
  ['ES01', 'ES07', 'ES07', 0],
  ['ES03', 'ES02', 'ES17', 10_000],
  ['ES04', 'ES05', 'ES05', 10_000],
  ['ES04', 'ES07', 'ES07', 0],
  ['ES07', 'ES08', 'ES08', 0],
  ['ES07', 'ES10', 'ES10', 10_000],
  ['ES08', 'ES09', 'ES09', 10_000],
  ['ES10', 'ES11', 'ES11', 0],
  ['ES12', 'ES14', 'ES14', 10_000],
  ['ES12', 'ES16', 'ES16', 0],
  ['ES14', 'ES15', 'ES15', 0],
  ['ES16', 'ES19', 'ES19', 10_000],
] as const;

const REQUESTS = subTypesOf('61');
const FORBIDDEN = Object.keys(WAYS).flatMap((from) =>
  REQUESTS.filter((asked) => !MOVES.some(([start, move]) => start === from && move === asked)).map((asked) => [from, asked]),
);

describe('escrow payments at the simulated KICC', () => {
  it('are asked for every state that KICC takes', () => {
    const known = Object.values(ReviseSubType).filter((subType) => subType.startsWith('ES'));
    expect([...REQUESTS].sort()).toEqual([...known].sort());
  });

  it.each(MOVES)('%s, asked for %s, becomes %s and gives %i KRW back', (from, asked, to, amount) => {
    const shop = shopOf();
    const { kicc, clock, revise } = shop;
    const pgCno = inState(shop, from);
    const balance = kicc.payment(pgCno)!.balance;
    const payout = ['ES05', 'ES10', 'ES14'].includes(asked);
    const depositPgCno = kicc.payment(pgCno)!.deposits[0]?.depositPgCno;
    expect(revise({ pgCno, shopTransactionId: 'move', ...moveTo(asked) })).toMatchObject({
      resCd: '0000',
      cancelAmount: amount,
      statusCode: to,
      statusMessage: expect.stringMatching(/[가-힣]/),
      escrowUsed: 'Y',
      reviseInfo: {
        refundInfo: {
          refundDate: payout ? expect.stringMatching(/^\d{8}100000$/) : '',
          depositPgCno: (payout && depositPgCno) || '',
        },
      },
    });
    expect(kicc.effects().at(-1)).toMatchObject({
      at: clock.at,
      shopTransactionId: 'move',
      reviseTypeCode: '61',
      reviseSubTypeCode: asked,
      amount,
      balanceAfter: balance - amount,
    });
    expect(kicc.payment(pgCno)).toMatchObject({ statusCode: to, balance: balance - amount });
    expect(kicc.problems()).toEqual([]);
  });

  it.each(FORBIDDEN)('%s cannot be asked for %s', (from, asked) => {
    const shop = shopOf();
    const pgCno = inState(shop, from);
    const effects = shop.kicc.effects();
    const answer = shop.revise({ pgCno, shopTransactionId: 'move', ...moveTo(asked) });
    expect(answer['resCd']).toBe(shop.kicc.refusalCode('escrowMove'));
    expect(shop.kicc.effects()).toEqual(effects);
    expect(shop.kicc.payment(pgCno)?.statusCode).toBe(from);
  });

  it.each<[string, Body]>([
    ['20', {}],
    ['32', { amount: 1 }],
    ['33', { amount: 1 }],
    ['40', {}],
    ['51', {}],
    ['52', { amount: 1 }],
    ['60', { reviseSubTypeCode: 'RF01', refundInfo: ACCOUNT }],
    ['62', { reviseSubTypeCode: 'RF01', refundInfo: ACCOUNT, amount: 1 }],
    ['63', { reviseSubTypeCode: '10', refundInfo: ACCOUNT }],
  ])('are not changed by %s, in any state', (reviseTypeCode, more) => {
    for (const state of Object.keys(WAYS)) {
      const shop = shopOf();
      const pgCno = inState(shop, state);
      const answer = shop.revise({ pgCno, shopTransactionId: 'plain', reviseTypeCode, ...more });
      expect(answer['resCd']).toBe(shop.kicc.refusalCode('escrowPayment'));
      expect(shop.kicc.problems().map(({ field }) => field)).toEqual(['reviseTypeCode']);
    }
  });

  it.each(REQUESTS)('other payments are not changed by 61 %s', (asked) => {
    const { kicc, revise } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000 });
    expect(revise({ pgCno, ...moveTo(asked) })['resCd']).toBe(kicc.refusalCode('escrowPayment'));
    expect(kicc.effects()).toEqual([]);
  });

  it('ask for what each move needs, and take no part of it', () => {
    const shop = shopOf();
    const { kicc, revise } = shop;
    const shipping = inState(shop, 'ES07');
    const faulty: [Body, string][] = [
      [{ ...moveTo('ES10'), refundInfo: undefined }, 'refundInfo'],
      [{ ...moveTo('ES10'), refundInfo: { ...ACCOUNT, depositPgCno: '1' } }, 'refundInfo.depositPgCno'],
      [{ ...moveTo('ES07'), escrowInfo: undefined }, 'escrowInfo'],
      [{ ...moveTo('ES08'), amount: 1 }, 'amount'],
      [{ ...moveTo('ES08'), reviseSubTypeCode: 'ES12' }, 'reviseSubTypeCode'],
    ];
    for (const [index, [body]] of faulty.entries()) {
      const answer = revise({ pgCno: shipping, shopTransactionId: `faulty-${index}`, ...body });
      expect(answer['resCd']).toBe(kicc.refusalCode('invalidRequest'));
    }
    expect(kicc.problems().map(({ field }) => field)).toEqual(faulty.map(([, field]) => field));
  });

  it.each([
    ['ES05', 'ES06'],
    ['ES10', 'ES11'],
    ['ES14', 'ES15'],
  ])('%s is completed by KICC to %s the next business day, and the query says so', (asked, completed) => {
    const shop = shopOf({}, '2026-03-06T03:00:00Z');
    const { kicc, clock, query } = shop;
    const pgCno = inState(shop, asked);
    const key = kicc.effects().at(-1)!.shopTransactionId;
    expect(query(key)['statusCode']).toBe(asked);
    clock.at = new Date('2026-03-09T00:59:59Z');
    expect(kicc.payment(pgCno)?.statusCode).toBe(asked);
    clock.at = new Date('2026-03-07T01:00:00Z');
    expect(query(key, '20260306')['statusCode']).toBe(asked);
    clock.at = new Date('2026-03-09T01:00:00Z');
    expect(kicc.payment(pgCno)).toMatchObject({ statusCode: completed, balance: 0 });
  });

  it('the query tells the completion as long as it reaches back', () => {
    const shop = shopOf();
    inState(shop, 'ES10');
    shop.clock.at = new Date('2026-03-03T01:00:00Z');
    expect(shop.query('step-1', '20260302')).toMatchObject({ statusCode: 'ES11', statusMessage: '배송중 환불완료' });
    expect(shop.query('step-0', '20260302')).toMatchObject({ statusCode: 'ES07' });
  });

  it('a refund that the shop declares completed is, and no second time by KICC', () => {
    const shop = shopOf();
    const { kicc, clock, query, revise } = shop;
    const pgCno = inState(shop, 'ES10');
    revise({ pgCno, shopTransactionId: 'done', ...moveTo('ES11') });
    expect(query('step-1')['statusCode']).toBe('ES11');
    clock.at = new Date('2026-03-03T01:00:00Z');
    expect(kicc.notifications().filter(({ body }) => body['statusCode'] === 'ES11')).toHaveLength(1);
  });

  it('a refund that bounces leaves the payment where it was before', () => {
    for (const [asked, before] of [
      ['ES05', 'ES04'],
      ['ES10', 'ES07'],
      ['ES14', 'ES12'],
    ]) {
      const shop = shopOf();
      const pgCno = inState(shop, asked!);
      shop.kicc.bounce(shop.kicc.effects().at(-1)!.cancelPgCno);
      expect(shop.kicc.payment(pgCno)).toMatchObject({ statusCode: before, balance: 10_000 });
      shop.revise({ pgCno, shopTransactionId: 'again', ...moveTo(asked!) });
      expect(shop.kicc.payment(pgCno)).toMatchObject({ statusCode: asked, balance: 0 });
    }
    const { kicc, clock, revise } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000, escrow: true, refundBounces: true });
    for (const move of ['ES07', 'ES10', 'ES11']) revise({ pgCno, shopTransactionId: move, ...moveTo(move) });
    clock.at = new Date('2026-03-03T01:00:00Z');
    expect(kicc.payment(pgCno)).toMatchObject({ statusCode: 'ES07', balance: 10_000 });
  });

  it('the customer confirms or rejects what is shipping, and nothing else', () => {
    for (const state of Object.keys(WAYS).filter((one) => one !== 'ES07')) {
      const shop = shopOf();
      const pgCno = inState(shop, state);
      for (const call of ['confirmPurchase', 'rejectPurchase'] as const) {
        expect(() => shop.kicc[call](pgCno)).toThrow(`${call}: pgCno is not an escrow payment that is shipping`);
      }
    }
    expect(() => shopOf().kicc.confirmPurchase('none')).toThrow('confirmPurchase: pgCno');
  });

  it('are shown by the query of the approval', () => {
    const shop = shopOf();
    const { shopTransactionId } = shop.kicc.payment(inState(shop, 'ES07'))!;
    expect(shop.query(shopTransactionId)).toMatchObject({ statusCode: 'ES07', statusMessage: '배송중', escrowUsed: 'Y' });
  });

  it.each<[string, Partial<Record<keyof ApproveOptions, unknown>>, string[]]>([
    ['escrow', { escrow: 'Y' }, ['escrow']],
    ['refundBounces', { refundBounces: 1 }, ['refundBounces']],
    ['multiDeposit', { multiDeposit: 1, payMethodTypeCode: '22' }, ['multiDeposit']],
    ['multiDeposit of a card', { multiDeposit: true }, ['multiDeposit']],
    [
      'what does not go with escrow',
      { escrow: true, complexTax: true, multiDeposit: true, capture: 'manual', basket: [{ sellerId: 'kim', amount: 10 }] },
      ['complexTax', 'multiDeposit', 'basket', 'capture'],
    ],
  ])('approve() names what is wrong: %s', (_what, options, fields) => {
    const approve = (kicc: SimulatedKicc): unknown => kicc.approve({ amount: 10, ...options } as ApproveOptions);
    const { kicc } = shopOf();
    expect(() => approve(kicc)).toThrow(
      expect.objectContaining({ violations: fields.map((field) => expect.objectContaining({ field }) as unknown) }),
    );
  });
});
