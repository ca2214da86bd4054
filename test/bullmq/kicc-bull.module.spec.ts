import { execFile } from 'node:child_process';
import { BullModule } from '@nestjs/bullmq';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { lastValueFrom } from 'rxjs';
import { bulkQueue, KiccBullModule, RECOVERY_QUEUE, BULK_EVENTS, type KiccBullModuleOptions } from '../../lib/bullmq/index.js';
import {
  KiccModule,
  MemoryReviseJournal,
  ReviseBulkService,
  RevisePaymentService,
  type ReviseBulkStore,
  type ReviseRequest,
} from '../../lib/index.js';
import { MemoryReviseBulkStore } from '../../lib/journal/memory-revise-bulk-store.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { describeRedis } from '../engines/describe-engines.js';
import { MALL, sent, until } from '../revise/shop.js';

/** A journal that processes share, with its bulks. */
class SharedJournal extends MemoryReviseJournal {
  override readonly bulks: ReviseBulkStore = new MemoryReviseBulkStore();
}

/** It runs in real time, but begins at noon in Korea, whatever the time is here. */
const AHEAD = Date.parse('2026-03-02T03:00:00Z') - Date.now();

describeRedis('KiccBullModule', (url) => {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  let prefixes = 0;
  let prefix: string;
  let journal: SharedJournal;
  let kicc: KiccSimulator;
  let redis: Redis;
  let apps: TestingModule[];
  let log: string[];
  /** The shop's clock is ahead of KICC's by this. */
  let leap: number;

  beforeEach(async () => {
    prefix = `test-${process.pid}-${prefixes++}`;
    journal = new SharedJournal();
    kicc = await KiccSimulator.start({ malls: [MALL], now: () => new Date(Date.now() + AHEAD) });
    redis = new Redis(url);
    redis.on('error', () => undefined);
    apps = [];
    log = [];
    leap = 0;
  });
  afterEach(async () => {
    for (const app of apps) await app.close();
    await kicc.stop();
    redis.disconnect();
  });

  async function open(options: Partial<KiccBullModuleOptions> = {}, module = {}): Promise<TestingModule> {
    const write = (...parts: unknown[]): void => void log.push(parts.map(String).join(' '));
    const testing = await Test.createTestingModule({
      imports: [
        BullModule.forRoot({ connection }),
        KiccModule.forRoot({
          environment: 'test',
          baseUrl: kicc.url,
          ...MALL,
          now: () => new Date(Date.now() + AHEAD + leap),
          timeoutMs: 1_000,
          settlement: { waitMs: 0, sweepEveryMs: false, queryDelaysMs: [0, 50] },
          journal: { useValue: journal },
          ...module,
        }),
        KiccBullModule.forRoot({ prefix, everyMs: 200, ...options }),
      ],
    })
      .setLogger({ log: write, error: write, warn: write })
      .compile();
    apps.push(testing);
    return testing.init();
  }

  const refunds = (count: number, name = 'refund'): ReviseRequest[] =>
    Array.from({ length: count }, (_, index) => {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      return { shopTransactionId: `${name}-${index}`, pgCno, reviseTypeCode: '40' };
    });
  const flush = async (): Promise<unknown> => redis.flushdb();
  const restart = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, KICC_TEST_REDIS_URL: '' };
      execFile(process.execPath, ['scripts/services.mjs', 'restart', 'redis', '--kill'], { env }, (error) =>
        error ? reject(new Error(error.message)) : resolve(),
      );
    });
  const bulkOf = (app: TestingModule): ReviseBulkService => app.get(ReviseBulkService);
  const effects = (): string[] => kicc.effects().map(({ shopTransactionId }) => shopTransactionId);

  it('settles what is open by one repeated job of all instances', async () => {
    const [one] = [await open(), await open()];
    kicc.inject({ fault: 'drop-answer', when: 'after', times: 1 });
    const [request] = refunds(1) as [ReviseRequest];
    expect(await one.get(RevisePaymentService).revise(request)).toMatchObject({ status: 'unknown' });
    await until(async () => (await one.get(RevisePaymentService).find('refund-0'))?.status === 'succeeded');
    const queue = new Queue(RECOVERY_QUEUE, { connection, prefix });
    expect(await queue.getJobSchedulersCount()).toBe(1);
    await queue.close();
    expect(log.filter((line) => line.includes('Redis'))).toEqual([]);
  });

  it('has its schedule again after Redis was flushed', async () => {
    const app = await open();
    const queue = new Queue(RECOVERY_QUEUE, { connection, prefix });
    await until(async () => (await queue.getJobSchedulersCount()) === 1);
    await flush();
    await until(async () => (await queue.getJobSchedulersCount()) === 1);
    await queue.close();
    kicc.inject({ fault: 'drop-answer', when: 'after', times: 1 });
    await app.get(RevisePaymentService).revise(refunds(1)[0] as ReviseRequest);
    await until(async () => (await app.get(RevisePaymentService).find('refund-0'))?.status === 'succeeded');
  });

  it('makes every refund of a bulk once, over two instances, with Redis flushed in between', async () => {
    // Nothing is asked for again because the machine is slow.
    const patient = { timeoutMs: 25_000 };
    const [one, other] = [await open({}, patient), await open({}, patient)];
    const { bulkId } = await bulkOf(one).submit(refunds(300));
    await until(() => effects().length > 50);
    await flush();
    expect(await lastValueFrom(bulkOf(other).progress(bulkId))).toMatchObject({ done: 300, byState: { succeeded: 300 } });
    expect(new Set(effects()).size).toBe(300);
    expect(effects()).toHaveLength(300);
    // On a machine that is busy, an answer may take longer than the call waits: KICC is then asked, and not sent to again.
    expect(sent({ kicc })).toHaveLength(300);
  }, 30_000);

  it('tells how far a bulk is as queue events', async () => {
    const events = new QueueEvents(BULK_EVENTS, { connection, prefix });
    const told: { done: number }[] = [];
    events.on(
      'bulkProgress' as never,
      ((event: { progress: string }) => told.push(JSON.parse(event.progress) as { done: number })) as never,
    );
    await events.waitUntilReady();
    const app = await open();
    await bulkOf(app).submit(refunds(40), { bulkId: 'concert' });
    await until(() => told.at(-1)?.done === 40);
    expect(told.at(-1)).toMatchObject({ bulkId: 'concert', total: 40, byState: { succeeded: 40 } });
    await events.close();
  });

  it('runs no more rows at a time than it may, over all instances', async () => {
    const one = await open({ bulk: { concurrency: 2 } });
    await open({ bulk: { concurrency: 2 } });
    kicc.inject({ fault: 'slow', when: 'before', delayMs: 50, times: 30 });
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, kicc.connections())), 2);
    const { bulkId } = await bulkOf(one).submit(refunds(30));
    await lastValueFrom(bulkOf(one).progress(bulkId));
    clearInterval(watch);
    // Each instance keeps its connections open for the next.
    expect(most).toBeLessThanOrEqual(4);
    const queue = new Queue(bulkQueue(MALL.mallId), { connection, prefix });
    expect(await queue.getGlobalConcurrency()).toBe(2);
    await queue.close();
  }, 20_000);

  it('sends nothing twice where a job is taken for dead while it runs', async () => {
    const one = await open();
    kicc.inject({ fault: 'slow', when: 'before', delayMs: 600, times: 1 });
    const { bulkId } = await bulkOf(one).submit(refunds(1));
    await until(() => kicc.requests().length === 1);
    // As where the lock is lost: the job is brought again, while the first still runs.
    await flush();
    await open();
    for (let times = 0; times < 3; times++) await bulkOf(one).run({ bulkId, row: 0 });
    expect(await lastValueFrom(bulkOf(one).progress(bulkId))).toMatchObject({ byState: { succeeded: 1 } });
    expect(kicc.requests()).toHaveLength(1);
    expect(effects()).toEqual(['refund-0']);
  }, 20_000);

  it('goes on by itself while Redis is away', async () => {
    const app = await open();
    await until(async () => (await redis.keys(`${prefix}:*`)).length > 0);
    kicc.inject({ fault: 'drop-answer', when: 'after', times: 1 });
    const restarting = restart();
    await app.get(RevisePaymentService).revise(refunds(1)[0] as ReviseRequest);
    const { bulkId } = await bulkOf(app).submit(refunds(20, 'bulk'));
    await restarting;
    expect(await lastValueFrom(bulkOf(app).progress(bulkId))).toMatchObject({ byState: { succeeded: 20 } });
    await until(async () => (await app.get(RevisePaymentService).find('refund-0'))?.status === 'succeeded');
    expect(log.filter((line) => line.includes('Redis is lost')).length).toBeLessThanOrEqual(1);
    expect(log.join('\n')).not.toContain(port);
  }, 60_000);

  it('starts, works and closes without any Redis', async () => {
    const nowhere = { host: '127.0.0.1', port: 1 };
    const app = await open({ connection: nowhere, everyMs: 100 });
    kicc.inject({ fault: 'drop-answer', when: 'after', times: 1 });
    await app.get(RevisePaymentService).revise(refunds(1)[0] as ReviseRequest);
    const { bulkId } = await bulkOf(app).submit(refunds(20, 'bulk'));
    expect(await lastValueFrom(bulkOf(app).progress(bulkId))).toMatchObject({ byState: { succeeded: 20 } });
    for (let tries = 0; tries < 6; tries++) {
      await until(async () => (await app.get(RevisePaymentService).find('refund-0'))?.status === 'succeeded').catch(
        () => undefined,
      );
    }
    expect(await app.get(RevisePaymentService).find('refund-0')).toMatchObject({ status: 'succeeded' });
    await app.close();
    expect(log.filter((line) => line.includes('Redis is lost'))).toHaveLength(1);
  }, 60_000);
});

