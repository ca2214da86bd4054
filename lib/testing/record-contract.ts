import assert from 'node:assert/strict';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { timers } from '../real-time.js';
import { PaymentBusyError } from '../revision/revise.errors.js';
import type { Revision } from '../revision/revision.js';
import { accept, startSending } from '../revision/transitions.js';
import { checkReviseRequest } from '../protocol/check-revise-request.js';
import { assertSame, assertUnknownId, insteadOf, refusalOf, ROUNDS } from './journal-contract/checks.js';
import { APPROVED, MALL, minutes } from './journal-contract/revisions.js';
import type { StoreCase } from './store-case.js';

/** A journal, and the client of the shop's that it is made for, as one process has them. */
export interface ShopsTransactions {
  readonly journal: ReviseJournal;
  /** Does something in a transaction of the shop's, as `record()` is to be given it: commits, or rolls back where it rejects. */
  readonly transaction: <T>(act: (transaction: object) => Promise<T>) => Promise<T>;
  /** What is no transaction, though it may be taken for one: the client itself, a pool. */
  readonly outside: object;
}

/** What `record()` takes in: it is not sent before the transaction has ended. */
function newRevision(shopTransactionId: string, pgCno = 'payment-1'): Revision {
  const request = { shopTransactionId, pgCno, reviseTypeCode: '32', amount: 1_000, approvedAmount: APPROVED };
  return accept({ request: checkReviseRequest(request, [MALL]) }, minutes(0));
}

function sent(shopTransactionId: string): Revision {
  return startSending(newRevision(shopTransactionId), '20260302', minutes(0), minutes(2));
}

/**
 * What a journal promises that takes revisions in inside the shop's own transactions, as {@link reviseJournalContract} does of
 * any. Each case wants an empty store.
 */
export const recordContract: readonly StoreCase<ShopsTransactions>[] = [
  {
    name: 'a revision stands once its transaction has committed, and for nobody before',
    run: async ({ connect }) => {
      const { journal, transaction } = await connect();
      const { journal: elsewhere } = await connect();
      const revision = newRevision('refund-1');
      const taken = await transaction((own) => journal.open(revision, own));
      assertSame(taken, { revision, opened: true }, 'open must take in what nothing forbids.');
      for (const one of [journal, elsewhere]) assertSame(await one.find(MALL, 'refund-1'), revision);
    },
  },
  {
    name: 'a revision is gone with what was rolled back',
    run: async ({ connect }) => {
      const { journal, transaction } = await connect();
      const failing = transaction(async (own) => {
        await journal.open(newRevision('refund-1'), own);
        throw new RangeError('no more of these');
      });
      const error = await refusalOf(failing);
      assert.ok(error instanceof RangeError, 'The transaction of the shop must end as the shop says.');
      await assertUnknownId(journal, MALL, 'refund-1', 'What was rolled back must not be kept.');
      // Its payment is free.
      assert.equal((await journal.open(sent('refund-2'))).opened, true);
    },
  },
  {
    name: 'a revision whose transaction is rolled back while it is taken in is not kept',
    run: async ({ connect }) => {
      const { journal, transaction } = await connect();
      for (let round = 0; round < 10 * ROUNDS; round++) {
        const id = `refund-${round}`;
        // It may take a step with each answer of its database, or with each promise.
        const answers = round % 2 === 0 ? 1.3 ** (round / 2) - 1 : 0;
        const promises = round % 2 === 0 ? 0 : round / 2;
        let taking: Promise<unknown> = Promise.resolve();
        // As `Promise.all()` has it, where something beside it fails.
        const failing = transaction(async (own) => {
          taking = refusalOf(journal.open(newRevision(id, `payment-${round}`), own));
          for (let turn = 0; turn < answers; turn++) await new Promise((resolve) => timers.setImmediate(resolve));
          for (let turn = 0; turn < promises; turn++) await Promise.resolve();
          throw new RangeError('no stock');
        });
        assert.notEqual(await refusalOf(failing), undefined, 'The transaction of the shop must end as the shop says.');
        await taking;
        await assertUnknownId(journal, MALL, id, 'What was rolled back must not be kept, not even what came after it.');
      }
    },
  },
  {
    name: 'a revision under an id that stands is told, and not taken in again',
    run: async ({ connect }) => {
      const { journal, transaction } = await connect();
      const revision = newRevision('refund-1');
      await transaction((own) => journal.open(revision, own));
      assertSame(await transaction((own) => journal.open({ ...revision }, own)), { revision, opened: false });
    },
  },
  {
    name: 'a revision that is refused leaves the transaction as it was, to go on',
    run: async ({ connect }) => {
      const { journal, transaction } = await connect();
      await journal.open(sent('open'));
      await transaction(async (own) => {
        const busy = await refusalOf(journal.open(newRevision('refund-1'), own));
        assert.ok(busy instanceof PaymentBusyError, `open must throw a PaymentBusyError; ${insteadOf(busy)}.`);
        await journal.open(newRevision('refund-2', 'payment-2'), own);
      });
      await assertUnknownId(journal, MALL, 'refund-1', 'What was refused must not be kept.');
      assert.notEqual(await journal.find(MALL, 'refund-2'), undefined, 'What came after it must stand.');
    },
  },
  {
    name: 'several revisions at once in one transaction are taken in each, but one of a payment',
    run: async ({ connect }) => {
      const { journal, transaction } = await connect();
      const asked = [newRevision('refund-0'), newRevision('refund-1', 'payment-2'), newRevision('refund-2')];
      const results = await transaction((own) => Promise.allSettled(asked.map((revision) => journal.open(revision, own))));
      assertSame(
        results.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected'],
      );
      for (const id of ['refund-0', 'refund-1']) assert.notEqual(await journal.find(MALL, id), undefined);
      await assertUnknownId(journal, MALL, 'refund-2', 'What was refused must not be kept.');
    },
  },
  {
    name: 'a revision is refused with what is no transaction that is under way',
    run: async ({ connect }) => {
      const { journal, transaction, outside } = await connect();
      const over = await transaction((own) => Promise.resolve({ own }));
      for (const given of [outside, over.own, {}, () => undefined]) {
        const refusal = await refusalOf(journal.open(newRevision('refund-1'), given));
        assert.ok(refusal instanceof KiccValidationError, `open must throw a KiccValidationError; ${insteadOf(refusal)}.`);
        assertSame(
          refusal.violations.map(({ field }) => field),
          ['transaction'],
        );
      }
      await assertUnknownId(journal, MALL, 'refund-1', 'What was refused must not be kept.');
    },
  },
];
