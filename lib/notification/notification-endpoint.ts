import type { Server } from 'node:net';
import { Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { serviceOf } from '../inject-kicc.js';
import type { KiccNotificationSettings } from './kicc-notification.options.js';
import { KiccNotificationService } from './kicc-notification.service.js';
import { NotificationReceiver, type NotificationRequest, type NotificationResponse } from './notification-receiver.js';
import type { NotificationRoutes } from './notification-routes.js';
import { NotificationSources } from './notification-sources.js';

/** One endpoint of an app, behind its controller. */
export class NotificationEndpoint implements OnModuleInit, OnApplicationBootstrap {
  readonly #logger = new Logger('KiccNotificationModule');
  #receiver: NotificationReceiver | undefined;
  #allowed: readonly string[] = [];

  constructor(
    private readonly modules: ModuleRef,
    private readonly host: HttpAdapterHost,
    private readonly routes: NotificationRoutes,
    private readonly settings: KiccNotificationSettings,
  ) {}

  /** Before Nest makes its routes. */
  prepare(): void {
    this.routes.prepare(this.host.httpAdapter);
  }

  /** @throws {KiccConfigurationError} if there is no `KiccModule`. */
  onModuleInit(): void {
    const { kicc, allowFrom, trustedProxies, answerWithinMs } = this.settings;
    const notifications = serviceOf(this.modules, 'KiccNotificationModule', kicc, KiccNotificationService);
    this.#allowed = allowFrom ?? notifications.defaultSources;
    const sources = new NotificationSources(this.#allowed, trustedProxies);
    const isOnUnixSocket = (): boolean => typeof (this.host.httpAdapter.getHttpServer() as Server).address() === 'string';
    this.#receiver = new NotificationReceiver(notifications, sources, answerWithinMs, isOnUnixSocket);
  }

  /** Says where prefixes have moved it, and who may send. */
  onApplicationBootstrap(): void {
    const { paths } = this.routes;
    const { trustedProxies } = this.settings;
    if (paths.length === 0) return;
    const proxies = trustedProxies.length > 0 ? `Trusted proxies: ${trustedProxies.join(', ')}` : 'No proxy is trusted';
    this.#logger.log(
      `POST ${paths.join(', ')} takes KICC's notifications, from ${this.#allowed.join(', ')} alone. ${proxies}.`,
    );
  }

  async receive(request: NotificationRequest, response: NotificationResponse): Promise<void> {
    await this.#receiver?.receive(request, response);
  }
}
