import assert from 'node:assert/strict';
import { inspect, types } from 'node:util';
import { OverRefundError, PaymentBusyError, UnreadableRevisionError } from '../revision/revise.errors.js';
import { nobody, type DueClaim, type OpenRevisions, type ReviseJournal } from '../journal/revise-journal.js';
import { checkReviseRequest } from '../protocol/check-revise-request.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import type { Decision, Step } from '../revision/decide.js';
import type { Evidence } from '../revision/evidence.js';
import type { Completion, ReviseVerdict, Revision } from '../revision/revision.js';
import { trailEntry } from '../revision/trail.js';
import {
  accept,
  ambiguous,
  completed,
  conclude,
  disputed,
  heard,
  lease,
  resolved,
  startSending,
  withdrawn,
} from '../revision/transitions.js';

/** An empty place to keep revisions in, for one case of {@link reviseJournalContract}: a new database, schema or table. */
export interface ReviseJournalStore {
  /**
   * A journal on this store, as one more process would have it: with a connection of its own. A journal that cannot be shared
   * between processes returns the same instance each time. A case connects several times; what it leaves connected is for the
   * caller to close.
   */
  connect(): Promise<ReviseJournal>;
  /**
   * Makes what is kept of a revision such that it cannot be read, but for what names it and its payment, behind the journal's back.
   * Without it, the cases of what cannot be read find nothing amiss.
   * @returns what mends it.
   */
  spoil?(mallId: string, shopTransactionId: string): Promise<() => Promise<void>>;
  /**
   * Locks what is kept of a revision, as a transaction of somebody else's would (`SELECT … FOR UPDATE`). Without it, the cases of held
   * locks find nothing amiss; a store that locks as a whole, as SQLite does, has none.
   * @returns what lets go of it.
   */
  hold?(mallId: string, shopTransactionId: string): Promise<() => Promise<void>>;
}

/** One promise of {@link ReviseJournal}, and what holds a journal to it. */
export interface ReviseJournalCase {
  /** The promise, as a sentence. */
  readonly name: string;
  /** Rejects, saying what was promised, if the journal breaks it. */
  readonly run: (store: ReviseJournalStore) => Promise<void>;
}

/** How many journals share a store where several are at work at once. */
const CONNECTIONS = 4;
/** How many calls are made at once. */
const AT_ONCE = 12;
/** How often a race is run: a journal may be lucky once. */
const ROUNDS = 5;
/** Whoever takes longer waits for a lock that is held, ms. */
const PATIENCE_MS = 10_000;

const MALL = 'T0000001';
const OTHER_MALL = 'T0000002';
const APPROVED = 10_000;
/** The `cancelReqDate` of every delivery. */
const DAY = '20260302';
/** KICC can tell of it until the end of the next day in Korea. */
const WINDOW_END = new Date('2026-03-04T00:00:00+09:00');

// Not on a full second: a journal must keep milliseconds.
const START = Date.parse('2026-03-02T03:00:00.123Z');

/** So many minutes after the time at which all of this begins. */
function minutes(count: number): Date {
  return new Date(START + count * 60_000);
}

// The revisions that the cases are about.

interface Circumstances {
  readonly acceptedAt?: Date;
  readonly leaseUntil?: Date;
  readonly traceparent?: string;
}

/** A revision as a call brings it: a partial cancel of 1,000 won, unless told otherwise. */
function newRevision(
  shopTransactionId: string,
  fields: object = {},
  { acceptedAt = minutes(0), leaseUntil = minutes(2), traceparent }: Circumstances = {},
): Revision {
  const request = { shopTransactionId, pgCno: 'payment-1', reviseTypeCode: '32', amount: 1_000, ...fields };
  return startSending(
    accept({ request: checkReviseRequest(request, [MALL, OTHER_MALL]) }, acceptedAt, traceparent),
    DAY,
    acceptedAt,
    leaseUntil,
  );
}

/** A revision that becomes due then, of a payment of its own. */
function newDueRevision(shopTransactionId: string, dueAt: Date, mallId = MALL): Revision {
  return newRevision(shopTransactionId, { pgCno: shopTransactionId, mallId }, { leaseUntil: dueAt });
}

/** Makes the next state of a revision. */
type Transition = (held: Revision) => Revision;

function next(held: Revision, made: Revision): Revision {
  return Object.freeze({ ...made, version: held.version + 1 });
}

function concluded(evidence: Evidence, decision: Decision): Transition {
  return (held) => {
    const seen = trailEntry('delivery', evidence, decision.status, minutes(3), DAY);
    return next(held, conclude(held, evidence, decision, minutes(3), [seen]));
  };
}

const REST: Step = { do: 'rest' };
const LATER: Step = { do: 'wait', at: minutes(10) };

/** It turns out that nothing of it has left. */
const becomesAccepted = concluded(
  { kind: 'undelivered', reason: 'refused', detail: 'ECONNREFUSED' },
  { status: 'accepted', proof: { of: 'nothingLeft' }, then: LATER },
);
/** No answer came back. */
const becomesUnknown = concluded(
  { kind: 'noAnswer', reason: 'timeout' },
  { status: 'unknown', proof: { of: 'nothing' }, then: LATER },
);
/** It is given to a person. */
const becomesEscalated = concluded(
  { kind: 'queryFailed', reason: 'timeout' },
  { status: 'escalated', proof: { of: 'nothing' }, then: LATER },
);
/** KICC declines it. */
const isDeclined = concluded(
  { kind: 'answer', response: { resCd: '8521', resMsg: '취소 금액 오류' }, contradicted: [] },
  { status: 'declined', proof: { of: 'refusal', refusal: { resCd: '8521', resMsg: '취소 금액 오류' } }, then: REST },
);
/** It is taken back. */
const isWithdrawn: Transition = (held) => next(held, withdrawn(held, minutes(4), 0));

/** When a review is due. */
const REVIEWED_AT = minutes(20);
const REFUSAL = { resCd: '8521', resMsg: '취소 금액 오류' };
/** KICC refuses it: it is declined, and under review. */
const isRefused = concluded(
  { kind: 'answer', response: REFUSAL, contradicted: [], asked: { kind: 'queryFailed', reason: 'timeout' } },
  {
    status: 'declined',
    proof: { of: 'refusal', refusal: REFUSAL },
    review: REVIEWED_AT,
    then: { do: 'wait', at: REVIEWED_AT },
  },
);
/** KICC refuses it, and cannot be asked whether that counts. */
const isRefusedUnchecked = concluded(
  { kind: 'answer', response: REFUSAL, contradicted: [] },
  { status: 'unknown', proof: { of: 'unchecked', refusal: REFUSAL }, then: LATER },
);
/** It is taken back, and under review. */
const isWithdrawnForReview: Transition = (held) => next(held, withdrawn(held, minutes(4), 60_000 * 16));
/** KICC has been asked once more, and knows of none. */
const isReviewed = concluded(
  { kind: 'queryAnswer', transaction: { resCd: 'R404' }, contradicted: [], day: DAY },
  { status: 'declined', proof: { of: 'denial' }, review: 'answered', then: REST },
);
/** KICC could not be asked, and is asked again later: it is still under review. */
const isReviewedLater = concluded(
  { kind: 'queryFailed', reason: 'timeout' },
  { status: 'declined', proof: { of: 'nothing' }, then: { do: 'wait', at: minutes(30) } },
);
/** KICC could not be asked once more, and can be no longer. */
const isUnreviewed = concluded(
  { kind: 'queryFailed', reason: 'timeout' },
  { status: 'declined', proof: { of: 'nothing' }, review: 'unanswered', then: REST },
);
/** KICC proves that it carried out what had counted as declined. */
const isCorrected = proves('20260302-1', { status: 'succeeded', corrects: true });
/** The shop knows of the correction. */
const isHeard: Transition = (held) => next(held, heard(held));
/** KICC proves that it carried it out a second time. */
const isDoubled = proves('20260302-2', { status: 'succeeded', doubles: true });

function proves(cancelPgCno: string, decision: Pick<Decision, 'status' | 'corrects' | 'doubles'>): Transition {
  const response = { resCd: '0000', cancelPgCno, cancelAmount: 1_000 };
  return concluded(
    { kind: 'queryAnswer', transaction: response, contradicted: [], day: DAY },
    { ...decision, proof: { of: 'success', response }, then: REST },
  );
}

/** KICC says that it carried it out, and how much went back. */
function succeeds(response: Omit<ReviseResponse, 'resCd'> = {}): Transition {
  const answer = { resCd: '0000', ...response };
  return concluded(
    { kind: 'answer', response: answer, contradicted: [] },
    { status: 'succeeded', proof: { of: 'success', response: answer }, then: REST },
  );
}

