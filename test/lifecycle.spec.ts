import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type DynamicModule, type INestApplicationContext, type Provider } from '@nestjs/common';
import { LazyModuleLoader, ModulesContainer, NestFactory, REQUEST } from '@nestjs/core';
import {
  HmacSigner,
  KiccModule,
  KiccNotificationModule,
  MemoryReviseJournal,
  OnKiccNotification,
  RevisePaymentService,
  type KiccModuleExtras,
  type KiccModuleOptions,
  type Revision,
} from '../lib/index.js';
import { KiccBullModule } from '../lib/bullmq/index.js';
import { KiccOpenTelemetryModule } from '../lib/opentelemetry/index.js';
import { BetterSqlite3ReviseJournal, OnRevisionSettled } from '../lib/sql/index.js';
import { KiccSimulator } from '../lib/testing/index.js';
import { openSqliteFile } from './sql/sqlite-file.js';

const MALL = { mallId: 'T0000001', secretKey: 'a-secret-that-nobody-may-see' };

let kicc: KiccSimulator;
let app: INestApplicationContext | undefined;
let folder: string;
let log: string[];

beforeEach(async () => {
  kicc = await KiccSimulator.start({ malls: [MALL] });
  folder = await mkdtemp(join(tmpdir(), 'kicc-lifecycle-'));
  log = [];
});
afterEach(async () => {
  await app?.close().catch(() => undefined);
  app = undefined;
  await kicc.stop();
  rmSync(folder, { recursive: true });
});

const options = (): KiccModuleOptions => ({ environment: 'test', baseUrl: kicc.url, ...MALL, settlement: { waitMs: 0 } });

async function start(
  ...imports: (DynamicModule | Promise<DynamicModule> | (new () => object))[]
): Promise<INestApplicationContext> {
  @Module({ imports })
  class AppModule {}
  const ignore = (): void => undefined;
  const keep = (line: unknown): void => void log.push(String(line));
  const logger = { log: ignore, debug: ignore, verbose: ignore, warn: keep, error: keep, fatal: keep };
  return (app = await NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false }));
}

/** A module that only a lazy loader reaches, around another one. */
function lazyAround(...imports: DynamicModule[]): () => Promise<new () => object> {
  @Module({ imports })
  class LazyModule {}
  return () => Promise.resolve(LazyModule);
}

function sqliteJournal(): KiccModuleExtras['journal'] {
  return {
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) =>
      new BetterSqlite3ReviseJournal(openSqliteFile(join(folder, 'shop.db')), { modules }),
  };
}

let booked: string[];
@Injectable()
class Books {
  @OnRevisionSettled()
  book({ shopTransactionId }: Revision): void {
    booked.push(shopTransactionId);
  }
}
@Module({ providers: [Books] })
class BooksModule {}

beforeEach(() => {
  booked = [];
});

describe('in a module that is loaded lazily, where Nest calls no hook', () => {
  it('KiccModule is refused with the remedy, and stays so', async () => {
    const lazy = (await start()).get(LazyModuleLoader);
    const load = lazyAround(KiccModule.forRootAsync({ useFactory: options }));
    await expect(lazy.load(load)).rejects.toMatchObject({
      code: 'KICC_CONFIGURATION',
      message: expect.stringContaining('KiccModule: is loaded lazily'),
    });
    const again = await lazy.load(load).then(
      (ref) => ref.get(RevisePaymentService, { strict: false }),
      () => undefined,
    );
    expect(again ?? undefined).toBeUndefined();
  });

  it.each<readonly [string, () => DynamicModule]>([
    ['KiccModule with isGlobal', () => KiccModule.forRoot({ ...options(), isGlobal: true })],
    ['KiccNotificationModule', () => KiccNotificationModule.forRoot()],
    ['KiccBullModule', () => KiccBullModule.forRoot({ connection: { host: '127.0.0.1' } })],
    ['KiccOpenTelemetryModule', () => KiccOpenTelemetryModule.forRoot({})],
  ])('%s is refused', async (_, made) => {
    const lazy = (await start()).get(LazyModuleLoader);
    await expect(lazy.load(lazyAround(made()))).rejects.toMatchObject({
      code: 'KICC_CONFIGURATION',
      message: expect.stringContaining('is loaded lazily'),
    });
  });

  it('the services of a KiccModule of the app work', async () => {
    const context = await start(KiccModule.forRoot({ ...options(), isGlobal: true }));
    @Injectable()
    class Refunds {
      constructor(readonly payments: RevisePaymentService) {}
    }
    @Module({ providers: [Refunds] })
    class LazyModule {}
    const ref = await context.get(LazyModuleLoader).load(() => LazyModule);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const outcome = await ref.get(Refunds).payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(outcome.status).toBe('succeeded');
  });

  it('a handler has nothing settled past it: what came before it was loaded was not told', async () => {
    const context = await start(KiccModule.forRoot({ ...options(), journal: sqliteJournal() }));
    const payments = context.get(RevisePaymentService, { strict: false });
    await context.get(LazyModuleLoader).load(() => BooksModule);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const outcome = await payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(outcome.status).toBe('unknown');
    expect(booked).toEqual([]);
    expect(log.join()).toMatch(/Books\.book .*loaded lazily.*Import its module at the start/s);
    expect(kicc.effects()).toHaveLength(1);
  });

  it('a handler of notifications has none acknowledged past it', async () => {
    @Injectable()
    class Notified {
      @OnKiccNotification('20')
      changed(): void {}
    }
    @Module({ providers: [Notified] })
    class LazyModule {}
    @Module({ imports: [KiccModule.forRoot(options()), KiccNotificationModule.forRoot()] })
    class AppModule {}
    const web = await NestFactory.create(AppModule, { logger: false });
    app = web;
    await web.listen(0, '127.0.0.1');
    await web.get(LazyModuleLoader).load(() => LazyModule);
    const url = `${await web.getUrl()}/kicc/notifications`;
    const { pgCno } = kicc.approve({ amount: 10_000 });
    await web.get(RevisePaymentService, { strict: false }).cancel({ shopTransactionId: 'refund-1', pgCno });
    const told = kicc.notifications().find(({ body }) => body['notiType'] === '20')?.body;
    kicc.setNotifyUrl(url);
    const { body } = await kicc.sendNotification(told as never);
    expect(body).not.toContain('0000');
    kicc.setNotifyUrl(undefined);
  });
});

