import { Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { idColumn } from './columns.js';

/** Which notifications were handled, and which revisions wait for a person. */
export class KiccNotification1790000000003 implements MigrationInterface {
  readonly name = 'KiccNotification1790000000003';

  async up(runner: QueryRunner): Promise<void> {
    const { type } = runner.connection.options;
    await runner.createTable(
      new Table({
        name: 'kicc_notification',
        columns: [
          { ...idColumn(type, 'event_key', 64), isPrimary: true },
          { name: 'noti_type', type: 'varchar', length: '2' },
          idColumn(type, 'mall_id', 8),
          idColumn(type, 'pg_cno', 20),
          { name: 'handled_at', type: 'bigint' },
          { name: 'written_by', type: 'varchar', length: '36' },
        ],
      }),
    );
    const column = new TableColumn({ name: 'attention', type: 'varchar', length: '16', isNullable: true });
    // TypeORM would copy the whole table.
    if (type === 'better-sqlite3') await runner.query(`ALTER TABLE "kicc_revision" ADD COLUMN "attention" varchar(16)`);
    else await runner.addColumn('kicc_revision', column);
    await runner.createIndex(
      'kicc_revision',
      new TableIndex({ name: 'IX_kicc_revision_attention', columnNames: ['attention'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('kicc_revision', 'IX_kicc_revision_attention');
    const isSqlite = runner.connection.options.type === 'better-sqlite3';
    if (isSqlite) await runner.query(`ALTER TABLE "kicc_revision" DROP COLUMN "attention"`);
    else await runner.dropColumn('kicc_revision', 'attention');
    await runner.dropTable('kicc_notification');
  }
}
