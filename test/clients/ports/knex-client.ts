import type { Knex } from 'knex';
import { NO_TRANSACTION, type SqlDatabase, type SqlEngine, type SqlResult } from '../../../lib/sql/sql-database.js';

/** A shop's database by Knex. */
export function knexClient(knex: Knex, engine: SqlEngine): SqlDatabase<Knex.Transaction> {
  const { config, pool } = clientOf(knex);
  const options: Knex.TransactionConfig = engine === 'sqlite' ? {} : { isolationLevel: 'read committed' };
  return {
    engine,
    poolSize: pool?.max,
    pool: config,
    transaction: (act) => knex.transaction(act, options),
    runIn: async (trx, { sql, parameters = [] }) => {
      const given = parameters as readonly Knex.RawBinding[];
      if (engine !== 'postgres') return resultOf(await trx.raw<unknown>(sql, [...given]));
      // Its marks are question marks.
      const values: Knex.RawBinding[] = [];
      const mark = (_: string, n: string): string => (values.push(given[Number(n) - 1] ?? null), '?');
      return resultOf(await trx.raw<unknown>(sql.replaceAll('?', '\\?').replace(/\$(\d+)/g, mark), values));
    },
    faultOf: (trx) => {
      const remedy = 'Give the trx of the transaction that is under way.';
      const { isTransaction, isCompleted } = trx as Partial<Knex.Transaction>;
      if (!isTransaction || !isCompleted) return { fault: 'is no transaction of Knex.', remedy };
      if (clientOf(trx).config !== config) return { fault: "is one of another database than the journal's.", remedy };
      return isCompleted() ? { fault: NO_TRANSACTION, remedy } : undefined;
    },
  };
}

const clientOf = (knex: object): { readonly config: object; readonly pool?: { readonly max: number } } =>
  (knex as { client: { config: object } }).client;

/** What pg, mysql2, mariadb and better-sqlite3 answer, each in its way. */
function resultOf(answer: unknown): SqlResult {
  const isPair = Array.isArray(answer) && (Array.isArray(answer[0]) || 'affectedRows' in Object(answer[0]));
  const first: unknown = isPair ? (answer as unknown[])[0] : answer;
  if (Array.isArray(first)) return { rows: first as SqlResult['rows'], affected: first.length };
  const { rows = [], rowCount, affectedRows, changes } = first as Record<string, never> & { rows?: SqlResult['rows'] };
  return { rows, affected: rowCount ?? affectedRows ?? changes ?? 0 };
}
