import { kiccRevision } from './migrations/1790000000001-kicc-revision.js';
import { kiccBulk } from './migrations/1790000000002-kicc-bulk.js';
import { kiccNotification } from './migrations/1790000000003-kicc-notification.js';
import { kiccQueryDay } from './migrations/1790000000004-kicc-query-day.js';
import { kiccReview } from './migrations/1790000000005-kicc-review.js';
import { kiccBulkRevision } from './migrations/1790000000006-kicc-bulk-revision.js';
import { kiccPartialIndices } from './migrations/1790000000007-kicc-partial-indices.js';
import { kiccBulkDue } from './migrations/1790000000008-kicc-bulk-due.js';
import { kiccAccepted } from './migrations/1790000000009-kicc-accepted.js';
import type { MigrationOfEngines, Names, Statements } from './migration.js';
import type { SqlEngine } from '../sql-database.js';
import { tablePath } from '../table-path.js';

/** Every version of the tables, from the first on. */
export const MIGRATIONS: readonly MigrationOfEngines[] = [
  kiccRevision,
  kiccBulk,
  kiccNotification,
  kiccQueryDay,
  kiccReview,
  kiccBulkRevision,
  kiccPartialIndices,
  kiccBulkDue,
  kiccAccepted,
];

/** The version of the tables that this library works with. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** A step from one version of the tables to the next, as SQL of one engine. */
export interface SchemaMigration extends Statements {
  /** To which version `up` leads; `down` leads to the one before. From 1. */
  readonly version: number;
  /** The same as of its TypeORM migration. */
  readonly name: string;
}

/**
 * The tables of this library as SQL: each version's statements in the order in which they are run, `up` from an empty database to
 * the newest version, `down` back again. For shops that bring their databases up to date by a tool of their own; run those of one
 * version in one transaction where the engine can (PostgreSQL, SQLite). On SQLite, `PRAGMA foreign_keys` is to be off meanwhile.
 * @param engine `mysql` is MariaDB, too.
 * @param options `schema`: that of PostgreSQL which the tables are in; without it, the first of the connection's `search_path`.
 */
export function kiccSchema(engine: SqlEngine, { schema }: { readonly schema?: string } = {}): readonly SchemaMigration[] {
  const names = postgresNames(schema);
  return MIGRATIONS.map((migration) => ({
    version: migration.version,
    name: migration.name,
    ...statementsOf(migration, engine, names),
  }));
}

export function statementsOf(migration: MigrationOfEngines, engine: SqlEngine, names: Names): Statements {
  return engine === 'postgres' ? migration.postgres(names) : migration[engine];
}

/**
 * @param schema that of the tables; unless given, they are looked for in the `search_path`.
 * @param indicesIn the schema that indices are named with.
 */
export function postgresNames(schema?: string, indicesIn = schema): Names {
  return { table: (name) => tablePath('postgres', schema, name), index: (name) => tablePath('postgres', indicesIn, name) };
}
