import assert from 'node:assert/strict';
import { inspect, types } from 'node:util';
import { inTime } from '../../handlers/handler-time.js';
import { nobody, type DueClaim, type ReviseJournal } from '../../journal/revise-journal.js';
import { OverRefundError, PaymentBusyError } from '../../revision/revise.errors.js';
import type { Revision } from '../../revision/revision.js';
import { lease } from '../../revision/transitions.js';
import { MALL, APPROVED, minutes, type Transition, next } from './revisions.js';
import type { ReviseJournalStore } from './store.js';

/** How many journals share a store where several are at work at once. */
const CONNECTIONS = 4;
/** How many calls are made at once. */
export const AT_ONCE = 12;
/** How often a race is run: a journal may be lucky once. */
export const ROUNDS = 5;
/** Whoever takes longer waits for a lock that is held, ms. */
const PATIENCE_MS = 10_000;

/** Two journals on one store: what one writes, the other must see. */
export async function two(store: ReviseJournalStore): Promise<[ReviseJournal, ReviseJournal]> {
  return [await store.connect(), await store.connect()];
}

export async function several(store: ReviseJournalStore): Promise<ReviseJournal[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => store.connect()));
}

/** Does something for every item at once, the journals by turns. */
export async function atOnce<Item, Result>(
  journals: readonly ReviseJournal[],
  items: readonly Item[],
  act: (journal: ReviseJournal, item: Item) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(items.map((item, index) => act(journals[index % journals.length] as ReviseJournal, item)));
}

export function list<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Opens what must not be refused. */
export async function open(
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
export async function bring(
  journal: ReviseJournal,
  revision: Revision,
  ...transitions: readonly Transition[]
): Promise<Revision> {
  const { opened, revision: taken } = await open(journal, revision, 'open must take in a new revision that nothing forbids;');
  assert.equal(opened, true, `open must take in a new revision that nothing forbids (${revision.shopTransactionId}).`);
  assertSame(taken, revision, 'open must return the revision that it took in.');
  return lead(journal, revision, ...transitions);
}

/** Writes the states that follow, one after the other. */
export async function lead(
  journal: ReviseJournal,
  revision: Revision,
  ...transitions: readonly Transition[]
): Promise<Revision> {
  let held = revision;
  for (const transition of transitions) {
    held = transition(held);
    const written = await journal.save(held);
    assert.equal(written, true, `save must write version ${held.version} over version ${held.version - 1}.`);
  }
  return held;
}

export function claim(journal: ReviseJournal, fields: Partial<DueClaim> = {}): Promise<readonly Revision[]> {
  return journal.claimDue({ mallIds: [MALL], now: minutes(60), leaseUntil: minutes(63), limit: 100, ...fields });
}

export function claimed(revision: Revision, leaseUntil = minutes(63)): Revision {
  return next(revision, lease(revision, leaseUntil));
}

export function idOf({ shopTransactionId }: Revision): string {
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

export function assertSame(actual: unknown, expected: unknown, promise?: string): void {
  assert.deepStrictEqual(plain(actual), plain(expected), promise);
}

export async function assertHeld(journal: ReviseJournal, revision: Revision, promise: string): Promise<void> {
  assertSame(await journal.find(revision.mallId, revision.shopTransactionId), revision, promise);
}

export async function assertUnknownId(
  journal: ReviseJournal,
  mallId: string,
  shopTransactionId: string,
  promise: string,
): Promise<void> {
  assert.strictEqual(await journal.find(mallId, shopTransactionId), undefined, promise);
}

/** What a call that must be refused was refused with; `undefined` if it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
}

export function insteadOf(refusal: unknown): string {
  return refusal === undefined ? 'it was taken in' : `it threw ${inspect(refusal)}`;
}

export async function assertBusy(journal: ReviseJournal, revision: Revision, open: Revision): Promise<void> {
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

export async function assertTooMuch(
  journal: ReviseJournal,
  revision: Revision,
  refunded: number,
  approved = APPROVED,
): Promise<void> {
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

export function assertRefusedForPayment(refusal: unknown): void {
  const known = refusal instanceof PaymentBusyError || refusal instanceof OverRefundError;
  assert.ok(known, `open must refuse with a PaymentBusyError or an OverRefundError; ${insteadOf(refusal)}.`);
}

// The cases.

/** What comes of a call while somebody holds a lock. */
export function meanwhile<Result>(call: Promise<Result>, promise: string): Promise<Result> {
  return inTime(call, PATIENCE_MS, () => new assert.AssertionError({ message: promise }));
}

export const NOBODY_WAITS = nobody();
