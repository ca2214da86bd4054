import type { MigrationOfEngines } from '../migration.js';

/** Finds the rows of a mall that are due, in the order in which they are taken up; and which malls there are. */
export const kiccBulkDue: MigrationOfEngines = {
  version: 8,
  name: 'KiccBulkDue1790000000008',
  postgres: ({ table, index }) => ({
    up: [
      `CREATE INDEX "IX_kicc_bulk_row_mall_due" ON ${table('kicc_bulk_row')}  ("mall_id", "due_at", "place") `,
      `DROP INDEX ${index('IX_kicc_bulk_row_due')}`,
    ],
    down: [
      `CREATE INDEX "IX_kicc_bulk_row_due" ON ${table('kicc_bulk_row')}  ("due_at") `,
      `DROP INDEX ${index('IX_kicc_bulk_row_mall_due')}`,
    ],
  }),
  mysql: {
    up: [
      'CREATE INDEX `IX_kicc_bulk_row_mall_due` ON `kicc_bulk_row` (`mall_id`, `due_at`, `place`)',
      'DROP INDEX `IX_kicc_bulk_row_due` ON `kicc_bulk_row`',
    ],
    down: [
      'CREATE INDEX `IX_kicc_bulk_row_due` ON `kicc_bulk_row` (`due_at`)',
      'DROP INDEX `IX_kicc_bulk_row_mall_due` ON `kicc_bulk_row`',
    ],
  },
  sqlite: {
    up: [
      'CREATE INDEX "IX_kicc_bulk_row_mall_due" ON "kicc_bulk_row" ("mall_id", "due_at", "place") ',
      'DROP INDEX "IX_kicc_bulk_row_due"',
    ],
    down: ['CREATE INDEX "IX_kicc_bulk_row_due" ON "kicc_bulk_row" ("due_at") ', 'DROP INDEX "IX_kicc_bulk_row_mall_due"'],
  },
};
