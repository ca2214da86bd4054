import { readable, wordOr } from '../revision/foreign-error.js';
import type { Statement } from './statement.js';

/** Rows to be written: their columns, and a value for each. */
export interface Rows {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** Statements that are a transaction each, and give the `keys` of what they have written. */
export interface OneTrip {
  /**
   * Inserts rows beside which the table has none of the same `group`; all others are left out, without an error.
   * @param keys tell a row from all others; those that were taken out again are given once more, as `gone`.
   * @param mark the column that tells what was written here.
   */
  insertAlone(
    table: string,
    keys: readonly string[],
    group: readonly string[],
    mark: string,
    rows: Rows,
    lockWaitMs: number,
  ): Statement;
  /** As {@link SqlDialect.updateNextVersions}. */
  updateNextVersions(
    table: string,
    keys: readonly string[],
    mark: string,
    rows: Rows,
    releasedOnly: string,
    lockWaitMs: number,
  ): Statement;
}

/** In what the engines differ. */
export interface SqlDialect {
  /** The mark of the n-th parameter, from 1. */
  parameter(n: number): string;
  /** Inserts rows; those that some unique index forbids are left out, without an error. */
  insertWherePossible(table: string, rows: Rows): readonly Statement[];
  /** Whether a statement that inserts rows tells how many got in. */
  readonly countsInserted: boolean;
  /**
   * Writes each row over the one that has the same `keys` and the version before its own, but nothing open over what is
   * settled.
   * @param releasedOnly the column that stays null once it is.
   * @returns statements whose results tell what was written, see {@link tellsUpdated}.
   */
  updateNextVersions(table: string, keys: readonly string[], rows: Rows, releasedOnly: string): readonly Statement[];
  /**
   * How the update's results tell which rows were written: by their `keys`; by the count of a statement of its own for each
   * row; or only how many they were.
   */
  readonly tellsUpdated: 'keys' | 'each' | 'count';
  /** What goes in one round trip, and is a transaction by itself. Absent: the engine can do nothing so. */
  readonly oneTrip?: OneTrip;
  /** Gives every value of an index's first column, under its name, without reading the rest of the index. */
  distinct(table: string, column: string): string;
  /** How a column is written that is to be looked up by no index. */
  withoutIndex(column: string): string;
  /** Appended to a SELECT whose rows are to be changed: takes no row that somebody else has locked. */
  readonly lockFree: string;
  /** Whether a transaction of the shop's may hide what others have committed by now. */
  readonly hidesNewest: boolean;
  /**
   * What a transaction begins with.
   * @param lockWaitMs how long its statements wait for somebody else's lock, where that can be said here.
   */
  begin(lockWaitMs?: number): readonly string[];
  /** A statement that waits for nobody's lock, where one can say so by itself. */
  withoutWaiting(statement: Statement): Statement;
  /** Gives one row with one column `now`: ms since 1970, in UTC: a time zone with summer time has an hour twice. */
  readonly clock: string;
  /** Whether it is worth trying again: a deadlock; of SQLite, somebody else's lock too. */
  isPassing(error: unknown): boolean;
  /** Whether somebody else's lock was waited for in vain. */
  isLocked(error: unknown): boolean;
}

/** Collects the parameters of a statement while its text is put together. */
export class SqlText {
  readonly #parameters: unknown[] = [];

  constructor(private readonly dialect: SqlDialect) {}

