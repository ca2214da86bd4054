import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept, startSending } from '../../lib/revision/transitions.js';
import { COLUMNS, toRow } from '../../lib/sql/revision-row.js';
import { RevisionTable } from '../../lib/sql/revision-table.js';
import { doWork, type Statement, type StatementResult, type Work } from '../../lib/sql/statement.js';
import { describeEngines } from '../engines/describe-engines.js';
import { DIALECTS } from './dialects.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const MALL = 'T0000001';
const SETTLED = 10_000;
const CHUNK = 500;
const OPEN = 5;

function newRevision(id: string): Revision {
  const request = checkReviseRequest({ shopTransactionId: id, pgCno: id, reviseTypeCode: '40' }, [MALL]);
  return startSending(accept({ request }, NOW), '20260302', NOW, NOW);
}

describeEngines('RevisionTable', (engine) => {
  const dialect = DIALECTS[engine.name];
  let database: JournalTestDatabase;
  let table: RevisionTable;
  beforeAll(async () => {
    database = await openTestDatabase(engine);
    table = new RevisionTable('kicc_revision', dialect, () => 0);
    const done = { status: 'succeeded', settledAt: NOW, nextCheckAt: undefined, leaseUntil: undefined } as const;
    for (let from = 0; from < SETTLED; from += CHUNK) {
      const rows = Array.from({ length: CHUNK }, (_, index) => toRow({ ...newRevision(`r-${from + index}`), ...done }, 0));
      const values = rows.map((row) => [...COLUMNS.map((column) => row[column]), 'token']);
      for (const statement of dialect.insertWherePossible('kicc_revision', { columns: [...COLUMNS, 'written_by'], values })) {
        await run(statement);
      }
    }
    for (let index = 0; index < OPEN; index++) await database.journal.open(newRevision(`open-${index}`));
    await database.dataSource.query(engine.name === 'mariadb' ? 'ANALYZE TABLE kicc_revision' : 'ANALYZE');
  });
  afterAll(async () => {
    await database.drop();
  });

  async function run({ sql, parameters = [] }: Statement): Promise<StatementResult> {
    const runner = database.dataSource.createQueryRunner();
    const { records, affected } = await runner.query(sql, [...parameters], true);
    await runner.release();
    return { rows: (records ?? []) as StatementResult['rows'], affected: affected ?? 0 };
  }

  /** How the engine would do it. */
  async function planOf({ sql, parameters = [] }: Statement): Promise<string> {
    const explain = engine.name === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    return JSON.stringify(await database.dataSource.query(`${explain} ${sql}`, [...parameters]));
  }

  it.each<readonly [string, () => Work<unknown>]>([
    ['looks one up', () => table.find(MALL, 'r-77')],
    ['looks for what is due', () => table.claimDue({ mallIds: [MALL], now: NOW, leaseUntil: NOW, limit: 100 })],
    ['counts what is open', () => table.openRevisions([MALL])],
    ['lists what is open', () => table.list({ mallIds: [MALL], status: 'open', limit: 50 })],
    ['lists what is escalated', () => table.list({ mallIds: [MALL], status: 'escalated', limit: 50 })],
    ['lists what waits for a person', () => table.list({ mallIds: [MALL], status: 'attention', limit: 50 })],
    ['looks at what else was done to a payment', () => table.open([newRevision('r-77')], 'token')],
    ['writes the next state', () => table.save([{ ...newRevision('open-1'), version: 2 }], 'token')],
  ])('%s by an index, however many there are', async (_, work) => {
    const plans: string[] = [];
    await doWork(work(), async (statement) => {
      if (!statement.sql.startsWith('INSERT')) plans.push(await planOf(statement));
      return run(statement);
    });
    expect(plans.length).toBeGreaterThan(0);
    const wholeTable = {
      sqlite: /SCAN (kicc_revision|held)(?! USING INDEX IX_kicc_revision_open)/,
      postgres: /Seq Scan on kicc_revision/,
      mariadb: /"type":"(ALL|index)"/,
    };
    for (const plan of plans) expect(withoutGiven(plan)).not.toMatch(wholeTable[engine.name]);
  });

  it('would be seen to read the whole table', async () => {
    const plan = await planOf({ sql: "SELECT * FROM kicc_revision WHERE state = 'x'" });
    expect(plan).toMatch(/SCAN kicc_revision|Seq Scan on kicc_revision|"type":"ALL"/);
  });
});

/** MariaDB reads what an update is given as a table of its own. */
function withoutGiven(plan: string): string {
  return plan.replaceAll(/\{[^{}]*"table":"<derived\d+>"[^{}]*\}/g, '');
}
