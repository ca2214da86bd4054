import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import type { ShopsClient } from './shops-client.js';

export async function byTypeOrm(options: DataSourceOptions): Promise<ShopsClient<EntityManager>> {
  // Of what is told to another process, classes are lost.
  const dataSource = await new DataSource({ ...options, entities: [], migrations: [] }).initialize();
  return {
    outside: dataSource.manager,
    journal: ({ modules, now } = {}) => new TypeOrmReviseJournal(dataSource, modules, now),
    transaction: (act) => dataSource.transaction(act),
    run: (manager, sql) => manager.query(sql),
    close: () => dataSource.destroy(),
  };
}
