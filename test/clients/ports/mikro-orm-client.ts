import type { EntityManager, MikroORM } from '@mikro-orm/core';
import type { AbstractSqlConnection } from '@mikro-orm/knex';
import type { Knex } from 'knex';
import { NO_TRANSACTION, type SqlDatabase, type SqlEngine } from '../../../lib/sql/sql-database.js';
import { knexClient } from './knex-client.js';

/** A shop's database by MikroORM, which runs all its SQL by Knex. */
export function mikroOrmClient(orm: MikroORM, engine: SqlEngine): SqlDatabase<EntityManager> {
  const knex = knexClient((orm.em.getConnection() as AbstractSqlConnection).getKnex(), engine);
  const trxOf = (em: EntityManager): Knex.Transaction => em.getTransactionContext<Knex.Transaction>() as Knex.Transaction;
  return {
    engine,
    poolSize: knex.poolSize,
    pool: orm.config,
    transaction: (act, options) =>
      knex.transaction(async (trx) => {
        const em = orm.em.fork({ disableContextResolution: true });
        // For ever: without it, what is flushed after the end would be written by itself.
        em.setTransactionContext(trx);
        const result = await act(em);
        await em.flush();
        return result;
      }, options),
    runIn: (em, statement) => knex.runIn(trxOf(em), statement),
    connectionOf: trxOf,
    faultOf: async (em) => {
      const remedy = 'Give the em that transactional() hands to its callback.';
      if (!('getTransactionContext' in em)) return { fault: 'is no EntityManager.', remedy };
      const trx: object | undefined = trxOf(em as EntityManager);
      const fault = trx ? (await knex.faultOf(trx))?.fault : NO_TRANSACTION;
      return fault === undefined ? undefined : { fault, remedy };
    },
  };
}