describe('a part with a scope of its own is refused at the start', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {
    readonly mallId = MALL.mallId;
  }
  @Module({ providers: [Tenant], exports: [Tenant] })
  class TenantModule {}
  @Injectable({ scope: Scope.REQUEST })
  class OptionsOfRequest {
    createKiccOptions(): KiccModuleOptions {
      return options();
    }
  }

  it.each<readonly [string, string, () => DynamicModule]>([
    ['options by REQUEST', 'options', () => KiccModule.forRootAsync({ inject: [REQUEST], useFactory: options })],
    [
      'options by a provider of a request',
      'options',
      () => KiccModule.forRootAsync({ imports: [TenantModule], inject: [Tenant], useFactory: options }),
    ],
    ['options by a class of a request', 'options', () => KiccModule.forRootAsync({ useClass: OptionsOfRequest })],
    [
      'a journal',
      'journal',
      () => KiccModule.forRoot({ ...options(), journal: { inject: [REQUEST], useFactory: () => new MemoryReviseJournal() } }),
    ],
    [
      'a signer',
      'signer',
      () =>
        KiccModule.forRootAsync({
          useFactory: options,
          signer: { inject: [REQUEST], useFactory: () => new HmacSigner(() => MALL.secretKey) },
        }),
    ],
  ])('%s', async (_, part, made) => {
    await expect(start(made())).rejects.toMatchObject({
      code: 'KICC_CONFIGURATION',
      message: expect.stringMatching(new RegExp(`${part}: .*request.*malls`, 's')),
    });
  });
});

describe('handlers of settled revisions beside a journal that calls none', () => {
  it('are refused in production', async () => {
    await expect(start(BooksModule, KiccModule.forRoot({ ...options(), environment: 'production' }))).rejects.toMatchObject({
      code: 'KICC_CONFIGURATION',
      message: expect.stringMatching(/@OnRevisionSettled.*Books\.book.*journal/s),
    });
  });

  it('are warned of in the test environment', async () => {
    await start(BooksModule, KiccModule.forRoot(options()));
    expect(log.join()).toMatch(/Books\.book.*never called/s);
  });

  it('are refused in production where the journal was not told of them', async () => {
    const journal = {
      useFactory: () => new BetterSqlite3ReviseJournal(openSqliteFile(join(folder, 'shop.db'))),
    };
    await expect(
      start(BooksModule, KiccModule.forRoot({ ...options(), environment: 'production', journal })),
    ).rejects.toMatchObject({ message: expect.stringContaining('ModulesContainer') });
  });

  it('are called, and nothing is said, where it calls them', async () => {
    const context = await start(BooksModule, KiccModule.forRoot({ ...options(), journal: sqliteJournal() }));
    const { pgCno } = kicc.approve({ amount: 10_000 });
    await context.get(RevisePaymentService, { strict: false }).cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(booked).toEqual(['refund-1']);
    expect(log.join()).not.toContain('never called');
  });

  it('are called by a journal of another module, which begins after a KiccModule with isGlobal', async () => {
    const JOURNAL = 'JOURNAL';
    @Module({ providers: [{ provide: JOURNAL, ...sqliteJournal() } as Provider], exports: [JOURNAL] })
    class JournalModule {}
    const made = KiccModule.forRootAsync({
      isGlobal: true,
      imports: [JournalModule],
      useFactory: () => ({ ...options(), environment: 'production' }),
      journal: { useExisting: JOURNAL },
    });
    const context = await start(BooksModule, made);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    await context.get(RevisePaymentService, { strict: false }).cancel({ shopTransactionId: 'refund-1', pgCno });
    expect(booked).toEqual(['refund-1']);
  });
});
