import { randomUUID } from 'node:crypto';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { timeOr } from '../gateway/kicc-clock.js';
import type { KiccNotificationStore } from '../journal/kicc-notification-store.js';
import type { OpenOfMall } from '../journal/open-of-mall.js';
import type { ReviseBulkStore } from '../journal/revise-bulk-store.js';
import { ReviseJournal, type DueClaim, type JournalSettings, type OpenRevisions } from '../journal/revise-journal.js';
import type { RevisionPage, RevisionPageQuery } from '../journal/revision-page.js';
import type { RevisionStats, RevisionStatsQuery } from '../journal/revision-stats.js';
import { hasNotificationHandlers } from '../notification/on-kicc-notification.js';
import { checkDate } from '../protocol/check-date.js';
import { violation } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { NoTurnError } from '../revision/no-connection.error.js';
import { PaymentBusyError, UnreadableRevisionError } from '../revision/revise.errors.js';
import { isAnotherOutcome, isSettled, type Revision } from '../revision/revision.js';
import { BULK_ROW_TABLE, BULK_TABLE, BulkTables } from './bulk-tables.js';
import { ClientDatabase } from './client-database.js';
import { DatabaseClock } from './database-clock.js';
import type { ItemResult } from './group-commit.js';
import { JoinedTransaction } from './joined-transaction.js';
import { CONNECTION_WAIT_MS, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { NOTIFICATION_TABLE, NotificationTable } from './notification-table.js';
import { RevisionListing } from './revision-listing.js';
import { REVISION_TABLE, RevisionTable, valueOf, type Opened, type RevisionQuery } from './revision-table.js';
import { RevisionWrites } from './revision-writes.js';
import { SettledHandlers } from './settled-handlers.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlNotificationStore, type NotificationDatabase } from './sql-notification-store.js';
import { SqlReviseBulkStore, type BulkDatabase } from './sql-revise-bulk-store.js';
import { SqliteDatabase } from './sqlite-database.js';
import type { SqliteFile } from './sqlite-file.js';
import { atStart, checkDatabase, outdated } from './start-up.js';
import type { Work } from './statement.js';
import { tablePath } from './table-path.js';
import { UnreadableRows } from './unreadable-rows.js';

const DAY_MS = 24 * 60 * 60_000;
/** KICC's status query reaches back to yesterday, and a day more for clocks and time zones. */
const YOUNGEST_PURGE_DAYS = 3;

/** The database with the tables in it. */
interface OpenedDatabase<Transaction extends object> extends BulkDatabase, NotificationDatabase {
  readonly database: JournalDatabase<Transaction>;
  readonly table: RevisionTable;
  readonly listing: RevisionListing;
}

/** What a journal may be told beside its database. */
export interface SqlJournalOptions {
  /** Where handlers marked with `@OnRevisionSettled()` are looked for: Nest's `ModulesContainer`. */
  readonly modules?: ModulesContainer | undefined;
  /** The schema that the tables are in, on PostgreSQL, or the database on MySQL. Absent: where names are looked for. */
  readonly schema?: string | undefined;
  /** This process's clock, for tests. */
  readonly now?: (() => number) | undefined;
  /** How long a turn for a handler is waited for, ms, for tests. */
  readonly connectionWaitMs?: number | undefined;
}

/**
 * Keeps revisions in the shop's own database, by whatever client the shop has for it: PostgreSQL, MySQL 8 or MariaDB 10.6 and
 * above, SQLite. What its methods have written is durable as far as the engine is; simultaneous writes share commits.
 *
 * Of most clients there is a journal ready made. For another, write its {@link SqlDatabase}: `journal: { inject: [MY_CLIENT,
 * ModulesContainer], useFactory: (client, modules) => new SqlReviseJournal(myDatabase(client), { modules }) }`.
 */
export class SqlReviseJournal<Transaction extends object = object>
  extends ReviseJournal
  implements OnModuleInit, OnApplicationShutdown
{
  override readonly durable = true;
  override readonly bulks: ReviseBulkStore = new SqlReviseBulkStore(() => this.opened());
  override readonly notifications: KiccNotificationStore = new SqlNotificationStore(
    () => this.opened(),
    (what, act) => this.#handlers.inside(what, act),
  );
  readonly #logger = new Logger(this.constructor.name);
  readonly #handlers = new SettledHandlers();
  readonly #writes: RevisionWrites;
  readonly #clock: DatabaseClock;
  readonly #unreadable = new UnreadableRows(() => this.time());
  /** The module's clock. */
  #now: JournalSettings['now'] = () => new Date();
  #opening: Promise<OpenedDatabase<Transaction>> | undefined;
  /** Once it is opened. */
  #database: JournalDatabase<Transaction> | undefined;

  constructor(
    private readonly client: SqlDatabase<Transaction> | SqliteFile<Transaction>,
    private readonly options: SqlJournalOptions = {},
  ) {
    super();
    this.#clock = new DatabaseClock(() => this.databaseTime(), options.now ?? Date.now);
    this.#writes = new RevisionWrites(() => this.opened(), client.engine === 'sqlite');
  }

  override get tellsShop(): boolean {
    return this.#handlers.any;
  }

  override configure({ now, handlerTimeoutMs, unreadable }: JournalSettings): void {
    this.#now = now;
    this.#unreadable.tell = unreadable;
    this.#handlers.timeoutMs = handlerTimeoutMs;
    this.discover();
  }

  /**
   * Looks for the handlers, whether the database keeps what it is given, and what may cost durability; Nest calls it.
   * @throws {KiccConfigurationError} if a table is missing, or the database cannot serve.
   */
  async onModuleInit(): Promise<void> {
    this.discover();
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
    if (transaction instanceof JoinedTransaction)
      return this.openWithin(revision, transaction as JoinedTransaction<Transaction>);
    if (transaction !== undefined) return this.joining(transaction, (joined) => this.open(revision, joined));
    return this.noting(revision.mallId, () => this.#writes.open(revision));
  }

  override async joining<T>(transaction: object, act: (joined: object) => Promise<T>): Promise<T> {
    const file = 'isFile' in this.client ? this.client : undefined;
    const own = transaction as Transaction;
    const joined = new JoinedTransaction(own, file, this.#database?.tell?.(own));
    return act(joined).finally(() => joined.leave());
  }

  override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    const looked = await this.single((table) => table.look(mallId, shopTransactionId));
    if (!looked?.isNews) return looked && valueOf(looked);
    const { database, table } = await this.opened();
    const noted = await database.transaction(() => table.note(mallId, shopTransactionId)).catch(() => undefined);
    return valueOf(noted ?? looked);
  }

  override async ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return this.noting(mallId, () => this.single((table) => table.ofPayment(mallId, pgCno)));
  }

  override async save(revision: Revision): Promise<boolean> {
    this.#handlers.refuseInside();
    if (this.#handlers.any && isSettled(revision)) {
      // Who knows it writes over a row that cannot be read.
      const before = await this.single((table) => table.findAtLeast(revision.mallId, revision.shopTransactionId));
      if (before?.version !== revision.version - 1) return false;
      if (isAnotherOutcome(before, revision)) return this.settle(revision, isSettled(before) ? before : undefined);
    }
    return this.#writes.save(revision);
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

  /** Every mall of which there are revisions, for tools that serve none. */
  async mallIds(): Promise<readonly string[]> {
    return this.single((table) => table.mallIds());
  }

  override async page(query: RevisionPageQuery): Promise<RevisionPage> {
    return this.listed((listing) => listing.page(query));
  }

  override async stats(query: RevisionStatsQuery): Promise<RevisionStats> {
    return this.listed((listing) => listing.stats(query));
  }

  /**
   * Revisions by where they stand, for staff and tools. Those that wait for something come oldest first, those that are
   * settled, or of any status, newest first.
   */
  async list(query: RevisionQuery): Promise<readonly Revision[]> {
    return this.single((table) => table.list(query));
  }

  /**
   * Deletes revisions that were settled before a time, except where another of their payment was not, or is to be looked at
   * again: what is open, and what counts against an approved amount, stays. With the last revision of a payment, its
   * `approvedAmount` is forgotten, and what went back of it: give `approvedAmount` again with a later refund, less what went
   * back before. An id that is gone is free again, so keep them for as long as anybody may ask under one again.
   * @returns how many went.
   * @throws {KiccValidationError} if the time is not a valid Date, or less than three days ago, by the module's clock: KICC may
   * still be asked about those.
   */
  async purge({ settledBefore }: { readonly settledBefore: Date }): Promise<number> {
    const youngest = this.#now().getTime() - YOUNGEST_PURGE_DAYS * DAY_MS;
    const remedy = `Give a Date at least ${YOUNGEST_PURGE_DAYS} days ago; months are wiser, for an id that is gone can be sent anew.`;
    checkDate('settledBefore', settledBefore, remedy);
    if (settledBefore.getTime() > youngest) {
      throw new KiccValidationError([violation('settledBefore', 'date', 'is too young.', remedy)]);
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

  private discover(): void {
    const { modules } = this.options;
    if (modules) this.#handlers.discover(modules);
  }

  /** @returns what may cost durability. */
  private async lookAtDatabase(): Promise<readonly string[]> {
    const { database, table } = await this.opened();
    const { modules } = this.options;
    // SQLite has one, which all take in turns.
    if (
      database.dialect.engine !== 'sqlite' &&
      database.poolSize === 1 &&
      (this.tellsShop || (modules && hasNotificationHandlers(modules)))
    ) {
      const option = database.dialect.engine === 'mysql' ? 'connectionLimit' : 'max';
      throw new KiccConfigurationError([
        `journal: the pool has 1 connection, which a handler of yours would hold against all else. Give it 2 or more: ` +
          `${option}: 2 (of TypeORM's DataSource, extra: { ${option}: 2 }).`,
      ]);
    }
    await database.single(() => table.find('', ''));
    await checkDatabase(database, (name) => this.path(name));
    await this.#clock.keepInTime();
    return [...(await outdated(database, this.options.schema)), ...(await database.durabilityProblems())];
  }

  private async openWithin(revision: Revision, joined: JoinedTransaction<Transaction>): Promise<Opened> {
    const { database, table } = await this.opened();
    const fault = await database.faultOf(joined.transaction);
    if (fault) throw new KiccValidationError([violation('transaction', 'type', fault.fault, fault.remedy)]);
    try {
      const work = (): Work<ItemResult<Opened>[]> => table.open([revision], randomUUID(), true);
      const [result] = await database.within(joined, work);
      return resultOf(result);
    } catch (error) {
      throw database.dialect.isLocked(error) ? new PaymentBusyError({ pgCno: revision.pgCno }) : error;
    }
  }

  /** Writes a settled state and lets the shop's handlers write with it. */
  private async settle(revision: Revision, corrected: Revision | undefined): Promise<boolean> {
    const { database, table } = await this.opened();
    const settling = database.withShops(async (transaction, work) => {
      const [written] = await work(table.save([revision], randomUUID()));
      if (!written) return false;
      await this.#handlers.call(revision, transaction, corrected);
      await this.confirm(revision, () => work(table.find(revision.mallId, revision.shopTransactionId)));
      return true;
    });
    return settling.catch((error: unknown) => {
      // By this, KICC's word is kept.
      throw error instanceof NoTurnError ? this.#handlers.failed(revision, error.message) : error;
    });
  }

  /**
   * A handler that hides an error, or ends the transaction itself, leaves one that will not be committed; PostgreSQL then
   * answers COMMIT with a silent roll-back.
   */
  private async confirm(revision: Revision, find: () => Promise<Revision | undefined>): Promise<void> {
    const held = await find().catch(() => undefined);
    if (held?.version !== revision.version) throw this.#handlers.spoilt(revision);
  }

  /** Sets aside, by `find`, what cannot be read and was met, and so waits for its lock in nobody's batch. */
  private async noting<T>(mallId: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const isBusy = error instanceof PaymentBusyError && error.because === 'unreadable';
      const id = isBusy ? error.openShopTransactionId : error instanceof UnreadableRevisionError && error.shopTransactionId;
      if (id) await this.find(mallId, id).catch(() => undefined);
      throw error;
    }
  }

  private async listed<T>(work: (listing: RevisionListing) => Work<T>): Promise<T> {
    this.#handlers.refuseInside();
    const { database, listing } = await this.opened();
    return database.single(() => work(listing));
  }

  private async single<T>(work: (table: RevisionTable) => Work<T>): Promise<T> {
    this.#handlers.refuseInside();
    const { database, table } = await this.opened();
    return database.single(() => work(table));
  }

  private opened(): Promise<OpenedDatabase<Transaction>> {
    return (this.#opening ??= this.openDatabase().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  private async openDatabase(): Promise<OpenedDatabase<Transaction>> {
    const { client } = this;
    const { connectionWaitMs = CONNECTION_WAIT_MS } = this.options;
    const handlers = this.#handlers;
    const limits: DatabaseLimits = {
      connectionWaitMs,
      get handlerTimeoutMs() {
        return handlers.timeoutMs;
      },
    };
    const database = 'isFile' in client ? await SqliteDatabase.open(client, limits) : await ClientDatabase.open(client, limits);
    const { dialect } = database;
    this.#database = database;
    const path = (name: string): string => this.path(name);
    const offset = (): number => this.#clock.offset;
    const table = new RevisionTable(path(REVISION_TABLE), dialect, offset, () => this.time(), this.#unreadable.met);
    return {
      database,
      table,
      listing: new RevisionListing(path(REVISION_TABLE), dialect, (row) => table.shown(row)),
      notifications: new NotificationTable(path(NOTIFICATION_TABLE), dialect),
      bulks: new BulkTables(path(BULK_TABLE), path(BULK_ROW_TABLE), dialect, offset, (row) => {
        const where = `Row ${row.row} of bulk ${row.bulkId} (mall ${row.mallId})`;
        this.#logger.error(`${where} cannot be read. Have it mended, as the runbook in docs/production.md says.`);
      }),
    };
  }

  private path(name: string): string {
    return tablePath(this.client.engine, this.options.schema, name);
  }

  /** The module's, where it gives one. */
  private time(): Date {
    return timeOr(this.#now, new Date());
  }

  private async databaseTime(): Promise<number> {
    const { database } = await this.opened();
    return database.single(function* (): Work<number> {
      const { rows } = yield { sql: database.dialect.clock };
      return Number(rows[0]?.['now']);
    });
  }
}

function resultOf<T>(result: ItemResult<T> | undefined): T {
  if (result && 'value' in result) return result.value;
  throw result?.error;
}
