import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { filter, firstValueFrom, map, merge, NEVER, of, share, switchMap, throwError, type Observable } from 'rxjs';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { ReviseEvents, type ReviseEvent } from '../../lib/revise/revise-events.js';
import type { Revision } from '../../lib/revision/revision.js';
import { trailEntry } from '../../lib/revision/trail.js';
import { accept, resolved, startSending, withdrawn } from '../../lib/revision/transitions.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const DAY = '20260302';
const REQUEST = checkReviseRequest(
  {
    shopTransactionId: 'refund-1',
    pgCno: 'payment-1',
    reviseTypeCode: '40',
    clientId: 'hong-gildong',
    clientIp: '10.0.0.1',
    reviseMessage: 'wrong size',
  },
  ['T0000001'],
);
const ACCEPTED = accept({ request: REQUEST }, NOW);
const SENDING = startSending(ACCEPTED, DAY, NOW, NOW);
const as = (status: Revision['status'], changes: Partial<Revision> = {}): Revision => ({ ...SENDING, status, ...changes });
const seen = (revision: Revision, resCd = '8521'): Revision => {
  const evidence = { kind: 'answer', response: { resCd, resMsg: '예금주 홍길동' }, contradicted: [] } as const;
  return { ...revision, trail: [...revision.trail, trailEntry('delivery', evidence, revision.status, NOW, DAY)] };
};
const verdict = { verdict: 'declined', actor: 'operator-kim', reason: 'seen in the console', at: NOW } as const;

const refund = (completion: Revision['completion']): Revision => as('succeeded', { settledBy: 'kicc', completion });

let events: ReviseEvents;
let log: { level: string; line: string }[];
const lines = (level: string): string[] => log.filter((entry) => entry.level === level).map(({ line }) => line);

beforeEach(() => {
  log = [];
  const at = (level: string) => (line: unknown) => void log.push({ level, line: String(line) });
  Logger.overrideLogger({ log: at('log'), error: at('error'), warn: at('warn'), debug: at('debug'), verbose: at('verbose') });
  events = new ReviseEvents('Test');
});
afterEach(() => {
  Logger.overrideLogger(false);
});

