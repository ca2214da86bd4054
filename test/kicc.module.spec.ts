import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Injectable, Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Observable, of } from 'rxjs';
import {
  HmacSigner,
  KiccConfigurationError,
  type KiccHttpRequest,
  KiccModule,
  type KiccModuleOptions,
  KiccTransport,
  MemoryReviseJournal,
  RetrieveTransactionService,
  ReviseBulkService,
  ReviseJournal,
  RevisePaymentService,
  ReviseRecovery,
  type SignerInput,
} from '../lib/index.js';
import { KiccSimulator } from '../lib/testing/index.js';

const SECRET = 'a-secret-that-nobody-may-see';
const MALL = { mallId: 'T0000001', secretKey: SECRET };
const warnings: string[] = [];
let kicc: KiccSimulator;
let app: INestApplicationContext | undefined;

beforeEach(async () => {
  kicc = await KiccSimulator.start({ malls: [MALL] });
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await kicc.stop();
  warnings.length = 0;
});

const options = (): KiccModuleOptions => ({ environment: 'test', baseUrl: kicc.url, ...MALL });

async function start(...imports: (DynamicModule | (new () => unknown))[]): Promise<INestApplicationContext> {
  const ignore = (): void => undefined;
  const warn = (message: unknown): void => void warnings.push(String(message));
  const logger = { log: ignore, error: ignore, debug: ignore, verbose: ignore, fatal: ignore, warn };
  app = await Test.createTestingModule({ imports }).setLogger(logger).compile();
  (app as { useLogger?: (to: object) => void }).useLogger?.(logger);
  return app.init();
}

async function cancels(context: INestApplicationContext): Promise<void> {
  const { pgCno } = kicc.approve({ amount: 10_000 });
  const outcome = await context.get(RevisePaymentService, { strict: false }).cancel({ shopTransactionId: 'refund-1', pgCno });
  expect(outcome.status).toBe('succeeded');
  expect(kicc.problems()).toEqual([]);
}

