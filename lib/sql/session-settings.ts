import type { SqlEngine } from './sql-database.js';
import type { SqlDialect } from './sql-dialect.js';
import type { Work } from './statement.js';

/** A setting that the journal cannot work with. */
interface Rule {
  readonly name: string;
  readonly harmful: RegExp;
  readonly because: string;
  readonly remedy: string;
  /** Only where something did not come back as it was written, this may be why. */
  readonly onlySuspected?: true;
}

interface Engine {
  /** Gives rows of a name and a value. */
  readonly read: (names: readonly string[], tables: readonly string[], path: (table: string) => string) => readonly string[];
  readonly rules: readonly Rule[];
  /** What of the driver may be why something does not come back. */
  readonly driver: string;
}

/** The name of a table's storage, among those of settings. */
const STORAGE = 'storage';
const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

const MYSQL: Engine = {
  read: (names, tables) => [
    // First, as it cuts the list that follows.
    "SHOW VARIABLES WHERE Variable_name = 'sql_select_limit'",
    `SHOW VARIABLES WHERE Variable_name IN (${quoted(names)})`,
    `SELECT '${STORAGE}' AS name, ENGINE AS value FROM information_schema.TABLES ` +
      `WHERE TABLE_SCHEMA = DATABASE() AND ENGINE <> 'InnoDB' AND TABLE_NAME IN (${quoted(tables)})`,
  ],
  rules: [
    {
      name: 'autocommit',
      harmful: /^OFF$/,
      because: 'a statement that is a transaction by itself would never be committed',
      remedy: 'Set it to 1.',
    },
    {
      name: 'completion_type',
      harmful: /^(CHAIN|RELEASE|[12])$/,
      because: 'what follows a COMMIT would be part of a transaction that nobody commits',
      remedy: 'Set it to NO_CHAIN.',
    },
    {
      name: 'sql_select_limit',
      harmful: /^\d{1,9}$/,
      because: 'other refunds of the same payment would not be seen',
      remedy: 'Set it to DEFAULT.',
    },
    {
      name: 'unique_checks',
      harmful: /^OFF$/,
      because: 'a second refund of the same payment could get in',
      remedy: 'Set it to 1.',
    },
    ...['tx_isolation', 'transaction_isolation'].map((name) => ({
      name,
      harmful: /^READ-UNCOMMITTED$/,
      because: 'outcomes would be told that may be rolled back',
      remedy: 'Set it to READ-COMMITTED or more.',
    })),
    {
      name: 'character_set_client',
      harmful: /^(?!utf8)/,
      because: 'letters would be changed or lost',
      remedy: 'Leave out the charset of the connections, and SET NAMES.',
    },
    {
      name: STORAGE,
      harmful: /./,
      because: 'it knows no transactions',
      remedy: 'ALTER TABLE the kicc_ tables to ENGINE=InnoDB.',
    },
    {
      name: 'sql_mode',
      harmful: /NO_BACKSLASH_ESCAPES|EMPTY_STRING_IS_NULL|ORACLE|MSSQL|DB2/,
      because: 'strings are read otherwise than the driver writes them',
      remedy: 'Take NO_BACKSLASH_ESCAPES, EMPTY_STRING_IS_NULL and modes of other databases out of it.',
      onlySuspected: true,
    },
    {
      name: 'character_set_client',
      harmful: /^utf8(mb3)?$/,
      because: 'it lacks letters',
      remedy: 'Use utf8mb4.',
      onlySuspected: true,
    },
    {
      name: 'sql_safe_updates',
      harmful: /^ON$/,
      because: 'it forbids statements of the journal',
      remedy: 'Set it to 0.',
      onlySuspected: true,
    },
    ...['tx_read_only', 'transaction_read_only', 'read_only'].map((name) => ({
      name,
      harmful: /^(ON|1)$/,
      because: 'nothing can be written',
      remedy: 'Set it to 0, and connect to the primary.',
      onlySuspected: true as const,
    })),
  ],
  driver: "the client's driver: mysql2's typeCast or charset, as the connections are given it",
};

