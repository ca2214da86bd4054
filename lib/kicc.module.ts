import { HttpService } from '@nestjs/axios';
import {
  ConfigurableModuleBuilder,
  Inject,
  Logger,
  Module,
  Optional,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { BulkRunner } from './bulk/bulk-runner.js';
import { MemoryReviseBulkStore } from './journal/memory-revise-bulk-store.js';
import { ReviseBulkStore } from './journal/revise-bulk-store.js';
import { ReviseBulkService } from './bulk/revise-bulk.service.js';
import { KiccClock } from './gateway/kicc-clock.js';
import { KiccGateway } from './gateway/kicc-gateway.js';
import { HttpServiceTransport } from './gateway/http-service.transport.js';
import { KiccTransport } from './gateway/kicc-transport.js';
import { CONNECT_TIMEOUT_MS } from './gateway/wire-rules.js';
import { RetrieveTransactionService } from './gateway/retrieve-transaction.service.js';
import { openElsewhere } from './journal/open-elsewhere.js';
import { MemoryReviseJournal } from './journal/memory-revise-journal.js';
import { ReviseJournal } from './journal/revise-journal.js';
import { KiccConfigurationError } from './protocol/kicc-configuration.error.js';
import { MODULE_NAME, tokenOf, type KiccService } from './inject-kicc.js';
import { KiccMalls, mallsOfApp } from './malls/kicc-malls.js';
import { KiccSettings, type KiccModuleOptions } from './kicc.options.js';
import { KiccNotificationService } from './notification/kicc-notification.service.js';
import { KiccNotificationStore } from './journal/kicc-notification-store.js';
import { MemoryNotificationStore } from './journal/memory-notification-store.js';
import { NotifiedRevisions } from './notification/notified-revisions.js';
import { isRecord } from './protocol/check-fields.js';
import { HmacSigner, type ReviseSigner } from './protocol/hmac-signer.js';
import { ReviseRecovery } from './revise/revise-recovery.js';
import { Ladder } from './revise/reconciler.js';
import { RequestSeal } from './revision/sealed-request.js';
import { ReviseEvents } from './revise/revise-events.js';
import { RevisePaymentService } from './revise/revise-payment.service.js';

/** A part of your own: its class, or any form of a Nest provider without its token. */
export type KiccPart<T> =
  | (new (...dependencies: never[]) => T)
  | { readonly useValue: T }
  | { readonly useClass: new (...dependencies: never[]) => T }
  | { readonly useExisting: InjectionToken }
  | { readonly useFactory: (...dependencies: never[]) => T | Promise<T>; readonly inject?: FactoryProvider['inject'] };

/** What may stand beside the options in `forRoot` and `forRootAsync`. */
export interface KiccModuleExtras {
  /**
   * Tells several `KiccModule`s of one app apart: 1 to 32 letters, digits, `-` or `_`. The services of a named one are injected by
   * `@InjectKicc(name)`. Default: none.
   */
  name?: string | undefined;
  /** Makes the module's services injectable everywhere without importing it again. Default false. */
  isGlobal?: boolean | undefined;
  /** Replaces the journal, which otherwise is in memory and not durable. */
  journal?: KiccPart<ReviseJournal> | undefined;
  /** Replaces `HmacSigner` under its token, for example by a key vault; it may answer later. */
  signer?: KiccPart<ReviseSigner> | undefined;
  /** Replaces how requests reach KICC, for example to go through a proxy. */
  transport?: KiccPart<KiccTransport> | undefined;
}

const JOURNAL_METHODS = [
  'open',
  'find',
  'ofPayment',
  'save',
  'claimDue',
  'openRevisions',
] as const satisfies readonly (keyof ReviseJournal)[];

/** What the module exports. */
const SERVICES: readonly KiccService[] = [
  RevisePaymentService,
  RetrieveTransactionService,
  ReviseBulkService,
  ReviseRecovery,
  KiccNotificationService,
  KiccMalls,
  KiccClock,
  ReviseJournal,
  HmacSigner,
];

const KICC_NAME = Symbol('KICC_NAME');

/** Named one by one: the builder tells extras from options by these names. */
const NO_EXTRAS = { name: undefined, isGlobal: false, journal: undefined, signer: undefined, transport: undefined };

const built = new ConfigurableModuleBuilder<KiccModuleOptions>({
  moduleName: 'Kicc',
  // A symbol: the builder's own token is a string that another package's "Kicc" would share.
  optionsInjectionToken: Symbol('KICC_SETTINGS'),
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createKiccOptions')
  .setExtras<KiccModuleExtras>(NO_EXTRAS, (definition, { name, isGlobal, journal, signer, transport }) => {
    return {
      ...definition,
      global: isGlobal ?? false,
      providers: [
        ...(definition.providers ?? []).map(sealed),
        ...part(ReviseJournal, journal),
        ...part(HmacSigner, signer),
        ...part(KiccTransport, transport),
        { provide: KICC_NAME, useValue: name },
        ...SERVICES.map((service) => ({ provide: tokenOf(name, service), useExisting: service as InjectionToken })),
      ],
      // By class, another module's services would be found as well.
      exports: SERVICES.map((service) => (name === undefined ? (service as InjectionToken) : tokenOf(name, service))),
    } satisfies DynamicModule;
  })
  .build();
const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = built;
type Options = typeof built.OPTIONS_TYPE;
type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

function part<T>(provide: InjectionToken, given: KiccPart<T> | undefined): Provider[] {
  if (given === undefined) return [];
  return [{ provide, ...(typeof given === 'function' ? { useClass: given } : given) } as Provider];
}

/** Turns the provider of the options into one of the settings, so that nothing in Nest's container holds a secret openly. */
function sealed(provider: Provider): Provider {
  if (typeof provider !== 'object' || provider.provide !== MODULE_OPTIONS_TOKEN) return provider;
  if ('useValue' in provider) {
    const options = provider.useValue as KiccModuleOptions;
    return { provide: MODULE_OPTIONS_TOKEN, useFactory: () => loaded(new KiccSettings(options)) };
  }
  const { useFactory, inject } = provider as FactoryProvider<KiccModuleOptions>;
  return {
    provide: MODULE_OPTIONS_TOKEN,
    inject: inject ?? [],
    useFactory: async (...dependencies: unknown[]) => loaded(new KiccSettings(await useFactory(...dependencies))),
  };
}

/** An instance that nobody else has. Axios merges its defaults into each request; of this one, none counts. */
function ownHttpService(): HttpService {
  const instance = new HttpService().axiosRef.create();
  const { defaults } = instance;
  for (const name of Object.keys(defaults)) if (name !== 'headers') Reflect.deleteProperty(defaults, name);
  for (const method of Object.keys(defaults.headers)) Reflect.deleteProperty(defaults.headers, method);
  return new HttpService(instance);
}

/** Settings with their malls. */
async function loaded(settings: KiccSettings): Promise<KiccSettings> {
  await settings.malls.refresh();
  return settings;
}

/**
 * Adds cancellation of KICC EasyPay payments to an app: `KiccModule.forRoot(options)`, or `forRootAsync` with `useFactory`,
 * `useClass` or `useExisting` (a class with `createKiccOptions()`). Exports `RevisePaymentService`,
 * `RetrieveTransactionService`, `ReviseBulkService`, `ReviseRecovery`, `KiccNotificationService`, `KiccMalls`, `KiccClock`, `ReviseJournal` and
 * `HmacSigner`; where it has a `name`, by `@InjectKicc(name, …)` alone.
 * @throws {KiccConfigurationError} at start-up, if the options cannot work.
 */
@Module({
  providers: [
    { provide: ReviseJournal, useClass: MemoryReviseJournal },
    {
      provide: HmacSigner,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ malls }: KiccSettings) => new HmacSigner((mallId) => malls.secretKeyOf(mallId)),
    },
    { provide: KiccClock, inject: [MODULE_OPTIONS_TOKEN], useFactory: ({ clock }: KiccSettings) => clock },
    { provide: KiccMalls, inject: [MODULE_OPTIONS_TOKEN], useFactory: ({ malls }: KiccSettings) => malls },
    {
      provide: KiccTransport,
      inject: [MODULE_OPTIONS_TOKEN],
      // No provider of its own: by its class, the app would get this `HttpService` for the shop's.
      useFactory: ({ timeoutMs }: KiccSettings) =>
        new HttpServiceTransport(ownHttpService(), { connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, timeoutMs / 2) }),
    },
    {
      provide: KiccGateway,
      inject: [KiccTransport, HmacSigner, RetrieveTransactionService, MODULE_OPTIONS_TOKEN],
      useFactory: (
        transport: KiccTransport,
        signer: ReviseSigner,
        retrieve: RetrieveTransactionService,
        settings: KiccSettings,
      ) => new KiccGateway(transport, settings.malls.signingBy(signer), retrieve, settings),
    },
    {
      provide: ReviseEvents,
      inject: [{ token: KICC_NAME, optional: true }],
      useFactory: (name?: string) =>
        new ReviseEvents(name === undefined ? RevisePaymentService.name : `${RevisePaymentService.name}(${name})`),
    },
    {
      provide: RequestSeal,
      inject: [ReviseJournal, MODULE_OPTIONS_TOKEN],
      useFactory: ({ durable }: ReviseJournal, settings: KiccSettings) => new RequestSeal(settings.personalDataKeys(), durable),
    },
    {
      provide: Ladder,
      inject: [ReviseJournal, KiccGateway, ReviseEvents, MODULE_OPTIONS_TOKEN, RequestSeal],
      useFactory: (...parts: ConstructorParameters<typeof Ladder>) => new Ladder(...parts),
    },
    {
      provide: RevisePaymentService,
      inject: [ReviseJournal, Ladder, ReviseEvents, MODULE_OPTIONS_TOKEN, RequestSeal, ModulesContainer],
      useFactory: (
        journal: ReviseJournal,
        ladder: Ladder,
        events: ReviseEvents,
        settings: KiccSettings,
        seal: RequestSeal,
        modules: ModulesContainer,
      ) => new RevisePaymentService(journal, ladder, events, settings, seal, () => mallsOfApp(modules)),
    },
    {
      provide: ReviseRecovery,
      inject: [ReviseJournal, Ladder, ReviseEvents, MODULE_OPTIONS_TOKEN],
      useFactory: (...parts: ConstructorParameters<typeof ReviseRecovery>) => new ReviseRecovery(...parts),
    },
    {
      provide: ReviseBulkStore,
      inject: [ReviseJournal],
      useFactory: (journal: ReviseJournal) => journal.bulks ?? new MemoryReviseBulkStore(),
    },
    {
      provide: ReviseBulkService,
      inject: [ReviseBulkStore, RevisePaymentService, ReviseEvents, MODULE_OPTIONS_TOKEN, RequestSeal],
      useFactory: (
        store: ReviseBulkStore,
        payments: RevisePaymentService,
        events: ReviseEvents,
        settings: KiccSettings,
        seal: RequestSeal,
      ) =>
        new ReviseBulkService(
          store,
          new BulkRunner(store, payments, settings, seal),
          (shopTransactionId, mallId) => payments.find(shopTransactionId, mallId),
          events,
          settings,
          seal,
        ),
    },
    {
      provide: KiccNotificationStore,
      inject: [ReviseJournal],
      useFactory: (journal: ReviseJournal) => journal.notifications ?? new MemoryNotificationStore(),
    },
    {
      provide: NotifiedRevisions,
      inject: [ReviseJournal, Ladder, KiccGateway, ReviseEvents, MODULE_OPTIONS_TOKEN],
      useFactory: (...parts: ConstructorParameters<typeof NotifiedRevisions>) => new NotifiedRevisions(...parts),
    },
    {
      provide: KiccNotificationService,
      inject: [
        NotifiedRevisions,
        KiccNotificationStore,
        ReviseEvents,
        ModulesContainer,
        MODULE_OPTIONS_TOKEN,
        { token: KICC_NAME, optional: true },
      ],
      useFactory: (...parts: ConstructorParameters<typeof KiccNotificationService>) => new KiccNotificationService(...parts),
    },
    {
      provide: RetrieveTransactionService,
      inject: [KiccTransport, MODULE_OPTIONS_TOKEN],
      useFactory: (transport: KiccTransport, settings: KiccSettings) => new RetrieveTransactionService(transport, settings),
    },
  ],
})
export class KiccModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationBootstrap {
  readonly #logger = new Logger(KiccModule.name);

