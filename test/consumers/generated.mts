// A test in an app as Nest's command line generates it, with what the documents have it install.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BullModule } from '@nestjs/bullmq';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test, TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccModule, RevisePaymentService } from 'nestjs-kicc';
import { KiccBullModule } from 'nestjs-kicc/bullmq';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';

describe('a shop', () => {
  const mall = { mallId: 'T0000001', secretKey: 'secret' };
  let kicc: KiccSimulator;
  let app: TestingModule;

  beforeEach(async () => {
    kicc = await KiccSimulator.start({ malls: [mall] });
    process.env['KICC_BASE_URL'] = kicc.url;
    app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(),
        KiccModule.forRootAsync({
          imports: [ConfigModule],
          inject: [ConfigService],
          useFactory: (config: ConfigService) => ({
            environment: 'test',
            ...mall,
            baseUrl: config.getOrThrow<string>('KICC_BASE_URL'),
          }),
        }),
      ],
    }).compile();
    await app.init();
  });
  afterEach(async () => {
    await app.close();
    await kicc.stop();
  });

  it('cancels, also where the timers are faked', async () => {
    const payments = app.get(RevisePaymentService);
    for (const shopTransactionId of ['refund-1', 'refund-2', 'refund-3']) {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const { status } = await payments.cancel({ shopTransactionId, pgCno });
      expect(status).toBe('succeeded');
      jest.useFakeTimers();
    }
    jest.useRealTimers();
  });

  it('has what production is made of', () => {
    expect([BullModule, TypeOrmModule, KiccBullModule, TypeOrmReviseJournal]).not.toContain(undefined);
  });
});
