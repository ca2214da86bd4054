import { EntitySchema, type DataSourceOptions } from 'typeorm';
import type { BulkRowState, BulkStatus } from '../journal/bulk.js';
import { BULK_ROW_TABLE, BULK_TABLE } from '../sql/bulk-tables.js';
import { idColumn, isMySql, milliseconds } from './columns.js';

/** A row of the table of bulks, to read. Only the library may write it. */
export interface BulkEntity {
  readonly bulkId: string;
  readonly status: BulkStatus;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly digest: string;
}

/** A row of the table of bulks' rows, to read. Only the library may write it. */
export interface BulkRowEntity {
  readonly bulkId: string;
  /** Its place in what was submitted, from 0. */
  readonly place: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly state: BulkRowState;
  /** ms since 1970, by the database's clock. */
  readonly dueAt: number | null;
  readonly attempts: number;
  readonly version: number;
  /** Request and error, as JSON. */
  readonly body: string;
}

/** The entities of the bulks' tables, for an engine. */
export function bulkEntities(type: DataSourceOptions['type']): readonly EntitySchema[] {
  const id = (name: string, length: number) => idColumn(type, name, length);
  return [
    new EntitySchema<BulkEntity>({
      name: 'KiccBulk',
      tableName: BULK_TABLE,
      columns: {
        bulkId: { ...id('bulk_id', 64), primary: true },
        status: { type: 'varchar', length: 16 },
        createdAt: { name: 'created_at', type: 'bigint', transformer: milliseconds },
        digest: { type: 'varchar', length: 64 },
      },
    }),
    new EntitySchema<BulkRowEntity>({
      name: 'KiccBulkRow',
      tableName: BULK_ROW_TABLE,
      columns: {
        bulkId: { ...id('bulk_id', 64), primary: true },
        place: { type: Number, primary: true },
        mallId: id('mall_id', 8),
        shopTransactionId: id('shop_transaction_id', 60),
        state: { type: 'varchar', length: 16 },
        dueAt: { name: 'due_at', type: 'bigint', nullable: true, transformer: milliseconds },
        attempts: { type: Number },
        version: { type: Number },
        body: { type: isMySql(type) ? 'longtext' : 'text' },
      },
      indices: [
        { name: 'IX_kicc_bulk_row_mall_due', columns: ['mallId', 'dueAt', 'place'] },
        { name: 'IX_kicc_bulk_row_revision', columns: ['shopTransactionId'] },
      ],
    }),
  ];
}
