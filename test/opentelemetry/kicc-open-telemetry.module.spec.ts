import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { KiccConfigurationError, KiccModule, RevisePaymentService, ReviseRecovery } from '../../lib/index.js';
import { KiccOpenTelemetryModule, METRICS } from '../../lib/opentelemetry/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { engines } from '../engines/engine.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import type { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { startTelemetry } from './telemetry.js';

const MINUTE = 60_000;
const MALL = { mallId: 'T0000001', secretKey: 'secret-that-nobody-may-see' };
const PERSONAL_DATA_KEYS = [{ id: 'k1', key: Buffer.alloc(32, 7).toString('base64') }];

let clock: { at: Date };
let kicc: KiccSimulator;
let telemetry: ReturnType<typeof startTelemetry>;
let database: JournalTestDatabase;
const apps: INestApplicationContext[] = [];

beforeEach(async () => {
  clock = { at: new Date('2026-03-02T03:00:00Z') };
  telemetry = startTelemetry();
  kicc = await KiccSimulator.start({ malls: [MALL], now: () => clock.at });
  const sqlite = engines.find(({ name }) => name === 'sqlite');
  if (!sqlite) throw new Error('There is always SQLite.');
  database = await openTestDatabase(sqlite);
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await kicc.stop();
  await database.drop();
  await telemetry.stop();
});

/** One more instance of the shop, on the same journal. */
async function instance(journal: TypeOrmReviseJournal, observed = true): Promise<INestApplicationContext> {
  const options = {
    environment: 'test' as const,
    baseUrl: kicc.url,
    ...MALL,
    now: () => clock.at,
    personalDataKeys: PERSONAL_DATA_KEYS,
    settlement: { waitMs: 0, sweepEveryMs: false as const },
  };
  const imports = [KiccModule.forRoot({ ...options, journal: { useValue: journal } })];
  const module = await Test.createTestingModule({
    imports: observed ? [...imports, KiccOpenTelemetryModule.forRoot({})] : imports,
  }).compile();
  apps.push(await module.init());
  return module;
}

const named = (name: string): ReadableSpan[] => telemetry.spans().filter((span) => span.name === name);

describe('a revision', () => {
  it('is one trace: the call within its caller, the delivery, and what another process does about it later', async () => {
    const first = await instance(database.journal);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'drop-answer' });
    await trace.getTracer('shop').startActiveSpan('POST /refunds', async (request) => {
      const outcome = await first.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
      expect(outcome.status).toBe('unknown');
      request.end();
    });
    await first.close();
    apps.splice(apps.indexOf(first), 1);

    clock.at = new Date(clock.at.getTime() + 5 * MINUTE);
    const second = await instance(await database.connect());
    await second.get(ReviseRecovery).sweep();
    expect(await second.get(RevisePaymentService).find('refund-1')).toMatchObject({ status: 'succeeded' });

    const [request] = named('POST /refunds');
    const [call] = named('kicc.revise');
    const [delivery] = named('kicc.delivery');
    const queries = named('kicc.query');
    const traces = new Set(telemetry.spans().map((span) => span.spanContext().traceId));
    expect(traces.size).toBe(1);
    expect(call?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    for (const span of [delivery, ...queries]) expect(span?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    expect(call?.attributes).toMatchObject({
      'kicc.mall_id': MALL.mallId,
      'kicc.shop_transaction_id': 'refund-1',
      'kicc.pg_cno': pgCno,
      'kicc.revise_type_code': '40',
      'kicc.outcome': 'unknown',
      'kicc.revision.status': 'unknown',
    });
    expect(delivery?.kind).toBe(SpanKind.CLIENT);
    expect(delivery?.status.code).toBe(SpanStatusCode.ERROR);
    expect(delivery?.attributes).toMatchObject({
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(kicc.url).port),
      'url.path': '/api/trades/revise',
      'kicc.evidence': 'noAnswer',
      'kicc.reason': 'connectionLost',
    });
    expect(queries.at(-1)?.attributes).toMatchObject({
      'url.path': '/api/trades/retrieveTransaction',
      'http.response.status_code': 200,
      'kicc.res_cd': '0000',
    });
  });

  it('that is refused before anything is sent says why, by its code', async () => {
    const app = await instance(database.journal);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const payments = app.get(RevisePaymentService);
    await payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    await expect(
      payments.cancelPartially({ shopTransactionId: 'refund-1', pgCno, amount: 1, payMethodTypeCode: '11' }),
    ).rejects.toThrow();
    expect(named('kicc.revise').at(-1)?.attributes).toMatchObject({ 'error.type': 'KICC_REVISE_CONFLICT' });
  });

  it('tells of no person, and of no secret', async () => {
    const app = await instance(database.journal);
    const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
    kicc.deposit(pgCno);
    const refundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
    const request = { shopTransactionId: 'refund-1', pgCno, refundInfo, clientIp: '203.0.113.77', reviseMessage: '변심' };
    const outcome = await app.get(RevisePaymentService).refund(request);
    expect(outcome.status).toBe('succeeded');
    const told = JSON.stringify(
      telemetry.spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    expect(told).toContain('refund-1');
    for (const hidden of ['11012345678901', '홍길동', '203.0.113.77', '변심', MALL.secretKey, 'msgAuthValue']) {
      expect(told).not.toContain(hidden);
    }
  });

  it('is not traced where the module is not there, and nothing of a trace is kept', async () => {
    const app = await instance(database.journal, false);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const { revision } = await app.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(revision.traceparent).toBeUndefined();
    expect(telemetry.spans()).toEqual([]);
  });

  it('ends as it would have, whatever an SDK throws', async () => {
    const app = await instance(database.journal);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const broken = (): never => {
      throw new Error('The SDK is broken.');
    };
    trace.disable();
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) });
    const other = await instance(await database.connect());
    const outcome = await other.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(outcome.status).toBe('succeeded');
    expect(kicc.effects()).toHaveLength(1);
    await app.close();
    apps.splice(apps.indexOf(app), 1);
  });
});

