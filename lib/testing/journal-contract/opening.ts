import assert from 'node:assert/strict';
import type { ReviseJournal } from '../../journal/revise-journal.js';
import { PaymentBusyError } from '../../revision/revise.errors.js';
import type { Revision } from '../../revision/revision.js';
import {
  AT_ONCE,
  ROUNDS,
  two,
  several,
  atOnce,
  list,
  open,
  bring,
  lead,
  assertSame,
  assertHeld,
  refusalOf,
  insteadOf,
  assertBusy,
  assertTooMuch,
  assertRefusedForPayment,
} from './checks.js';
import {
  MALL,
  OTHER_MALL,
  APPROVED,
  minutes,
  newRevision,
  becomesAccepted,
  becomesUnknown,
  isDeclined,
  isWithdrawn,
  isRefused,
  isWithdrawnForReview,
  isReviewed,
  isReviewedLater,
  isUnreviewed,
  isCorrected,
  isHeard,
  isDoubled,
  succeeds,
  isDecided,
  isContradicted,
  WAYS_TO_BE_OPEN,
  WAYS_TO_BE_SETTLED,
  FULL_CANCEL,
  CAPTURE,
} from './revisions.js';
import type { ReviseJournalStore, ReviseJournalCase } from './store.js';

export const opening: readonly ReviseJournalCase[] = [
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

export const oneAtATime: readonly ReviseJournalCase[] = [
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
export const holding: readonly ReviseJournalCase[] = [
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

export const noMoreThanApproved: readonly ReviseJournalCase[] = [
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
