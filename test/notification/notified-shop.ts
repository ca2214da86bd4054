import type { AddressInfo, Server } from 'node:net';
import { Injectable, type INestApplication } from '@nestjs/common';
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
  send(
    body: object | string | Buffer,
    headers?: Record<string, string>,
  ): Promise<{ status: number; type: string; body: string }>;
  close(): Promise<void>;
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
  /** Another process: the KICC, the clock and the handlers' book are that shop's. */
  readonly beside?: NotifiedShop;
  /** Before it listens. */
  readonly prepare?: (app: INestApplication) => void;
}

export async function openNotifiedShop(options: NotifiedShopOptions = {}): Promise<NotifiedShop> {
  const {
    module = {},
    extras = {},
    notifications = {},
    imports = [],
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
      KiccNotificationModule.forRoot(notifications),
    ],
    providers: [beside ? { provide: Notified, useValue: beside.notified } : Notified],
  })
    .setLogger(logger)
    .compile();
  const app = testing.createNestApplication({ rawBody, bodyParser });
  app.useLogger(logger);
  options.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const reports: NotificationReport[] = [];
  app.get(KiccNotificationService).events$.subscribe((report) => reports.push(report));
  const url = `http://127.0.0.1:${port}/${notifications.path ?? 'kicc/notifications'}`;
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
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': type, ...headers },
        body: isJson ? JSON.stringify(body) : body,
      });
      return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() };
    },
    close: async () => {
      await app.close();
      if (!beside) await kicc.stop();
    },
  };
}