/** What is thrown out of turn, jest takes for a failure of the test that runs; so let its turn come. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('an event', () => {
  const escalated = as('escalated');
  it.each<readonly [string, Revision | undefined, Revision, string | undefined]>([
    ['taken in', undefined, SENDING, 'sending'],
    ['sent again later', ACCEPTED, SENDING, 'sending'],
    ['left nothing', SENDING, as('accepted'), 'accepted'],
    ['left open', SENDING, as('unknown'), 'unknown'],
    ['succeeded', SENDING, as('succeeded'), 'succeeded'],
    ['declined', SENDING, as('declined'), 'declined'],
    ['escalated', as('unknown'), escalated, 'escalated'],
    ['withdrawn', ACCEPTED, withdrawn(ACCEPTED, NOW, 0), 'declined'],
    ['looked at in vain', as('unknown'), seen(as('unknown')), 'checked'],
    ['looked at when decided', resolved(escalated, verdict), seen(resolved(escalated, verdict)), 'checked'],
    ['completed', refund('pending'), refund('completed'), 'completed'],
    ['bounced', refund('pending'), refund('bounced'), 'bounced'],
    ['said to have bounced', refund('pending'), { ...refund('pending'), disputed: true }, 'disputed'],
    ['accepted, and only so', as('unknown'), refund('pending'), 'succeeded'],
    ['only leased', as('unknown'), as('unknown', { leaseUntil: NOW }), undefined],
    ['noted anew', SENDING, startSending(SENDING, DAY, NOW, NOW), undefined],
    ['decided', escalated, resolved(escalated, verdict), 'declined'],
    [
      'contradicted',
      resolved(escalated, verdict),
      seen({ ...resolved(escalated, verdict), contradicted: true }, '0000'),
      'contradicted',
    ],
    [
      'decided anew',
      { ...resolved(escalated, verdict), contradicted: true },
      resolved(escalated, { ...verdict, verdict: 'succeeded' }),
      'succeeded',
    ],
    [
      'contradicted before',
      { ...resolved(escalated, verdict), contradicted: true },
      seen({ ...resolved(escalated, verdict), contradicted: true }),
      'checked',
    ],
  ])('%s', (_, before, after, type) => {
    const told: ReviseEvent[] = [];
    events.events$.subscribe((event) => told.push(event));
    events.transition(before, after);
    const from = before ? { from: before.status } : {};
    expect(told).toStrictEqual(type === undefined ? [] : [{ type, ...from, revision: after }]);
    for (const event of told) expect(Object.isFrozen(event)).toBe(true);
  });

  it('a verdict that confirms a contradicted one anew is told', () => {
    const told: ReviseEvent[] = [];
    events.events$.subscribe((event) => told.push(event));
    const contradicted = { ...resolved(as('escalated'), verdict), contradicted: true };
    events.transition(contradicted, resolved(contradicted, verdict));
    expect(told).toHaveLength(1);
  });
});

describe('the log', () => {
  it('warns of what is open, cries for a person, and tells the end of what it cried about', () => {
    const at = { nextCheckAt: NOW };
    events.transition(SENDING, as('unknown', at));
    events.transition(SENDING, as('accepted', { ...at, checks: 1 }));
    expect(lines('warn')).toEqual([
      expect.stringContaining('asked again at 2026-03-02T03:00:00.000Z'),
      expect.stringContaining('could not be sent; tried again at 2026-03-02T03:00:00.000Z'),
    ]);
    // Not each time: it may go on for hours.
    events.transition(SENDING, as('accepted', { ...at, checks: 2 }));
    expect(lines('warn')).toHaveLength(2);

    events.transition(as('unknown'), as('escalated'));
    events.transition(resolved(as('escalated'), verdict), { ...resolved(as('escalated'), verdict), contradicted: true });
    expect(lines('error')).toEqual([
      expect.stringMatching(/payment-1.*resolve\(\)/),
      expect.stringMatching(/resolved as declined.*opposite.*payment-1.*resolve\(\) again/),
    ]);
    events.transition(as('escalated'), as('succeeded', { settledBy: 'kicc' }));
    expect(lines('log')).toEqual([expect.stringContaining('escalated before, now succeeded')]);
  });

  it('names the revision and what was seen, and nothing that is personal', () => {
    events.transition(SENDING, seen(as('declined', { refusal: { resCd: '8521', resMsg: '예금주 홍길동' } })));
    events.transition(as('escalated'), resolved(as('escalated'), verdict));
    events.transition(SENDING, seen(as('unknown')));
    events.transition(as('unknown'), seen(as('escalated')));
    events.journalFailed(SENDING, new TypeError('hong-gildong could not be written'));
    events.journalFailed(SENDING, 'hong-gildong');
    const all = log.map(({ line }) => line).join('\n');
    expect(all).toContain('Revision refund-1 of mall T0000001 (type 40): delivery (answer 8521), so declined.');
    expect(all).toMatch(/could not be journaled \(TypeError\).*\n.*could not be journaled \(string\)/);
    expect(all).not.toMatch(/홍길동|hong-gildong|operator-kim|console,? seen|seen in the console|wrong size|10\.0\.0\.1/);
  });
});

describe('a subscriber that throws', () => {
  const thrown = (): never => {
    throw new RangeError('hong-gildong');
  };
  const subscribers: readonly (readonly [string, (events$: Observable<ReviseEvent>) => unknown])[] = [
    ['a function', (events$) => events$.subscribe(thrown)],
    ['an observer', (events$) => events$.subscribe({ next: thrown })],
    ['a function behind an operator', (events$) => events$.pipe(map(({ type }) => type)).subscribe(thrown)],
    ['an operator', (events$) => events$.pipe(map(thrown)).subscribe()],
    ['an operator behind others', (events$) => events$.pipe(filter(Boolean), share(), map(thrown)).subscribe(() => undefined)],
    ['an inner stream', (events$) => events$.pipe(switchMap(() => throwError(thrown))).subscribe({ next: () => undefined })],
    ['its error handler', (events$) => events$.pipe(map(thrown)).subscribe({ error: thrown })],
    ['its error handler, by position', (events$) => events$.pipe(map(thrown)).subscribe(undefined, thrown)],
    ['its completion', (events$) => events$.pipe(switchMap(() => of(1))).subscribe({ next: thrown, complete: thrown })],
    ['forEach', (events$) => events$.forEach(thrown).catch(() => undefined)],
  ];

  it.each(subscribers)('%s: hurts nobody else', async (_, subscribe) => {
    const told: string[] = [];
    events.events$.subscribe(({ type }) => told.push(`before ${type}`));
    subscribe(events.events$);
    events.events$.subscribe(({ type }) => told.push(`after ${type}`));
    for (const status of ['unknown', 'succeeded'] as const) {
      expect(() => events.transition(SENDING, as(status))).not.toThrow();
    }
    await turn();
    expect(told).toEqual(['before unknown', 'after unknown', 'before succeeded', 'after succeeded']);
  });

  it('is logged, by the kind of its error only', async () => {
    events.events$.subscribe(thrown);
    events.events$.pipe(map(thrown)).subscribe();
    events.transition(SENDING, as('unknown'));
    await turn();
    expect(lines('error')).toEqual(Array(2).fill('A subscriber to revisions failed (RangeError).'));
  });

  it('is not logged where it takes care of its errors itself', async () => {
    const failures: unknown[] = [];
    events.events$.pipe(map(thrown)).subscribe({ error: (error: unknown) => failures.push(error) });
    const first = firstValueFrom(events.events$.pipe(map(thrown)));
    const either = firstValueFrom(merge(events.events$.pipe(map(thrown)), NEVER));
    const rejected = Promise.allSettled([first, either]);
    events.transition(SENDING, as('unknown'));
    expect(failures).toEqual([expect.any(RangeError)]);
    expect(await rejected).toMatchObject(Array(2).fill({ status: 'rejected', reason: { message: 'hong-gildong' } }));
    expect(lines('error')).toEqual([]);
  });

  it('by its promise (an async function) is logged too, and ends no process', async () => {
    // As a shop may write it, whatever its linter says.
    const subscriber: (event: ReviseEvent) => unknown = async () => {
      await Promise.resolve();
      thrown();
    };
    events.events$.subscribe(subscriber);
    events.transition(SENDING, as('unknown'));
    await turn();
    expect(lines('error')).toEqual(['A subscriber to revisions failed (RangeError).']);
  });
});

describe('a subscriber', () => {
  it('by function, by observer and by position hears of values, errors and the end', () => {
    const heard: unknown[] = [];
    const hear = (what: string) => (value?: unknown) => void heard.push([what, value]);
    events.guarded(of(1)).subscribe(hear('next'), hear('error'), hear('complete'));
    events.guarded(of(1)).subscribe({ next: hear('next'), complete: hear('complete') });
    events.guarded(throwError(() => 2)).subscribe(null, hear('error'));
    expect(heard).toEqual([
      ['next', 1],
      ['complete', undefined],
      ['next', 1],
      ['complete', undefined],
      ['error', 2],
    ]);
  });

  it('hears no more once it has unsubscribed', () => {
    const told: ReviseEvent[] = [];
    events.events$.subscribe((event) => told.push(event)).unsubscribe();
    const once = events.events$.pipe(map((event) => event)).subscribe((event) => {
      told.push(event);
      once.unsubscribe();
    });
    events.transition(SENDING, as('unknown'));
    events.transition(as('unknown'), as('succeeded'));
    expect(told).toHaveLength(1);
  });

  it('cannot make up events', () => {
    expect(events.events$).not.toHaveProperty('next');
  });
});

it('says loudly that a refund bounced, is disputed, or had bounced when its answer came', () => {
  events.transition(refund('pending'), refund('completed'));
  events.transition(as('unknown'), refund('pending'));
  expect(lines('error')).toEqual([]);
  events.transition(refund('pending'), refund('bounced'));
  events.transition(as('unknown'), refund('bounced'));
  events.transition(refund('pending'), { ...refund('pending'), disputed: true });
  expect(lines('error')).toEqual([
    expect.stringMatching(/^Revision refund-1 .* its money came back, so payment payment-1 is not refunded by it/),
    expect.stringMatching(/its money came back/),
    expect.stringMatching(/KICC's query does not confirm it/),
  ]);
});