  constructor(
    @Inject(ReviseJournal) private readonly journal: ReviseJournal,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly settings: KiccSettings,
    @Inject(ReviseEvents) private readonly events: ReviseEvents,
    @Optional() @Inject(KICC_NAME) private readonly name?: string,
  ) {
    super();
  }

  /** @throws {KiccConfigurationError} if there are no options. */
  static override forRoot(options: Options): DynamicModule {
    if (!isRecord(options))
      throw new KiccConfigurationError(['The options are missing. Give { environment, mallId, secretKey }.']);
    return super.forRoot(options);
  }

  /** @throws {KiccConfigurationError} if it does not say where the options come from. */
  static override forRootAsync(options: AsyncOptions): DynamicModule {
    const { useFactory, useClass, useExisting } = Object(options) as AsyncOptions;
    if (useFactory ?? useClass ?? useExisting) return super.forRootAsync(options);
    throw new KiccConfigurationError(['forRootAsync: give useFactory, useClass or useExisting, which return the options.']);
  }

  /** @throws {KiccConfigurationError} if the journal is none, or another module has its name. */
  onModuleInit(): void {
    if (this.name !== undefined && !MODULE_NAME.test(this.name)) {
      throw new KiccConfigurationError(['name: give 1 to 32 letters, digits, - or _.']);
    }
    if (this.isThereAnother()) {
      throw new KiccConfigurationError([
        this.name === undefined
          ? "There are two KiccModules without a name. Import one, with isGlobal: true where many modules need it; or give each a name, and inject its services by @InjectKicc('name')."
          : `There are two KiccModules of the name ${this.name}. Give each a name of its own.`,
      ]);
    }
    const journal = Object(this.journal) as Partial<ReviseJournal>;
    const missing = JOURNAL_METHODS.filter((name) => typeof journal[name] !== 'function');
    if (missing.length > 0) {
      throw new KiccConfigurationError([
        `journal: lacks ${missing.join(', ')}. Extend ReviseJournal and give the class, or its provider.`,
      ]);
    }
    const { now, handlerTimeoutMs } = this.settings;
    this.journal.configure?.({ now, handlerTimeoutMs, unreadable: (error) => this.events.unreadable(error) });
    if (this.journal.durable) return;
    this.#logger.warn(
      'The journal is in memory: it is forgotten when this process ends, and other processes do not know it. A cancellation ' +
        'whose outcome is open is then lost; asked for again on the same day, KICC refuses it as a duplicate though it may have ' +
        'happened, and on a later day it can be made twice. Good for development and tests. For ' +
        'production, give a durable one: journal: TypeOrmReviseJournal, of nestjs-kicc/typeorm.',
    );
  }

  /** Says what the journal holds that nobody here takes up. Where it cannot be asked, others say so. */
  async onApplicationBootstrap(): Promise<void> {
    const elsewhere = await Promise.resolve()
      .then(() => openElsewhere(this.journal, mallsOfApp(this.modules)))
      .catch(() => undefined);
    if (!elsewhere?.length) return;
    const malls = elsewhere
      .map(
        ({ mallId, count, bulkRows }) =>
          `${mallId} (${bulkRows === undefined ? count : `${count}, rows of bulks: ${bulkRows}`})`,
      )
      .join(', ');
    this.#logger.warn(
      `The journal holds open revisions of malls that no KiccModule of this app serves: ${malls}. Nobody here asks KICC what became of ` +
        'them. Put each mall back into `malls` until they are settled; where another app serves it, all is well.',
    );
  }

  /** Two of them would not know of each other's revisions, and find each other's services. */
  private isThereAnother(): boolean {
    return [...this.modules.values()].some(({ metatype, instance }) => {
      const other: unknown = instance;
      return metatype === KiccModule && other !== this && (other as KiccModule).name === this.name;
    });
  }
}
