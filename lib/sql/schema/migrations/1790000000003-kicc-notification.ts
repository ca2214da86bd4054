import { createTable, type MigrationOfEngines } from '../migration.js';

/** Ids are compared to the letter, which MySQL's usual collations do not. */
const TO_THE_LETTER = 'CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin"';

/** Which notifications were handled, and which revisions wait for a person. */
export const kiccNotification: MigrationOfEngines = {
  version: 3,
  name: 'KiccNotification1790000000003',
  postgres: ({ table, index }) => ({
    up: [
      createTable(table('kicc_notification'), [
        '"event_key" varchar(64) NOT NULL',
        '"noti_type" varchar(2) NOT NULL',
        '"mall_id" varchar(8) NOT NULL',
        '"pg_cno" varchar(20) NOT NULL',
        '"handled_at" bigint NOT NULL',
        '"written_by" varchar(36) NOT NULL',
        'CONSTRAINT "PK_7226fa1e14bc9e53c659e507f54" PRIMARY KEY ("event_key")',
      ]),
      `ALTER TABLE ${table('kicc_revision')} ADD "attention" varchar(16)`,
      `CREATE INDEX "IX_kicc_revision_attention" ON ${table('kicc_revision')}  ("attention") `,
    ],
    down: [
      `DROP INDEX ${index('IX_kicc_revision_attention')}`,
      `ALTER TABLE ${table('kicc_revision')} DROP COLUMN "attention"`,
      `DROP TABLE ${table('kicc_notification')}`,
    ],
  }),
  mysql: {
    up: [
      createTable(
        '`kicc_notification`',
        [
          `\`event_key\` varchar(64) ${TO_THE_LETTER} NOT NULL`,
          '`noti_type` varchar(2) NOT NULL',
          `\`mall_id\` varchar(8) ${TO_THE_LETTER} NOT NULL`,
          `\`pg_cno\` varchar(20) ${TO_THE_LETTER} NOT NULL`,
          '`handled_at` bigint NOT NULL',
          '`written_by` varchar(36) NOT NULL',
          'PRIMARY KEY (`event_key`)',
        ],
        ' ENGINE=InnoDB',
      ),
      'ALTER TABLE `kicc_revision` ADD `attention` varchar(16) NULL',
      'CREATE INDEX `IX_kicc_revision_attention` ON `kicc_revision` (`attention`)',
    ],
    down: [
      'DROP INDEX `IX_kicc_revision_attention` ON `kicc_revision`',
      'ALTER TABLE `kicc_revision` DROP COLUMN `attention`',
      'DROP TABLE `kicc_notification`',
    ],
  },
  sqlite: {
    up: [
      createTable('"kicc_notification"', [
        '"event_key" varchar(64) PRIMARY KEY NOT NULL',
        '"noti_type" varchar(2) NOT NULL',
        '"mall_id" varchar(8) NOT NULL',
        '"pg_cno" varchar(20) NOT NULL',
        '"handled_at" bigint NOT NULL',
        '"written_by" varchar(36) NOT NULL',
      ]),
      'ALTER TABLE "kicc_revision" ADD COLUMN "attention" varchar(16)',
      'CREATE INDEX "IX_kicc_revision_attention" ON "kicc_revision" ("attention") ',
    ],
    down: [
      'DROP INDEX "IX_kicc_revision_attention"',
      'ALTER TABLE "kicc_revision" DROP COLUMN "attention"',
      'DROP TABLE "kicc_notification"',
    ],
  },
};
