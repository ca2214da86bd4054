import {
  applyDecorators,
  ConfigurableModuleBuilder,
  Controller,
  Inject,
  Module,
  Post,
  Req,
  Res,
  VERSION_NEUTRAL,
  type DynamicModule,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { refuseLazy } from '../lifecycle.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import {
  kiccNotificationSettings,
  type KiccNotificationModuleOptions,
  type KiccNotificationRouting,
  type KiccNotificationSettings,
} from './kicc-notification.options.js';
import { NotificationEndpoint } from './notification-endpoint.js';
import type { NotificationRequest, NotificationResponse } from './notification-receiver.js';
import { markEndpoint, NotificationRoutes } from './notification-routes.js';

/** Options that do not stand beside a factory, which returns them. */
type Returned = Omit<KiccNotificationModuleOptions, keyof KiccNotificationRouting>;

const OPTIONS = Symbol('KICC_NOTIFICATION_OPTIONS');
const ROUTING = Symbol('KICC_NOTIFICATION_ROUTING');

/** Named one by one: the builder tells these from the other options by their names. */
const NO_ROUTING: KiccNotificationRouting = { kicc: undefined, path: undefined, decorators: undefined };

const built = new ConfigurableModuleBuilder<Returned>({ moduleName: 'KiccNotification', optionsInjectionToken: OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createKiccNotificationOptions')
  .setExtras(NO_ROUTING, (definition, { kicc, path, decorators }) => {
    const routing = { kicc, path, decorators };
    const controller = controllerAt(kiccNotificationSettings(routing));
    return {
      ...definition,
      controllers: [controller],
      providers: [
        ...(definition.providers ?? []),
        // Nest 10 tells modules apart by what they are made of: without it, of two endpoints it would leave one out.
        { provide: ROUTING, useValue: routing },
        {
          provide: NotificationEndpoint,
          inject: [ModuleRef, HttpAdapterHost, OPTIONS],
          useFactory: (modules: ModuleRef, host: HttpAdapterHost, returned: Returned) =>
            new NotificationEndpoint(modules, host, new NotificationRoutes(controller), completed(routing, returned)),
        },
      ],
    };
  })
  .build();
const { ConfigurableModuleClass } = built;
type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

/**
 * Gives the app an endpoint for KICC's notifications, beside a `KiccModule` anywhere in the app:
 * `KiccNotificationModule.forRoot()`, or `forRootAsync` with `useFactory`, `useClass` or `useExisting` (a class with
 * `createKiccNotificationOptions()`), beside which `path`, `kicc` and `decorators` stand. It takes what comes from KICC's
 * addresses only, believes nothing unsigned by itself, and calls the app's `@OnKiccNotification()` methods once for each.
 *
 * It works on Express and Fastify, behind whatever parser, under whatever versioning. A global prefix moves it: at start, the
 * log says where to. A guard of the whole app's must let it through: see `decorators`. On Express, create an app that takes the
 * legacy form (type 70) with `{ rawBody: true }`: without it, Korean texts in that form may be garbled; nothing else is.
 * @throws {KiccConfigurationError} if the options cannot work, there is no `KiccModule`, or it is loaded lazily.
 */
@Module({})
export class KiccNotificationModule extends ConfigurableModuleClass implements NestModule {
  constructor(
    @Inject(NotificationEndpoint) private readonly endpoint: NotificationEndpoint,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    super();
    refuseLazy(modules, KiccNotificationModule);
  }

  static override forRoot(options: KiccNotificationModuleOptions = {}): DynamicModule {
    kiccNotificationSettings(options);
    return super.forRoot(options);
  }

  static override forRootAsync(options: AsyncOptions): DynamicModule {
    const { useFactory, useClass, useExisting } = Object(options) as AsyncOptions;
    if (useFactory ?? useClass ?? useExisting) return super.forRootAsync(options);
    throw new KiccConfigurationError([
      'KiccNotificationModule.forRootAsync: give useFactory, useClass or useExisting, which return the options.',
    ]);
  }

  /** Nest calls it before it makes its routes. */
  configure(): void {
    this.endpoint.prepare();
  }
}

/** @throws {KiccConfigurationError} if a factory returns what it cannot. */
function completed(routing: KiccNotificationRouting, returned: Returned): KiccNotificationSettings {
  const misplaced = Object.keys(NO_ROUTING).filter((name) => name in Object(returned));
  if (misplaced.length > 0) {
    const remedy = 'give it to forRootAsync itself, beside useFactory: Nest wants to know before any factory has run.';
    throw new KiccConfigurationError(misplaced.map((name) => `KiccNotificationModule.${name}: ${remedy}`));
  }
  return kiccNotificationSettings({ ...routing, ...returned });
}

/** A controller of its own for each endpoint. */
function controllerAt({ path, decorators }: KiccNotificationSettings): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class KiccNotificationController {
    constructor(@Inject(NotificationEndpoint) private readonly endpoint: NotificationEndpoint) {}

    @Post()
    async receive(@Req() request: NotificationRequest, @Res() response: NotificationResponse): Promise<void> {
      await this.endpoint.receive(request, response);
    }
  }
  applyDecorators(...decorators)(KiccNotificationController);
  markEndpoint(KiccNotificationController);
  return KiccNotificationController;
}
