import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DataSource, type DataSourceOptions, type Logger, type MigrationInterface, type QueryRunner } from 'typeorm';
import { kiccMigrations } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { Engine } from '../engines/engine.js';

/** What has run in shops must not change. `KICC_MIGRATIONS_SQL=write` writes the SQL of a new migration, to be committed. */
const WRITES = process.env['KICC_MIGRATIONS_SQL'] === 'write';

/** The files of an engine, each with the options of its `DataSource`. */
const FILES: Readonly<Record<Engine['name'], readonly (readonly [file: string, options: object])[]>> = {
  sqlite: [['sqlite', {}]],
  postgres: [
    ['postgres', {}],
    ['postgres-schema', { schema: 'refunds' }],
  ],
  // MariaDB serves TypeORM's type for MySQL, too.
  mariadb: [
    ['mariadb', {}],
    ['mariadb', { type: 'mysql' }],
  ],
};

/** SQLite gives it a number, which the table's copy has to remember. */
const ROW = `(mall_id, shop_transaction_id, pg_cno, open_pg_cno, status, version, accepted_at, written_by, state)
  VALUES ('T0000001', 'id', 'payment', 'payment', 'accepted', 1, 0, 'test', '{}')`;

type Migration = new () => MigrationInterface;

/** Keeps the statements that change something. */
class StatementLogger implements Logger {
  #statements: string[] = [];

  logQuery(query: string, parameters: unknown[] = []): void {
    if (/^\s*(SELECT|PRAGMA|SHOW)\b/i.test(query)) return;
    this.#statements.push(parameters.length > 0 ? `${query}; -- ${JSON.stringify(parameters)}` : `${query};`);
  }

  take(): string[] {
    return this.#statements.splice(0);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

it('comes of what the migrations say themselves', () => {
  const folder = new URL('../../lib/sql/schema/migrations/', import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const imports = sources.flatMap((source) => [...source.matchAll(/ from '(.*)';/g)].map(([, from]) => from));
  expect([...new Set(imports)]).toEqual(['../migration.js']);
});

describeEngines('the SQL of kiccMigrations', (engine) => {
  it.each(FILES[engine.name])('is that of %s.sql (%o)', async (name, { schema, ...more }: { schema?: string }) => {
    const logger = new StatementLogger();
    const database = await engine.createDatabase();
    const inSchema = schema === undefined ? {} : { schema };
    const options = { ...database.options, ...inSchema, ...more, logging: ['query'], logger } as DataSourceOptions;
    const dataSource = await new DataSource(options).initialize();

    async function run(step: 'up' | 'down', migration: Migration, runner: QueryRunner): Promise<string> {
      logger.take();
      await new migration()[step](runner);
      const sql = [`-- ${migration.name}: ${step}`, ...logger.take(), ''].join('\n');
      if (migration === kiccMigrations[0] && step === 'up') {
        await runner.query(`INSERT INTO ${schema === undefined ? '' : `${schema}.`}kicc_revision ${ROW}`);
      }
      return sql;
    }

    /** By a runner that has seen nothing of the migrations before. */
    async function runAlone(step: 'up' | 'down', migration: Migration): Promise<string> {
      const runner = dataSource.createQueryRunner();
      return run(step, migration, runner).finally(() => runner.release());
    }

    try {
      if (schema !== undefined) await dataSource.query(`CREATE SCHEMA ${schema}`);
      const runner = dataSource.createQueryRunner();
      const ups: string[] = [];
      for (const migration of kiccMigrations) ups.push(await run('up', migration, runner));
      await runner.release();
      const downs: string[] = [];
      for (const migration of kiccMigrations.toReversed()) downs.unshift(await runAlone('down', migration));
      const again: string[] = [];
      for (const migration of kiccMigrations) again.push(await runAlone('up', migration));
      expect(again).toEqual(ups);

      const sql = ups.map((up, n) => `${up}\n${downs[n]}`).join('\n');
      const file = new URL(`migrations/${name}.sql`, import.meta.url);
      if (WRITES) writeFileSync(file, sql);
      expect(sql).toBe(readFileSync(file, 'utf8'));
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});
