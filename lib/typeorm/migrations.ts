import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';
import { MIGRATIONS, postgresNames, statementsOf } from '../sql/schema/kicc-schema.js';
import type { MigrationOfEngines, Statements } from '../sql/schema/migration.js';
import type { SqlEngine } from '../sql/sql-database.js';
import type { SchemaConnection } from '../sql/schema/schema-connection.js';
import { standingOf } from '../sql/schema/standing.js';
import { VersionTable } from '../sql/schema/version-table.js';

const ENGINES: Partial<Record<DataSourceOptions['type'], SqlEngine>> = {
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
  const schema: Schema = engine === 'postgres' ? await schemaOf(runner) : {};
  const connection: SchemaConnection = { engine, run: (sql, parameters) => runner.query(sql, [...(parameters ?? [])]) };
  if (await isDoneAlready(connection, schema.held, migration.version, direction)) return;
  const statements = statementsOf(migration, engine, postgresNames(schema.named, schema.held))[direction];
  const act = async (): Promise<void> => {
    for (const sql of statements) await runner.query(sql);
  };
  if (migration.whole && statements.length > 0 && !runner.isTransactionActive) await inTransaction(runner, act);
  else await act();
}

/** Whether `kicc migrate` has taken the step, of which TypeORM does not know. */
async function isDoneAlready(
  connection: SchemaConnection,
  schema: string | undefined,
  version: number,
  direction: keyof Statements,
): Promise<boolean> {
  const isPast = (stands: number): boolean => (direction === 'up' ? stands >= version : stands < version);
  const recorded = await new VersionTable(connection, schema).read();
  if (recorded.version === undefined || !isPast(recorded.version)) return false;
  // Something else may have changed the tables since.
  const standing = await standingOf(connection, schema);
  return standing.version !== undefined && isPast(standing.version);
}

/** PostgreSQL's schema: as the `DataSource` names it, and where the tables are. */
interface Schema {
  readonly named?: string | undefined;
  readonly held?: string | undefined;
}

async function schemaOf(runner: QueryRunner): Promise<Schema> {
  const { schema } = runner.connection.options as { schema?: string };
  if (schema !== undefined) return { named: schema, held: schema };
  const [row] = (await runner.query('SELECT current_schema() AS name')) as { name: string | null }[];
  return { held: row?.name ?? undefined };
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
