import { readable } from '../revision/foreign-error.js';
import { PASSING_STATES, SqlText, sqlStateOf, type Rows, type SqlDialect } from './sql-dialect.js';
import { agree, columnsOf, isNext, joined, next, only } from './sql-parts.js';
import type { Statement } from './statement.js';

/** Rows as a table of MySQL's. */
function asSelect(text: SqlText, { columns, values }: Rows): string {
  const row = (cells: readonly unknown[], isFirst: boolean): string =>
    `SELECT ${cells.map((cell, index) => `${text.value(cell)}${isFirst ? ` AS ${columns[index]}` : ''}`).join(', ')}`;
  return values.map((cells, index) => row(cells, index === 0)).join(' UNION ALL ');
}

function mysqlInsert(text: SqlText, table: string, { columns, values }: Rows): string {
  const rows = values.map((row) => `(${text.values(row)})`).join(', ');
  const nothing = `${columns[0]} = ${columns[0]}`;
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows} ON DUPLICATE KEY UPDATE ${nothing}`;
}

function mysqlUpdate(text: SqlText, table: string, keys: readonly string[], rows: Rows, releasedOnly: string): string {
  const set = rows.columns
    .filter((name) => !keys.includes(name))
    .map((name) => `held.${name} = ${next(name, releasedOnly, joined)}`);
  return (
    `UPDATE ${table} AS held JOIN (${asSelect(text, rows)}) AS given ON ${agree('held', 'given', keys)} SET ${set.join(', ')} ` +
    `WHERE ${isNext(joined)}`
  );
}

/** MySQL, and what of MariaDB is the same. */
export const mysqlDialect: SqlDialect = {
  parameter: () => '?',
  insertWherePossible: (table, rows) => {
    const text = new SqlText(mysqlDialect);
    return [text.statement(mysqlInsert(text, table, rows))];
  },
  countsInserted: false,
  updateNextVersions: (table, keys, rows, releasedOnly) => {
    const text = new SqlText(mysqlDialect);
    return [text.statement(mysqlUpdate(text, table, keys, rows, releasedOnly))];
  },
  tellsUpdated: 'count',
  // It skips through the index by itself.
  distinct: (table, column) => `SELECT DISTINCT ${column} FROM ${table}`,
  withoutIndex: (column) => column,
  inIndexOrder: [],
  lockFree: ' FOR UPDATE SKIP LOCKED',
  hidesNewest: true,
  begin: () => ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'START TRANSACTION'],
  withoutWaiting: (statement) => statement,
  clock: "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS now",
  isPassing: (error) => PASSING_STATES.includes(sqlStateOf(error)),
  isLocked: (error) => {
    const LOCK_WAIT_TIMEOUT = 1205;
    return readable(() => (error as { driverError?: { errno?: unknown } }).driverError?.errno) === LOCK_WAIT_TIMEOUT;
  },
};

/** An INSERT that waits makes others wait that go into the gap beside. */
const WITHOUT_WAITING = 'SET STATEMENT innodb_lock_wait_timeout = 0 FOR ';

/** A transaction in one text. Where a statement of it fails, it is still open. */
function mariaDbScript(text: SqlText, ...statements: readonly string[]): Statement {
  const sql = `BEGIN NOT ATOMIC ${[...mariaDbDialect.begin(), ...statements, 'COMMIT'].join('; ')}; END`;
  return { ...text.statement(sql), isScript: true };
}

/** To be joined with a table: those of the rows given that were written here. */
function marked(text: SqlText, alias: string, keys: readonly string[], mark: string, rows: Rows): string {
  const columns = [...keys, mark];
  return `(${asSelect(text, only(columns, rows))}) AS given ON ${agree(alias, 'given', columns)}`;
}

export const mariaDbDialect: SqlDialect = {
  ...mysqlDialect,
  oneTrip: {
    insertAlone: (table, keys, group, mark, rows) => {
      const text = new SqlText(mariaDbDialect);
      const insert = `${WITHOUT_WAITING}${mysqlInsert(text, table, rows)}`;
      const ours = (): string => `${table} AS ours JOIN ${marked(text, 'ours', keys, mark, rows)}`;
      // They see what others have committed while the first had to wait. A DELETE that joins would lock the others' rows.
      const beside = `SELECT ours.sequence FROM ${ours()} JOIN ${table} AS other ON ${agree('other', 'ours', group)} AND other.sequence <> ours.sequence`;
      const remove = `FOR beside IN (${beside}) DO DELETE FROM ${table} WHERE sequence = beside.sequence; END FOR`;
      return mariaDbScript(text, insert, remove, `SELECT ${columnsOf('ours', keys)}, 'in' AS told FROM ${ours()}`);
    },
    updateNextVersions: (table, keys, mark, rows, releasedOnly) => {
      const text = new SqlText(mariaDbDialect);
      const update = `${WITHOUT_WAITING}${mysqlUpdate(text, table, keys, rows, releasedOnly)}`;
      const tell = `SELECT ${columnsOf('held', keys)} FROM ${table} AS held JOIN ${marked(text, 'held', keys, mark, rows)}`;
      return mariaDbScript(text, update, tell);
    },
  },
  withoutWaiting: ({ sql, parameters = [] }) => ({ sql: `${WITHOUT_WAITING}${sql}`, parameters }),
};
