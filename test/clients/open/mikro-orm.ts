import { MikroORM as MikroSqlite } from '@mikro-orm/better-sqlite';
import { EntitySchema } from '@mikro-orm/core';
import { MikroORM as MikroMaria } from '@mikro-orm/mariadb';
import { MikroORM as MikroPostgres } from '@mikro-orm/postgresql';
import { SqlReviseJournal } from '../../../lib/sql/index.js';
import { mikroOrmClient } from '../ports/mikro-orm-client.js';
import { SQL_ENGINE, status, type OpenClient, type Place, type Refunds } from './open-client.js';

export async function open({ engine, at, poolSize }: Place): Promise<OpenClient> {
  const refund = new EntitySchema<Refunds['refund']>({
    name: 'Refund',
    tableName: 'refund',
    properties: { id: { type: 'text', primary: true }, status: { type: 'text' } },
  });
  const options = { entities: [refund], pool: { min: 0, max: poolSize } };
  const orm = await {
    postgres: () => MikroPostgres.init({ ...options, clientUrl: at }),
    mariadb: () => MikroMaria.init({ ...options, clientUrl: at.replace(/^mariadb/, 'mysql') }),
    sqlite: () => MikroSqlite.init({ entities: [refund], dbName: at }),
  }[engine]();
  const database = mikroOrmClient(orm, SQL_ENGINE[engine]);
  const client: OpenClient<Parameters<Parameters<typeof database.transaction>[0]>[0]> = {
    database,
    journal: (options) => new SqlReviseJournal(database, options),
    outside: orm.em,
    transaction: (act) => orm.em.fork().transactional((em) => act(em as never)),
    write: (em, id) => em.insert(refund, { id, status }),
    writeAlone: (id) => orm.em.fork().insert(refund, { id, status }),
    flush: (em, id) => em.persist(em.create(refund, { id, status })).flush(),
    close: () => orm.close(),
  };
  return client;
}
