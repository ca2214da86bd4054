import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept } from '../../lib/revision/transitions.js';
import type { RevisionQuery } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

const AT = new Date('2026-03-02T03:00:00Z');

describeEngines('TypeOrmReviseJournal.list', (engine) => {
  let database: JournalTestDatabase;
  /** As they stand, in the order in which they were taken in. */
  const held: Revision[] = [];

  beforeAll(async () => {
    database = await openTestDatabase(engine);
    const take = async (id: string, mallId: string, later: Partial<Revision>, of: object = {}): Promise<void> => {
      const request = { mallId, shopTransactionId: id, pgCno: `2403${id}`, reviseTypeCode: '40', ...of };
      const accepted = accept({ request: checkReviseRequest(request, [mallId]) }, AT);
      await database.journal.open(accepted);
      const next = { ...accepted, ...later, version: 2 };
      await database.journal.save(next);
      held.push(next);
    };
    const settled = { settledAt: AT, settledBy: 'kicc', nextCheckAt: undefined } as const;
    await take('1', 'T0000001', { status: 'succeeded', ...settled });
    await take('2', 'T0000001', { status: 'unknown', deliveries: 1 });
    await take('3', 'T0000002', { status: 'escalated', deliveries: 1 });
    await take('4', 'T0000001', { status: 'declined', ...settled });
    await take('5', 'T0000001', { status: 'escalated', deliveries: 1 });
    await take('6', 'T0000002', { status: 'succeeded', ...settled, completion: 'bounced' });
    await take('7', 'T0000001', { status: 'succeeded', ...settled, disputed: true });
    const underReview = { status: 'declined', ...settled, nextCheckAt: AT, reviewUntil: AT } as const;
    await take('8', 'T0000001', underReview, { reviseTypeCode: '32', amount: 1 });
  });
  afterAll(() => database.drop());

  it.each<readonly [Partial<RevisionQuery>, string]>([
    [{}, '87654321'],
    [{ limit: 2 }, '87'],
    [{ limit: 0 }, ''],
    [{ mallIds: ['T0000001'] }, '875421'],
    [{ mallIds: ['T0000001', 'T0000002'], limit: 3 }, '876'],
    [{ mallIds: [] }, ''],
    [{ status: 'open' }, '235'],
    [{ status: 'open', limit: 1 }, '2'],
    [{ status: 'open', mallIds: ['T0000002'] }, '3'],
    [{ status: 'escalated' }, '35'],
    [{ status: 'accepted' }, ''],
    [{ status: 'succeeded' }, '761'],
    [{ status: 'declined' }, '84'],
    [{ status: 'attention' }, '67'],
    [{ status: 'attention', mallIds: ['T0000001'] }, '7'],
  ])('gives, of %j, %s', async (query, ids) => {
    const found = await database.journal.list({ limit: 100, ...query });
    expect(found).toEqual([...ids].map((id) => held[Number(id) - 1]));
  });
});
