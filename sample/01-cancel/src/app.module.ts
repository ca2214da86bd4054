import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { KiccModule, type KiccModuleOptions } from 'nestjs-kicc';
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
        // The defaults fit KICC. The demo has shorter pauses, so that nobody has to wait.
        settlement: JSON.parse(config.get<string>('KICC_SETTLEMENT', '{}')) as KiccModuleOptions['settlement'],
      }),
    }),
  ],
  controllers: [RefundsController],
})
export class AppModule {}
