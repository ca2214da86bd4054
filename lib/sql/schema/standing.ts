import { KiccSchemaError } from './kicc-schema.error.js';
import { MIGRATIONS, SCHEMA_VERSION } from './kicc-schema.js';
import type { SchemaConnection } from './schema-connection.js';
import { differences, readStructure, structureAt } from './structure.js';
import { VersionTable, type Recorded } from './version-table.js';

/** Where a database's tables stand. */
export interface Standing {
  /** By what the tables are like; 0: there are none. `undefined`: they are like those of no version. */
  readonly version: number | undefined;
  /** By the table of versions, which TypeORM's migrations do not write. */
  readonly recorded: Recorded;
  /** Where `version` is undefined: in what they differ from the version that comes nearest. */
  readonly unlike: string;
}

/**
 * Looks where the tables stand. Writes nothing.
 * @throws {KiccSchemaError} a newer version of this library has been here.
 */
export async function standingOf(connection: SchemaConnection, schema: string | undefined): Promise<Standing> {
  const recorded = await new VersionTable(connection, schema).read();
  const newest = Math.max(recorded.version ?? 0, recorded.underWay?.version ?? 0);
  if (newest > SCHEMA_VERSION) {
    throw new KiccSchemaError(
      `The schema is at version ${newest}, and this library knows ${SCHEMA_VERSION} at most. Use the version of nestjs-kicc that ` +
        'brought it there, or a newer one.',
    );
  }
  const held = await readStructure(connection, schema);
  const unlike = [0, ...MIGRATIONS.map(({ version }) => version)].map(
    (version) => [version, differences(held, structureAt(connection.engine, version))] as const,
  );
  const alike = unlike.filter(([, found]) => found.length === 0).map(([version]) => version);
  // On MySQL, version 7 is like 6: whichever was recorded, else the newer one.
  const { version: begun = NaN } = recorded.underWay ?? {};
  const version = [begun, begun - 1, recorded.version].find((one) => one !== undefined && alike.includes(one)) ?? alike.at(-1);
  const [nearest] = unlike.toSorted(([, some], [, others]) => some.length - others.length);
  return {
    version,
    recorded,
    unlike: version === undefined && nearest ? `from version ${nearest[0]}: ${nearest[1].join('; ')}` : '',
  };
}

/**
 * The schema of PostgreSQL that the tables are in: the one that is named, else where the connection finds them, else where it would
 * make them.
 */
export async function schemaOf({ engine, run }: SchemaConnection, named: string | undefined): Promise<string | undefined> {
  if (engine !== 'postgres') {
    if (named !== undefined)
      throw new KiccSchemaError('schema: only PostgreSQL has them. Name the database in the URL instead.');
    return undefined;
  }
  if (named !== undefined) {
    const found = await run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [named]);
    if (found.length === 0) {
      throw new KiccSchemaError(`schema: there is none of the name ${JSON.stringify(named)}. CREATE SCHEMA it first.`);
    }
    return named;
  }
  const [row] = await run(
    `SELECT coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.oid = to_regclass('kicc_revision')), current_schema())::text AS name`,
  );
  const name = row?.['name'];
  if (typeof name === 'string') return name;
  throw new KiccSchemaError('schema: the search_path of the connection leads to none. Name the schema of the tables.');
}

/**
 * Whether the tables are those of an older version of this library.
 * @param named the schema of PostgreSQL which they are in, where it is not in the `search_path`.
 * @returns what is in the way, as a sentence with its remedy; `undefined`: nothing.
 * @throws {KiccSchemaError} a newer version of this library has been here, or the schema is not there.
 */
export async function behind(connection: SchemaConnection, named?: string): Promise<string | undefined> {
  const { version, recorded } = await standingOf(connection, await schemaOf(connection, named));
  const remedy = `npx kicc migrate --database URL${named === undefined ? '' : ` --schema ${named}`}`;
  const { underWay } = recorded;
  if (underWay) {
    return `The schema stands half way in ${MIGRATIONS[underWay.version - 1]?.name} (${underWay.direction}): ${remedy}`;
  }
  if (version === undefined || version === SCHEMA_VERSION) return undefined;
  return `The schema is at version ${version}, this library wants ${SCHEMA_VERSION}: ${remedy}`;
}
