import { createRequire } from 'node:module';
import { kiccSchema, type BetterSqlite3Database } from '../../lib/sql/index.js';

type Opened = BetterSqlite3Database & { exec(sql: string): unknown };

const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => Opened;

/** A shop's SQLite file with the journal's tables, by `better-sqlite3`. */
export function openSqliteFile(path: string): Opened {
  const database = new Database(path);
  for (const { up } of kiccSchema('sqlite')) for (const statement of up) database.exec(statement);
  return database;
}
