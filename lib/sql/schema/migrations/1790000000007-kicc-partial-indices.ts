import type { MigrationOfEngines, Statements } from '../migration.js';

/**
 * Where the engine has partial indices, those that serve what is open, due or waits for a person hold no row that they are not
 * for. MySQL and MariaDB have none.
 */
export const kiccPartialIndices: MigrationOfEngines = {
  version: 7,
  name: 'KiccPartialIndices1790000000007',
  // Between the unique index that goes and the one that comes, two processes could take in a refund each of one payment.
  whole: true,
  postgres: ({ table, index }) => replaced(`${table('kicc_revision')} `, index),
  mysql: { up: [], down: [] },
  sqlite: replaced('"kicc_revision"', (name) => `"${name}"`),
};

function replaced(table: string, path: (index: string) => string): Statements {
  const open = (where: string): string[] => [
    `DROP INDEX ${path('UQ_kicc_revision_open')}`,
    `CREATE UNIQUE INDEX "UQ_kicc_revision_open" ON ${table} ("mall_id", "open_pg_cno") ${where}`,
  ];
  const due = (where: string): string[] => [
    `DROP INDEX ${path('IX_kicc_revision_due')}`,
    `CREATE INDEX "IX_kicc_revision_due" ON ${table} ("next_check_at") ${where}`,
  ];
  const attention = (where: string): string[] => [
    `DROP INDEX ${path('IX_kicc_revision_attention')}`,
    `CREATE INDEX "IX_kicc_revision_attention" ON ${table} ("attention") ${where}`,
  ];
  return {
    up: [
      ...open('WHERE open_pg_cno IS NOT NULL'),
      ...due('WHERE next_check_at IS NOT NULL'),
      ...attention('WHERE attention IS NOT NULL'),
      // For staff, who look at what is open from the oldest on.
      `CREATE INDEX "IX_kicc_revision_open" ON ${table} ("sequence") WHERE open_pg_cno IS NOT NULL`,
    ],
    down: [`DROP INDEX ${path('IX_kicc_revision_open')}`, ...open(''), ...due(''), ...attention('')],
  };
}
