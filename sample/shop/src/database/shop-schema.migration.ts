import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions, type TableOptions } from 'typeorm';

const id = (name: string, length: number): TableColumnOptions => text(name, length, { isPrimary: true });
const text = (name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...more,
});
const whole = (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({ name, type: 'int', ...more });
const time = (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({ name, type: 'bigint', ...more });
const long = (name: string): TableColumnOptions => ({ name, type: 'text' });
const flag = (name: string): TableColumnOptions => ({ name, type: 'boolean' });

/** The shop's own tables; those of the library come from `kiccMigrations`. */
export class ShopSchema1795000000001 implements MigrationInterface {
  readonly name = 'ShopSchema1795000000001';

  async up(runner: QueryRunner): Promise<void> {
    const orderId = text('order_id', 20);
    const toOrder = [{ columnNames: ['order_id'], referencedTableName: 'shop_order', referencedColumnNames: ['id'] }];
    const isMySql = ['mysql', 'mariadb'].includes(runner.connection.options.type);
    const tables: TableOptions[] = [
      { name: 'shop_staff', columns: [id('id', 32), text('password_hash', 120)] },
      {
        name: 'shop_order',
        columns: [
          id('id', 20),
          text('buyer', 40),
          text('state', 16),
          whole('amount'),
          time('ordered_at'),
          text('access_key', 32),
        ],
        indices: [
          { name: 'IX_shop_order_state', columnNames: ['state'] },
          { name: 'IX_shop_order_time', columnNames: ['ordered_at'] },
        ],
      },
      {
        name: 'shop_order_item',
        columns: [
          { ...orderId, isPrimary: true },
          whole('line', { isPrimary: true }),
          text('name', 100),
          whole('unit_price'),
          whole('quantity'),
          flag('tax_free'),
        ],
        foreignKeys: toOrder,
      },
      {
        name: 'shop_payment',
        columns: [
          id('pg_cno', 20),
          { ...orderId, isUnique: true },
          text('pay_method_type_code', 2),
          whole('amount'),
          flag('complex_tax'),
        ],
        foreignKeys: toOrder,
      },
      {
        name: 'shop_refund',
        columns: [
          id('id', 60),
          orderId,
          whole('sequence'),
          ...['amount', 'taxation_amount', 'tax_free_amount', 'vat_amount', 'balance_before'].map((name) => whole(name)),
          text('reason', 100),
          text('requested_by', 32),
          time('requested_at'),
          text('state', 16),
          time('settled_at', { isNullable: true }),
          text('cancel_pg_cno', 20, { isNullable: true }),
          text('note', 300, { isNullable: true }),
          text('bulk_id', 64, { isNullable: true }),
        ],
        foreignKeys: toOrder,
        indices: [
          { name: 'UQ_shop_refund', columnNames: ['order_id', 'sequence'], isUnique: true },
          { name: 'IX_shop_refund_state', columnNames: ['state'] },
          { name: 'IX_shop_refund_bulk', columnNames: ['bulk_id'] },
        ],
      },
      {
        name: 'shop_refund_item',
        columns: [id('refund_id', 60), whole('line', { isPrimary: true }), whole('quantity')],
        foreignKeys: [{ columnNames: ['refund_id'], referencedTableName: 'shop_refund', referencedColumnNames: ['id'] }],
      },
      {
        name: 'shop_bulk',
        columns: [
          id('id', 64),
          text('name', 100),
          text('state', 16),
          text('created_by', 32),
          time('created_at'),
          isMySql ? { name: 'rows', type: 'longtext' } : long('rows'),
        ],
      },
      {
        name: 'shop_lab_run',
        columns: [
          id('id', 36),
          text('fault', 32),
          time('began_at'),
          orderId,
          text('refund_id', 60),
          text('plain_pg_cno', 20),
          long('plain_log'),
          flag('plain_open'),
        ],
      },
    ];
    for (const table of tables) await runner.createTable(new Table(table));
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['lab_run', 'bulk', 'refund_item', 'refund', 'payment', 'order_item', 'order', 'staff'];
    for (const table of tables) await runner.dropTable(`shop_${table}`);
  }
}
