import { readable, wordOr } from '../revision/foreign-error.js';
import type { Statement } from './statement.js';

/** Rows to be written: their columns, and a value for each. */
export interface Rows {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** Two columns, the first of which few values have. */
export type Pair = readonly [first: string, second: string];

/** Statements that are a transaction each, and give the `keys` of what they have written. */
export interface OneTrip {
  /**
   * Inserts rows beside which the table has none of the same `group`; all others are left out, without an error.
   * @param keys tell a row from all others; each row that got in is given as `told: 'in'`, and once more as `'out'` where
   * it was taken out again.
   * @param mark the column that tells what was written here.
   */
  insertAlone(table: string, keys: Pair, group: Pair, mark: string, rows: Rows, lockWaitMs: number): Statement;
  /** As {@link SqlDialect.updateNextVersions}. */
  updateNextVersions(table: string, keys: Pair, mark: string, rows: Rows, releasedOnly: string, lockWaitMs: number): Statement;
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
export const PASSING_STATES = ['40001', '40P01'];
