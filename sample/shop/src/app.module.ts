import { Module, UseGuards, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccModule, KiccNotificationModule, type KiccModuleOptions } from 'nestjs-kicc';
import { KiccConsoleModule } from 'nestjs-kicc/console';
import { TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { BulkCancellationsService } from './bulk/bulk-cancellations.service.js';
import { BulkDraft } from './bulk/bulk-draft.entity.js';
import { BulkController } from './bulk/bulk.controller.js';
import { databaseOptions } from './database/database-options.js';
import { ShopTransactions } from './database/shop-transactions.js';
import { DEMO_TIMEOUT_MS } from './lab/lab-faults.js';
import { LabRun } from './lab/lab-run.entity.js';
import { LabController } from './lab/lab.controller.js';
import { LabService } from './lab/lab.service.js';
import { BuyerController } from './orders/buyer.controller.js';
import { Order } from './orders/order.entity.js';
import { OrdersController } from './orders/orders.controller.js';
import { OrdersService } from './orders/orders.service.js';
import { Bookkeeping } from './refunds/bookkeeping.js';
import { Refund } from './refunds/refund.entity.js';
import { RefundsService } from './refunds/refunds.service.js';
import { BackOfficeGuard, SameOriginGuard } from './session/guards.js';
import { PageMiddleware } from './session/page.middleware.js';
import { SessionController } from './session/session.controller.js';
import { Session } from './session/session.entity.js';
import { SessionsService } from './session/sessions.service.js';
import { Staff } from './session/staff.entity.js';
import { now } from './shop-clock.js';
import { ShopExceptionFilter } from './shop-exception.filter.js';
import { textsOf } from './web/kept-form.js';
import { CONSOLE_PATH, type PageRequest } from './web/page.js';
import { SHOP_STYLE } from './web/style.js';

/** Paces that fit a person who watches; KICC's own need the library's defaults. */
const DEMO_PACE = {
  timeoutMs: DEMO_TIMEOUT_MS,
  settlement: { waitMs: 0, queryDelaysMs: [1_500, 3_000, 5_000], resendAfterMs: 8_000, sweepEveryMs: 500 },
};

const { DATABASE_URL, REDIS_URL, KICC_SIMULATOR_URL, PERSONAL_DATA_KEY } = process.env;
const { KICC_ENVIRONMENT = 'test', KICC_MALL_ID = '', KICC_SECRET_KEY = '' } = process.env;
const simulated = KICC_SIMULATOR_URL !== undefined;
/** Loaded only where it is used. */
const queue = REDIS_URL === undefined ? [] : await queueOn(REDIS_URL);

async function queueOn(url: string): Promise<DynamicModule[]> {
  const [{ BullModule }, { KiccBullModule }] = await Promise.all([import('@nestjs/bullmq'), import('nestjs-kicc/bullmq')]);
  return [BullModule.forRoot({ connection: { url } }), KiccBullModule.forRoot({})];
}

@Module({
  imports: [
    TypeOrmModule.forRoot(databaseOptions(DATABASE_URL)),
    TypeOrmModule.forFeature([Order, Refund, BulkDraft, LabRun, Session, Staff]),
    // By the id that wants to sign in, as databases compare it: some take "Minji " for "minji".
    ThrottlerModule.forRoot([
      { ttl: 60_000, limit: 10, getTracker: ({ body }) => textsOf(body)['id']?.trim().toLowerCase() ?? '' },
    ]),
    ...queue,
    KiccModule.forRoot({
      environment: KICC_ENVIRONMENT as KiccModuleOptions['environment'],
      baseUrl: KICC_SIMULATOR_URL,
      mallId: KICC_MALL_ID,
      secretKey: KICC_SECRET_KEY,
      personalDataKeys: PERSONAL_DATA_KEY === undefined ? undefined : [{ id: 'k1', key: PERSONAL_DATA_KEY }],
      ...(simulated ? DEMO_PACE : {}),
      now,
      journal: TypeOrmReviseJournal,
    }),
    KiccNotificationModule.forRoot(), // POST /kicc/notifications
    KiccConsoleModule.forRoot({
      path: CONSOLE_PATH,
      // Shows whoever is not signed in the sign-in page.
      decorators: [UseGuards(BackOfficeGuard)],
      authorize: ({ page }: PageRequest) => ({ actor: page?.staff ?? '', may: 'decide' }),
      home: '/admin',
      css: SHOP_STYLE,
    }),
  ],
  controllers: [OrdersController, BulkController, ...(simulated ? [LabController] : []), SessionController, BuyerController],
  providers: [
    SessionsService,
    ShopTransactions,
    OrdersService,
    RefundsService,
    Bookkeeping,
    BulkCancellationsService,
    ...(simulated ? [LabService] : []),
    { provide: APP_GUARD, useClass: SameOriginGuard },
    { provide: APP_FILTER, useClass: ShopExceptionFilter },
  ],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(PageMiddleware).forRoutes('{*path}');
  }
}
