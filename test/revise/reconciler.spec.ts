import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { defer, mergeMap, of, throwError, type Observable } from 'rxjs';
import { KiccClock } from '../../lib/gateway/kicc-clock.js';
import { KiccGateway } from '../../lib/gateway/kicc-gateway.js';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from '../../lib/gateway/kicc-transport.js';
import { RetrieveTransactionService } from '../../lib/gateway/retrieve-transaction.service.js';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { HmacSigner, type ReviseSigner } from '../../lib/protocol/hmac-signer.js';
import { koreanDay, startOfKoreanDay } from '../../lib/protocol/korean-date.js';
import { leaseEnd } from '../../lib/revise/lease.js';
import { Reconciler } from '../../lib/revise/reconciler.js';
import { ReviseEvents } from '../../lib/revise/revise-events.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { isSettled, type Revision } from '../../lib/revision/revision.js';
import { RequestSeal } from '../../lib/revision/sealed-request.js';
import { accept, resolved, startSending, withdrawn } from '../../lib/revision/transitions.js';
import { fixedMalls } from '../malls/fixed-malls.js';

const MALL = 'T0000001';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TIMEOUT = 30 * SECOND;
const LEASE = leaseEnd(new Date(0), { timeoutMs: TIMEOUT }).getTime();
const NOON = new Date('2026-03-02T03:00:00Z');
const DAY = '20260302';
const MIDNIGHT = startOfKoreanDay(DAY, 1);
const CLOSES = startOfKoreanDay(DAY, 2);

const REQUEST = checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '32', amount: 3_000 }, [
  MALL,
]);
const SUCCESS = {
  resCd: '0000',
  mallId: MALL,
  shopTransactionId: 'refund-1',
  oriPgCno: 'payment-1',
  cancelAmount: 3_000,
};
const NOT_FOUND = { resCd: 'R404' };

type Reply = object | 'refused' | 'lost' | 'HTTP 400' | (() => void);

/** KICC and the way to it: each request is answered in turn; `revise` runs out into successes, `query` into "not found". */
class Wire extends KiccTransport {
  readonly sent: { path: string; body: Record<string, unknown> }[] = [];
  revise: Reply[] = [];
  query: Reply[] = [];
  /** What happens while a revise request connects. */
  connecting: () => void | Promise<void> = () => undefined;

