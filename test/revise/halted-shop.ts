import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccModule, RevisePaymentService, type PartialCancelRequest } from '../../lib/index.js';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { UndiciTransport } from '../../lib/undici/index.js';

/* A process of a shop, for halted.spec.ts: it refunds what it is told to, by a clock that is a file. */

/** What it is told at its start. */
export interface HaltedShopSettings {
  readonly mall: { readonly mallId: string; readonly secretKey: string };
  readonly kiccUrl: string;
  /** SQLite's file. */
  readonly database: string;
  /** Holds the time, ms. */
  readonly clock: string;
  readonly transport: 'HttpServiceTransport' | 'UndiciTransport';
}

const { mall, kiccUrl, database, clock, transport } = JSON.parse(process.argv[2] ?? '') as HaltedShopSettings;

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database, enableWAL: true }),
    KiccModule.forRoot({
      environment: 'test',
      baseUrl: kiccUrl,
      ...mall,
      now: () => new Date(Number(readFileSync(clock, 'utf8'))),
      retry: { baseDelayMs: 0 },
      settlement: { waitMs: 0, sweepEveryMs: false },
      journal: TypeOrmReviseJournal,
      ...(transport === 'UndiciTransport' ? { transport: UndiciTransport } : {}),
    }),
  ],
})
class ShopModule {}

const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
const payments = app.get(RevisePaymentService);
process.on('disconnect', () => process.exit(0));
process.on('message', (request: PartialCancelRequest) => {
  void payments.cancelPartially(request).then(({ status }) => process.send?.(status));
});
process.send?.('ready');
