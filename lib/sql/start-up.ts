import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { KiccError } from '../protocol/kicc-error.js';
import { timers } from '../real-time.js';
import { nameOfError } from '../revision/foreign-error.js';
import { NoConnectionError } from '../revision/no-connection.error.js';
import { BULK_ROW_TABLE, BULK_TABLE } from './bulk-tables.js';
import type { JournalDatabase } from './journal-database.js';
import { NOTIFICATION_TABLE } from './notification-table.js';
import { probe } from './probe.js';
import { REVISION_TABLE } from './revision-table.js';
import type { SchemaConnection } from './schema/schema-connection.js';
import { behind } from './schema/standing.js';
import { obstacles } from './session-settings.js';
import { sqlStateOf } from './sql-dialect.js';
import type { StatementResult, Work } from './statement.js';

const TABLES = [REVISION_TABLE, BULK_TABLE, BULK_ROW_TABLE, NOTIFICATION_TABLE];
/** The pauses before a database that is away is tried again, ms. */
const PAUSES_MS = [100, 200, 400, 800, 1_600];

/**
 * Does what a start needs of the database; again, where that is away for a moment.
 * @throws {KiccConfigurationError} it says what is in the way, and what to do.
 */
export async function atStart<T>(act: () => Promise<T>): Promise<T> {
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof KiccConfigurationError) throw error;
      if (pause === undefined || kindOf(error) !== AWAY) throw new KiccConfigurationError([`journal: ${whatHappened(error)}`]);
      await new Promise((resolve) => timers.setTimeout(resolve, pause));
    }
  }
  throw new Error('The last try has an outcome.');
}

/**
 * Looks whether the tables are those of an older version.
 * @param schema that of PostgreSQL which they are in, where one is named.
 * @returns what to do about it, as a sentence.
 */
export async function outdated(database: JournalDatabase, schema: string | undefined): Promise<readonly string[]> {
  const run: SchemaConnection['run'] = (sql, parameters = []) =>
    database.single(function* (): Work<StatementResult['rows']> {
      return (yield { sql, parameters }).rows;
    });
  const { engine } = database.dialect;
  // What may not be looked at, or is not there, is no reason not to start, and says so elsewhere.
  const said = await behind({ engine, run }, engine === 'postgres' ? schema : undefined).catch(() => undefined);
  return said === undefined ? [] : [said];
}

/**
 * Looks whether the database keeps what it is given.
 * @param path gives a table's name as SQL.
 * @throws {KiccConfigurationError} where it does not.
 */
export async function checkDatabase(database: JournalDatabase, path: (table: string) => string): Promise<void> {
  const { refused, suspected, driver } = await database.single(() => obstacles(database.dialect, TABLES, path));
  if (refused.length > 0) throw new KiccConfigurationError(refused.map((problem) => `journal: ${problem}`));
  const hints = suspected.join(' ');
  const fault = await probe(database, path(REVISION_TABLE)).catch((error: unknown) => {
    if (error instanceof NoConnectionError || kindOf(error) === AWAY) throw error;
    // Somebody holds a lock just there, as record() does in a transaction of the shop's: that is no reason not to start.
    if (database.dialect.isLocked(error)) return undefined;
    // What was read is not a row of the journal's.
    if (error instanceof KiccError || sqlStateOf(error) === '') return `it cannot be read (${nameOfError(error)})`;
    throw new KiccConfigurationError([`journal: ${whatHappened(error)} ${hints}`.trimEnd()]);
  });
  if (fault === undefined) return;
  throw new KiccConfigurationError([
    `journal: a row that is written to ${REVISION_TABLE} for trial does not come back as it was given: ${fault}. ` +
      (hints || `Look at ${driver}.`),
  ]);
}

interface Kind {
  readonly states: RegExp;
  readonly words?: RegExp;
  readonly says: string;
}

const MISSING: Kind = {
  states: /^(42P01|42703|42S02|42S22)$/,
  words: /no such (table|column)/,
  says:
    "Run npx kicc migrate, with DATABASE_URL set or --env-file .env; or, with TypeORM, add kiccMigrations to the DataSource's migrations and run them. The " +
    'schema, or search_path, must be that of the tables, and the user needs USAGE on that.',
};
const NO_FILE: Kind = {
  states: /^SQLITE_CANTOPEN$/,
  words: /directory does not exist/,
  says:
    'The file of SQLite is not there, or may not be opened: npx kicc migrate makes it, in a directory that is there and that the user of ' +
    'the shop may write.',
};
const DENIED: Kind = {
  states: /^(42501|28\w{3}|ER_(|TABLE|COLUMN|DB)ACCESS_DENIED_ERROR|SQLITE_(AUTH|PERM))$/,
  says:
    'Grant the user that the shop connects as SELECT, INSERT, UPDATE and DELETE on the kicc_ tables, and on PostgreSQL USAGE on their sequences; ' +
    'SQLite: reading and writing of the file and its directory.',
};
const READ_ONLY: Kind = {
  states: /^(25006|ER_OPTION_PREVENTS_STATEMENT|ER_READ_ONLY_MODE|SQLITE_READONLY\w*)$/,
  says: 'The database is read-only for this connection. Connect to the primary, by a session that may write.',
};
const SLOW: Kind = {
  states: /^(57014|55P03|ER_LOCK_WAIT_TIMEOUT|ER_STATEMENT_TIMEOUT|ER_QUERY_TIMEOUT)$/,
  says: 'It was given up for its time: see statement_timeout, lock_timeout, max_statement_time, and who holds locks.',
};
const AWAY: Kind = {
  states:
    /^(08\w{3}|57P0[1-3]|53300|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|PROTOCOL_CONNECTION_LOST|ER_CON_COUNT_ERROR)$/,
  words: /connection (is closed|terminated)|not queryable|closed state/i,
  says: 'The connection to the database was lost or refused, after several tries. Look whether it runs and can be reached.',
};
const UNKNOWN: Kind = { states: /^$/, says: 'Look at the database and its log.' };

function kindOf(error: unknown): Kind | undefined {
  const { driverError } = Object(error) as { driverError?: unknown };
  const { message, code } = Object(driverError ?? error) as { message?: unknown; code?: unknown };
  const states = [sqlStateOf(error), typeof code === 'string' ? code : ''];
  return [MISSING, NO_FILE, DENIED, READ_ONLY, SLOW, AWAY].find(
    (kind) => states.some((state) => kind.states.test(state)) || kind.words?.test(String(message)) === true,
  );
}

/** By its kind alone: a driver's words may quote data. */
function whatHappened(error: unknown): string {
  if (error instanceof NoConnectionError) return `${error.message}.`;
  const { says } = kindOf(error) ?? UNKNOWN;
  return `table ${REVISION_TABLE} cannot be read and written (${nameOfError(error)} ${sqlStateOf(error)}). ${says}`;
}