/** A person decides what came of it. KICC is still to be asked: it stays due. */
function isDecided(verdict: ReviseVerdict['verdict']): Transition {
  const decision = Object.freeze({ verdict, actor: '김민지', reason: '상점관리자 화면에서 확인함', at: minutes(5) });
  return (held) => next(held, resolved(held, decision));
}

/** KICC proves that so much went back, though a person had decided that it was declined. */
function isContradicted(cancelAmount: number): Transition {
  const response = { resCd: '0000', cancelAmount };
  return concluded(
    { kind: 'queryAnswer', transaction: response, contradicted: [], day: '20260302' },
    { status: 'declined', proof: { of: 'success', response }, contradicts: true, then: REST },
  );
}

const WAYS_TO_BE_OPEN: Readonly<Record<keyof OpenRevisions['byStatus'], readonly Transition[]>> = {
  sending: [],
  accepted: [becomesAccepted],
  unknown: [becomesUnknown],
  escalated: [becomesUnknown, becomesEscalated],
};

const WAYS_TO_BE_SETTLED: Readonly<Record<string, readonly Transition[]>> = {
  'KICC carried it out': [succeeds({ cancelAmount: 1_000 })],
  'KICC declined it': [isDeclined],
  'it was withdrawn': [becomesAccepted, isWithdrawn],
  'a person decided that it succeeded': [becomesUnknown, isDecided('succeeded')],
  'a person decided that it was declined': [becomesUnknown, isDecided('declined')],
};

const FULL_REQUEST = {
  amount: 3_300,
  remainAmount: APPROVED,
  approvedAmount: APPROVED,
  clientIp: '203.0.113.7',
  clientId: 'admin-1',
  reviseMessage: '고객 변심으로 인한 부분 취소',
  taxInfo: { taxationAmount: 3_000, taxFreeAmount: 0, vatAmount: 300 },
  basketUsed: 'Y',
  basketInfo: { productPgCno: 'product-1', sellerId: '판매자 1' },
} as const;

const FULL_RESPONSE = {
  resMsg: '정상',
  cancelPgCno: '26030212000010000001',
  cancelAmount: 3_300,
  remainAmount: 6_700,
  statusCode: 'TS06',
  statusMessage: '부분매입취소',
  reviseInfo: { payMethodTypeCode: '11', approvalDate: '20260302120003', cardInfo: { couponAmount: 0 } },
  extra: { 새필드: '값', nested: { list: [1.5, null, true, '', { deep: 'ⓦ 1,000' }] } },
} as const;

const FULL_CANCEL = { reviseTypeCode: '40', amount: undefined } as const;
const CAPTURE = { reviseTypeCode: '20', amount: undefined } as const;

// What the cases do and look at.

/** Two journals on one store: what one writes, the other must see. */
async function two(store: ReviseJournalStore): Promise<[ReviseJournal, ReviseJournal]> {
  return [await store.connect(), await store.connect()];
}

async function several(store: ReviseJournalStore): Promise<ReviseJournal[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => store.connect()));
}

/** Does something for every item at once, the journals by turns. */
async function atOnce<Item, Result>(
  journals: readonly ReviseJournal[],
  items: readonly Item[],
  act: (journal: ReviseJournal, item: Item) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(items.map((item, index) => act(journals[index % journals.length] as ReviseJournal, item)));
}

function list<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Opens what must not be refused. */
async function open(
  journal: ReviseJournal,
  revision: Revision,
  promise: string,
): Promise<{ revision: Revision; opened: boolean }> {
  try {
    return await journal.open(revision);
  } catch (error) {
    const refused = error instanceof PaymentBusyError || error instanceof OverRefundError;
    // Anything else is the journal's own trouble, and says more as it is.
    throw refused ? new assert.AssertionError({ message: `${promise} ${insteadOf(error)}` }) : error;
  }
}

/** Takes a new revision in, and leads it on. */
async function bring(journal: ReviseJournal, revision: Revision, ...transitions: readonly Transition[]): Promise<Revision> {
  const { opened, revision: taken } = await open(journal, revision, 'open must take in a new revision that nothing forbids;');
  assert.equal(opened, true, `open must take in a new revision that nothing forbids (${revision.shopTransactionId}).`);
  assertSame(taken, revision, 'open must return the revision that it took in.');
  return lead(journal, revision, ...transitions);
}

/** Writes the states that follow, one after the other. */
async function lead(journal: ReviseJournal, revision: Revision, ...transitions: readonly Transition[]): Promise<Revision> {
  let held = revision;
  for (const transition of transitions) {
    held = transition(held);
    const written = await journal.save(held);
    assert.equal(written, true, `save must write version ${held.version} over version ${held.version - 1}.`);
  }
  return held;
}

function claim(journal: ReviseJournal, fields: Partial<DueClaim> = {}): Promise<readonly Revision[]> {
  return journal.claimDue({ mallIds: [MALL], now: minutes(60), leaseUntil: minutes(63), limit: 100, ...fields });
}

function claimed(revision: Revision, leaseUntil = minutes(63)): Revision {
  return next(revision, lease(revision, leaseUntil));
}

function idOf({ shopTransactionId }: Revision): string {
  return shopTransactionId;
}

/**
 * A value as the port asks for it: properties that are `undefined` may be absent, and a journal may build its objects as it
 * likes (classes, other realms) as long as they say the same.
 */
function plain(value: unknown): unknown {
  if (types.isDate(value)) return new Date(value.getTime());
  // Made anew: the array may be of another realm, where tests run in one of their own.
  if (Array.isArray(value)) return Array.from(value, plain);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(given.map(([name, part]) => [name, plain(part)]));
}

function assertSame(actual: unknown, expected: unknown, promise: string): void {
  assert.deepStrictEqual(plain(actual), plain(expected), promise);
}

async function assertHeld(journal: ReviseJournal, revision: Revision, promise: string): Promise<void> {
  assertSame(await journal.find(revision.mallId, revision.shopTransactionId), revision, promise);
}

async function assertUnknownId(
  journal: ReviseJournal,
  mallId: string,
  shopTransactionId: string,
  promise: string,
): Promise<void> {
  assert.strictEqual(await journal.find(mallId, shopTransactionId), undefined, promise);
}

