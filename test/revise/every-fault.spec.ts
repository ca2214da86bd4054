import { afterEach, describe, expect, it } from '@jest/globals';
import type { KiccModuleOptions, ReviseOutcome, RevisionStatus } from '../../lib/index.js';
import type { SimulatedFault, SimulatorProfile } from '../../lib/testing/index.js';
import { AFTER_MIDNIGHT_KST, asked, HOUR, MALL, MINUTE, openShop, SECOND, sent, until, type Shop } from './shop.js';

let shop: Shop;
afterEach(() => shop.stop());

const TODAY = '20260302';
/** When the sweeps come, after the call: through the day, the next one, and past the end of the query's window. */
const SWEEPS = [
  ...[0, 5 * SECOND, 15 * SECOND, 60 * SECOND, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE],
  ...Array.from({ length: 50 }, (_, hour) => (hour + 1) * HOUR),
];
const FULL = { kind: 'full', amount: 10_000 } as const;
const PARTIAL = { kind: 'partial', amount: 3_000 } as const;
const KINDS = [FULL, PARTIAL];
const PROFILES: readonly NonNullable<SimulatorProfile['refundQueryFlag']>[] = ['ignored', 'replays'];

type Kind = (typeof KINDS)[number];
/** What the call itself says, and where it ends. */
type Ends = readonly [first: ReviseOutcome['status'], last: RevisionStatus];

/** Nobody saw the answer, or it said nothing: what happened, or a re-send, makes it known. */
const KNOWN_LATER: Ends = ['unknown', 'succeeded'];
const AT_ONCE: Ends = ['succeeded', 'succeeded'];
const REFUSED: Ends = ['declined', 'declined'];

const both = (fault: SimulatedFault, ends = KNOWN_LATER): [SimulatedFault, Ends][] => [
  [{ ...fault, when: 'before' } as SimulatedFault, ends],
  [{ ...fault, when: 'after' } as SimulatedFault, ends],
];

/**
 * Every fault of the simulator. Left out: a 4xx that calls the request bad, and a code that is not open, `after` KICC carried
 * it out. By KICC's documents both say that nothing happened, and there would be nothing left to believe.
 */
const FAULTS: readonly [SimulatedFault, Ends][] = [
  ...both({ fault: 'drop-answer' }),
  ...both({ fault: 'reset' }),
  ...both({ fault: 'hang' }),
  ...both({ fault: 'html' }),
  ...both({ fault: 'truncated' }),
  ...both({ fault: 'oversized' }),
  ...both({ fault: 'wrong-amount' }),
  ...both({ fault: 'wrong-echo', field: 'shopTransactionId' }),
  ...both({ fault: 'wrong-echo', field: 'mallId' }),
  ...both({ fault: 'wrong-echo', field: 'oriPgCno' }),
  ...[300, 302, 307, 408, 409, 425, 429, 500, 502, 503, 504].flatMap((status) => both({ fault: 'http-status', status })),
  ...[400, 401, 403, 404, 422].map((status): [SimulatedFault, Ends] => [
    { fault: 'http-status', status, when: 'before' },
    REFUSED,
  ]),
  ...['VTIM', 'VT00', 'P999'].flatMap((resCd) => both({ fault: 'res-code', resCd })),
  [{ fault: 'res-code', resCd: '8521', when: 'before' }, REFUSED],
  ...both({ fault: 'slow', delayMs: 20 }, AT_ONCE),
  // Later than the time limit; carried out all the same, with `before` while the shop already asks what came of it.
  ...both({ fault: 'slow', delayMs: 700 }),
  [{ fault: 'refuse' }, KNOWN_LATER],
];

function optionsFor(fault: SimulatedFault): Partial<KiccModuleOptions> {
  const hangs = fault.fault === 'hang' || (fault.fault === 'slow' && fault.delayMs > 300);
  return { openCodes: ['P999'], ...(hangs ? { timeoutMs: 300 } : {}) };
}

const ID = 'refund-1';

function cancel(pgCno: string, kind: Kind): Promise<ReviseOutcome> {
  const request = { shopTransactionId: ID, pgCno, approvedAmount: 10_000 };
  if (kind === FULL) return shop.payments.cancel(request);
  return shop.payments.cancelPartially({ ...request, amount: kind.amount, payMethodTypeCode: '11' });
}

