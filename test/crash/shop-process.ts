import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { KiccBullModule } from '../../lib/bullmq/index.js';
import { KiccModule, ReviseBulkService, RevisePaymentService, type ReviseRequest, type Revision } from '../../lib/index.js';
import { OnRevisionSettled } from '../../lib/sql/index.js';
import { Random } from '../campaign/random.js';
import type { ShopsClient } from '../shop-clients/shops-client.js';
import { connectionBy } from './client.js';
import { answerParent, MALL, settingsOf, type RefundOrder, type ShopSettings } from './messages.js';

/* One instance of a shop, as a real Nest app. It is killed at any moment. */

const settings = settingsOf<ShopSettings>();
let { ahead } = settings;
const random = new Random(settings.seed);
const ignore = (): void => undefined;
const client = await connected();

@Injectable()
class Bookkeeping {
  @OnRevisionSettled()
  async book({ shopTransactionId: id, status }: Revision, transaction: never, corrected?: Revision): Promise<void> {
    const write = corrected
      ? `UPDATE refund_book SET status = '${status}' WHERE id = '${id}'`
      : `INSERT INTO refund_book (id, status) VALUES ('${id}', '${status}')`;
    await client.run(transaction, write);
    if (random.chance(0.03)) throw new Error('The bookkeeper is on holiday.');
  }
}

@Module({
  imports: [
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
      journal: {
        inject: [ModulesContainer],
        useFactory: (modules: ModulesContainer) => client.journal({ modules }),
      },
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

answerParent({
  ready: ignore,
  refund,
  submit: ({ bulkId, requests }: { bulkId: string; requests: ReviseRequest[] }) => bulks.submit(requests, { bulkId }),
  progress: (bulkId: string) => bulks.find(bulkId),
  clock: (next: number) => void (ahead = next),
  close: async () => {
    await app.close();
    await client.close();
  },
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
  await client.transaction(async (transaction) => {
    await client.run(transaction, `INSERT INTO shop_order (id) VALUES ('${shopTransactionId}')`);
    await payments.record(request, transaction);
    if (way === 'roll-back') throw new Error('rolled back');
  });
}

/** Its server may just be killed. */
async function connected(): Promise<ShopsClient<never>> {
  const connect = await connectionBy(settings.client ?? 'typeorm');
  for (let tries = 1; ; tries++) {
    try {
      return await connect(settings.database);
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
