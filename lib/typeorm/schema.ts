import type { DataSourceOptions, EntitySchema, MigrationInterface } from 'typeorm';
import { bulkEntities } from './bulk-entities.js';
import { KiccRevision1790000000001 } from './migrations/1790000000001-kicc-revision.js';
import { KiccBulk1790000000002 } from './migrations/1790000000002-kicc-bulk.js';
import { KiccNotification1790000000003 } from './migrations/1790000000003-kicc-notification.js';
import { KiccQueryDay1790000000004 } from './migrations/1790000000004-kicc-query-day.js';
import { KiccReview1790000000005 } from './migrations/1790000000005-kicc-review.js';
import { KiccBulkRevision1790000000006 } from './migrations/1790000000006-kicc-bulk-revision.js';
import { KiccPartialIndices1790000000007 } from './migrations/1790000000007-kicc-partial-indices.js';
import { KiccBulkDue1790000000008 } from './migrations/1790000000008-kicc-bulk-due.js';
import { notificationEntity } from './notification-entity.js';
import { revisionEntity } from './revision-entity.js';

/**
 * The migrations of what this library keeps, to be added to the `DataSource`'s own: `migrations: [..., ...kiccMigrations]`.
 * Each can be reverted.
 */
export const kiccMigrations: readonly (new () => MigrationInterface)[] = [
  KiccRevision1790000000001,
  KiccBulk1790000000002,
  KiccNotification1790000000003,
  KiccQueryDay1790000000004,
  KiccReview1790000000005,
  KiccBulkRevision1790000000006,
  KiccPartialIndices1790000000007,
  KiccBulkDue1790000000008,
];

/**
 * The entities of what this library keeps, to be added to the `DataSource`'s own: `entities: [...,
 * ...kiccEntities('mariadb')]`. The journal works without them. With them, `migration:generate` leaves the tables alone, and
 * the shop can read them (`dataSource.getRepository<RevisionEntity>('KiccRevision')`); it must not write them.
 * @param type the `DataSource`'s.
 */
export function kiccEntities(type: DataSourceOptions['type']): readonly EntitySchema[] {
  return [revisionEntity(type), ...bulkEntities(type), notificationEntity(type)];
}
