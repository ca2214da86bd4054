import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { KiccBullModule } from '../../lib/bullmq/index.js';
import { KiccModule, ReviseBulkService, RevisePaymentService, type ReviseRequest, type Revision } from '../../lib/index.js';
import { kiccMigrations, OnRevisionSettled, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { Random } from '../campaign/random.js';
import { answerParent, MALL, settingsOf, type RefundOrder, type ShopSettings } from './messages.js';

/* One instance of a shop, as a real Nest app. It is killed at any moment. */

const settings = settingsOf<ShopSettings>();
let { ahead } = settings;
const random = new Random(settings.seed);
const ignore = (): void => undefined;

@Injectable()
class Bookkeeping {
  @OnRevisionSettled()
  async book({ shopTransactionId: id, status }: Revision, manager: EntityManager, corrected?: Revision): Promise<void> {
    const write = corrected
      ? `UPDATE refund_book SET status = '${status}' WHERE id = '${id}'`
      : `INSERT INTO refund_book (id, status) VALUES ('${id}', '${status}')`;
    await manager.query(write);
    if (random.chance(0.03)) throw new Error('The bookkeeper is on holiday.');
  }
}

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({ ...settings.database, migrations: [...kiccMigrations], retryAttempts: 200, retryDelay: 100 }),
    }),
    KiccModule.forRoot({
      environment: 'test',
      baseUrl: settings.kiccUrl,
      ...MALL,
      now: () => new Date(Date.now() + ahead),
      timeoutMs: settings.timeoutMs,
      retry: { maxAttempts: 2, baseDelayMs: 20 },
      settlement: {
        waitMs: 300,
        queryDelaysMs: [0, 50, 100, 400],
        resendAfterMs: settings.timeoutMs,
        sweepEveryMs: settings.redis ? false : 100,
      },
      journal: TypeOrmReviseJournal,
    }),
    ...(settings.redis
      ? [KiccBullModule.forRoot({ connection: settings.redis, prefix: 'crash', everyMs: 300, bulk: { concurrency: 32 } })]
      : []),
  ],
  providers: [Bookkeeping],
})
class ShopModule {}

const app = await NestFactory.createApplicationContext(ShopModule, {
  logger: process.env['CRASH_LOG'] ? ['warn', 'error'] : false,
  abortOnError: false,
});
const payments = app.get(RevisePaymentService);
const bulks = app.get(ReviseBulkService);
const dataSource = app.get(DataSource);

answerParent({
  ready: ignore,
  refund,
  submit: ({ bulkId, requests }: { bulkId: string; requests: ReviseRequest[] }) => bulks.submit(requests, { bulkId }),
  progress: (bulkId: string) => bulks.find(bulkId),
  clock: (next: number) => void (ahead = next),
  close: () => app.close(),
});

async function refund({ shopTransactionId, pgCno, amount, way }: RefundOrder): Promise<string> {
  if (way === 'call') {
    const { status } = await payments.cancelPartially({ shopTransactionId, pgCno, amount, payMethodTypeCode: '11' });
    return status;
  }
  await oneAtATime(() => transact({ shopTransactionId, pgCno, amount, way }));
  if (way === 'record-and-die') process.kill(process.pid, 'SIGKILL');
  return (await payments.settle(shopTransactionId)).status;
}

/** On SQLite, where all of a process's transactions have one connection. */
let last: Promise<unknown> = Promise.resolve();
async function oneAtATime(act: () => Promise<void>): Promise<void> {
  if (settings.database.type !== 'better-sqlite3') return act();
  const done = last.then(act);
  last = done.catch(ignore);
  return done;
}

async function transact({ shopTransactionId, pgCno, amount, way }: RefundOrder): Promise<void> {
  const request: ReviseRequest = { shopTransactionId, pgCno, reviseTypeCode: '32', amount, approvedAmount: 10_000 };
  await dataSource.transaction(async (manager) => {
    await manager.query(`INSERT INTO shop_order (id) VALUES ('${shopTransactionId}')`);
    await payments.record(request, manager);
    if (way === 'roll-back') throw new Error('rolled back');
  });
}
