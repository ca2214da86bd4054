import { readable } from '../revision/foreign-error.js';
import { groupBy } from './group-by.js';
import {
  driverErrorOf,
  PASSING_STATES,
  SqlText,
  sqlStateOf,
  type Bound,
  type Pair,
  type Rows,
  type SqlDialect,
} from './sql-dialect.js';
import { agree, BEGIN, columnsOf, isNext, joined, next, only } from './sql-parts.js';
import type { Statement } from './statement.js';

/** Rows as a table of MySQL's. */
function asSelect(text: SqlText, { columns, values }: Rows): string {
  const row = (cells: readonly unknown[], isFirst: boolean): string =>
    `SELECT ${cells.map((cell, index) => `${text.value(cell)}${isFirst ? ` AS ${columns[index]}` : ''}`).join(', ')}`;
  return values.map((cells, index) => row(cells, index === 0)).join(' UNION ALL ');
}

/** @param guard writes a value of the first column, which takes no NULL. */
function mysqlInsert(
  text: SqlText,
  table: string,
  { columns, values }: Rows,
  guard: (value: string) => string = (value) => value,
): string {
  const row = ([first, ...others]: readonly unknown[]): string => `(${guard(text.value(first))}, ${text.values(others)})`;
  const rows = values.map(row).join(', ');
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

/** By a variable of the session. */
const wholeSeconds: Bound = {
  set: (ms) => `SET @kicc_lock_wait = @@innodb_lock_wait_timeout, innodb_lock_wait_timeout = ${Math.ceil(ms / 1000)}`,
  reset: 'SET innodb_lock_wait_timeout = @kicc_lock_wait',
};

/** What is the same of MySQL and MariaDB. */
const alike: SqlDialect = {
  engine: 'mysql',
  parameter: () => '?',
  insertWherePossible: (table, rows) => {
    const text = new SqlText(alike);
    return [text.statement(mysqlInsert(text, table, rows))];
  },
  updateNextVersions: (table, keys, rows, releasedOnly) => {
    const text = new SqlText(alike);
    return [text.statement(mysqlUpdate(text, table, keys, rows, releasedOnly))];
  },
  tellsUpdated: 'count',
  // It skips through the index by itself.
  distinct: (table, column) => `SELECT DISTINCT ${column} FROM ${table}`,
  withoutIndex: (column) => column,
  inIndexOrder: [],
  lockFree: ' FOR UPDATE SKIP LOCKED',
  hidesNewest: true,
  shopsWait: wholeSeconds,
  part: {
    begin: () => ['SAVEPOINT kicc_open'],
    end: ['RELEASE SAVEPOINT kicc_open'],
    // What was a deadlock has ended the whole transaction.
    undo: ['ROLLBACK TO SAVEPOINT kicc_open', 'RELEASE SAVEPOINT kicc_open'],
    check: 'ROLLBACK TO SAVEPOINT kicc_open',
  },
  durability: {
    sql: "SHOW VARIABLES WHERE Variable_name = 'innodb_flush_log_at_trx_commit' AND Value <> '1'",
    remedy: 'Set it to 1.',
  },
  withoutWaiting: (statement) => statement,
  clock: "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS now",
  isPassing: (error) => PASSING_STATES.includes(sqlStateOf(error)),
  isLocked: (error) => {
    const LOCK_WAIT_TIMEOUT = 1205;
    return readable(() => (driverErrorOf(error) as { errno?: unknown }).errno) === LOCK_WAIT_TIMEOUT;
  },
};

/** MySQL itself knows no shorter wait than a second. */
export const mysqlDialect: SqlDialect = { ...alike, lockWait: wholeSeconds };

/** An INSERT that waits makes others wait that go into the gap beside. */
const WITHOUT_WAITING = 'SET STATEMENT innodb_lock_wait_timeout = 0 FOR ';

/** A transaction in one text. Where a statement of it fails, it is still open. */
function mariaDbScript(text: SqlText, ...statements: readonly string[]): Statement {
  const sql = `BEGIN NOT ATOMIC ${[...BEGIN.mysql, ...statements, 'COMMIT'].join('; ')}; END`;
  return { ...text.statement(sql), isScript: true };
}

/** That a row was written here: it has the `mark`, and one of the pairs that the rows given have in two columns. */
function isOurs(text: SqlText, alias: string, mark: string, pair: Pair, rows: Rows): string {
  const { values } = only([...pair, mark], rows);
  const [one, other] = pair;
  // By a list, an index is looked up more cheaply than by a join.
  const pairs = [...groupBy(values, ([first]) => first)].map(
    ([first, same]) =>
      `${alias}.${one} = ${text.value(first)} AND ${alias}.${other} IN (${text.anyOf(same.map(([, second]) => second))})`,
  );
  return `(${pairs.join(' OR ')}) AND ${alias}.${mark} = ${text.value(values[0]?.[2])}`;
}

export const mariaDbDialect: SqlDialect = {
  ...alike,
  part: { ...alike.part, isUnderWay: '@@in_transaction' },
  fitness: 'SELECT @@in_transaction AS under_way',
  insertWherePossible: (table, rows, inPart = false) => {
    const text = new SqlText(mariaDbDialect);
    const guard = (value: string): string => (inPart ? `IF(@@in_transaction, ${value}, NULL)` : value);
    return [text.statement(mysqlInsert(text, table, rows, guard))];
  },
  oneTrip: {
    insertAlone: (table, keys, group, mark, rows) => {
      const text = new SqlText(mariaDbDialect);
      const insert = `${WITHOUT_WAITING}${mysqlInsert(text, table, rows)}`;
      // They see what others have committed while the first had to wait. A DELETE that joins would lock the others' rows.
      const beside =
        `SELECT ours.sequence FROM ${table} AS ours JOIN ${table} AS other ON ${agree('other', 'ours', group)} ` +
        `AND other.sequence <> ours.sequence WHERE ${isOurs(text, 'ours', mark, group, rows)}`;
      const remove = `FOR beside IN (${beside}) DO DELETE FROM ${table} WHERE sequence = beside.sequence; END FOR`;
      const tell = `SELECT ${columnsOf('ours', keys)}, 'in' AS told FROM ${table} AS ours WHERE ${isOurs(text, 'ours', mark, group, rows)}`;
      return mariaDbScript(text, insert, remove, tell);
    },
    updateNextVersions: (table, keys, mark, rows, releasedOnly) => {
      const text = new SqlText(mariaDbDialect);
      const update = `${WITHOUT_WAITING}${mysqlUpdate(text, table, keys, rows, releasedOnly)}`;
      const tell = `SELECT ${columnsOf('held', keys)} FROM ${table} AS held WHERE ${isOurs(text, 'held', mark, keys, rows)}`;
      return mariaDbScript(text, update, tell);
    },
  },
  withoutWaiting: ({ sql, parameters = [] }) => ({ sql: `${WITHOUT_WAITING}${sql}`, parameters }),
};
