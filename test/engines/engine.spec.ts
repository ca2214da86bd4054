import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { describeEngines, describeRedis } from './describe-engines.js';
import { engines, type Engine, type TestDatabase } from './engine.js';

describe('Every engine', () => {
  it('is there once, and SQLite always', () => {
    const names = engines.map(({ name }) => name);
    expect(names).toContain('sqlite');
    expect(new Set(names).size).toBe(names.length);
  });

  // Without describeEngines, as the crash test has them.
  describe.each(engines)('$name by itself', (engine) => contract(engine));
});

describeEngines('A database for tests', (engine) => contract(engine));

function contract(engine: Engine): void {
  const sources: DataSource[] = [];
  const databases: TestDatabase[] = [];

  afterEach(async () => {
    for (const source of sources.splice(0)) if (source.isInitialized) await source.destroy();
    for (const database of databases.splice(0)) await database.drop();
  });

  async function create(): Promise<TestDatabase> {
    const database = await engine.createDatabase();
    databases.push(database);
    return database;
  }

  async function connect({ options }: TestDatabase): Promise<DataSource> {
    const source = await new DataSource(options).initialize();
    sources.push(source);
    return source;
  }

  async function drop(database: TestDatabase): Promise<void> {
    databases.splice(databases.indexOf(database), 1);
    await database.drop();
  }

  async function tables(source: DataSource): Promise<string[]> {
    const sql = {
      sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'",
      postgres:
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
      mariadb: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    }[engine.name];
    return (await source.query<{ name: string }[]>(sql)).map(({ name }) => name);
  }

  it('answers as what it says it is', async () => {
    const source = await connect(await create());
    const sql = engine.name === 'sqlite' ? "SELECT 'SQLite ' || sqlite_version() AS version" : 'SELECT version() AS version';
    const [row] = await source.query<{ version: string }[]>(sql);
    expect(row?.version.toLowerCase()).toContain(engine.name);
  });

  it('is empty, whatever was in those before', async () => {
    for (let round = 0; round < 3; round++) {
      const database = await create();
      const source = await connect(database);
      expect(await tables(source)).toEqual([]);
      await source.query('CREATE TABLE refund (id INT PRIMARY KEY)');
      await source.query('CREATE VIEW refunds AS SELECT id FROM refund');
      if (engine.name === 'postgres') {
        await source.query('CREATE SCHEMA other');
        await source.query('CREATE TABLE other.refund (id INT PRIMARY KEY)');
        await source.query(`ALTER DATABASE ${String(source.driver.database)} SET synchronous_commit = off`);
      }
      await source.destroy();
      await drop(database);
    }
  });

  it('is not the other one', async () => {
    const [one, other] = [await connect(await create()), await connect(await create())];
    await one.query('CREATE TABLE refund (id INT PRIMARY KEY)');
    expect(await tables(one)).toHaveLength(1);
    expect(await tables(other)).toEqual([]);
    await other.query('CREATE TABLE refund (id INT PRIMARY KEY)');
    await one.query('INSERT INTO refund VALUES (1)');
    expect(await other.query('SELECT id FROM refund')).toEqual([]);
  });

  it('is of many at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, async () => connect(await create())));
    await Promise.all(all.map((source) => source.query('CREATE TABLE refund (id INT PRIMARY KEY)')));
    for (const source of all) expect(await tables(source)).toHaveLength(1);
  });

  it('is dropped under those who still use it, who find nothing of it after', async () => {
    const database = await create();
    const left = await connect(database);
    await left.query('CREATE TABLE refund (id INT PRIMARY KEY)');
    await drop(database);
    const next = await connect(await create());
    expect(await tables(next)).toEqual([]);
    if (engine.name === 'sqlite') return;
    await expect(left.query('INSERT INTO refund VALUES (1)')).rejects.toThrow();
    await expect(new DataSource(database.options).initialize()).rejects.toThrow();
  });

  it('has the settings of a shop that keeps what it confirmed', async () => {
    const source = await connect(await create());
    const setting = async (sql: string): Promise<unknown> => Object.values((await source.query<object[]>(sql))[0] ?? {})[0];
    switch (engine.name) {
      case 'sqlite':
        // How it syncs is a setting of each connection: the journal's own has it.
        expect(await setting('PRAGMA journal_mode')).toBe('wal');
        break;
      case 'postgres':
        expect(await setting('SHOW fsync')).toBe('on');
        expect(await setting('SHOW synchronous_commit')).toBe('on');
        expect(await setting('SHOW full_page_writes')).toBe('on');
        break;
      case 'mariadb':
        expect(Number(await setting('SELECT @@GLOBAL.innodb_flush_log_at_trx_commit'))).toBe(1);
        expect(Number(await setting('SELECT @@GLOBAL.innodb_doublewrite'))).toBe(1);
    }
  });
}

describeRedis('The Redis for tests', (url) => {
  it('answers, and keeps nothing on the disk', async () => {
    const redis = new Redis(url);
    try {
      expect(await redis.ping()).toBe('PONG');
      expect(await redis.config('GET', 'save')).toEqual(['save', '']);
      expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
    } finally {
      redis.disconnect();
    }
  });
});
