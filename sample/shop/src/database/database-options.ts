import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { kiccEntities, kiccMigrations } from 'nestjs-kicc/typeorm';
import { DEFAULT_DATABASE } from '../demo.js';
import { ShopSchema1796000000001 } from './shop-schema.migration.js';

const SERVERS: Readonly<Record<string, 'postgres' | 'mariadb'>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  mariadb: 'mariadb',
  mysql: 'mariadb',
};

/**
 * The shop's database: SQLite in a file, or what `DATABASE_URL` names (`postgres://…`, `mariadb://…`, or another file).
 * @throws {Error} the URL is of another kind.
 */
export function databaseOptions(url: string = DEFAULT_DATABASE): TypeOrmModuleOptions {
  const scheme = /^(\w+):\/\//.exec(url)?.[1];
  const type = scheme === undefined ? 'better-sqlite3' : SERVERS[scheme];
  if (!type) throw new Error(`DATABASE_URL: ${scheme} is not known. Give postgres://…, mariadb://… or a SQLite file.`);
  const migrations = [...kiccMigrations, ShopSchema1796000000001];
  // The shop's own entities are those of `TypeOrmModule.forFeature`.
  const common = { entities: [...kiccEntities(type)], autoLoadEntities: true, migrations, migrationsRun: true };
  if (type !== 'better-sqlite3') return { ...common, type, url };
  mkdirSync(dirname(url), { recursive: true });
  return { ...common, type, database: url, enableWAL: true };
}
