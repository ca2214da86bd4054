// The least that a Nest app with TypeORM and SQLite is: one table, one page. What the start of the sample shop is measured by.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EntitySchema } from 'typeorm';

const Order = new EntitySchema({ name: 'Order', columns: { id: { type: String, primary: true }, amount: { type: Number } } });

class Page {
  show() {
    return 'orders';
  }
}
Get()(Page.prototype, 'show', Object.getOwnPropertyDescriptor(Page.prototype, 'show'));
Controller()(Page);

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: process.argv[2], entities: [Order], synchronize: true }),
    TypeOrmModule.forFeature([Order]),
  ],
  controllers: [Page],
})(AppModule);
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
console.log(`shop ${await app.getUrl()}`);
