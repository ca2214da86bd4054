import { MIGRATIONS } from './kicc-schema.js';
import type { Statements } from './migration.js';
import type { SqlEngine } from '../sql-database.js';
import type { SchemaConnection } from './schema-connection.js';
import { tablePath } from '../table-path.js';

/** Where `kicc migrate` keeps what it has run. */
export const VERSION_TABLE = 'kicc_schema_version';

export type Direction = keyof Statements;

/** What the table of versions says. */
export interface Recorded {
  /** The newest version that was reached; `undefined` where nothing is recorded. */
  readonly version: number | undefined;
  /** What was begun and has not ended: only of engines whose DDL is part of no transaction. */
  readonly underWay: { readonly version: number; readonly direction: Direction } | undefined;
}

const EXISTS: Readonly<Record<SqlEngine, string>> = {
  // An app's own user may not have been let at it, and does not need to be.
  postgres: `SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = '${VERSION_TABLE}'
    AND has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')`,
  mysql: `SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '${VERSION_TABLE}'`,
  sqlite: `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '${VERSION_TABLE}'`,
};

/** The table of versions of a database. */
export class VersionTable {
  readonly #path: string;

  /** @param schema that of PostgreSQL. */
  constructor(
    private readonly connection: SchemaConnection,
    private readonly schema: string | undefined,
  ) {
    this.#path = connection.engine === 'postgres' ? tablePath('postgres', schema, VERSION_TABLE) : VERSION_TABLE;
  }

  async read(): Promise<Recorded> {
    const { engine, run } = this.connection;
    const found = await run(EXISTS[engine], engine === 'postgres' ? [this.schema] : []);
    if (found.length === 0) return { version: undefined, underWay: undefined };
    const rows = await run(`SELECT version, under_way FROM ${this.#path} ORDER BY version`);
    const done = rows.filter((row) => row['under_way'] === null).map((row) => Number(row['version']));
    const open = rows.find((row) => row['under_way'] !== null);
    return {
      version: done.at(-1),
      underWay: open && { version: Number(open['version']), direction: open['under_way'] as Direction },
    };
  }

  async create(): Promise<void> {
    await this.connection.run(
      `CREATE TABLE IF NOT EXISTS ${this.#path} ` +
        '(version int NOT NULL PRIMARY KEY, name varchar(64) NOT NULL, applied_at bigint NOT NULL, under_way varchar(4))',
    );
  }

  /** Notes that the database stands at a version. Whatever else was noted is forgotten. */
  async stand(version: number): Promise<void> {
    const { run } = this.connection;
    await run(`DELETE FROM ${this.#path} WHERE version > ${version} OR under_way IS NOT NULL`);
    const kept = (await run(`SELECT version FROM ${this.#path}`)).map((row) => Number(row['version']));
    for (const migration of MIGRATIONS.slice(0, version)) {
      if (!kept.includes(migration.version)) await this.insert(migration.version, null);
    }
  }

  /** Notes that a step is begun. */
  async begin(version: number, direction: Direction): Promise<void> {
    await this.connection.run(`DELETE FROM ${this.#path} WHERE version >= ${version}`);
    await this.insert(version, direction);
  }

  private async insert(version: number, underWay: Direction | null): Promise<void> {
    const { name } = MIGRATIONS[version - 1] ?? {};
    const state = underWay === null ? 'NULL' : `'${underWay}'`;
    await this.connection.run(
      `INSERT INTO ${this.#path} (version, name, applied_at, under_way) VALUES (${version}, '${name}', ${Date.now()}, ${state})`,
    );
  }
}
