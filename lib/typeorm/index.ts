import 'reflect-metadata';

export { TypeOrmReviseJournal } from './typeorm-revise-journal.js';
export { OnRevisionSettled, type RevisionSettledHandler } from './on-revision-settled.js';
export { kiccEntities } from './schema.js';
export { kiccMigrations } from './migrations.js';
export type { RevisionQuery } from '../sql/revision-table.js';
export type { RevisionEntity } from './revision-entity.js';
export type { NotificationEntity } from './notification-entity.js';
export type { BulkEntity, BulkRowEntity } from './bulk-entities.js';
