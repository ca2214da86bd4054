import { HttpModule, HttpService } from '@nestjs/axios';
import { BullModule } from '@nestjs/bullmq';
import { Injectable, Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { KiccBullModule } from '../lib/bullmq/index.js';
import { getKiccToken, HttpServiceTransport, KiccModule, KiccNotificationModule, RevisePaymentService } from '../lib/index.js';
import { KiccOpenTelemetryModule } from '../lib/opentelemetry/index.js';
import { KiccHealthIndicator } from '../lib/terminus/index.js';
import { KiccSimulator } from '../lib/testing/index.js';

const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };
const NAMES = [undefined, 'brand-b'];
let kicc: KiccSimulator;
let app: INestApplicationContext | undefined;

beforeEach(async () => {
  kicc = await KiccSimulator.start({ malls: [MALL] });
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await kicc.stop();
});

const kiccModule = (more: object): DynamicModule =>
  KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...MALL, ...more });

async function compile(...imports: (DynamicModule | Type)[]): Promise<INestApplicationContext> {
  const quiet = { log: () => undefined, warn: () => undefined, error: () => undefined };
  return (app = await Test.createTestingModule({ imports }).setLogger(quiet).compile());
}

const HTTP = HttpModule.register({ timeout: 1_234 });
@Injectable()
class ShopClient {
  constructor(readonly http: HttpService) {}
}
@Module({ imports: [HTTP], providers: [ShopClient] })
class ShopModule {}

const CASES = NAMES.flatMap((name) =>
  [false, true].flatMap((isGlobal) => [false, true].map((isFirst) => ({ name, isGlobal, isFirst }))),
);

describe("the shop's HttpService", () => {
  it.each(CASES)('is its own, and sees no request of ours: %o', async ({ name, isGlobal, isFirst }) => {
    const ours = kiccModule({ isGlobal, ...(name === undefined ? {} : { name }) });
    const context = await compile(...(isFirst ? [ours, ShopModule] : [ShopModule, ours]));
    await context.init();
    const { http } = context.get(ShopClient, { strict: false });
    const seen: unknown[] = [];
    http.axiosRef.interceptors.request.use((config) => {
      seen.push(config.url);
      return config;
    });
    axios.interceptors.request.use((config) => (seen.push(config.url), config));

    expect(context.get(HttpService, { strict: false })).toBe(http);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const token = name === undefined ? RevisePaymentService : getKiccToken(name);
    const payments = context.get<RevisePaymentService>(token, { strict: false });
    expect((await payments.cancel({ shopTransactionId: 'refund-1', pgCno })).status).toBe('succeeded');
    expect(seen).toEqual([]);
    axios.interceptors.request.clear();

    expect(http.axiosRef.defaults.timeout).toBe(1_234);
    await http.axiosRef.get(`${kicc.url}/simulator/effects`);
    expect(seen).toEqual([`${kicc.url}/simulator/effects`]);
  });

  it('is none where the shop has none', async () => {
    const context = await compile(kiccModule({ isGlobal: true }));
    expect(() => context.get(HttpService, { strict: false })).toThrow();
    await context.init();
  });

  it('carries our requests where the shop wants it to', async () => {
    const context = await compile(
      KiccModule.forRootAsync({
        imports: [HTTP],
        useFactory: () => ({ environment: 'test', baseUrl: kicc.url, ...MALL }),
        transport: { inject: [HttpService], useFactory: (http: HttpService) => new HttpServiceTransport(http) },
      }),
      ShopModule,
    );
    await context.init();
    const seen: unknown[] = [];
    context.get(HttpService, { strict: false }).axiosRef.interceptors.request.use((config) => {
      seen.push(config.url);
      return config;
    });
    const { pgCno } = kicc.approve({ amount: 10_000 });
    await context.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(seen).toEqual([`${kicc.url}/api/trades/revise`]);
  });
});

it("leaves axios' defaults as they are", async () => {
  const before = JSON.stringify(axios.defaults);
  await compile(kiccModule({}));
  expect(JSON.stringify(axios.defaults)).toBe(before);
});

describe('in the container', () => {
  /** What an app of these modules gives: each token, and the modules that have it. */
  async function tokensOf(...imports: (DynamicModule | Type)[]): Promise<Map<unknown, string[]>> {
    const given = new Map<unknown, string[]>();
    for (const { providers, metatype } of (await compile(...imports)).get(ModulesContainer).values()) {
      for (const token of providers.keys()) given.set(token, [...(given.get(token) ?? []), metatype.name]);
    }
    return given;
  }

  it('all that our modules add is ours', async () => {
    const shop = [BullModule.forRoot({ connection: { host: '127.0.0.1', port: 1 } }), TerminusModule, ShopModule];
    const without = await tokensOf(...shop);
    await app?.close();
    const ours = NAMES.flatMap((name) => {
      const named = name === undefined ? {} : { name };
      const of = name === undefined ? {} : { kicc: name };
      return [
        kiccModule({ ...named, isGlobal: name === undefined }),
        KiccNotificationModule.forRoot({ path: `kicc/${name}`, ...of }),
        KiccOpenTelemetryModule.forRoot(of),
        KiccBullModule.forRoot(of),
      ];
    });
    @Module({ imports: [TerminusModule], providers: [KiccHealthIndicator] })
    class HealthModule {}
    const given = await tokensOf(...ours, HealthModule, ...shop);
    // Never started.
    app = undefined;

    const added = [...given].filter(([token, modules]) => modules.length > (without.get(token)?.length ?? 0));
    const names = added.map(([token]) => (typeof token === 'function' ? token.name : String(token)));
    const classes = names.filter((name) => !/^(nestjs-kicc\/|Symbol\(KICC_)/.test(name));
    // Nest gives these to modules, the first two to each.
    const foreign = ['ApplicationConfig', 'ModuleRef', 'RootTestModule', 'HealthModule'];
    expect(new Set(classes.filter((name) => !foreign.includes(name)))).toEqual(
      new Set([
        'BatchedTransport',
        'BulkRunner',
        'HmacSigner',
        'KiccBullModule',
        'KiccClock',
        'KiccGateway',
        'KiccHealthIndicator',
        'KiccMalls',
        'KiccModule',
        'KiccNotificationModule',
        'KiccNotificationService',
        'KiccNotificationStore',
        'KiccOpenTelemetryModule',
        'KiccTransport',
        'Reconciler',
        'NotificationEndpoint',
        'NotifiedRevisions',
        'RequestSeal',
        'RetrieveTransactionService',
        'ReviseBulkService',
        'ReviseBulkStore',
        'ReviseEvents',
        'ReviseJournal',
        'RevisePaymentService',
        'ReviseRecovery',
        'ReviseReports',
      ]),
    );
  });
});
