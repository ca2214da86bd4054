import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { isMySql } from './columns.js';

/** Indices that serve what is open, due or waits for a person, which few rows are. */
const INDICES = [
  { name: 'UQ_kicc_revision_open', columnNames: ['mall_id', 'open_pg_cno'], column: 'open_pg_cno', isUnique: true },
  { name: 'IX_kicc_revision_due', columnNames: ['next_check_at'], column: 'next_check_at', isUnique: false },
  { name: 'IX_kicc_revision_attention', columnNames: ['attention'], column: 'attention', isUnique: false },
];

/** For staff, who look at what is open from the oldest on. */
const OPEN = 'IX_kicc_revision_open';

/** Where the engine has partial indices, those hold no row that they are not for. MySQL and MariaDB have none. */
export class KiccPartialIndices1790000000007 implements MigrationInterface {
  readonly name = 'KiccPartialIndices1790000000007';

  async up(runner: QueryRunner): Promise<void> {
    if (isMySql(runner.connection.options.type)) return;
    await inTransaction(runner, async () => {
      await replace(runner, (column) => `${column} IS NOT NULL`);
      const open = new TableIndex({ name: OPEN, columnNames: ['sequence'], where: 'open_pg_cno IS NOT NULL' });
      await runner.createIndex('kicc_revision', open);
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    if (isMySql(runner.connection.options.type)) return;
    await inTransaction(runner, async () => {
      await runner.dropIndex('kicc_revision', OPEN);
      await replace(runner, () => undefined);
    });
  }
}

/**
 * Also where TypeORM is told to use none: between the unique index that goes and the one that comes, two processes could take
 * in a refund each of one payment.
 */
async function inTransaction(runner: QueryRunner, act: () => Promise<void>): Promise<void> {
  if (runner.isTransactionActive) return act();
  await runner.startTransaction();
  try {
    await act();
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

async function replace(runner: QueryRunner, where: (column: string) => string | undefined): Promise<void> {
  for (const { column, ...index } of INDICES) {
    await runner.dropIndex('kicc_revision', index.name);
    const condition = where(column);
    await runner.createIndex(
      'kicc_revision',
      new TableIndex({ ...index, ...(condition === undefined ? {} : { where: condition }) }),
    );
  }
}
