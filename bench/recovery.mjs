// 10,000 revisions whose answer was lost, in a durable journal; then one process that recovers them, and how long its loop is held up.
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccModule, RevisePaymentService, ReviseRecovery } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { UndiciTransport } from 'nestjs-kicc/undici';
import { sqliteDatabase } from '../scripts/sqlite-database.mjs';
import { writeResult } from './result.mjs';

const OPEN = Number(process.env.OPEN ?? 10_000);
const directory = mkdtempSync(join(tmpdir(), 'kicc-bench-'));
const clock = { at: new Date() };
const kicc = await KiccSimulator.start({ now: () => clock.at });
const [mall] = kicc.malls;

async function start() {
  class AppModule {}
  Module({
    imports: [
      TypeOrmModule.forRoot(sqliteDatabase(join(directory, 'shop.db'))),
      KiccModule.forRoot({
        environment: 'test',
        baseUrl: kicc.url,
        mallId: mall.mallId,
        secretKey: mall.secretKey,
        now: () => clock.at,
        journal: TypeOrmReviseJournal,
        transport: { useFactory: () => new UndiciTransport() },
        settlement: { waitMs: 0, sweepEveryMs: false },
      }),
    ],
  })(AppModule);
  return NestFactory.createApplicationContext(AppModule, { logger: false });
}

const first = await start();
const payments = first.get(RevisePaymentService);
for (let from = 0; from < OPEN; from += 100) {
  kicc.inject({ fault: 'drop-answer', times: 100 });
  const calls = Array.from({ length: 100 }, (_, index) => {
    const { pgCno } = kicc.approve({ amount: 10_000 });
    return payments.cancel({ shopTransactionId: `refund-${from + index}`, pgCno });
  });
  await Promise.all(calls);
}
await first.close();
clock.at = new Date(clock.at.getTime() + 10 * 60_000);

const second = await start();
const { byStatus } = await second.get(RevisePaymentService).openRevisions();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const began = performance.now();
await second.get(ReviseRecovery).sweep();
const seconds = (performance.now() - began) / 1_000;
delay.disable();
const left = await second.get(RevisePaymentService).openRevisions();
await second.close();
const effects = kicc.effects().length;
await kicc.stop();
rmSync(directory, { recursive: true });
const open = (counts) => Object.values(counts.byStatus ?? counts).reduce((sum, count) => sum + count, 0);
const row = [
  open(byStatus),
  open(left),
  effects,
  seconds.toFixed(1),
  Math.round(OPEN / seconds),
  (delay.percentile(99) / 1e6).toFixed(1),
];
const caption = `${OPEN} revisions whose answer was lost, in SQLite (FULL), recovered by one process from the simulator in the same process. Goal: event-loop delay p99 under 20 ms.`;
const heads = ['open before', 'open after', 'refunds made', 's', 'settled /s', 'event-loop delay p99, ms'];
writeResult('recovery', { caption, heads, rows: [row.map(String)] });
