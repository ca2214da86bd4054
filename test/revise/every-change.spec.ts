import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { masked } from '../../lib/protocol/personal-data.js';
import type { EscrowChangeRequest, RefundInfo, ReviseRequest } from '../../lib/index.js';
import { HOUR, openShop, sent, type Shop } from './shop.js';

const refundInfo: RefundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
const escrowInfo = { deliveryCode: 'DE02', deliveryCorpCode: 'DC08', deliveryInvoice: '1234567890' };

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(async () => {
  await shop.stop();
});

type Approve = Parameters<Shop['kicc']['approve']>[0];
function paid(options: Partial<Approve> = {}): string {
  return shop.kicc.approve({ amount: 10_000, ...options }).pgCno;
}
function deposited(options: Partial<Approve> = {}): string {
  const pgCno = paid({ payMethodTypeCode: '22', ...options });
  shop.kicc.deposit(pgCno);
  return pgCno;
}
/** An escrow payment that has come so far. */
async function escrow(...steps: readonly (EscrowChangeRequest['reviseSubTypeCode'] | 'confirm')[]): Promise<string> {
  const pgCno = paid({ escrow: true });
  for (const step of steps) {
    if (step === 'confirm') shop.kicc.confirmPurchase(pgCno);
    else expect(await change(pgCno, step)).toMatchObject({ status: 'succeeded' });
  }
  return pgCno;
}
let changes = 0;
function change(pgCno: string, reviseSubTypeCode: EscrowChangeRequest['reviseSubTypeCode'], told: object = {}) {
  const info = {
    ...(reviseSubTypeCode === 'ES07' ? { escrowInfo } : {}),
    ...(/ES(05|10|14)/.test(reviseSubTypeCode) ? { refundInfo } : {}),
  };
  const request = { shopTransactionId: `escrow-${changes++}`, pgCno, reviseSubTypeCode, ...info, ...told };
  return shop.payments.changeEscrow(request as unknown as EscrowChangeRequest);
}

/** What every request carries. */
const ALWAYS = ['mallId', 'shopTransactionId', 'pgCno', 'reviseTypeCode', 'cancelReqDate', 'msgAuthValue'];

