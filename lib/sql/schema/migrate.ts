import { timers } from '../../real-time.js';
import { nameOfError } from '../../revision/foreign-error.js';
import { codeOf } from './driver-error.js';
import { KiccSchemaError } from './kicc-schema.error.js';
import { kiccSchema, MIGRATIONS, SCHEMA_VERSION, type SchemaMigration } from './kicc-schema.js';
import type { SchemaConnection } from './schema-connection.js';
import { lockOf } from './schema-lock.js';
import { schemaOf, standingOf, type Standing } from './standing.js';
import { tablesSince } from './tables.js';
import { VersionTable, type Direction } from './version-table.js';
import { tablePath } from '../table-path.js';

export interface MigrateOptions {
  /** That of PostgreSQL which the tables are in; else where the connection finds them, or would make them. */
  readonly schema?: string | undefined;
  /** From 0, where there are no tables, up to the newest, which is the default. */
  readonly to?: number | undefined;
  /** Only tells what would be done: writes nothing, and waits for nobody. */
  readonly dryRun?: boolean | undefined;
  /** Whether a step down may take a table away that has rows. Not unless it is said. */
  readonly dropRows?: boolean | undefined;
  /** Is told what is done, a line each. */
  readonly tell?: ((line: string) => void) | undefined;
}

/** A step that was taken, or would be. */
export interface MigrationStep {
  readonly version: number;
  readonly name: string;
  readonly direction: Direction;
  readonly statements: readonly string[];
}

export interface Migrated {
  readonly from: number;
  readonly to: number;
  readonly steps: readonly MigrationStep[];
}

/**
 * Brings the tables to a version, step by step. Each is one transaction on PostgreSQL and SQLite; on MySQL and MariaDB, whose
 * statements are kept one by one, a step that was interrupted is ended first by the next run. Of several at once, one does it and
 * the others find it done. Tables that TypeORM's migrations made are gone on with from where they are.
 * @throws {KiccSchemaError} the tables are of no version that is known, a lock is held for too long, or a statement failed; it
 * says how far it came.
 */
export async function migrate(connection: SchemaConnection, options: MigrateOptions = {}): Promise<Migrated> {
  const { to = SCHEMA_VERSION, dryRun = false } = options;
  if (!Number.isInteger(to) || to < 0 || to > SCHEMA_VERSION) {
    throw new KiccSchemaError(`to: give a version from 0 to ${SCHEMA_VERSION}.`);
  }
  try {
    const schema = await schemaOf(connection, options.schema);
    const migration = new Migration(connection, schema, to, options);
    return await (dryRun ? migration.plan() : migration.run());
  } catch (error) {
    if (error instanceof KiccSchemaError) throw error;
    throw new KiccSchemaError(
      `The database did not let the tables be looked at, or kicc_schema_version be written (${nameOfError(error)} ${codeOf(error)}). ` +
        'Look at the connection, and whether its user may create and change tables.',
    );
  }
}

class Migration {
  readonly #versions: VersionTable;
  readonly #migrations: readonly SchemaMigration[];
  readonly #tell: (line: string) => void;

  constructor(
    private readonly connection: SchemaConnection,
    private readonly schema: string | undefined,
    private readonly to: number,
    private readonly options: MigrateOptions,
  ) {
    this.#versions = new VersionTable(connection, schema);
    this.#migrations = kiccSchema(connection.engine, schema === undefined ? {} : { schema });
    this.#tell = options.tell ?? (() => undefined);
  }

  async plan(): Promise<Migrated> {
    const standing = await standingOf(this.connection, this.schema);
    const begun = begunIn(standing);
    const steps = begun ? [this.stepOf(begun.version, begun.direction)] : [];
    const from = begun ? after(begun) : known(standing);
    for (let version = from; version !== this.to;) {
      const step = this.next(version);
      await this.refuseToDropRows(step);
      steps.push(step);
      version = after(step);
    }
    for (const line of disagreement(standing)) this.#tell(line);
    for (const { version, name, direction } of steps) this.#tell(`${version} ${name} ${direction}: would be run`);
    return { from, to: this.to, steps };
  }

  async run(): Promise<Migrated> {
    const lock = lockOf(this.connection);
    return lock.around(async () => {
      const steps: MigrationStep[] = [];
      let from: number | undefined;
      for (;;) {
        const { stood, step, said } = await lock.step(() => this.step());
        from ??= stood;
        // Not before it is kept.
        for (const line of said) this.#tell(line);
        if (!step) return { from, to: this.to, steps };
        steps.push(step);
      }
    });
  }

  /** Takes the next step, if one is left. */
  private async step(): Promise<Taken> {
    const standing = await standingOf(this.connection, this.schema);
    const begun = begunIn(standing);
    if (begun) {
      const step = this.stepOf(begun.version, begun.direction);
      const done = await this.act(step, true);
      return { stood: before(step), step, said: [`${done}; it had been interrupted`] };
    }
    const version = known(standing);
    const said = disagreement(standing);
    if (version === this.to && standing.recorded.version === version && !standing.recorded.underWay)
      return { stood: version, said };
    await this.#versions.create();
    if (version === this.to) {
      await this.#versions.stand(version);
      if (version > 0) said.push(`${version} ${MIGRATIONS[version - 1]?.name}: recorded as where the tables stand`);
      return { stood: version, said };
    }
    const step = this.next(version);
    await this.refuseToDropRows(step);
    await this.#versions.stand(version);
    await this.#versions.begin(step.version, step.direction);
    said.push(await this.act(step, false));
    return { stood: version, step, said };
  }

