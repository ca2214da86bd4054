import assert from 'node:assert/strict';
import type { ReviseJournal } from '../../journal/revise-journal.js';
import type { Revision } from '../../revision/revision.js';
import { startSending } from '../../revision/transitions.js';
import {
  AT_ONCE,
  ROUNDS,
  two,
  several,
  atOnce,
  list,
  bring,
  lead,
  claim,
  claimed,
  idOf,
  assertSame,
  assertHeld,
  assertUnknownId,
} from './checks.js';
import {
  MALL,
  OTHER_MALL,
  minutes,
  newRevision,
  newDueRevision,
  type Transition,
  next,
  concluded,
  LATER,
  becomesAccepted,
  becomesUnknown,
  becomesEscalated,
  isDeclined,
  isWithdrawn,
  isRefused,
  isRefusedUnchecked,
  isWithdrawnForReview,
  isReviewed,
  isUnreviewed,
  isCorrected,
  isHeard,
  isDoubled,
  succeeds,
  isDecided,
  isContradicted,
  FULL_REQUEST,
  FULL_RESPONSE,
  isCompleted,
  isDisputed,
} from './revisions.js';
import type { ReviseJournalCase } from './store.js';

export const reading: readonly ReviseJournalCase[] = [
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

export const writing: readonly ReviseJournalCase[] = [
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
