// A shop's controller on Express: what `nest new` begins with.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Controller, Module, Param, Post } from '@nestjs/common';
import { KiccModule, RevisePaymentService } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';

const kicc = await KiccSimulator.start({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }] });
class RefundController {
  constructor(payments) {
    this.payments = payments;
  }
  refund(pgCno) {
    return this.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
  }
}
// As compilers write decorators and the types of parameters.
Post(':pgCno')(RefundController.prototype, 'refund', Object.getOwnPropertyDescriptor(RefundController.prototype, 'refund'));
Param('pgCno')(RefundController.prototype, 'refund', 0);
Reflect.defineMetadata('design:paramtypes', [RevisePaymentService], RefundController);
Controller('refunds')(RefundController);
class AppModule {}
Module({
  imports: [KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, mallId: 'T0000001', secretKey: 'simulator-secret' })],
  controllers: [RefundController],
})(AppModule);
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const { pgCno } = kicc.approve({ amount: 10_000 });
const response = await fetch(`${await app.getUrl()}/refunds/${pgCno}`, { method: 'POST' });
const outcome = await response.json();
await app.close();
await kicc.stop();
if (response.status !== 201 || outcome.status !== 'succeeded' || kicc.effects().length !== 1) {
  throw new Error(`${response.status} ${JSON.stringify(outcome)}`);
}
