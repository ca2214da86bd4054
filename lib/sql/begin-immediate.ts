import type { SqlResult, SqlStatement } from './sql-database.js';

/**
 * Makes the transaction that a client has just begun on SQLite one that has the write lock, on a connection that keeps what it
 * confirms: drivers leave SQLite at `NORMAL`, which a loss of power may take back. Where somebody else has the lock, it rejects
 * at once, for whoever waits for it holds up the thread.
 */
export async function beginImmediate(run: (statement: SqlStatement) => Promise<SqlResult>): Promise<void> {
  const { rows } = await run({ sql: 'PRAGMA busy_timeout' });
  const [timeout] = Object.values(rows[0] ?? {}).map(Number);
  for (const sql of ['ROLLBACK', 'PRAGMA synchronous = FULL', 'PRAGMA busy_timeout = 0']) await run({ sql });
  try {
    await run({ sql: 'BEGIN IMMEDIATE' });
  } catch (error) {
    // So that the client finds something to roll back.
    await run({ sql: 'BEGIN' });
    throw error;
  } finally {
    await run({ sql: `PRAGMA busy_timeout = ${timeout ?? 0}` });
  }
}
