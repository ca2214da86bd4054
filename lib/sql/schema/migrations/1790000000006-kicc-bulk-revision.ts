import type { MigrationOfEngines } from '../migration.js';

/** Finds the rows of bulks by their revision, where that has another outcome by now. */
export const kiccBulkRevision: MigrationOfEngines = {
  version: 6,
  name: 'KiccBulkRevision1790000000006',
  postgres: ({ table, index }) => ({
    up: [`CREATE INDEX "IX_kicc_bulk_row_revision" ON ${table('kicc_bulk_row')}  ("shop_transaction_id") `],
    down: [`DROP INDEX ${index('IX_kicc_bulk_row_revision')}`],
  }),
  mysql: {
    up: ['CREATE INDEX `IX_kicc_bulk_row_revision` ON `kicc_bulk_row` (`shop_transaction_id`)'],
    down: ['DROP INDEX `IX_kicc_bulk_row_revision` ON `kicc_bulk_row`'],
  },
  sqlite: {
    up: ['CREATE INDEX "IX_kicc_bulk_row_revision" ON "kicc_bulk_row" ("shop_transaction_id") '],
    down: ['DROP INDEX "IX_kicc_bulk_row_revision"'],
  },
};
