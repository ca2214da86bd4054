import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { KiccModule, KiccNotificationModule } from 'nestjs-kicc';
import { OrderNotifications } from './order-notifications.js';
import { Sellers } from './sellers.js';

@Module({ providers: [Sellers], exports: [Sellers] })
export class SellersModule {}

/** The demo moves it; your app leaves it out. */
export const clock = { now: new Date() };

@Module({
  imports: [
    ConfigModule.forRoot({ envFilePath: 'sample/02-marketplace/.env' }),
    KiccModule.forRootAsync({
      imports: [ConfigModule, SellersModule],
      inject: [ConfigService, Sellers],
      useFactory: (config: ConfigService, sellers: Sellers) => ({
        environment: 'test',
        baseUrl: config.get<string>('KICC_BASE_URL'),
        mallId: config.getOrThrow<string>('KICC_MALL_ID'),
        secretKey: config.getOrThrow<string>('KICC_SECRET_KEY'),
        malls: () => sellers.malls(),
        now: () => clock.now,
      }),
    }),
    KiccNotificationModule.forRoot(), // POST /kicc/notifications
    SellersModule,
  ],
  providers: [OrderNotifications],
})
export class AppModule {}