type Case = readonly [
  code: string,
  request: object,
  pay: () => string | Promise<string>,
  fields: readonly string[],
  effect: { readonly amount: number; readonly statusCode: string; readonly completion?: string },
];
const CASES: readonly Case[] = [
  ['20', {}, () => paid({ capture: 'manual' }), [], { amount: 0, statusCode: 'TS03' }],
  ['32', { amount: 3_000 }, () => paid(), ['amount'], { amount: 3_000, statusCode: 'TS06' }],
  ['33', { amount: 3_000 }, () => paid({ payMethodTypeCode: '31' }), ['amount'], { amount: 3_000, statusCode: 'TS06' }],
  ['40', {}, () => paid(), [], { amount: 10_000, statusCode: 'TS02' }],
  ['51', {}, () => shop.kicc.issueCashReceipt({ amount: 10_000 }).pgCno, [], { amount: 10_000, statusCode: 'TS02' }],
  [
    '52',
    { amount: 3_000 },
    () => shop.kicc.issueCashReceipt({ amount: 10_000 }).pgCno,
    ['amount'],
    { amount: 3_000, statusCode: 'TS06' },
  ],
  ['60 RF01', { refundInfo }, () => deposited(), ['refundInfo'], { amount: 10_000, statusCode: 'RF01', completion: 'pending' }],
  [
    '60 RF01',
    { refundInfo },
    () => paid({ payMethodTypeCode: '31' }),
    ['refundInfo'],
    { amount: 10_000, statusCode: 'RF01', completion: 'pending' },
  ],
  [
    '62 RF01',
    { refundInfo, amount: 3_000 },
    () => deposited(),
    ['amount', 'refundInfo'],
    { amount: 3_000, statusCode: 'RF01', completion: 'pending' },
  ],
  ...['10', '20'].map((sub): Case => [
    `63 ${sub}`,
    { refundInfo },
    () => deposited(),
    ['refundInfo'],
    { amount: 10_000, statusCode: 'RF02', completion: 'completed' },
  ]),
  ...['11', '21'].map((sub): Case => [
    `63 ${sub}`,
    { refundInfo, amount: 3_000 },
    () => deposited(),
    ['amount', 'refundInfo'],
    { amount: 3_000, statusCode: 'RF02', completion: 'completed' },
  ]),
  ['61 ES02', {}, () => escrow(), [], { amount: 10_000, statusCode: 'ES02' }],
  ['61 ES02', {}, () => paid({ escrow: true, payMethodTypeCode: '22' }), [], { amount: 10_000, statusCode: 'ES17' }],
  [
    '61 ES05',
    { refundInfo },
    () => deposited({ escrow: true }),
    ['refundInfo'],
    { amount: 10_000, statusCode: 'ES05', completion: 'pending' },
  ],
  ['61 ES07', { escrowInfo }, () => escrow(), ['escrowInfo'], { amount: 0, statusCode: 'ES07' }],
  ['61 ES08', {}, () => escrow('ES07'), [], { amount: 0, statusCode: 'ES08' }],
  ['61 ES09', {}, () => escrow('ES07', 'ES08'), [], { amount: 10_000, statusCode: 'ES09' }],
  [
    '61 ES10',
    { refundInfo },
    () => escrow('ES07'),
    ['refundInfo'],
    { amount: 10_000, statusCode: 'ES10', completion: 'pending' },
  ],
  ['61 ES11', {}, () => escrow('ES07', 'ES10'), [], { amount: 0, statusCode: 'ES11' }],
  [
    '61 ES14',
    { refundInfo },
    () => escrow('ES07', 'confirm'),
    ['refundInfo'],
    { amount: 10_000, statusCode: 'ES14', completion: 'pending' },
  ],
  ['61 ES15', {}, () => escrow('ES07', 'confirm', 'ES14'), [], { amount: 0, statusCode: 'ES15' }],
  ['61 ES16', {}, () => escrow('ES07', 'confirm'), [], { amount: 0, statusCode: 'ES16' }],
  ['61 ES19', {}, () => escrow('ES07', 'confirm', 'ES16'), [], { amount: 10_000, statusCode: 'ES19' }],
];

function requestOf(code: string, fields: object, pgCno: string): ReviseRequest {
  const [reviseTypeCode, reviseSubTypeCode] = code.split(' ');
  const subType = reviseSubTypeCode === undefined ? {} : { reviseSubTypeCode };
  return { shopTransactionId: 'change-1', pgCno, reviseTypeCode, ...subType, ...fields } as ReviseRequest;
}

describe('every change that KICC documents', () => {
  it.each(CASES)('%s is carried out, with exactly its fields', async (code, fields, pay, names, effect) => {
    const pgCno = await pay();
    const before = shop.kicc.effects().length;
    const outcome = await shop.payments.revise(requestOf(code, fields, pgCno));
    expect(outcome).toMatchObject({
      status: 'succeeded',
      response: { statusCode: effect.statusCode, cancelAmount: effect.amount },
    });
    expect(outcome.revision.completion).toBe(effect.completion);
    expect(shop.kicc.effects().slice(before)).toEqual([expect.objectContaining({ pgCno, amount: effect.amount })]);
    expect(shop.kicc.problems()).toEqual([]);
    const always = code.includes(' ') ? [...ALWAYS, 'reviseSubTypeCode'] : ALWAYS;
    expect(Object.keys(sent(shop).at(-1) ?? {}).sort()).toEqual([...always, ...names].sort());
    expect(sent(shop).at(-1)).toMatchObject({ ...fields, msgAuthValue: '(valid)' });
  });

  it.each(CASES)('%s is not sent without what it needs, or with what it does not take', async (code, fields, pay, names) => {
    const pgCno = await pay();
    const before = shop.kicc.requests().length;
    const extra = { amount: 1_000, refundInfo, escrowInfo, reviseSubTypeCode: 'ES02' };
    const wrong = Object.entries(extra).map(([name, value]) => {
      const given = requestOf(code, fields, pgCno) as unknown as Record<string, unknown>;
      return [name, name in given ? { ...given, [name]: undefined } : { ...given, [name]: value }] as const;
    });
    expect(names.every((name) => name in extra)).toBe(true);
    for (const [name, request] of wrong) {
      const failure = shop.payments.revise(request as unknown as ReviseRequest);
      await expect(failure).rejects.toMatchObject({ code: 'KICC_VALIDATION', violations: [{ field: name }] });
    }
    expect(shop.kicc.requests()).toHaveLength(before);
    expect(await shop.payments.find('change-1')).toBeUndefined();
  });
});

