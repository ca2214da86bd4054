import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource, EntityManager, type QueryRunner } from 'typeorm';
import type { ReviseBulkStore } from '../bulk/revise-bulk-store.js';
import { NoTurnError } from '../journal/no-connection.error.js';
import {
  ReviseJournal,
  type DueClaim,
  type JournalSettings,
  type OpenOfMall,
  type OpenRevisions,
} from '../journal/revise-journal.js';
import { KiccConfigurationError } from '../kicc-configuration.error.js';
import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { isSettled, type Revision } from '../revise/revision.js';
import type { KiccNotificationStore } from '../notification/kicc-notification-store.js';
import { hasNotificationHandlers } from '../notification/on-kicc-notification.js';
import { NOTIFICATION_TABLE, NotificationTable } from './notification-table.js';
import { TypeOrmNotificationStore, type NotificationDatabase } from './typeorm-notification-store.js';
import { BULK_ROW_TABLE, BULK_TABLE, BulkTables } from './bulk-tables.js';
import { isMySql, tablePath } from './columns.js';
import { DatabaseClock } from './database-clock.js';
import { GroupCommit, type ItemResult } from './group-commit.js';
import { CONNECTION_WAIT_MS, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { keyOf, REVISION_TABLE, RevisionTable, type Opened, type RevisionQuery } from './revision-table.js';
import { runStatement, ServerDatabase } from './server-database.js';
import { SettledHandlers } from './settled-handlers.js';
import { isOfOneRow } from './sql-dialect.js';
import { SqliteDatabase } from './sqlite-database.js';
import { atStart, checkDatabase } from './start-up.js';
import { doWork, type Work } from './statement.js';
import { TypeOrmReviseBulkStore, type BulkDatabase } from './typeorm-revise-bulk-store.js';

/** How many writes share one commit at most. */
const BATCH = 128;
const DAY_MS = 24 * 60 * 60_000;
/** KICC's status query reaches back to yesterday, and a day more for clocks and time zones. */
const YOUNGEST_PURGE_DAYS = 3;

interface Write {
  readonly kind: 'open' | 'save';
  readonly revision: Revision;
}

/** The database with the tables in it. */
interface OpenedDatabase extends BulkDatabase, NotificationDatabase {
  readonly table: RevisionTable;
}

const CLOCK = Symbol("nestjs-kicc/typeorm: this process's clock");
const CONNECTION_WAIT = Symbol('nestjs-kicc/typeorm: how long a connection is waited for');

/**
 * Keeps revisions in the shop's own database, by the TypeORM `DataSource` that the shop has already: PostgreSQL, MySQL 8 or
 * MariaDB 10.6 and above, SQLite (`better-sqlite3`, in a file). Its table comes from `kiccMigrations`. What its methods have
 * written is durable as far as the engine is; simultaneous writes share commits.
 *
 * Give it as the module's journal: `KiccModule.forRootAsync({ journal: TypeOrmReviseJournal, … })`. For another than the default
 * `DataSource`: `journal: { inject: [getDataSourceToken('name'), ModulesContainer], useFactory: (dataSource, modules) => new
 * TypeOrmReviseJournal(dataSource, modules) }`.
 */
@Injectable()
export class TypeOrmReviseJournal extends ReviseJournal implements OnModuleInit, OnApplicationShutdown {
  override readonly durable = true;
  override readonly bulks: ReviseBulkStore = new TypeOrmReviseBulkStore(() => this.opened());
  override readonly notifications: KiccNotificationStore = new TypeOrmNotificationStore(
    () => this.opened(),
    (what, act) => this.#handlers.inside(what, act),
  );
  readonly #logger = new Logger(TypeOrmReviseJournal.name);
  readonly #handlers = new SettledHandlers();
  readonly #writes: GroupCommit<Write, Opened | boolean>;
  readonly #clock: DatabaseClock;
  /** The module's clock. */
  #now: JournalSettings['now'] = () => new Date();
  #opening: Promise<OpenedDatabase> | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    /** Where handlers marked with `@OnRevisionSettled()` are looked for. */
    @Optional() @Inject(ModulesContainer) private readonly modules?: ModulesContainer,
    /** This process's clock, for tests. */
    @Optional() @Inject(CLOCK) now: () => number = Date.now,
    /** How long a connection is waited for, ms, for tests. */
    @Optional() @Inject(CONNECTION_WAIT) private readonly connectionWaitMs: number = CONNECTION_WAIT_MS,
  ) {
    super();
    this.#clock = new DatabaseClock(() => this.databaseTime(), now);
    this.#writes = new GroupCommit(
      (batch) => this.write(batch),
      ({ revision }) => keyOf(revision),
      BATCH,
    );
  }

  override get tellsShop(): boolean {
    return this.#handlers.any;
  }

  override configure({ now, handlerTimeoutMs }: JournalSettings): void {
    this.#now = now;
    this.#handlers.timeoutMs = handlerTimeoutMs;
  }

  /**
   * Looks for the handlers, whether the database keeps what it is given, and what may cost durability; Nest calls it.
   * @throws {KiccConfigurationError} if a table is missing, or the database cannot serve.
   */
  async onModuleInit(): Promise<void> {
    if (this.modules) this.#handlers.discover(this.modules);
    const problems = await atStart(() => this.lookAtDatabase());
    for (const problem of problems) this.#logger.warn(problem);
    if (this.#clock.offset !== 0) {
      this.#logger.warn(
        `The database's clock and this host's differ by ${Math.abs(this.#clock.offset)} ms. Leases allow for it; but KICC wants ` +
          "today's date, so set the clock that is wrong.",
      );
    }
  }

  /** Closes what it has opened itself; Nest calls it. */
  async onApplicationShutdown(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await opened?.database.close();
  }

  override async open(revision: Revision, transaction?: object): Promise<Opened> {
    this.#handlers.refuseInside();
    if (transaction !== undefined) return this.openWithin(revision, transaction);
    return (await this.#writes.add({ kind: 'open', revision })) as Opened;
  }

  override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return this.single((table) => table.find(mallId, shopTransactionId));
  }

  override async ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return this.single((table) => table.ofPayment(mallId, pgCno));
  }

  override async save(revision: Revision): Promise<boolean> {
    this.#handlers.refuseInside();
    if (this.#handlers.any && isSettled(revision)) {
      const before = await this.find(revision.mallId, revision.shopTransactionId);
      if (before?.version !== revision.version - 1) return false;
      if (before.status !== revision.status) return this.settle(revision, isSettled(before) ? before : undefined);
    }
    return (await this.#writes.add({ kind: 'save', revision })) as boolean;
  }

  override async claimDue(claim: DueClaim): Promise<readonly Revision[]> {
    this.#handlers.refuseInside();
    const { database, table } = await this.opened();
    await this.#clock.keepInTime();
    return database.transaction(() => table.claimDue(claim));
  }

  override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return this.single((table) => table.openRevisions(mallIds));
  }

  override async openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]> {
    return this.single((table) => table.openElsewhere(mallIds));
  }

  /**
   * Revisions by where they stand, for staff and tools. Those that wait for something come oldest first, those that are settled,
   * or of any status, newest first.
   */
  async list(query: RevisionQuery): Promise<readonly Revision[]> {
    return this.single((table) => table.list(query));
  }

  /**
   * Deletes revisions that were settled before a time, except where another of their payment was not, or is to be looked at again:
   * what is open, and what counts against an approved amount, stays. With the last revision of a payment, its `approvedAmount` is
   * forgotten, and what went back of it: give `approvedAmount` again with a later refund, less what went back before. An id that is
   * gone is free again, so keep them for as long as anybody may ask under one again.
   * @returns how many went.
   * @throws {KiccValidationError} if the time is less than three days ago, by the module's clock: KICC may still be asked about those.
   */
  async purge({ settledBefore }: { readonly settledBefore: Date }): Promise<number> {
    const youngest = this.#now().getTime() - YOUNGEST_PURGE_DAYS * DAY_MS;
    if (!(settledBefore instanceof Date) || !(settledBefore.getTime() <= youngest)) {
      const remedy = `Give a Date at least ${YOUNGEST_PURGE_DAYS} days ago; months are wiser, for an id that is gone can be sent anew.`;
      const fault = settledBefore instanceof Date ? 'is too young.' : 'is no Date.';
      throw new KiccValidationError([
        violation('settledBefore', settledBefore instanceof Date ? 'date' : 'type', fault, remedy),
      ]);
    }
    const { database, table } = await this.opened();
    let deleted = 0;
    for (let from: number | undefined = 0; from !== undefined;) {
      const page: number = from;
      const result = await database.transaction(() => table.purge(settledBefore, page));
      deleted += result.deleted;
      from = result.next;
    }
    return deleted;
  }

  /** @returns what may cost durability. */
  private async lookAtDatabase(): Promise<readonly string[]> {
    const { database, table } = await this.opened();
    if (database.poolSize === 1 && (this.tellsShop || (this.modules && hasNotificationHandlers(this.modules)))) {
      const remedy = isMySql(this.dataSource.options.type) ? '{ connectionLimit: 2 }' : '{ max: 2 }';
      throw new KiccConfigurationError([
        `journal: the DataSource's pool has 1 connection, which a handler of yours would hold against all else. Give it 2 or more: ` +
          `extra: ${remedy}.`,
      ]);
    }
    await database.single(() => table.find('', ''));
    await checkDatabase(database, (name) => tablePath(this.dataSource, name));
    await this.#clock.keepInTime();
    return database.durabilityProblems();
  }

  private async openWithin(revision: Revision, transaction: object): Promise<Opened> {
    const runner = transaction instanceof EntityManager ? transaction.queryRunner : undefined;
    const fault =
      runner?.isTransactionActive !== true
        ? 'is no transaction that is under way.'
        : dataSourceOf(transaction) !== this.dataSource
          ? "is one of another database than the journal's."
          : isShared(runner)
            ? 'is one inside another. SQLite has one connection, on which transactions that are begun at the same time become ' +
              'parts of each other: run them one after the other.'
            : undefined;
    if (!runner || fault !== undefined) {
      const remedy = "Give the EntityManager that the callback of the journal's own dataSource.transaction() gets.";
      throw new KiccValidationError([violation('transaction', 'type', fault ?? '', remedy)]);
    }
    const { table } = await this.opened();
    if (this.dataSource.options.type === 'postgres') {
      const { rows } = await runStatement(runner, { sql: "SELECT current_setting('transaction_isolation') AS isolation" });
      if (rows[0]?.['isolation'] !== 'read committed') {
        const remedy = 'Begin it as READ COMMITTED: in another, what was refunded meanwhile cannot be seen.';
        throw new KiccValidationError([violation('transaction', 'type', `is ${String(rows[0]?.['isolation'])}.`, remedy)]);
      }
    }
    const [result] = await doWork(table.open([revision], randomUUID(), true), (statement) => runStatement(runner, statement));
    return valueOf(result);
  }

  /** Writes a settled state and lets the shop's handlers write with it. */
  private async settle(revision: Revision, corrected: Revision | undefined): Promise<boolean> {
    const { database, table } = await this.opened();
    const settling = database.withManager(async (manager, work) => {
      const [written] = await work(table.save([revision], randomUUID()));
      if (!written) return false;
      await this.#handlers.call(revision, manager, corrected);
      await this.confirm(revision, () => work(table.find(revision.mallId, revision.shopTransactionId)));
      return true;
    });
    return settling.catch((error: unknown) => {
      // By this, KICC's word is kept.
      throw error instanceof NoTurnError ? this.#handlers.failed(revision, error.message) : error;
    });
  }

  /**
   * A handler that hides an error, or ends the transaction itself, leaves one that will not be committed; PostgreSQL then answers
   * COMMIT with a silent roll-back.
   */
  private async confirm(revision: Revision, find: () => Promise<Revision | undefined>): Promise<void> {
    const held = await find().catch(() => undefined);
    if (held?.version !== revision.version) throw this.#handlers.spoilt(revision);
  }

  private async write(batch: readonly Write[]): Promise<readonly ItemResult<Opened | boolean>[]> {
    const { database, table } = await this.opened();
    try {
      return await this.writeTogether(database, table, batch);
    } catch (error) {
      if (batch.length === 1 || !isOfOneRow(error)) throw error;
    }
    // One of them cannot be written. The others can.
    const results: ItemResult<Opened | boolean>[] = [];
    for (const write of batch) {
      results.push(
        await this.writeTogether(database, table, [write]).then(
          ([result]) => result as ItemResult<Opened | boolean>,
          (error: unknown) => ({ error }),
        ),
      );
    }
    return results;
  }

  private async writeTogether(
    database: JournalDatabase,
    table: RevisionTable,
    batch: readonly Write[],
  ): Promise<readonly ItemResult<Opened | boolean>[]> {
    const token = randomUUID();
    const revisionsOf = (kind: Write['kind']): Revision[] =>
      // In one order everywhere, so that two processes do not wait for each other.
      batch
        .filter((write) => write.kind === kind)
        .map(({ revision }) => revision)
        .sort(byId);
    const [opens, saves] = [revisionsOf('open'), revisionsOf('save')];
    const results = new Map<Revision, ItemResult<Opened | boolean>>();
    const work = function* (): Work<void> {
      const opened = opens.length > 0 ? yield* table.open(opens, token) : [];
      const saved = saves.length > 0 ? yield* table.save(saves, token) : [];
      opens.forEach((revision, index) => results.set(revision, opened[index] as ItemResult<Opened>));
      saves.forEach((revision, index) => results.set(revision, { value: saved[index] === true }));
    };
    // One statement that saves one revision is a transaction by itself.
    if (opens.length === 0 && (saves.length === 1 || database.dialect.savesInOneStatement)) await database.single(work);
    else await database.transaction(work);
    return batch.map(({ revision }) => results.get(revision) as ItemResult<Opened | boolean>);
  }

  private async single<T>(work: (table: RevisionTable) => Work<T>): Promise<T> {
    this.#handlers.refuseInside();
    const { database, table } = await this.opened();
    return database.single(() => work(table));
  }

  private opened(): Promise<OpenedDatabase> {
    return (this.#opening ??= this.openDatabase().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  private async openDatabase(): Promise<OpenedDatabase> {
    const { connectionWaitMs } = this;
    const handlers = this.#handlers;
    const database = await databaseOf(this.dataSource, {
      connectionWaitMs,
      get handlerTimeoutMs() {
        return handlers.timeoutMs;
      },
    });
    const { dialect } = database;
    const path = (name: string): string => tablePath(this.dataSource, name);
    const offset = (): number => this.#clock.offset;
    return {
      database,
      table: new RevisionTable(path(REVISION_TABLE), dialect, offset),
      notifications: new NotificationTable(path(NOTIFICATION_TABLE), dialect),
      bulks: new BulkTables(path(BULK_TABLE), path(BULK_ROW_TABLE), dialect, offset),
    };
  }

  private async databaseTime(): Promise<number> {
    const { database } = await this.opened();
    return database.single(function* (): Work<number> {
      const { rows } = yield { sql: database.dialect.clock };
      return Number(rows[0]?.['now']);
    });
  }
}

