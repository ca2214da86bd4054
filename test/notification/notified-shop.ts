import { request } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { Injectable, type DynamicModule, type INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import {
  KiccModule,
  KiccNotificationModule,
  KiccNotificationService,
  OnKiccNotification,
  RevisePaymentService,
  type KiccModuleExtras,
  type KiccModuleOptions,
  type KiccNotification,
  type KiccNotificationModuleOptions,
  type NotificationContext,
  type NotificationReport,
} from '../../lib/index.js';
import { KiccSimulator, type NotifyOptions, type SimulatorProfile } from '../../lib/testing/index.js';
import { MALL, recordLog, type Clock } from '../revise/shop.js';

/** What the shop does on notifications. */
@Injectable()
export class Notified {
  readonly handled: { readonly notification: KiccNotification; readonly context: NotificationContext }[] = [];
  /** What else it does. */
  also: (notification: KiccNotification, context: NotificationContext) => unknown = () => undefined;

  /** Types of what was handled, in order. */
  get types(): string[] {
    return this.handled.map(({ notification }) => notification.notiType);
  }

  @OnKiccNotification('10')
  async approved(notification: KiccNotification<'10'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }
  @OnKiccNotification('20')
  async changed(notification: KiccNotification<'20'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }
  @OnKiccNotification('30')
  async deposited(notification: KiccNotification<'30'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }
  @OnKiccNotification('40')
  async escrow(notification: KiccNotification<'40'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }
  @OnKiccNotification('50')
  async refunded(notification: KiccNotification<'50'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }
  @OnKiccNotification('51')
  async bounced(notification: KiccNotification<'51'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }
  @OnKiccNotification('70')
  async unionPay(notification: KiccNotification<'70'>, context: NotificationContext): Promise<void> {
    await this.handle(notification, context);
  }

  private async handle(notification: KiccNotification, context: NotificationContext): Promise<void> {
    await this.also(notification, context);
    this.handled.push({ notification, context });
  }
}

/** An app that takes notifications over HTTP. */
export interface NotifiedShop {
  readonly app: INestApplication;
  /** The endpoint's URL. */
  readonly url: string;
  readonly kicc: KiccSimulator;
  readonly clock: Clock;
  readonly payments: RevisePaymentService;
  readonly notified: Notified;
  readonly reports: NotificationReport[];
  readonly log: string[];
  readonly errors: string[];
  pass(ms: number): void;
  /** Sends a notification as KICC does, or somebody else, and gives what is answered. */
  send(body: object | string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface NotifiedShopOptions {
  readonly module?: Partial<KiccModuleOptions>;
  readonly extras?: KiccModuleExtras;
  readonly notifications?: KiccNotificationModuleOptions;
  readonly imports?: Parameters<typeof Test.createTestingModule>[0]['imports'];
  /** How the KICC sends notifications, once it is told where to. */
  readonly notify?: NotifyOptions;
  readonly profile?: SimulatorProfile;
  readonly rawBody?: boolean;
  readonly bodyParser?: boolean;
  /** Default: Express. */
  readonly adapter?: AbstractHttpAdapter;
  /** The endpoint's module. Default: with `notifications`. */
  readonly endpoint?: DynamicModule;
  /** Where the endpoint is. Default: where `notifications` says. */
  readonly path?: string;
  /** A Unix socket that it listens on instead of a port. */
  readonly socketPath?: string;
  readonly controllers?: Parameters<typeof Test.createTestingModule>[0]['controllers'];
  /** Another process: the KICC, the clock and the handlers' book are that shop's. */
  readonly beside?: NotifiedShop;
  /** Before it listens. */
  readonly prepare?: (app: INestApplication) => unknown;
}

export async function openNotifiedShop(options: NotifiedShopOptions = {}): Promise<NotifiedShop> {
  const {
    module = {},
    extras = {},
    notifications = {},
    imports = [],
    controllers = [],
    adapter = new ExpressAdapter(),
    endpoint = KiccNotificationModule.forRoot(notifications),
    path = notifications.path ?? 'kicc/notifications',
    socketPath,
    beside,
    notify = {},
    profile = {},
    rawBody = true,
    bodyParser = true,
  } = options;
  const clock = beside?.clock ?? { at: new Date('2026-03-02T03:00:00Z') };
  const now = (): Date => clock.at;
  const kicc = beside?.kicc ?? (await KiccSimulator.start({ malls: [MALL], now, notify, profile }));
  const { logger, log, errors } = recordLog();
  const settlement = { waitMs: 0, sweepEveryMs: false } as const;
  const testing = await Test.createTestingModule({
    imports: [
      ...imports,
      KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, ...MALL, now, settlement, ...module, ...extras }),
      endpoint,
    ],
    controllers,
    providers: [beside ? { provide: Notified, useValue: beside.notified } : Notified],
  })
    .setLogger(logger)
    .compile();
  const app = testing.createNestApplication(adapter, { rawBody, bodyParser });
  app.useLogger(logger);
  await options.prepare?.(app);
  if (socketPath === undefined) await app.listen(0, '127.0.0.1');
  // Fastify's own form: Nest types Express's alone.
  else await app.listen((adapter.getType() === 'fastify' ? { path: socketPath } : socketPath) as string);
  const { port = 0 } = Object((app.getHttpServer() as Server).address()) as Partial<AddressInfo>;
  const reports: NotificationReport[] = [];
  app.get(KiccNotificationService).events$.subscribe((report) => reports.push(report));
  const url = `http://127.0.0.1:${port}/${path}`;
  return {
    app,
    url,
    kicc,
    clock,
    payments: app.get(RevisePaymentService),
    notified: app.get(Notified),
    reports,
    log,
    errors,
    pass: (ms) => (clock.at = new Date(clock.at.getTime() + ms)),
    send: async (body, headers = {}) => {
      const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
      const type = isJson ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded';
      const given = isJson ? JSON.stringify(body) : body;
      return post(url, socketPath, { 'content-type': type, ...headers }, given);
    },
    close: async () => {
      await app.close();
      if (!beside) await kicc.stop();
    },
  };
}

function post(
  url: string,
  socketPath: string | undefined,
  headers: Record<string, string>,
  body: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { 'content-length': Buffer.byteLength(body), ...headers } };
    const { pathname } = new URL(url);
    const sent = socketPath === undefined ? request(url, options) : request({ ...options, socketPath, path: pathname });
    sent.on('error', reject).on('response', (response) => {
      const { statusCode = 0, headers } = response;
      text(response).then((body) => resolve({ status: statusCode, type: headers['content-type'] ?? '', body }), reject);
    });
    // As bytes: Node writes headers in the encoding of a text.
    sent.end(Buffer.from(body as Buffer));
  });
}
