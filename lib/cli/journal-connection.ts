import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { TypeOrmReviseJournal } from '../typeorm/typeorm-revise-journal.js';
import { CommandError } from './kicc-terminal.js';
import type { KiccSettingsSource } from './kicc-settings-source.js';

/** How long a database may take to answer, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
const SCHEMES = 'the path of a SQLite file, postgres://…, mysql://… or mariadb://…';

/** A connection to the shop's database, with the journal in it. */
export interface JournalConnection {
  readonly dataSource: DataSource;
  readonly journal: TypeOrmReviseJournal;
  close(): Promise<void>;
}

/**
 * Connects to the journal that `DATABASE_URL` names. Changes nothing in the database.
 * @param heard is told what the journal warns of.
 * @throws {CommandError} it cannot be reached, or its tables are not there.
 */
export async function connectJournal(
  source: Pick<KiccSettingsSource, 'databaseUrl' | 'schema'>,
  heard: (warning: string) => void,
): Promise<JournalConnection> {
  const dataSource = await connectDatabase(source);
  try {
    const [{ JournalForCommands }, { unreadableTables }] = await Promise.all([
      import('./journal-for-commands.js'),
      import('../typeorm/unreadable-tables.js'),
    ]);
    const missing = await unreadableTables(dataSource);
    if (missing.length > 0) {
      throw new CommandError(
        `${missing.join(', ')}: cannot be read. Add kiccMigrations of nestjs-kicc/typeorm to your DataSource's migrations and run ` +
          'them; where the tables are in a schema of their own, name it by --schema.',
      );
    }
    const journal = new JournalForCommands(dataSource);
    // Nest's own would write among the command's results.
    Logger.overrideLogger(quietLogger(heard));
    await journal.onModuleInit();
    return {
      dataSource,
      journal,
      close: async () => {
        await journal.onApplicationShutdown();
        await dataSource.destroy();
      },
    };
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** A logger that passes on what went wrong, and nothing else. */
export function quietLogger(heard: (warning: string) => void) {
  const pass = (message: unknown): void => heard(String(message));
  return { log: () => undefined, warn: pass, error: pass, fatal: pass };
}

async function connectDatabase({
  databaseUrl,
  schema,
}: Pick<KiccSettingsSource, 'databaseUrl' | 'schema'>): Promise<DataSource> {
  if (databaseUrl === undefined) throw new CommandError(`DATABASE_URL is not set. Set it to ${SCHEMES}.`);
  const known = optionsOf(databaseUrl);
  const [typeorm, { kiccEntities }] = await loadTypeOrm();
  const options = { ...known, ...(schema === undefined ? {} : { schema }), entities: [...kiccEntities(known.type)] };
  try {
    return await new typeorm.DataSource(options).initialize();
  } catch (error) {
    throw new CommandError(describeConnectFailure(error, known.type));
  }
}

async function loadTypeOrm() {
  try {
    return await Promise.all([import('typeorm'), import('../typeorm/schema.js')]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new CommandError(
      'typeorm is not installed, and the journal is read by it: npm install typeorm, and your database driver.',
    );
  }
}

/** @throws {CommandError} the URL is of another kind, or names no file. */
function optionsOf(url: string): DataSourceOptions {
  const scheme = /^(\w+):\/\//.exec(url)?.[1];
  switch (scheme) {
    case undefined:
      // The driver would make an empty one.
      if (!existsSync(url)) throw new CommandError('DATABASE_URL names a SQLite file that is not there. Give its path.');
      return { type: 'better-sqlite3', database: url, fileMustExist: true };
    case 'postgres':
    case 'postgresql':
      return { type: 'postgres', url, connectTimeoutMS: CONNECT_TIMEOUT_MS, extra: { max: 2 } };
    case 'mysql':
    case 'mariadb':
      return { type: scheme, url, connectTimeout: CONNECT_TIMEOUT_MS, extra: { connectionLimit: 2 } };
    default:
      throw new CommandError(`DATABASE_URL is of a kind that is not known (${scheme}). Give ${SCHEMES}.`);
  }
}

const DRIVERS: Readonly<Record<string, string>> = {
  'better-sqlite3': 'better-sqlite3',
  postgres: 'pg',
  mysql: 'mysql2',
  mariadb: 'mysql2',
};

/** By its code alone: a driver's words may quote the URL. */
function describeConnectFailure(error: unknown, type: string): string {
  const { name, code } = Object(error) as { name?: unknown; code?: unknown };
  if (name === 'DriverPackageNotInstalledError') return `The driver of ${type} is not installed: npm install ${DRIVERS[type]}`;
  const seen = typeof code === 'string' ? code : String(name);
  return `The database of DATABASE_URL cannot be reached (${seen}). Check that it runs, and its host, user, password and name.`;
}
