import { createTable, type MigrationOfEngines } from '../migration.js';

/** Ids are compared to the letter, which MySQL's usual collations do not. */
const TO_THE_LETTER = 'CHARACTER SET "utf8mb4" COLLATE "utf8mb4_bin"';

/** The tables of bulks. */
export const kiccBulk: MigrationOfEngines = {
  version: 2,
  name: 'KiccBulk1790000000002',
  postgres: ({ table, index }) => ({
    up: [
      createTable(table('kicc_bulk'), [
        '"bulk_id" varchar(64) NOT NULL',
        '"status" varchar(16) NOT NULL',
        '"created_at" bigint NOT NULL',
        '"digest" varchar(64) NOT NULL',
        'CONSTRAINT "PK_cb19e203b4155e7d6e2b91a033d" PRIMARY KEY ("bulk_id")',
      ]),
      createTable(table('kicc_bulk_row'), [
        '"bulk_id" varchar(64) NOT NULL',
        '"place" int NOT NULL',
        '"mall_id" varchar(8) NOT NULL',
        '"shop_transaction_id" varchar(60) NOT NULL',
        '"state" varchar(16) NOT NULL',
        '"due_at" bigint',
        '"attempts" int NOT NULL',
        '"version" int NOT NULL',
        '"body" text NOT NULL',
        'CONSTRAINT "PK_177a6010501eb815bc83f8ed793" PRIMARY KEY ("bulk_id", "place")',
      ]),
      `CREATE INDEX "IX_kicc_bulk_row_due" ON ${table('kicc_bulk_row')}  ("due_at") `,
    ],
    down: [
      `DROP INDEX ${index('IX_kicc_bulk_row_due')}`,
      `DROP TABLE ${table('kicc_bulk_row')}`,
      `DROP TABLE ${table('kicc_bulk')}`,
    ],
  }),
  mysql: {
    up: [
      createTable(
        '`kicc_bulk`',
        [
          `\`bulk_id\` varchar(64) ${TO_THE_LETTER} NOT NULL`,
          '`status` varchar(16) NOT NULL',
          '`created_at` bigint NOT NULL',
          '`digest` varchar(64) NOT NULL',
          'PRIMARY KEY (`bulk_id`)',
        ],
        ' ENGINE=InnoDB',
      ),
      createTable(
        '`kicc_bulk_row`',
        [
          `\`bulk_id\` varchar(64) ${TO_THE_LETTER} NOT NULL`,
          '`place` int NOT NULL',
          `\`mall_id\` varchar(8) ${TO_THE_LETTER} NOT NULL`,
          `\`shop_transaction_id\` varchar(60) ${TO_THE_LETTER} NOT NULL`,
          '`state` varchar(16) NOT NULL',
          '`due_at` bigint NULL',
          '`attempts` int NOT NULL',
          '`version` int NOT NULL',
          '`body` longtext NOT NULL',
          'INDEX `IX_kicc_bulk_row_due` (`due_at`)',
          'PRIMARY KEY (`bulk_id`, `place`)',
        ],
        ' ENGINE=InnoDB',
      ),
    ],
    down: ['DROP INDEX `IX_kicc_bulk_row_due` ON `kicc_bulk_row`', 'DROP TABLE `kicc_bulk_row`', 'DROP TABLE `kicc_bulk`'],
  },
  sqlite: {
    up: [
      createTable('"kicc_bulk"', [
        '"bulk_id" varchar(64) PRIMARY KEY NOT NULL',
        '"status" varchar(16) NOT NULL',
        '"created_at" bigint NOT NULL',
        '"digest" varchar(64) NOT NULL',
      ]),
      createTable('"kicc_bulk_row"', [
        '"bulk_id" varchar(64) NOT NULL',
        '"place" integer NOT NULL',
        '"mall_id" varchar(8) NOT NULL',
        '"shop_transaction_id" varchar(60) NOT NULL',
        '"state" varchar(16) NOT NULL',
        '"due_at" bigint',
        '"attempts" integer NOT NULL',
        '"version" integer NOT NULL',
        '"body" text NOT NULL',
        'PRIMARY KEY ("bulk_id", "place")',
      ]),
      'CREATE INDEX "IX_kicc_bulk_row_due" ON "kicc_bulk_row" ("due_at") ',
    ],
    down: ['DROP INDEX "IX_kicc_bulk_row_due"', 'DROP TABLE "kicc_bulk_row"', 'DROP TABLE "kicc_bulk"'],
  },
};
