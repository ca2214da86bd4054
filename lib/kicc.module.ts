import {
  Inject,
  Logger,
  Module,
  Optional,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import axios from 'axios';
import { Observable } from 'rxjs';
import { BulkRunner } from './bulk/bulk-runner.js';
import { ReviseBulkService } from './bulk/revise-bulk.service.js';
import { BatchedTransport } from './gateway/batched-transport.js';
import { HttpServiceTransport } from './gateway/http-service.transport.js';
import { KiccClock } from './gateway/kicc-clock.js';
import { KiccGateway } from './gateway/kicc-gateway.js';
import { KiccTransport } from './gateway/kicc-transport.js';
import { RetrieveTransactionService } from './gateway/retrieve-transaction.service.js';
import { CONNECT_TIMEOUT_MS } from './gateway/wire-rules.js';
import { namesOfSettledHandlers } from './handlers/settled-mark.js';
import { MODULE_NAME } from './inject-kicc.js';
import { KiccNotificationStore } from './journal/kicc-notification-store.js';
import { MemoryNotificationStore } from './journal/memory-notification-store.js';
import { MemoryReviseBulkStore } from './journal/memory-revise-bulk-store.js';
import { MemoryReviseJournal } from './journal/memory-revise-journal.js';
import { openElsewhere } from './journal/open-elsewhere.js';
import { ReviseBulkStore } from './journal/revise-bulk-store.js';
import { ReviseJournal } from './journal/revise-journal.js';
import { ConfigurableModuleClass, NAME, SETTINGS, type AsyncOptions, type Options } from './kicc.module-definition.js';
import type { KiccSettings } from './kicc.settings.js';
import { refuseScoped } from './lifecycle.js';
import { KiccMalls, mallsOfApp } from './malls/kicc-malls.js';
import { KiccNotificationService } from './notification/kicc-notification.service.js';
import { NotifiedRevisions } from './notification/notified-revisions.js';
import { isRecord } from './protocol/check-fields.js';
import { HmacSigner } from './protocol/hmac-signer.js';
import { KiccConfigurationError } from './protocol/kicc-configuration.error.js';
import { Reconciler } from './revise/reconciler.js';
import { ReviseEvents } from './revise/revise-events.js';
import { RevisePaymentService } from './revise/revise-payment.service.js';
import { ReviseRecovery } from './revise/revise-recovery.js';
import { ReviseReports } from './revise/revise-reports.js';
import { RequestSeal } from './revision/sealed-request.js';
import { provide, provideClass } from './typed-provider.js';

const JOURNAL_METHODS = [
  'open',
  'find',
  'ofPayment',
  'save',
  'claimDue',
  'openRevisions',
] as const satisfies readonly (keyof ReviseJournal)[];

/** What an app may give, by its option. */
const PARTS = { options: SETTINGS, journal: ReviseJournal, signer: HmacSigner, transport: KiccTransport };

/**
 * As an `HttpService` of @nestjs/axios, on an instance that nobody else has. Not that package's own: npm brings its newest to any
 * Nest, which is ESM alone, and which Jest cannot load on Nest 10 and 11. Axios merges its defaults into each request; of this one,
 * none counts.
 */
function ownHttpService(): ConstructorParameters<typeof HttpServiceTransport>[0] {
  const instance = axios.create();
  const { defaults } = instance;
  for (const name of Object.keys(defaults)) if (name !== 'headers') Reflect.deleteProperty(defaults, name);
  for (const method of Object.keys(defaults.headers)) Reflect.deleteProperty(defaults.headers, method);
  return {
    post: (url, body, config) =>
      new Observable((subscriber) => {
        instance.post<unknown>(url, body, config).then(
          (response) => {
            subscriber.next(response);
            subscriber.complete();
          },
          (error: unknown) => subscriber.error(error),
        );
      }),
  };
}

function ownTransport(timeoutMs: number): HttpServiceTransport {
  // No provider of its own: by its class, the app would get this one for the shop's.
  return new HttpServiceTransport(ownHttpService(), { connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, timeoutMs / 2) });
}

/** The name under which events are logged. */
function inLog(name: string | undefined): string {
  return name === undefined ? RevisePaymentService.name : `${RevisePaymentService.name}(${name})`;
}

/**
 * Adds cancellation of KICC EasyPay payments to an app: `KiccModule.forRoot(options)`, or `forRootAsync` with `useFactory`,
 * `useClass` or `useExisting` (a class with `createKiccOptions()`). Exports `RevisePaymentService`,
 * `RetrieveTransactionService`, `ReviseBulkService`, `ReviseRecovery`, `ReviseReports`, `KiccNotificationService`, `KiccMalls`,
 * `KiccClock`, `ReviseJournal` and `HmacSigner`; where it has a `name`, by `@InjectKicc(name, …)` alone.
 *
 * Import it where the app begins: Nest starts nothing of a module that is loaded lazily, or whose options come from a request.
 * @throws {KiccConfigurationError} at start-up, if the options cannot work.
 */
