import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ReviseBulkService } from './bulk/revise-bulk.service.js';
import { KiccClock } from './gateway/kicc-clock.js';
import { KiccTransport } from './gateway/kicc-transport.js';
import { RetrieveTransactionService } from './gateway/retrieve-transaction.service.js';
import { tokenOf, type KiccService } from './inject-kicc.js';
import { ReviseJournal } from './journal/revise-journal.js';
import type { KiccModuleOptions } from './kicc.options.js';
import { KiccSettings } from './kicc.settings.js';
import { refuseLazy } from './lifecycle.js';
import { KiccMalls } from './malls/kicc-malls.js';
import { KiccNotificationService } from './notification/kicc-notification.service.js';
import { HmacSigner, type ReviseSigner } from './protocol/hmac-signer.js';
import { RevisePaymentService } from './revise/revise-payment.service.js';
import { ReviseRecovery } from './revise/revise-recovery.js';
import { ReviseReports } from './revise/revise-reports.js';
import type { TypedSymbol } from './typed-provider.js';

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
   * Tells several `KiccModule`s of one app apart: 1 to 32 letters, digits, `-` or `_`. The services of a named one are injected
   * by `@InjectKicc(name)`. Default: none.
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

/** What the module exports. */
const SERVICES: readonly KiccService[] = [
  RevisePaymentService,
  RetrieveTransactionService,
  ReviseBulkService,
  ReviseRecovery,
  ReviseReports,
  KiccNotificationService,
  KiccMalls,
  KiccClock,
  ReviseJournal,
  HmacSigner,
];

const KICC_NAME: TypedSymbol<string | undefined> = Symbol('KICC_NAME');
/** The module's name, where it has one. */
export const NAME = { token: KICC_NAME, optional: true } as const;

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
        ...(definition.providers ?? []).map((provider) => asSettings(provider, definition.module)),
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
export const { ConfigurableModuleClass } = built;
const { MODULE_OPTIONS_TOKEN } = built;
export const SETTINGS = MODULE_OPTIONS_TOKEN as TypedSymbol<KiccSettings>;
export type Options = typeof built.OPTIONS_TYPE;
export type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

function part<T>(provide: InjectionToken, given: KiccPart<T> | undefined): Provider[] {
  if (given === undefined) return [];
  return [{ provide, ...(typeof given === 'function' ? { useClass: given } : given) } as Provider];
}

/** Turns the provider of the options into one of the settings, so that nothing in Nest's container holds a secret openly. */
function asSettings(provider: Provider, module: DynamicModule['module']): Provider {
  if (typeof provider !== 'object' || provider.provide !== MODULE_OPTIONS_TOKEN) return provider;
  const options: unknown = 'useValue' in provider ? provider.useValue : undefined;
  const { useFactory = () => options, inject = [] } = provider as Partial<FactoryProvider<KiccModuleOptions>>;
  return {
    provide: MODULE_OPTIONS_TOKEN,
    inject: [ModulesContainer, ...inject],
    useFactory: async (modules: ModulesContainer, ...dependencies: unknown[]) => {
      // Here, for every service stands on the settings: none is there where they are refused.
      refuseLazy(modules, module);
      return loaded(new KiccSettings((await useFactory(...dependencies)) as KiccModuleOptions));
    },
  };
}

/** Settings with their malls. */
async function loaded(settings: KiccSettings): Promise<KiccSettings> {
  await settings.malls.refresh();
  return settings;
}
