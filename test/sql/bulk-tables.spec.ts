import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BulkRow } from '../../lib/index.js';
import { BulkTables } from '../../lib/sql/bulk-tables.js';
import { BEGIN } from '../../lib/sql/sql-parts.js';
import { doWork, type Statement, type StatementResult, type Work } from '../../lib/sql/statement.js';
import { describeEngines } from '../engines/describe-engines.js';
import { DIALECTS } from './dialects.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

const NOW = new Date('2026-03-02T03:00:00Z');
const MALL = 'T0000001';
const ELSEWHERE = 'T0000002';
const ROWS = 3_000;
const LIMIT = 20;
const CLAIM = { mallIds: [MALL], now: NOW, leaseUntil: new Date(NOW.getTime() + 60_000), limit: LIMIT };

function rowsOf(bulkId: string, fields: Partial<BulkRow> = {}): BulkRow[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const shopTransactionId = `${bulkId}-${row}`;
    const request = { shopTransactionId, pgCno: `pay-${row}`, reviseTypeCode: '40' } as const;
    const base = {
      bulkId,
      row,
      mallId: MALL,
      shopTransactionId,
      request,
      state: 'pending',
      dueAt: NOW,
      attempts: 0,
      version: 1,
    };
    return { ...base, ...fields } as BulkRow;
  });
}

describeEngines('The tables of bulks', (engine) => {
  const dialect = DIALECTS[engine.name];
  const explain = engine.name === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
  const tables = new BulkTables('kicc_bulk', 'kicc_bulk_row', dialect, () => 0);
  let database: JournalTestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase(engine);
    const { bulks } = database.journal;
    const bulk = (bulkId: string) => ({ bulkId, status: 'running', createdAt: NOW, digest: '' }) as const;
    await bulks.create(bulk('elsewhere'), rowsOf('elsewhere', { mallId: ELSEWHERE, dueAt: new Date(0) }));
    await bulks.create(bulk('old'), rowsOf('old', { state: 'succeeded', dueAt: undefined }));
    await bulks.create(bulk('paused'), rowsOf('paused'));
    await bulks.setStatus('paused', 'paused', NOW);
    await bulks.create(bulk('due'), rowsOf('due'));
  });
  afterAll(() => database.drop());

  /** Does some work in a transaction that is undone. @returns how the engine did it, and what it read. */
  async function observe(work: Work<unknown>): Promise<{ readonly plans: readonly string[]; readonly read: number }> {
    const plans: string[] = [];
    let read = 0;
    const runner = database.dataSource.createQueryRunner();
    const run = async ({ sql, parameters = [] }: Statement): Promise<StatementResult> => {
      if (sql.startsWith('SELECT')) {
        plans.push(JSON.stringify(await runner.query(`${explain} ${sql}`, [...parameters])));
      }
      const { records, affected } = await runner.query(sql, [...parameters], true);
      read += records?.length ?? 0;
      return { rows: (records ?? []) as StatementResult['rows'], affected: affected ?? 0 };
    };
    for (const sql of BEGIN[dialect.engine]) await runner.query(sql);
    await doWork(work, run).finally(() => runner.query('ROLLBACK').finally(() => runner.release()));
    return { plans, read };
  }

  const plan = {
    index: {
      sqlite: /USING INDEX IX_kicc_bulk_row_mall_due/,
      postgres: /Index Scan using .*_mall_due/,
      mariadb: /"IX_kicc_bulk_row_mall_due"/,
    },
    sort: /TEMP B-TREE|Sort|filesort/,
    wholeTable: {
      sqlite: /SCAN kicc_bulk_row/,
      postgres: /Seq Scan on kicc_bulk_row/,
      mariadb: /"kicc_bulk_row","type":"ALL"/,
    },
  };

  describe.each(['without statistics', 'with statistics'])('%s', (statistics) => {
    beforeEach(async () => {
      if (statistics === 'without statistics') return;
      await database.dataSource.query(engine.name === 'mariadb' ? 'ANALYZE TABLE kicc_bulk_row' : 'ANALYZE');
    });

    it.each<readonly [string, () => Work<unknown>]>([
      ['claims', () => tables.claim(CLAIM)],
      ['looks for what is due', () => tables.due({ ...CLAIM, mallIds: [MALL, 'T0000009'] })],
    ])('%s in the order of an index, and reads nothing else', async (_, work) => {
      const { plans, read } = await observe(work());
      const last = plans.at(-1);
      expect(last).toMatch(plan.index[engine.name]);
      expect(last).not.toMatch(plan.sort);
      for (const one of plans) expect(one).not.toMatch(plan.wholeTable[engine.name]);
      expect(read).toBeLessThanOrEqual(LIMIT + 2);
    });

    it('knows by an index that nothing is open elsewhere', async () => {
      const { plans } = await observe(tables.openElsewhere([MALL, ELSEWHERE]));
      expect(plans.length).toBeLessThanOrEqual(1);
      for (const one of plans) expect(one).not.toMatch(plan.wholeTable[engine.name]);
    });
  });

  it('writes many rows that end alike by one statement', async () => {
    const claimed = await doWork(tables.claim({ ...CLAIM, limit: 100 }), run);
    const ended = claimed.map(({ row }) => {
      return { ...row, state: 'succeeded', dueAt: undefined, sealed: undefined, version: row.version + 1 } as const;
    });
    const statements = [...sqlOf(tables.update(ended))];
    expect(statements).toHaveLength(1);
    expect(await doWork(tables.update(ended), run)).toBe(100);
    const [held] = await doWork(tables.rows('due', 0, 1), run);
    expect(held).toMatchObject({ state: 'succeeded', request: { pgCno: 'pay-0' }, version: 3 });
  });

  async function run({ sql, parameters = [] }: Statement): Promise<StatementResult> {
    const runner = database.dataSource.createQueryRunner();
    const { records, affected } = await runner.query(sql, [...parameters], true);
    await runner.release();
    return { rows: (records ?? []) as StatementResult['rows'], affected: affected ?? 0 };
  }

  function* sqlOf(work: Work<unknown>): Generator<string> {
    for (let step = work.next(); !step.done; step = work.next({ rows: [], affected: 1 })) yield step.value.sql;
  }
});