describe('KiccBullModule', () => {
  const compile = (options: object, ...imports: never[]) =>
    Test.createTestingModule({ imports: [...imports, KiccBullModule.forRoot(options)] })
      .setLogger({ log: () => undefined, error: () => undefined, warn: () => undefined })
      .compile()
      .then((app) => app.init());

  it('says that there is no KiccModule', async () => {
    await expect(compile({ connection: {} })).rejects.toThrow(/there is no KiccModule/);
  });

  it.each([
    [{}, /connection: is missing.*BullModule\.forRoot/s],
    [{ connection: {}, prefix: 'a:b' }, /prefix: give letters/],
    [{ connection: {}, everyMs: 0 }, /everyMs: give whole milliseconds/],
    [{ connection: {}, bulk: { concurrency: 0 } }, /bulk\.concurrency: give a whole number/],
    [{ connection: {}, bulk: { perSecond: 0.5 } }, /bulk\.perSecond: give a whole number/],
    [{ connection: {}, every: 1 }, /every: is not an option/],
    [{ connection: {}, bulk: { rate: 1 } }, /bulk.rate: is not an option/],
    [{ connection: {}, bulk: 8 }, /bulk: give/],
  ])('refuses %j', async (options, what) => {
    await expect(compile(options)).rejects.toThrow(what);
  });
});