  override post({ url, body, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer> {
    const connected = defer(async () => {
      if (beforeFirstByte) await this.connecting();
    });
    const answered = (): Observable<KiccHttpAnswer> => {
      beforeFirstByte?.();
      const path = url.endsWith('/revise') ? 'revise' : 'query';
      this.sent.push({ path, body: JSON.parse(body) as Record<string, unknown> });
      const reply = this[path].shift() ?? (path === 'revise' ? SUCCESS : NOT_FOUND);
      if (reply === 'refused') return throwError(() => new KiccDeliveryError('none', 'refused', 'ECONNREFUSED'));
      if (reply === 'lost') return throwError(() => new KiccDeliveryError('possible', 'connectionLost'));
      if (reply === 'HTTP 400') return of({ httpStatus: 400, body: '' });
      return of({ httpStatus: 200, body: JSON.stringify(reply) });
    };
    return connected.pipe(mergeMap(answered));
  }

  get paths(): string[] {
    return this.sent.map(({ path }) => path);
  }
  /** What arrived, or may have. */
  bodies(path = 'revise'): Record<string, unknown>[] {
    return this.sent.filter((one) => one.path === path).map(({ body }) => body);
  }
}

/** Moves the clock, or fails, while it writes. */
class SlowJournal extends MemoryReviseJournal {
  beforeSave: (next: Revision) => void | Promise<void> = () => undefined;

  override async save(revision: Revision): Promise<boolean> {
    await this.beforeSave(revision);
    return super.save(revision);
  }
}

let time: Date;
const now = (): Date => time;
const later = (ms: number): Date => (time = new Date(time.getTime() + ms));
let wire: Wire;
let journal: SlowJournal;
const KEYS = [{ id: 'k1', key: Buffer.alloc(32, 1).toString('base64') }];
const SIGNER = new HmacSigner([[MALL, 'unit-test-secret']]);

/** One process: nothing is shared with another but the journal, the clock and KICC. */
function newProcess(signer: ReviseSigner = SIGNER): Reconciler {
  const gate = { baseUrl: 'http://127.0.0.1:1', timeoutMs: TIMEOUT, now, clock: new KiccClock(now) };
  const retrieve = new RetrieveTransactionService(wire, { ...gate, malls: fixedMalls(MALL) });
  const gateway = new KiccGateway(wire, signer, retrieve, { ...gate, retry: { maxAttempts: 3, baseDelayMs: 0 } });
  const settings = {
    now,
    openCodes: [],
    timeoutMs: TIMEOUT,
    settlement: {
      queryDelaysMs: [0, 5 * SECOND, 15 * SECOND, MINUTE, 30 * MINUTE],
      resendAfterMs: MINUTE,
      escalateBeforeMs: 2 * HOUR,
      reviewMs: 0,
    },
    clock: { at: () => undefined },
    random: () => 0.5,
  };
  return new Reconciler(journal, gateway, new ReviseEvents('Test'), settings, new RequestSeal(KEYS, true));
}

const stored = async (): Promise<Revision> => {
  const found = await journal.find(MALL, 'refund-1');
  if (!found) throw new Error('lost');
  return found;
};
const events = async (): Promise<string[]> => (await stored()).trail.map(({ event }) => event);

/** Takes a revision in as a call does. */
async function opened(): Promise<Revision> {
  const taken = startSending(accept({ request: REQUEST }, time), koreanDay(time), time, new Date(time.getTime() + LEASE));
  return (await journal.open(taken)).revision;
}
/** Taken in by a process that died at once; its lease has run out. */
async function interrupted(): Promise<Revision> {
  const revision = await opened();
  later(LEASE);
  return revision;
}
async function delivered(...replies: Reply[]): Promise<Revision> {
  wire.revise = replies;
  const revision = await newProcess().deliver(await opened());
  wire.sent.length = 0;
  return revision;
}
/** What recovery does. */
async function sweep(reconciler: Reconciler): Promise<number> {
  const due = await journal.claimDue({ mallIds: [MALL], now: time, leaseUntil: new Date(time.getTime() + LEASE), limit: 16 });
  await Promise.all(due.map((revision) => reconciler.step(revision, true)));
  return due.length;
}
async function written(next: Revision): Promise<Revision> {
  const versioned = { ...next, version: next.version + 1 };
  expect(await journal.save(versioned)).toBe(true);
  return versioned;
}

beforeEach(() => {
  Logger.overrideLogger(false);
  time = NOON;
  wire = new Wire();
  journal = new SlowJournal();
});

describe('what a dead process left', () => {
  it('is asked about, and sent again under its own key and day', async () => {
    await interrupted();
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'succeeded', deliveries: 2 });
    expect(wire.paths).toEqual(['query', 'revise']);
    expect(wire.bodies('query')).toEqual([{ mallId: MALL, shopTransactionId: 'refund-1', transactionDate: DAY }]);
    expect(wire.bodies()).toEqual([
      expect.objectContaining({ shopTransactionId: 'refund-1', pgCno: 'payment-1', cancelReqDate: DAY, refundQueryFlag: 'Y' }),
    ]);
    expect((await stored()).trail.slice(1)).toMatchObject([
      { event: 'interrupted', status: 'unknown', cancelReqDate: DAY },
      { event: 'query', observed: 'answer', resCd: 'R404', status: 'unknown' },
      { event: 'resend', observed: 'answer', resCd: '0000', status: 'succeeded', cancelReqDate: DAY },
    ]);
  });

  it('is not sent again where KICC found it', async () => {
    await interrupted();
    wire.query = [SUCCESS];
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'succeeded', response: { cancelAmount: 3_000 } });
    expect(wire.paths).toEqual(['query']);
    expect(await events()).toEqual(['accepted', 'interrupted', 'query']);
  });

  it('is only asked about after midnight, and given to a person before KICC can tell no more', async () => {
    time = new Date(MIDNIGHT.getTime() - MINUTE);
    await interrupted();
    const reconciler = newProcess();
    for (; time < new Date(CLOSES.getTime() + HOUR); later(30 * SECOND)) await sweep(reconciler);
    expect(new Set(wire.paths)).toEqual(new Set(['query']));
    const { status, nextCheckAt, trail } = await stored();
    expect([status, nextCheckAt]).toEqual(['escalated', undefined]);
    const escalatedAt = trail.find(({ event }) => event === 'escalated')?.at.getTime() ?? 0;
    expect(escalatedAt).toBeGreaterThanOrEqual(CLOSES.getTime() - 2 * HOUR);
    expect(escalatedAt).toBeLessThan(CLOSES.getTime() - 2 * HOUR + MINUTE);
  });

  it('is left alone while it may still be at work', async () => {
    const revision = await opened();
    later(LEASE - 1);
    expect(await newProcess().step(revision)).toBe(revision);
    expect(await sweep(newProcess())).toBe(0);
    expect(wire.sent).toEqual([]);
  });

  it('is given to a person without a question where it is found too late', async () => {
    await interrupted();
    time = CLOSES;
    await sweep(newProcess());
    expect(await stored()).toMatchObject({ status: 'escalated', deliveries: 1, nextCheckAt: undefined });
    expect(await events()).toEqual(['accepted', 'interrupted', 'escalated']);
    expect(wire.sent).toEqual([]);
  });
});

