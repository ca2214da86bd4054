import type { MigrationOfEngines } from '../migration.js';

/** The day under which KICC is asked about a revision, which tells until when it can be. */
export const kiccQueryDay: MigrationOfEngines = {
  version: 4,
  name: 'KiccQueryDay1790000000004',
  postgres: ({ table }) => ({
    up: [
      `ALTER TABLE ${table('kicc_revision')} ADD "cancel_req_date" varchar(8)`,
      `UPDATE ${table('kicc_revision')} SET cancel_req_date = (state::json ->> 'cancelReqDate') WHERE open_pg_cno IS NOT NULL`,
    ],
    down: [`ALTER TABLE ${table('kicc_revision')} DROP COLUMN "cancel_req_date"`],
  }),
  mysql: {
    up: [
      'ALTER TABLE `kicc_revision` ADD `cancel_req_date` varchar(8) NULL',
      'UPDATE `kicc_revision` SET cancel_req_date = ' +
        "JSON_UNQUOTE(JSON_EXTRACT(state, '$.cancelReqDate')) WHERE open_pg_cno IS NOT NULL",
    ],
    down: ['ALTER TABLE `kicc_revision` DROP COLUMN `cancel_req_date`'],
  },
  sqlite: {
    up: [
      'ALTER TABLE "kicc_revision" ADD COLUMN "cancel_req_date" varchar(8)',
      `UPDATE "kicc_revision" SET cancel_req_date = json_extract(state, '$.cancelReqDate') WHERE open_pg_cno IS NOT NULL`,
    ],
    down: ['ALTER TABLE "kicc_revision" DROP COLUMN "cancel_req_date"'],
  },
};
