import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  KiccValidationError,
  MemoryReviseJournal,
  OverRefundError,
  PaymentBusyError,
  ReviseConflictError,
  unwrap,
  type ReviseOutcome,
  type Revision,
} from '../../lib/index.js';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';
import type { SimulatedFault } from '../../lib/testing/index.js';
import { AFTER_MIDNIGHT_KST, MALL, openShop, type Shop } from './shop.js';

let shop: Shop;
afterEach(() => shop.stop());

const lastBody = (): unknown => shop.kicc.requests().at(-1)?.body;

describe('each change, on the wire', () => {
  const filledIn = { mallId: MALL.mallId, cancelReqDate: '20260302', msgAuthValue: '(valid)' };

  async function expectSuccess(outcome: Promise<ReviseOutcome>, body: object): Promise<void> {
    expect((await outcome).status).toBe('succeeded');
    expect(lastBody()).toEqual({ ...filledIn, ...body });
    expect(shop.kicc.problems()).toEqual([]);
  }

  it('40: everything, with no amount', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno };
    await expectSuccess(shop.payments.cancel({ ...request, reviseMessage: '고객 변심' }), {
      ...request,
      reviseTypeCode: '40',
      reviseMessage: '고객 변심',
    });
    expect(shop.kicc.payment(pgCno)).toMatchObject({ balance: 0 });
  });

  it.each(['11', '60'] as const)('32: a part of a payment by %s', async (payMethodTypeCode) => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000, payMethodTypeCode });
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, remainAmount: 10_000 };
    await expectSuccess(
      shop.payments.cancelPartially({
        ...request,
        payMethodTypeCode,
        approvedAmount: 10_000,
        clientIp: '10.0.0.1',
        clientId: 'kim',
      }),
      { ...request, reviseTypeCode: '32', clientIp: '10.0.0.1', clientId: 'kim' },
    );
    expect(shop.kicc.payment(pgCno)).toMatchObject({ balance: 7_000 });
  });

  it.each(['21', '31'] as const)('33: a part of a payment by %s', async (payMethodTypeCode) => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000, payMethodTypeCode });
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000 };
    await expectSuccess(shop.payments.cancelPartially({ ...request, payMethodTypeCode }), { ...request, reviseTypeCode: '33' });
  });

  it('20: captures', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000, capture: 'manual' });
    const request = { shopTransactionId: 'capture-1', pgCno };
    await expectSuccess(shop.payments.capture(request), { ...request, reviseTypeCode: '20' });
  });

  it('51 and 52: cash receipts', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.issueCashReceipt({ amount: 10_000 });
    const part = { shopTransactionId: 'receipt-1', pgCno, amount: 4_000 };
    await expectSuccess(shop.payments.cancelCashReceipt(part), { ...part, reviseTypeCode: '52' });
    const whole = { shopTransactionId: 'receipt-2', pgCno: shop.kicc.issueCashReceipt({ amount: 5_000 }).pgCno };
    await expectSuccess(shop.payments.cancelCashReceipt(whole), { ...whole, reviseTypeCode: '51' });
  });

  it('complex tax', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000, complexTax: true });
    const taxInfo = { taxationAmount: 2_000, taxFreeAmount: 800, vatAmount: 200 };
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, taxInfo };
    await expectSuccess(shop.payments.revise({ ...request, reviseTypeCode: '32' }), { ...request, reviseTypeCode: '32' });
  });

  it('split-settlement basket', async () => {
    shop = await openShop();
    const { pgCno, basket } = shop.kicc.approve({
      amount: 10_000,
      basket: [
        { sellerId: 'seller-1', amount: 4_000 },
        { sellerId: 'seller-2', amount: 6_000 },
      ],
    });
    const { productPgCno = '', sellerId = '' } = basket?.[0] ?? {};
    const request = {
      shopTransactionId: 'refund-1',
      pgCno,
      amount: 4_000,
      basketUsed: 'Y',
      basketInfo: { productPgCno, sellerId },
    } as const;
    await expectSuccess(shop.payments.revise({ ...request, reviseTypeCode: '32' }), { ...request, reviseTypeCode: '32' });
  });

  it('of a further mall, under its own key', async () => {
    const other = { mallId: 'T0000002', secretKey: 'another-secret' };
    shop = await openShop({ malls: [other], ...MALL });
    const refused = await shop.payments.cancel({ ...{ shopTransactionId: 'a', pgCno: '1' }, mallId: other.mallId });
    // The simulator does not know this mall; what matters is whose name and key the request carries.
    expect(refused.status).toBe('declined');
    expect(lastBody()).toMatchObject({ mallId: other.mallId });
  });

  it('signs what it sends, and dates it in Korea', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const outcome = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(outcome.revision).toMatchObject({ cancelReqDate: '20260302', acceptedAt: AFTER_MIDNIGHT_KST, status: 'succeeded' });
    expect(unwrap(outcome)).toMatchObject({ resCd: '0000', oriPgCno: pgCno, cancelAmount: 10_000 });
  });
});

