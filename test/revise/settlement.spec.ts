import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import {
  attentionOf,
  HmacSigner,
  KiccValidationError,
  MemoryReviseJournal,
  OverRefundError,
  PaymentBusyError,
  ReviseConflictError,
  ReviseJournalError,
  RevisionNotFoundError,
  RevisionStateError,
  unwrap,
  type ResolveRequest,
  type ReviseEvent,
  type ReviseOutcome,
  type Revision,
  type SignerInput,
} from '../../lib/index.js';
import type { SimulatedFault } from '../../lib/testing/index.js';
import { AFTER_MIDNIGHT_KST, asked, HOUR, MALL, MINUTE, openShop, SECOND, sent, until, type Shop } from './shop.js';

/** The shop of a test, and others beside it. */
let shop: Shop;
let others: Shop[];
beforeEach(() => {
  others = [];
});
afterEach(async () => {
  for (const other of others) await other.stop();
  await shop.stop();
});

const ID = 'refund-1';
const QUERY_DOWN: SimulatedFault = { fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 10_000 };
/** How a call waits in these tests: `queryDelaysMs` run in real time while the clock stands still. */
const waiting = (waitMs: number) => ({
  settlement: { waitMs, queryDelaysMs: [0, 20], sweepEveryMs: false as const },
});

type Opening = Parameters<typeof openShop>;

async function open(...[options = {}, extras = {}, around = {}]: Opening): Promise<string> {
  shop = await openShop(options, extras, around);
  return shop.kicc.approve({ amount: 10_000 }).pgCno;
}

/** Two processes on one journal. */
async function openTwo(options: Opening[0] = {}): Promise<{ pgCno: string; other: Shop }> {
  const journal = { useValue: new MemoryReviseJournal() };
  const pgCno = await open(options, { journal });
  const other = await openShop(options, { journal }, { beside: shop });
  others.push(other);
  return { pgCno, other };
}

const cancel = (pgCno: string, shopTransactionId = ID): Promise<ReviseOutcome> =>
  shop.payments.cancel({ shopTransactionId, pgCno });
const part = (pgCno: string, amount: number, shopTransactionId = ID, approvedAmount?: number): Promise<ReviseOutcome> =>
  shop.payments.cancelPartially({
    shopTransactionId,
    pgCno,
    amount,
    payMethodTypeCode: '11',
    ...(approvedAmount === undefined ? {} : { approvedAmount }),
  });
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A revision whose answer was lost. */
async function lose(when: 'before' | 'after', ...opening: Opening): Promise<string> {
  const pgCno = await open(...opening);
  shop.kicc.inject({ fault: 'drop-answer', when });
  expect(await cancel(pgCno)).toMatchObject({ status: 'unknown', delivery: 'possible' });
  return pgCno;
}

/** A revision of which nothing has left. */
async function strand(...opening: Opening): Promise<string> {
  const pgCno = await open(...opening);
  shop.kicc.inject({ fault: 'refuse' });
  expect(await cancel(pgCno)).toMatchObject({ status: 'unknown', delivery: 'none' });
  await shop.kicc.clearFaults();
  return pgCno;
}

/** Sweeps for a while. */
async function sweepFor(hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    shop.pass(HOUR);
    await shop.recovery.sweep();
  }
}

