import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { kiccEntities, kiccMigrations } from 'nestjs-kicc/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { BulkDraft } from '../bulk/bulk-draft.entity.js';
import { DEFAULT_DATABASE } from '../demo.js';
import { LabRun } from '../lab/lab-run.entity.js';
import { Order } from '../orders/order.entity.js';
import { Refund } from '../refunds/refund.entity.js';
import { Session } from '../session/session.entity.js';
import { Staff } from '../session/staff.entity.js';
import { ShopSchema1796000000001 } from './shop-schema.migration.js';

/**
 * The shop's database: SQLite in a file, or what `DATABASE_URL` names (`postgres://…`, `mariadb://…`, or another file).
 * @throws {Error} the URL is of another kind.
 */
export function databaseOptions(url: string = DEFAULT_DATABASE): DataSourceOptions {
  const scheme = /^(\w+):\/\//.exec(url)?.[1];
  const common = {
    entities: [Order, Refund, BulkDraft, LabRun, Session, Staff],
    migrations: [...kiccMigrations, ShopSchema1796000000001],
    migrationsRun: true,
  };
  const withKicc = (type: DataSourceOptions['type']) => ({ ...common, entities: [...common.entities, ...kiccEntities(type)] });
  switch (scheme) {
    case undefined:
      mkdirSync(dirname(url), { recursive: true });
      return { type: 'better-sqlite3', database: url, enableWAL: true, ...withKicc('better-sqlite3') };
    case 'postgres':
    case 'postgresql':
      return { type: 'postgres', url, ...withKicc('postgres') };
    case 'mariadb':
    case 'mysql':
      return { type: 'mariadb', url, ...withKicc('mariadb') };
    default:
      throw new Error(`DATABASE_URL: ${scheme} is not known. Give postgres://…, mariadb://… or the path of a SQLite file.`);
  }
}