describe('one id', () => {
  it('is one request, one effect and one outcome for 500 simultaneous calls', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, payMethodTypeCode: '11' } as const;
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => shop.payments.cancelPartially({ ...request })));
    expect(shop.kicc.requests()).toHaveLength(1);
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(outcomes).toHaveLength(500);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(outcomes[0]?.status).toBe('succeeded');
  });

  it('is the same outcome later, without another request', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno, taxInfo: { taxationAmount: 1, taxFreeAmount: 2, vatAmount: 3 } };
    const first = await shop.payments.cancel(request);
    shop.setTime(new Date('2026-03-05T00:00:00Z'));
    const again = await shop.payments.cancel({ ...request, taxInfo: { vatAmount: 3, taxFreeAmount: 2, taxationAmount: 1 } });
    expect(again).toEqual(first);
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('with another amount is a conflict, also while the first is on its way', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno, payMethodTypeCode: '11' } as const;
    const [first, second] = await Promise.allSettled([
      shop.payments.cancelPartially({ ...request, amount: 3_000 }),
      shop.payments.cancelPartially({ ...request, amount: 4_000 }),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { status: 'succeeded' } });
    const third = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno }).catch((error: unknown) => error);
    for (const conflict of [(second as PromiseRejectedResult).reason as unknown, third]) {
      expect(conflict).toBeInstanceOf(ReviseConflictError);
    }
    expect(second).toMatchObject({ reason: { fields: ['amount'] } });
    expect(third).toMatchObject({ fields: ['amount', 'reviseTypeCode'] });
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('is what was asked for at the call, whatever the caller does to the object after', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, payMethodTypeCode: '11' as const };
    const call = shop.payments.cancelPartially(request);
    request.amount = 9_000;
    await call;
    expect(shop.kicc.effects()).toMatchObject([{ amount: 3_000 }]);
  });
});