describe('waitMs: a call', () => {
  it('finds out about a lost answer before it returns', async () => {
    const pgCno = await open(waiting(4_000));
    shop.kicc.inject({ fault: 'drop-answer' });
    const outcome = await cancel(pgCno);
    expect(outcome).toMatchObject({ status: 'succeeded', revision: { settledBy: 'kicc' } });
    expect(unwrap(outcome)).toMatchObject({ oriPgCno: pgCno, cancelAmount: 10_000 });
    expect([sent(shop).length, asked(shop).length]).toEqual([1, 1]);
    expect(shop.kicc.problems()).toEqual([]);
  });

  it('asks again where the first query fails', async () => {
    const pgCno = await open(waiting(4_000));
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject({ fault: 'html', path: 'retrieveTransaction', times: 2 });
    expect(await cancel(pgCno)).toMatchObject({ status: 'succeeded' });
    expect([sent(shop).length, asked(shop).length]).toEqual([1, 3]);
  });

  it('says unknown when its time is up', async () => {
    const pgCno = await open(waiting(60));
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    const outcome = await cancel(pgCno);
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'possible', nextCheckAt: expect.any(Date) });
    expect(sent(shop)).toHaveLength(1);
  });

  it('sends what could not leave at first', async () => {
    const pgCno = await open(waiting(4_000));
    shop.kicc.inject({ fault: 'refuse' });
    const call = cancel(pgCno);
    await until(async () => (await shop.payments.find(ID))?.status === 'accepted', 'the first failure');
    await shop.kicc.clearFaults();
    expect(await call).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('is shared by every simultaneous call with its id, and refuses another request under it', async () => {
    const pgCno = await open(waiting(10_000));
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    const first = part(pgCno, 3_000);
    await until(() => asked(shop).length > 0, 'the first query');
    const second = part(pgCno, 3_000);
    expect(await errorOf(part(pgCno, 4_000))).toBeInstanceOf(ReviseConflictError);
    await shop.kicc.clearFaults();
    expect(await second).toBe(await first);
    expect(await first).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(1);
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('waits for what another process has on its way', async () => {
    const { pgCno, other } = await openTwo(waiting(4_000));
    shop.kicc.inject({ fault: 'slow', delayMs: 200 });
    const first = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    const second = other.payments.cancel({ shopTransactionId: ID, pgCno });
    expect((await first).status).toBe('succeeded');
    expect(await second).toEqual(await first);
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('asks no faster than it may while a key vault is down', async () => {
    const signer = new HmacSigner([[MALL.mallId, MALL.secretKey]]);
    let down = false;
    const vault = {
      sign: (input: SignerInput): Promise<string> =>
        down ? Promise.reject(new Error('the vault is sealed')) : Promise.resolve(signer.sign(input)),
    };
    const settlement = { waitMs: 300, queryDelaysMs: [0, 60_000], sweepEveryMs: false as const };
    const pgCno = await open({ settlement }, { signer: { useValue: vault } });
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    expect((await cancel(pgCno)).status).toBe('unknown');
    const before = asked(shop).length;
    down = true;
    shop.pass(2 * MINUTE);
    expect(await shop.payments.settle(ID)).toMatchObject({ status: 'unknown', delivery: 'possible' });
    // The pause is a minute, and the re-send that cannot be signed is no reason to ask over and over.
    expect(asked(shop).length - before).toBeLessThanOrEqual(2);
  });
});

describe('settle()', () => {
  it('takes the step now, whenever it is due', async () => {
    await lose('after');
    shop.kicc.inject({ ...QUERY_DOWN, times: 2 });
    for (const queries of [1, 2]) {
      expect(await shop.payments.settle(ID)).toMatchObject({ status: 'unknown', delivery: 'possible' });
      expect(asked(shop)).toHaveLength(queries);
    }
    expect(await shop.payments.settle(ID)).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(1);
  });

  it('sends what has not left yet, once for any number of calls', async () => {
    await strand();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => shop.payments.settle(ID)));
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(outcomes[0]).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(1);
  });

  it('sends again only when that is safe', async () => {
    await lose('before');
    shop.pass(59_999);
    await shop.payments.settle(ID);
    expect(sent(shop)).toHaveLength(1);
    shop.pass(1);
    expect(await shop.payments.settle(ID)).toMatchObject({ status: 'succeeded' });
    expect(sent(shop).map(({ refundQueryFlag }) => refundQueryFlag)).toEqual([undefined, 'Y']);
  });

  it('asks nothing about what is known', async () => {
    const pgCno = await open();
    const outcome = await cancel(pgCno);
    expect(await shop.payments.settle(ID, MALL.mallId)).toEqual(outcome);
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('asks whether a decline still holds', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'http-status', status: 400 });
    const { revision } = await cancel(pgCno);
    expect(await shop.payments.settle(ID)).toMatchObject({ status: 'declined', revision: { refusal: revision.refusal } });
    expect(asked(shop)).toHaveLength(2);
    expect(sent(shop)).toHaveLength(1);
  });

  it('leaves alone what another process is at work on', async () => {
    const { pgCno, other } = await openTwo();
    shop.kicc.inject({ fault: 'slow', delayMs: 200 });
    const first = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    expect(await other.payments.settle(ID)).toMatchObject({ status: 'unknown', delivery: 'possible' });
    expect((await first).status).toBe('succeeded');
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('knows only what was taken in', async () => {
    await open();
    expect(await errorOf(shop.payments.settle('no-such'))).toBeInstanceOf(RevisionNotFoundError);
    expect(await errorOf(shop.payments.settle(ID, 'T9999999'))).toMatchObject({ mallId: 'T9999999', shopTransactionId: ID });
  });
});

describe('withdraw()', () => {
  it('takes back what has not left; it is never sent, and its id stays declined', async () => {
    const pgCno = await strand();
    const withdrawn = await shop.payments.withdraw(ID);
    expect(withdrawn).toMatchObject({ status: 'declined', settledBy: 'withdrawal', settledAt: AFTER_MIDNIGHT_KST });
    await sweepFor(50);
    await shop.payments.settle(ID);
    const again = await cancel(pgCno);
    expect(again).toMatchObject({ status: 'declined', revision: { settledBy: 'withdrawal' } });
    for (const field of ['resCd', 'resMsg', 'httpStatus']) expect(again).not.toHaveProperty(field);
    expect(sent(shop)).toEqual([]);
    // The payment is free for another.
    expect(await cancel(pgCno, 'refund-2')).toMatchObject({ status: 'succeeded' });
    expect(sent(shop)).toHaveLength(1);
  });

  it('can be called again', async () => {
    await strand();
    const [first, second] = await Promise.all([shop.payments.withdraw(ID), shop.payments.withdraw(ID)]);
    expect(second).toEqual(first);
    shop.pass(HOUR);
    expect(await shop.payments.withdraw(ID, MALL.mallId)).toEqual(first);
    expect(first.trail.filter(({ event }) => event === 'withdrawn')).toHaveLength(1);
  });

  it('wins over a step that has begun and has not sent yet', async () => {
    const signer = new HmacSigner([[MALL.mallId, MALL.secretKey]]);
    let gate: Promise<void> | undefined = undefined;
    let holding = false;
    const vault = {
      sign: async (input: SignerInput): Promise<string> => {
        holding = gate !== undefined;
        await gate;
        return signer.sign(input);
      },
    };
    await strand({}, { signer: { useValue: vault } });
    let release = (): void => undefined;
    gate = new Promise<void>((resolve) => (release = resolve));
    shop.pass(MINUTE);
    const sweep = shop.recovery.sweep();
    await until(() => holding, 'the signature');
    expect(await shop.payments.withdraw(ID)).toMatchObject({ settledBy: 'withdrawal' });
    release();
    await sweep;
    await sweepFor(3);
    expect(sent(shop)).toEqual([]);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'declined', settledBy: 'withdrawal' });
  });

  it('is refused for what may have left', async () => {
    await lose('before');
    const error = await errorOf(shop.payments.withdraw(ID));
    expect(error).toBeInstanceOf(RevisionStateError);
    expect(error).toMatchObject({ status: 'unknown', shopTransactionId: ID, mallId: MALL.mallId });
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
  });

  it('is refused while it is on its way', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'slow', delayMs: 100 });
    const call = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    expect(await errorOf(shop.payments.withdraw(ID))).toMatchObject({ code: 'KICC_REVISION_STATE', status: 'sending' });
    expect((await call).status).toBe('succeeded');
  });

  it.each(['succeeded', 'declined'] as const)('is refused for what is known: %s', async (status) => {
    const pgCno = await open();
    if (status === 'declined') shop.kicc.inject({ fault: 'http-status', status: 400 });
    expect((await cancel(pgCno)).status).toBe(status);
    expect(await errorOf(shop.payments.withdraw(ID))).toMatchObject({ code: 'KICC_REVISION_STATE', status });
  });

  it('knows only what was taken in', async () => {
    await open();
    expect(await errorOf(shop.payments.withdraw(ID))).toBeInstanceOf(RevisionNotFoundError);
  });
});

