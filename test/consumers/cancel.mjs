// The least an app can have: no HTTP server, and none of the optional packages.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { KiccModule, RevisePaymentService } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';

const kicc = await KiccSimulator.start({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }] });
class AppModule {}
Module({
  imports: [
    KiccModule.forRootAsync({
      useFactory: () => ({ environment: 'test', baseUrl: kicc.url, mallId: 'T0000001', secretKey: 'simulator-secret' }),
    }),
  ],
})(AppModule);
const context = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
const { pgCno } = kicc.approve({ amount: 10_000 });
const outcome = await context.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
await context.close();
await kicc.stop();
if (outcome.status !== 'succeeded' || kicc.effects().length !== 1) throw new Error(JSON.stringify(outcome));