function databaseOf(dataSource: DataSource, limits: DatabaseLimits): Promise<JournalDatabase> {
  const { type } = dataSource.options;
  switch (type) {
    case 'postgres':
      return Promise.resolve(new ServerDatabase(dataSource, 'postgres', limits));
    case 'mysql':
    case 'mariadb':
      return Promise.resolve(new ServerDatabase(dataSource, 'mysql', limits));
    case 'better-sqlite3':
      return SqliteDatabase.open(dataSource, limits);
    default:
      return Promise.reject(
        new KiccConfigurationError([
          `journal: TypeORM's ${type} is not supported. Use postgres, mysql, mariadb or better-sqlite3, or write a journal of your own.`,
        ]),
      );
  }
}

/** Whether rolling back some other transaction could take a part of this one with it. */
function isShared(runner: QueryRunner): boolean {
  const { transactionDepth } = runner as unknown as { transactionDepth?: number };
  return runner.connection.options.type === 'better-sqlite3' && (transactionDepth ?? 1) > 1;
}

/** The property was renamed in TypeORM 1. */
function dataSourceOf(manager: object): unknown {
  const { connection, dataSource } = manager as { connection?: unknown; dataSource?: unknown };
  return dataSource ?? connection;
}

function valueOf<T>(result: ItemResult<T> | undefined): T {
  if (result && 'value' in result) return result.value;
  throw result?.error;
}

function byId(one: Revision, other: Revision): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}
