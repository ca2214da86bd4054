import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { KiccConfigurationError } from '../../lib/protocol/kicc-configuration.error.js';
import { JournaledRevision, type JournalingSettings } from '../../lib/revise/journaled-revision.js';
import { ReviseEvents, type ReviseEvent } from '../../lib/revise/revise-events.js';
import type { Decision } from '../../lib/revision/decide.js';
import type { DeliveryEvidence, QueryEvidence } from '../../lib/revision/evidence.js';
import type { Evidence } from '../../lib/revision/evidence.js';
import { SettledHandlerError } from '../../lib/revision/revise.errors.js';
import type { Revision } from '../../lib/revision/revision.js';
import { trailEntry } from '../../lib/revision/trail.js';
import { accept, resolved, startSending, withdrawn } from '../../lib/revision/transitions.js';
import { followGlobalTimers } from '../library-time.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const UNTIL = new Date('2026-03-02T03:02:00Z');
const DAY = '20260302';
const settings: JournalingSettings = {
  now: () => NOW,
  openCodes: [],
  timeoutMs: 30_000,
  settlement: { queryDelaysMs: [0, 5_000], resendAfterMs: 60_000, escalateBeforeMs: 7_200_000, reviewMs: 0 },
  clock: { at: () => undefined },
  random: () => 0.5,
};
const REQUEST = checkReviseRequest({ shopTransactionId: 'refund-1', pgCno: 'payment-1', reviseTypeCode: '40' }, ['T0000001']);
const SENDING = startSending(accept({ request: REQUEST }, NOW), DAY, NOW, UNTIL);

const answer = (resCd: string): DeliveryEvidence => ({
  kind: 'answer',
  response: { resCd, resMsg: '예금주 홍길동' },
  contradicted: [],
});
/** A refusal, and what the query told right after it. */
const refused = (told: QueryEvidence = NOT_FOUND): DeliveryEvidence => ({ ...answer('8521'), asked: told }) as DeliveryEvidence;
const NOT_FOUND: QueryEvidence = { kind: 'queryAnswer', transaction: { resCd: 'R404' }, contradicted: [], day: DAY };
const TIMED_OUT: DeliveryEvidence = { kind: 'noAnswer', reason: 'timeout' };
const NOTHING_LEFT: DeliveryEvidence = { kind: 'undelivered', reason: 'refused' };
const FOUND: QueryEvidence = { kind: 'queryAnswer', transaction: { resCd: '0000' }, contradicted: [], day: '20260302' };

/** Fails as often as it is told to, before or after it has written. */
class FailingJournal extends MemoryReviseJournal {
  saves = 0;
  failSaves = 0;
  failSavesDone = 0;
  failFinds = 0;

  override async save(revision: Revision): Promise<boolean> {
    this.saves++;
    if (this.failSaves-- > 0) throw new TypeError('no space left for refund of 홍길동');
    const saved = await super.save(revision);
    if (this.failSavesDone-- > 0) throw new TypeError('connection lost after commit');
    return saved;
  }
  override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    if (this.failFinds-- > 0) throw new TypeError('gone');
    return super.find(mallId, shopTransactionId);
  }
}

let journal: FailingJournal;
let events: ReviseEvents;
let told: ReviseEvent[];
let log: string[];
let unfollow: () => void;

const logger = (write: (line: string) => void) => {
  const all = (line: unknown): void => write(String(line));
  Logger.overrideLogger({ log: all, error: all, warn: all, debug: all, verbose: all, fatal: all });
};
const held = (revision: Revision): JournaledRevision => new JournaledRevision(revision, journal, events, settings);
const stored = async (): Promise<Revision | undefined> => journal.find('T0000001', 'refund-1');
/** Concludes, letting the pauses pass. */
async function concluded(journaled: JournaledRevision, evidence: Evidence): Promise<Decision | undefined> {
  const kind = evidence.kind.startsWith('query') ? 'query' : 'delivery';
  const done = journaled.conclude(evidence, ({ status }) => [trailEntry(kind, evidence, status, NOW, DAY)]);
  done.catch(() => undefined);
  await jest.runAllTimersAsync();
  return done;
}
/** What somebody else writes over a state. */
async function overwritten(state: Revision): Promise<Revision> {
  const next = { ...state, version: state.version + 1 };
  expect(await journal.save(next)).toBe(true);
  return next;
}

