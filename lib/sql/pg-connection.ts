import { createHash } from 'node:crypto';
import { sqlStateOf } from './sql-dialect.js';
import type { SqlResult, SqlStatement } from './sql-database.js';

/** What is used of a connection of `pg`'s. */
export interface PgConnection {
  query(sql: string, values?: unknown[]): Promise<PgResult | readonly PgResult[]>;
  query(statement: { readonly name: string; readonly text: string; readonly values: unknown[] }): Promise<PgResult>;
}

export interface PgResult {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number | null;
}

/** That a prepared statement is not there, is there already, or was prepared before a migration. */
const NOT_PREPARED = ['26000', '42P05', '0A000'];

/** One name for one text, in whatever process. */
const NAMES = new Map<string, string>();

/** Has PostgreSQL keep how it does a statement for the next time, where it can. */
export class PreparedStatements {
  #isOn = true;

  async run(connection: PgConnection, statement: SqlStatement): Promise<SqlResult> {
    const { sql, parameters = [], isPrepared } = statement;
    if (!isPrepared || !this.#isOn) return runOnPg(connection, statement);
    try {
      return resultOf(await connection.query({ name: nameOf(sql), text: sql, values: [...parameters] }));
    } catch (error) {
      // A pooler between gives each transaction some session of its own; nothing was done.
      if (!NOT_PREPARED.includes(sqlStateOf(error))) throw error;
      this.#isOn = false;
      return runOnPg(connection, statement);
    }
  }
}

/** Runs a statement on a connection of `pg`'s; of several, all their rows. */
export async function runOnPg(connection: PgConnection, { sql, parameters, isScript }: SqlStatement): Promise<SqlResult> {
  if (!isScript) {
    const result = await connection.query(sql, parameters && [...parameters]);
    return Array.isArray(result) ? { rows: [], affected: 0 } : resultOf(result as PgResult);
  }
  try {
    const results = (await connection.query(sql)) as readonly PgResult[];
    return { rows: results.flatMap(({ rows }) => rows), affected: 0 };
  } catch (error) {
    // Where the connection is gone, the server rolls back by itself.
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function resultOf({ rows, rowCount }: PgResult): SqlResult {
  return { rows, affected: rowCount ?? 0 };
}

function nameOf(sql: string): string {
  let name = NAMES.get(sql);
  if (name === undefined) {
    name = `kicc_${createHash('sha256').update(sql).digest('hex').slice(0, 16)}`;
    NAMES.set(sql, name);
  }
  return name;
}
