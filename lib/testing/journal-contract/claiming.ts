import assert from 'node:assert/strict';
import type { ReviseJournal } from '../../journal/revise-journal.js';
import type { Revision } from '../../revision/revision.js';
import { AT_ONCE, ROUNDS, two, several, atOnce, list, bring, claim, claimed, idOf, assertSame, assertHeld } from './checks.js';
import {
  MALL,
  OTHER_MALL,
  minutes,
  newRevision,
  newDueRevision,
  concluded,
  REST,
  becomesUnknown,
  isDeclined,
  isRefused,
  succeeds,
  isDecided,
  WAYS_TO_BE_OPEN,
  FULL_REQUEST,
} from './revisions.js';
import type { ReviseJournalCase } from './store.js';

export const claiming: readonly ReviseJournalCase[] = [
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