describe('one revision and two processes', () => {
  const starts: readonly (readonly [string, () => Promise<unknown>, paths: string[]])[] = [
    ['interrupted', interrupted, ['query', 'revise']],
    ['unknown', () => delivered('lost').then(() => later(MINUTE)), ['query', 'revise']],
    ['provably not sent', () => delivered('refused', 'refused', 'refused').then(() => later(MINUTE)), ['revise']],
  ];

  it.each(starts)('%s: only one acts, whoever is faster', async (_, start, paths) => {
    await start();
    const state = await stored();
    await Promise.all([newProcess(), newProcess(), newProcess()].map((reconciler) => reconciler.step(state)));
    expect(wire.paths).toEqual(paths);
    expect(await stored()).toMatchObject({ status: 'succeeded' });
  });

  it.each(starts)('%s: only one acts where both sweep', async (_, start, paths) => {
    await start();
    expect((await Promise.all([newProcess(), newProcess()].map(sweep))).sort()).toEqual([0, 1]);
    expect(wire.paths).toEqual(paths);
  });

  it.each(starts)('%s: who claimed it acts, not who has read it before or after', async (_, start, paths) => {
    await start();
    const stale = await stored();
    const leaseUntil = new Date(time.getTime() + LEASE);
    const [claimed] = await journal.claimDue({ mallIds: [MALL], now: time, leaseUntil, limit: 1 });
    for (const seen of [stale, await stored()]) await newProcess().step(seen);
    expect(wire.sent).toEqual([]);
    await newProcess().step(claimed ?? stale, true);
    expect(wire.paths).toEqual(paths);
  });

  it('takes a step once in one process, and the claimed one after it', async () => {
    await interrupted();
    const reconciler = newProcess();
    const state = await stored();
    const both = [reconciler.step(state), reconciler.step(state)];
    const claimed = reconciler.step({ ...state, leaseUntil: new Date(time.getTime() + LEASE) }, true);
    await reconciler.idle();
    expect(both[0]).toBe(both[1]);
    expect(await both[0]).toMatchObject({ status: 'succeeded' });
    // It comes with a state that is none any more, so it must not act, nor ask.
    await claimed;
    expect(await stored()).toMatchObject({ status: 'succeeded' });
    expect(wire.paths).toEqual(['query', 'revise']);
  });

  it.each<readonly [string, (revision: Revision) => Revision]>([
    ['withdrew it', (revision) => withdrawn(revision, time, 0)],
    ['sent it', (revision) => startSending(revision, DAY, time, new Date(time.getTime() + LEASE))],
  ])('sends nothing where somebody %s while it was signed', async (_, change) => {
    await delivered('refused', 'refused', 'refused');
    later(MINUTE);
    const state = await stored();
    let theirs: Revision | undefined;
    const slow: ReviseSigner = {
      sign: async (input) => {
        theirs ??= await written(change(state));
        return SIGNER.sign(input);
      },
    };
    expect(await newProcess(slow).step(state)).toBe(theirs);
    expect(wire.sent).toEqual([]);
    expect(await stored()).toBe(theirs);
  });

  it('does not send again what a person decided meanwhile', async () => {
    await delivered('lost');
    later(MINUTE);
    journal.beforeSave = async ({ status }) => {
      if (status !== 'sending') return;
      journal.beforeSave = () => undefined;
      await written(resolved(await stored(), { verdict: 'declined', actor: 'kim', reason: 'console', at: time }));
    };
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'declined', settledBy: 'verdict' });
    expect(wire.paths).toEqual(['query']);
  });
});

