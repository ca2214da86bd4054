import { Table, TableIndex, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';
import { idColumn, isMySql } from './columns.js';

/** The tables of bulks. */
export class KiccBulk1790000000002 implements MigrationInterface {
  readonly name = 'KiccBulk1790000000002';

  async up(runner: QueryRunner): Promise<void> {
    const { type } = runner.connection.options;
    const integer = type === 'better-sqlite3' ? 'integer' : 'int';
    const id = (name: string, length: number): TableColumnOptions => idColumn(type, name, length);
    await runner.createTable(
      new Table({
        name: 'kicc_bulk',
        columns: [
          { ...id('bulk_id', 64), isPrimary: true },
          { name: 'status', type: 'varchar', length: '16' },
          { name: 'created_at', type: 'bigint' },
          { name: 'digest', type: 'varchar', length: '64' },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'kicc_bulk_row',
        columns: [
          { ...id('bulk_id', 64), isPrimary: true },
          { name: 'place', type: integer, isPrimary: true },
          id('mall_id', 8),
          id('shop_transaction_id', 60),
          { name: 'state', type: 'varchar', length: '16' },
          { name: 'due_at', type: 'bigint', isNullable: true },
          { name: 'attempts', type: integer },
          { name: 'version', type: integer },
          { name: 'body', type: isMySql(type) ? 'longtext' : 'text' },
        ],
        indices: [new TableIndex({ name: 'IX_kicc_bulk_row_due', columnNames: ['due_at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('kicc_bulk_row');
    await runner.dropTable('kicc_bulk');
  }
}