describe('resolve()', () => {
  const verdict = (status: 'succeeded' | 'declined', more: Partial<ResolveRequest> = {}) =>
    shop.payments.resolve({ shopTransactionId: ID, verdict: status, actor: 'kim', reason: '관리자 화면에서 확인', ...more });

  it.each([
    ['nothing', undefined, ['shopTransactionId', 'actor', 'reason', 'verdict']],
    ['an empty request', {}, ['shopTransactionId', 'actor', 'reason', 'verdict']],
    ['blanks', { shopTransactionId: ' ', actor: '', reason: '\t', verdict: 'unknown' }, undefined],
    ['no reason', { shopTransactionId: ID, actor: 'kim', verdict: 'declined' }, ['reason']],
    ['another verdict', { shopTransactionId: ID, actor: 'kim', reason: 'x', verdict: 'escalated' }, ['verdict']],
    ...['2', 0, 1.5, NaN, null].map(
      (version) =>
        [
          `version ${inspect(version)}`,
          { shopTransactionId: ID, actor: 'kim', reason: 'x', verdict: 'declined', version },
          ['version'],
        ] as [string, object, string[]],
    ),
  ])('refuses %s, and names every field', async (_, request, fields = ['shopTransactionId', 'actor', 'reason', 'verdict']) => {
    await lose('before');
    const error = await errorOf(shop.payments.resolve(request as never));
    expect(error).toBeInstanceOf(KiccValidationError);
    expect((error as KiccValidationError).violations.map(({ field }) => field)).toEqual(fields);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'unknown' });
  });

  it('knows only what was taken in', async () => {
    await open();
    expect(await errorOf(verdict('declined'))).toBeInstanceOf(RevisionNotFoundError);
  });

  it('is refused while nothing has left', async () => {
    await strand();
    expect(await errorOf(verdict('declined'))).toMatchObject({ code: 'KICC_REVISION_STATE', status: 'accepted' });
  });

  it('is refused while it is on its way', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'slow', delayMs: 100 });
    const call = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    expect(await errorOf(verdict('declined'))).toMatchObject({ code: 'KICC_REVISION_STATE', status: 'sending' });
    expect((await call).status).toBe('succeeded');
  });

  it('is refused while KICC is being asked', async () => {
    await lose('after');
    shop.kicc.inject({ fault: 'slow', delayMs: 100, path: 'retrieveTransaction' });
    const settling = shop.payments.settle(ID);
    await until(() => asked(shop).length === 1, 'the query');
    const error = await errorOf(verdict('declined'));
    expect(error).toMatchObject({ code: 'KICC_REVISION_STATE', status: 'unknown' });
    expect(String(error)).toContain('being worked on');
    expect((await settling).status).toBe('succeeded');
  });

  it('is refused for what KICC has proved', async () => {
    const { revision } = await cancel(await open());
    for (const status of ['succeeded', 'declined'] as const) {
      expect(await errorOf(verdict(status))).toBeInstanceOf(RevisionStateError);
    }
    expect(await shop.payments.find(ID)).toEqual(revision);
  });

  it.each(['declined', 'withdrawn'] as const)('corrects what was %s: a refusal disproves no verdict', async (end) => {
    const pgCno = end === 'withdrawn' ? await strand() : await open();
    if (end === 'withdrawn') await shop.payments.withdraw(ID);
    if (end === 'declined') shop.kicc.inject({ fault: 'http-status', status: 400 });
    await cancel(pgCno);
    const types: string[] = [];
    shop.payments.events$.subscribe(({ type }) => types.push(type));
    const resolved = await verdict('succeeded');
    expect(resolved).toMatchObject({ status: 'succeeded', settledBy: 'verdict' });
    expect([resolved.contradicted, attentionOf(resolved), types]).toEqual([undefined, undefined, ['corrected']]);
    expect(shop.errors.join()).toContain("by a person's verdict");
  });

  it('as declined: the same call is answered so, the payment is free, and nothing more is sent for it', async () => {
    const pgCno = await lose('before');
    const resolved = await verdict('declined');
    expect(resolved).toMatchObject({
      status: 'declined',
      settledBy: 'verdict',
      settledAt: AFTER_MIDNIGHT_KST,
      verdict: { verdict: 'declined', actor: 'kim', reason: '관리자 화면에서 확인', at: AFTER_MIDNIGHT_KST },
    });
    expect(resolved.trail.at(-1)).toMatchObject({ event: 'verdict', status: 'declined' });
    const outcome = await cancel(pgCno);
    expect(outcome).toMatchObject({ status: 'declined', revision: { settledBy: 'verdict' } });
    expect(outcome).not.toHaveProperty('resCd');
    expect(await cancel(pgCno, 'refund-2')).toMatchObject({ status: 'succeeded' });
    await sweepFor(50);
    // The re-send, had it come, would have taken the money back twice.
    expect(sent(shop).map(({ shopTransactionId }) => shopTransactionId)).toEqual([ID, 'refund-2']);
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'declined' });
    expect(shop.errors).toEqual([]);
    expect(shop.log.join()).not.toMatch(/kim|관리자/);
  });

  it('as succeeded: the answer is made of what was asked for, until KICC tells its own', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    await part(pgCno, 3_000);
    await verdict('succeeded');
    const vouched = unwrap(await part(pgCno, 3_000));
    expect(vouched).toEqual({
      resCd: '0000',
      mallId: MALL.mallId,
      shopTransactionId: ID,
      oriPgCno: pgCno,
      cancelAmount: 3_000,
    });
    await shop.kicc.clearFaults();
    await sweepFor(1);
    expect(unwrap(await part(pgCno, 3_000))).toMatchObject({ cancelPgCno: shop.kicc.effects()[0]?.cancelPgCno });
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded', settledBy: 'verdict' });
    expect(shop.errors).toEqual([]);
    const requests = shop.kicc.requests().length;
    await sweepFor(50);
    expect(shop.kicc.requests()).toHaveLength(requests);
  });

  it('can be repeated by anybody, and replaced by who names the version that stands', async () => {
    await lose('before');
    const first = await verdict('declined');
    expect(await verdict('declined')).toEqual(first);
    expect(await verdict('declined', { actor: 'lee' })).toEqual(first);
    expect(await verdict('succeeded', { version: first.version })).toMatchObject({
      status: 'succeeded',
      verdict: { verdict: 'succeeded' },
    });
    expect((await shop.payments.find(ID))?.trail.filter(({ event }) => event === 'verdict')).toHaveLength(2);
  });

  it('is refused where somebody has decided otherwise, and says who to staff, but to no log', async () => {
    await lose('before');
    const first = await verdict('declined');
    const error = await errorOf(verdict('succeeded', { actor: 'lee' }));
    expect(error).toBeInstanceOf(RevisionStateError);
    expect(error).toMatchObject({ status: 'declined', verdict: first.verdict });
    expect((error as Error).message).toContain(`decided as declined at ${AFTER_MIDNIGHT_KST.toISOString()}`);
    expect((error as Error).message).toContain(`version ${first.version}`);
    const { message, stack } = error as Error;
    const printed = [message, stack, JSON.stringify(error), inspect(error), JSON.stringify({ ...(error as Error) })];
    expect(printed.join()).not.toMatch(/kim|관리자/);
    expect(await shop.payments.find(ID)).toEqual(first);
  });

  it('holds for the version that it names alone, whoever has moved on from it', async () => {
    await lose('before');
    const seen = (await shop.payments.find(ID)) as Revision;
    shop.kicc.inject({ ...QUERY_DOWN, times: 1 });
    await shop.payments.settle(ID);
    const moved = (await shop.payments.find(ID)) as Revision;
    expect(moved.version).toBeGreaterThan(seen.version);
    const error = await errorOf(verdict('declined', { version: seen.version }));
    expect(error).toMatchObject({ code: 'KICC_REVISION_STATE', status: 'unknown' });
    expect(error).not.toHaveProperty('verdict');
    expect(String(error)).toMatch(/has moved on.*Look at it again/);
    expect(await shop.payments.find(ID)).toEqual(moved);

    const { version } = moved;
    const first = await verdict('declined', { version });
    // Who has lost the answer says the very same again; nobody else is told that it was he who decided.
    expect(await verdict('declined', { version })).toEqual(first);
    for (const status of ['declined', 'succeeded'] as const) {
      const refused = await errorOf(verdict(status, { version, actor: 'lee' }));
      expect(refused).toMatchObject({ code: 'KICC_REVISION_STATE', verdict: { actor: 'kim' } });
    }
    expect(await shop.payments.find(ID)).toEqual(first);
  });

  it('made before KICC contradicted another names what stands since; made after, it needs no version', async () => {
    await lose('after');
    const { version } = await verdict('declined');
    await sweepFor(1);
    const error = await errorOf(verdict('succeeded', { version }));
    expect(error).toMatchObject({ code: 'KICC_REVISION_STATE', verdict: { verdict: 'declined' } });
    expect(String(error)).toContain('contradicted');
    expect(await verdict('succeeded')).toMatchObject({ status: 'succeeded' });
  });

  it("that was made with KICC's proof in sight stands: whoever decides otherwise names its version", async () => {
    await lose('after');
    await verdict('declined');
    await sweepFor(1);
    const again = await verdict('declined', { actor: 'lee', reason: 'the money is back' });
    expect(again).toMatchObject({ contradicted: true, verdict: { actor: 'lee' } });
    expect(await errorOf(verdict('succeeded'))).toMatchObject({ code: 'KICC_REVISION_STATE', verdict: { actor: 'lee' } });
    expect(await verdict('succeeded', { version: again.version })).toMatchObject({ status: 'succeeded' });
  });

  it('of two at once, one stands, and the other is refused', async () => {
    const { pgCno, other } = await openTwo();
    shop.kicc.inject({ fault: 'drop-answer' });
    await cancel(pgCno);
    const both = await Promise.allSettled([
      verdict('succeeded'),
      other.payments.resolve({ shopTransactionId: ID, verdict: 'declined', actor: 'lee', reason: 'x' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [stands] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(await other.payments.find(ID)).toEqual(stands);
  });

  it('settles what was escalated', async () => {
    await lose('before');
    await sweepFor(46);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'succeeded' });
    await shop.stop();

    await lose('before');
    shop.kicc.inject({ fault: 'http-status', status: 502, when: 'before', times: 1_000 });
    await sweepFor(46);
    expect(await shop.payments.find(ID)).toMatchObject({ status: 'escalated' });
    expect(await verdict('declined')).toMatchObject({ status: 'declined' });
    expect((await shop.payments.openRevisions()).byStatus).toMatchObject({ escalated: 0 });
  });

  it('that KICC contradicts is reported, and stands until a person decides anew', async () => {
    const pgCno = await open();
    const events: [ReviseEvent['type'], ReviseEvent['from']][] = [];
    shop.payments.events$.subscribe(({ type, from }) => void events.push([type, from]));
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    await part(pgCno, 6_000, ID, 10_000);
    await verdict('declined');
    await sweepFor(1);
    expect(shop.errors).toEqual([]);

    await shop.kicc.clearFaults();
    await sweepFor(1);
    const contradicted = await shop.payments.find(ID);
    expect(contradicted).toMatchObject({ status: 'declined', settledBy: 'verdict', contradicted: true });
    expect(contradicted?.trail.at(-1)).toMatchObject({ event: 'contradicted', status: 'declined' });
    expect(events.at(-1)).toEqual(['contradicted', 'declined']);
    expect(shop.errors).toHaveLength(1);
    expect(shop.errors[0]).toContain(ID);
    expect(shop.errors[0]).toContain(pgCno);
    expect(await part(pgCno, 6_000, ID, 10_000)).toMatchObject({ status: 'declined' });
    // What KICC proved to have gone back counts, whatever was decided.
    expect(await errorOf(part(pgCno, 5_000, 'refund-2'))).toMatchObject({ code: 'KICC_OVER_REFUND', refunded: 6_000 });

    const requests = shop.kicc.requests().length;
    await sweepFor(1);
    expect(shop.kicc.requests()).toHaveLength(requests);
    expect(shop.errors).toHaveLength(1);

    expect(await verdict('succeeded')).toMatchObject({ status: 'succeeded', verdict: { verdict: 'succeeded' } });
    expect((await shop.payments.find(ID))?.contradicted).toBeFalsy();
    expect(unwrap(await part(pgCno, 6_000, ID, 10_000))).toMatchObject({ cancelAmount: 6_000, oriPgCno: pgCno });
    await sweepFor(50);
    expect(shop.errors).toHaveLength(1);
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(sent(shop)).toHaveLength(1);
  });

  it('can be confirmed against KICC, and is then reported no more', async () => {
    const pgCno = await lose('after');
    await verdict('declined');
    await sweepFor(1);
    expect(shop.errors).toHaveLength(1);
    expect(await verdict('declined')).toMatchObject({ status: 'declined', settledBy: 'verdict' });
    await sweepFor(50);
    expect(shop.errors).toHaveLength(1);
    expect((await cancel(pgCno)).status).toBe('declined');
    expect(shop.kicc.effects()).toHaveLength(1);
  });
});

