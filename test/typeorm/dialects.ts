import type { SqlDialect } from '../../lib/typeorm/sql-dialect.js';
import { mariaDbDialect } from '../../lib/typeorm/mysql-dialect.js';
import { postgresDialect } from '../../lib/typeorm/postgres-dialect.js';
import { sqliteDialect } from '../../lib/typeorm/sqlite-dialect.js';
import type { Engine } from '../engines/engine.js';

/** The SQL of each engine that the tests run. */
export const DIALECTS: Readonly<Record<Engine['name'], SqlDialect>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
  mariadb: mariaDbDialect,
};
