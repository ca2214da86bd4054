import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { lastValueFrom } from 'rxjs';
import {
  KiccModule,
  KiccTransport,
  ReviseBulkService,
  RevisePaymentService,
  type KiccModuleExtras,
  type KiccModuleOptions,
} from '../lib/index.js';
import { BetterSqlite3ReviseJournal } from '../lib/sql/index.js';
import { KiccSimulator } from '../lib/testing/index.js';
import { UndiciTransport } from '../lib/undici/index.js';
import { openSqliteFile } from './sql/sqlite-file.js';

const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };
type Fakes = Parameters<typeof jest.useFakeTimers>[0];

/** As Vitest fakes them: all but what a promise needs. */
const AS_VITEST: Fakes = { doNotFake: ['nextTick', 'queueMicrotask'] };
const FAKES: readonly (readonly [string, Fakes])[] = [
  ['all of them', undefined],
  ["all but nextTick, as Jest's own guide has it", { doNotFake: ['nextTick'] }],
  ['as Vitest fakes them', AS_VITEST],
  ['on a day of the test', { doNotFake: ['nextTick'], now: new Date('2026-03-02T03:00:00Z') }],
  ["Jest's legacy ones", { legacyFakeTimers: true }],
];

const ignore = (): void => undefined;
const SILENT = { log: ignore, error: ignore, warn: ignore, debug: ignore, verbose: ignore, fatal: ignore };

let kicc: KiccSimulator;
let app: TestingModule;
let folder: string;

const journals: readonly (readonly [string, () => KiccModuleExtras])[] = [
  ['the journal in memory, through HttpService', () => ({})],
  ['the journal in memory, by undici', () => ({ transport: UndiciTransport })],
  [
    'the journal on SQLite, through HttpService',
    () => ({ journal: { useFactory: () => new BetterSqlite3ReviseJournal(openSqliteFile(join(folder, 'shop.db'))) } }),
  ],
];

async function open(extras: KiccModuleExtras, options: Partial<KiccModuleOptions> = {}): Promise<void> {
  kicc = await KiccSimulator.start({ malls: [MALL] });
  const settlement = { waitMs: 0 };
  const imports = [KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...MALL, settlement, ...options, ...extras })];
  app = await Test.createTestingModule({ imports }).setLogger(SILENT).compile();
  await app.init();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kicc-fake-timers-'));
});
afterEach(async () => {
  // With the fakes in their places, as a test that fails leaves them; but undici's pool closes by queueMicrotask.
  if (app.get<unknown>(KiccTransport) instanceof UndiciTransport) jest.useRealTimers();
  await app.close();
  await kicc.stop();
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe.each(journals)('%s', (_, extras) => {
  it.each(FAKES)('every call ends, where the timers are faked: %s', async (_, fakes) => {
    await open(extras());
    jest.useFakeTimers(fakes);
    const payments = app.get(RevisePaymentService);
    for (const id of ['refund-1', 'refund-2', 'refund-3']) {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      expect(await payments.cancel({ shopTransactionId: id, pgCno })).toMatchObject({ status: 'succeeded' });
    }
    expect(kicc.effects()).toHaveLength(3);
  });

  it('every call ends, where they were faked before the app began', async () => {
    jest.useFakeTimers(AS_VITEST);
    await open(extras());
    const payments = app.get(RevisePaymentService);
    for (const id of ['refund-1', 'refund-2']) {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      expect(await payments.cancel({ shopTransactionId: id, pgCno })).toMatchObject({ status: 'succeeded' });
    }
  });

  it('a lost answer, a silent one and a host that refuses end as they do otherwise', async () => {
    await open(extras(), { timeoutMs: 300, retry: { baseDelayMs: 1 } });
    jest.useFakeTimers(AS_VITEST);
    const payments = app.get(RevisePaymentService);
    for (const fault of ['drop-answer', 'hang', 'refuse'] as const) {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ fault });
      expect(await payments.cancel({ shopTransactionId: fault, pgCno })).toMatchObject({ status: 'unknown' });
      await kicc.clearFaults();
      expect(await payments.settle(fault)).toMatchObject({ status: 'succeeded' });
    }
  });

  it('a bulk with a bound on its rate comes to its end', async () => {
    await open(extras(), { bulk: { perSecond: 100 } });
    jest.useFakeTimers(AS_VITEST);
    const bulks = app.get(ReviseBulkService);
    const requests = [1, 2, 3].map((row) => {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      return { shopTransactionId: `seat-${row}`, pgCno, reviseTypeCode: '40' } as const;
    });
    await bulks.submit(requests, { bulkId: 'concert' });
    expect(await lastValueFrom(bulks.progress('concert'))).toMatchObject({ done: 3, total: 3 });
  });
});