beforeEach(async () => {
  unfollow = followGlobalTimers();
  jest.useFakeTimers();
  journal = new FailingJournal();
  events = new ReviseEvents('Test');
  told = [];
  log = [];
  logger((line) => log.push(line));
  events.events$.subscribe((event) => told.push(event));
  await journal.open(SENDING);
});
afterEach(() => {
  jest.useRealTimers();
  unfollow();
  Logger.overrideLogger(false);
});

describe('write', () => {
  it('writes the next state over the one it holds, and tells after', async () => {
    const seen: Promise<Revision | undefined>[] = [];
    events.events$.subscribe(() => seen.push(stored()));
    const mine = held(SENDING);
    expect(await mine.write({ ...SENDING, status: 'unknown' })).toBe(true);
    expect(mine.revision).toEqual({ ...SENDING, status: 'unknown', version: 2 });
    expect(await Promise.all(seen)).toEqual([mine.revision]);
    expect(told).toEqual([{ type: 'unknown', from: 'sending', revision: mine.revision }]);
  });

  it('writes and tells nothing where somebody else has written', async () => {
    const mine = held(SENDING);
    const theirs = await overwritten({ ...SENDING, status: 'unknown' });
    expect(await mine.write({ ...SENDING, status: 'escalated' })).toBe(false);
    expect(mine.revision).toBe(SENDING);
    expect(await stored()).toBe(theirs);
    expect(told).toEqual([]);
    expect(await mine.reread()).toBe(true);
    expect(mine.revision).toBe(theirs);
  });

  it('passes on that the journal failed', async () => {
    journal.failSaves = 1;
    const mine = held(SENDING);
    await expect(mine.write({ ...SENDING, status: 'unknown' })).rejects.toThrow(TypeError);
    expect([mine.revision, told]).toEqual([SENDING, []]);
  });
});

describe('conclude, where a handler of the shop fails', () => {
  /** As a journal whose handlers run in the transaction that settles: what fails there is not written. */
  class HandledJournal extends MemoryReviseJournal {
    fails = true;

    override save(revision: Revision): Promise<boolean> {
      if (this.fails && revision.settledAt) return Promise.reject(new SettledHandlerError(revision, 'Books.book', 'TypeError'));
      return super.save(revision);
    }
  }

  it("keeps KICC's word, reports the handler, and settles when it is due again without a question", async () => {
    const handled = new HandledJournal();
    await handled.open(SENDING);
    const mine = new JournaledRevision(SENDING, handled, events, settings);
    expect(await concluded(mine, refused())).toMatchObject({ status: 'declined' });
    const kept = await handled.find('T0000001', 'refund-1');
    expect(kept).toMatchObject({ status: 'unknown', refusal: { resCd: '8521' }, nextCheckAt: new Date(NOW.getTime() + 5_000) });
    expect(told.map(({ type }) => type)).toEqual(['unknown']);
    expect(log.join()).toContain('Books.book failed (TypeError)');
    expect(log.join()).not.toContain('홍길동');

    handled.fails = false;
    expect(await concluded(mine, { kind: 'due' })).toMatchObject({ status: 'declined' });
    expect(await handled.find('T0000001', 'refund-1')).toMatchObject({ status: 'declined', settledBy: 'kicc' });
  });
});

