import { Logger } from '@nestjs/common';
import { unreadableTables } from '../sql/schema/unreadable-tables.js';
import type { SqlEngine } from '../sql/sql-database.js';
import type { SqlReviseJournal } from '../sql/sql-revise-journal.js';
import { tablePath } from '../sql/table-path.js';
import { connectByDriver, openClient, SCHEMES, type Access } from './database-by-driver.js';
import { JournalForCommands } from './journal-for-commands.js';
import { JournalToLookAt } from './journal-to-look-at.js';
import { CommandError } from './kicc-terminal.js';
import { isNotSet, type KiccSettingsSource } from './kicc-settings-source.js';

/** The journal in the shop's database. */
export interface JournalConnection {
  readonly engine: SqlEngine;
  readonly journal: SqlReviseJournal;
  readonly close: () => Promise<void>;
}

/**
 * Connects to the journal that `DATABASE_URL` names, by the driver alone. Changes nothing in the database.
 * @param heard is told what the journal warns of.
 * @param access `look`: an account that may only read will do.
 * @throws {CommandError} it cannot be reached, or its tables are not there.
 */
export async function connectJournal(
  { databaseUrl, schema, empty }: Pick<KiccSettingsSource, 'databaseUrl' | 'schema' | 'empty'>,
  heard: (warning: string) => void,
  access: Access = 'write',
): Promise<JournalConnection> {
  if (databaseUrl === undefined) throw new CommandError(`${isNotSet('DATABASE_URL', empty)}. Set it to ${SCHEMES}.`);
  const connection = await connectByDriver(databaseUrl, 'refuse');
  const { engine } = connection;
  try {
    const missing = await unreadableTables(connection, (table) => tablePath(engine, schema, table));
    if (missing.length > 0) {
      throw new CommandError(
        `${missing.join(', ')}: cannot be read. Run npx kicc migrate, or kiccMigrations of nestjs-kicc/typeorm; where the tables ` +
          'are in a schema of their own, name it by --schema.',
      );
    }
  } finally {
    await connection.close().catch(() => undefined);
  }
  const { client, close } = await openClient(databaseUrl, access);
  const journal = new (access === 'look' ? JournalToLookAt : JournalForCommands)(client, { schema });
  // Nest's own would write among the command's results.
  Logger.overrideLogger(quietLogger(heard));
  const end = async (): Promise<void> => {
    await journal.onApplicationShutdown();
    await close();
  };
  try {
    await journal.onModuleInit();
  } catch (error) {
    await end();
    throw error;
  }
  return { engine, journal, close: end };
}

/** A logger that passes on what went wrong, and nothing else. */
export function quietLogger(heard: (warning: string) => void) {
  const pass = (message: unknown): void => heard(String(message));
  return { log: () => undefined, warn: pass, error: pass, fatal: pass };
}