  /** The mark of one more parameter. */
  value(value: unknown): string {
    this.#parameters.push(value);
    return this.dialect.parameter(this.#parameters.length);
  }

  /** The marks of more parameters, for `VALUES (…)`. */
  values(values: readonly unknown[]): string {
    return values.map((value) => this.value(value)).join(', ');
  }

  /**
   * The marks of more parameters, for `IN (…)`: the last is repeated up to a power of two, so that few texts have to be
   * prepared and planned.
   */
  anyOf(values: readonly unknown[]): string {
    const count = 2 ** Math.ceil(Math.log2(values.length));
    return this.values(Array.from({ length: count }, (_, index) => values[Math.min(index, values.length - 1)]));
  }

  statement(sql: string): Statement {
    return { sql, parameters: this.#parameters };
  }
}

/** SQLSTATE of an error of a driver, or what SQLite has in its place; both as TypeORM wraps it and plain. Never throws. */
export function sqlStateOf(error: unknown): string {
  const state = readable(() => {
    const { driverError } = Object(error) as { driverError?: unknown };
    const { sqlState, code } = Object(driverError ?? error) as { sqlState?: unknown; code?: unknown };
    return sqlState ?? code;
  });
  return wordOr('', state);
}

/** Whether an error is about the data of some row, not about the database. */
export function isOfOneRow(error: unknown): boolean {
  return /^(22|23|SQLITE_(CONSTRAINT|TOOBIG|MISMATCH))/.test(sqlStateOf(error));
}

/** Serialization failure, deadlock. */
const PASSING_STATES = ['40001', '40P01'];

/** From one value straight to the next: these engines read the whole index for a DISTINCT. */
function eachNext(table: string, column: string): string {
  const next = (after: string): string => `(SELECT MIN(${column}) FROM ${table}${after})`;
  return (
    `WITH RECURSIVE found(${column}) AS (SELECT ${next('')} UNION ALL ` +
    `SELECT ${next(` WHERE ${column} > found.${column}`)} FROM found WHERE found.${column} IS NOT NULL) ` +
    `SELECT ${column} FROM found WHERE ${column} IS NOT NULL`
  );
}

const SETTLED = "('succeeded', 'declined')";
const NEVER_REOPENED = `(held.status NOT IN ${SETTLED} OR given.status IN ${SETTLED})`;

/** What a column is set to where rows that are `given` are joined with those that are `held`. */
function next(column: string, releasedOnly: string): string {
  return column === releasedOnly ? `CASE WHEN held.${column} IS NOT NULL THEN given.${column} END` : `given.${column}`;
}

/** That two rows agree in some columns. */
function agree(one: string, other: string, columns: readonly string[]): string {
  return columns.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');
}

function columnsOf(alias: string, columns: readonly string[]): string {
  return columns.map((name) => `${alias}.${name}`).join(', ');
}

/** Some columns of rows. */
function only(columns: readonly string[], rows: Rows): Rows {
  const places = columns.map((name) => rows.columns.indexOf(name));
  return { columns, values: rows.values.map((row) => places.map((place) => row[place])) };
}

/** Rows as one JSON text, of which PostgreSQL makes a table. */
function asJson({ columns, values }: Rows): string {
  return JSON.stringify(values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))));
}

/** Rows as a table of PostgreSQL's. Told how many they are, it looks for few by an index, and does not read the whole table. */
function fromJson(table: string, json: string, count: number | string): string {
  return `(SELECT * FROM json_populate_recordset(NULL::${table}, ${json}) LIMIT ${count}) AS given`;
}

/**
 * What writes the rows that are given as JSON, and gives their keys.
 * @param bound what is done before a row is locked, as a table.
 */
function postgresUpdate(
  table: string,
  keys: readonly string[],
  rows: Rows,
  releasedOnly: string,
  bound?: (text: SqlText) => string,
) {
  const text = new SqlText(postgresDialect);
  // One parameter, whatever the number of rows: the text stays the same, and the server need not plan it anew.
  const given = fromJson(table, text.value(asJson(rows)), text.value(rows.values.length));
  const set = rows.columns.filter((name) => !keys.includes(name)).map((name) => `${name} = ${next(name, releasedOnly)}`);
  return text.statement(
    `UPDATE ${table} AS held SET ${set.join(', ')} FROM ${bound ? `(${bound(text)}) AS bound CROSS JOIN ` : ''}${given} ` +
      `WHERE ${bound ? 'bound IS NOT NULL AND ' : ''}${agree('held', 'given', keys)} AND held.version = given.version - 1 ` +
      `AND ${NEVER_REOPENED} RETURNING ${columnsOf('held', keys)}`,
  );
}

