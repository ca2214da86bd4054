import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { KiccModule, ReviseBulkService, ReviseRecovery, RevisePaymentService, type PersonalDataKey } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { MALL } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

const ACCOUNT = '11012345678901';
const HOLDER = '홍길동';
const ADDRESS = '203.0.113.77';
const refundInfo = { refundBankCode: '004', refundAccountNo: ACCOUNT, refundDepositName: HOLDER };
const KEY = { id: 'k1', key: Buffer.alloc(32, 1).toString('base64') };
const NEWER = { id: 'k2', key: Buffer.alloc(32, 2).toString('base64') };
const nothing = (): void => undefined;
const QUIET = { log: nothing, error: nothing, warn: nothing };
const TABLES = ['kicc_revision', 'kicc_bulk', 'kicc_bulk_row', 'kicc_notification'];

describeEngines('personal data in the database', (engine) => {
  let database: JournalTestDatabase;
  let kicc: KiccSimulator;
  const apps: TestingModule[] = [];

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    kicc = await KiccSimulator.start({ malls: [MALL] });
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    await kicc.stop();
    await database.drop();
  });

  async function open(personalDataKeys?: PersonalDataKey[]): Promise<TestingModule> {
    const app = await Test.createTestingModule({
      imports: [
        KiccModule.forRoot({
          ...{ environment: 'test', baseUrl: kicc.url, ...MALL, personalDataKeys },
          settlement: { waitMs: 0, sweepEveryMs: false },
          retry: { maxAttempts: 1 },
          journal: { useFactory: () => new TypeOrmReviseJournal(database.dataSource) },
        }),
      ],
    })
      .setLogger(QUIET)
      .compile();
    await app.init();
    apps.push(app);
    return app;
  }
  function deposited(): string {
    const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
    kicc.deposit(pgCno);
    return pgCno;
  }
  /** Everything the tables hold and, where the database is a file, every byte of its files. */
  async function everything(): Promise<string> {
    const rows = await Promise.all(TABLES.map((table) => database.dataSource.query<unknown>(`SELECT * FROM ${table}`)));
    const { options } = database.dataSource;
    const files = options.type === 'better-sqlite3' ? readFilesBeside(String(options.database)) : '';
    return JSON.stringify(rows) + files;
  }
  function readFilesBeside(file: string): string {
    const directory = dirname(file);
    return readdirSync(directory)
      .map((name) => readFileSync(join(directory, name)))
      .map((bytes) => bytes.toString('utf8') + bytes.toString('latin1'))
      .join('');
  }
  // JSON in ASCII would hide the name.
  const escaped = JSON.stringify(HOLDER).replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16)}`);
  async function expectNone(): Promise<string> {
    const held = await everything();
    for (const secret of [ACCOUNT, HOLDER, escaped.slice(1, -1), escaped.slice(1, -1).replaceAll('\\', '\\\\'), ADDRESS]) {
      expect(held.includes(secret)).toBe(false);
    }
    return held;
  }

  it('is nowhere in it, before, while and after refunds, one by one and in bulk', async () => {
    const app = await open([KEY]);
    const payments = app.get(RevisePaymentService);
    kicc.inject({ fault: 'drop-answer' });
    const request = { shopTransactionId: 'r1', pgCno: deposited(), refundInfo, clientIp: ADDRESS };
    expect((await payments.refund(request)).status).toBe('unknown');
    expect(await expectNone()).toContain('k1.');
    expect((await payments.settle('r1')).status).toBe('succeeded');

    const bulks = app.get(ReviseBulkService);
    const rows = Array.from({ length: 5 }, (_, row) => ({
      ...{ shopTransactionId: `b${row}`, pgCno: deposited(), refundInfo },
      ...({ reviseTypeCode: '60', reviseSubTypeCode: 'RF01' } as const),
    }));
    const { bulkId } = await bulks.submit(rows);
    await firstValueFrom(bulks.progress(bulkId));
    await expectNone();
    expect((await lastValueFrom(bulks.progress(bulkId))).byState.succeeded).toBe(5);
    expect(kicc.effects()).toHaveLength(6);
    expect(kicc.problems()).toEqual([]);
    await expectNone();
    // And nothing encrypted is left either.
    const states = await database.dataSource.query<{ state?: string; body?: string }[]>(
      'SELECT state FROM kicc_revision UNION ALL SELECT body FROM kicc_bulk_row',
    );
    expect(JSON.stringify(states)).not.toContain('k1.');
  });

  it('is brought back by another process, under the old key as well as the new one, to be sent', async () => {
    const first = await open([KEY]);
    kicc.inject({ fault: 'refuse' });
    const pgCno = deposited();
    const outcome = await first.get(RevisePaymentService).refund({ shopTransactionId: 'r1', pgCno, refundInfo });
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'none' });
    await kicc.clearFaults();
    const second = await open([NEWER, KEY]);
    expect((await second.get(RevisePaymentService).settle('r1')).status).toBe('succeeded');
    expect(kicc.requests().at(-1)?.body).toMatchObject({ refundInfo });
  });

  it('keeps a refund from being sent where its key is gone, and loses nothing', async () => {
    const first = await open([KEY]);
    kicc.inject({ fault: 'refuse' });
    await first.get(RevisePaymentService).refund({ shopTransactionId: 'r1', pgCno: deposited(), refundInfo });
    await kicc.clearFaults();
    const second = await open([NEWER]);
    const outcome = await second.get(RevisePaymentService).settle('r1');
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'none' });
    expect(outcome.revision.trail.at(-1)).toMatchObject({ event: 'delivery', observed: 'personalDataKey', status: 'accepted' });
    expect(kicc.requests()).toEqual([]);
    await second.get(ReviseRecovery).sweep();
    expect((await first.get(RevisePaymentService).settle('r1')).status).toBe('succeeded');
  });

  it('is refused without a key, before anything is kept or sent, and says how to set one', async () => {
    const app = await open();
    const payments = app.get(RevisePaymentService);
    const refund = payments.refund({ shopTransactionId: 'r1', pgCno: deposited(), refundInfo });
    await expect(refund).rejects.toMatchObject({
      violations: [{ field: 'refundInfo.refundAccountNo' }, { field: 'refundInfo.refundDepositName' }],
    });
    await expect(refund).rejects.toHaveProperty('message', expect.stringContaining('openssl rand -base64 32'));
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const cancel = payments.cancel({ shopTransactionId: 'c1', pgCno, clientIp: ADDRESS });
    await expect(cancel).rejects.toMatchObject({ violations: [{ field: 'clientIp', rule: 'personalDataKey' }] });
    expect([kicc.requests(), await payments.find('r1')]).toEqual([[], undefined]);
    expect((await payments.cancel({ shopTransactionId: 'c1', pgCno })).status).toBe('succeeded');
    await expectNone();
  });
});