/** What a call that must be refused was refused with; `undefined` if it was not. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
}

function insteadOf(refusal: unknown): string {
  return refusal === undefined ? 'it was taken in' : `it threw ${inspect(refusal)}`;
}

async function assertBusy(journal: ReviseJournal, revision: Revision, open: Revision): Promise<void> {
  const refusal = await refusalOf(journal.open(revision));
  assert.ok(
    refusal instanceof PaymentBusyError,
    `open must throw a PaymentBusyError while another revision holds the payment (${open.status}); ${insteadOf(refusal)}.`,
  );
  assertSame(
    refusal.toJSON(),
    new PaymentBusyError(open).toJSON(),
    'PaymentBusyError must be made of the revision that holds the payment, and so name it, since when, why and until when.',
  );
  await assertUnknownId(journal, revision.mallId, revision.shopTransactionId, 'A refused revision must not be kept.');
}

async function assertTooMuch(journal: ReviseJournal, revision: Revision, refunded: number, approved = APPROVED): Promise<void> {
  const refusal = await refusalOf(journal.open(revision));
  assert.ok(
    refusal instanceof OverRefundError,
    `open must throw an OverRefundError where ${refunded} of ${approved} won went back and ${revision.request.amount} more are ` +
      `asked for; ${insteadOf(refusal)}.`,
  );
  const { pgCno, amount, approvedAmount } = refusal;
  assertSame(
    { pgCno, amount, refunded: refusal.refunded, approvedAmount },
    { pgCno: revision.pgCno, amount: revision.request.amount, refunded, approvedAmount: approved },
    'OverRefundError must give the figures: what is asked for, what went back, what was approved.',
  );
  await assertUnknownId(journal, revision.mallId, revision.shopTransactionId, 'A refused revision must not be kept.');
}

function assertRefusedForPayment(refusal: unknown): void {
  const known = refusal instanceof PaymentBusyError || refusal instanceof OverRefundError;
  assert.ok(known, `open must refuse with a PaymentBusyError or an OverRefundError; ${insteadOf(refusal)}.`);
}

// The cases.

const opening: readonly ReviseJournalCase[] = [
  {
    name: 'open takes a new revision in, and every process sees it at once',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const revision = await bring(writer, newRevision('refund-1'));
      await assertHeld(reader, revision, 'What open took in must be there for every process when its promise resolves.');
      await assertHeld(await store.connect(), revision, 'What open took in must be there for who connects later.');
    },
  },
  {
    name: 'open returns the revision that already stands under an id',
    run: async (store) => {
      const [writer, other] = await two(store);
      const first = await bring(writer, newRevision('refund-1'));
      for (const journal of [writer, other]) {
        const repeated = newRevision('refund-1', { amount: 2_000 }, { acceptedAt: minutes(1) });
        const again = await open(journal, repeated, 'open must not refuse an id that stands;');
        assert.equal(again.opened, false, 'open must say opened: false for an id under which a revision stands.');
        assertSame(again.revision, first, 'open must return the revision that stands under the id, not the one it was given.');
      }
      await assertHeld(other, first, 'A repeated open must change nothing.');
    },
  },
  {
    name: 'open takes one of many revisions in that come under one id at the same time, and all get that one',
    run: async (store) => {
      const journals = await several(store);
      for (let round = 0; round < ROUNDS; round++) {
        const offered = list(AT_ONCE, (index) =>
          newRevision(`refund-${round}`, { pgCno: `pay-${round}`, amount: 1_000 + index }),
        );
        const results = await atOnce(journals, offered, (journal, revision) =>
          open(journal, revision, 'open must not refuse an id that stands;'),
        );
        const winners = offered.filter((_, index) => results[index]?.opened);
        assert.equal(winners.length, 1, 'Exactly one of several simultaneous opens of one id must say opened: true.');
        for (const { revision } of results) {
          assertSame(
            revision,
            winners[0],
            'All of several simultaneous opens of one id must get the revision that was taken in.',
          );
        }
        await assertHeld(await store.connect(), winners[0] as Revision, 'The revision taken in must be the one that is kept.');
      }
    },
  },
  {
    name: 'open tells the same id of two malls apart',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const one = await bring(writer, newRevision('refund-1', { pgCno: 'payment-1' }));
      const other = await bring(writer, newRevision('refund-1', { pgCno: 'payment-2', mallId: OTHER_MALL }));
      await assertHeld(reader, one, 'An id is one only together with its mall.');
      await assertHeld(reader, other, 'An id is one only together with its mall.');
      const saved = await lead(writer, other, isDeclined);
      await assertHeld(reader, one, "save must not touch another mall's revision of the same id.");
      await assertHeld(reader, saved, 'save must write the revision of the mall that it names.');
    },
  },
  {
    name: 'open tells ids and payments apart to the letter, upper and lower case included',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const ids = ['refund-a', 'refund-A', 'refund-á', '환불-a', 'refund_a', 'refund%a'];
      const revisions = ids.map((id, index) => newRevision(id, { pgCno: ids[index], amount: 1_000 + index }));
      for (const revision of revisions) await bring(writer, revision);
      for (const revision of revisions) await assertHeld(reader, revision, 'Two ids are the same only to the letter.');
    },
  },
  {
    name: 'open returns a revision that stands whatever the state of its payment',
    run: async (store) => {
      const [writer, other] = await two(store);
      const approved = { approvedAmount: APPROVED, amount: APPROVED };
      const assertStands = async (repeated: Revision, held: Revision, state: string): Promise<void> => {
        const promise = `open must not refuse an id that stands, also where ${state};`;
        const { opened, revision } = await open(other, repeated, promise);
        assert.equal(opened, false, `open must say opened: false for an id that stands, also where ${state}.`);
        assertSame(revision, held, `open must return the revision that stands under the id, also where ${state}.`);
        await assertHeld(other, held, 'A repeated open must change nothing.');
      };

      let held = await bring(writer, newRevision('refund-1', approved));
      await assertStands(newRevision('refund-1', approved), held, 'it is open itself');
      held = await lead(writer, held, succeeds({ cancelAmount: APPROVED }));
      await assertStands(newRevision('refund-1', approved), held, 'everything went back');
      await bring(writer, newRevision('refund-2', FULL_CANCEL));
      await assertStands(newRevision('refund-1', approved), held, 'another revision of the payment is open');
      await bring(writer, newRevision('refund-3', { pgCno: 'payment-2' }));
      await assertStands(newRevision('refund-1', { pgCno: 'payment-2' }), held, 'the request now names another, busy payment');
    },
  },
];

const oneAtATime: readonly ReviseJournalCase[] = [
  ...Object.entries(WAYS_TO_BE_OPEN).map(([status, way]) => ({
    name: `open refuses a second revision of a payment while the first is ${status}`,
    run: async (store: ReviseJournalStore): Promise<void> => {
      const [writer, other] = await two(store);
      const open = await bring(writer, newRevision('refund-1', { approvedAmount: APPROVED }), ...way);
      for (const journal of [writer, other]) {
        await assertBusy(journal, newRevision('refund-2', {}, { acceptedAt: minutes(30) }), open);
        await assertBusy(journal, newRevision('refund-3', FULL_CANCEL, { acceptedAt: minutes(30) }), open);
      }
      await assertHeld(other, open, 'A refused open must leave the revision that is open as it was.');
    },
  })),
  ...Object.entries(WAYS_TO_BE_SETTLED).map(([end, way]) => ({
    name: `open takes in another revision of a payment when the first has ended: ${end}`,
    run: async (store: ReviseJournalStore): Promise<void> => {
      const [writer, other] = await two(store);
      await bring(writer, newRevision('refund-1', { approvedAmount: APPROVED }), ...way);
      const second = await bring(other, newRevision('refund-2', {}, { acceptedAt: minutes(30) }));
      await assertBusy(writer, newRevision('refund-3'), second);
    },
  })),
  {
    name: 'open lets exactly one of many revisions win that come for one payment at the same time',
    run: async (store) => {
      const journals = await several(store);
      for (let round = 0; round < ROUNDS; round++) {
        const offered = list(AT_ONCE, (index) => newRevision(`refund-${round}-${index}`, { pgCno: `payment-${round}` }));
        const refusals = await atOnce(journals, offered, (journal, revision) => refusalOf(journal.open(revision)));
        const winners = offered.filter((_, index) => refusals[index] === undefined);
        assert.equal(winners.length, 1, 'Exactly one of several simultaneous revisions of one payment must be taken in.');
        for (const refusal of refusals.filter((error) => error !== undefined)) {
          assert.ok(refusal instanceof PaymentBusyError, `The others must get a PaymentBusyError; ${insteadOf(refusal)}.`);
          assert.equal(refusal.openShopTransactionId, winners[0]?.shopTransactionId, 'PaymentBusyError must name who won.');
        }
      }
    },
  },
  {
    name: 'open takes one pgCno of two malls for two payments',
    run: async (store) => {
      const [writer, other] = await two(store);
      const all = { amount: APPROVED, approvedAmount: APPROVED };
      const one = await bring(writer, newRevision('refund-1', all));
      await bring(other, newRevision('refund-2', { ...all, mallId: OTHER_MALL }), succeeds({ cancelAmount: APPROVED }));
      await lead(writer, one, isDeclined);
      await bring(writer, newRevision('refund-3', all));
    },
  },
];

/** A payment that is held by what is settled. */
const held: readonly ReviseJournalCase[] = [
  ...Object.entries({
    'was refused': [isRefused],
    'was withdrawn': [becomesAccepted, isWithdrawnForReview],
  }).map(([end, way]) => ({
    name: `open refuses a part beside another that ${end}, until its review is answered`,
    run: async (store: ReviseJournalStore): Promise<void> => {
      const [writer, other] = await two(store);
      const reviewed = await bring(writer, newRevision('refund-1'), ...way);
      for (const journal of [writer, other]) await assertBusy(journal, newRevision('refund-2'), reviewed);
      await assertHeld(other, reviewed, 'A refused open must leave the revision that holds the payment as it was.');
      await lead(writer, reviewed, isReviewed);
      await bring(other, newRevision('refund-2'));
    },
  })),
  {
    name: 'open refuses a capture beside another that is under review, and takes in a part',
    run: async (store) => {
      const [writer, other] = await two(store);
      const reviewed = await bring(writer, newRevision('capture-1', CAPTURE), isRefused);
      await assertBusy(other, newRevision('capture-2', CAPTURE), reviewed);
      const part = await bring(other, newRevision('refund-1'), isRefused);
      await assertBusy(writer, newRevision('capture-3', CAPTURE), reviewed);
      await assertBusy(writer, newRevision('refund-2'), part);
      await lead(writer, reviewed, isReviewed);
      await bring(other, newRevision('capture-4', CAPTURE));
    },
  },
  {
    name: 'open takes in a cancel of the whole beside a part that is under review, and nothing else before it has ended',
    run: async (store) => {
      const [writer, other] = await two(store);
      const reviewed = await bring(writer, newRevision('refund-1'), isRefused);
      const whole = await bring(other, newRevision('refund-2', FULL_CANCEL));
      await assertHeld(writer, reviewed, 'open must leave the revision that is under review as it was.');
      // The first that holds it, in the order in which they were taken in, is named.
      await assertBusy(writer, newRevision('refund-3'), reviewed);
      await assertBusy(writer, newRevision('refund-3', FULL_CANCEL), whole);
      await lead(other, whole, isRefused);
      await assertBusy(writer, newRevision('refund-3'), reviewed);
      await bring(writer, newRevision('refund-4', FULL_CANCEL), isDeclined);
      await lead(other, reviewed, isReviewed);
      await bring(other, newRevision('refund-3'));
    },
  },
  {
    name: 'open takes in anything beside a cancel of the whole that is under review',
    run: async (store) => {
      const [writer, other] = await two(store);
      await bring(writer, newRevision('refund-1', FULL_CANCEL), isRefused);
      await bring(other, newRevision('refund-2', FULL_CANCEL), isRefused);
      const part = await bring(writer, newRevision('refund-3'));
      await assertBusy(other, newRevision('refund-4'), part);
    },
  },
  {
    name: 'open refuses a part beside another that could not be reviewed, until a person has decided',
    run: async (store) => {
      const [writer, other] = await two(store);
      const unreviewed = await bring(writer, newRevision('refund-1'), isRefused, isUnreviewed);
      await assertBusy(other, newRevision('refund-2'), unreviewed);
      await bring(other, newRevision('refund-3', FULL_CANCEL), isDeclined);
      await assertBusy(other, newRevision('refund-2'), unreviewed);
      await lead(writer, unreviewed, isDecided('declined'));
      await bring(other, newRevision('refund-2'));
    },
  },
  {
    name: 'open refuses everything beside a revision that was corrected, until the shop knows',
    run: async (store) => {
      const [writer, other] = await two(store);
      const corrected = await bring(writer, newRevision('refund-1', { approvedAmount: APPROVED }), isRefused, isCorrected);
      for (const fields of [{}, FULL_CANCEL, CAPTURE]) await assertBusy(other, newRevision('refund-2', fields), corrected);
      await lead(writer, corrected, isHeard);
      await assertTooMuch(other, newRevision('refund-2', { amount: APPROVED - 999 }), 1_000);
      await bring(other, newRevision('refund-2'));
    },
  },
  {
    name: 'save writes what is under review, and corrects it, also where another of the payment was taken in beside it',
    run: async (store) => {
      const [writer, other] = await two(store);
      const reviewed = await bring(writer, newRevision('refund-1'), isRefused);
      const whole = await bring(other, newRevision('refund-2', FULL_CANCEL));
      const later = await lead(writer, reviewed, isReviewedLater);
      await assertHeld(other, later, 'save must write the next state of what is under review.');
      const corrected = await lead(writer, later, isCorrected);
      await assertHeld(other, corrected, 'save must write that what was under review was carried out.');
      await assertHeld(writer, whole, 'save must leave the other revision of the payment as it was.');
      await lead(other, whole, isDeclined);
      await assertBusy(other, newRevision('refund-3', FULL_CANCEL), corrected);
    },
  },
  {
    name: 'open lets one of many in that come at the same time beside a part that is under review, and no part',
    run: async (store) => {
      const journals = await several(store);
      const [writer] = journals as [ReviseJournal];
      for (let round = 0; round < ROUNDS; round++) {
        const pgCno = `payment-${round}`;
        const reviewed = await bring(writer, newRevision(`refund-${round}`, { pgCno }), isRefused);
        const offered = list(2 * AT_ONCE, (index) =>
          newRevision(`refund-${round}-${index}`, { pgCno, ...(index % 2 === 0 ? {} : FULL_CANCEL) }),
        );
        const [refusals] = await Promise.all([
          atOnce(journals, offered, (journal, revision) => refusalOf(journal.open(revision))),
          lead(writer, reviewed, isReviewedLater, isReviewedLater),
        ]);
        refusals.filter((refusal) => refusal !== undefined).forEach(assertRefusedForPayment);
        const winners = offered.filter((_, index) => refusals[index] === undefined);
        const promise = 'Exactly one of several revisions that come at the same time must be taken in beside one under review';
        assertSame(
          winners.map(({ request }) => request.reviseTypeCode),
          ['40'],
          `${promise}: one of the whole.`,
        );
        const open = (await writer.ofPayment(MALL, pgCno)).filter(({ status }) => status === 'sending');
        assertSame(open, winners, `${promise}, and only that may be kept.`);
      }
    },
  },
];