describe('what is refused before anything is sent', () => {
  it.each([
    ['a missing id', () => shop.payments.cancel({ pgCno: '1' } as never)],
    [
      'a receipt cancel whose amount is undefined',
      () => shop.payments.cancelCashReceipt({ shopTransactionId: 'a', pgCno: '1', amount: undefined }),
    ],
    ['no request at all', () => shop.payments.cancel(undefined as never)],
    ['null', () => shop.payments.revise(null as never)],
    [
      'a partial cancel without a method',
      () => shop.payments.cancelPartially({ shopTransactionId: 'a', pgCno: '1', amount: 1 } as never),
    ],
    [
      'a partial cancel by points',
      () => shop.payments.cancelPartially({ shopTransactionId: 'a', pgCno: '1', amount: 1, payMethodTypeCode: '41' } as never),
    ],
    [
      'a partial cancel without an amount',
      () => shop.payments.cancelPartially({ shopTransactionId: 'a', pgCno: '1', payMethodTypeCode: '11' } as never),
    ],
    ['a full cancel with an amount', () => shop.payments.cancel({ shopTransactionId: 'a', pgCno: '1', amount: 1 } as never)],
    ["a type of one's own", () => shop.payments.cancel({ shopTransactionId: 'a', pgCno: '1', reviseTypeCode: '32' } as never)],
    ['a mall that is none of ours', () => shop.payments.cancel({ shopTransactionId: 'a', pgCno: '1', mallId: 'T9999999' })],
  ])('%s', async (_, call) => {
    shop = await openShop();
    await expect(call()).rejects.toBeInstanceOf(KiccValidationError);
    expect(shop.kicc.requests()).toEqual([]);
    expect(await shop.payments.find('a')).toBeUndefined();
  });

  it('what throws when it is looked at, by a rejection as everything else', async () => {
    shop = await openShop();
    const hostile = {
      get payMethodTypeCode(): string {
        throw new Error('looked at');
      },
      get realTime(): boolean {
        throw new Error('looked at');
      },
      get amount(): number {
        throw new Error('looked at');
      },
    } as never;
    const { payments } = shop;
    const calls = ['revise', 'cancel', 'cancelPartially', 'capture', 'cancelCashReceipt', 'refund', 'changeEscrow'] as const;
    const ends = await Promise.allSettled(calls.map((call) => payments[call](hostile)));
    expect(ends.map(({ status }) => status)).toEqual(calls.map(() => 'rejected'));
    expect(shop.kicc.requests()).toEqual([]);
  });

  it('a second revision of a payment whose first is open', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'drop-answer' });
    await shop.payments.cancelPartially({ shopTransactionId: 'refund-1', pgCno, amount: 3_000, payMethodTypeCode: '11' });
    const busy = await shop.payments.cancel({ shopTransactionId: 'refund-2', pgCno }).catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(PaymentBusyError);
    expect(busy).toMatchObject({ openShopTransactionId: 'refund-1', since: AFTER_MIDNIGHT_KST });
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('more than was approved', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const part = { pgCno, payMethodTypeCode: '11', approvedAmount: 10_000 } as const;
    await shop.payments.cancelPartially({ ...part, shopTransactionId: 'refund-1', amount: 6_000 });
    await expect(
      shop.payments.cancelPartially({ ...part, shopTransactionId: 'refund-2', amount: 5_000 }),
    ).rejects.toBeInstanceOf(OverRefundError);
    expect(shop.kicc.requests()).toHaveLength(1);
  });
});

/** Each fault, what the shop is told, and how often the money may have moved. */
const FAULTS: readonly [SimulatedFault, status: ReviseOutcome['status'], effects: number][] = [
  [{ fault: 'drop-answer' }, 'unknown', 1],
  [{ fault: 'reset', when: 'before' }, 'unknown', 0],
  [{ fault: 'reset', when: 'after' }, 'unknown', 1],
  [{ fault: 'hang', when: 'before' }, 'unknown', 0],
  [{ fault: 'hang', when: 'after' }, 'unknown', 1],
  [{ fault: 'http-status', status: 400, when: 'before' }, 'declined', 0],
  [{ fault: 'http-status', status: 409, when: 'before' }, 'unknown', 0],
  [{ fault: 'http-status', status: 429, when: 'after' }, 'unknown', 1],
  [{ fault: 'http-status', status: 302, when: 'after' }, 'unknown', 1],
  [{ fault: 'http-status', status: 500, when: 'before' }, 'unknown', 0],
  [{ fault: 'http-status', status: 500, when: 'after' }, 'unknown', 1],
  [{ fault: 'html', when: 'before' }, 'unknown', 0],
  [{ fault: 'html', when: 'after' }, 'unknown', 1],
  [{ fault: 'truncated', when: 'before' }, 'unknown', 0],
  [{ fault: 'truncated', when: 'after' }, 'unknown', 1],
  [{ fault: 'oversized', when: 'after' }, 'unknown', 1],
  [{ fault: 'wrong-echo', when: 'before' }, 'unknown', 0],
  [{ fault: 'wrong-echo', when: 'after' }, 'unknown', 1],
  [{ fault: 'wrong-amount', when: 'before' }, 'unknown', 0],
  [{ fault: 'wrong-amount', when: 'after' }, 'unknown', 1],
  [{ fault: 'res-code', resCd: 'VTIM', when: 'before' }, 'unknown', 0],
  [{ fault: 'res-code', resCd: 'VTIM', when: 'after' }, 'unknown', 1],
  [{ fault: 'res-code', resCd: 'VT00', when: 'after' }, 'unknown', 1],
  [{ fault: 'res-code', resCd: 'P999', when: 'after' }, 'unknown', 1],
  [{ fault: 'res-code', resCd: '8521', when: 'before' }, 'declined', 0],
];

