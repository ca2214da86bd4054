import { readable, wordOr } from '../revision/foreign-error.js';
import type { Statement } from './statement.js';

/** Rows to be written: their columns, and a value for each. */
export interface Rows {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** In what the engines differ. */
export interface SqlDialect {
  /** The mark of the n-th parameter, from 1. */
  parameter(n: number): string;
  /** Inserts rows; those that some unique index forbids are left out, without an error. */
  insertWherePossible(table: string, rows: Rows): readonly Statement[];
  /**
   * Writes each row over the one that has the same `keys` and the version before its own, but nothing open over what is
   * settled.
   * @param releasedOnly the column that stays null once it is.
   * @param lockWaitMs how long somebody else's lock is waited for, where the statement itself can tell, until its transaction
   * ends.
   * @returns statements whose results tell what was written, see {@link tellsUpdated}.
   */
  updateNextVersions(
    table: string,
    keys: readonly string[],
    rows: Rows,
    releasedOnly: string,
    lockWaitMs?: number,
  ): readonly Statement[];
  /**
   * How the update's results tell which rows were written: by their `keys`; by the count of a statement of its own for each
   * row; or only how many they were.
   */
  readonly tellsUpdated: 'keys' | 'each' | 'count';
  /** Whether the update is one statement, and so a transaction by itself. */
  readonly savesInOneStatement: boolean;
  /** Gives every value of an index's first column, under its name, without reading the rest of the index. */
  distinct(table: string, column: string): string;
  /** How a column is written that is to be looked up by no index. */
  withoutIndex(column: string): string;
  /** What a transaction begins with whose SELECTs are to follow an index, however few rows the engine expects. */
  readonly inIndexOrder: readonly Statement[];
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

export const postgresDialect: SqlDialect = {
  parameter: (n) => `$${n}`,
  insertWherePossible: (table, { columns, values }) => {
    const text = new SqlText(postgresDialect);
    const rows = values.map((row) => `(${text.values(row)})`).join(', ');
    return [text.statement(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows} ON CONFLICT DO NOTHING`)];
  },
  updateNextVersions: (table, keys, { columns, values }, releasedOnly, lockWaitMs) => {
    const text = new SqlText(postgresDialect);
    // One parameter, whatever the number of rows: the text stays the same, and the server need not plan it anew.
    const json = JSON.stringify(values.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))));
    const given = `json_populate_recordset(NULL::${table}, ${text.value(json)})`;
    const set = columns.filter((name) => !keys.includes(name)).map((name) => `${name} = ${next(name, releasedOnly)}`);
    const same = keys.map((name) => `held.${name} = given.${name}`);
    // A statement that is a transaction by itself has to say by itself how long it waits. It is said before a row is locked.
    const bound =
      lockWaitMs === undefined
        ? ''
        : `(SELECT set_config('lock_timeout', ${text.value(String(lockWaitMs))}, true) AS lock_timeout) AS bound CROSS JOIN `;
    return [
      text.statement(
        `UPDATE ${table} AS held SET ${set.join(', ')} FROM ${bound}${given} AS given ` +
          `WHERE ${bound && 'bound.lock_timeout IS NOT NULL AND '}${same.join(' AND ')} AND held.version = given.version - 1 AND ${NEVER_REOPENED} ` +
          `RETURNING ${keys.map((name) => `held.${name}`).join(', ')}`,
      ),
    ];
  },
  tellsUpdated: 'keys',
  savesInOneStatement: true,
  distinct: eachNext,
  withoutIndex: (column) => column,
  // Without statistics, it would rather collect all rows and sort them.
  inIndexOrder: [{ sql: 'SET LOCAL enable_bitmapscan = off' }],
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

/** MySQL and MariaDB. */
export const mysqlDialect: SqlDialect = {
  parameter: () => '?',
  insertWherePossible: (table, { columns, values }) => {
    const text = new SqlText(mysqlDialect);
    const rows = values.map((row) => `(${text.values(row)})`).join(', ');
    const nothing = `${columns[0]} = ${columns[0]}`;
    return [text.statement(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows} ON DUPLICATE KEY UPDATE ${nothing}`)];
  },
  updateNextVersions: (table, keys, { columns, values }, releasedOnly) => {
    const text = new SqlText(mysqlDialect);
    const row = (cells: readonly unknown[], first: boolean): string =>
      `SELECT ${cells.map((cell, index) => `${text.value(cell)}${first ? ` AS ${columns[index]}` : ''}`).join(', ')}`;
    const given = values.map((cells, index) => row(cells, index === 0)).join(' UNION ALL ');
    const set = columns.filter((name) => !keys.includes(name)).map((name) => `held.${name} = ${next(name, releasedOnly)}`);
    const same = keys.map((name) => `held.${name} = given.${name}`);
    return [
      text.statement(
        `UPDATE ${table} AS held JOIN (${given}) AS given ON ${same.join(' AND ')} SET ${set.join(', ')} ` +
          `WHERE held.version = given.version - 1 AND ${NEVER_REOPENED}`,
      ),
    ];
  },
  tellsUpdated: 'count',
  savesInOneStatement: false,
  // It skips through the index by itself.
  distinct: (table, column) => `SELECT DISTINCT ${column} FROM ${table}`,
  withoutIndex: (column) => column,
  inIndexOrder: [],
  lockFree: ' FOR UPDATE SKIP LOCKED',
  hidesNewest: true,
  begin: () => ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'START TRANSACTION'],
  // MariaDB alone; to MySQL, it is a comment. An INSERT that waits makes others wait that go into the gap beside.
  withoutWaiting: ({ sql, parameters = [] }) => ({
    sql: `/*M!100106 SET STATEMENT innodb_lock_wait_timeout = 0 FOR */ ${sql}`,
    parameters,
  }),
  clock: "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000 AS now",
  isPassing: (error) => PASSING_STATES.includes(sqlStateOf(error)),
  isLocked: (error) => {
    const LOCK_WAIT_TIMEOUT = 1205;
    return readable(() => (error as { driverError?: { errno?: unknown } }).driverError?.errno) === LOCK_WAIT_TIMEOUT;
  },
};

export const sqliteDialect: SqlDialect = {
  parameter: () => '?',
  // Row by row: there is no round trip to be saved, and few statements to be prepared.
  insertWherePossible: (table, { columns, values }) => {
    const marks = columns.map(() => '?').join(', ');
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING`;
    return values.map((parameters) => ({ sql, parameters }));
  },
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
  savesInOneStatement: false,
  distinct: eachNext,
  // It takes the one on malls otherwise, and reads whatever was ever cancelled.
  withoutIndex: (column) => `+${column}`,
  inIndexOrder: [],
  lockFree: '',
  hidesNewest: false,
  begin: () => ['BEGIN IMMEDIATE'],
  withoutWaiting: (statement) => statement,
  clock: "SELECT (julianday('now') - 2440587.5) * 86400000 AS now",
  isPassing: (error) => /^SQLITE_(BUSY|LOCKED)/.test(sqlStateOf(error)),
  isLocked: () => false,
};