describe('conclude, where somebody else has written meanwhile', () => {
  const verdict = { verdict: 'declined', actor: 'kim', reason: 'console', at: NOW } as const;
  const unknown: Revision = { ...SENDING, status: 'unknown', leaseUntil: undefined };
  /** Two deliveries are out: ours may be the one that KICC refused as a duplicate. */
  const resent = startSending(unknown, DAY, NOW, UNTIL);

  it.each<readonly [string, Revision, Evidence, Partial<Revision>]>([
    ['a late success', unknown, answer('0000'), { status: 'succeeded', settledBy: 'kicc' }],
    ["a query's late success", unknown, FOUND, { status: 'succeeded', settledBy: 'kicc' }],
    ['a late success of one that is being sent again', resent, answer('0000'), { status: 'succeeded', deliveries: 2 }],
    ['a late success of one that was escalated', { ...unknown, status: 'escalated' }, answer('0000'), { status: 'succeeded' }],
    ['a late refusal of the only delivery', unknown, refused(), { status: 'declined', refusal: { resCd: '8521' } }],
    [
      'a late refusal that nobody could check',
      unknown,
      answer('8521'),
      { status: 'unknown', uncheckedRefusal: { resCd: '8521' } },
    ],
    [
      'a late bad request',
      unknown,
      { kind: 'badRequest', httpStatus: 400, asked: NOT_FOUND },
      { status: 'declined', refusal: { httpStatus: 400 } },
    ],
    [
      'a late success against the word of KICC',
      { ...unknown, status: 'declined', settledBy: 'kicc' },
      answer('0000'),
      { status: 'succeeded', corrected: true, settledBy: 'kicc' },
    ],
    [
      'a late success against a withdrawal',
      { ...unknown, deliveries: 0, status: 'declined', settledBy: 'withdrawal' },
      FOUND,
      { status: 'succeeded', corrected: true, deliveries: 1 },
    ],
    [
      'that it was carried out twice',
      { ...unknown, status: 'succeeded', settledBy: 'kicc', response: { resCd: '0000', cancelPgCno: 'cancel-1' } },
      { kind: 'answer', response: { resCd: '0000', cancelPgCno: 'cancel-2' }, contradicted: [] },
      { status: 'succeeded', doubled: true, second: { resCd: '0000', cancelPgCno: 'cancel-2' } },
    ],
    [
      'a late success against a verdict',
      resolved(unknown, verdict),
      answer('0000'),
      { status: 'declined', contradicted: true, response: { resCd: '0000' } },
    ],
  ])('writes %s over it', async (_, theirs, evidence, expected) => {
    const mine = held(SENDING);
    const before = await overwritten(theirs);
    const decision = await concluded(mine, evidence);
    expect(await stored()).toMatchObject({ ...expected, version: 3 });
    expect(decision).toMatchObject({ status: expected.status });
    expect((await stored())?.trail.slice(0, before.trail.length + 1)).toMatchObject([
      ...before.trail,
      { status: expected.status },
    ]);
    expect(told).toHaveLength(1);
  });

  it.each<readonly [string, Revision, Evidence]>([
    ['a late refusal of one that was sent again', resent, answer('8521')],
    ['a late bad request of one that was sent again', resent, { kind: 'badRequest', httpStatus: 400 }],
    ['a late time-out', unknown, TIMED_OUT],
    ['a late answer that leaves it open', unknown, answer('VTIM')],
    ['that nothing left', unknown, NOTHING_LEFT],
    ['that nothing left of a re-send', resent, NOTHING_LEFT],
    ['a query that found nothing', unknown, NOT_FOUND],
    ['what the verdict says already', resolved(unknown, verdict), answer('8521')],
    ['what is settled already', { ...unknown, status: 'succeeded', settledBy: 'kicc' }, FOUND],
    ['a refusal against the word of KICC', { ...unknown, status: 'succeeded', settledBy: 'kicc' }, refused()],
    ['a second refusal that nobody could check', { ...unknown, uncheckedRefusal: { resCd: 'R1' } }, answer('8521')],
  ])('does not write %s', async (_, theirs, evidence) => {
    const mine = held(SENDING);
    const state = await overwritten(theirs);
    expect(await concluded(mine, evidence)).toBeUndefined();
    expect(await stored()).toBe(state);
    expect(mine.revision).toBe(state);
    expect(told).toEqual([]);
  });

  it("does not write that nothing left of another's sending, though the app's clock fails as it looks", async () => {
    let isRead = false;
    let fails = 1;
    const now = (): Date => {
      if (isRead && fails-- > 0) throw new KiccConfigurationError(['now: it gave no time.']);
      return NOW;
    };
    const find = journal.find.bind(journal);
    journal.find = async (...id) => {
      isRead = true;
      return find(...id);
    };
    const mine = new JournaledRevision(SENDING, journal, events, { ...settings, now });
    const state = await overwritten({ ...SENDING, trail: unknown.trail });
    isRead = false;
    expect(await concluded(mine, NOTHING_LEFT)).toBeUndefined();
    expect(fails).toBeLessThan(1);
    expect(await stored()).toBe(state);
    expect(told).toEqual([]);
  });

  it('leaves the lease to whoever has it by now', async () => {
    const until = new Date(UNTIL.getTime() + 60_000);
    await overwritten({ ...unknown, leaseUntil: until, nextCheckAt: until });
    await concluded(held(SENDING), answer('8521'));
    const kept = { uncheckedRefusal: { resCd: '8521' }, leaseUntil: until, nextCheckAt: until };
    expect(await stored()).toMatchObject(kept);
  });

  it('writes proof however often somebody is faster', async () => {
    const mine = held(SENDING);
    let state: Revision = unknown;
    let faster = 3;
    const save = journal.save.bind(journal);
    journal.save = async (revision) => {
      if (faster-- > 0) {
        state = { ...state, version: state === unknown ? 2 : state.version + 1 };
        await save(state);
      }
      return save(revision);
    };
    await concluded(mine, answer('0000'));
    expect(await stored()).toMatchObject({ status: 'succeeded', version: 5 });
  });
});

