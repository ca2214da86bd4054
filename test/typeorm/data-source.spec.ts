import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KiccConfigurationError, KiccModule } from '../../lib/index.js';
import { kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';

describe('an app whose journal is TypeOrmReviseJournal', () => {
  const warnings: string[] = [];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-data-source-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    warnings.length = 0;
  });

  const kicc = (): DynamicModule =>
    KiccModule.forRoot({ environment: 'test', mallId: 'T0000001', secretKey: 'secret', journal: TypeOrmReviseJournal });
  const database = (more: object = {}): DynamicModule =>
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: join(folder, 'shop.db'),
      migrations: [...kiccMigrations],
      migrationsRun: true,
      retryAttempts: 0,
      ...more,
    });

  async function start(...imports: DynamicModule[]): Promise<void> {
    const ignore = (): void => undefined;
    const warn = (message: unknown): void => void warnings.push(String(message));
    const logger = { log: ignore, error: ignore, debug: ignore, verbose: ignore, fatal: ignore, warn };
    @Module({ imports })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(logger)
      .compile();
    app.useLogger(logger);
    await app.init().finally(() => app.close());
  }
  const failure = (...imports: DynamicModule[]): Promise<unknown> =>
    start(...imports).then(
      () => undefined,
      (reason: unknown) => reason,
    );

  it('starts, whichever is imported first', async () => {
    await start(kicc(), database());
    await start(database(), kicc());
    expect(warnings.join()).not.toMatch(/synchronize|dropSchema/);
  });

  it('is told of a DataSource that was forgotten, or has a name', async () => {
    for (const imports of [[kicc()], [database({ name: 'refunds' }), kicc()]]) {
      const error = await failure(...imports);
      expect(error).toBeInstanceOf(KiccConfigurationError);
      expect(String(error)).toMatch(/has no DataSource\. Put TypeOrmModule\.forRoot\(….*getDataSourceToken\('name'\)/);
    }
  });

  it('is told of a database that cannot be reached as it is', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const modules = [database({ database: join(folder, 'none', 'shop.db'), fileMustExist: true }), kicc()] as const;
      const error = await failure(...order.map((index) => modules[index]));
      expect(error).toHaveProperty('message', expect.not.stringContaining('has no DataSource'));
    }
  });

  it.each([
    [{ synchronize: true }, /^The DataSource has synchronize: true: at each start TypeORM drops columns/],
    [{ dropSchema: true, synchronize: true }, /^The DataSource has dropSchema: true: at each start TypeORM drops all tables/],
  ])('is warned of %j', async (options, words) => {
    await start(database(options), kicc());
    expect(warnings).toContainEqual(expect.stringMatching(words));
  });
});
