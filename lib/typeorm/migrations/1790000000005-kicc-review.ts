import { TableCheck, type MigrationInterface, type QueryRunner } from 'typeorm';
import { isMySql, tablePath } from './columns.js';

const CHECK = 'CHK_kicc_revision_open';
const BEFORE = "(status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)";
/** What is settled may hold its payment, as long as it is under review. */
const AFTER = "status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL";
/** What SQLite knows of the numbers that it has given. */
const OF_TABLE = `FROM sqlite_sequence WHERE name = 'kicc_revision'`;

/** A refusal that is under review holds its payment. */
export class KiccReview1790000000005 implements MigrationInterface {
  readonly name = 'KiccReview1790000000005';

  async up(runner: QueryRunner): Promise<void> {
    await replaceCheck(runner, AFTER);
  }

  /** What is under review lets go of its payment. */
  async down(runner: QueryRunner): Promise<void> {
    const table = tablePath(runner.connection, 'kicc_revision');
    await runner.query(`UPDATE ${table} SET open_pg_cno = NULL WHERE status IN ('succeeded', 'declined')`);
    await replaceCheck(runner, BEFORE);
  }
}

async function replaceCheck(runner: QueryRunner, expression: string): Promise<void> {
  if (isMySql(runner.connection.options.type)) {
    // TypeORM knows no CHECK of MySQL's.
    const table = tablePath(runner.connection, 'kicc_revision');
    await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${CHECK}, ADD CONSTRAINT ${CHECK} CHECK (${expression})`);
    return;
  }
  const isSqlite = runner.connection.options.type === 'better-sqlite3';
  const given = isSqlite ? ((await runner.query(`SELECT seq ${OF_TABLE}`)) as { seq: number }[]) : [];
  // SQLite's table is copied as TypeORM remembers it, which has not seen what an earlier migration added by itself.
  await runner.getTable('kicc_revision');
  await runner.dropCheckConstraint('kicc_revision', CHECK);
  await runner.createCheckConstraint('kicc_revision', new TableCheck({ name: CHECK, expression }));
  // The copy knows the rows that are there. The number of one that was deleted is not given again.
  for (const { seq } of given) {
    await runner.query(`DELETE ${OF_TABLE}`);
    await runner.query(`INSERT INTO sqlite_sequence (name, seq) VALUES ('kicc_revision', ${seq})`);
  }
}
