import type { SchemaConnection } from './schema-connection.js';
import { tablesAt } from './tables.js';

/**
 * The tables of this library that cannot be read as it wants them: missing, or without one of their columns. Writes nothing.
 * @param path gives a table's name as SQL.
 */
export async function unreadableTables(
  connection: SchemaConnection,
  path: (table: string) => string,
): Promise<readonly string[]> {
  const unreadable: string[] = [];
  for (const { name, columns } of tablesAt(connection.engine)) {
    try {
      // Reads no row.
      await connection.run(`SELECT ${columns.map((column) => column.name).join(', ')} FROM ${path(name)} WHERE 1 = 0`);
    } catch {
      unreadable.push(name);
    }
  }
  return unreadable;
}
