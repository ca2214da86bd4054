import assert from 'node:assert/strict';
import { PaymentBusyError, UnreadableRevisionError } from '../../revision/revise.errors.js';
import type { Revision } from '../../revision/revision.js';
import {
  AT_ONCE,
  two,
  list,
  bring,
  claim,
  claimed,
  idOf,
  assertSame,
  refusalOf,
  insteadOf,
  meanwhile,
  NOBODY_WAITS,
} from './checks.js';
import { MALL, minutes, newRevision, newDueRevision, succeeds } from './revisions.js';
import type { ReviseJournalCase } from './store.js';

export const ofUnreadable: readonly ReviseJournalCase[] = [
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

export const ofHeldLocks: readonly ReviseJournalCase[] = [
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