const noMoreThanApproved: readonly ReviseJournalCase[] = [
  {
    name: 'open refuses what exceeds the approved amount, together with what KICC says went back',
    run: async (store) => {
      const [writer, other] = await two(store);
      const first = newRevision('refund-1', { amount: 6_000, approvedAmount: APPROVED });
      // KICC's figure counts, not the one asked for.
      await bring(writer, first, succeeds({ cancelAmount: 5_500 }));
      await bring(other, newRevision('refund-2', { amount: 500 }), succeeds({ cancelAmount: 500 }));
      await assertTooMuch(writer, newRevision('refund-3', { amount: 4_001 }), 6_000);
      await assertTooMuch(other, newRevision('refund-4', { amount: 4_001 }), 6_000);
      await bring(other, newRevision('refund-5', { amount: 4_000 }));
    },
  },
  {
    name: 'open counts the amount asked for where nothing tells what went back',
    run: async (store) => {
      const [writer, other] = await two(store);
      await bring(writer, newRevision('refund-1', { amount: 3_000, approvedAmount: APPROVED }), succeeds());
      await bring(writer, newRevision('refund-2', { amount: 3_000 }), becomesUnknown, isDecided('succeeded'));
      await assertTooMuch(other, newRevision('refund-3', { amount: 4_001 }), 6_000);
      await bring(other, newRevision('refund-4', { amount: 4_000 }));
    },
  },
  {
    name: 'open does not count what was declined or withdrawn',
    run: async (store) => {
      const [writer, other] = await two(store);
      const all = { amount: APPROVED, approvedAmount: APPROVED };
      await bring(writer, newRevision('refund-1', all), isDeclined);
      await bring(other, newRevision('refund-2', all), becomesAccepted, isWithdrawn);
      await bring(writer, newRevision('refund-3', all), becomesUnknown, isDecided('declined'));
      await bring(other, newRevision('refund-4', all));
    },
  },
  {
    name: 'open counts what KICC proved to have gone back, though a person had decided that it was declined',
    run: async (store) => {
      const [writer, other] = await two(store);
      const first = newRevision('refund-1', { amount: 6_000, approvedAmount: APPROVED });
      await bring(writer, first, becomesUnknown, isDecided('declined'), isContradicted(6_000));
      await assertTooMuch(other, newRevision('refund-2', { amount: 4_001 }), 6_000);
    },
  },
  {
    name: 'open counts what was corrected, and what was carried out twice, and takes in what KICC has carried out already',
    run: async (store) => {
      const [writer, other] = await two(store);
      const first = newRevision('refund-1', { approvedAmount: APPROVED });
      const corrected = await bring(writer, first, isRefused, isCorrected, isHeard);
      await assertTooMuch(other, newRevision('refund-2', { amount: APPROVED - 999 }), 1_000);
      await lead(writer, corrected, isDoubled);
      await assertTooMuch(other, newRevision('refund-2', { amount: APPROVED - 1_999 }), 2_000);
      // Another journal had it, or this one had lost it.
      const known = { ...newRevision('refund-3', { amount: APPROVED }), response: { resCd: '0000', cancelAmount: APPROVED } };
      await bring(other, Object.freeze(known));
    },
  },
  {
    name: 'open counts nothing for a capture',
    run: async (store) => {
      const [writer, other] = await two(store);
      const capture = newRevision('capture-1', { ...CAPTURE, approvedAmount: APPROVED });
      await bring(writer, capture, succeeds({ cancelAmount: APPROVED }));
      await bring(other, newRevision('refund-1', { amount: APPROVED }));
    },
  },
  {
    name: 'open counts everything for a full cancel that succeeded by verdict',
    run: async (store) => {
      const [writer, other] = await two(store);
      const cancel = newRevision('refund-1', { ...FULL_CANCEL, approvedAmount: APPROVED });
      await bring(writer, cancel, becomesUnknown, isDecided('succeeded'));
      await assertTooMuch(other, newRevision('refund-2', { amount: 1 }), APPROVED);
    },
  },
  {
    name: 'open goes by the approved amount that was told last',
    run: async (store) => {
      const [writer, other] = await two(store);
      const tell = (id: string, approvedAmount: number): Revision => newRevision(id, { amount: 1_000, approvedAmount });
      await bring(writer, tell('refund-1', 5_000), succeeds({ cancelAmount: 1_000 }));
      await bring(other, tell('refund-2', 8_000), succeeds({ cancelAmount: 1_000 }));
      // Neither silence nor a refused call takes back what was told.
      await bring(writer, newRevision('refund-3', { amount: 1_000 }), succeeds({ cancelAmount: 1_000 }));
      await assertTooMuch(other, newRevision('refund-4', { amount: 3_000, approvedAmount: 5_000 }), 3_000, 5_000);
      await assertTooMuch(other, newRevision('refund-5', { amount: 5_001 }), 3_000, 8_000);
      await bring(other, newRevision('refund-6', { amount: 5_000 }), isDeclined);
      // What a declined revision told was told too.
      await bring(writer, tell('refund-7', 4_000), isDeclined);
      await assertTooMuch(other, newRevision('refund-8', { amount: 1_001 }), 3_000, 4_000);
      await bring(other, newRevision('refund-9', { amount: 7_000, approvedAmount: APPROVED }));
    },
  },
  {
    name: 'open refuses no amount where nobody told what was approved, and no revision without an amount',
    run: async (store) => {
      const [writer, other] = await two(store);
      await bring(writer, newRevision('refund-1', { amount: 9_000 }), succeeds({ cancelAmount: 9_000 }));
      await bring(other, newRevision('refund-2', { amount: 9_000 }), succeeds({ cancelAmount: 9_000 }));
      await bring(writer, newRevision('refund-3', { ...FULL_CANCEL, approvedAmount: APPROVED }));
    },
  },
  {
    name: 'open gives the last won back once, however many ask for it at the same time',
    run: async (store) => {
      const journals = await several(store);
      const [writer] = journals as [ReviseJournal];
      for (let round = 0; round < ROUNDS; round++) {
        const pgCno = `payment-${round}`;
        const rest = { pgCno, amount: APPROVED - 1, approvedAmount: APPROVED };
        await bring(writer, newRevision(`refund-${round}`, rest), succeeds({ cancelAmount: APPROVED - 1 }));
        const offered = list(AT_ONCE, (index) => newRevision(`refund-${round}-${index}`, { pgCno, amount: 1 }));
        // Who wins is through at once, so that some may come after.
        const refusals = await atOnce(journals, offered, (journal, revision) =>
          refusalOf(journal.open(revision).then(() => lead(journal, revision, succeeds({ cancelAmount: 1 })))),
        );
        const refused = refusals.filter((refusal) => refusal !== undefined);
        assert.equal(refused.length, AT_ONCE - 1, 'Exactly one may give the last won back: all the others must be refused.');
        refused.forEach(assertRefusedForPayment);
        await assertTooMuch(writer, newRevision(`refund-${round}-late`, { pgCno, amount: 1 }), APPROVED);
      }
    },
  },
  {
    name: 'open never overlooks a revision that is settled at the same time',
    run: async (store) => {
      const journals = await several(store);
      const [writer] = journals as [ReviseJournal];
      for (let round = 0; round < ROUNDS; round++) {
        const pgCno = `payment-${round}`;
        const first = newRevision(`refund-${round}`, { pgCno, amount: 6_000, approvedAmount: APPROVED });
        await bring(writer, first);
        const offer = (index: number): Revision => newRevision(`refund-${round}-${index}`, { pgCno, amount: 6_000 });
        const refuse = (journal: ReviseJournal, revision: Revision): Promise<unknown> => refusalOf(journal.open(revision));
        const before = atOnce(journals, list(AT_ONCE / 2, offer), refuse);
        const settling = lead(writer, first, succeeds({ cancelAmount: 6_000 }));
        const after = atOnce(
          journals,
          list(AT_ONCE / 2, (index) => offer(index + AT_ONCE)),
          refuse,
        );
        const [some, , others] = await Promise.all([before, settling, after]);
        // Before it is settled, the payment is busy; after it, too much would go back.
        [...some, ...others].forEach(assertRefusedForPayment);
      }
    },
  },
];