describe('watch()', () => {
  const statuses = (revisions: readonly Revision[]): string[] => revisions.map(({ status }) => status);

  it('sees a revision to its end, and completes', async () => {
    await lose('after');
    shop.kicc.inject({ ...QUERY_DOWN, times: 1 });
    const seen: string[] = [];
    const end = lastValueFrom(shop.payments.watch(ID).pipe(toArray()));
    shop.payments.watch(ID).subscribe(({ status }) => void seen.push(status));
    await until(() => seen.length === 1, 'the first look');
    await shop.payments.settle(ID);
    await shop.payments.settle(ID);
    const revisions = await end;
    expect(statuses(revisions)).toEqual(['unknown', 'unknown', 'succeeded']);
    expect(seen).toEqual(statuses(revisions));
    expect(revisions.at(-1)).toEqual(await shop.payments.find(ID));
  });

  it('sees what an app has just asked for', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'slow', delayMs: 100 });
    const call = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    expect(statuses(await lastValueFrom(shop.payments.watch(ID).pipe(toArray())))).toEqual(['sending', 'succeeded']);
    await call;
  });

  it('shows what is known already, and completes', async () => {
    const pgCno = await open();
    const { revision } = await cancel(pgCno);
    expect(await lastValueFrom(shop.payments.watch(ID, MALL.mallId).pipe(toArray()))).toEqual([revision]);
  });

  it('sees what another process has done', async () => {
    const { pgCno, other } = await openTwo();
    shop.kicc.inject({ fault: 'drop-answer' });
    await cancel(pgCno);
    const watched = lastValueFrom(shop.payments.watch(ID).pipe(toArray()));
    await firstValueFrom(shop.payments.watch(ID));
    await other.payments.settle(ID);
    const revisions = await watched;
    expect(revisions[0]?.status).toBe('unknown');
    expect(revisions.at(-1)).toMatchObject({ status: 'succeeded' });
  }, 10_000);

  it('errors where there is nothing to watch', async () => {
    await open();
    expect(await errorOf(lastValueFrom(shop.payments.watch(ID)))).toBeInstanceOf(RevisionNotFoundError);
    expect(await errorOf(lastValueFrom(shop.payments.watch(ID, 'T9999999')))).toMatchObject({ mallId: 'T9999999' });
  });

  it('changes nothing by being left, or by failing', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'slow', delayMs: 100 });
    const call = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    const left = shop.payments.watch(ID).subscribe();
    shop.payments.watch(ID).subscribe(() => {
      throw new Error('a screen that broke');
    });
    await firstValueFrom(shop.payments.watch(ID));
    left.unsubscribe();
    expect((await call).status).toBe('succeeded');
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.hangUps()).toBe(0);
    expect(shop.log.join()).not.toContain('a screen that broke');
  });
});

