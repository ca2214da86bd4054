import { EntitySchema, type DataSourceOptions } from 'typeorm';
import { idColumn, milliseconds } from './columns.js';
import { NOTIFICATION_TABLE } from '../sql/notification-table.js';

/** A row of the table of notifications that were handled, to read. Only the library may write it. */
export interface NotificationEntity {
  /** The same for every repeat of a notification. */
  readonly eventKey: string;
  readonly notiType: string;
  readonly mallId: string;
  readonly pgCno: string;
  /** ms since 1970. */
  readonly handledAt: number;
  /** Marks the write that it comes from. */
  readonly writtenBy: string;
}

/** The entity of the table of notifications, for an engine. */
export function notificationEntity(type: DataSourceOptions['type']): EntitySchema<NotificationEntity> {
  return new EntitySchema<NotificationEntity>({
    name: 'KiccNotification',
    tableName: NOTIFICATION_TABLE,
    columns: {
      eventKey: { ...idColumn(type, 'event_key', 64), primary: true },
      notiType: { name: 'noti_type', type: 'varchar', length: 2 },
      mallId: idColumn(type, 'mall_id', 8),
      pgCno: idColumn(type, 'pg_cno', 20),
      handledAt: { name: 'handled_at', type: 'bigint', transformer: milliseconds },
      writtenBy: { name: 'written_by', type: 'varchar', length: 36 },
    },
  });
}
