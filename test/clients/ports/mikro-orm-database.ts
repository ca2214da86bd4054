import type { EntityManager, MikroORM } from '@mikro-orm/core';
import type { AbstractSqlConnection } from '@mikro-orm/knex';
import type { Knex } from 'knex';
import { KnexDatabase } from './knex-database.js';
import {
  NO_TRANSACTION,
  type SqlDatabase,
  type SqlEngine,
  type SqlResult,
  type SqlStatement,
  type SqlTransactionFault,
} from '../../../lib/sql/sql-database.js';

/** A shop's database by MikroORM, which runs all its SQL by Knex. */
export class MikroOrmDatabase implements SqlDatabase<EntityManager> {
  private readonly knex: KnexDatabase;

  constructor(
    private readonly orm: MikroORM,
    readonly engine: SqlEngine,
    connectionWaitMs?: number,
  ) {
    this.knex = new KnexDatabase((orm.em.getConnection() as AbstractSqlConnection).getKnex(), engine, connectionWaitMs);
  }

  get pool(): object {
    return this.knex.pool;
  }

  get poolSize(): number {
    return this.knex.poolSize;
  }

  run(statement: SqlStatement): Promise<SqlResult> {
    return this.knex.run(statement);
  }

  runIn(em: EntityManager, statement: SqlStatement): Promise<SqlResult> {
    return this.knex.runIn(em.getTransactionContext<Knex.Transaction>() as Knex.Transaction, statement);
  }

  transaction<T>(act: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.knex.transaction(async (transaction) => {
      const em = this.orm.em.fork({ disableContextResolution: true });
      // For ever: without it, what is flushed after the end would be written by itself.
      em.setTransactionContext(transaction);
      const result = await act(em);
      await em.flush();
      return result;
    });
  }

  faultOf(em: object): SqlTransactionFault | undefined {
    const remedy = 'Give the em that transactional() hands to its callback.';
    if (!('getTransactionContext' in em)) return { fault: 'is no EntityManager.', remedy };
    const transaction = (em as EntityManager).getTransactionContext<Knex.Transaction>();
    const fault = transaction ? this.knex.faultOf(transaction)?.fault : NO_TRANSACTION;
    return fault === undefined ? undefined : { fault, remedy };
  }

  connectionOf(em: EntityManager): object {
    return em.getTransactionContext<Knex.Transaction>() ?? em;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
