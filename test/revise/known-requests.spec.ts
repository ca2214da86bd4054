import { afterEach, describe, expect, it } from '@jest/globals';
import {
  KiccValidationError,
  MemoryReviseJournal,
  ReviseBulkService,
  ReviseConflictError,
  type CancelRequest,
  type KiccModuleOptions,
} from '../../lib/index.js';
import type { CheckedReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { RequestSeal } from '../../lib/revision/sealed-request.js';
import { accept } from '../../lib/revision/transitions.js';
import { MALL, openShop, sent, until, type Shop } from './shop.js';

const shops: Shop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0).reverse()) await shop.stop();
});

async function open(
  options: Partial<KiccModuleOptions> = {},
  ...more: Parameters<typeof openShop> extends [unknown?, ...infer R] ? R : never
) {
  const shop = await openShop(options, ...more);
  shops.push(shop);
  return shop;
}

const NFD = '환불-1'.normalize('NFD');
const NFC = NFD.normalize('NFC');

describe('a request that an earlier version took in', () => {
  /** A shop whose journal holds a full cancel as that version had kept it. */
  async function shopWith(kept: Partial<CancelRequest>) {
    const journal = new MemoryReviseJournal();
    const shop = await open({}, { journal: { useValue: journal } });
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { mallId: MALL.mallId, shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '40' as const, ...kept };
    const seal = shop.app.get(RequestSeal, { strict: false });
    await journal.open(accept(seal.seal(request as CheckedReviseRequest), shop.clock.at));
    return { shop, given: { shopTransactionId: 'refund-1', pgCno, ...kept } };
  }

  it('is found, sent, asked about and repeated under an id that is refused today', async () => {
    const { shop, given } = await shopWith({ shopTransactionId: NFD });
    expect((await shop.payments.find(NFD))?.status).toBe('accepted');
    shop.kicc.inject({ fault: 'drop-answer' });
    expect((await shop.payments.cancel(given)).status).toBe('unknown');
    const verdict = { shopTransactionId: NFD, actor: 'kim', reason: 'seen', verdict: 'succeeded' } as const;
    expect((await shop.payments.resolve(verdict)).status).toBe('succeeded');
    expect((await shop.payments.settle(NFD)).status).toBe('succeeded');
    expect((await shop.payments.cancel(given)).status).toBe('succeeded');
    expect(shop.kicc.effects()).toMatchObject([{ shopTransactionId: NFD }]);
    const rows = [];
    for await (const { result } of shop.recovery.reconcile([{ ...given, reviseTypeCode: '40' }])) rows.push(result);
    expect(rows).toEqual(['known']);
  });

  it('is what is refused where it is new, before anything is kept or sent', async () => {
    const { shop, given } = await shopWith({});
    const other = { ...given, shopTransactionId: NFD };
    await expect(shop.payments.cancel(other)).rejects.toMatchObject({ violations: [{ rule: 'decomposed' }] });
    await expect(shop.payments.record({ ...other, reviseTypeCode: '40' }, {})).rejects.toBeInstanceOf(KiccValidationError);
    expect(await shop.payments.find(NFD)).toBeUndefined();
    expect(shop.kicc.requests()).toEqual([]);
    const bulks = shop.app.get(ReviseBulkService);
    expect((await bulks.submit([{ ...other, reviseTypeCode: '40' }])).byState).toMatchObject({ refused: 1 });
  });

  it.each([
    ['a text in parts', { reviseMessage: '고객 변심'.normalize('NFD') }, { reviseMessage: '고객 변심' }],
    ['a filler', { reviseMessage: '고객\u3164변심' }, { reviseMessage: '고객\u3164변심' }],
    ['a text that is longer once it is composed', { clientId: '\u0344'.repeat(16) }, { clientId: '\u0344'.repeat(16) }],
    ['an address in IPv6', { clientIp: '::ffff:203.0.113.7' }, { clientIp: '203.0.113.7' }],
  ])('is the same request with %s', async (_, kept, asSent) => {
    const { shop, given } = await shopWith(kept);
    expect((await shop.payments.cancel(given)).status).toBe('succeeded');
    expect(sent(shop)).toMatchObject([kept]);
    // What was masked before is known by its mask alone by now.
    expect((await shop.payments.cancel(given)).status).toBe('succeeded');
    if (!('clientIp' in kept)) expect((await shop.payments.cancel({ ...given, ...asSent })).status).toBe('succeeded');
    await expect(shop.payments.cancel({ ...given, clientId: 'kim' })).rejects.toBeInstanceOf(ReviseConflictError);
    expect(sent(shop)).toHaveLength(1);
  });
});

describe('a request that other options let through', () => {
  const tax = { taxationAmount: 11_000, taxFreeAmount: 0, vatAmount: 1_000 };

  it.each([
    ['byteLengths', { byteLengths: 'euc-kr' }, { byteLengths: 'euc-kr' }, { reviseMessage: '가'.repeat(50) }, 'maxBytes'],
    ['taxSum', { taxSum: 'vat-included' }, { taxSum: 'vat-included' }, { taxInfo: tax, approvedAmount: 11_000 }, 'taxSum'],
    ['taxSum, unchecked', { taxSum: 'unchecked' }, {}, { taxInfo: { ...tax, vatAmount: 7 }, approvedAmount: 5_000 }, 'taxSum'],
  ] as const)(
    'is sent under %s, found without it, and refused there where it is new',
    async (_, options, profile, more, rule) => {
      const journal = { useValue: new MemoryReviseJournal() };
      const shop = await open(options, { journal }, { profile });
      const { pgCno } = shop.kicc.approve({ amount: 5_000 });
      const request = { shopTransactionId: 'refund-1', pgCno, ...more };
      expect((await shop.payments.cancel(request)).status).toBe('succeeded');
      expect(shop.kicc.problems()).toEqual([]);

      const without = await open({}, { journal }, { beside: shop });
      expect((await without.payments.cancel(request)).status).toBe('succeeded');
      const other = { ...request, shopTransactionId: 'refund-2' };
      await expect(without.payments.cancel(other)).rejects.toMatchObject({ violations: [{ rule }] });
      expect(sent(shop)).toHaveLength(1);
    },
  );
});

