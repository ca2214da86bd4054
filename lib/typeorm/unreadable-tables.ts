import type { DataSource } from 'typeorm';
import { kiccEntities } from './schema.js';

/**
 * The tables of this library that cannot be read as `kiccMigrations` leave them: missing, or without one of their columns.
 * Writes nothing.
 * @param dataSource one that has {@link kiccEntities}.
 */
export async function unreadableTables(dataSource: DataSource): Promise<readonly string[]> {
  const unreadable: string[] = [];
  for (const { options } of kiccEntities(dataSource.options.type)) {
    try {
      // Names every column, and reads no row.
      await dataSource.getRepository(options.name).createQueryBuilder('held').where('1 = 0').getMany();
    } catch {
      unreadable.push(options.tableName ?? options.name);
    }
  }
  return unreadable;
}
