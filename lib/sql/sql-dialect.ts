import { readable, wordOr } from '../revision/foreign-error.js';
import type { SqlEngine } from './sql-database.js';
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

/** What bounds the statements of a transaction, and takes that back where it does not end with the transaction. */
export interface Bound {
  readonly set: (ms: number) => string;
  readonly reset?: string;
}

/** What an engine tells of a transaction of the shop's, as far as it can. */
export interface Fitness {
  readonly isolation?: string;
  /** What tells it from all others. */
  readonly transaction?: string;
  /** 1, or not. */
  readonly under_way?: unknown;
}

/** A part of a transaction of the shop's, who may end that at any time. */
export interface TransactionPart {
  /** @param transaction of its {@link Fitness}. */
  readonly begin: (transaction: string | undefined) => readonly string[];
  readonly end: readonly string[];
  readonly undo: readonly string[];
  /** Fails where the part is over; what was written in it so far is taken back. */
  readonly check?: string;
  /** A condition that does not hold where the transaction is over. */
  readonly isUnderWay?: string;
}

/** In what the engines differ. */
export interface SqlDialect {
  readonly engine: SqlEngine;
  /** The mark of the n-th parameter, from 1. */
  parameter(n: number): string;
  /**
   * Inserts rows; those that some unique index forbids are left out, without an error.
   * @param inPart whether it is to fail outside the {@link part} of the shop's transaction that it is in, as far as the engine
   * can tell: the shop may end that at any time.
   */
  insertWherePossible(table: string, rows: Rows, inPart?: boolean): readonly Statement[];
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
  /** Bounds how long a transaction's statements wait for somebody else's lock. Absent: {@link withoutWaiting} does. */
  readonly lockWait?: Bound;
  /** Bounds how long a statement of the shop's takes, or waits, inside a transaction of the journal's. */
  readonly shopsWait?: Bound;
  readonly part: TransactionPart;
  /** Gives one row, a {@link Fitness}. */
  readonly fitness?: string;
  /** Gives a row of a name and a value for each setting by which the engine may lose what it has confirmed. */
  readonly durability: { readonly sql: string; readonly remedy: string };
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

/** The driver's error behind one of an ORM's, which may keep it as its `driverError` or `cause`. Never throws. */
export function driverErrorOf(error: unknown): unknown {
  const behind = readable(() => {
    const { driverError, cause, code } = Object(error) as { driverError?: unknown; cause?: unknown; code?: unknown };
    return driverError ?? (code === undefined ? cause : undefined);
  });
  return behind ?? error;
}

/** SQLSTATE of an error of a driver, or what SQLite has in its place; both as an ORM wraps it and plain. Never throws. */
export function sqlStateOf(error: unknown): string {
  const state = readable(() => {
    const { sqlState, code } = Object(driverErrorOf(error)) as { sqlState?: unknown; code?: unknown };
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
