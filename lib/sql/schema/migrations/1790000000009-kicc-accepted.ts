import type { MigrationOfEngines } from '../migration.js';

/** Lists revisions by when they were taken in, and counts by day what became of them, without a look at the table itself. */
export const kiccAccepted: MigrationOfEngines = {
  version: 9,
  name: 'KiccAccepted1790000000009',
  postgres: ({ table, index }) => ({
    up: [
      `CREATE INDEX "IX_kicc_revision_accepted" ON ${table('kicc_revision')}  ("accepted_at", "sequence", "status", "settled_at", "mall_id") `,
    ],
    down: [`DROP INDEX ${index('IX_kicc_revision_accepted')}`],
  }),
  mysql: {
    up: [
      'CREATE INDEX `IX_kicc_revision_accepted` ON `kicc_revision` (`accepted_at`, `sequence`, `status`, `settled_at`, `mall_id`)',
    ],
    down: ['DROP INDEX `IX_kicc_revision_accepted` ON `kicc_revision`'],
  },
  sqlite: {
    up: [
      'CREATE INDEX "IX_kicc_revision_accepted" ON "kicc_revision" ("accepted_at", "sequence", "status", "settled_at", "mall_id") ',
    ],
    down: ['DROP INDEX "IX_kicc_revision_accepted"'],
  },
};
