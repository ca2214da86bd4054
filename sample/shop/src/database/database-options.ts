import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { kiccEntities, kiccMigrations } from 'nestjs-kicc/typeorm';
import { DEFAULT_DATABASE } from '../demo.js';
import { ShopSchema1796000000001 } from './shop-schema.migration.js';

/**
 * The shop's database: SQLite in a file, or what `DATABASE_URL` names (`postgres://…`, `mariadb://…`, or another file).
 * @throws {Error} the URL is of another kind.
 */
export function databaseOptions(url: string = DEFAULT_DATABASE): TypeOrmModuleOptions {
  const migrations = [...kiccMigrations, ShopSchema1796000000001];
  // The shop's own entities are those of `TypeOrmModule.forFeature`.
  const common = { migrations, migrationsRun: true, autoLoadEntities: true };
  const scheme = /^(\w+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case undefined:
      mkdirSync(dirname(url), { recursive: true });
      return {
        ...common,
        type: 'better-sqlite3',
        database: url,
        enableWAL: true,
        entities: [...kiccEntities('better-sqlite3')],
      };
    case 'postgres':
    case 'postgresql':
      return { ...common, type: 'postgres', url, entities: [...kiccEntities('postgres')] };
    case 'mariadb':
    case 'mysql':
      return { ...common, type: 'mariadb', url, entities: [...kiccEntities('mariadb')] };
    default:
      throw new Error(`DATABASE_URL: ${scheme} is not known. Give postgres://…, mariadb://… or the path of a SQLite file.`);
  }
}
