import { createTable, type MigrationOfEngines } from '../migration.js';

/** Ids are compared to the letter, which MySQL's usual collations do not. */
const TO_THE_LETTER = 'CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin"';
const CHECK = "CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL))";

/** The journal's table. */
export const kiccRevision: MigrationOfEngines = {
  version: 1,
  name: 'KiccRevision1790000000001',
  postgres: ({ table, index }) => ({
    up: [
      createTable(table('kicc_revision'), [
        '"sequence" SERIAL NOT NULL',
        '"mall_id" varchar(8) NOT NULL',
        '"shop_transaction_id" varchar(60) NOT NULL',
        '"pg_cno" varchar(20) NOT NULL',
        '"open_pg_cno" varchar(20)',
        '"status" varchar(16) NOT NULL',
        '"version" int NOT NULL',
        '"accepted_at" bigint NOT NULL',
        '"settled_at" bigint',
        '"next_check_at" bigint',
        '"lease_until" bigint',
        '"written_by" varchar(36) NOT NULL',
        '"state" text NOT NULL',
        `CONSTRAINT "CHK_kicc_revision_open" ${CHECK}`,
        'CONSTRAINT "PK_10f80430d21ed49688d37304f81" PRIMARY KEY ("sequence")',
      ]),
      `CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON ${table('kicc_revision')}  ("mall_id", "shop_transaction_id") `,
      `CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON ${table('kicc_revision')}  ("mall_id", "open_pg_cno") `,
      `CREATE INDEX "IX_kicc_revision_payment" ON ${table('kicc_revision')}  ("mall_id", "pg_cno") `,
      `CREATE INDEX "IX_kicc_revision_due" ON ${table('kicc_revision')}  ("next_check_at") `,
    ],
    down: [
      `DROP INDEX ${index('UQ_kicc_revision_id')}`,
      `DROP INDEX ${index('IX_kicc_revision_payment')}`,
      `DROP INDEX ${index('UQ_kicc_revision_open')}`,
      `DROP INDEX ${index('IX_kicc_revision_due')}`,
      `DROP TABLE ${table('kicc_revision')}`,
    ],
  }),
  mysql: {
    up: [
      createTable(
        '`kicc_revision`',
        [
          '`sequence` int NOT NULL AUTO_INCREMENT',
          `\`mall_id\` varchar(8) ${TO_THE_LETTER} NOT NULL`,
          `\`shop_transaction_id\` varchar(60) ${TO_THE_LETTER} NOT NULL`,
          `\`pg_cno\` varchar(20) ${TO_THE_LETTER} NOT NULL`,
          `\`open_pg_cno\` varchar(20) ${TO_THE_LETTER} NULL`,
          '`status` varchar(16) NOT NULL',
          '`version` int NOT NULL',
          '`accepted_at` bigint NOT NULL',
          '`settled_at` bigint NULL',
          '`next_check_at` bigint NULL',
          '`lease_until` bigint NULL',
          '`written_by` varchar(36) NOT NULL',
          '`state` longtext NOT NULL',
          'UNIQUE INDEX `UQ_kicc_revision_id` (`mall_id`, `shop_transaction_id`)',
          'UNIQUE INDEX `UQ_kicc_revision_open` (`mall_id`, `open_pg_cno`)',
          'INDEX `IX_kicc_revision_payment` (`mall_id`, `pg_cno`)',
          'INDEX `IX_kicc_revision_due` (`next_check_at`)',
          'PRIMARY KEY (`sequence`)',
        ],
        ' ENGINE=InnoDB',
      ),
      `ALTER TABLE \`kicc_revision\` ADD CONSTRAINT \`CHK_kicc_revision_open\` ${CHECK}`,
    ],
    down: [
      'DROP INDEX `UQ_kicc_revision_id` ON `kicc_revision`',
      'DROP INDEX `UQ_kicc_revision_open` ON `kicc_revision`',
      'DROP INDEX `IX_kicc_revision_payment` ON `kicc_revision`',
      'DROP INDEX `IX_kicc_revision_due` ON `kicc_revision`',
      'DROP TABLE `kicc_revision`',
    ],
  },
  sqlite: {
    up: [
      createTable('"kicc_revision"', [
        '"sequence" integer PRIMARY KEY AUTOINCREMENT NOT NULL',
        '"mall_id" varchar(8) NOT NULL',
        '"shop_transaction_id" varchar(60) NOT NULL',
        '"pg_cno" varchar(20) NOT NULL',
        '"open_pg_cno" varchar(20)',
        '"status" varchar(16) NOT NULL',
        '"version" integer NOT NULL',
        '"accepted_at" bigint NOT NULL',
        '"settled_at" bigint',
        '"next_check_at" bigint',
        '"lease_until" bigint',
        '"written_by" varchar(36) NOT NULL',
        '"state" text NOT NULL',
        `CONSTRAINT "CHK_kicc_revision_open" ${CHECK}`,
      ]),
      'CREATE UNIQUE INDEX "UQ_kicc_revision_id" ON "kicc_revision" ("mall_id", "shop_transaction_id") ',
      'CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON "kicc_revision" ("mall_id", "open_pg_cno") ',
      'CREATE INDEX "IX_kicc_revision_payment" ON "kicc_revision" ("mall_id", "pg_cno") ',
      'CREATE INDEX "IX_kicc_revision_due" ON "kicc_revision" ("next_check_at") ',
    ],
    down: [
      'DROP INDEX "IX_kicc_revision_payment"',
      'DROP INDEX "UQ_kicc_revision_id"',
      'DROP INDEX "UQ_kicc_revision_open"',
      'DROP INDEX "IX_kicc_revision_due"',
      'DROP TABLE "kicc_revision"',
    ],
  },
};
