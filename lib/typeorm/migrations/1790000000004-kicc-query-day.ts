import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { isMySql, tablePath } from './columns.js';

/** The day under which KICC is asked about a revision, which tells until when it can be. */
export class KiccQueryDay1790000000004 implements MigrationInterface {
  readonly name = 'KiccQueryDay1790000000004';

  async up(runner: QueryRunner): Promise<void> {
    const { type } = runner.connection.options;
    const table = tablePath(runner.connection, 'kicc_revision');
    // TypeORM would copy the whole table.
    if (type === 'better-sqlite3') await runner.query(`ALTER TABLE ${table} ADD COLUMN "cancel_req_date" varchar(8)`);
    else {
      const column = new TableColumn({ name: 'cancel_req_date', type: 'varchar', length: '8', isNullable: true });
      await runner.addColumn('kicc_revision', column);
    }
    const day =
      type === 'postgres'
        ? "(state::json ->> 'cancelReqDate')"
        : isMySql(type)
          ? "JSON_UNQUOTE(JSON_EXTRACT(state, '$.cancelReqDate'))"
          : "json_extract(state, '$.cancelReqDate')";
    await runner.query(`UPDATE ${table} SET cancel_req_date = ${day} WHERE open_pg_cno IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.connection.options.type === 'better-sqlite3';
    if (isSqlite) await runner.query(`ALTER TABLE "kicc_revision" DROP COLUMN "cancel_req_date"`);
    else await runner.dropColumn('kicc_revision', 'cancel_req_date');
  }
}
