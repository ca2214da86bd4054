export { SqlReviseJournal, type SqlJournalOptions } from './sql-revise-journal.js';
export { PgReviseJournal, type PgClient, type PgPool } from './pg-revise-journal.js';
export { Mysql2ReviseJournal, type Mysql2Connection, type Mysql2Pool } from './mysql2-revise-journal.js';
export { BetterSqlite3ReviseJournal, type BetterSqlite3Database } from './better-sqlite3-revise-journal.js';
export { OnRevisionSettled, type RevisionSettledHandler } from './settled-handlers.js';
export { NO_TRANSACTION } from './sql-database.js';
export type {
  SqlDatabase,
  SqlEngine,
  SqlResult,
  SqlStatement,
  SqlTransactionFault,
  SqlTransactionOptions,
} from './sql-database.js';
export type { OwnSqliteConnection, SqliteConnection, SqliteFile, SqliteStatement } from './sqlite-file.js';
export type { RevisionQuery } from './revision-table.js';
export { kiccSchema, SCHEMA_VERSION, type SchemaMigration } from './schema/kicc-schema.js';
export { migrate, type MigrateOptions, type Migrated, type MigrationStep } from './schema/migrate.js';
export type { SchemaConnection } from './schema/schema-connection.js';
export { KiccSchemaError } from './schema/kicc-schema.error.js';