describe('events$', () => {
  const record = (): [ReviseEvent['type'], ReviseEvent['from']][] => {
    const events: [ReviseEvent['type'], ReviseEvent['from']][] = [];
    shop.payments.events$.subscribe(({ type, from }) => void events.push([type, from]));
    return events;
  };

  it('tells one lost answer in order', async () => {
    const pgCno = await open(waiting(4_000));
    const events = record();
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject({ ...QUERY_DOWN, times: 1 });
    await cancel(pgCno);
    expect(events).toEqual([
      ['sending', undefined],
      ['unknown', 'sending'],
      ['checked', 'unknown'],
      ['succeeded', 'unknown'],
    ]);
  });

  it('tells a re-send, a withdrawal and a verdict', async () => {
    await lose('before');
    let events = record();
    shop.pass(MINUTE);
    await shop.payments.settle(ID);
    expect(events).toEqual([
      ['checked', 'unknown'],
      ['sending', 'unknown'],
      ['succeeded', 'sending'],
    ]);
    await shop.stop();

    const pgCno = await open();
    events = record();
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(pgCno);
    await shop.payments.withdraw(ID);
    expect(events).toEqual([
      ['sending', undefined],
      ['accepted', 'sending'],
      ['declined', 'accepted'],
    ]);
    await shop.stop();

    await lose('before');
    events = record();
    await shop.payments.resolve({ shopTransactionId: ID, verdict: 'declined', actor: 'kim', reason: 'x' });
    expect(events).toEqual([['declined', 'unknown']]);
  });

  it('comes once the journal holds it', async () => {
    const pgCno = await open();
    const held: Promise<boolean>[] = [];
    shop.payments.events$.subscribe(({ revision }) => {
      held.push(shop.payments.find(ID).then((found) => (found?.version ?? 0) >= revision.version));
    });
    await cancel(pgCno);
    expect(await Promise.all(held)).toEqual([true, true]);
  });

  it('is hurt by no subscriber that throws', async () => {
    const pgCno = await open();
    shop.payments.events$.subscribe(() => {
      throw new Error('a mailer with a secret in its words');
    });
    const events = record();
    expect((await cancel(pgCno)).status).toBe('succeeded');
    expect(events).toHaveLength(2);
    expect(shop.errors).toHaveLength(2);
    expect(shop.log.join()).not.toContain('mailer');
  });
});

