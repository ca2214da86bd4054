import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The shop's own tables, in SQL that SQLite, PostgreSQL and MariaDB take; those of the library come from `kiccMigrations`. */
export class ShopSchema1796000000001 implements MigrationInterface {
  readonly name = 'ShopSchema1796000000001';

  async up(runner: QueryRunner): Promise<void> {
    if (await runner.hasTable('shop_order')) {
      throw new Error('This database has the tables of an earlier shop. Give an empty one in DATABASE_URL.');
    }
    const long = runner.connection.options.type === 'mariadb' ? 'longtext' : 'text';
    for (const sql of [
      'CREATE TABLE shop_staff (id varchar(32) PRIMARY KEY, password_hash varchar(120) NOT NULL)',
      'CREATE TABLE shop_session (id varchar(64) PRIMARY KEY, staff_id varchar(32) NOT NULL, expires_at bigint NOT NULL)',
      `CREATE TABLE shop_order (
        id varchar(20) PRIMARY KEY, buyer varchar(40) NOT NULL, state varchar(16) NOT NULL, amount int NOT NULL,
        ordered_at bigint NOT NULL, access_key varchar(32) NOT NULL, items text NOT NULL, pg_cno varchar(20) NOT NULL UNIQUE,
        pay_method_type_code varchar(2) NOT NULL, complex_tax boolean NOT NULL)`,
      'CREATE INDEX IX_shop_order_state ON shop_order (state)',
      'CREATE INDEX IX_shop_order_time ON shop_order (ordered_at)',
      `CREATE TABLE shop_refund (
        id varchar(60) PRIMARY KEY, order_id varchar(20) NOT NULL REFERENCES shop_order (id), sequence int NOT NULL,
        amount int NOT NULL, taxation_amount int NOT NULL, tax_free_amount int NOT NULL, vat_amount int NOT NULL,
        balance_before int NOT NULL, reason varchar(100) NOT NULL, requested_by varchar(32) NOT NULL,
        requested_at bigint NOT NULL, state varchar(16) NOT NULL, items text NOT NULL, bulk_id varchar(64))`,
      'CREATE UNIQUE INDEX UQ_shop_refund ON shop_refund (order_id, sequence)',
      'CREATE INDEX IX_shop_refund_state ON shop_refund (state)',
      'CREATE INDEX IX_shop_refund_bulk ON shop_refund (bulk_id)',
      `CREATE TABLE shop_bulk (
        id varchar(64) PRIMARY KEY, name varchar(100) NOT NULL, state varchar(16) NOT NULL, created_by varchar(32) NOT NULL,
        created_at bigint NOT NULL, content ${long} NOT NULL)`,
      `CREATE TABLE shop_lab_run (
        order_id varchar(20) PRIMARY KEY, fault varchar(32) NOT NULL, began_at bigint NOT NULL,
        refund_id varchar(60) NOT NULL, plain_pg_cno varchar(20) NOT NULL, plain_log text NOT NULL,
        plain_open boolean NOT NULL)`,
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['lab_run', 'bulk', 'refund', 'order', 'session', 'staff']) await runner.dropTable(`shop_${table}`);
  }
}