describe('a journal that is slow', () => {
  const slowly = (ms: number, times = Infinity): void => {
    journal.beforeSave = ({ status }) => {
      if (status === 'sending' && times-- > 0) later(ms);
    };
  };

  it('so slow that the lease is over: nothing is sent, and the revision can still be withdrawn', async () => {
    await delivered('refused', 'refused', 'refused');
    later(MINUTE);
    slowly(LEASE);
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'accepted', deliveries: 0 });
    expect(wire.sent).toEqual([]);
  });

  it.each([
    [LEASE - TIMEOUT - 30 * SECOND, 1],
    [LEASE - TIMEOUT - 30 * SECOND + 1, 0],
  ])('by %d ms: an attempt must be over well before anybody else may act', async (ms, sent) => {
    await delivered('refused', 'refused', 'refused');
    later(MINUTE);
    slowly(ms);
    await newProcess().step(await stored());
    expect(wire.bodies()).toHaveLength(sent);
  });

  it('once: the attempt is noted anew, under a fresh lease, and counts once', async () => {
    await delivered('refused', 'refused', 'refused');
    later(MINUTE);
    slowly(LEASE, 1);
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'succeeded', deliveries: 1 });
    expect(wire.bodies()).toHaveLength(1);
  });

  it('so slow that the lease is over before a re-send: nothing is sent', async () => {
    await delivered('lost');
    later(MINUTE);
    slowly(LEASE);
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'unknown', deliveries: 1 });
    expect(wire.paths).toEqual(['query']);
  });

  it.each([
    ['the fence', 30 * SECOND],
    ['midnight', 10 * MINUTE],
  ])('so slow that %s has passed: nothing is sent again', async (_, ms) => {
    time = new Date(MIDNIGHT.getTime() - 10 * MINUTE);
    await delivered('lost');
    time = new Date(MIDNIGHT.getTime() - TIMEOUT - MINUTE - 1);
    slowly(ms);
    expect(await newProcess().step(await stored())).toMatchObject({
      status: 'unknown',
      deliveries: 1,
      cancelReqDate: DAY,
      leaseUntil: undefined,
    });
    expect(wire.paths).toEqual(['query']);
  });

  it('that fails to note an attempt: nothing is sent', async () => {
    await delivered('refused', 'refused', 'refused');
    later(MINUTE);
    journal.beforeSave = () => {
      throw new TypeError('disk full');
    };
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'accepted', deliveries: 0 });
    expect(wire.sent).toEqual([]);
  });

  it('that loses the answer: KICC is asked again, and nothing is sent for what it found', async () => {
    const revision = await opened();
    let answered = false;
    journal.beforeSave = () => {
      if (answered) throw new TypeError('disk full');
    };
    const post = wire.post.bind(wire);
    wire.post = (request) => {
      answered = true;
      // The pauses of a journal that fails are not this test's.
      journal.save = () => Promise.resolve(false);
      return post(request);
    };
    await newProcess().deliver(revision);
    wire.post = post;
    Reflect.deleteProperty(journal, 'save');
    journal.beforeSave = () => undefined;
    expect(await stored()).toMatchObject({ status: 'sending', deliveries: 1 });
    later(LEASE);
    wire.query = [SUCCESS];
    await sweep(newProcess());
    expect(await stored()).toMatchObject({ status: 'succeeded' });
    expect(wire.paths).toEqual(['revise', 'query']);
  });
});