describe('a reason that was cut to fit', () => {
  const fit = { fitTexts: true } as const;
  const euckr = { byteLengths: 'euc-kr' } as const;

  it.each([
    ['and is refused now', fit, {}, '가'.repeat(60)],
    ['and is refused now, for more than its length', fit, {}, `${'가'.repeat(40)}\n`],
    ['and is whole now', fit, euckr, '가'.repeat(40)],
    ['and is cut elsewhere now', { ...fit, ...euckr }, fit, '가'.repeat(60)],
    ['and is cut elsewhere now, the other way', fit, { ...fit, ...euckr }, '가'.repeat(60)],
    ['or was whole then', euckr, fit, '가'.repeat(40)],
  ])('%s, is of the same request', async (_, options, now, reviseMessage) => {
    const journal = { useValue: new MemoryReviseJournal() };
    const shop = await open(options, { journal }, { profile: euckr });
    const request = { shopTransactionId: 'refund-1', pgCno: shop.kicc.approve({ amount: 10_000 }).pgCno, reviseMessage };
    expect((await shop.payments.cancel(request)).status).toBe('succeeded');

    const later = await open(now, { journal }, { beside: shop });
    expect((await later.payments.cancel(request)).status).toBe('succeeded');
    const other = { ...request, reviseMessage: `나${reviseMessage.slice(1, 30)}` };
    await expect(later.payments.cancel(other)).rejects.toBeInstanceOf(ReviseConflictError);
    const rows = [];
    for await (const { result } of later.recovery.reconcile([{ ...request, reviseTypeCode: '40' }])) rows.push(result);
    expect(rows).toEqual(['known']);
    expect(sent(shop)).toHaveLength(1);
  });
});

describe('an id of 30 Korean letters, where those have 2 bytes', () => {
  it('is asked about by the query, also without the option', async () => {
    const journal = { useValue: new MemoryReviseJournal() };
    const shop = await open({ byteLengths: 'euc-kr' }, { journal }, { profile: { byteLengths: 'euc-kr' } });
    const request = { shopTransactionId: '환'.repeat(30), pgCno: shop.kicc.approve({ amount: 10_000 }).pgCno };
    shop.kicc.inject({ fault: 'drop-answer' });
    expect((await shop.payments.cancel(request)).status).toBe('unknown');
    const without = await open({}, { journal }, { beside: shop });
    expect((await without.payments.settle(request.shopTransactionId)).status).toBe('succeeded');
    expect(shop.kicc.problems()).toEqual([]);
  });
});

describe('one request', () => {
  it('is the same with and without an amount of all that was approved', async () => {
    const shop = await open();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno, approvedAmount: 10_000 };
    const named = { ...request, amount: 10_000 } as unknown as CancelRequest;
    expect((await shop.payments.cancel(named)).status).toBe('succeeded');
    expect((await shop.payments.cancel(request)).status).toBe('succeeded');
    expect((await shop.payments.revise({ ...named, reviseTypeCode: '40' })).status).toBe('succeeded');
    expect(sent(shop)).toHaveLength(1);
    expect(sent(shop)[0]).not.toHaveProperty('amount');
    const rows = [];
    for await (const { result } of shop.recovery.reconcile([{ ...request, amount: 10_000, reviseTypeCode: '40' }]))
      rows.push(result);
    expect(rows).toEqual(['known']);
  });

  it('is sent without an IPv6 address that is too long, which is said once', async () => {
    const shop = await open();
    const clientIp = '2001:db8:1234:5678:9abc:def0:1234:5678';
    const cancel = (shopTransactionId: string) => ({
      shopTransactionId,
      pgCno: shop.kicc.approve({ amount: 10_000 }).pgCno,
      clientIp,
    });
    const first = cancel('refund-1');
    for (const request of [first, cancel('refund-2'), first]) {
      expect((await shop.payments.cancel(request)).status).toBe('succeeded');
    }
    const bulk = await shop.app.get(ReviseBulkService).submit([{ ...cancel('refund-3'), reviseTypeCode: '40' }]);
    await until(async () => (await shop.app.get(ReviseBulkService).find(bulk.bulkId))?.done === 1);
    expect(shop.kicc.effects()).toHaveLength(3);
    expect(sent(shop).filter((body) => 'clientIp' in body)).toEqual([]);
    expect(shop.log.filter((line) => line.includes('clientIp'))).toHaveLength(1);
  });

  it('has its reason cut to fit, each time alike', async () => {
    const shop = await open({ fitTexts: true });
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno, reviseMessage: '가'.repeat(34) };
    for (let calls = 0; calls < 2; calls++) expect((await shop.payments.cancel(request)).status).toBe('succeeded');
    expect(sent(shop)).toMatchObject([{ reviseMessage: '가'.repeat(33) }]);
  });

  it('is of one id, in whatever form a text of it comes', async () => {
    const shop = await open();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: NFC, pgCno };
    const reasons = ['고객 변심', '고객 변심'.normalize('NFD')];
    const outcomes = await Promise.all(reasons.map((reviseMessage) => shop.payments.cancel({ ...request, reviseMessage })));
    expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(sent(shop)).toMatchObject([{ reviseMessage: '고객 변심' }]);
  });
});