@Module({
  providers: [
    {
      // Stands on nothing of a request, so that its hook is called whatever the others stand on.
      provide: Symbol('KICC_SCOPES'),
      inject: [ModulesContainer],
      useFactory: (modules: ModulesContainer) => ({ onModuleInit: () => refuseScoped(modules, KiccModule, PARTS) }),
    },
    { provide: ReviseJournal, useClass: MemoryReviseJournal },
    provide(HmacSigner, [SETTINGS], ({ malls }) => new HmacSigner((mallId) => malls.secretKeyOf(mallId))),
    provide(KiccClock, [SETTINGS], ({ clock }) => clock),
    provide(KiccMalls, [SETTINGS], ({ malls }) => malls),
    provide(KiccTransport, [SETTINGS], ({ timeoutMs }) => ownTransport(timeoutMs)),
    provideClass(BatchedTransport, [KiccTransport]),
    provide(
      KiccGateway,
      [BatchedTransport, HmacSigner, RetrieveTransactionService, SETTINGS],
      (transport, signer, retrieve, settings) =>
        new KiccGateway(transport, settings.malls.signingBy(signer), retrieve, settings),
    ),
    provideClass(RetrieveTransactionService, [BatchedTransport, SETTINGS]),
    provide(ReviseEvents, [NAME], (name?: string) => new ReviseEvents(inLog(name))),
    provide(
      RequestSeal,
      [ReviseJournal, SETTINGS],
      ({ durable }, settings) => new RequestSeal(settings.personalDataKeys(), durable),
    ),
    provideClass(Reconciler, [ReviseJournal, KiccGateway, ReviseEvents, SETTINGS, RequestSeal]),
    provide(
      RevisePaymentService,
      [ReviseJournal, Reconciler, ReviseEvents, SETTINGS, RequestSeal, ModulesContainer],
      (journal, reconciler, events, settings, seal, modules) =>
        new RevisePaymentService(journal, reconciler, events, settings, seal, () => mallsOfApp(modules)),
    ),
    provideClass(ReviseReports, [ReviseJournal, SETTINGS]),
    provideClass(ReviseRecovery, [ReviseJournal, Reconciler, ReviseEvents, SETTINGS]),
    provide(ReviseBulkStore, [ReviseJournal], ({ bulks }) => bulks ?? new MemoryReviseBulkStore()),
    provideClass(BulkRunner, [ReviseBulkStore, RevisePaymentService, SETTINGS, RequestSeal]),
    provide(
      ReviseBulkService,
      [ReviseBulkStore, BulkRunner, RevisePaymentService, ReviseEvents, SETTINGS, RequestSeal],
      (store, runner, payments, events, settings, seal) =>
        new ReviseBulkService(store, runner, (id, mallId) => payments.find(id, mallId), events, settings, seal),
    ),
    provide(KiccNotificationStore, [ReviseJournal], ({ notifications }) => notifications ?? new MemoryNotificationStore()),
    provideClass(NotifiedRevisions, [ReviseJournal, Reconciler, KiccGateway, ReviseEvents, SETTINGS]),
    provideClass(KiccNotificationService, [
      NotifiedRevisions,
      KiccNotificationStore,
      ReviseEvents,
      ModulesContainer,
      SETTINGS,
      NAME,
    ]),
  ],
})
export class KiccModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationBootstrap {
  readonly #logger = new Logger(KiccModule.name);

  constructor(
    @Inject(ReviseJournal) private readonly journal: ReviseJournal,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(SETTINGS) private readonly settings: KiccSettings,
    @Inject(ReviseEvents) private readonly events: ReviseEvents,
    @Optional() @Inject(NAME.token) private readonly name?: string,
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

  /**
   * @throws {KiccConfigurationError} if the journal is not one, another module has its name, or handlers would never be called in
   * production.
   */
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
    this.lookForUntold();
    if (this.journal.durable) return;
    this.#logger.warn(
      'The journal is in memory: it is forgotten when this process ends, and other processes do not know it. A cancellation ' +
        'whose outcome is open is then lost; asked for again on the same day, KICC refuses it as a duplicate though it may have ' +
        'happened, and on a later day it can be made twice. Good for development and tests. For ' +
        'production, give a durable one, such as PgReviseJournal of nestjs-kicc/sql or TypeOrmReviseJournal of nestjs-kicc/typeorm: see ' +
        'docs/journals.md.',
    );
  }

  /** Handlers that are never called: the shop's books would part from what became of its refunds. */
  private lookForUntold(): void {
    if (this.journal.tellsShop) return;
    const names = namesOfSettledHandlers(this.modules);
    if (names.length === 0) return;
    const remedy = this.journal.durable
      ? 'give it the ModulesContainer of @nestjs/core, in which it finds them: { modules }; one of your own that calls them has to say ' +
        'so by tellsShop'
      : 'give a durable one, such as TypeOrmReviseJournal or PgReviseJournal';
    const fault = `@OnRevisionSettled: ${names.join(', ')} are never called, for this journal calls none: ${remedy}.`;
    if (this.settings.environment === 'production') throw new KiccConfigurationError([fault]);
    this.#logger.warn(fault);
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
