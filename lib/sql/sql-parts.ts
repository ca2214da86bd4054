// Parts of SQL that several engines share.
import type { SqlEngine } from './sql-database.js';
import type { Rows } from './sql-dialect.js';

/** What a transaction of the journal's begins with. */
export const BEGIN: Readonly<Record<SqlEngine, readonly string[]>> = {
  postgres: ['BEGIN ISOLATION LEVEL READ COMMITTED'],
  mysql: ['SET TRANSACTION ISOLATION LEVEL READ COMMITTED', 'START TRANSACTION'],
  sqlite: ['BEGIN IMMEDIATE'],
};

/** From one value straight to the next: these engines read the whole index for a DISTINCT. */
export function eachNext(table: string, column: string): string {
  const next = (after: string): string => `(SELECT MIN(${column}) FROM ${table}${after})`;
  return (
    `WITH RECURSIVE found(${column}) AS (SELECT ${next('')} UNION ALL ` +
    `SELECT ${next(` WHERE ${column} > found.${column}`)} FROM found WHERE found.${column} IS NOT NULL) ` +
    `SELECT ${column} FROM found WHERE ${column} IS NOT NULL`
  );
}

/** The statuses of what is settled. */
export const SETTLED = "('succeeded', 'declined')";
/** A column of what is given, in SQL. */
export type Given = (column: string) => string;
/** Where what is given is joined with what is `held`. */
export const joined: Given = (column) => `given.${column}`;

/** What a column of rows that are `held` is set to. */
export function next(column: string, releasedOnly: string, given: Given): string {
  return column === releasedOnly ? `CASE WHEN held.${column} IS NOT NULL THEN ${given(column)} END` : given(column);
}

/** That what is held is the state before, and nothing open is written over what is settled. */
export function isNext(given: Given): string {
  return `held.version = ${given('version')} - 1 AND (held.status NOT IN ${SETTLED} OR ${given('status')} IN ${SETTLED})`;
}

/** That two rows agree in some columns. */
export function agree(one: string, other: string, columns: readonly string[]): string {
  return columns.map((name) => `${one}.${name} = ${other}.${name}`).join(' AND ');
}

export function columnsOf(alias: string, columns: readonly string[]): string {
  return columns.map((name) => `${alias}.${name}`).join(', ');
}

/** Some columns of rows. */
export function only(columns: readonly string[], rows: Rows): Rows {
  const places = columns.map((name) => rows.columns.indexOf(name));
  return { columns, values: rows.values.map((row) => places.map((place) => row[place])) };
}