const POSTGRES: Engine = {
  read: (names, tables, path) => [
    `SELECT name, setting FROM pg_settings WHERE name IN (${quoted(names)})`,
    `SELECT '${STORAGE}' AS name, 'UNLOGGED' AS value FROM pg_class ` +
      `WHERE oid IN (${tables.map((name) => `to_regclass('${path(name)}')`).join(', ')}) AND relpersistence <> 'p'`,
  ],
  rules: [
    {
      name: 'client_encoding',
      harmful: /^(?!UTF8$)/,
      because: 'the driver writes UTF-8, and letters would be changed',
      remedy: 'Leave it at UTF8.',
    },
    {
      name: STORAGE,
      harmful: /./,
      because: 'its rows are gone after a crash',
      remedy: 'ALTER TABLE the kicc_ tables SET LOGGED.',
    },
    ...['default_transaction_read_only', 'transaction_read_only'].map((name) => ({
      name,
      harmful: /^on$/,
      because: 'nothing can be written',
      remedy: 'Set default_transaction_read_only to off, and connect to the primary.',
      onlySuspected: true as const,
    })),
  ],
  driver: "a type parser of pg's (pg.types.setTypeParser, or types or binary, as the connections are given them)",
};

const SQLITE: Engine = {
  read: (names) => names.map((name) => `PRAGMA ${name}`),
  rules: [
    {
      name: 'journal_mode',
      harmful: /^(off|memory)$/,
      because: 'a crash would leave a broken file, and nothing can be rolled back for sure',
      remedy: 'Set enableWAL: true.',
    },
    {
      name: 'locking_mode',
      harmful: /^exclusive$/,
      because: 'your connection and that of the journal would shut each other out',
      remedy: 'Leave it at NORMAL.',
    },
    {
      name: 'query_only',
      harmful: /^1$/,
      because: 'nothing can be written',
      remedy: 'Leave it out.',
      onlySuspected: true,
    },
    ...(['short_column_names', 'full_column_names'] as const).map((name, index) => ({
      name,
      harmful: new RegExp(`^${index}$`),
      because: 'columns are named otherwise',
      remedy: 'Leave it out.',
      onlySuspected: true as const,
    })),
    {
      name: 'count_changes',
      harmful: /^1$/,
      because: 'what was written is told otherwise',
      remedy: 'Leave it out.',
      onlySuspected: true,
    },
  ],
  driver: "what is set where the file is opened: better-sqlite3's defaultSafeIntegers, TypeORM's prepareDatabase",
};

const ENGINES: Readonly<Record<SqlEngine, Engine>> = { postgres: POSTGRES, mysql: MYSQL, sqlite: SQLITE };

/** What of a session's settings, and of the tables', is in the journal's way. */
export interface Obstacles {
  /** With these, what is written cannot be relied on, though a probe would come back whole. */
  readonly refused: readonly string[];
  /** These may be why a probe did not come back whole. */
  readonly suspected: readonly string[];
  /** What else may be. */
  readonly driver: string;
}

/**
 * Looks at the session, and at the journal's tables.
 * @param path gives a table's name as SQL.
 */
export function* obstacles(dialect: SqlDialect, tables: readonly string[], path: (table: string) => string): Work<Obstacles> {
  const { read, rules, driver } = ENGINES[dialect.engine];
  const names = [...new Set(rules.map(({ name }) => name))].filter((name) => name !== STORAGE);
  const settings: (readonly [name: string, value: string])[] = [];
  for (const sql of read(names, tables, path)) {
    const { rows } = yield { sql };
    for (const row of rows) {
      // PRAGMA names its value by the column.
      const [first, second] = Object.values(row).map(String);
      const [only] = Object.keys(row);
      settings.push(second === undefined ? [only ?? '', first ?? ''] : [first ?? '', second]);
    }
  }
  const say = (suspected: boolean): string[] =>
    rules
      .filter(({ onlySuspected = false }) => onlySuspected === suspected)
      .flatMap(({ name, harmful, because, remedy }) =>
        settings
          .filter(([held, value]) => held === name && harmful.test(value))
          .map(([, value]) => `${name} is ${value}: ${because}. ${remedy}`),
      );
  return { refused: [...new Set(say(false))], suspected: say(true), driver };
}
