import type { DataSource, EntityManager } from 'typeorm';

/** A transaction that stays open until the test ends it. */
export interface Hold {
  readonly isOpen: boolean;
  end(how: 'commit' | 'rollback'): Promise<void>;
}

export async function hold(
  dataSource: DataSource,
  act: (manager: EntityManager) => Promise<unknown>,
  isolation?: 'READ COMMITTED',
): Promise<Hold> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction(isolation);
  await act(runner.manager);
  return {
    get isOpen() {
      return runner.isTransactionActive;
    },
    end: async (how) => {
      if (how === 'commit') await runner.commitTransaction();
      else await runner.rollbackTransaction();
      await runner.release();
    },
  };
}

/** Locks a row of the journal's, as somebody who looks at it may. */
export function lockRow(dataSource: DataSource, mallId: string, shopTransactionId: string): Promise<Hold> {
  const row = `SELECT * FROM kicc_revision WHERE mall_id = '${mallId}' AND shop_transaction_id = '${shopTransactionId}' FOR UPDATE`;
  return hold(dataSource, (manager) => manager.query(row), 'READ COMMITTED');
}
