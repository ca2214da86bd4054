import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { ReviseBulkService, type ReviseRequest } from '../../lib/index.js';
import { kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { HOUR, openShop, until, type Shop } from './shop.js';

/*
 * The runbook's "A backup was restored", of a bulk that had run since: the backup has it as it was submitted, and it is the
 * next day, on which KICC knows none of its ids any more.
 */
const OPTIONS = { settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: 30_000 } } as const;
const BULK = 'concert';

let folder: string;
let dataSource: DataSource;
let ran: Shop;
let restored: Shop | undefined;
let requests: ReviseRequest[];

const open = (beside?: Shop): Promise<Shop> => {
  const journal = { useFactory: () => new TypeOrmReviseJournal(dataSource) };
  return openShop(OPTIONS, { journal }, { ...(beside ? { beside } : {}), profile: { cancelReqDate: 'any' } });
};
const bulksOf = (shop: Shop): ReviseBulkService => shop.app.get(ReviseBulkService);
const isDone = async (shop: Shop): Promise<boolean> => (await bulksOf(shop).find(BULK))?.done === requests.length;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'restored-bulk-'));
  const database = join(folder, 'shop.db');
  dataSource = new DataSource({ type: 'better-sqlite3', database, migrations: [...kiccMigrations] });
  await dataSource.initialize();
  await dataSource.runMigrations();
  ran = await open();
  requests = [1, 2, 3].map((n) => {
    return {
      shopTransactionId: `b${n}`,
      pgCno: ran.kicc.approve({ amount: 10_000 }).pgCno,
      reviseTypeCode: '32',
      amount: 4_000,
    };
  });
  await bulksOf(ran).submit(requests, { bulkId: BULK });
  await until(() => isDone(ran), 'the end of the bulk');
  expect(ran.kicc.effects()).toHaveLength(3);
  await ran.close();
  // As the backup has it.
  await dataSource.query('DELETE FROM kicc_revision');
  await dataSource.query(
    `UPDATE kicc_bulk_row SET state = 'pending', version = 1, attempts = 0, due_at = (SELECT created_at FROM kicc_bulk)`,
  );
  ran.pass(24 * HOUR);
});
afterEach(async () => {
  await restored?.close();
  await ran.stop();
  await dataSource.destroy();
  rmSync(folder, { recursive: true });
});

it('paused before the app starts, reconciled, and resumed: pays once', async () => {
  await dataSource.query(`UPDATE kicc_bulk SET status = 'paused' WHERE status = 'running'`);
  restored = await open(ran);
  const results: string[] = [];
  for await (const { result } of restored.recovery.reconcile(requests)) results.push(result);
  expect(results).toEqual(['proved', 'proved', 'proved']);
  await bulksOf(restored).resume(BULK);
  await until(() => isDone(restored as Shop), 'the end of the bulk');
  expect(await bulksOf(restored).find(BULK)).toMatchObject({ byState: { succeeded: 3 } });
  expect(ran.kicc.effects()).toHaveLength(3);
});

it('not paused, it runs once more as soon as the app starts, and pays twice', async () => {
  restored = await open(ran);
  await until(() => ran.kicc.effects().length === 6, 'the second payment');
});
