import type { ReviseJournal } from '../../journal/revise-journal.js';
import type { RevisionPageQuery } from '../../journal/revision-page.js';
import type { RevisionStats } from '../../journal/revision-stats.js';
import type { Revision } from '../../revision/revision.js';
import { assertSame, bring, idOf, list, two } from './checks.js';
import {
  APPROVED,
  becomesAccepted,
  becomesEscalated,
  becomesUnknown,
  FULL_CANCEL,
  isAmbiguous,
  isCompleted,
  isDecided,
  isDeclined,
  isRefused,
  MALL,
  minutes,
  newRevision,
  OTHER_MALL,
  succeeds,
  type Transition,
} from './revisions.js';
import type { ReviseJournalCase } from './store.js';

/** When KICC answers in all of these. */
const ANSWERED_AT = minutes(3).getTime();
const DONE = succeeds({ cancelAmount: 1_000 });

/** One of a payment of its own. */
function taken(id: string, acceptedAt: Date, fields: object = {}): Revision {
  return newRevision(id, { pgCno: `pay-${id}`, ...fields }, { acceptedAt });
}

/** The ids of each page, up to the last. */
async function pages(
  journal: ReviseJournal,
  query: RevisionPageQuery,
  meanwhile: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<string[][]> {
  const ids: string[][] = [];
  let after: string | undefined;
  do {
    const page = await journal.page?.({ ...query, after });
    ids.push((page?.revisions ?? []).map(idOf));
    after = page?.next;
    await meanwhile(ids.length);
  } while (after !== undefined);
  return ids;
}

/** All that a query finds, however it is parted into pages. */
async function all(journal: ReviseJournal, query: Omit<RevisionPageQuery, 'limit'>): Promise<string> {
  const ids = await pages(journal, { ...query, limit: 3 });
  return ids.flat().join(' ');
}

const PAST = new Date('2026-01-01T00:00:00+09:00');
const FUTURE = new Date('2027-01-01T00:00:00+09:00');

async function statsOfDays(journal: ReviseJournal, from: string, before: string): Promise<RevisionStats | undefined> {
  const day = (text: string): Date => new Date(`${text}T00:00:00+09:00`);
  return journal.stats?.({ from: day(from), before: day(before), now: minutes(0) });
}

export const listing: readonly ReviseJournalCase[] = [
  {
    name: 'page, where there is one, gives whole revisions, the newest or the oldest first, and those of one time as they were taken in',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.page) return;
      const held: Revision[] = [];
      for (const [id, minute] of Object.entries({ a: 2, b: 1, c: 2, d: 3, e: 2 })) {
        held.push(await bring(writer, taken(id, minutes(minute), { mallId: id === 'c' ? OTHER_MALL : MALL }), DONE));
      }
      const inOrder = [...'baced'].map((id) => held.find(({ shopTransactionId }) => shopTransactionId === id));
      const promise =
        'page must give revisions whole, by acceptedAt, and those of one time in the order in which they were taken in';
      assertSame(await reader.page({ order: 'oldest', limit: 100 }), { revisions: inOrder }, `${promise}.`);
      assertSame(await reader.page({ limit: 100 }), { revisions: inOrder.toReversed() }, `${promise}; the newest first.`);
    },
  },
  {
    name: 'page, where there is one, has no next where there are no more, and nothing where there is none',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.page) return;
      const promise = 'page must give a next if, and only if, it may have left some out.';
      assertSame(await reader.page({ limit: 2 }), { revisions: [] }, promise);
      for (const id of 'abcd') await bring(writer, taken(id, minutes(0)));
      assertSame(
        await pages(reader, { limit: 2 }),
        [
          ['d', 'c'],
          ['b', 'a'],
        ],
        promise,
      );
      assertSame(await pages(reader, { limit: 3 }), [['d', 'c', 'b'], ['a']], promise);
      assertSame(
        await reader.page({ mallIds: [], limit: 2 }),
        { revisions: [] },
        'page must look in the malls asked for alone.',
      );
    },
  },
  {
    name: 'page, where there is one, goes on where a page ended, whatever is taken in meanwhile',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.page) return;
      // All of one time: whoever goes by that alone leaves some out, or gives them twice.
      const ids = list(7, (index) => `refund-${index}`);
      for (const id of ids) await bring(writer, taken(id, minutes(0)));
      const promise = 'The pages must have, together, all that was there before the first of them, each once.';
      const newest = await pages(reader, { limit: 2 }, (page) =>
        bring(writer, taken(`during-${page}`, minutes(page % 2)), DONE),
      );
      assertSame(newest.flat(), ids.toReversed(), promise);
      const before = newest.map((_, index) => `during-${index + 1}`);
      const [atOnce, later] = [before.filter((_, index) => index % 2 === 1), before.filter((_, index) => index % 2 === 0)];
      const oldest = await pages(reader, { order: 'oldest', limit: 2 }, (page) =>
        page > 2 ? Promise.resolve() : bring(writer, taken(`early-${page}`, minutes(-page)), DONE),
      );
      assertSame(oldest.flat(), [...ids, ...atOnce, ...later], promise);
    },
  },
  {
    name: 'page, where there is one, gives what every condition holds for, and nothing else',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.page) return;
      const bringOne = (id: string, minute: number, fields: object, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, taken(id, minutes(minute), fields), ...way);
      await bringOne('done', 1, { pgCno: 'payment-1' }, DONE);
      await bringOne('refused', 2, {}, isDeclined);
      await bringOne('review', 3, {}, isRefused);
      await bringOne('accepted', 4, {}, becomesAccepted);
      await bringOne('sending', 5, {});
      await bringOne('unknown', 6, {}, becomesUnknown);
      await bringOne('escalated', 7, {}, becomesUnknown, becomesEscalated);
      await bringOne('bounced', 8, {}, DONE, isCompleted('bounced'));
      await bringOne('ambiguous', 9, {}, becomesUnknown, isAmbiguous);
      await bringOne('again', 10, { pgCno: 'payment-1' }, DONE);
      await bringOne('others', 11, { pgCno: 'payment-1', mallId: OTHER_MALL }, becomesUnknown);
      await bringOne('theirs', 12, { mallId: OTHER_MALL }, isDeclined);
      const expected: readonly (readonly [Omit<RevisionPageQuery, 'limit'>, string])[] = [
        [{ mallIds: [OTHER_MALL] }, 'others theirs'],
        [{ mallIds: ['T0000003'] }, ''],
        [{ mallIds: [MALL, OTHER_MALL], status: 'declined' }, 'refused review theirs'],
        [{ status: 'succeeded' }, 'done bounced again'],
        [{ status: 'accepted' }, 'accepted'],
        [{ status: 'sending' }, 'sending'],
        [{ status: 'unknown' }, 'unknown ambiguous others'],
        [{ status: 'escalated' }, 'escalated'],
        [{ status: 'open' }, 'accepted sending unknown escalated ambiguous others'],
        [{ status: 'open', mallIds: [OTHER_MALL] }, 'others'],
        [{ status: 'attention' }, 'bounced ambiguous'],
        [{ pgCno: 'payment-1' }, 'done again others'],
        [{ pgCno: 'payment-1 ' }, ''],
        [{ pgCno: 'Payment-1' }, ''],
        [{ pgCno: 'payment-1', mallIds: [MALL], status: 'succeeded' }, 'done again'],
        [{ pgCno: 'payment-1', status: 'open' }, 'others'],
        [{ from: minutes(9) }, 'ambiguous again others theirs'],
        [{ before: minutes(3) }, 'done refused'],
        [{ from: minutes(5), before: minutes(8), status: 'open' }, 'sending unknown escalated'],
        [{ from: minutes(3), before: minutes(10), status: 'succeeded' }, 'bounced'],
      ];
      for (const [query, ids] of expected) {
        const promise = `page must give what every condition holds for (${JSON.stringify(query)}).`;
        assertSame(await all(reader, { ...query, order: 'oldest' }), ids, promise);
        assertSame(await all(reader, query), ids.split(' ').reverse().join(' '), promise);
      }
    },
  },
  {
    name: 'page, where there is one, finds an amount that was asked for, or else given back, or else approved',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.page) return;
      const bringOne = (id: string, fields: object, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, taken(id, minutes(0), fields), ...way);
      const all3300 = { ...FULL_CANCEL, approvedAmount: 3_300 };
      await bringOne('asked', { amount: 3_300, approvedAmount: APPROVED }, succeeds({ cancelAmount: 1_000 }));
      await bringOne('asked-less', { amount: 330, approvedAmount: 3_300 }, DONE);
      await bringOne('asked-more', { amount: 33_000, reviseMessage: '3300' }, isDeclined);
      await bringOne('given-back', { ...FULL_CANCEL, approvedAmount: APPROVED }, succeeds({ cancelAmount: 3_300 }));
      await bringOne('given-back-less', all3300, succeeds({ cancelAmount: 1_000 }));
      await bringOne('approved', all3300, isDeclined);
      await bringOne('open', { amount: 3_300 }, becomesUnknown);
      const promise = 'page must go by what was asked for, else by what was given back, else by what was approved (amountOf).';
      assertSame(await all(reader, { amount: 3_300 }), 'open approved given-back asked', promise);
      assertSame(await all(reader, { amount: 3_300, status: 'open' }), 'open', promise);
      assertSame(await all(reader, { amount: 1_000, order: 'oldest' }), 'given-back-less', promise);
      assertSame(await all(reader, { amount: 0 }), '', promise);
    },
  },
  {
    name: 'page, where there is one, shows what cannot be read as such, among all others',
    run: async (store) => {
      if (!store.spoil) return;
      const [writer, reader] = await two(store);
      if (!reader.page) return;
      const whole = [await bring(writer, taken('a', minutes(1)), DONE)];
      await bring(writer, taken('spoilt', minutes(2)), DONE);
      whole.unshift(await bring(writer, taken('b', minutes(3)), DONE));
      await store.spoil(MALL, 'spoilt');
      const { revisions } = await reader.page({ limit: 100 });
      const shown = revisions.map((revision) => {
        const { unreadable, mallId, shopTransactionId, pgCno } = revision;
        return unreadable ? { unreadable, mallId, shopTransactionId, pgCno } : revision;
      });
      const spoilt = { unreadable: true, mallId: MALL, shopTransactionId: 'spoilt', pgCno: 'pay-spoilt' };
      assertSame(shown, [whole[0], spoilt, whole[1]], 'page must show what cannot be read, and name it.');
    },
  },
  {
    name: 'stats, where there is one, counts by the day of Korea, also days without any',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.stats) return;
      const at = (time: string): Date => new Date(`2026-02-${time}+09:00`);
      const bringOne = (id: string, time: string, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, taken(id, at(time), { mallId: id.startsWith('other') ? OTHER_MALL : MALL }), ...way);
      await bringOne('too-early', '25T23:59:59.999', DONE);
      await bringOne('first', '26T00:00:00.000', DONE);
      await bringOne('refused', '26T12:00:00.000', isDeclined);
      await bringOne('review', '26T23:59:59.999', isRefused);
      await bringOne('open', '28T00:00:00.000', becomesUnknown);
      await bringOne('decided', '28T08:59:59.999', becomesUnknown, isDecided('succeeded'));
      await bringOne('other', '28T09:00:00.000', DONE);
      await bring(writer, taken('too-late', new Date('2026-03-01T00:00:00+09:00')), DONE);
      const counts = (days: RevisionStats['days'] | undefined): unknown =>
        days?.map(({ day, succeeded, declined, open }) => [day, succeeded, declined, open]);
      const stats = await statsOfDays(reader, '2026-02-26', '2026-03-01');
      assertSame(
        counts(stats?.days),
        [
          ['20260226', 1, 2, 0],
          ['20260227', 0, 0, 0],
          ['20260228', 2, 0, 1],
        ],
        'stats must count, from the first day to the last, what was taken in on each day of Korea, by what became of it.',
      );
      const ofOne = await reader.stats({
        mallIds: [OTHER_MALL],
        from: at('28T12:00:00'),
        before: at('28T12:00:01'),
        now: PAST,
      });
      assertSame(counts(ofOne.days), [['20260228', 0, 0, 0]], 'stats must count from `from` on.');
      const mine = await reader.stats({ mallIds: [OTHER_MALL], from: at('28T09:00:00'), before: at('28T12:00:00'), now: PAST });
      assertSame(counts(mine.days), [['20260228', 1, 0, 0]], 'stats must count what is of the malls asked for.');
      const none = await reader.stats({ mallIds: [], from: at('28T09:00:00'), before: at('28T12:00:00'), now: PAST });
      assertSame(counts(none.days), [['20260228', 0, 0, 0]], 'stats must count nothing where no mall is asked for.');
    },
  },
  {
    name: 'stats, where there is one, tells within how long what is settled was',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.stats) return;
      const nothing = await statsOfDays(reader, '2026-03-02', '2026-03-03');
      assertSame(nothing?.settledWithinMs, undefined, 'stats must tell nothing where nothing is settled.');
      const bringOne = (id: string, took: number, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, taken(id, new Date(ANSWERED_AT - took)), ...way);
      for (const place of list(10, Number)) await bringOne(`fast-${place}`, 250, DONE);
      for (const place of list(8, Number)) await bringOne(`slower-${place}`, 251, isDeclined);
      await bringOne('slow', 30_000, DONE);
      await bringOne('by-a-person', 32 * 86_400_000, DONE);
      await bringOne('open', 5_000, becomesUnknown);
      const promise = 'stats must give the upper bound of the class in which 50, 95 and 99 of a hundred were settled.';
      const stats = await statsOfDays(reader, '2026-01-01', '2026-03-03');
      assertSame(stats?.settledWithinMs, { p50: 250, p95: 30_000, p99: Infinity }, promise);
      const today = await statsOfDays(reader, '2026-03-02', '2026-03-03');
      assertSame(today?.settledWithinMs, { p50: 250, p95: 30_000, p99: 30_000 }, promise);
      assertSame(today?.days[0]?.settledWithinMs, { p50: 250, p95: 30_000, p99: 30_000 }, promise);
    },
  },
  {
    name: 'stats, where there is one, counts all that is open by its age',
    run: async (store) => {
      const [writer, reader] = await two(store);
      if (!reader.stats) return;
      const now = minutes(0);
      const bringOne = (id: string, age: number, ...way: readonly Transition[]): Promise<Revision> =>
        bring(writer, taken(id, minutes(-age), { mallId: id === 'other' ? OTHER_MALL : MALL }), ...way);
      const none = await reader.stats({ from: PAST, before: FUTURE, now });
      const classes = [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 259_200_000, Infinity];
      const promise = 'stats must count what is open by its age, the youngest first, all classes among them.';
      assertSame(
        none.openByAge,
        classes.map((withinMs) => ({ withinMs, count: 0 })),
        promise,
      );
      for (const [id, age] of Object.entries({ a: 0, b: 1, c: 2, d: 10, e: 61, f: 5_000 })) await bringOne(id, age);
      await bringOne('accepted', 2, becomesAccepted);
      await bringOne('escalated', 9_999, becomesUnknown, becomesEscalated);
      await bringOne('done', 5, DONE);
      await bringOne('review', 5, isRefused);
      await bringOne('decided', 5, becomesUnknown, isDecided('succeeded'));
      await bringOne('other', 3);
      const counted = async (mallIds?: readonly string[]): Promise<unknown> => {
        // Whenever it was taken in.
        const stats = await reader.stats?.({ mallIds, from: PAST, before: new Date(PAST.getTime() + 1), now });
        return stats?.openByAge.map(({ count }) => count);
      };
      assertSame(await counted(), [2, 4, 0, 1, 0, 0, 2], promise);
      assertSame(await counted([MALL]), [2, 3, 0, 1, 0, 0, 2], promise);
      assertSame(await counted([]), [0, 0, 0, 0, 0, 0, 0], promise);
    },
  },
];