describe('openRevisions()', () => {
  it('counts what is open, and since when', async () => {
    const none = { accepted: 0, sending: 0, unknown: 0, escalated: 0 };
    const escalated = await open();
    const attention = {
      bounced: 0,
      contradicted: 0,
      disputed: 0,
      corrected: 0,
      doubled: 0,
      unreviewed: 0,
      ambiguous: 0,
      unreadable: 0,
    };
    expect(await shop.payments.openRevisions()).toEqual({ byStatus: none, attention });

    shop.kicc.inject({ fault: 'http-status', status: 502, when: 'before', times: 1_000 });
    await cancel(escalated, 'escalated');
    await sweepFor(47);
    await shop.kicc.clearFaults();
    const pgCnos = Array.from({ length: 5 }, () => shop.kicc.approve({ amount: 10_000 }).pgCno) as [string, ...string[]];
    shop.kicc.inject({ fault: 'drop-answer', times: 2 });
    await cancel(pgCnos[0], 'unknown-1');
    await cancel(pgCnos[1] ?? '', 'unknown-2');
    await cancel(pgCnos[2] ?? '', 'succeeded');
    shop.kicc.inject({ fault: 'http-status', status: 400 });
    await cancel(pgCnos[3] ?? '', 'declined');
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(pgCnos[4] ?? '', 'accepted');
    await shop.kicc.clearFaults();
    shop.kicc.inject({ fault: 'slow', delayMs: 100 });
    const call = cancel(shop.kicc.approve({ amount: 10_000 }).pgCno, 'sending');
    await nextTurn();

    const counted = { accepted: 1, sending: 1, unknown: 2, escalated: 1 };
    expect(await shop.payments.openRevisions()).toEqual({
      byStatus: counted,
      attention,
      oldestSince: AFTER_MIDNIGHT_KST,
      nearestWindowEnd: new Date('2026-03-03T15:00:00Z'),
    });
    await call;
    const { byStatus } = await shop.payments.openRevisions();
    expect(byStatus).toEqual({ ...counted, sending: 0 });
  });
});