const timeoutFor = ({ fault }: SimulatedFault): number => (fault === 'hang' ? 1_000 : 30_000);

describe('a fault on the way', () => {
  it.each(FAULTS)('%j', async (fault, status, effects) => {
    // Only what never answers waits for its time-out, which is real here; all else has time, however busy the machine.
    shop = await openShop({ openCodes: ['P999'], timeoutMs: timeoutFor(fault) });
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject(fault);
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, payMethodTypeCode: '11' } as const;
    const outcome = await shop.payments.cancelPartially(request);
    expect(outcome).toMatchObject({ status, revision: { deliveries: 1 } });
    expect(shop.kicc.effects()).toHaveLength(effects);

    // Asking again sends nothing and says the same. A refusal was held against the query once.
    const asked = shop.kicc.requests().map(({ path }) => path.split('/').at(-1));
    expect(asked).toEqual(status === 'declined' ? ['revise', 'retrieveTransaction'] : ['revise']);
    expect(await shop.payments.cancelPartially(request)).toEqual(outcome);
    expect(shop.kicc.requests()).toHaveLength(asked.length);
  });

  it('that leaves nothing on the wire is tried again, then told as undelivered, and sent by the next call', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'refuse' });
    const outcome = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'none', revision: { status: 'accepted', deliveries: 0 } });
    const refused = 'refused (ECONNREFUSED)';
    expect(outcome.revision.trail.map(({ observed }) => observed)).toEqual([undefined, refused, refused, refused]);

    await shop.kicc.clearFaults();
    // A day later: the date is that of the day it is sent on.
    shop.setTime(new Date('2026-03-03T03:00:00Z'));
    expect(await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno })).toMatchObject({
      status: 'succeeded',
      revision: { cancelReqDate: '20260303' },
    });
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.problems()).toEqual([]);
  });

  it('that cuts a kept connection off is seen before the connection is picked', async () => {
    shop = await openShop();
    for (let round = 0; round < 10; round++) {
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      await shop.payments.cancel({ shopTransactionId: `before-${round}`, pgCno });
      shop.kicc.inject({ fault: 'refuse' });
      const again = shop.kicc.approve({ amount: 10_000 });
      const outcome = await shop.payments.cancel({ shopTransactionId: `after-${round}`, pgCno: again.pgCno });
      expect(outcome).toMatchObject({ status: 'unknown', delivery: 'none' });
      await shop.kicc.clearFaults();
    }
    expect(shop.kicc.effects()).toHaveLength(10);
  });

  it('keeps the id from being sent again even when its key is forgotten after midnight', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'drop-answer' });
    const request = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, payMethodTypeCode: '11' } as const;
    await shop.payments.cancelPartially(request);
    shop.setTime(new Date('2026-03-02T15:00:00Z'));
    expect(await shop.payments.cancelPartially(request)).toMatchObject({ status: 'unknown', delivery: 'possible' });
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('can be cleared up by the status query', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'drop-answer' });
    const { revision } = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(
      await shop.query.retrieve({ shopTransactionId: 'refund-1', transactionDate: revision.cancelReqDate ?? '' }),
    ).toMatchObject({ resCd: '0000', oriPgCno: pgCno, cancelAmount: 10_000 });
  });

  it('shows nobody a secret, a signature or the reason given', async () => {
    for (const [fault] of [...FAULTS, [{ fault: 'refuse' } as SimulatedFault] as const]) {
      shop = await openShop({ timeoutMs: timeoutFor(fault) });
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      shop.kicc.inject(fault);
      const request = { shopTransactionId: 'refund-1', pgCno, clientId: 'hong-gildong', reviseMessage: '홍길동 요청' };
      const outcome = await shop.payments.cancel(request);
      const errors: unknown[] = [];
      const runs: (() => Promise<unknown>)[] = [
        () => Promise.resolve(unwrap(outcome)),
        () => shop.payments.cancel({ ...request, reviseMessage: '김철수 요청' }),
        () => shop.payments.cancel({ ...request, shopTransactionId: 'refund-2' }),
        () => shop.payments.cancel({ ...request, shopTransactionId: '' }),
      ];
      for (const run of runs) {
        await Promise.resolve()
          .then(run)
          .catch((error: unknown) => errors.push(error));
      }
      expect(errors.length).toBeGreaterThanOrEqual(2);
      const printed = [
        ...shop.log,
        ...errors.flatMap((error) => [String(error), JSON.stringify(error), inspect(error, { showHidden: true, depth: null })]),
      ];
      const whole = printed.join('\n');
      expect(shop.log.join()).toContain('refund-1');
      const signature = messageAuthValue(MALL.secretKey, { pgCno, shopTransactionId: 'refund-1' });
      for (const secret of [MALL.secretKey, signature, 'hong-gildong', '홍길동', '김철수']) expect(whole).not.toContain(secret);
      // The outcome is the shop's, with its own request in it; keys and signatures are not in it either.
      const shown =
        inspect(outcome, { showHidden: true, depth: null }) + inspect(shop.payments, { showHidden: true, depth: null });
      for (const secret of [MALL.secretKey, signature]) expect(shown).not.toContain(secret);
      await shop.stop();
    }
    shop = await openShop();
  });
});

