import { LOCK_WAIT_MS } from './lock-wait.js';
import { PASSING_STATES, SqlText, sqlStateOf, type Bound, type Rows, type SqlDialect } from './sql-dialect.js';
import { agree, BEGIN, columnsOf, eachNext, isNext, joined, next, only } from './sql-parts.js';
import type { Statement } from './statement.js';

/** Rows as one JSON text, of which PostgreSQL makes a table. */
function asJson({ columns, values }: Rows): string {
  return JSON.stringify(values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))));
}

/** A value in a text without parameters. */
function postgresLiteral(value: unknown): string {
  // Whatever the server takes a backslash for.
  return typeof value === 'string' ? `E'${value.replace(/['\\]/g, '$&$&')}'` : JSON.stringify(value);
}

/** @param lockWaitMs given where the statement is a transaction by itself: then it has to say it by itself. */
function postgresUpdate(
  table: string,
  keys: readonly string[],
  rows: Rows,
  releasedOnly: string,
  lockWaitMs?: number,
): Statement {
  const { columns, values } = rows;
  const text = new SqlText(postgresDialect);
  const from: string[] = [];
  const where: string[] = [];
  if (lockWaitMs !== undefined) {
    from.push(`(SELECT set_config('lock_timeout', ${text.value(String(lockWaitMs))}, true)) AS bound`);
    where.push('bound IS NOT NULL');
  }
  let given = joined;
  const isOne = values.length === 1;
  if (isOne) {
    const marks = new Map(columns.map((name, index) => [name, text.value(values[0]?.[index])]));
    given = (column) => String(marks.get(column));
  } else {
    // One parameter, whatever the number of rows. Told how many they are, the server looks for few by an index.
    const json = text.value(asJson(rows));
    from.push(`(SELECT * FROM json_populate_recordset(NULL::${table}, ${json}) LIMIT ${text.value(values.length)}) AS given`);
  }
  const set = columns.filter((name) => !keys.includes(name)).map((name) => `${name} = ${next(name, releasedOnly, given)}`);
  where.push(...keys.map((name) => `held.${name} = ${given(name)}`), isNext(given));
  const sql =
    `UPDATE ${table} AS held SET ${set.join(', ')}${from.length > 0 ? ` FROM ${from.join(' CROSS JOIN ')}` : ''} ` +
    `WHERE ${where.join(' AND ')} RETURNING ${columnsOf('held', keys)}`;
  return { ...text.statement(sql), isPrepared: isOne };
}

const lockWait: Bound = { set: (ms) => `SET LOCAL lock_timeout = ${ms}` };
const PART_IS_UNDER_WAY = "current_setting('kicc.part', true) = txid_current()::text";

export const postgresDialect: SqlDialect = {
  engine: 'postgres',
  parameter: (n) => `$${n}`,
  insertWherePossible: (table, { columns, values }, inPart = false) => {
    const text = new SqlText(postgresDialect);
    // The first column takes no NULL.
    const guarded = (first: unknown): string => `CASE WHEN ${PART_IS_UNDER_WAY} THEN ${text.value(first)} END`;
    const row = ([first, ...others]: readonly unknown[]): string =>
      `(${inPart ? guarded(first) : text.value(first)}, ${text.values(others)})`;
    const rows = values.map(row).join(', ');
    return [text.statement(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows} ON CONFLICT DO NOTHING`)];
  },
  updateNextVersions: (table, keys, rows, releasedOnly) => [postgresUpdate(table, keys, rows, releasedOnly)],
  tellsUpdated: 'keys',
  oneTrip: {
    insertAlone: (table, keys, group, mark, rows, lockWaitMs) => {
      // A script has no parameters.
      const values = (some: Rows): string => some.values.map((row) => `(${row.map(postgresLiteral).join(', ')})`).join(', ');
      const insert =
        `INSERT INTO ${table} (${rows.columns.join(', ')}) VALUES ${values(rows)} ` +
        `ON CONFLICT DO NOTHING RETURNING ${keys.join(', ')}, 'in' AS told`;
      // It sees what others have committed while the first had to wait.
      const ours = only([...keys, mark], rows);
      const remove =
        `DELETE FROM ${table} AS ours USING (VALUES ${values(ours)}) AS given (${ours.columns.join(', ')}), ${table} AS other ` +
        `WHERE ${agree('ours', 'given', ours.columns)} AND ${agree('other', 'ours', group)} ` +
        `AND other.sequence <> ours.sequence RETURNING ${columnsOf('ours', keys)}, 'out' AS told`;
      return { sql: [...BEGIN.postgres, lockWait.set(lockWaitMs), insert, remove, 'COMMIT'].join('; '), isScript: true };
    },
    updateNextVersions: (table, keys, _mark, rows, releasedOnly, lockWaitMs) =>
      postgresUpdate(table, keys, rows, releasedOnly, lockWaitMs),
  },
  distinct: eachNext,
  withoutIndex: (column) => column,
  // Without statistics, it would rather collect all rows and sort them.
  inIndexOrder: [{ sql: 'SET LOCAL enable_bitmapscan = off' }],
  lockFree: ' FOR UPDATE SKIP LOCKED',
  hidesNewest: false,
  lockWait,
  // One that waits for a lock would keep those of the transaction even after its connection was closed.
  shopsWait: { set: (ms) => `SET LOCAL statement_timeout = ${ms}` },
  part: {
    // The shop's own bound is put back at the end; to undo a part does that by itself.
    begin: (transaction = '') => [
      'SAVEPOINT kicc_open',
      "SELECT set_config('kicc.lock_timeout', current_setting('lock_timeout'), true), " +
        `set_config('kicc.part', ${postgresLiteral(transaction)}, true)`,
      lockWait.set(LOCK_WAIT_MS),
    ],
    end: ["SELECT set_config('lock_timeout', current_setting('kicc.lock_timeout'), true)", 'RELEASE SAVEPOINT kicc_open'],
    undo: ['ROLLBACK TO SAVEPOINT kicc_open', 'RELEASE SAVEPOINT kicc_open'],
    isUnderWay: PART_IS_UNDER_WAY,
  },
  fitness: "SELECT current_setting('transaction_isolation') AS isolation, txid_current()::text AS transaction",
  durability: {
    sql: "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'",
    remedy: 'Set it to on.',
  },
  withoutWaiting: (statement) => statement,
  clock: 'SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint AS now',
  isPassing: (error) => PASSING_STATES.includes(sqlStateOf(error)),
  isLocked: (error) => sqlStateOf(error) === '55P03',
};
