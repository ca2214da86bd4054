import type { MigrationInterface, QueryRunner } from 'typeorm';
import { tablePath } from '../columns.js';
import { REVISION_TABLE } from '../revision-table.js';

const CHECK = 'CHK_kicc_revision_open';
const BEFORE = "(status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)";
/** What is settled may hold its payment, as long as it is under review. */
const AFTER = "status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL";

/** A refusal that is under review holds its payment. */
export class KiccReview1790000000005 implements MigrationInterface {
  readonly name = 'KiccReview1790000000005';

  async up(runner: QueryRunner): Promise<void> {
    await replaceCheck(runner, BEFORE, AFTER);
  }

  /** What is under review lets go of its payment. */
  async down(runner: QueryRunner): Promise<void> {
    const table = tablePath(runner.connection, REVISION_TABLE);
    await runner.query(`UPDATE ${table} SET open_pg_cno = NULL WHERE status IN ('succeeded', 'declined')`);
    await replaceCheck(runner, AFTER, BEFORE);
  }
}

async function replaceCheck(runner: QueryRunner, before: string, after: string): Promise<void> {
  const { driver, options } = runner.connection;
  if (options.type === 'better-sqlite3') return copyWithCheck(runner, before, after);
  const [table, check] = [tablePath(runner.connection, REVISION_TABLE), driver.escape(CHECK)];
  await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${check}, ADD CONSTRAINT ${check} CHECK (${after})`);
}

/**
 * SQLite changes no CHECK: the table is copied, by its own words. TypeORM would copy it as it knows it, without the columns that
 * came by SQL.
 */
async function copyWithCheck(runner: QueryRunner, before: string, after: string): Promise<void> {
  const copy = `${REVISION_TABLE}_copy`;
  const written: { type: string; sql: string }[] = await runner.query(
    `SELECT type, sql FROM sqlite_master WHERE tbl_name = '${REVISION_TABLE}' AND sql IS NOT NULL`,
  );
  const [table] = written.filter(({ type }) => type === 'table');
  const name = new RegExp(`^CREATE TABLE "?${REVISION_TABLE}"?`);
  if (!table || !name.test(table.sql) || !table.sql.includes(`CHECK (${before})`)) {
    throw new Error(`${REVISION_TABLE} is not as the migrations before this one made it.`);
  }
  await runner.query(table.sql.replace(name, `CREATE TABLE "${copy}"`).replace(`CHECK (${before})`, () => `CHECK (${after})`));
  await runner.query(`INSERT INTO "${copy}" SELECT * FROM "${REVISION_TABLE}"`);
  // The number of a row that was deleted is never given again.
  await runner.query(`DELETE FROM sqlite_sequence WHERE name = '${copy}'`);
  await runner.query(
    `INSERT INTO sqlite_sequence (name, seq) SELECT '${copy}', seq FROM sqlite_sequence WHERE name = '${REVISION_TABLE}'`,
  );
  await runner.query(`DROP TABLE "${REVISION_TABLE}"`);
  await runner.query(`ALTER TABLE "${copy}" RENAME TO "${REVISION_TABLE}"`);
  for (const { type, sql } of written) if (type !== 'table') await runner.query(sql);
}
