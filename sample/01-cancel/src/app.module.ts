import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { KiccModule } from 'nestjs-kicc';
import { RefundsController } from './refunds.controller.js';

@Module({
  imports: [
    ConfigModule.forRoot({ envFilePath: 'sample/01-cancel/.env' }),
    KiccModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        environment: 'test',
        baseUrl: config.get<string>('KICC_BASE_URL'),
        mallId: config.getOrThrow<string>('KICC_MALL_ID'),
        secretKey: config.getOrThrow<string>('KICC_SECRET_KEY'),
      }),
    }),
  ],
  controllers: [RefundsController],
})
export class AppModule {}