export const postgresDialect: SqlDialect = {
  parameter: (n) => `$${n}`,
  insertWherePossible: (table, { columns, values }) => {
    const text = new SqlText(postgresDialect);
    const rows = values.map((row) => `(${text.values(row)})`).join(', ');
    return [text.statement(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows} ON CONFLICT DO NOTHING`)];
  },
  countsInserted: true,
  updateNextVersions: (table, keys, rows, releasedOnly) => [postgresUpdate(table, keys, rows, releasedOnly)],
  tellsUpdated: 'keys',
  oneTrip: {
    insertAlone: (table, keys, group, mark, rows, lockWaitMs) => {
      // A script has no parameters.
      const given = (some: Rows): string => fromJson(table, `E'${asJson(some).replace(/['\\]/g, '$&$&')}'`, some.values.length);
      const names = rows.columns.join(', ');
      const insert =
        `INSERT INTO ${table} AS ours (${names}) SELECT ${names} FROM ${given(rows)} ` +
        `WHERE NOT EXISTS (SELECT 1 FROM ${table} AS other WHERE ${agree('other', 'given', group)}) ` +
        `ORDER BY ${columnsOf('given', keys)} ON CONFLICT DO NOTHING RETURNING ${columnsOf('ours', keys)}, false AS gone`;
      // It sees what others have committed while the first had to wait.
      const remove =
        `DELETE FROM ${table} AS ours USING ${given(only([...keys, mark], rows))}, ${table} AS other ` +
        `WHERE ${agree('ours', 'given', [...keys, mark])} AND ${agree('other', 'ours', group)} ` +
        `AND other.sequence <> ours.sequence RETURNING ${columnsOf('ours', keys)}, true AS gone`;
      return { sql: [...postgresDialect.begin(lockWaitMs), insert, remove, 'COMMIT'].join('; '), isScript: true };
    },
    // It has to say by itself how long it waits.
    updateNextVersions: (table, keys, _mark, rows, releasedOnly, lockWaitMs) =>
      postgresUpdate(table, keys, rows, releasedOnly, (text) => {
        return `SELECT set_config('lock_timeout', ${text.value(String(lockWaitMs))}, true)`;
      }),
  },
  distinct: eachNext,
  withoutIndex: (column) => column,
  lockFree: ' FOR UPDATE SKIP LOCKED',
  hidesNewest: false,
  // One text, one round trip.
  begin: (lockWaitMs) => {
    const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED';
    return [lockWaitMs === undefined ? begin : `${begin}; SET LOCAL lock_timeout = ${lockWaitMs}`];
  },
  withoutWaiting: (statement) => statement,
  clock: 'SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint AS now',
  isPassing: (error) => PASSING_STATES.includes(sqlStateOf(error)),
  isLocked: (error) => sqlStateOf(error) === '55P03',
};

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
  const set = rows.columns.filter((name) => !keys.includes(name)).map((name) => `held.${name} = ${next(name, releasedOnly)}`);
  return (
    `UPDATE ${table} AS held JOIN (${asSelect(text, rows)}) AS given ON ${agree('held', 'given', keys)} SET ${set.join(', ')} ` +
    `WHERE held.version = given.version - 1 AND ${NEVER_REOPENED}`
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
      return mariaDbScript(text, insert, remove, `SELECT ${columnsOf('ours', keys)} FROM ${ours()}`);
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

export const sqliteDialect: SqlDialect = {
  parameter: () => '?',
  // Row by row: there is no round trip to be saved, and few statements to be prepared.
  insertWherePossible: (table, { columns, values }) => {
    const marks = columns.map(() => '?').join(', ');
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING`;
    return values.map((parameters) => ({ sql, parameters }));
  },
  countsInserted: true,
  updateNextVersions: (table, keys, { columns, values }, releasedOnly) => {
    const set = columns.filter((name) => !keys.includes(name));
    const order = [...set, ...keys, 'status', 'version'].map((name) => columns.indexOf(name));
    const same = keys.map((name) => `${name} = ? AND `).join('');
    const next = set.map((name) =>
      name === releasedOnly ? `${name} = CASE WHEN ${name} IS NOT NULL THEN ? END` : `${name} = ?`,
    );
    const sql = `UPDATE ${table} SET ${next.join(', ')} WHERE ${same}(status NOT IN ${SETTLED} OR ? IN ${SETTLED}) AND version = ?`;
    return values.map((row) => {
      const parameters = order.map((index) => row[index]);
      parameters[order.length - 1] = Number(parameters.at(-1)) - 1;
      return { sql, parameters };
    });
  },
  tellsUpdated: 'each',
  distinct: eachNext,
  // It takes the one on malls otherwise, and reads whatever was ever cancelled.
  withoutIndex: (column) => `+${column}`,
  lockFree: '',
  hidesNewest: false,
  begin: () => ['BEGIN IMMEDIATE'],
  withoutWaiting: (statement) => statement,
  clock: "SELECT (julianday('now') - 2440587.5) * 86400000 AS now",
  isPassing: (error) => /^SQLITE_(BUSY|LOCKED)/.test(sqlStateOf(error)),
  isLocked: () => false,
};
