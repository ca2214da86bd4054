import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { RevisionStateError } from '../../lib/index.js';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { koreanDay, startOfKoreanDay } from '../../lib/protocol/korean-date.js';
import { USUAL_RULES } from '../../lib/protocol/request-rules.js';
import type { Reconciler } from '../../lib/revise/reconciler.js';
import { ReviseEvents } from '../../lib/revise/revise-events.js';
import { RevisePaymentService, type ReviseSettings } from '../../lib/revise/revise-payment.service.js';
import { decide } from '../../lib/revision/decide.js';
import type { QueryEvidence } from '../../lib/revision/evidence.js';
import type { Evidence } from '../../lib/revision/evidence.js';
import { isLeased, isSettled, mayHaveArrived, type Revision } from '../../lib/revision/revision.js';
import { RequestSeal } from '../../lib/revision/sealed-request.js';
import { conclude, startSending } from '../../lib/revision/transitions.js';
import { fixedMalls } from '../malls/fixed-malls.js';

/* Walks through every state that a revision can reach, by the code that runs in production, and holds the diagram to it. */

const DOCUMENTS = ['outcomes.md', 'outcomes.ko.md'];
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Noon in Korea; the first delivery. */
const NOON = new Date('2026-03-02T03:00:00Z');
const MIDNIGHT = startOfKoreanDay('20260302', 1);
const CLOSES = startOfKoreanDay('20260302', 2);
const after = (ms: number, from: Date): Date => new Date(from.getTime() + ms);
/** One instant of each stretch in which the policy differs, in order. */
const INSTANTS: readonly Date[] = [
  NOON,
  after(5 * MINUTE, NOON), // the lease is over, and the same key may be sent again
  after(-MINUTE, MIDNIGHT), // past the fence
  after(HOUR, MIDNIGHT), // the next day
  after(-2 * HOUR, CLOSES), // the escalation
  CLOSES,
];
const LEASE_MS = 2 * MINUTE;

function settingsAt(now: Date): ReviseSettings {
  const settlement = {
    waitMs: 0,
    queryDelaysMs: [0, MINUTE],
    resendAfterMs: MINUTE,
    escalateBeforeMs: 2 * HOUR,
    reviewMs: MINUTE,
  };
  const baseUrl = 'http://127.0.0.1:1';
  return {
    malls: fixedMalls('T0000001'),
    baseUrl,
    openCodes: [],
    requestRules: USUAL_RULES,
    timeoutMs: 30 * SECOND,
    settlement,
    clock: { at: () => undefined },
    random: () => 0.5,
    now: () => now,
  };
}

const answer = (resCd: string): Evidence => ({ kind: 'answer', response: { resCd }, contradicted: [] });
const NOT_FOUND: QueryEvidence = { kind: 'queryAnswer', transaction: { resCd: 'R404' }, contradicted: [], day: '20260302' };
const DELIVERED: readonly Evidence[] = [
  { kind: 'undelivered', reason: 'refused' },
  { kind: 'noAnswer', reason: 'timeout' },
  { kind: 'unusableAnswer', httpStatus: 503 },
  { kind: 'badRequest', httpStatus: 400 },
  { kind: 'answer', response: { resCd: '0000' }, contradicted: ['oriPgCno'] },
  ...['0000', 'VTIM', '8521'].map(answer),
  { kind: 'answer', response: { resCd: '8521' }, contradicted: [], asked: NOT_FOUND },
];
const ASKED: readonly Evidence[] = [
  { kind: 'due' },
  { kind: 'queryFailed', reason: 'timeout' },
  { kind: 'queryAnswer', transaction: { resCd: '0000' }, contradicted: [], day: '20260302' },
  { kind: 'queryAnswer', transaction: { resCd: '0000' }, contradicted: ['oriPgCno'], day: '20260302' },
  NOT_FOUND,
];

/**
 * What a revision can be confronted with. Of what never left, only the query tells anything; and who has the lease is alone.
 */
function evidenceAbout(revision: Revision, now: Date): readonly Evidence[] {
  if (!mayHaveArrived(revision)) return [{ kind: 'undelivered', reason: 'signer' }, ...ASKED];
  return isLeased(revision, now) ? DELIVERED : [...DELIVERED, ...ASKED];
}

/** The next states by machine: as the reconciler writes them. */
function byMachine(revision: Revision, now: Date): Revision[] {
  const send = (from: Revision): Revision => startSending(from, koreanDay(now), now, after(LEASE_MS, now));
  return evidenceAbout(revision, now).flatMap((evidence) => {
    const decision = decide(revision, evidence, now, settingsAt(now));
    if (decision.then.do === 'send') return [send(revision)];
    if (decision.then.do === 'query') return []; // its answer decides
    const next = conclude(revision, evidence, decision, now);
    return decision.then.do === 'resend' ? [next, send(next)] : [next];
  });
}