describe('a connection that is slow, or a host that is halted while it connects', () => {
  const slowly = (ms: number, times = 1): void => {
    wire.connecting = () => {
      if (times-- > 0) later(ms);
    };
  };

  it.each([
    [LEASE - TIMEOUT - 30 * SECOND, 1],
    [LEASE - TIMEOUT - 30 * SECOND + 1, 0],
  ])('by %d ms each time: an attempt must be over well before anybody else may act', async (ms, sent) => {
    slowly(ms, Infinity);
    await newProcess().deliver(await opened());
    expect(wire.bodies()).toHaveLength(sent);
    expect(await stored()).toMatchObject({ status: sent ? 'succeeded' : 'accepted', deliveries: sent });
  });

  it('so slow that the lease is over, once: noted anew, under a fresh lease, and sent', async () => {
    slowly(LEASE);
    expect(await newProcess().deliver(await opened())).toMatchObject({ status: 'succeeded', deliveries: 1 });
    expect(wire.bodies()).toHaveLength(1);
    expect((await stored()).trail.slice(1)).toMatchObject([
      { event: 'delivery', observed: 'late', status: 'accepted' },
      { event: 'delivery', observed: 'answer', status: 'succeeded' },
    ]);
  });

  it('so slow that another process took over: nothing more is sent from here', async () => {
    const other = newProcess();
    let isTakenOver = false;
    wire.connecting = async () => {
      if (isTakenOver) return;
      isTakenOver = true;
      later(LEASE);
      await sweep(other);
    };
    expect(await newProcess().deliver(await opened())).toMatchObject({ status: 'succeeded' });
    expect(wire.paths).toEqual(['query', 'revise']);
    expect(await events()).toEqual(['accepted', 'interrupted', 'query', 'resend']);
  });

  it('past midnight: the first delivery carries the new day', async () => {
    time = new Date(MIDNIGHT.getTime() - SECOND);
    slowly(2 * SECOND);
    await newProcess().deliver(await opened());
    expect(wire.bodies()).toMatchObject([{ cancelReqDate: '20260303' }]);
  });

  it.each([
    ['the fence', 30 * SECOND],
    ['midnight', 2 * MINUTE],
  ])('so slow that %s has passed: nothing is sent again', async (_, ms) => {
    time = new Date(MIDNIGHT.getTime() - 10 * MINUTE);
    await delivered('lost');
    time = new Date(MIDNIGHT.getTime() - TIMEOUT - MINUTE - 1);
    slowly(ms);
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'unknown', deliveries: 1, cancelReqDate: DAY });
    expect(wire.paths).toEqual(['query']);
  });
});

