import { Table, TableCheck, TableIndex, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';
import { idColumn, isMySql } from './columns.js';

const CHECK = {
  name: 'CHK_kicc_revision_open',
  expression: "(status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)",
} as const;

/** The journal's table. */
export class KiccRevision1790000000001 implements MigrationInterface {
  readonly name = 'KiccRevision1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    const { type } = runner.connection.options;
    const integer = type === 'better-sqlite3' ? 'integer' : 'int';
    const id = (name: string, length: number): TableColumnOptions => idColumn(type, name, length);
    const time = (name: string): TableColumnOptions => ({ name, type: 'bigint' });
    const index = (name: string, isUnique: boolean, ...columnNames: string[]): TableIndex =>
      new TableIndex({ name, columnNames, isUnique });
    await runner.createTable(
      new Table({
        name: 'kicc_revision',
        columns: [
          {
            name: 'sequence',
            type: integer,
            isPrimary: true,
            isGenerated: true,
            generationStrategy: 'increment',
          },
          id('mall_id', 8),
          id('shop_transaction_id', 60),
          id('pg_cno', 20),
          { ...id('open_pg_cno', 20), isNullable: true },
          { name: 'status', type: 'varchar', length: '16' },
          { name: 'version', type: integer },
          time('accepted_at'),
          { ...time('settled_at'), isNullable: true },
          { ...time('next_check_at'), isNullable: true },
          { ...time('lease_until'), isNullable: true },
          { name: 'written_by', type: 'varchar', length: '36' },
          { name: 'state', type: isMySql(type) ? 'longtext' : 'text' },
        ],
        indices: [
          index('UQ_kicc_revision_id', true, 'mall_id', 'shop_transaction_id'),
          index('UQ_kicc_revision_open', true, 'mall_id', 'open_pg_cno'),
          index('IX_kicc_revision_payment', false, 'mall_id', 'pg_cno'),
          index('IX_kicc_revision_due', false, 'next_check_at'),
        ],
        checks: isMySql(type) ? [] : [new TableCheck(CHECK)],
      }),
    );
    if (isMySql(type)) {
      // TypeORM knows no CHECK of MySQL's.
      await runner.query(`ALTER TABLE \`kicc_revision\` ADD CONSTRAINT \`${CHECK.name}\` CHECK (${CHECK.expression})`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('kicc_revision');
  }
}
