// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class BetterSqlite3ReviseJournal extends SqlReviseJournal<BetterSqlite3Database> {
  constructor(database: BetterSqlite3Database | string, options?: Omit<SqlJournalOptions, 'schema'>);
}

export class KiccSchemaError extends KiccError {
  static readonly code = 'KICC_SCHEMA';
  readonly code = 'KICC_SCHEMA';
}

export class Mysql2ReviseJournal extends SqlReviseJournal<Mysql2Connection> {
  constructor(pool: Mysql2Pool, options?: SqlJournalOptions);
}

export class PgReviseJournal extends SqlReviseJournal<PgClient> {
  constructor(pool: PgPool, options?: SqlJournalOptions);
}

export class SqlReviseJournal<Transaction extends object = object>
  extends ReviseJournal
  implements OnModuleInit, OnApplicationShutdown
{
  readonly durable = true;
  readonly bulks: ReviseBulkStore;
  readonly notifications: KiccNotificationStore;
  constructor(client: SqlDatabase<Transaction> | SqliteFile<Transaction>, options?: SqlJournalOptions);
  get tellsShop(): boolean;
  configure({ now, handlerTimeoutMs, unreadable }: JournalSettings): void;
  onModuleInit(): Promise<void>;
  onApplicationShutdown(): Promise<void>;
  open(revision: Revision, transaction?: object): Promise<Opened>;
  joining<T>(transaction: object, act: (joined: object) => Promise<T>): Promise<T>;
  find(mallId: string, shopTransactionId: string): Promise<Revision | undefined>;
  ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]>;
  save(revision: Revision): Promise<boolean>;
  claimDue(claim: DueClaim): Promise<readonly Revision[]>;
  openRevisions(mallIds: readonly string[]): Promise<OpenRevisions>;
  openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;
  mallIds(): Promise<readonly string[]>;
  page(query: RevisionPageQuery): Promise<RevisionPage>;
  stats(query: RevisionStatsQuery): Promise<RevisionStats>;
  list(query: RevisionQuery): Promise<readonly Revision[]>;
  purge({ settledBefore }: { readonly settledBefore: Date }): Promise<number>;
}

export const NO_TRANSACTION = 'is not a transaction that is under way.';

export const SCHEMA_VERSION: number;

export function OnRevisionSettled(): <T extends RevisionSettledHandler>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void;

export function kiccSchema(
  engine: SqlEngine,
  {
    schema,
  }?: {
    readonly schema?: string;
  },
): readonly SchemaMigration[];

export function migrate(connection: SchemaConnection, options?: MigrateOptions): Promise<Migrated>;

export interface MigrateOptions {
  readonly schema?: string | undefined;
  readonly to?: number | undefined;
  readonly dryRun?: boolean | undefined;
  readonly dropRows?: boolean | undefined;
  readonly tell?: ((line: string) => void) | undefined;
}

export interface Migrated {
  readonly from: number;
  readonly to: number;
  readonly steps: readonly MigrationStep[];
}

export interface MigrationStep {
  readonly version: number;
  readonly name: string;
  readonly direction: Direction;
  readonly statements: readonly string[];
}

export interface Mysql2Connection {
  query(statement: {
    readonly sql: string;
    readonly values: unknown[];
    readonly rowsAsArray: false;
  }): Promise<[unknown, ...unknown[]]>;
  release(): void;
  destroy(): void;
}

export interface Mysql2Pool {
  getConnection(): Promise<Mysql2Connection>;
  end(): Promise<void>;
}

export interface OwnSqliteConnection<Transaction extends object> {
  readonly connection: SqliteConnection;
  begin(): Transaction | Promise<Transaction>;
  commit(transaction: Transaction): unknown;
  rollback(transaction: Transaction): unknown;
  close(): unknown;
}

export interface PgClient extends PgConnection {
  getTransactionStatus?(): string | null;
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PgPool {
  readonly options: {
    readonly max?: number | undefined;
  };
  connect(): Promise<PgClient>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  listenerCount(event: 'error'): number;
}

export interface RevisionQuery {
  readonly mallIds?: readonly string[] | undefined;
  readonly status?: RevisionStatus | 'open' | 'attention' | undefined;
  readonly limit: number;
}

export interface SchemaConnection {
  readonly engine: SqlEngine;
  readonly run: (sql: string, parameters?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface SchemaMigration extends Statements {
  readonly version: number;
  readonly name: string;
}

export interface SqlDatabase<Transaction extends object = object> {
  readonly engine: SqlEngine;
  readonly poolSize?: number | undefined;
  readonly pool?: object;
  readonly takesScripts?: boolean;
  runIn(transaction: Transaction, statement: SqlStatement): Promise<SqlResult>;
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options: SqlTransactionOptions): Promise<T>;
  connected?<T>(act: (connection: Transaction) => Promise<T>): Promise<T>;
  connectedBeside?<T>(act: (connection: Transaction) => Promise<T>): Promise<T>;
  faultOf(transaction: object): SqlTransactionFault | undefined | Promise<SqlTransactionFault | undefined>;
  connectionOf?(transaction: Transaction): object;
  driverErrorOf?(error: unknown): unknown;
  close?(): Promise<void>;
}

export interface SqlJournalOptions {
  readonly modules?: ModulesContainer | undefined;
  readonly schema?: string | undefined;
  readonly now?: (() => number) | undefined;
  readonly connectionWaitMs?: number | undefined;
}

export interface SqlResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly affected: number;
}

export interface SqlStatement {
  readonly sql: string;
  readonly parameters?: readonly unknown[];
  readonly isPrepared?: boolean;
  readonly isScript?: boolean;
}

export interface SqlTransactionFault {
  readonly fault: string;
  readonly remedy: string;
}

export interface SqlTransactionOptions {
  readonly timeoutMs: number;
  readonly isShops: boolean;
}

export interface SqliteConnection {
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  pragma(text: string): unknown;
}

export interface SqliteFile<Transaction extends object = object> {
  readonly engine: 'sqlite';
  readonly isFile: true;
  readonly path: string;
  readonly timeoutMs: number;
  connect(): Promise<OwnSqliteConnection<Transaction>>;
  connectionOf(transaction: Transaction): SqliteConnection;
  faultOf(transaction: object): SqlTransactionFault | undefined;
}

export interface SqliteStatement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): {
    readonly changes: number;
  };
}

export type BetterSqlite3Database = SqliteDriver;

export type RevisionSettledHandler<Transaction = never> = (
  revision: Revision,
  transaction: Transaction,
  corrected?: Revision,
) => Promise<void> | void;

export type SqlEngine = 'postgres' | 'mysql' | 'sqlite';

// Not exported by name, but what the above is made of.

interface Opened {
  readonly revision: Revision;
  readonly opened: boolean;
}

interface PgConnection {
  query(sql: string, values?: unknown[]): Promise<PgResult | readonly PgResult[]>;
  query(statement: { readonly name: string; readonly text: string; readonly values: unknown[] }): Promise<PgResult>;
}

interface PgResult {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number | null;
}

interface SqliteDriver extends SqliteConnection {
  readonly name: string;
  close(): unknown;
}

interface Statements {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

type Direction = keyof Statements;
