import { DataSource } from 'typeorm';
import { connectByDriver, type DatabaseByDriver } from '../../../lib/cli/database-by-driver.js';
import { kiccMigrations } from '../../../lib/typeorm/index.js';
import type { TestDatabase } from '../../engines/engine.js';

/** Where a database is, as shops write it. */
export function urlOf({ options }: TestDatabase): string {
  const { url, database } = options as { url?: string; database?: string };
  return url ?? String(database);
}

export function connectTo(database: TestDatabase): Promise<DatabaseByDriver> {
  return connectByDriver(urlOf(database), 'create');
}

/** Does something by TypeORM, which knows the first so many of the migrations. */
export async function byTypeOrm(
  { options }: TestDatabase,
  count: number,
  act: (dataSource: DataSource) => Promise<unknown>,
  more: object = {},
): Promise<void> {
  const dataSource = new DataSource({ ...options, migrations: kiccMigrations.slice(0, count), ...more });
  await dataSource.initialize();
  await act(dataSource).finally(() => dataSource.destroy());
}

/** Has TypeORM's migrations bring a database to a version. */
export function migrateByTypeOrm(database: TestDatabase, version: number, more: object = {}): Promise<void> {
  return byTypeOrm(database, version, (dataSource) => dataSource.runMigrations(), more);
}
