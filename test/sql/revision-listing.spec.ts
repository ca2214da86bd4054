import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RevisionPageQuery } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept, startSending } from '../../lib/revision/transitions.js';
import { RevisionListing } from '../../lib/sql/revision-listing.js';
import { COLUMNS, toRow } from '../../lib/sql/revision-row.js';
import { RevisionTable } from '../../lib/sql/revision-table.js';
import { doWork, type Statement, type StatementResult, type Work } from '../../lib/sql/statement.js';
import { describeEngines } from '../engines/describe-engines.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { DIALECTS } from './dialects.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const MALL = 'T0000001';
const SECOND = 1_000;
/** More than are looked at for a page of one amount. */
const ROWS = 10_500;
const CHUNK = 500;
const [RARE, OFTEN, LIKE_OFTEN] = [7_777, 500, 5_000];

/** The n-th, the oldest first: of one amount, of another that begins with the same digits, and once of a third. */
function settledRevision(place: number): Revision {
  const amount = place === 3 ? RARE : place % 2 === 0 ? OFTEN : LIKE_OFTEN;
  const [id, at] = [`r-${place}`, new Date(NOW.getTime() + place * SECOND)];
  const request = checkReviseRequest({ shopTransactionId: id, pgCno: id, reviseTypeCode: '32', amount }, [MALL]);
  const sending = startSending(accept({ request }, at), '20260302', at, at);
  return { ...sending, status: 'succeeded', settledAt: at, nextCheckAt: undefined, leaseUntil: undefined };
}

describeEngines('RevisionListing', (engine) => {
  const dialect = DIALECTS[engine.name];
  const table = new RevisionTable('kicc_revision', dialect, () => 0);
  const listing = new RevisionListing('kicc_revision', dialect, (row) => table.shown(row));
  let database: JournalTestDatabase;
  /** The statements so far. */
  let made: Statement[] = [];

  beforeAll(async () => {
    database = await openTestDatabase(engine);
    for (let from = 0; from < ROWS; from += CHUNK) {
      const rows = Array.from({ length: CHUNK }, (_, index) => toRow(settledRevision(from + index), 0));
      const values = rows.map((row) => [...COLUMNS.map((column) => row[column]), 'token']);
      for (const statement of dialect.insertWherePossible('kicc_revision', { columns: [...COLUMNS, 'written_by'], values }))
        await run(statement);
    }
    await database.dataSource.query(
      { sqlite: 'ANALYZE', postgres: 'VACUUM ANALYZE kicc_revision', mariadb: 'ANALYZE TABLE kicc_revision' }[engine.name],
    );
  });
  afterAll(() => database.drop());

  async function run(statement: Statement): Promise<StatementResult> {
    made.push(statement);
    const runner = database.dataSource.createQueryRunner();
    const { records, affected } = await runner.query(statement.sql, [...(statement.parameters ?? [])], true);
    await runner.release();
    return { rows: (records ?? []) as StatementResult['rows'], affected: affected ?? 0 };
  }

  const page = (query: RevisionPageQuery) => doWork(listing.page(query), run);

  it('looks at no more rows for a page of one amount than it may, and goes on behind them', async () => {
    const query = { mallIds: [MALL], amount: RARE, limit: 10 };
    const first = await page(query);
    expect(first).toEqual({ revisions: [], next: expect.any(String) });
    const second = await page({ ...query, after: first.next });
    expect(second).toEqual({ revisions: [settledRevision(3)] });
    // From the other end, it is among the first.
    expect((await page({ ...query, order: 'oldest' })).revisions).toEqual([settledRevision(3)]);
  });

  it('gives every revision of one amount once, whatever else has its digits', async () => {
    const places: string[] = [];
    let after: string | undefined;
    do {
      const { revisions, next } = await page({ amount: OFTEN, limit: 199, after });
      expect(revisions.length).toBeLessThanOrEqual(199);
      places.push(...revisions.map(({ shopTransactionId }) => shopTransactionId));
      after = next;
    } while (after !== undefined);
    expect(places).toEqual(Array.from({ length: ROWS / 2 }, (_, index) => `r-${ROWS - 2 - 2 * index}`));
  });

  describe('by the index of when they were taken in', () => {
    const [from, before] = [NOW, new Date(NOW.getTime() + 600 * SECOND)];
    const after = `${(NOW.getTime() + 5_000 * SECOND).toString(36)}-${(5_000).toString(36)}`;
    const plans = {
      sqlite: { index: /COVERING INDEX IX_kicc_revision_accepted/, whole: /SCAN (kicc_revision|held)( |")(?!USING COVERING)/ },
      postgres: { index: /Index Only Scan.* using .{0,2}IX_kicc_revision_accepted/, whole: /Seq Scan/ },
      mariadb: { index: /IX_kicc_revision_accepted.*Using index/, whole: /"(kicc_revision|held)","type":"ALL"/ },
    }[engine.name];

    it.each<readonly [string, () => Work<unknown>]>([
      ['the newest', () => listing.page({ mallIds: [MALL], limit: 50 })],
      ['the oldest of all malls', () => listing.page({ order: 'oldest', limit: 50 })],
      ['those of a status', () => listing.page({ mallIds: [MALL], status: 'succeeded', limit: 50 })],
      ['those of a time', () => listing.page({ mallIds: [MALL], from, before, limit: 50 })],
      ['those behind a page', () => listing.page({ mallIds: [MALL], after, limit: 50 })],
      ['figures', () => listing.stats({ mallIds: [MALL], from, before, now: NOW })],
    ])('%s', async (_, work) => {
      made = [];
      await doWork(work(), run);
      const [statement] = made as [Statement];
      const explain = engine.name === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
      const plan = JSON.stringify(
        await database.dataSource.query(`${explain} ${statement.sql}`, [...(statement.parameters ?? [])]),
      );
      expect(plan).toMatch(plans.index);
      expect(plan).not.toMatch(plans.whole);
    });
  });
});