describe('what provably left nothing', () => {
  it('waits, longer and longer, and is sent on a later day under a fresh date', async () => {
    await delivered('refused', 'refused', 'refused');
    expect(await stored()).toMatchObject({ status: 'accepted', deliveries: 0, checks: 1, nextCheckAt: later(2_500) });
    wire.revise = ['refused', 'refused', 'refused'];
    await sweep(newProcess());
    expect(await stored()).toMatchObject({ status: 'accepted', checks: 2, nextCheckAt: new Date(time.getTime() + 7_500) });
    time = new Date(MIDNIGHT.getTime() + 12 * HOUR);
    wire.revise = ['refused', 'refused', 'refused'];
    await sweep(newProcess());
    wire.sent.length = 0;
    time = new Date(CLOSES.getTime() + 12 * HOUR);
    await sweep(newProcess());
    expect(await stored()).toMatchObject({ status: 'succeeded', deliveries: 1, cancelReqDate: '20260304' });
    // Had the journal lost that it was sent on an earlier day, KICC would know by now.
    expect(wire.paths).toEqual(['query', 'query', 'revise']);
    expect(wire.bodies('query')).toMatchObject([{ transactionDate: '20260303' }, { transactionDate: '20260304' }]);
    expect(wire.bodies()[0]).toMatchObject({ cancelReqDate: '20260304', shopTransactionId: 'refund-1' });
    expect(wire.bodies()[0]).not.toHaveProperty('refundQueryFlag');
  });

  it('is given to a person, not sent, where nobody has tried for so long that KICC can tell no longer: the journal may be a restored one', async () => {
    await delivered('refused', 'refused', 'refused');
    time = new Date(CLOSES.getTime() + 12 * HOUR);
    const reconciler = newProcess();
    for (let sweeps = 0; sweeps < 3; sweeps++) await sweep(reconciler);
    expect(await stored()).toMatchObject({ status: 'escalated', deliveries: 0, nextCheckAt: undefined });
    expect(wire.bodies()).toEqual([]);
  });

  it('leaves one line for each attempt', async () => {
    await delivered('refused', 'refused', 'lost');
    expect((await stored()).trail).toMatchObject([
      { event: 'accepted', status: 'accepted' },
      { event: 'delivery', observed: 'refused (ECONNREFUSED)', status: 'accepted', cancelReqDate: DAY },
      { event: 'delivery', observed: 'refused (ECONNREFUSED)', status: 'accepted' },
      { event: 'delivery', observed: 'connectionLost', status: 'unknown' },
    ]);
    later(MINUTE);
    wire.revise = ['refused', 'refused', 'refused'];
    expect(await newProcess().step(await stored())).toMatchObject({ status: 'unknown', deliveries: 1 });
    expect((await stored()).trail.slice(4)).toMatchObject([
      { event: 'query', status: 'unknown' },
      ...Array.from({ length: 3 }, () => ({
        event: 'resend',
        observed: 'refused (ECONNREFUSED)',
        status: 'unknown',
        cancelReqDate: DAY,
      })),
    ]);
  });

  it('is asked about at once when it has left at last', async () => {
    await delivered('refused', 'refused', 'refused');
    for (let failures = 0; failures < 5; failures++) {
      time = (await stored()).nextCheckAt ?? time;
      wire.revise = ['refused', 'refused', 'refused'];
      await sweep(newProcess());
    }
    time = (await stored()).nextCheckAt ?? time;
    wire.revise = ['lost'];
    await sweep(newProcess());
    expect(await stored()).toMatchObject({ status: 'unknown', deliveries: 1, nextCheckAt: time });
  });
});