  /**
   * @param again whether some of its statements may have been run already.
   * @returns what was done, as a line.
   */
  private async act(step: MigrationStep, again: boolean): Promise<string> {
    const { version, name, direction, statements } = step;
    const began = timers.performance.now();
    for (const [index, sql] of statements.entries()) {
      try {
        await this.connection.run(sql);
      } catch (error) {
        if (again && isDone(error)) continue;
        throw this.failed(step, index, error);
      }
    }
    await this.#versions.stand(after(step));
    const count = `${statements.length} statement${statements.length === 1 ? '' : 's'}`;
    return `${version} ${name} ${direction}: ${count}, ${((timers.performance.now() - began) / 1_000).toFixed(1)} s`;
  }

  private failed(step: MigrationStep, index: number, error: unknown): KiccSchemaError {
    const { name, direction, statements } = step;
    const what = `${name} (${direction}): statement ${index + 1} of ${statements.length} failed (${nameOfError(error)} ${codeOf(error)})`;
    const kept =
      this.connection.engine === 'mysql'
        ? `${index === 0 ? 'None' : `The first ${index}`} of its statements ${index === 1 ? 'was' : 'were'} run, and stay. Put ` +
          'right what is in the way and run kicc migrate again: it goes on from there.'
        : `Nothing of it was kept: the tables stand at version ${before(step)}. Put right what is in the way, and run it again.`;
    return new KiccSchemaError(`${what}: ${headOf(statements[index])} … ${kept}`);
  }

  private next(version: number): MigrationStep {
    return this.to > version ? this.stepOf(version + 1, 'up') : this.stepOf(version, 'down');
  }

  private stepOf(version: number, direction: Direction): MigrationStep {
    const migration = this.#migrations[version - 1] as SchemaMigration;
    return { version, name: migration.name, direction, statements: migration[direction] };
  }

  private async refuseToDropRows({ version, direction }: MigrationStep): Promise<void> {
    if (direction === 'up' || this.options.dropRows) return;
    for (const table of tablesSince(version)) {
      const path = this.connection.engine === 'postgres' ? tablePath('postgres', this.schema, table) : table;
      const rows = await this.connection.run(`SELECT 1 FROM ${path} LIMIT 1`);
      if (rows.length > 0) {
        throw new KiccSchemaError(
          `${table} has rows, and version ${version - 1} has no such table: what it knows of refunds would be lost. Make a ` +
            'backup, then give --drop-rows (dropRows).',
        );
      }
    }
  }
}

interface Taken {
  /** Where the tables stood before. */
  readonly stood: number;
  readonly step?: MigrationStep;
  readonly said: readonly string[];
}

function disagreement({ version, recorded }: Standing): string[] {
  if (version === undefined || recorded.version === undefined || recorded.version === version) return [];
  return [
    `The tables are those of version ${version}, though kicc_schema_version says ${recorded.version}: something else has ` +
      'migrated them since. What they are like counts.',
  ];
}

/** What has to be ended first. */
function begunIn({ version, recorded: { underWay } }: Standing): Standing['recorded']['underWay'] {
  if (!underWay) return undefined;
  // Something else has brought the tables to another version since.
  const isElsewhere = version !== undefined && version !== underWay.version && version !== underWay.version - 1;
  return isElsewhere ? undefined : underWay;
}

function known({ version, unlike }: Standing): number {
  if (version !== undefined) return version;
  throw new KiccSchemaError(
    `The tables are those of no version that this library knows, so they are left alone. They differ ${unlike}. Undo what has ` +
      'changed them, or use the version of nestjs-kicc that made them.',
  );
}

function after({ version, direction }: Pick<MigrationStep, 'version' | 'direction'>): number {
  return direction === 'up' ? version : version - 1;
}

function before({ version, direction }: MigrationStep): number {
  return direction === 'up' ? version - 1 : version;
}

/** What MySQL and MariaDB say of a statement that has been run already. */
const DONE = new Set([
  'ER_TABLE_EXISTS_ERROR',
  'ER_BAD_TABLE_ERROR',
  'ER_NO_SUCH_TABLE',
  'ER_DUP_FIELDNAME',
  'ER_DUP_KEYNAME',
  'ER_CANT_DROP_FIELD_OR_KEY',
  // Under one number, the constraint's on MariaDB.
  'ER_FK_DUP_NAME',
  'ER_DUP_CONSTRAINT_NAME',
  'ER_CHECK_CONSTRAINT_DUP_NAME',
]);

function isDone(error: unknown): boolean {
  return DONE.has(codeOf(error));
}

/** What a statement does, without what it does it with. */
function headOf(sql = ''): string {
  return sql.split(/\s*[(=,]/, 1)[0]?.slice(0, 120) ?? '';
}
