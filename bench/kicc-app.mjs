// A Nest app with the module in it, on a database and against a gateway or a simulator.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccModule } from 'nestjs-kicc';
import { kiccMigrations, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { UndiciTransport } from 'nestjs-kicc/undici';

export const CONCURRENCY = 32;

/**
 * @param database options of a DataSource.
 * @param more options of the module, and `providers` of the app.
 */
export async function startApp(database, baseUrl, { providers = [], ...more } = {}) {
  class AppModule {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ ...database, migrations: [...kiccMigrations], migrationsRun: true }),
      KiccModule.forRoot({
        environment: 'test',
        baseUrl,
        mallId: 'T0000001',
        secretKey: 'secret-key-of-the-benchmark',
        journal: TypeOrmReviseJournal,
        transport: { useFactory: () => new UndiciTransport() },
        bulk: { concurrency: CONCURRENCY },
        ...more,
      }),
    ],
    providers,
  })(AppModule);
  return NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
}