describe('a re-send', () => {
  /** How long after the delivery before each re-send came, ms. */
  const pauses = async (): Promise<number[]> => {
    const sends = (await stored()).trail.filter(({ event }) => event === 'delivery' || event === 'resend');
    return sends.slice(1).map(({ at }, index) => at.getTime() - sends[index]!.at.getTime());
  };

  it('that is refused is tried twice more, after longer and longer pauses, then never again, and is never a decline', async () => {
    await delivered('lost');
    later(MINUTE);
    wire.revise = Array.from({ length: 9 }, () => ({ resCd: 'R102' }));
    const reconciler = newProcess();
    for (; time < new Date(CLOSES.getTime() + HOUR); later(MINUTE)) await sweep(reconciler);
    expect(wire.bodies()).toHaveLength(3);
    expect(await stored()).toMatchObject({ status: 'escalated', resendsRefused: 3, keyKnown: true, deliveries: 4 });
    (await pauses()).forEach((pause, index) => expect(pause).toBeGreaterThanOrEqual(MINUTE * 2 ** index));
  });

  it('that an instance with an old key made is made good by the next one that has the right key', async () => {
    await delivered('lost');
    later(MINUTE);
    wire.revise = [{ resCd: 'R102' }, { resCd: 'R102' }, SUCCESS];
    const reconciler = newProcess();
    for (; !isSettled(await stored()) && time < CLOSES; later(SECOND)) await sweep(reconciler);
    expect(await stored()).toMatchObject({ status: 'succeeded', resendsRefused: 2, deliveries: 4 });
    expect((await stored()).keyKnown).toBeUndefined();
    expect(wire.bodies()).toHaveLength(3);
  });

  it('of what an earlier version took for known is never made', async () => {
    await delivered('lost');
    const held = await stored();
    await journal.save({ ...held, keyKnown: true, version: held.version + 1 });
    later(MINUTE);
    const reconciler = newProcess();
    for (; time < new Date(CLOSES.getTime() + HOUR); later(MINUTE)) await sweep(reconciler);
    expect(wire.bodies()).toEqual([]);
  });

  it('whose answer is lost too is asked about, and repeated while it may be', async () => {
    await delivered('lost');
    later(MINUTE);
    wire.revise = ['lost', 'lost', SUCCESS];
    const reconciler = newProcess();
    for (; !isSettled(await stored()) && time < CLOSES; later(SECOND)) await sweep(reconciler);
    expect(await stored()).toMatchObject({ status: 'succeeded', deliveries: 4 });
    expect(wire.bodies().map(({ refundQueryFlag, cancelReqDate }) => [refundQueryFlag, cancelReqDate])).toEqual(
      Array(3).fill(['Y', DAY]),
    );
    const resends = (await stored()).trail.filter(({ event }) => event === 'resend').map(({ at }) => at.getTime());
    resends.slice(1).forEach((at, index) => expect(at - (resends[index] ?? at)).toBeGreaterThanOrEqual(MINUTE));
  });

  it('does not come before its time', async () => {
    await delivered('lost');
    const reconciler = newProcess();
    for (const until = time.getTime() + MINUTE; time.getTime() < until; later(SECOND)) await sweep(reconciler);
    expect(new Set(wire.paths)).toEqual(new Set(['query']));
  });

  it('that cannot be signed does not make KICC be asked without a pause', async () => {
    await delivered('lost');
    later(MINUTE);
    const keyless: ReviseSigner = { sign: () => Promise.reject(new Error('vault sealed')) };
    expect(await newProcess(keyless).step(await stored())).toMatchObject({ status: 'unknown', deliveries: 1 });
    expect(wire.paths).toEqual(['query']);
    expect((await stored()).nextCheckAt?.getTime()).toBeGreaterThan(time.getTime());
  });
});

it('a delivery that cannot be signed leaves its line, and is tried again later and later', async () => {
  const keyless: ReviseSigner = { sign: () => Promise.reject(new Error('vault sealed')) };
  await newProcess(keyless).deliver(await opened());
  const first = await stored();
  expect(first).toMatchObject({ status: 'accepted', deliveries: 0, checks: 1 });
  time = first.nextCheckAt ?? time;
  await newProcess(keyless).step(first);
  const second = await stored();
  expect(second).toMatchObject({ status: 'accepted', deliveries: 0, checks: 2 });
  expect(second.nextCheckAt?.getTime()).toBeGreaterThan(time.getTime());
  expect(second.trail.slice(first.trail.length)).toMatchObject(
    Array(3).fill({ event: 'delivery', observed: 'signer (Error)', status: 'accepted' }),
  );
  expect(wire.sent).toEqual([]);
});