/** A notification says what became of an accepted refund. */
function isCompleted(completion: Completion): Transition {
  return (held) => next(held, completed(held, completion, '51', minutes(5)));
}
/** A notification says something else than KICC's query. */
const isDisputed: Transition = (held) => next(held, disputed(held, '51', minutes(5)));
const isAmbiguous: Transition = (held) => next(held, ambiguous(held, { notiType: '50', cancelAmount: 1_000 }, minutes(5)));

const reading: readonly ReviseJournalCase[] = [
  {
    name: 'ofPayment returns every revision of the payment, and no other, in the order in which they were taken in',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const first = await bring(writer, newRevision('refund-9'), isDeclined);
      await bring(writer, newRevision('refund-1', { mallId: OTHER_MALL }));
      await bring(writer, newRevision('refund-2', { pgCno: 'payment-2' }));
      const second = await bring(writer, newRevision('refund-3'), succeeds());
      const third = await bring(writer, newRevision('refund-2-of-1', {}, { acceptedAt: minutes(-1) }));
      const promise = 'ofPayment must return every revision of that payment in that mall, whole, in order.';
      assertSame(await reader.ofPayment(MALL, 'payment-1'), [first, second, third], promise);
      assertSame(await reader.ofPayment(MALL, 'payment-3'), [], promise);
      assertSame(await reader.ofPayment(MALL, 'refund-9'), [], promise);
    },
  },
  {
    name: 'find returns personal data as it was sealed, and what became of a refund',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const sealed: Revision = Object.freeze({ ...newRevision('refund-1'), sealed: 'k1.aXY.dGFn.ZGF0YQ' });
      const promise = 'find must return the revision whole: sealed, completion and disputed, too.';
      await bring(writer, sealed);
      await assertHeld(reader, sealed, promise);
      const refund = newRevision('refund-2', { pgCno: 'payment-2' });
      const held = await bring(writer, refund, succeeds(), isCompleted('bounced'), isDisputed);
      await assertHeld(reader, held, promise);
    },
  },
  {
    name: 'find returns undefined for an id that is unknown',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const promise = 'find must return undefined for an id that is unknown.';
      await assertUnknownId(reader, MALL, 'refund-1', promise);
      await bring(writer, newRevision('refund-1'));
      await assertUnknownId(reader, MALL, 'refund-2', promise);
      await assertUnknownId(reader, OTHER_MALL, 'refund-1', promise);
      await assertUnknownId(reader, MALL, 'payment-1', promise);
    },
  },
  {
    name: 'find returns a request whole: nested parts, Korean text, milliseconds, and nothing added',
    run: async (store) => {
      const [writer, reader] = await two(store);
      // The longest ids, and the longest text in Korean.
      const pgCno = '26030212000010000002';
      const longest = { ...FULL_REQUEST, pgCno, reviseMessage: '가'.repeat(33) };
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const revisions = [newRevision('refund-1', FULL_REQUEST, { traceparent }), newRevision('r'.repeat(60), longest)];
      for (const revision of revisions) await bring(writer, revision);
      for (const revision of revisions) {
        await assertHeld(reader, revision, 'find must return the revision whole: request to the letter, dates as Date.');
      }
    },
  },
  {
    name: 'find returns every state whole: the answer with its extras, the refusal, the verdict, the trail',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const resendRefused = concluded(
        { kind: 'badRequest', httpStatus: 400 },
        { status: 'unknown', proof: { of: 'resendRefused' }, then: LATER },
      );
      const sentAgain: Transition = (held) => next(held, startSending(held, '20260303', minutes(900), minutes(902)));
      const lives: Readonly<Record<string, readonly Transition[]>> = {
        'refund-1': [becomesAccepted, sentAgain, becomesUnknown, succeeds(FULL_RESPONSE)],
        'refund-2': [isDeclined],
        'refund-3': [
          becomesUnknown,
          // After the third, the key is known.
          resendRefused,
          resendRefused,
          resendRefused,
          becomesEscalated,
          isDecided('declined'),
          isContradicted(3_300),
        ],
        'refund-4': [becomesAccepted, isWithdrawn],
        'refund-5': [isRefused, isCorrected, isHeard, isDoubled],
        'refund-6': [isRefusedUnchecked, isRefused, isUnreviewed, isDecided('declined')],
        'refund-7': [becomesAccepted, isWithdrawnForReview, isReviewed],
      };
      for (const [id, transitions] of Object.entries(lives)) {
        let held = await bring(writer, newRevision(id, { ...FULL_REQUEST, pgCno: id }));
        for (const transition of transitions) {
          held = await lead(writer, held, transition);
          await assertHeld(reader, held, `find must return the revision whole, as save wrote it last (${held.status}).`);
        }
      }
    },
  },
];

