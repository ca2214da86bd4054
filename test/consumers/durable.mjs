// Journal on SQLite, notifications, bulk. Arguments: the database's file, and a Redis URL where there is one.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Injectable, Module } from '@nestjs/common';
import { KiccModule, KiccNotificationModule, OnKiccNotification, ReviseBulkService, RevisePaymentService } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { TypeOrmModule } from '@nestjs/typeorm';
import { kiccEntities, kiccMigrations, OnRevisionSettled, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { KiccBullModule } from 'nestjs-kicc/bullmq';

const kicc = await KiccSimulator.start({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }] });
const booked = [];
class Bookkeeping {
  async book({ shopTransactionId }, manager) {
    await manager.query("INSERT INTO refund_book VALUES ('" + shopTransactionId + "')");
    booked.push(shopTransactionId);
  }
}
OnRevisionSettled()(Bookkeeping.prototype, 'book', Object.getOwnPropertyDescriptor(Bookkeeping.prototype, 'book'));
const heard = [];
class Notified {
  async changed({ cancelAmount }, { confirmed, transaction }) {
    heard.push([cancelAmount, confirmed, typeof transaction.query].join());
  }
}
OnKiccNotification('20')(Notified.prototype, 'changed', Object.getOwnPropertyDescriptor(Notified.prototype, 'changed'));
Injectable()(Bookkeeping);
Injectable()(Notified);
class AppModule {}
const redis = process.argv[3] ? new URL(process.argv[3]) : undefined;
Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: process.argv[2],
      enableWAL: true,
      entities: [...kiccEntities('better-sqlite3')],
      migrations: [...kiccMigrations],
      migrationsRun: true,
    }),
    KiccModule.forRoot({
      environment: 'test',
      baseUrl: kicc.url,
      mallId: 'T0000001',
      secretKey: 'simulator-secret',
      journal: TypeOrmReviseJournal,
    }),
    KiccNotificationModule.forRoot(),
    ...(redis
      ? [
          KiccBullModule.forRoot({
            // A database of its own: tests flush theirs meanwhile.
            connection: { host: redis.hostname, port: Number(redis.port), db: 1 },
            prefix: 'check-' + process.pid,
          }),
        ]
      : []),
  ],
  providers: [Bookkeeping, Notified],
})(AppModule);
const context = await NestFactory.create(AppModule, { logger: ['error', 'warn'], rawBody: true });
await context.listen(0, '127.0.0.1');
const dataSource = context.get(DataSource);
await dataSource.query('CREATE TABLE refund_book (id VARCHAR(60) PRIMARY KEY)');
const payments = context.get(RevisePaymentService);
const { pgCno } = kicc.approve({ amount: 10_000 });
await dataSource.transaction((manager) =>
  payments.record({ shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '40' }, manager),
);
const outcome = await payments.settle('refund-1');
const told = kicc.notifications().find(({ body }) => body.notiType === '20').body;
kicc.setNotifyUrl((await context.getUrl()) + '/kicc/notifications');
for (const form of ['json', 'legacy', 'json']) {
  const { body } = await kicc.sendNotification(told, { form });
  if (!body.includes('0000')) throw new Error(body);
}
kicc.setNotifyUrl(undefined);
const requests = Array.from({ length: 20 }, (_, row) => ({
  shopTransactionId: 'seat-' + row,
  pgCno: kicc.approve({ amount: 10_000 }).pgCno,
  reviseTypeCode: '40',
}));
const bulks = context.get(ReviseBulkService);
await bulks.submit(requests, { bulkId: 'concert' });
const { done } = await lastValueFrom(bulks.progress('concert'));
const rows = await dataSource.getRepository('KiccRevision').count();
await context.close();
await kicc.stop();
const seen = [outcome.status, done, rows, booked.length, kicc.effects().length, ...heard].join();
if (seen !== 'succeeded,20,21,21,21,10000,true,function') throw new Error(seen);