describe('conclude, where the journal has lost what was written', () => {
  const GONE: Revision = { ...SENDING, shopTransactionId: 'refund-2', pgCno: 'payment-2', version: 4 };
  const found = async (): Promise<Revision | undefined> => journal.find('T0000001', 'refund-2');

  it.each<readonly [Evidence, Partial<Revision>, string[]]>([
    [answer('0000'), { status: 'succeeded', settledBy: 'kicc' }, ['unknown', 'succeeded']],
    [refused(), { status: 'declined', settledBy: 'kicc' }, ['unknown', 'declined']],
    [TIMED_OUT, { status: 'unknown', deliveries: 1 }, ['unknown']],
    [NOTHING_LEFT, { status: 'accepted', deliveries: 0 }, ['accepted']],
  ])('takes in anew what it knows: %j', async (evidence, expected, types) => {
    await concluded(new JournaledRevision(GONE, journal, events, settings), evidence);
    const now = await found();
    expect(now).toMatchObject(expected);
    expect(now?.trail.map(({ event }) => event)).toContain('restored');
    expect(now?.version).toBeGreaterThan(4);
    expect(told.map(({ type }) => type)).toEqual(types);
  });

  const by = { actor: 'kim', reason: 'console', at: NOW };
  it.each([
    ['what was withdrawn', withdrawn({ ...GONE, status: 'accepted', deliveries: 0 }, NOW, 30_000)],
    ['what a person has declined', resolved({ ...GONE, status: 'unknown' }, { ...by, verdict: 'declined' })],
    ['what a person has said to be done', resolved({ ...GONE, status: 'unknown' }, { ...by, verdict: 'succeeded' })],
  ])('takes %s in anew as it was: it is never open to be sent', async (_, gone) => {
    const opened: Revision[] = [];
    const open = journal.open.bind(journal);
    journal.open = async (revision) => {
      opened.push(revision);
      return open(revision);
    };
    await concluded(new JournaledRevision(gone, journal, events, settings), { kind: 'queryFailed', reason: 'timeout' });
    const { status, settledBy, settledAt } = gone;
    expect(opened).toMatchObject([{ status: 'escalated' }]);
    expect(told).toMatchObject([{ type: status }]);
    expect(await found()).toMatchObject({ status, settledBy, settledAt });
    expect((await found())?.trail.slice(-2)).toMatchObject([
      { event: 'restored', status: 'escalated' },
      { event: 'settled', status },
    ]);
  });

  it('takes in what KICC has carried out also beside another that holds the payment by now, and the shop has to hear of it', async () => {
    await journal.open({ ...SENDING, shopTransactionId: 'refund-3', pgCno: 'payment-2' });
    await concluded(new JournaledRevision(GONE, journal, events, settings), answer('0000'));
    expect(await found()).toMatchObject({ status: 'succeeded', settledBy: 'kicc', corrected: true });
    expect(told.map(({ type }) => type)).toEqual(['corrected']);
  });

  it('says so of anything else where another holds the payment by now', async () => {
    await journal.open({ ...SENDING, shopTransactionId: 'refund-3', pgCno: 'payment-2' });
    expect(await concluded(new JournaledRevision(GONE, journal, events, settings), TIMED_OUT)).toBeUndefined();
    expect(await found()).toBeUndefined();
    expect(log.join()).toContain('could not be journaled (PaymentBusyError)');
  });

  it('learns as ever where somebody has taken it in anew just before', async () => {
    const taken: Revision = { ...GONE, status: 'unknown', leaseUntil: undefined, version: 9 };
    const open = journal.open.bind(journal);
    journal.open = async (revision) => {
      journal.open = open;
      await open(taken);
      return open(revision);
    };
    await concluded(new JournaledRevision(GONE, journal, events, settings), answer('0000'));
    expect(await found()).toMatchObject({ status: 'succeeded', version: 10 });
  });

  it.each<readonly [Evidence, Partial<Revision>]>([
    [answer('0000'), { status: 'succeeded' }],
    [TIMED_OUT, { status: 'unknown', deliveries: 1, firstDeliveredAt: NOW }],
  ])('overwrites an older state that came back, in which nothing had left: %j', async (evidence, expected) => {
    const accepted = accept({ request: GONE.request }, NOW);
    await journal.open({ ...accepted, shopTransactionId: 'refund-2', pgCno: 'payment-2', version: 1 });
    await concluded(new JournaledRevision(GONE, journal, events, settings), evidence);
    expect(await found()).toMatchObject({ ...expected, version: 2 });
  });

  it('leaves alone what somebody has settled since an older state came back', async () => {
    const settled: Revision = { ...GONE, status: 'succeeded', settledBy: 'kicc', response: { resCd: '0000' }, version: 2 };
    await journal.open(settled);
    expect(await concluded(new JournaledRevision(GONE, journal, events, settings), TIMED_OUT)).toBeUndefined();
    expect(await found()).toBe(settled);
  });
});