const writing: readonly ReviseJournalCase[] = [
  {
    name: 'save takes away what the next state no longer has',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const opened = await bring(writer, newRevision('refund-1', { amount: 6_000 }));
      const settled = await lead(writer, opened, isDeclined);
      await assertHeld(reader, settled, 'save must take away leaseUntil and nextCheckAt where the next state has none.');
      const contradicted = [becomesUnknown, isDecided('declined'), isContradicted(6_000)];
      const second = await bring(writer, newRevision('refund-2', { amount: 6_000 }), ...contradicted);
      const decidedAnew = await lead(writer, second, isDecided('succeeded'));
      await assertHeld(reader, decidedAnew, 'save must take away contradicted where the next state has none.');
    },
  },
  {
    name: 'save writes nothing over any but the version before, and says false',
    run: async (store) => {
      const [writer, other] = await two(store);
      const first = await bring(writer, newRevision('refund-1'));
      const second = await lead(writer, first, becomesUnknown);
      const held = await lead(writer, second, becomesEscalated);
      const stale = [isDeclined(first), isDeclined(second), first, held, { ...isDeclined(held), version: held.version + 2 }];
      for (const revision of stale) {
        const written = await other.save(revision);
        assert.strictEqual(written, false, `save must return false for version ${revision.version} over ${held.version}.`);
        await assertHeld(writer, held, 'save must write nothing where it returns false.');
      }
    },
  },
  {
    name: 'save writes nothing open over what is settled, and says false',
    run: async (store) => {
      const [writer, other] = await two(store);
      const settled = await lead(writer, await bring(writer, newRevision('refund-1')), isDeclined);
      // As where the journal was thrown back, and what was settled since has the version of what was lost.
      const open = { ...becomesUnknown(await bring(writer, newRevision('refund-2'))), shopTransactionId: 'refund-1' };
      const written = await other.save({ ...open, version: settled.version + 1 });
      assert.strictEqual(written, false, 'save must return false for an open state over a settled one, whatever its version.');
      await assertHeld(writer, settled, 'save must write nothing where it returns false.');
    },
  },
  {
    name: 'save writes nothing under an id that is unknown, and says false',
    run: async (store) => {
      const [writer, other] = await two(store);
      await bring(writer, newRevision('refund-1'));
      for (const unknown of [newRevision('refund-2'), newRevision('refund-1', { mallId: OTHER_MALL })]) {
        for (const revision of [unknown, isDeclined(unknown)]) {
          assert.strictEqual(await other.save(revision), false, 'save must return false for an id that is unknown.');
        }
        await assertUnknownId(writer, unknown.mallId, unknown.shopTransactionId, 'save must take in no revision: open does.');
      }
    },
  },
  {
    name: 'save writes exactly one of many next states that come at the same time',
    run: async (store) => {
      const journals = await several(store);
      const [writer] = journals as [ReviseJournal];
      let held = await bring(writer, newRevision('refund-1'));
      for (let round = 0; round < ROUNDS; round++) {
        const states = list(AT_ONCE, (index) => ({ ...becomesUnknown(held), checks: 100 * round + index }));
        const written = await atOnce(journals, states, (journal, state) => journal.save(state));
        const winners = states.filter((_, index) => written[index]);
        assert.equal(winners.length, 1, 'Exactly one of several simultaneous saves of one version must return true.');
        held = winners[0] as Revision;
        await assertHeld(writer, held, 'The state whose save returned true must be the one that is kept.');
      }
    },
  },
  {
    name: 'save lets nobody write who has lost the lease to somebody else',
    run: async (store) => {
      const [slow, other] = await two(store);
      const mine = await bring(slow, newDueRevision('refund-1', minutes(2)));
      const [theirs] = await claim(other);
      assertSame(theirs, claimed(mine), 'claimDue must claim what is due.');
      const late = await slow.save(isDeclined(mine));
      assert.strictEqual(late, false, 'save must return false for who worked on the revision before somebody else claimed it.');
      await assertHeld(slow, claimed(mine), 'save must write nothing where it returns false.');
      const settled = await lead(other, claimed(mine), succeeds({ cancelAmount: 1_000 }));
      assert.strictEqual(await slow.save(isDeclined(mine)), false, 'save must return false, however late it comes.');
      await assertHeld(slow, settled, 'Who lost the lease must not overwrite what the one who has it wrote.');
    },
  },
  {
    name: 'save and claimDue of one revision at the same time: exactly one has it',
    run: async (store) => {
      const journals = await several(store);
      const [writer] = journals as [ReviseJournal];
      for (let round = 0; round < ROUNDS; round++) {
        const due = list(AT_ONCE, (index) => newDueRevision(`refund-${round}-${index}`, minutes(2)));
        for (const revision of due) await bring(writer, revision);
        const saving = atOnce(journals, due, (journal, revision) => journal.save(isDeclined(revision)));
        const claiming = atOnce(journals, journals, (journal) => claim(journal, { limit: 2 }));
        const [saved, claims] = await Promise.all([saving, claiming]);
        const taken = new Set(claims.flat().map(idOf));
        for (const [index, revision] of due.entries()) {
          const promise = 'Either save writes the next state, or claimDue claims the revision: not both, and not neither.';
          assert.notEqual(saved[index], taken.has(idOf(revision)), promise);
          await assertHeld(writer, saved[index] ? isDeclined(revision) : claimed(revision), promise);
        }
      }
    },
  },
];

