import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import { PaymentBusyError, type Revision } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { holdOf } from '../../lib/revision/hold.js';
import { accept, conclude, startSending } from '../../lib/revision/transitions.js';
import { tablePath as pathOf } from '../../lib/sql/table-path.js';
import { isMySql } from '../../lib/typeorm/columns.js';
import { kiccEntities, kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { TestDatabase } from '../engines/engine.js';

const MALL = 'T0000001';
const NOW = new Date('2026-03-02T03:00:00.123Z');
const LATER = new Date(NOW.getTime() + 30_000);
/** How many migrations there were before reviews. */
const BEFORE_REVIEWS = 4;

type Row = Readonly<Record<string, unknown>>;

/** A row as the version before reviews wrote it. */
function oldRow(id: string, status: string, more: Row = {}): Row {
  const isSettled = status === 'succeeded' || status === 'declined';
  const at = NOW.getTime();
  const settled = isSettled ? { settledAt: at, settledBy: 'kicc' } : {};
  const state = {
    mallId: MALL,
    shopTransactionId: id,
    pgCno: `pay-${id}`,
    request: { shopTransactionId: id, pgCno: `pay-${id}`, reviseTypeCode: '32', amount: 1_000, mallId: MALL },
    status,
    deliveries: 1,
    checks: 0,
    acceptedAt: at,
    trail: [{ at, event: 'accepted', status: 'accepted' }],
    cancelReqDate: '20260302',
    firstDeliveredAt: at,
    lastDeliveredAt: at,
    ...settled,
    ...more,
  };
  return {
    mall_id: MALL,
    shop_transaction_id: id,
    pg_cno: `pay-${id}`,
    accepted_at: at,
    open_pg_cno: isSettled ? null : `pay-${id}`,
    status,
    version: 2,
    next_check_at: isSettled ? null : at,
    lease_until: null,
    settled_at: isSettled ? at : null,
    cancel_req_date: '20260302',
    attention: null,
    state: JSON.stringify(state),
    written_by: 'the-version-before',
  };
}

function refused(id: string, fields: object = {}): [opened: Revision, declined: Revision] {
  const request = { shopTransactionId: id, pgCno: 'payment-1', reviseTypeCode: '32', amount: 1_000, ...fields };
  const accepted = accept({ request: checkReviseRequest(request, [MALL]) }, NOW);
  const opened = startSending(accepted, '20260302', NOW, LATER);
  const refusal = { resCd: 'R999', resMsg: '거절' };
  const declined = conclude(
    opened,
    { kind: 'answer', response: refusal, contradicted: [] },
    { status: 'declined', proof: { of: 'refusal', refusal }, review: LATER, then: { do: 'wait', at: LATER } },
    NOW,
  );
  return [opened, { ...declined, version: 2 }];
}

function tablePath({ options }: DataSource, name: string): string {
  return pathOf(isMySql(options.type) ? 'mysql' : 'postgres', (options as { readonly schema?: string }).schema, name);
}

describeEngines('kiccMigrations', (engine) => {
  let database: TestDatabase;
  const opened: DataSource[] = [];
  const journals: TypeOrmReviseJournal[] = [];
  beforeEach(async () => {
    database = await engine.createDatabase();
  });
  afterEach(async () => {
    for (const journal of journals.splice(0)) await journal.onApplicationShutdown();
    for (const dataSource of opened.splice(0)) await dataSource.destroy();
    await database.drop();
  });

  async function connect(schema: string | undefined, migrations = kiccMigrations.length): Promise<DataSource> {
    const options = {
      ...database.options,
      ...(schema === undefined ? {} : { schema }),
      migrations: kiccMigrations.slice(0, migrations),
      entities: [...kiccEntities(database.options.type)],
    } as DataSourceOptions;
    const dataSource = await new DataSource(options).initialize();
    opened.push(dataSource);
    if (schema !== undefined) await dataSource.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    return dataSource;
  }

  function journalOn(dataSource: DataSource): TypeOrmReviseJournal {
    const journal = new TypeOrmReviseJournal(dataSource);
    journals.push(journal);
    return journal;
  }

  async function insert(dataSource: DataSource, row: Row): Promise<void> {
    const literal = (value: unknown): string =>
      value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value as string}'`;
    const values = Object.values(row).map(literal);
    const table = tablePath(dataSource, 'kicc_revision');
    await dataSource.query(`INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`);
  }

  function rowsOf(dataSource: DataSource): Promise<Row[]> {
    return dataSource.query(`SELECT * FROM ${tablePath(dataSource, 'kicc_revision')} ORDER BY sequence`);
  }

  /** What `migration:generate` would change. */
  async function differences(dataSource: DataSource): Promise<string[]> {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  }

  const schemas = engine.name === 'postgres' ? [undefined, 'refunds'] : [undefined];

  it.each(schemas)('take the rows of the version before reviews along, which go on (schema %s)', async (schema) => {
    const before = await connect(schema, BEFORE_REVIEWS);
    await before.runMigrations();
    const response = { resCd: '0000', cancelPgCno: '2603020001', cancelAmount: 1_000 };
    await insert(before, oldRow('succeeded', 'succeeded', { response }));
    await insert(before, oldRow('declined', 'declined', { refusal: { resCd: 'R999' } }));
    await insert(before, oldRow('unknown', 'unknown'));
    await insert(before, oldRow('gone', 'declined'));
    const table = tablePath(before, 'kicc_revision');
    await before.query(`DELETE FROM ${table} WHERE shop_transaction_id = 'gone'`);
    const old = await rowsOf(before);
    expect(old.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3]);

    const dataSource = await connect(schema);
    await dataSource.runMigrations();
    expect(await rowsOf(dataSource)).toEqual(old);
    expect(await differences(dataSource)).toEqual([]);
    // The number of what is gone is not given again.
    await insert(dataSource, oldRow('next', 'accepted', { deliveries: 0 }));
    expect(Number((await rowsOf(dataSource)).at(-1)?.['sequence'])).toBe(5);

    const journal = journalOn(dataSource);
    const [succeeded, declined, unknown] = await Promise.all(
      ['succeeded', 'declined', 'unknown'].map(async (id) => (await journal.find(MALL, id)) as Revision),
    );
    expect([succeeded, declined, unknown].map((one) => one && holdOf(one))).toEqual([undefined, undefined, 'open']);
    expect(await journal.openRevisions([MALL])).toMatchObject({
      byStatus: { accepted: 1, unknown: 1 },
      nearestWindowEnd: expect.any(Date),
    });
    const [claimed] = await journal.claimDue({ mallIds: [MALL], now: LATER, leaseUntil: LATER, limit: 9 });
    expect(claimed?.shopTransactionId).toBe('unknown');
    const [, underReview] = refused('unknown', { pgCno: 'pay-unknown' });
    expect(await journal.save({ ...underReview, version: (claimed?.version ?? 0) + 1 })).toBe(true);
    const [another] = refused('another', { pgCno: 'pay-unknown' });
    await expect(journal.open(another)).rejects.toMatchObject({ because: 'review', until: LATER });
    // Still one open revision a payment, one row an id, and a place for what is open.
    const update = (set: string): Promise<unknown> =>
      dataSource.query(`UPDATE ${table} SET ${set} WHERE shop_transaction_id = 'next'`);
    await expect(update("open_pg_cno = 'pay-unknown'")).rejects.toThrow();
    await expect(update("shop_transaction_id = 'unknown'")).rejects.toThrow();
    await expect(update('open_pg_cno = NULL')).rejects.toThrow();
  });

  it.each(['up', 'down'] as const)('leave a payment one open refund where one fails half way (%s)', async (direction) => {
    const dataSource = await connect(undefined);
    await dataSource.runMigrations({ transaction: 'none' });
    await insert(dataSource, oldRow('one', 'accepted'));
    const partialIndices = new (kiccMigrations[6] as new () => MigrationInterface)();
    const runner = dataSource.createQueryRunner();
    if (direction === 'up') await partialIndices.down(runner);
    const query = runner.query.bind(runner) as (...of: unknown[]) => Promise<unknown>;
    const halting = (sql: string, ...more: unknown[]): Promise<unknown> =>
      sql.startsWith('CREATE ') ? Promise.reject(new Error('killed')) : query(sql, ...more);
    jest.spyOn(runner, 'query').mockImplementation(halting as QueryRunner['query']);
    const halted = partialIndices[direction](runner);
    // MySQL and MariaDB keep their indices as they are.
    await (isMySql(database.options.type) ? halted : expect(halted).rejects.toThrow('killed'));
    await runner.release();
    await expect(insert(dataSource, { ...oldRow('another', 'accepted'), open_pg_cno: 'pay-one' })).rejects.toThrow();
  });

  it.each(schemas)('can be reverted with revisions under review, and run again (schema %s)', async (schema) => {
    const dataSource = await connect(schema);
    await dataSource.runMigrations();
    const journal = journalOn(dataSource);
    const [part, declined] = refused('part');
    await journal.open(part);
    await journal.save(declined);
    const [open] = refused('open', { pgCno: 'payment-2' });
    await journal.open(open);
    const before = await rowsOf(dataSource);
    expect(before.map((row) => row['open_pg_cno'])).toEqual(['payment-1', 'payment-2']);

    for (let newest = kiccMigrations.length; newest > 4; newest--) await dataSource.undoLastMigration();
    const after = await rowsOf(dataSource);
    expect(after).toEqual(before.map((row) => (row['status'] === 'declined' ? { ...row, open_pg_cno: null } : row)));
    const table = tablePath(dataSource, 'kicc_revision');
    const settle = `UPDATE ${table} SET status = 'declined' WHERE shop_transaction_id = 'open'`;
    await expect(dataSource.query(settle)).rejects.toThrow();

    await dataSource.runMigrations();
    expect(await rowsOf(dataSource)).toEqual(after);
    expect(await differences(dataSource)).toEqual([]);
    // What was under review is so still, and holds its payment without the place.
    const [another] = refused('another');
    await expect(journal.open(another)).rejects.toThrow(PaymentBusyError);
    expect(await journal.save({ ...declined, version: 3 })).toBe(true);
  });

  it('let a process of the version before end a review, which is over then for the new one, too', async () => {
    const dataSource = await connect(undefined);
    await dataSource.runMigrations();
    const journal = journalOn(dataSource);
    const [part, declined] = refused('part');
    await journal.open(part);
    await journal.save(declined);
    // What it writes of a decline that is due: it rests, and has no place. What it does not know, it keeps.
    await dataSource.query(
      `UPDATE kicc_revision SET version = version + 1, next_check_at = NULL, lease_until = NULL, open_pg_cno = NULL`,
    );
    const held = (await journal.find(MALL, 'part')) as Revision;
    expect([held.status, held.reviewUntil, holdOf(held)]).toEqual(['declined', LATER, undefined]);
    const [another] = refused('another');
    expect(await journal.open(another)).toMatchObject({ opened: true });
  });
});