describe('a refusal of the first delivery', () => {
  it('is held against the query: a journal that was lost may have forgotten an earlier one', async () => {
    wire.revise = [{ resCd: 'D409' }];
    wire.query = [SUCCESS];
    const revision = await newProcess().deliver(await opened());
    expect(revision).toMatchObject({ status: 'succeeded', response: SUCCESS, settledBy: 'kicc' });
    expect(await events()).toEqual(['accepted', 'delivery', 'query']);
    expect(wire.paths).toEqual(['revise', 'query']);
  });

  it('stands where the query does not know it', async () => {
    wire.revise = [{ resCd: '8521' }];
    const revision = await newProcess().deliver(await opened());
    expect(revision).toMatchObject({ status: 'declined', refusal: { resCd: '8521' } });
    expect(await events()).toEqual(['accepted', 'delivery', 'query']);
  });

  it.each<readonly [string, Reply]>([
    ['cannot be reached', 'refused'],
    ['says that it does not know yet', { resCd: 'VTIM' }],
    ['answers for another payment', { ...SUCCESS, oriPgCno: 'payment-2' }],
  ])('waits for an answer where the query %s; nothing is sent again meanwhile', async (_, reply) => {
    wire.revise = [{ resCd: '8521' }];
    wire.query = [reply, reply];
    const reconciler = newProcess();
    const revision = await reconciler.deliver(await opened());
    expect(revision).toMatchObject({ status: 'unknown', uncheckedRefusal: { resCd: '8521' } });
    expect(revision.refusal).toBeUndefined();
    for (const until = time.getTime() + 10 * MINUTE; time.getTime() < until; later(SECOND)) await sweep(reconciler);
    expect(wire.bodies()).toHaveLength(1);
    const declined = { status: 'declined', refusal: { resCd: '8521' }, uncheckedRefusal: undefined, settledBy: 'kicc' };
    expect(await stored()).toMatchObject(declined);
  });

  it('costs a success no query', async () => {
    await newProcess().deliver(await opened());
    expect(wire.paths).toEqual(['revise']);
  });
});

describe('what is settled', () => {
  it.each<readonly [string, Reply[]]>([
    ['by a success', [SUCCESS]],
    ['by a refusal', [{ resCd: '8521' }]],
    ['by a bad request', ['HTTP 400']],
  ])('%s is neither asked about nor sent', async (_, replies) => {
    const revision = await delivered(...replies);
    expect(isSettled(revision)).toBe(true);
    for (const at of [time, later(HOUR), CLOSES]) {
      time = at;
      expect(await sweep(newProcess())).toBe(0);
    }
    await newProcess().step(await stored());
    expect(wire.sent).toEqual([]);
    expect(await stored()).toBe(revision);
  });

  it('by a withdrawal neither', async () => {
    const revision = await delivered('refused', 'refused', 'refused');
    await written(withdrawn(revision, time, 0));
    later(HOUR);
    expect(await sweep(newProcess())).toBe(0);
    expect(wire.sent).toEqual([]);
  });

  it.each(['succeeded', 'declined'] as const)('by a verdict (%s) is asked about, and never sent', async (verdict) => {
    const revision = await delivered('lost');
    await written(resolved(revision, { verdict, actor: 'kim', reason: 'console', at: time }));
    const reconciler = newProcess();
    for (; time < new Date(CLOSES.getTime() + HOUR); later(MINUTE)) await sweep(reconciler);
    expect(new Set(wire.paths)).toEqual(new Set(['query']));
    expect(await stored()).toMatchObject({ status: verdict, settledBy: 'verdict', nextCheckAt: undefined });
  });

  it('by a verdict that KICC contradicts is told, and rests', async () => {
    const revision = await delivered('lost');
    await written(resolved(revision, { verdict: 'declined', actor: 'kim', reason: 'console', at: time }));
    wire.query = [NOT_FOUND, SUCCESS];
    const reconciler = newProcess();
    for (const until = time.getTime() + HOUR; time.getTime() < until; later(SECOND)) await sweep(reconciler);
    expect(await stored()).toMatchObject({ status: 'declined', contradicted: true, nextCheckAt: undefined });
    expect(wire.paths).toEqual(['query', 'query']);
  });
});

// What throws after the journal has written must not have the step concluded twice: the delivery would be taken back twice.
it('a logger that throws once does not make anything be sent twice', async () => {
  let failures = 1;
  const write = (line: unknown): void => {
    if (String(line).includes('could not be sent') && failures-- > 0) throw new Error('the log is full');
  };
  Logger.overrideLogger({ log: write, error: write, warn: write, debug: write });
  await delivered('refused', 'refused', 'refused');
  wire.revise = ['lost'];
  const reconciler = newProcess();
  for (const until = time.getTime() + HOUR; time.getTime() < until; later(SECOND)) await sweep(reconciler);
  const flags = wire.bodies().map(({ refundQueryFlag }) => refundQueryFlag);
  expect(flags).toEqual([undefined, 'Y']);
  expect(wire.paths.slice(0, 2)).toEqual(['revise', 'query']);
});