describe('the journal', () => {
  it('holds the revision, as one that may have arrived, before a byte leaves', async () => {
    const journal = new MemoryReviseJournal();
    const seen: (Revision | undefined)[] = [];
    shop = await openShop(
      {},
      {
        journal: { useValue: journal },
        transport: {
          useValue: {
            post: () => {
              throw new Error('unreachable in this test');
            },
          },
        },
        signer: {
          useValue: {
            sign: async () => {
              seen.push(await journal.find(MALL.mallId, 'refund-1'));
              throw new Error('a key vault that is down, with its secret in the message');
            },
          },
        },
      },
    );
    const outcome = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno: '1' });
    expect(seen[0]).toMatchObject({ status: 'sending', deliveries: 1, cancelReqDate: '20260302' });
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'none' });
    expect(outcome.revision.trail.at(-1)).toMatchObject({ observed: 'signer (Error)', status: 'accepted' });
    expect(shop.log.join()).not.toContain('vault');
  });

  it('is believed when it cannot take the outcome, whatever KICC answered', async () => {
    class Failing extends MemoryReviseJournal {
      override save(): Promise<boolean> {
        return Promise.reject(new Error('disk full'));
      }
    }
    shop = await openShop({}, { journal: { useClass: Failing } });
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const outcome = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'possible', revision: { status: 'sending' } });
    expect(shop.log.join()).toContain('could not be journaled');
  });

  it('lets nothing be sent that another process has taken over', async () => {
    class Overtaken extends MemoryReviseJournal {
      override save(revision: Revision): Promise<boolean> {
        return revision.status === 'sending' ? Promise.resolve(false) : super.save(revision);
      }
    }
    shop = await openShop({}, { journal: { useClass: Overtaken } });
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'refuse' });
    await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    await shop.kicc.clearFaults();
    expect(await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno })).toMatchObject({ status: 'unknown' });
    expect(shop.kicc.requests()).toEqual([]);
  });

  it('finds a revision by its id', async () => {
    shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const { revision } = await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(await shop.payments.find('refund-1')).toBe(revision);
    expect(await shop.payments.find('refund-1', MALL.mallId)).toBe(revision);
    expect(await shop.payments.find('refund-2')).toBeUndefined();
  });
});
