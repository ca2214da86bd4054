import type { SqlResult, SqlStatement } from './sql-database.js';

/**
 * Runs a compound statement, and gives the rows of all its parts.
 * @param query runs it, or another, and gives what the driver gives: for each part rows, or what was done.
 */
export async function runMariaDbScript(
  query: (sql: string, parameters: readonly unknown[]) => Promise<unknown>,
  { sql, parameters = [] }: SqlStatement,
): Promise<SqlResult> {
  try {
    const parts = ((await query(sql, parameters)) ?? []) as readonly unknown[];
    return { rows: parts.filter((part) => Array.isArray(part)).flat() as SqlResult['rows'], affected: 0 };
  } catch (error) {
    // Where the connection is gone, the server rolls back by itself.
    await query('ROLLBACK', []).catch(() => undefined);
    throw error;
  }
}
