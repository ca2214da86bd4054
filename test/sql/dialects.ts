import type { SqlDialect } from '../../lib/sql/sql-dialect.js';
import { mariaDbDialect } from '../../lib/sql/mysql-dialect.js';
import { postgresDialect } from '../../lib/sql/postgres-dialect.js';
import { sqliteDialect } from '../../lib/sql/sqlite-dialect.js';
import type { Engine } from '../engines/engine.js';

/** The SQL of each engine that the tests run. */
export const DIALECTS: Readonly<Record<Engine['name'], SqlDialect>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
  mariadb: mariaDbDialect,
};
