import { DataSource } from 'typeorm';
import type { TestDatabase } from './engine.js';

/** A database with tables in it, which no test uses at the moment. */
export interface SpareDatabase extends TestDatabase {
  /** What was done to make its tables. */
  readonly tables: string;
  /** What its tables are like. */
  readonly shape: string;
}

type Server = 'postgres' | 'mariadb';

const SHAPE: Record<Server, readonly string[]> = {
  postgres: [
    `SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped ORDER BY 1, attnum`,
    `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
    `SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
    `SELECT pg_get_triggerdef(oid) FROM pg_trigger ORDER BY 1`,
    `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1`,
    `SELECT setconfig FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
     WHERE datname = current_database()`,
  ],
  mariadb: [
    `SELECT table_name, column_name, column_type, is_nullable, column_default, extra, collation_name
     FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`,
    `SELECT table_name, index_name, non_unique, seq_in_index, column_name
     FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`,
    `SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1`,
    `SELECT table_name, constraint_name, check_clause
     FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() ORDER BY 1, 2`,
    `SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = DATABASE()`,
  ],
};

const OTHERS: Record<Server, string> = {
  postgres: `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  mariadb: 'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
};

const TABLES: Record<Server, string> = {
  postgres: `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
  mariadb: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> 'migrations'`,
};

/** What the tables of a database are like, whatever rows are in them. */
export async function shapeOf(source: DataSource): Promise<string> {
  const answers: unknown[] = [];
  for (const sql of SHAPE[source.options.type as Server]) answers.push(await source.query(sql));
  return JSON.stringify(answers);
}

/**
 * Databases that the tests of a spec use one after the other: to make their tables takes a server longer than most tests do. One
 * whose tables a test has changed is dropped.
 */
export class SpareDatabases {
  private readonly spare: SpareDatabase[] = [];

  take(tables: string): SpareDatabase | undefined {
    const index = this.spare.findIndex((database) => database.tables === tables);
    return index < 0 ? undefined : this.spare.splice(index, 1)[0];
  }

  /** Whoever still uses it loses its connections, and it its rows. */
  async giveBack(database: SpareDatabase): Promise<void> {
    const source = await new DataSource(database.options).initialize();
    const isClean = await emptied(source, database.shape).finally(() => source.destroy());
    if (isClean) this.spare.push(database);
    else await database.drop();
  }

  async close(): Promise<void> {
    for (const database of this.spare.splice(0)) await database.drop();
  }
}

async function emptied(source: DataSource, shape: string): Promise<boolean> {
  const server = source.options.type as Server;
  const others = await source.query<{ id?: number }[]>(OTHERS[server]);
  // One that has ended by itself meanwhile is as good.
  for (const { id } of others) if (id !== undefined) await source.query(`KILL ${id}`).catch(() => undefined);
  if ((await shapeOf(source)) !== shape) return false;
  const tables = await source.query<{ name: string }[]>(TABLES[server]);
  const filled: string[] = [];
  for (const { name } of tables)
    if ((await source.query<unknown[]>(`SELECT 1 FROM ${name} LIMIT 1`)).length > 0) filled.push(name);
  if (filled.length === 0) return true;
  // What MariaDB deletes stays for a while, and so do the gaps that a transaction locks beside it.
  if (server === 'postgres') await source.query(filled.map((name) => `DELETE FROM ${name}`).join(';'));
  else for (const name of filled) await source.query(`TRUNCATE TABLE ${name}`);
  return true;
}
