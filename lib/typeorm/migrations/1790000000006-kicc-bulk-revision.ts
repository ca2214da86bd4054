import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const INDEX = 'IX_kicc_bulk_row_revision';

/** Finds the rows of bulks by their revision, where that has another outcome by now. */
export class KiccBulkRevision1790000000006 implements MigrationInterface {
  readonly name = 'KiccBulkRevision1790000000006';

  async up(runner: QueryRunner): Promise<void> {
    const index = new TableIndex({ name: INDEX, columnNames: ['shop_transaction_id'] });
    await runner.createIndex('kicc_bulk_row', index);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('kicc_bulk_row', INDEX);
  }
}