describe('a journal that fails', () => {
  class Failing extends MemoryReviseJournal {
    failing: 'open' | 'find' | 'save' | 'openRevisions' | undefined;
    private answer<T>(method: typeof this.failing, call: () => Promise<T>): Promise<T> {
      return this.failing === method ? Promise.reject(new TypeError('disk full of 홍길동')) : call();
    }
    override open(revision: Revision) {
      return this.answer('open', () => super.open(revision));
    }
    override find(mallId: string, shopTransactionId: string) {
      return this.answer('find', () => super.find(mallId, shopTransactionId));
    }
    override save(revision: Revision) {
      return this.answer('save', () => super.save(revision));
    }
    override openRevisions(mallIds: readonly string[]) {
      return this.answer('openRevisions', () => super.openRevisions(mallIds));
    }
  }

  function expectJournalError(error: unknown): void {
    expect(error).toBeInstanceOf(ReviseJournalError);
    expect(error).toMatchObject({ code: 'KICC_REVISE_JOURNAL', reason: 'TypeError' });
    expect(`${String(error)} ${JSON.stringify(error)} ${shop.log.join()}`).not.toMatch(/disk full|홍길동/);
  }

  it('when a revision is taken in: nothing is sent, and the same call can be repeated', async () => {
    const journal = new Failing();
    const pgCno = await open({}, { journal: { useValue: journal } });
    journal.failing = 'open';
    const error = await errorOf(cancel(pgCno));
    expectJournalError(error);
    expect(error).toMatchObject({ shopTransactionId: ID });
    expect(String(error)).toContain(ID);
    expect(shop.kicc.requests()).toEqual([]);
    journal.failing = undefined;
    expect((await cancel(pgCno)).status).toBe('succeeded');
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('when it is read or written', async () => {
    const journal = new Failing();
    await strand({}, { journal: { useValue: journal } });
    journal.failing = 'find';
    const verdict = { shopTransactionId: ID, verdict: 'declined', actor: 'kim', reason: 'x' } as const;
    for (const call of [
      () => shop.payments.find(ID),
      () => shop.payments.settle(ID),
      () => shop.payments.withdraw(ID),
      () => shop.payments.resolve(verdict),
    ]) {
      expectJournalError(await errorOf(call()));
    }
    journal.failing = 'save';
    expectJournalError(await errorOf(shop.payments.withdraw(ID)));
    journal.failing = 'openRevisions';
    expectJournalError(await errorOf(shop.payments.openRevisions()));
    expect(shop.kicc.requests()).toEqual([]);
    journal.failing = undefined;
    expect(await shop.payments.withdraw(ID)).toMatchObject({ settledBy: 'withdrawal' });
  });
});

describe('the balance guard', () => {
  it('says which revision of the payment is open, and since when', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject({ fault: 'drop-answer' });
    await part(pgCno, 1_000, ID, 10_000);
    shop.pass(5 * SECOND);
    const error = await errorOf(part(pgCno, 1_000, 'refund-2', 10_000));
    expect(error).toBeInstanceOf(PaymentBusyError);
    expect(error).toMatchObject({ pgCno, openShopTransactionId: ID, since: AFTER_MIDNIGHT_KST });
    for (const word of [ID, pgCno, AFTER_MIDNIGHT_KST.toISOString(), 'unknown']) expect(String(error)).toContain(word);
    expect(sent(shop)).toHaveLength(1);
    // Another payment is free.
    expect((await cancel(shop.kicc.approve({ amount: 1_000 }).pgCno, 'refund-3')).status).toBe('unknown');
    // And this one, once its outcome is known.
    expect((await shop.payments.settle(ID)).status).toBe('succeeded');
    expect((await part(pgCno, 1_000, 'refund-2', 10_000)).status).toBe('succeeded');
  });

  it.each(['accepted', 'escalated'] as const)('counts one that is %s as open', async (status) => {
    const pgCno = status === 'accepted' ? await strand() : await lose('before');
    if (status === 'escalated') {
      shop.kicc.inject({ fault: 'http-status', status: 502, when: 'before', times: 1_000 });
      await sweepFor(47);
    }
    expect(await shop.payments.find(ID)).toMatchObject({ status });
    expect(await errorOf(cancel(pgCno, 'refund-2'))).toMatchObject({ openShopTransactionId: ID });
  });

  it('holds for every process on the journal', async () => {
    const { pgCno, other } = await openTwo();
    const calls = Array.from({ length: 20 }, (_, index) => {
      const request = { shopTransactionId: `refund-${index}`, pgCno };
      return (index % 2 === 0 ? shop : other).payments.cancel(request);
    });
    const ends = await Promise.allSettled(calls);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(PaymentBusyError);
    expect(sent(shop)).toHaveLength(1);
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('counts what succeeded, and not what was declined or withdrawn', async () => {
    const pgCno = await open();
    expect((await part(pgCno, 6_000, 'refund-1', 10_000)).status).toBe('succeeded');
    shop.kicc.inject({ fault: 'http-status', status: 400 });
    expect((await part(pgCno, 3_000, 'refund-2', 10_000)).status).toBe('declined');
    shop.kicc.inject({ fault: 'refuse' });
    await part(pgCno, 4_000, 'refund-3', 10_000);
    await shop.payments.withdraw('refund-3');
    await shop.kicc.clearFaults();
    const error = await errorOf(part(pgCno, 4_001, 'refund-4'));
    expect(error).toBeInstanceOf(OverRefundError);
    expect(error).toMatchObject({ pgCno, amount: 4_001, refunded: 6_000, approvedAmount: 10_000 });
    expect((await part(pgCno, 4_000, 'refund-5', 10_000)).status).toBe('succeeded');
    expect(shop.kicc.payment(pgCno)).toMatchObject({ balance: 0 });
  });

  it('counts what a person vouched for', async () => {
    const pgCno = await open();
    shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
    await part(pgCno, 6_000, ID, 10_000);
    await shop.payments.resolve({ shopTransactionId: ID, verdict: 'succeeded', actor: 'kim', reason: 'x' });
    expect(await errorOf(part(pgCno, 5_000, 'refund-2'))).toMatchObject({ code: 'KICC_OVER_REFUND', refunded: 6_000 });
  });
});
