import { afterEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { KiccModule, MemoryReviseJournal, RevisePaymentService, type ReviseJournal } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { until } from '../revise/shop.js';
import { openTestDatabase } from '../typeorm/test-database.js';
import { drawFault } from './draw-fault.js';
import { Random } from './random.js';

const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };
const REFUNDS = 40;
/** It runs in real time, but begins at noon in Korea, whatever the time is here. */
const AHEAD = Date.parse('2026-03-02T03:00:00Z') - Date.now();
const now = (): Date => new Date(Date.now() + AHEAD);

const ignore = (): void => undefined;
const SILENT = { log: ignore, error: ignore, warn: ignore };

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  while (stops.length > 0) await stops.pop()?.();
});

async function startProcess(baseUrl: string, journal: ReviseJournal): Promise<TestingModule> {
  const settlement = {
    waitMs: 300,
    queryDelaysMs: [0, 50, 100, 400],
    resendAfterMs: 600,
    sweepEveryMs: 100,
  };
  const retry = { maxAttempts: 2, baseDelayMs: 20 };
  const app = await Test.createTestingModule({
    imports: [
      KiccModule.forRoot({
        environment: 'test',
        baseUrl,
        ...MALL,
        timeoutMs: 600,
        settlement,
        retry,
        now,
        journal: { useValue: journal },
      }),
    ],
  })
    .setLogger(SILENT)
    .compile();
  stops.push(() => app.close());
  return app.init();
}

/** Gives every process its journal: one that they share in memory, or one on a database each. */
type Journals = () => Promise<() => Promise<ReviseJournal>>;

function inRealTime(journals: Journals): void {
  it('every refund is made exactly once and known in the end, by two processes of which one is replaced midway', async () => {
    const seed = Number(process.env['CAMPAIGN_SEED'] ?? Date.now() % 2 ** 31);
    console.info(`Replay with CAMPAIGN_SEED=${seed}`);
    const random = new Random(seed);
    const profile = { refundQueryFlag: random.of(['ignored', 'replays'] as const) };
    const kicc = await KiccSimulator.start({ malls: [MALL], now, profile });
    stops.push(() => kicc.stop());
    const connect = await journals();
    const journal = await connect();
    const first = await startProcess(kicc.url, await connect());
    const second = await startProcess(kicc.url, await connect());
    const ids = Array.from({ length: REFUNDS }, (_, index) => `refund-${index}`);
    for (let faults = 0; faults < REFUNDS; faults++) kicc.inject(drawFault(random));

    const refund = (app: TestingModule, shopTransactionId: string, pgCno: string): Promise<unknown> =>
      app
        .get(RevisePaymentService)
        .cancelPartially({ shopTransactionId, pgCno, amount: 3_000, payMethodTypeCode: '11' })
        .catch((error: unknown) => error);
    const calls = ids.flatMap((id) => {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      return [refund(first, id, pgCno), ...(random.chance(0.5) ? [refund(second, id, pgCno)] : [])];
    });
    kicc.inject({ fault: 'refuse', forMs: 150 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await first.close();
    await startProcess(kicc.url, await connect());
    await Promise.all(calls);

    const open = async (): Promise<number> => {
      const { byStatus } = await journal.openRevisions([MALL.mallId]);
      return Object.values(byStatus).reduce((sum, count) => sum + count, 0);
    };
    for (let tries = 0; tries < 8 && (await open()) > 0; tries++) {
      await until(async () => (await open()) === 0, 'the end of every refund').catch(() => undefined);
    }
    const effects = kicc.effects().map(({ shopTransactionId }) => shopTransactionId);
    const statuses = await Promise.all(ids.map(async (id) => (await journal.find(MALL.mallId, id))?.status));
    expect(statuses).toEqual(ids.map(() => 'succeeded'));
    expect([...effects].sort()).toEqual([...ids].sort());
    expect(kicc.problems()).toEqual([]);
  }, 90_000);
}

describe('over real sockets and in real time, in memory', () => {
  const journal = new MemoryReviseJournal();
  inRealTime(() => Promise.resolve(() => Promise.resolve(journal)));
});

describeEngines('over real sockets and in real time', (engine) => {
  inRealTime(async () => {
    const database = await openTestDatabase(engine);
    stops.push(() => database.drop());
    return () => database.connect();
  });
});