/** Lets the days go by. */
async function step(): Promise<void> {
  const start = shop.clock.at.getTime();
  for (const after of SWEEPS) {
    shop.setTime(new Date(start + after));
    await shop.recovery.sweep();
  }
}

/** What holds in the end, whatever the fault. */
async function expectTrue(pgCno: string, kind: Kind, last: RevisionStatus): Promise<void> {
  const revision = await shop.payments.find(ID);
  const effects = shop.kicc.effects();
  const seen = { status: revision?.status, effects: effects.length, trail: revision?.trail.map(({ event }) => event) };
  expect(seen).toMatchObject({ status: last });
  expect(effects.length).toBeLessThanOrEqual(1);
  if (last === 'succeeded') expect(effects).toMatchObject([{ pgCno, shopTransactionId: ID, amount: kind.amount }]);
  if (last === 'succeeded') expect(revision?.response).toMatchObject({ cancelAmount: kind.amount, oriPgCno: pgCno });
  if (last === 'declined') expect(effects).toEqual([]);
  expect(shop.errors).toHaveLength(last === 'escalated' ? 1 : 0);

  const [first, ...again] = sent(shop);
  const key = { mallId: MALL.mallId, shopTransactionId: ID, pgCno, cancelReqDate: TODAY, msgAuthValue: '(valid)' };
  expect(first).toMatchObject(key);
  expect(first).not.toHaveProperty('refundQueryFlag');
  for (const body of again) expect(body).toEqual({ ...first, refundQueryFlag: 'Y' });
  for (const body of asked(shop)) {
    expect(body).toEqual({ mallId: MALL.mallId, shopTransactionId: ID, transactionDate: TODAY });
  }
  expect(shop.kicc.problems()).toEqual([]);

  // It is over: nothing more is sent, by nobody, and every answer is the same.
  const requests = shop.kicc.requests().length;
  expect((await cancel(pgCno, kind)).revision).toEqual(revision);
  await shop.recovery.sweep();
  expect(shop.kicc.requests()).toHaveLength(requests);
}