@Injectable()
class OptionsFactory {
  createKiccOptions(): KiccModuleOptions {
    return options();
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

describe('KiccModule', () => {
  it('starts with forRoot', async () => cancels(await start(KiccModule.forRoot(options()))));

  it('starts with forRootAsync and a factory that takes its configuration from ConfigService', async () => {
    const config = ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ KICC_BASE_URL: kicc.url, ...MALL })] });
    const { mallId, secretKey } = MALL;
    await cancels(
      await start(
        KiccModule.forRootAsync({
          imports: [await config],
          inject: [ConfigService],
          useFactory: async (values: ConfigService) => ({
            environment: 'test',
            baseUrl: await Promise.resolve(values.getOrThrow<string>('KICC_BASE_URL')),
            mallId: values.get<string>('mallId', mallId),
            secretKey: values.get<string>('secretKey', secretKey),
          }),
        }),
      ),
    );
  });

  it('starts with forRootAsync and useClass', async () => {
    await cancels(await start(KiccModule.forRootAsync({ useClass: OptionsFactory })));
  });

  it('starts with forRootAsync and useExisting', async () => {
    await cancels(await start(KiccModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory })));
  });

  it('exports its services', async () => {
    const exported = [
      RevisePaymentService,
      RetrieveTransactionService,
      ReviseBulkService,
      ReviseRecovery,
      ReviseJournal,
      HmacSigner,
    ];
    const given = { provide: 'given', inject: exported, useFactory: (...services: unknown[]) => services };
    @Module({ imports: [KiccModule.forRoot(options())], providers: [given] })
    class RefundsModule {}
    const services = (await start(RefundsModule)).get<unknown[]>('given', { strict: false });
    for (const [index, service] of exported.entries()) expect(services[index]).toBeInstanceOf(service);
  });

  it('can be injected without importing it again where it is global', async () => {
    @Injectable()
    class Refunds {
      constructor(readonly payments: RevisePaymentService) {}
    }
    @Module({ providers: [Refunds] })
    class RefundsModule {}
    const context = await start(KiccModule.forRoot({ ...options(), isGlobal: true }), RefundsModule);
    expect(context.get(Refunds, { strict: false }).payments).toBeInstanceOf(RevisePaymentService);
  });

  it.each([
    ['forRoot', (bad: KiccModuleOptions) => KiccModule.forRoot(bad)],
    ['forRootAsync', (bad: KiccModuleOptions) => KiccModule.forRootAsync({ useFactory: () => bad })],
  ])('does not start with options that cannot work, and shows no secret (%s)', async (_, register) => {
    const bad = { ...options(), timeoutMs: -1, mallId: 'longer than 8' };
    const error: unknown = await start(register(bad)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KiccConfigurationError);
    expect((error as KiccConfigurationError).problems).toHaveLength(3);
    expect(String(error) + inspect(error, { showHidden: true, depth: null }) + JSON.stringify(error)).not.toContain(SECRET);
  });

  it.each([
    ['forRoot with nothing', () => KiccModule.forRoot(undefined as never)],
    ['forRootAsync with nothing', () => KiccModule.forRootAsync(undefined as never)],
    ['forRootAsync with no factory', () => KiccModule.forRootAsync({})],
  ])('refuses %s', (_, register) => expect(register).toThrow(KiccConfigurationError));

  it('holds no secret that can be printed, in any of its providers', async () => {
    const context = await start(KiccModule.forRoot(options()));
    const container = (context as unknown as { container: { getModules(): Map<string, { providers: Map<unknown, object> }> } })
      .container;
    for (const { providers } of container.getModules().values()) {
      for (const [, wrapper] of providers) {
        const { instance } = wrapper as { instance: unknown };
        expect(inspect(instance, { showHidden: true, depth: 6 })).not.toContain(SECRET);
      }
    }
  });

  it('says at start-up that the journal in memory is not durable, and says nothing for one that is', async () => {
    await start(KiccModule.forRoot(options()));
    expect(warnings.join()).toContain('The journal is in memory');
    await app?.close();
    warnings.length = 0;
    class DurableJournal extends MemoryReviseJournal {
      override readonly durable = true as never;
    }
    await start(KiccModule.forRoot({ ...options(), journal: { useClass: DurableJournal } }));
    expect(warnings).toEqual([]);
  });

  it('does not start with a journal that is none', async () => {
    const error: unknown = await start(KiccModule.forRoot({ ...options(), journal: { useValue: {} as never } })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(KiccConfigurationError);
    expect(String(error)).toContain('journal: lacks open, find, ofPayment, save, claimDue, openRevisions');
  });

  it('signs with another signer under the same token, also one that answers later', async () => {
    const vault = { sign: (input: SignerInput) => Promise.resolve(new HmacSigner([[MALL.mallId, SECRET]]).sign(input)) };
    const context = await start(
      KiccModule.forRootAsync({ useFactory: () => ({ ...options(), secretKey: 'not-the-one' }), signer: { useValue: vault } }),
    );
    expect(context.get<unknown>(HmacSigner, { strict: false })).toBe(vault);
    await cancels(context);
  });

  it('reaches KICC over another transport', async () => {
    const sent: KiccHttpRequest[] = [];
    class Recorded extends KiccTransport {
      post(request: KiccHttpRequest): Observable<{ httpStatus: number; body: string }> {
        sent.push(request);
        const isQuery = request.url.endsWith('/retrieveTransaction');
        return of(isQuery ? { httpStatus: 200, body: '{"resCd":"R404"}' } : { httpStatus: 404, body: '' });
      }
    }
    const context = await start(KiccModule.forRoot({ ...options(), transport: Recorded }));
    const outcome = await context.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno: '1' });
    expect(outcome).toMatchObject({ status: 'declined', httpStatus: 404 });
    expect(sent.map(({ url }) => url)).toEqual([`${kicc.url}/api/trades/revise`, `${kicc.url}/api/trades/retrieveTransaction`]);
  });

  it('lets what is on its way come to its answer before the app closes', async () => {
    const context = await start(KiccModule.forRoot(options()));
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const call = context.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
    await context.close();
    app = undefined;
    expect((await call).status).toBe('succeeded');
  });
});
