// The refunds of a shop, in an app as Nest's command line generates it: however it is built, and wherever it runs.
import { Controller, Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { KiccField, KiccModule, KiccRequestPipe, RevisePaymentService, type ReviseOutcome } from 'nestjs-kicc';

export class RefundDto {
  @KiccField('shopTransactionId')
  readonly refundId!: string;

  @KiccField('pgCno')
  readonly pgCno!: string;
}

@Injectable()
export class RefundsService {
  constructor(private readonly payments: RevisePaymentService) {}

  refund({ refundId, pgCno }: RefundDto): Promise<ReviseOutcome> {
    return this.payments.cancel({ shopTransactionId: refundId, pgCno });
  }
}

@Controller()
export class RefundsController {
  constructor(private readonly refunds: RefundsService) {}

  @MessagePattern('refund')
  async refund(@Payload(KiccRequestPipe) dto: RefundDto): Promise<string> {
    const { status } = await this.refunds.refund(dto);
    return status;
  }
}

@Module({
  imports: [
    KiccModule.forRootAsync({
      imports: [ConfigModule.forRoot()],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        environment: 'test',
        mallId: config.getOrThrow<string>('KICC_MALL_ID'),
        secretKey: config.getOrThrow<string>('KICC_SECRET_KEY'),
        baseUrl: config.getOrThrow<string>('KICC_BASE_URL'),
      }),
    }),
  ],
  controllers: [RefundsController],
  providers: [RefundsService],
})
export class RefundsModule {}
