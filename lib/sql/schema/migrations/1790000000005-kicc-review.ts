import { createTable, type MigrationOfEngines } from '../migration.js';

const BEFORE = "CHECK ((status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL))";
/** What is settled may hold its payment, as long as it is under review. */
const AFTER = "CHECK (status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL)";

/** Under which name the newest number outlives the table. */
const KEPT = 'kicc_revision before its copy';

const COLUMNS = [
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
  '"attention" varchar(16)',
  '"cancel_req_date" varchar(8)',
] as const;

const INDICES = {
  id: ['UQ_kicc_revision_id', 'UNIQUE INDEX', '("mall_id", "shop_transaction_id")'],
  open: ['UQ_kicc_revision_open', 'UNIQUE INDEX', '("mall_id", "open_pg_cno")'],
  payment: ['IX_kicc_revision_payment', 'INDEX', '("mall_id", "pg_cno")'],
  due: ['IX_kicc_revision_due', 'INDEX', '("next_check_at")'],
  attention: ['IX_kicc_revision_attention', 'INDEX', '("attention")'],
} as const;

/** A refusal that is under review holds its payment; on the way back, what is under review lets go of it. */
export const kiccReview: MigrationOfEngines = {
  version: 5,
  name: 'KiccReview1790000000005',
  postgres: ({ table }) => {
    const replace = (check: string): string[] => [
      `ALTER TABLE ${table('kicc_revision')} DROP CONSTRAINT "CHK_kicc_revision_open"`,
      `ALTER TABLE ${table('kicc_revision')} ADD CONSTRAINT "CHK_kicc_revision_open" ${check}`,
    ];
    return { up: replace(AFTER), down: [letGo(table('kicc_revision')), ...replace(BEFORE)] };
  },
  mysql: {
    up: [replaceInOne(AFTER)],
    down: [letGo('`kicc_revision`'), replaceInOne(BEFORE)],
  },
  sqlite: {
    up: copiedWith(AFTER, ['attention', 'due', 'payment', 'open', 'id']),
    down: [letGo('"kicc_revision"'), ...copiedWith(BEFORE, ['attention', 'due', 'open', 'id', 'payment'])],
  },
};

function letGo(table: string): string {
  return `UPDATE ${table} SET open_pg_cno = NULL WHERE status IN ('succeeded', 'declined')`;
}

function replaceInOne(check: string): string {
  const name = 'CHK_kicc_revision_open';
  return `ALTER TABLE \`kicc_revision\` DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${check}`;
}

/** SQLite changes no CHECK: its table is copied, once without and once with the other. */
function copiedWith(check: string, order: readonly (keyof typeof INDICES)[]): string[] {
  return [
    // The copy knows the rows that are there. The number of one that was deleted is not given again.
    `INSERT INTO sqlite_sequence (name, seq) SELECT '${KEPT}', seq FROM sqlite_sequence WHERE name = 'kicc_revision'`,
    ...copied(order),
    ...copied(order, `CONSTRAINT "CHK_kicc_revision_open" ${check}`),
    `DELETE FROM sqlite_sequence WHERE name = 'kicc_revision'`,
    `UPDATE sqlite_sequence SET name = 'kicc_revision' WHERE name = '${KEPT}'`,
  ];
}

function copied(order: readonly (keyof typeof INDICES)[], ...constraint: string[]): string[] {
  const indices = order.map((index) => INDICES[index]);
  const columns = COLUMNS.map((column) => column.split(' ', 1)[0]).join(', ');
  return [
    ...indices.map(([name]) => `DROP INDEX "${name}"`),
    createTable('"temporary_kicc_revision"', [...COLUMNS, ...constraint]),
    `INSERT INTO "temporary_kicc_revision"(${columns}) SELECT ${columns} FROM "kicc_revision"`,
    'DROP TABLE "kicc_revision"',
    'ALTER TABLE "temporary_kicc_revision" RENAME TO "kicc_revision"',
    ...indices.map(([name, kind, on]) => `CREATE ${kind} "${name}" ON "kicc_revision" ${on} `),
  ];
}
