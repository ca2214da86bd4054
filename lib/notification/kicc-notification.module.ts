import { Controller, Inject, Module, Post, Req, Res, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { serviceOf } from '../inject-kicc.js';
import { refuseLazy } from '../lifecycle.js';
import {
  kiccNotificationSettings,
  type KiccNotificationModuleOptions,
  type KiccNotificationSettings,
} from './kicc-notification.options.js';
import { KiccNotificationService } from './kicc-notification.service.js';
import { NotificationReceiver, type NotificationRequest, type NotificationResponse } from './notification-receiver.js';
import { NotificationSources } from './notification-sources.js';

const SETTINGS = Symbol('KICC_NOTIFICATION_SETTINGS');

/**
 * Gives the app an endpoint for KICC's notifications, beside a `KiccModule` anywhere in the app:
 * `KiccNotificationModule.forRoot()`. It takes what comes from KICC's addresses only, believes nothing unsigned by itself, and
 * calls the app's `@OnKiccNotification()` methods once for each.
 *
 * A guard of the whole app's must let it through. For the legacy form (type 70), create the app with `{ rawBody: true }`:
 * without it, Korean texts in that form are garbled; nothing else is.
 * @throws {KiccConfigurationError} if the options cannot work, there is no `KiccModule`, or it is loaded lazily.
 */
@Module({})
export class KiccNotificationModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    refuseLazy(modules, KiccNotificationModule);
  }

  static forRoot(options: KiccNotificationModuleOptions = {}): DynamicModule {
    const settings = kiccNotificationSettings(options);
    return {
      module: KiccNotificationModule,
      controllers: [controllerAt(settings.path)],
      providers: [{ provide: SETTINGS, useValue: settings }],
    };
  }
}

/** A controller of its own for each path. */
function controllerAt(path: string): new (...dependencies: never[]) => object {
  @Controller(path)
  class KiccNotificationController implements OnModuleInit {
    #receiver: NotificationReceiver | undefined;

    constructor(
      @Inject(ModuleRef) private readonly modules: ModuleRef,
      @Inject(SETTINGS) private readonly settings: KiccNotificationSettings,
    ) {}

    onModuleInit(): void {
      const { allowFrom, trustedProxies, answerWithinMs } = this.settings;
      const notifications = serviceOf(this.modules, 'KiccNotificationModule', this.settings.kicc, KiccNotificationService);
      const sources = new NotificationSources(allowFrom ?? notifications.defaultSources, trustedProxies);
      this.#receiver = new NotificationReceiver(notifications, sources, answerWithinMs);
    }

    @Post()
    async receive(@Req() request: NotificationRequest, @Res() response: NotificationResponse): Promise<void> {
      await this.#receiver?.receive(request, response);
    }
  }
  return KiccNotificationController;
}
