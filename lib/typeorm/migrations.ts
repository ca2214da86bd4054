import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';
import { MIGRATIONS, postgresNames, statementsOf } from '../sql/schema/kicc-schema.js';
import type { MigrationOfEngines, Names, SchemaEngine, Statements } from '../sql/schema/migration.js';

const ENGINES: Partial<Record<DataSourceOptions['type'], SchemaEngine>> = {
  postgres: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'better-sqlite3': 'sqlite',
};

/**
 * The migrations of what this library keeps, to be added to the `DataSource`'s own: `migrations: [..., ...kiccMigrations]`.
 * Each can be reverted.
 */
export const kiccMigrations: readonly (new () => MigrationInterface)[] = MIGRATIONS.map(asClass);

/** A class by its own name, as TypeORM wants one. */
function asClass(migration: MigrationOfEngines): new () => MigrationInterface {
  const { name } = migration;
  const named = {
    [name]: class implements MigrationInterface {
      readonly name = name;

      up(runner: QueryRunner): Promise<void> {
        return run(runner, migration, 'up');
      }

      down(runner: QueryRunner): Promise<void> {
        return run(runner, migration, 'down');
      }
    },
  };
  return named[name] as new () => MigrationInterface;
}

async function run(runner: QueryRunner, migration: MigrationOfEngines, direction: keyof Statements): Promise<void> {
  const { type } = runner.connection.options;
  const engine = ENGINES[type];
  if (engine === undefined) {
    throw new Error(
      `kiccMigrations: a DataSource of type ${type} cannot serve. Give postgres, mysql, mariadb or better-sqlite3.`,
    );
  }
  const names = engine === 'postgres' ? await postgresNamesOf(runner) : postgresNames();
  const statements = statementsOf(migration, engine, names)[direction];
  const act = async (): Promise<void> => {
    for (const sql of statements) await runner.query(sql);
  };
  if (migration.whole && statements.length > 0 && !runner.isTransactionActive) await inTransaction(runner, act);
  else await act();
}

/** As TypeORM itself names what it creates and drops. */
async function postgresNamesOf(runner: QueryRunner): Promise<Names> {
  const { schema } = runner.connection.options as { schema?: string };
  if (schema !== undefined) return postgresNames(schema);
  const [row] = (await runner.query('SELECT current_schema() AS name')) as { name: string | null }[];
  return postgresNames(undefined, row?.name ?? undefined);
}

async function inTransaction(runner: QueryRunner, act: () => Promise<void>): Promise<void> {
  await runner.startTransaction();
  try {
    await act();
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}
