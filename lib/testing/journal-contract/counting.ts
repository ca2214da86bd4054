import type { Revision } from '../../revision/revision.js';
import { startSending } from '../../revision/transitions.js';
import { two, bring, assertSame, NOBODY_WAITS } from './checks.js';
import {
  MALL,
  OTHER_MALL,
  WINDOW_END,
  minutes,
  newRevision,
  type Transition,
  next,
  becomesAccepted,
  becomesUnknown,
  becomesEscalated,
  isDeclined,
  isRefused,
  isUnreviewed,
  isCorrected,
  isHeard,
  isDoubled,
  succeeds,
  isDecided,
  isContradicted,
  WAYS_TO_BE_OPEN,
  isCompleted,
  isDisputed,
  isAmbiguous,
} from './revisions.js';
import type { ReviseJournalCase } from './store.js';

export const counting: readonly ReviseJournalCase[] = [
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
    name: 'openRevisions gives zeros, and no oldest, where none is open',
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
