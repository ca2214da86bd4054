// What an app's compiler has to accept, and what it has to refuse. Also compiled as CommonJS.
import { Injectable, Module } from '@nestjs/common';
import {
  InjectKicc,
  KiccModule,
  KiccNotificationModule,
  OnKiccNotification,
  RevisePaymentService,
  unwrap,
  type KiccNotification,
  type NotificationContext,
  type ReviseOutcome,
  type ReviseRequest,
  type Revision,
} from 'nestjs-kicc';
import { KiccBullModule } from 'nestjs-kicc/bullmq';
import { KiccOpenTelemetryModule } from 'nestjs-kicc/opentelemetry';
import { KiccHealthIndicator } from 'nestjs-kicc/terminus';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { OnRevisionSettled, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { UndiciTransport } from 'nestjs-kicc/undici';
import type { EntityManager } from 'typeorm';

@Module({
  imports: [
    KiccModule.forRoot({ environment: 'test', mallId: 'T0000001', secretKey: 'x', journal: TypeOrmReviseJournal }),
    KiccModule.forRoot({ name: 'brand-b', environment: 'test', mallId: 'T0000002', secretKey: 'x', malls: async () => [] }),
    KiccNotificationModule.forRoot({ kicc: 'brand-b', path: 'kicc/b' }),
    KiccBullModule.forRoot({ connection: { host: 'localhost' }, bulk: { perSecond: 20 } }),
    KiccOpenTelemetryModule.forRoot({ kicc: 'brand-b' }),
  ],
  providers: [KiccHealthIndicator],
})
export class AppModule {}

@Injectable()
export class Shop {
  constructor(
    private readonly payments: RevisePaymentService,
    @InjectKicc('brand-b') readonly other: RevisePaymentService,
    private readonly health: KiccHealthIndicator,
  ) {}

  @OnKiccNotification('51')
  async bounced({ pgCno }: KiccNotification<'51'>, { revision, transaction }: NotificationContext): Promise<void> {
    await (transaction as EntityManager).query('UPDATE refund_book SET bounced = 1', [pgCno, revision?.completion]);
  }

  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager): Promise<void> {
    await manager.query('INSERT INTO refund_book VALUES (?)', [revision.shopTransactionId]);
  }

  async refund(): Promise<number | undefined> {
    const outcome: ReviseOutcome = await this.payments.cancelPartially({
      shopTransactionId: 'a',
      pgCno: 'b',
      amount: 1,
      payMethodTypeCode: '11',
    });
    // @ts-expect-error a partial cancel needs an amount
    const noAmount: ReviseRequest = { reviseTypeCode: '32', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error a full cancel takes none
    const amount: ReviseRequest = { reviseTypeCode: '40', shopTransactionId: 'a', pgCno: 'b', amount: 1 };
    // @ts-expect-error a refund needs an account
    const noAccount: ReviseRequest = { reviseTypeCode: '60', reviseSubTypeCode: 'RF01', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error 63 is no escrow change
    const wrongKind: ReviseRequest = { reviseTypeCode: '63', reviseSubTypeCode: 'ES02', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error shipping needs a delivery
    await this.payments.changeEscrow({ shopTransactionId: 'a', pgCno: 'b', reviseSubTypeCode: 'ES07' });
    const refundInfo = { refundBankCode: '004', refundAccountNo: '1', refundDepositName: 'x' };
    await this.payments.refund({
      shopTransactionId: 'a',
      pgCno: 'b',
      refundInfo,
      amount: 1,
      realTime: true,
      accountVerified: true,
    });
    await this.payments.changeEscrow({ shopTransactionId: 'a', pgCno: 'b', reviseSubTypeCode: 'ES05', refundInfo });
    void [noAmount, amount, noAccount, wrongKind, KiccSimulator, UndiciTransport];
    await this.health.isHealthy('kicc', { kicc: 'brand-b', maxAttention: 1 });
    return unwrap(outcome).cancelAmount;
  }
}