describe('a change whose answer is lost', () => {
  it.each(CASES)('%s is made once, and becomes known', async (code, fields, pay) => {
    const pgCno = await pay();
    const before = shop.kicc.effects().length;
    shop.kicc.inject({ fault: 'drop-answer' });
    const request = requestOf(code, fields, pgCno);
    expect((await shop.payments.revise(request)).status).toBe('unknown');
    expect((await shop.payments.settle('change-1')).status).toBe('succeeded');
    expect((await shop.payments.revise(request)).status).toBe('succeeded');
    expect(shop.kicc.effects().slice(before)).toHaveLength(1);
  });
});

describe('refund()', () => {
  it('chooses among the codes', async () => {
    const codes = [
      [{}, '60 RF01'],
      [{ amount: 100 }, '62 RF01'],
      [{ realTime: false, amount: 100 }, '62 RF01'],
      [{ realTime: true }, '63 10'],
      [{ realTime: true, amount: 100 }, '63 11'],
      [{ realTime: true, accountVerified: true }, '63 20'],
      [{ realTime: true, accountVerified: true, amount: 100 }, '63 21'],
      [{ realTime: true, accountVerified: false, amount: 100 }, '63 11'],
    ] as const;
    for (const [index, [choice, code]] of codes.entries()) {
      const request = { shopTransactionId: `refund-${index}`, pgCno: deposited(), refundInfo, ...choice };
      expect((await shop.payments.refund(request as Parameters<typeof shop.payments.refund>[0])).status).toBe('succeeded');
      const { reviseTypeCode, reviseSubTypeCode } = sent(shop).at(-1) ?? {};
      expect([choice, `${String(reviseTypeCode)} ${String(reviseSubTypeCode)}`]).toEqual([choice, code]);
      expect(sent(shop).at(-1)).not.toHaveProperty('realTime');
    }
    expect(shop.kicc.problems()).toEqual([]);
  });

  it.each([
    ['an amount that is undefined', { amount: undefined }, 'amount required'],
    ['a verified account without real time', { accountVerified: true }, 'accountVerified notForThisType'],
    ['a text for a choice', { realTime: 'yes' }, 'realTime type'],
    ['a code of its own', { reviseTypeCode: '63' }, 'reviseTypeCode filledByLibrary'],
    ['no account', { refundInfo: undefined }, 'refundInfo required'],
  ])('refuses %s', async (_, choice, fault) => {
    const request = { shopTransactionId: 'refund-1', pgCno: '1', refundInfo, ...choice } as never;
    const error = await shop.payments.refund(request).catch((reason: unknown) => reason);
    const { violations } = error as { violations: { field: string; rule: string }[] };
    expect(violations.map(({ field, rule }) => `${field} ${rule}`)).toContain(fault);
    expect(shop.kicc.requests()).toEqual([]);
  });

  it('names the deposit of a virtual account that takes several', async () => {
    const pgCno = paid({ payMethodTypeCode: '22', multiDeposit: true });
    shop.kicc.deposit(pgCno, 4_000);
    const depositPgCno = shop.kicc.deposit(pgCno, 6_000);
    const outcome = await shop.payments.refund({ shopTransactionId: 'r1', pgCno, refundInfo: { ...refundInfo, depositPgCno } });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      response: { cancelAmount: 6_000, reviseInfo: { refundInfo: { depositPgCno } } },
    });
    expect(shop.kicc.payment(pgCno)?.balance).toBe(4_000);
  });

  it('is asked once more by the same key with the query flag after VTIM, and pays once', async () => {
    const pgCno = deposited();
    shop.kicc.inject({ fault: 'res-code', resCd: 'VTIM' });
    shop.kicc.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction' });
    const request = { shopTransactionId: 'r1', pgCno, refundInfo, realTime: true } as const;
    expect((await shop.payments.refund(request)).status).toBe('unknown');
    shop.pass(2 * 60_000);
    await shop.payments.settle('r1');
    const [first, again] = sent(shop);
    expect(again).toEqual({ ...first, refundQueryFlag: 'Y' });
    shop.pass(60_000);
    expect((await shop.payments.settle('r1')).status).toBe('succeeded');
    expect(shop.kicc.effects()).toHaveLength(1);
  });
});

