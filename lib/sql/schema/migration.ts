/** What takes a database to a version, and back to the one before. */
export interface Statements {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** How PostgreSQL's statements name what is in a schema. */
export interface Names {
  readonly table: (name: string) => string;
  readonly index: (name: string) => string;
}

/** A version of the tables, on every engine. It is history: what has run in a shop does not change. */
export interface MigrationOfEngines {
  readonly version: number;
  /** As TypeORM keeps it in its own table. */
  readonly name: string;
  /** Half of it would be unsafe: a transaction also where whoever runs it is told to use none. */
  readonly whole?: true;
  readonly postgres: (names: Names) => Statements;
  readonly mysql: Statements;
  readonly sqlite: Statements;
}

export function createTable(path: string, parts: readonly string[], options = ''): string {
  return `CREATE TABLE ${path} (${parts.join(', ')})${options}`;
}