describe('the metrics', () => {
  it('count outcomes once, time to settle, requests, what is open and how long KICC can tell', async () => {
    const app = await instance(database.journal);
    const payments = app.get(RevisePaymentService);
    const [lost, refused, fine] = [10_000, 10_000, 10_000].map((amount) => kicc.approve({ amount }).pgCno);
    await payments.cancel({ shopTransactionId: 'fine', pgCno: fine ?? '' });
    await payments.cancelPartially({
      shopTransactionId: 'refused',
      pgCno: refused ?? '',
      amount: 99_999,
      payMethodTypeCode: '11',
    });
    kicc.inject({ fault: 'reset', when: 'before' });
    await payments.cancel({ shopTransactionId: 'lost', pgCno: lost ?? '' });
    clock.at = new Date(clock.at.getTime() + 2 * MINUTE);

    const settled = await telemetry.points(METRICS.settled);
    const bySettled = settled.map(({ value, attributes }) => [attributes['kicc.revision.status'], value]).sort();
    expect(bySettled).toEqual([
      ['declined', 1],
      ['succeeded', 1],
    ]);
    const times = await telemetry.points(METRICS.timeToSettle);
    expect(times.map(({ value }) => (value as { count: number }).count)).toEqual([1, 1]);
    const requests = await telemetry.points(METRICS.requests);
    expect(requests.map(({ attributes }) => attributes['error.type']).filter(Boolean)).toHaveLength(1);
    const open = await telemetry.points(METRICS.open);
    expect(open.find(({ attributes }) => attributes['kicc.revision.status'] === 'unknown')?.value).toBe(1);
    expect((await telemetry.points(METRICS.oldestAge))[0]?.value).toBe(120);
    // From 12:02 in Korea to the end of the next day there.
    expect((await telemetry.points(METRICS.windowLeft))[0]?.value).toBe(36 * 3_600 - 120);
    expect(Math.abs(Number((await telemetry.points(METRICS.clockSkew))[0]?.value))).toBeLessThan(1);
  });

  it('count what is given to a person', async () => {
    const app = await instance(database.journal);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'reset', when: 'before' });
    await app.get(RevisePaymentService).cancel({ shopTransactionId: 'lost', pgCno });
    clock.at = new Date('2026-03-03T14:00:00Z');
    await app.get(ReviseRecovery).sweep();
    expect((await telemetry.points(METRICS.alarms)).map(({ value, attributes }) => [attributes['kicc.alarm'], value])).toEqual([
      ['escalated', 1],
    ]);
    expect(named('kicc.escalated')).toHaveLength(1);
  });

  it('count a correction as an alarm, not as another outcome', async () => {
    const payments = (await instance(database.journal)).get(RevisePaymentService);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
    await payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    await payments.resolve({ shopTransactionId: 'refund-1', verdict: 'succeeded', actor: 'minji', reason: 'the console' });
    const told = async (metric: string, by: string) =>
      (await telemetry.points(metric)).map(({ value, attributes }) => [attributes[by], value]);
    expect(await told(METRICS.alarms, 'kicc.alarm')).toEqual([['corrected', 1]]);
    expect(await told(METRICS.settled, 'kicc.revision.status')).toEqual([['declined', 1]]);
    const waiting = (await told(METRICS.attention, 'kicc.attention')).map(([why]) => why);
    const reasons = ['ambiguous', 'bounced', 'contradicted', 'corrected', 'disputed', 'doubled', 'unreadable', 'unreviewed'];
    expect(waiting.sort()).toEqual(reasons);
    expect(named('kicc.corrected')).toHaveLength(1);
  });
});

it('says so where there is no KiccModule', async () => {
  const module = Test.createTestingModule({ imports: [KiccOpenTelemetryModule.forRoot({})] });
  await expect(module.compile().then((app) => app.init())).rejects.toThrow(KiccConfigurationError);
});
