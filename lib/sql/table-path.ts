import type { SqlEngine } from './sql-database.js';

/** A table in SQL: quoted, and in its schema, where one is named. */
export function tablePath(engine: SqlEngine, schema: string | undefined, name: string): string {
  const quote = engine === 'mysql' ? '`' : '"';
  const quoted = (part: string): string => quote + part.replaceAll(quote, quote + quote) + quote;
  return [...(schema === undefined ? [] : [schema]), name].map(quoted).join('.');
}