const claiming: readonly ReviseJournalCase[] = [
  {
    name: 'claimDue claims what is due by now, to the millisecond, and never what has no next check',
    run: async (store) => {
      const [writer, other] = await two(store);
      const now = minutes(60);
      const due = await bring(writer, newDueRevision('due-now', now));
      await bring(writer, newDueRevision('due-in-a-millisecond', new Date(now.getTime() + 1)));
      await bring(writer, newRevision('never-due', { pgCno: 'payment-3' }), succeeds({ cancelAmount: 1_000 }));
      await bring(writer, newRevision('never-due-either', { pgCno: 'payment-4' }), isDeclined);
      const atRest = concluded({ kind: 'due' }, { status: 'escalated', proof: { of: 'nothing' }, then: REST });
      await bring(writer, newRevision('never-due-but-open', { pgCno: 'payment-5' }), becomesUnknown, atRest);
      const promise = 'claimDue must claim exactly what has a nextCheckAt at or before now.';
      assertSame(await claim(other, { now: new Date(now.getTime() - 1) }), [], promise);
      assertSame(await claim(other, { now }), [claimed(due)], promise);
    },
  },
  {
    name: 'claimDue claims those first that are due longest, and no more than the limit',
    run: async (store) => {
      const [writer, other] = await two(store);
      for (const minute of [14, 11, 15, 12, 13]) await bring(writer, newDueRevision(`due-${minute}`, minutes(minute)));
      const claims = [await claim(other, { limit: 2 }), await claim(writer, { limit: 2 }), await claim(other, { limit: 2 })];
      assertSame(
        claims.map((revisions) => revisions.map(idOf)),
        [['due-11', 'due-12'], ['due-13', 'due-14'], ['due-15']],
        'claimDue must claim at most `limit`, those that are due longest first.',
      );
    },
  },
  {
    name: 'claimDue writes leaseUntil, nextCheckAt and the next version, nothing else, and returns what it wrote',
    run: async (store) => {
      const [writer, other] = await two(store);
      const due = await bring(writer, newRevision('refund-1', FULL_REQUEST), becomesUnknown);
      assertSame(
        await claim(other, { leaseUntil: minutes(75) }),
        [claimed(due, minutes(75))],
        'claimDue must return what it claimed as it now stands: with the leaseUntil, as nextCheckAt too, and the next version.',
      );
      await assertHeld(writer, claimed(due, minutes(75)), 'claimDue must write what it returns.');
    },
  },
  {
    name: 'claimDue claims nothing again before the lease is over, and then it does',
    run: async (store) => {
      const [writer, other] = await two(store);
      const due = await bring(writer, newDueRevision('refund-1', minutes(2)));
      const first = claimed(due, minutes(63));
      assertSame(
        await claim(writer, { now: minutes(60), leaseUntil: minutes(63) }),
        [first],
        'claimDue must claim what is due.',
      );
      const early = { now: new Date(minutes(63).getTime() - 1), leaseUntil: minutes(66) };
      for (const journal of [writer, other]) {
        assertSame(await claim(journal, early), [], 'claimDue must leave what is claimed to the one who claimed it.');
      }
      const again = await claim(other, { now: minutes(63), leaseUntil: minutes(66) });
      assertSame(again, [claimed(first, minutes(66))], 'claimDue must claim again what is due when its lease is over.');
    },
  },
  {
    name: 'claimDue claims revisions of every status',
    run: async (store) => {
      const [writer, other] = await two(store);
      const decided = {
        succeeded: [becomesUnknown, isDecided('succeeded')],
        declined: [becomesUnknown, isDecided('declined')],
        'under-review': [isRefused],
      } as const;
      const expected: Revision[] = [];
      for (const [status, way] of Object.entries({ ...WAYS_TO_BE_OPEN, ...decided })) {
        expected.push(claimed(await bring(writer, newDueRevision(status, minutes(2)), ...way)));
      }
      const byId = (revisions: readonly Revision[]): unknown => Object.fromEntries(revisions.map((one) => [idOf(one), one]));
      assertSame(byId(await claim(other)), byId(expected), 'claimDue goes by nextCheckAt alone: the status must not matter.');
    },
  },
  {
    name: 'claimDue claims only revisions of the malls asked for',
    run: async (store) => {
      const [writer, other] = await two(store);
      await bring(writer, newDueRevision('refund-1', minutes(2), OTHER_MALL));
      await bring(writer, newDueRevision('refund-2', minutes(3)));
      await bring(writer, newDueRevision('refund-3', minutes(4), OTHER_MALL));
      const promise = 'claimDue must claim only revisions of the malls asked for, and count only those towards the limit.';
      assertSame((await claim(other, { mallIds: [MALL], limit: 1 })).map(idOf), ['refund-2'], promise);
      assertSame((await claim(other, { mallIds: [MALL] })).map(idOf), [], promise);
      const both = await claim(other, { mallIds: [MALL, OTHER_MALL] });
      assertSame(both.map(idOf), ['refund-1', 'refund-3'], promise);
    },
  },
  {
    name: 'claimDue gives no revision twice, however many claim at the same time, and together they get all',
    run: async (store) => {
      const journals = await several(store);
      const [writer] = journals as [ReviseJournal];
      for (let round = 0; round < ROUNDS; round++) {
        const due = list(2 * AT_ONCE, (index) => newDueRevision(`due-${round}-${index}`, minutes(2)));
        for (const revision of due) await bring(writer, revision);
        const claims = await atOnce(journals, list(AT_ONCE, Number), (journal) => claim(journal, { limit: 3 }));
        // Who claims among many may get fewer than there are; what was left is claimed by the next.
        const ids = [...claims.flat(), ...(await claim(writer))].map(idOf);
        assert.equal(ids.length, new Set(ids).size, 'claimDue must never give one revision to two who claim.');
        assertSame(ids.sort(), due.map(idOf).sort(), 'Together, those who claim must get all that is due.');
        for (const revision of due) await assertHeld(writer, claimed(revision), 'claimDue must write what it returns, once.');
      }
    },
  },
];

const NOBODY_WAITS = nobody();

const counting: readonly ReviseJournalCase[] = [
  {
    name: 'openRevisions counts what is settled and waits for a person',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const bringOne = (id: string, mallId: string, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, newRevision(id, { pgCno: id, mallId }), ...way);
      await bringOne('bounced', MALL, succeeds(), isCompleted('bounced'));
      await bringOne('bounced-2', MALL, succeeds(), isCompleted('bounced'));
      await bringOne('paid-by-hand', MALL, succeeds(), isCompleted('bounced'), isDecided('succeeded'));
      await bringOne('completed', MALL, succeeds(), isCompleted('completed'));
      await bringOne('disputed', MALL, succeeds(), isDisputed);
      await bringOne('disputed-2', OTHER_MALL, succeeds(), isDisputed);
      await bringOne('contradicted', MALL, becomesUnknown, isDecided('declined'), isContradicted(1_000));
      await bringOne('under-review', MALL, isRefused);
      await bringOne('unreviewed', MALL, isRefused, isUnreviewed);
      await bringOne('corrected', MALL, isRefused, isCorrected);
      await bringOne('corrected-2', MALL, isRefused, isUnreviewed, isCorrected);
      await bringOne('heard', MALL, isRefused, isCorrected, isHeard);
      await bringOne('doubled', MALL, succeeds({ cancelPgCno: '20260302-1' }), isDoubled);
      await bringOne('ambiguous', MALL, succeeds(), isAmbiguous);
      await bringOne('open-and-ambiguous', MALL, becomesUnknown, isAmbiguous);
      const { attention } = await reader.openRevisions([MALL]);
      const promise = 'openRevisions must count, in the malls asked for, what waits for a person by attentionOf.';
      const expected = { bounced: 2, contradicted: 1, disputed: 1, corrected: 2, doubled: 1, unreviewed: 1, ambiguous: 1 };
      assertSame(attention, { ...NOBODY_WAITS, ...expected }, promise);
    },
  },
  {
    name: 'openRevisions counts what is open, by status, and tells since when the oldest',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const bringOne = (id: string, minute: number, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, newRevision(id, { pgCno: id }, { acceptedAt: minutes(minute) }), ...way);
      await bringOne('settled-1', -9, succeeds({ cancelAmount: 1_000 }));
      await bringOne('settled-2', -8, isDeclined);
      // Still to be held against KICC's word, and settled all the same.
      await bringOne('settled-3', -7, becomesUnknown, isDecided('succeeded'));
      await bringOne('settled-4', -6, becomesUnknown, isDecided('declined'));
      await bringOne('settled-5', -6, isRefused);
      for (const [status, way] of Object.entries(WAYS_TO_BE_OPEN)) await bringOne(status, -3, ...way);
      await bringOne('sending-2', -5);
      await bringOne('unknown-2', -4, becomesUnknown);
      await bringOne('unknown-3', -1, becomesUnknown);
      assertSame(
        await reader.openRevisions([MALL]),
        {
          byStatus: { accepted: 1, sending: 2, unknown: 3, escalated: 1 },
          attention: NOBODY_WAITS,
          oldestSince: minutes(-5),
          nearestWindowEnd: WINDOW_END,
        },
        'openRevisions must count what is open by status, and give the acceptedAt of the oldest and the end of the nearest window.',
      );
    },
  },
  {
    name: 'openRevisions counts only revisions of the malls asked for',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const others = newRevision('refund-1', { mallId: OTHER_MALL }, { acceptedAt: minutes(-5) });
      await bring(writer, others, becomesUnknown);
      await bring(writer, newRevision('refund-2', {}, { acceptedAt: minutes(-1) }));
      const none = { accepted: 0, sending: 0, unknown: 0, escalated: 0 };
      const promise = 'openRevisions must look at the malls asked for, and at no other.';
      const mine = {
        byStatus: { ...none, sending: 1 },
        attention: NOBODY_WAITS,
        oldestSince: minutes(-1),
        nearestWindowEnd: WINDOW_END,
      };
      const both = {
        byStatus: { ...none, sending: 1, unknown: 1 },
        attention: NOBODY_WAITS,
        oldestSince: minutes(-5),
        nearestWindowEnd: WINDOW_END,
      };
      assertSame(await reader.openRevisions([MALL]), mine, promise);
      assertSame(await reader.openRevisions([MALL, OTHER_MALL]), both, promise);
    },
  },
  {
    name: 'openElsewhere, where there is one, counts what is open or due of every mall but those given',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const bringOne = (id: string, mallId: string, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, newRevision(id, { pgCno: id, mallId }), ...way);
      for (const mallId of [MALL, OTHER_MALL]) {
        await bringOne('open', mallId, becomesUnknown);
        await bringOne('escalated', mallId, becomesUnknown, becomesEscalated);
        await bringOne('decided', mallId, becomesUnknown, isDecided('declined'));
        await bringOne('done', mallId, succeeds({ cancelAmount: 1_000 }));
        await bringOne('refused', mallId, isDeclined);
      }
      const promise = 'openElsewhere must count what is open or due, by mall, of all malls but those given.';
      const elsewhere = [{ mallId: OTHER_MALL, count: 3 }];
      assertSame((await reader.openElsewhere?.([MALL])) ?? elsewhere, elsewhere, promise);
      assertSame((await reader.openElsewhere?.([MALL, OTHER_MALL])) ?? [], [], promise);
    },
  },
  {
    name: 'openRevisions gives the end of the window that closes first, of those of which something may have left',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const sentAgain: Transition = (held) => next(held, startSending(held, '20260305', minutes(900), minutes(902)));
      const promise = 'openRevisions must give the end of the nearest query window, of what may have left.';
      await bring(writer, newRevision('unsent', { pgCno: 'unsent' }), becomesAccepted);
      const { nearestWindowEnd: none } = await reader.openRevisions([MALL]);
      assertSame(none, undefined, promise);
      await bring(writer, newRevision('late', { pgCno: 'late' }), becomesAccepted, sentAgain);
      const { nearestWindowEnd: later } = await reader.openRevisions([MALL]);
      assertSame(later, new Date('2026-03-07T00:00:00+09:00'), promise);
      await bring(writer, newRevision('early', { pgCno: 'early' }), becomesUnknown);
      const { nearestWindowEnd: nearest } = await reader.openRevisions([MALL]);
      assertSame(nearest, WINDOW_END, promise);
    },
  },
  {
    name: 'openRevisions gives noughts, and no oldest, where none is open',
    run: async (store) => {
      const [writer, reader] = await two(store);
      const nothing = { byStatus: { accepted: 0, sending: 0, unknown: 0, escalated: 0 }, attention: NOBODY_WAITS };
      const promise = 'openRevisions must give 0 for every open status, and no oldestSince, where none is open.';
      assertSame(await reader.openRevisions([MALL]), nothing, promise);
      await bring(writer, newRevision('refund-1'), succeeds({ cancelAmount: 1_000 }));
      assertSame(await reader.openRevisions([MALL]), nothing, promise);
    },
  },
];