describe.each(PROFILES)('where refundQueryFlag is %s', (refundQueryFlag) => {
  const open = async (options: Partial<KiccModuleOptions>): Promise<string> => {
    shop = await openShop(options, {}, { profile: { refundQueryFlag } });
    return shop.kicc.approve({ amount: 10_000 }).pgCno;
  };

  describe.each(KINDS)('a $kind cancel', (kind) => {
    it.each(FAULTS)('ends known after %j', async (fault, [first, last]) => {
      const pgCno = await open(optionsFor(fault));
      shop.kicc.inject(fault);
      const outcome = await cancel(pgCno, kind);
      expect(outcome.status).toBe(first);
      const effects = shop.kicc.effects().length;

      if (fault.fault === 'refuse') {
        await shop.recovery.sweep();
        expect(await shop.payments.find(ID)).toMatchObject({ status: 'accepted', deliveries: 0 });
        await shop.kicc.clearFaults();
      }
      if (fault.fault === 'slow' && fault.when === 'before' && first === 'unknown') {
        expect(effects).toBe(0);
        // KICC is still at it: the query does not find it, and a re-send is refused, which proves nothing.
        await shop.recovery.sweep();
        shop.pass(MINUTE);
        await shop.recovery.sweep();
        expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
        await until(() => shop.kicc.effects().length === 1, 'the effect');
      }
      await step();
      await expectTrue(pgCno, kind, last);
      // What was carried out is found by asking, without another delivery.
      if (effects === 1) expect(sent(shop)).toHaveLength(1);
    });

    it.each(['before', 'after'] as const)('ends known where answers are lost over and over, %s', async (when) => {
      const pgCno = await open({});
      shop.kicc.inject({ fault: 'drop-answer', when, times: 3 });
      shop.kicc.inject({ fault: 'http-status', status: 500, path: 'retrieveTransaction', times: 3 });
      await cancel(pgCno, kind);
      await step();
      await expectTrue(pgCno, kind, 'succeeded');
    });

    it.each([
      { fault: 'drop-answer' },
      { fault: 'reset' },
      { fault: 'html' },
      { fault: 'truncated' },
      { fault: 'oversized' },
      { fault: 'wrong-amount' },
      { fault: 'wrong-echo', field: 'shopTransactionId' },
      { fault: 'wrong-echo', field: 'mallId' },
      { fault: 'wrong-echo', field: 'oriPgCno' },
      { fault: 'http-status', status: 302 },
      { fault: 'http-status', status: 400 },
      { fault: 'http-status', status: 500 },
      { fault: 'res-code', resCd: 'VTIM' },
      { fault: 'slow', delayMs: 20 },
    ] as const)('ends known where the first queries fail with %j as well', async (fault) => {
      const pgCno = await open({});
      shop.kicc.inject({ fault: 'drop-answer' });
      shop.kicc.inject({ ...fault, path: 'retrieveTransaction', times: 2 });
      await cancel(pgCno, kind);
      await step();
      await expectTrue(pgCno, kind, 'succeeded');
      expect(sent(shop)).toHaveLength(1);
    });

    it('ends known where the query hangs', async () => {
      const pgCno = await open({ timeoutMs: 300 });
      shop.kicc.inject({ fault: 'drop-answer' });
      shop.kicc.inject({ fault: 'hang', path: 'retrieveTransaction' });
      await cancel(pgCno, kind);
      await step();
      await expectTrue(pgCno, kind, 'succeeded');
    });

    it.each([
      // A query that is down for good leaves the re-send, and that tells only where KICC repeats its answer.
      ['after', refundQueryFlag === 'replays' ? 'succeeded' : 'escalated'],
      ['before', 'succeeded'],
    ] as const)('ends true where the query never answers, the fault %s', async (when, last) => {
      const pgCno = await open({});
      shop.kicc.inject({ fault: 'drop-answer', when });
      shop.kicc.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 1_000 });
      await cancel(pgCno, kind);
      await step();
      await expectTrue(pgCno, kind, last);
      expect(shop.kicc.effects()).toHaveLength(1);
      // Where it is ignored, three re-sends are refused.
      expect(sent(shop)).toHaveLength(last === 'succeeded' ? 2 : 4);
    });

    it('is escalated where KICC never takes it', async () => {
      const pgCno = await open({});
      shop.kicc.inject({ fault: 'http-status', status: 502, when: 'before', times: 1_000 });
      await cancel(pgCno, kind);
      await step();
      await expectTrue(pgCno, kind, 'escalated');
      expect(shop.kicc.effects()).toEqual([]);
      expect(sent(shop).length).toBeGreaterThan(2);
      for (const { at, path } of shop.kicc.requests()) {
        expect(at.getTime()).toBeLessThan(AFTER_MIDNIGHT_KST.getTime() + (path.endsWith('revise') ? 23.5 : 47.5) * HOUR);
      }
    });

    it.each(['drop-answer', 'html'] as const)('is escalated where KICC refused and the answer was lost (%s)', async (fault) => {
      const pgCno = await open({});
      // Another system gave it all back; this journal knows nothing of it.
      const other = await openShop({}, {}, { beside: shop });
      try {
        await other.payments.cancel({ shopTransactionId: 'by-hand', pgCno });
      } finally {
        await other.stop();
      }
      const before = shop.kicc.requests().length;
      expect(shop.kicc.effects()).toHaveLength(1);

      shop.kicc.inject({ fault });
      await cancel(pgCno, kind);
      await step();
      expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
      expect(shop.kicc.effects()).toHaveLength(1);
      const deliveries = sent(shop).slice(before);
      // Three times more, which shows that KICC knows the key; never again after that.
      expect(deliveries).toHaveLength(4);
      for (const again of deliveries.slice(1)) expect(again).toEqual({ ...deliveries[0], refundQueryFlag: 'Y' });
    });

    it.each(['burnt', 'free'] as const)('is declined by a refusal that is seen (refused keys: %s)', async (refusedKeys) => {
      shop = await openShop({}, {}, { profile: { refundQueryFlag, refusedKeys } });
      const pgCno = 'no-such-payment';
      expect(await cancel(pgCno, kind)).toMatchObject({ status: 'declined', resCd: shop.kicc.refusalCode('unknownPayment') });
      await step();
      await expectTrue(pgCno, kind, 'declined');
    });
  });
});
