import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { OverRefundError, PaymentBusyError, type Revision, type ReviseJournal } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Decision } from '../../lib/revision/decide.js';
import type { Evidence } from '../../lib/revision/evidence.js';
import { holdOf } from '../../lib/revision/hold.js';
import { accept, conclude, heard, startSending } from '../../lib/revision/transitions.js';
import { Random } from '../campaign/random.js';
import { describeEngines } from '../engines/describe-engines.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

/**
 * Several processes at work on the same few payments: parts, wholes and captures, refused, reviewed, corrected. Whatever comes
 * between, no two of a payment are open, none of a part is taken in beside another's review, and nothing fails but for that.
 */
const MALL = 'T0000001';
const NOW = new Date('2026-03-02T03:00:00Z');
const DAY = '20260302';
const PROCESSES = 4;
const PAYMENTS = 3;
const TURNS = 30;
const KINDS = [
  { reviseTypeCode: '32', amount: 10 },
  { reviseTypeCode: '32', amount: 10 },
  { reviseTypeCode: '40' },
  { reviseTypeCode: '20' },
] as const;

const response = { resCd: '0000', cancelPgCno: '2603020001', cancelAmount: 10 };
const refusal = { resCd: '8521' };
const ANSWER: Evidence = { kind: 'answer', response: refusal, contradicted: [] };
const QUERY: Evidence = { kind: 'queryAnswer', transaction: { resCd: 'R404' }, contradicted: [], day: DAY };
const REST = { do: 'rest' } as const;

type Change = readonly [Evidence, Decision];
const REFUSED: Change = [
  ANSWER,
  { status: 'declined', proof: { of: 'refusal', refusal }, review: NOW, then: { do: 'wait', at: NOW } },
];
const SUCCEEDED: Change = [ANSWER, { status: 'succeeded', proof: { of: 'success', response }, then: REST }];
const REVIEWED: Change = [QUERY, { status: 'declined', proof: { of: 'denial' }, review: 'answered', then: REST }];
const CORRECTED: Change = [QUERY, { status: 'succeeded', proof: { of: 'success', response }, corrects: true, then: REST }];

describeEngines('payments that several processes want', (engine) => {
  let database: JournalTestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase(engine);
  });
  afterEach(() => database.drop());

  it('take in at most one at a time, beside what is under review only what may be, and never fail', async () => {
    const journals = await Promise.all(Array.from({ length: PROCESSES }, () => database.connect()));
    const violations: string[] = [];
    let takenIn = 0;
    await Promise.all(
      journals.map(async (journal, number) => {
        const random = new Random(number + 1);
        for (let turn = 0; turn < TURNS; turn++) {
          // Two at a time, so that they share a commit now and then.
          const offers = [0, 1].map((index) => offer(random, `refund-${number}-${turn}-${index}`));
          const taken = await Promise.all(offers.map((revision) => take(journal, revision)));
          for (const revision of taken) {
            if (!revision) continue;
            takenIn++;
            violations.push(...(await beside(journal, revision)));
            await lead(journal, revision, random);
          }
        }
      }),
    );
    expect(violations).toEqual([]);
    expect(takenIn).toBeGreaterThan(PAYMENTS);
    expect((await database.journal.openRevisions([MALL])).byStatus.sending).toBe(0);
  }, 120_000);

  function offer(random: Random, id: string): Revision {
    const request = { shopTransactionId: id, pgCno: `payment-${random.whole(0, PAYMENTS - 1)}`, ...random.of(KINDS) };
    return startSending(accept({ request: checkReviseRequest(request, [MALL]) }, NOW), DAY, NOW, NOW);
  }

  async function take(journal: ReviseJournal, revision: Revision): Promise<Revision | undefined> {
    try {
      return (await journal.open(revision)).revision;
    } catch (error) {
      if (error instanceof PaymentBusyError || error instanceof OverRefundError) return undefined;
      throw error;
    }
  }

  /** What stands beside one that was taken in, while it is open, and may not. */
  async function beside(journal: ReviseJournal, taken: Revision): Promise<string[]> {
    const others = (await journal.ofPayment(MALL, taken.pgCno)).filter(
      ({ shopTransactionId }) => shopTransactionId !== taken.shopTransactionId,
    );
    const kind = taken.request.reviseTypeCode;
    return others.flatMap((other) => {
      const hold = holdOf(other);
      const forbidden = hold === 'open' || (hold === 'review' && other.request.reviseTypeCode === kind);
      return forbidden ? [`${taken.shopTransactionId} (${kind}) beside ${other.shopTransactionId} (${hold})`] : [];
    });
  }

  /** Refuses it mostly; then its review is answered, or it turns out to have been carried out, at some time. */
  async function lead(journal: ReviseJournal, opened: Revision, random: Random): Promise<void> {
    const settled = await write(journal, opened, random.chance(0.8) ? REFUSED : SUCCEEDED);
    if (settled.status !== 'declined') return;
    // Others have their turn meanwhile, and may take its place over.
    await new Promise((resolve) => setTimeout(resolve, random.whole(0, 20)));
    const known = await write(journal, settled, random.chance(0.7) ? REVIEWED : CORRECTED);
    if (!known.corrected) return;
    expect(await journal.save({ ...heard(known), version: known.version + 1 })).toBe(true);
  }

  async function write(journal: ReviseJournal, held: Revision, [evidence, decision]: Change): Promise<Revision> {
    const next: Revision = { ...conclude(held, evidence, decision, NOW), version: held.version + 1 };
    expect(await journal.save(next)).toBe(true);
    return next;
  }
});
