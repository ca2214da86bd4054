// A shop's controller, KICC's notifications, and the console, on the platform given: Express, with which `nest new` begins, or Fastify.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Controller, Module, Param, Post } from '@nestjs/common';
import { KiccModule, KiccNotificationModule, RevisePaymentService } from 'nestjs-kicc';
import { KiccConsoleModule } from 'nestjs-kicc/console';
import { KiccSimulator } from 'nestjs-kicc/testing';
const [name] = process.argv.slice(2);
const { ExpressAdapter, FastifyAdapter } = await import(name);

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
  imports: [
    KiccModule.forRoot({ environment: 'test', baseUrl: kicc.url, mallId: 'T0000001', secretKey: 'simulator-secret' }),
    KiccNotificationModule.forRoot(),
    KiccConsoleModule.forRoot({ authorize: () => ({ actor: 'consumer', may: 'look' }) }),
  ],
  controllers: [RefundController],
})(AppModule);
const app = await NestFactory.create(AppModule, new (FastifyAdapter ?? ExpressAdapter)(), { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const { pgCno } = kicc.approve({ amount: 10_000 });
const response = await fetch(`${await app.getUrl()}/refunds/${pgCno}`, { method: 'POST' });
const outcome = await response.json();
const notified = await fetch(`${await app.getUrl()}/kicc/notifications`, {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=EUC-KR' },
  body: 'res_cd=0000&res_msg=%C1%A4%BB%F3&noti_type=70&memb_id=T0000001&cno=26030212000010000001&mgr_amt=1000',
});
const acknowledged = await notified.text();
const shown = await (await fetch(`${await app.getUrl()}/kicc?view=revision&mall=T0000001&id=refund-1`)).text();
await app.close();
await kicc.stop();
if (response.status !== 201 || outcome.status !== 'succeeded' || kicc.effects().length !== 1) {
  throw new Error(`${response.status} ${JSON.stringify(outcome)}`);
}
if (!acknowledged.includes('res_cd=0000')) throw new Error(`${notified.status} ${acknowledged}`);
if (!shown.includes('KICC가 취소했습니다')) throw new Error(shown);