describe('the state that the shop tells', () => {
  it('lets nothing be sent that KICC does not take in it', async () => {
    const pgCno = await escrow('ES07');
    const before = shop.kicc.requests().length;
    const refused = change(pgCno, 'ES02', { shopTransactionId: 'c1', presentStatusCode: 'ES07' });
    await expect(refused).rejects.toMatchObject({ violations: [{ field: 'reviseSubTypeCode', rule: 'state' }] });
    const cancel = shop.payments.cancel({ shopTransactionId: 'c2', pgCno, presentStatusCode: 'ES07' });
    await expect(cancel).rejects.toMatchObject({ violations: [{ field: 'reviseTypeCode', rule: 'state' }] });
    expect(shop.kicc.requests()).toHaveLength(before);
  });

  it('is never sent, and does not stand against a request that is repeated', async () => {
    const pgCno = await escrow();
    const told = { shopTransactionId: 'c1', presentStatusCode: 'ES01' };
    expect((await change(pgCno, 'ES07', told)).status).toBe('succeeded');
    expect(sent(shop).at(-1)).not.toHaveProperty('presentStatusCode');
    const again = await change(pgCno, 'ES07', { ...told, presentStatusCode: 'ES07' });
    expect(again.status).toBe('succeeded');
    expect(shop.kicc.effects()).toHaveLength(1);
  });
});

describe('personal data', () => {
  it('is sent, and shown nowhere', async () => {
    const seen: unknown[] = [];
    shop.payments.events$.subscribe((event) => seen.push(event));
    const request = { shopTransactionId: 'r1', pgCno: deposited(), refundInfo, clientIp: '203.0.113.77' };
    shop.kicc.inject({ fault: 'drop-answer' });
    const unknown = await shop.payments.refund(request);
    expect(sent(shop).at(-1)).toMatchObject({ refundInfo, clientIp: '203.0.113.77' });
    expect(unknown.revision.request).toMatchObject(masked({ refundInfo, clientIp: '203.0.113.77' }));
    const settled = await shop.payments.settle('r1');
    const declined = await shop.payments.refund({ ...request, shopTransactionId: 'r2' });
    const everything = JSON.stringify([unknown, settled, declined, seen, await shop.payments.find('r1'), shop.log]);
    expect(everything).not.toMatch(/11012345678901|홍길동|203\.0\.113\.77/);
    expect([settled.status, declined.status]).toEqual(['succeeded', 'declined']);
    expect([unknown.revision.sealed, settled.revision.sealed]).toEqual([expect.any(String), undefined]);
  });

  it('makes a request another one, as long as it is kept', async () => {
    const request = { shopTransactionId: 'r1', pgCno: deposited(), refundInfo };
    shop.kicc.inject({ fault: 'drop-answer' });
    await shop.payments.refund(request);
    const other = { ...request, refundInfo: { ...refundInfo, refundAccountNo: '99912345678901' } };
    await expect(shop.payments.refund(other)).rejects.toMatchObject({ code: 'KICC_REVISE_CONFLICT', fields: ['refundInfo'] });
    expect((await shop.payments.refund(request)).status).toBe('unknown');
    shop.pass(HOUR);
    await shop.payments.settle('r1');
    expect((await shop.payments.refund(request)).status).toBe('succeeded');
  });
});