const ofUnreadable: readonly ReviseJournalCase[] = [
  {
    name: 'claimDue, openRevisions: what cannot be read stops nothing else, and waits for a person',
    run: async (store) => {
      if (!store.spoil) return;
      const [writer, other] = await two(store);
      const due = list(AT_ONCE, (index) => newDueRevision(`refund-${index}`, minutes(2 + index)));
      for (const revision of due) await bring(writer, revision);
      const [first, second, ...rest] = due as [Revision, Revision, ...Revision[]];
      for (const { shopTransactionId } of [first, second]) await store.spoil(MALL, shopTransactionId);
      const promise = 'claimDue must claim what can be read, as many as it may, whatever else cannot be.';
      assertSame((await claim(other, { limit: 1 })).map(idOf), rest.slice(0, 1).map(idOf), promise);
      assertSame((await claim(other)).map(idOf), rest.slice(1).map(idOf), promise);
      const { attention } = await other.openRevisions([MALL]);
      assertSame(attention, { ...NOBODY_WAITS, unreadable: 2 }, 'openRevisions must count what cannot be read, open or not.');
    },
  },
  {
    name: 'find, ofPayment and open say what cannot be read, and of what payment nothing is taken in for it',
    run: async (store) => {
      if (!store.spoil) return;
      const [writer, other] = await two(store);
      const spoilt = newRevision('refund-1');
      await bring(writer, spoilt, succeeds({ cancelAmount: 1_000 }));
      await store.spoil(MALL, 'refund-1');
      const asked = {
        find: other.find(MALL, 'refund-1'),
        ofPayment: other.ofPayment(MALL, 'payment-1'),
        open: other.open(spoilt),
      };
      for (const [method, call] of Object.entries(asked)) {
        const refusal = await refusalOf(call);
        const isTold = refusal instanceof UnreadableRevisionError && refusal.shopTransactionId === 'refund-1';
        assert.ok(
          isTold,
          `${method} must throw an UnreadableRevisionError that names what cannot be read; ${insteadOf(refusal)}.`,
        );
      }
      const [busy] = await Promise.all([
        refusalOf(other.open(newRevision('refund-2'))),
        bring(other, newRevision('refund-3', { pgCno: 'payment-2' })),
      ]);
      assert.ok(
        busy instanceof PaymentBusyError && busy.because === 'unreadable' && busy.openShopTransactionId === 'refund-1',
        `open must throw a PaymentBusyError, because of 'unreadable', for the payment of what cannot be read; ${insteadOf(busy)}.`,
      );
    },
  },
  {
    name: 'claimDue gives what can be read again, within the hour',
    run: async (store) => {
      if (!store.spoil) return;
      const [writer, other] = await two(store);
      const revision = await bring(writer, newDueRevision('refund-1', minutes(2)));
      const mend = await store.spoil(MALL, 'refund-1');
      assertSame(await claim(other), [], 'claimDue must not give what cannot be read.');
      await mend();
      const later = { now: minutes(121), leaseUntil: minutes(124) };
      assertSame(
        await claim(other, later),
        [claimed(revision, later.leaseUntil)],
        'claimDue must try what it could not read again.',
      );
      assertSame((await other.openRevisions([MALL])).attention, NOBODY_WAITS, 'What can be read again waits for nobody.');
    },
  },
];

/** What comes of a call while somebody holds a lock. */
async function meanwhile<Result>(call: Promise<Result>, promise: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: promise })), PATIENCE_MS);
  });
  return Promise.race([call, tooLate]).finally(() => clearTimeout(timer));
}

const ofHeldLocks: readonly ReviseJournalCase[] = [
  {
    name: 'claimDue, open and save: who holds the lock of one revision is in the way of no other',
    run: async (store) => {
      if (!store.hold) return;
      const [writer, other] = await two(store);
      const due = list(AT_ONCE, (index) => newDueRevision(`refund-${index}`, minutes(2 + index)));
      for (const revision of due) await bring(writer, revision);
      const [first, second, ...rest] = due as [Revision, Revision, ...Revision[]];
      const letGo = await store.hold(MALL, first.shopTransactionId);
      try {
        const promise =
          'While a lock is held, claimDue must claim the others, and open and save write them, without waiting for it.';
        const calls = [
          bring(other, newDueRevision('refund-new', minutes(90))),
          bring(other, newDueRevision('refund-paid', minutes(90)), succeeds({ cancelAmount: 1_000 })),
          writer.save(succeeds({ cancelAmount: 1_000 })(second)),
        ];
        await meanwhile(Promise.all(calls), promise);
        assertSame((await meanwhile(claim(other), promise)).map(idOf), rest.map(idOf), promise);
      } finally {
        await letGo();
      }
    },
  },
  {
    name: 'open tells whose payment is held, and save writes once its lock is gone',
    run: async (store) => {
      if (!store.hold) return;
      const [writer, other] = await two(store);
      const revision = await bring(writer, newRevision('refund-1'));
      const letGo = await store.hold(MALL, 'refund-1');
      const saving = writer.save(succeeds({ cancelAmount: 1_000 })(revision));
      try {
        const busy = await meanwhile(
          refusalOf(other.open(newRevision('refund-2'))),
          'open must not wait for a lock of its payment: a caller waits behind it.',
        );
        const isTold = busy instanceof PaymentBusyError && busy.pgCno === 'payment-1';
        assert.ok(isTold, `open must throw a PaymentBusyError for the payment whose lock is held; ${insteadOf(busy)}.`);
      } finally {
        await letGo();
      }
      const promise = 'save must write, or wait for its lock; what KICC has answered must not be lost.';
      assertSame(await saving, true, promise);
      assertSame((await other.find(MALL, 'refund-1'))?.status, 'succeeded', promise);
    },
  },
];

/**
 * What a {@link ReviseJournal} promises, as cases that any implementation can be held to, in any test framework. Each case
 * wants a fresh, empty store, and works with several journals on it, many of them at the same time: a journal may make its
 * callers wait then, but must not fail them. Dates are fixed; no clock is read, and nothing sleeps.
 *
 * A case that passes proves no absence of races: run the cases against the real database, with real connections.
 *
 * @example
 * import { reviseJournalContract } from 'nestjs-kicc/testing';
 *
 * describe('SqlReviseJournal', () => {
 *   for (const { name, run } of reviseJournalContract) {
 *     it(name, async () => {
 *       const database = await createEmptyDatabase();
 *       await run({ connect: async () => new SqlReviseJournal(await database.connect()) });
 *     });
 *   }
 * });
 */
export const reviseJournalContract: readonly ReviseJournalCase[] = [
  ...opening,
  ...oneAtATime,
  ...held,
  ...noMoreThanApproved,
  ...reading,
  ...writing,
  ...claiming,
  ...counting,
  ...ofUnreadable,
  ...ofHeldLocks,
];
