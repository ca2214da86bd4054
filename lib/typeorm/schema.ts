import type { DataSourceOptions, EntitySchema } from 'typeorm';
import { bulkEntities } from './bulk-entities.js';
import { notificationEntity } from './notification-entity.js';
import { revisionEntity } from './revision-entity.js';

/**
 * The entities of what this library keeps, to be added to the `DataSource`'s own: `entities: [...,
 * ...kiccEntities('mariadb')]`. The journal works without them. With them, `migration:generate` leaves the tables alone, and
 * the shop can read them (`dataSource.getRepository<RevisionEntity>('KiccRevision')`); it must not write them.
 * @param type the `DataSource`'s.
 */
export function kiccEntities(type: DataSourceOptions['type']): readonly EntitySchema[] {
  return [revisionEntity(type), ...bulkEntities(type), notificationEntity(type)];
}