/** The next states by a person who sees how it stands: what the service permits. */
async function byPerson(revision: Revision, now: Date): Promise<Revision[]> {
  const { shopTransactionId, version } = revision;
  const verdict = { actor: '김민지', reason: '상점관리자 화면에서 확인함', shopTransactionId, version };
  const calls: ((service: RevisePaymentService) => Promise<Revision>)[] = [
    (service) => service.withdraw(revision.shopTransactionId),
    (service) => service.resolve({ ...verdict, verdict: 'succeeded' }),
    (service) => service.resolve({ ...verdict, verdict: 'declined' }),
  ];
  const next: Revision[] = [];
  for (const call of calls) {
    try {
      next.push(await call(await serviceHolding(revision, now)));
    } catch (error) {
      if (!(error instanceof RevisionStateError)) throw error;
    }
  }
  return next;
}

async function serviceHolding(revision: Revision | undefined, now: Date): Promise<RevisePaymentService> {
  const journal = new MemoryReviseJournal();
  if (revision) await journal.open(revision);
  // Whatever it is given to deliver stays on its way.
  const reconciler = { deliver: (sending: Revision) => Promise.resolve(sending) } as unknown as Reconciler;
  return new RevisePaymentService(journal, reconciler, new ReviseEvents('test'), settingsAt(now), new RequestSeal([], false));
}

/** What tells two states apart, for the policy. */
function keyOf(revision: Revision, instant: number): string {
  const {
    status,
    deliveries,
    cancelReqDate,
    firstDeliveredAt,
    lastDeliveredAt,
    leaseUntil,
    keyKnown,
    resendsRefused = 0,
  } = revision;
  const { settledBy, contradicted, uncheckedRefusal, reviewUntil, unreviewed, corrected, response } = revision;
  const dates = [firstDeliveredAt, lastDeliveredAt, leaseUntil, reviewUntil].map((date) => date?.getTime());
  const kept = [uncheckedRefusal, response].map((one) => one?.resCd);
  const marks = [cancelReqDate, keyKnown, Math.min(resendsRefused, 3), settledBy, contradicted, unreviewed, corrected, ...kept];
  return JSON.stringify([instant, status, Math.min(deliveries, 2), ...dates, ...marks]);
}

async function edgesOfTheCode(): Promise<Set<string>> {
  const service = await serviceHolding(undefined, NOON);
  const { revision: first } = await service.cancel({ shopTransactionId: 'refund-1', pgCno: 'payment-1' });
  const edges = new Set([`[*] --> ${first.status}`]);
  const seen = new Set<string>();
  const ahead: [Revision, number][] = [[first, 0]];
  for (let state = ahead.pop(); state; state = ahead.pop()) {
    const [revision, instant] = state;
    const now = INSTANTS[instant];
    if (now === undefined || seen.has(keyOf(revision, instant))) continue;
    seen.add(keyOf(revision, instant));
    ahead.push([revision, instant + 1]);
    if (isSettled(revision)) edges.add(`${revision.status} --> [*]`);
    for (const next of [...byMachine(revision, now), ...(await byPerson(revision, now))]) {
      if (next.status !== revision.status) edges.add(`${revision.status} --> ${next.status}`);
      ahead.push([next, instant]);
    }
  }
  return edges;
}

/** The edges that a document draws, with their labels. */
function edgesDrawn(document: string): Map<string, string> {
  const markdown = readFileSync(new URL(`../../docs/${document}`, import.meta.url), 'utf8');
  const diagram = /```mermaid\nstateDiagram-v2\n(.*?)```/s.exec(markdown)?.[1] ?? '';
  const lines = diagram.split('\n').map((line) => line.trim());
  const drawn = new Map<string, string>();
  for (const line of lines.filter((text) => text.includes('-->'))) {
    const [, edge = line, label = ''] = /^(\S+ --> [^\s:]+)(?:\s*:\s*(.+))?$/.exec(line) ?? [];
    if (drawn.has(edge)) throw new Error(`${edge} is drawn twice.`);
    drawn.set(edge, label);
  }
  return drawn;
}

describe.each(DOCUMENTS)('the state diagram in docs/%s', (document) => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('draws every transition that the code can make, and no other', async () => {
    const drawn = edgesDrawn(document);
    expect([...drawn.keys()].sort()).toEqual([...(await edgesOfTheCode())].sort());
  });

  it('says of each transition what makes it', () => {
    const drawn = edgesDrawn(document);
    const silent = [...drawn].filter(([edge, label]) => label === '' && !edge.endsWith('[*]'));
    expect(silent).toEqual([]);
  });
});
