import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const TABLE = 'kicc_bulk_row';
const BEFORE = new TableIndex({ name: 'IX_kicc_bulk_row_due', columnNames: ['due_at'] });
const AFTER = new TableIndex({ name: 'IX_kicc_bulk_row_mall_due', columnNames: ['mall_id', 'due_at', 'place'] });

/** Finds the rows of a mall that are due, in the order in which they are taken up; and which malls there are. */
export class KiccBulkDue1790000000008 implements MigrationInterface {
  readonly name = 'KiccBulkDue1790000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex(TABLE, AFTER);
    await runner.dropIndex(TABLE, BEFORE.name as string);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex(TABLE, BEFORE);
    await runner.dropIndex(TABLE, AFTER.name as string);
  }
}
