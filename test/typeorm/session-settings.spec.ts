import { afterEach, beforeEach, expect, it } from '@jest/globals';
import mysql from 'mysql2';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { KiccConfigurationError } from '../../lib/index.js';
import { kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { Engine, TestDatabase } from '../engines/engine.js';
import { openShop, type Shop } from '../revise/shop.js';

type Options = Record<string, unknown>;
/** What is set, and what the refusal says; no words: it is withstood. */
interface Case {
  readonly name: string;
  readonly settings: Options;
  readonly refusal?: RegExp | undefined;
}

const ID = '환불-1';
const given = (name: string, settings: Options, refusal?: RegExp): Case => ({ name, settings, refusal });

/** A session whose connections are all set up so, each as it is made. */
const mariadb = (...sets: readonly string[]): Options => ({
  driver: {
    ...mysql,
    createPool: (options: mysql.PoolOptions) => {
      const pool = mysql.createPool(options);
      pool.on('connection', (connection) => sets.forEach((set) => connection.query(`SET ${set}`)));
      return pool;
    },
  },
});
const postgres = (...settings: readonly string[]): Options => ({
  extra: { max: 4, options: settings.map((setting) => `-c ${setting}`).join(' ') },
});
/** For what the driver sets itself when it connects. */
const postgresSet = (set: string): Options => ({
  driver: {
    ...pg,
    Pool: class extends pg.Pool {
      constructor(options: pg.PoolConfig) {
        super(options);
        this.on('connect', (client) => void client.query(`SET ${set}`));
      }
    },
  },
});
const sqlite = (...pragmas: readonly string[]): Options => ({
  prepareDatabase: (connection: { pragma(text: string): unknown }) => pragmas.forEach((pragma) => connection.pragma(pragma)),
});
const parsing = (oid: number, parse: (text: string) => unknown): Options => ({
  extra: { types: { getTypeParser: (type: number) => (type === oid ? parse : (text: string) => text) } },
});

const CASES: Record<Engine['name'], readonly Case[]> = {
  mariadb: [
    given(
      'a mode that reads backslashes as letters',
      mariadb("sql_mode = 'NO_BACKSLASH_ESCAPES'"),
      /sql_mode.*NO_BACKSLASH_ESCAPES/,
    ),
    given('statements that nobody commits', mariadb('autocommit = 0'), /autocommit/),
    given('transactions that follow each other unasked', mariadb("completion_type = 'CHAIN'"), /completion_type/),
    given('connections that end with a commit', mariadb("completion_type = 'RELEASE'"), /completion_type/),
    given('few rows of each answer', mariadb('sql_select_limit = 1'), /sql_select_limit/),
    given('unique indices that are not looked at', mariadb('unique_checks = 0'), /unique_checks/),
    given('reads of what may be rolled back', mariadb('SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED'), /isolation/),
    given('no writes', mariadb('SESSION TRANSACTION READ ONLY'), /read.only/),
    given('no careless updates', mariadb('sql_safe_updates = 1'), /sql_safe_updates/),
    given('other letters than the driver writes', mariadb('NAMES latin1'), /character_set_client/),
    given('letters of three bytes', mariadb('NAMES utf8mb3')),
    given('a driver that writes Latin letters', { charset: 'latin1_swedish_ci' }, /character_set_client/),
    given('double quotes as names', mariadb("sql_mode = 'ANSI_QUOTES'")),
    given('modes of another database', mariadb("sql_mode = 'ORACLE'")),
    given('no empty strings', mariadb("sql_mode = 'EMPTY_STRING_IS_NULL'")),
    given('padding', mariadb("sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'")),
    given('another precedence of NOT', mariadb("sql_mode = 'HIGH_NOT_PRECEDENCE'")),
    given('no strictness', mariadb("sql_mode = ''")),
    given('IS NULL for the newest row', mariadb('sql_auto_is_null = 1')),
    given('serializable transactions', mariadb('SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE')),
    given('another time zone', mariadb("time_zone = '+05:45'")),
    given('another collation', mariadb("collation_connection = 'utf8mb4_general_ci'")),
    given('counts of what was changed, not found', { extra: { flags: ['-FOUND_ROWS'] } }),
    given('numbers as numbers', { supportBigNumbers: false, bigNumberStrings: false }),
    given('dates as text', { dateStrings: true }),
    given('named parameters', { extra: { namedPlaceholders: true } }),
    given(
      'values that are parsed',
      {
        extra: {
          typeCast: (field: { readonly type: string; string(): string }, next: () => unknown): unknown =>
            field.type === 'BLOB' ? JSON.parse(field.string()) : next(),
        },
      },
      /typeCast/,
    ),
    given('a prefix for tables', { entityPrefix: 'shop_' }),
  ],
  postgres: [
    given('backslashes that escape', postgres('standard_conforming_strings=off')),
    given('no writes', postgres('default_transaction_read_only=on'), /default_transaction_read_only/),
    given('serializable transactions', postgres('default_transaction_isolation=serializable')),
    given('repeatable reads', postgres('default_transaction_isolation=repeatable\\ read')),
    given('other letters than the driver writes', postgresSet('client_encoding = LATIN1'), /client_encoding/),
    given('letters of Korea', postgresSet('client_encoding = UHC'), /client_encoding/),
    given('no schema', postgres('search_path=nowhere'), /search_path/),
    given('rounded numbers', postgres('extra_float_digits=-15')),
    given('= NULL for IS NULL', postgres('transform_null_equals=on')),
    given('another time zone', postgres('TimeZone=Asia/Kathmandu', 'DateStyle=German')),
    given('no time for a transaction that waits', postgres('idle_in_transaction_session_timeout=60000')),
    given('big numbers as BigInt', parsing(20, BigInt)),
    given('big numbers as numbers', parsing(20, Number)),
    given(
      'texts that are trimmed',
      parsing(1043, (text) => text.trim()),
      /type parser/,
    ),
    given(
      'texts that are parsed',
      parsing(25, (text) => (text.startsWith('{') ? JSON.parse(text) : text) as unknown),
      /type parser/,
    ),
    given('binary answers', { extra: { binary: true } }, /binary/),
    given('a prefix for tables', { entityPrefix: 'shop_' }),
  ],
  sqlite: [
    given('no writes', sqlite('query_only = ON'), /query_only/),
    given('a file that is read only', { readonly: true }, /read-only/),
    given('no journal, which better-sqlite3 does not allow', sqlite('journal_mode = OFF')),
    given('a journal in memory', sqlite('journal_mode = MEMORY'), /journal_mode/),
    given('a lock that is kept', sqlite('locking_mode = EXCLUSIVE'), /locking_mode/),
    given('counts as rows', sqlite('count_changes = 1'), /count_changes/),
    given('names of columns with their table', sqlite('short_column_names = 0', 'full_column_names = 1'), /short_column_names/),
    given('other orders', sqlite('reverse_unordered_selects = ON')),
    given('case in LIKE', sqlite('case_sensitive_like = ON')),
    given('no durability', sqlite('synchronous = OFF')),
    given('numbers as BigInt', {
      prepareDatabase: (connection: { defaultSafeIntegers(on: boolean): void }) => connection.defaultSafeIntegers(true),
    }),
    given('no statements that are kept', { statementCacheSize: 0 }),
    given('no WAL', { enableWAL: false }),
    given('a prefix for tables', { entityPrefix: 'shop_' }),
  ],
};

describeEngines('a session', (engine) => {
  let database: TestDatabase;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    database = await engine.createDatabase();
    closing.push(() => database.drop());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const connect = async (settings: Options): Promise<DataSource> => {
    const given = { ...database.options, enableWAL: false, migrations: [...kiccMigrations], ...settings } as DataSourceOptions;
    const dataSource = await new DataSource(given).initialize();
    closing.push(async () => dataSource.isInitialized && dataSource.destroy());
    return dataSource;
  };

  it.each(CASES[engine.name])('with $name is refused at start, or withstood', async ({ settings, refusal }) => {
    const usual = await connect({});
    await usual.runMigrations();
    await usual.destroy();
    const dataSource = await connect(settings);
    const journal = new TypeOrmReviseJournal(dataSource);
    closing.push(() => journal.onApplicationShutdown());

    if (refusal) {
      const error: unknown = await journal.onModuleInit().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(KiccConfigurationError);
      expect(String(error)).toMatch(refusal);
    } else {
      const shop = await openShop({}, { journal: { useValue: journal } });
      closing.push(() => shop.stop());
      await cancel(shop);
    }
    for (const close of closing.splice(1).reverse()) await close();
    const after = new TypeOrmReviseJournal(await connect({}));
    closing.push(() => after.onApplicationShutdown());
    const revisions = await after.list({ limit: 10 });
    expect(revisions.map(({ status, shopTransactionId }) => [status, shopTransactionId])).toEqual(
      refusal ? [] : [['succeeded', ID]],
    );
  });

  const TABLES = {
    mariadb: ['ENGINE=MyISAM', /storage is MyISAM.*ENGINE=InnoDB/],
    postgres: ['SET UNLOGGED', /storage is UNLOGGED.*SET LOGGED/],
  } as const;
  if (engine.name !== 'sqlite') {
    const [storage, refusal] = TABLES[engine.name];
    it(`with a table that is kept by ${storage} is refused at start`, async () => {
      const dataSource = await connect({});
      await dataSource.runMigrations();
      await dataSource.query(`ALTER TABLE kicc_revision ${storage}`);
      await expect(new TypeOrmReviseJournal(dataSource).onModuleInit()).rejects.toThrow(refusal);
      expect(await dataSource.query('SELECT * FROM kicc_revision')).toEqual([]);
    });
  }
});

/** Of a payment of 10,000 won 4,000 go back; 7,000 more do not. */
async function cancel({ kicc, payments }: Shop): Promise<void> {
  const { pgCno } = kicc.approve({ amount: 10_000 });
  const request = { pgCno, payMethodTypeCode: '11', approvedAmount: 10_000 } as const;
  const reviseMessage = '단순 변심';
  const outcome = await payments.cancelPartially({ ...request, shopTransactionId: ID, amount: 4_000, reviseMessage });
  expect(outcome.status).toBe('succeeded');
  expect(outcome.revision.request).toMatchObject({ reviseMessage });
  expect(await payments.find(ID)).toEqual(outcome.revision);
  const more = payments.cancelPartially({ ...request, shopTransactionId: 'refund-2', amount: 7_000 });
  await expect(more).rejects.toHaveProperty('code', 'KICC_OVER_REFUND');
  expect(kicc.effects()).toHaveLength(1);
}