describe('conclude, where the journal fails', () => {
  it.each([1, 4])('%d times: writes it in the end, once', async (times) => {
    journal.failSaves = times;
    expect(await concluded(held(SENDING), answer('0000'))).toMatchObject({ status: 'succeeded' });
    expect(await stored()).toMatchObject({ status: 'succeeded', version: 2 });
    expect((await stored())?.trail).toHaveLength(2);
    expect(told).toMatchObject([{ type: 'succeeded' }]);
    expect(log.join()).not.toContain('could not be journaled');
  });

  it('waits longer and longer', async () => {
    journal.failSaves = 99;
    const done = held(SENDING).conclude(answer('0000'), () => []);
    const tries = [];
    for (const ms of [0, 199, 1, 399, 1, 799, 1, 1_599, 1]) {
      await jest.advanceTimersByTimeAsync(ms);
      tries.push(journal.saves);
    }
    expect(tries).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5]);
    expect(await done).toBeUndefined();
  });

  it('for good: says so without the words of the error, tells nobody, and leaves it to be due again', async () => {
    journal.failSaves = Infinity;
    const mine = held(SENDING);
    expect(await concluded(mine, answer('0000'))).toBeUndefined();
    expect(journal.saves).toBe(5);
    expect(log).toEqual([expect.stringContaining('could not be journaled (TypeError)')]);
    expect(log.join()).not.toMatch(/홍길동|no space/);
    expect(told).toEqual([]);
    expect(mine.revision).toBe(SENDING);
    expect(await stored()).toMatchObject({ status: 'sending', nextCheckAt: UNTIL });
  });

  it('also while it reads what somebody else wrote', async () => {
    await overwritten({ ...SENDING, status: 'unknown' });
    journal.failFinds = 2;
    expect(await concluded(held(SENDING), answer('0000'))).toMatchObject({ status: 'succeeded' });
    expect(await stored()).toMatchObject({ status: 'succeeded', version: 3 });
  });

  it.each<readonly [Evidence, Partial<Revision>]>([
    [NOTHING_LEFT, { status: 'accepted', deliveries: 0, checks: 1 }],
    [answer('0000'), { status: 'succeeded' }],
    [TIMED_OUT, { status: 'unknown', deliveries: 1 }],
  ])('after it has written %j: does not write it twice', async (evidence, expected) => {
    journal.failSavesDone = 1;
    const mine = held(SENDING);
    await concluded(mine, evidence);
    expect(await stored()).toMatchObject({ ...expected, version: 2 });
    expect((await stored())?.trail).toHaveLength(2);
    expect(mine.revision).toEqual(await stored());
  });
});

// A delivery that is taken back twice would make the next one look as if it had never left, and it would be sent again.
describe('a logger that throws', () => {
  it.each<readonly [Evidence, Partial<Revision>]>([
    [NOTHING_LEFT, { status: 'accepted', deliveries: 0, checks: 1 }],
    [answer('0000'), { status: 'succeeded' }],
    [TIMED_OUT, { status: 'unknown', deliveries: 1 }],
  ])('changes nothing about %j', async (evidence, expected) => {
    logger(() => {
      throw new Error('the log is full');
    });
    await concluded(held(SENDING), evidence).catch(() => undefined);
    expect(await stored()).toMatchObject({ ...expected, version: 2 });
    expect(told).toHaveLength(1);
  });
});

it('knows whether somebody is at work on it', () => {
  expect(held(SENDING).isLeased()).toBe(true);
  expect(held({ ...SENDING, leaseUntil: NOW }).isLeased()).toBe(false);
});
