import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource, EntityManager, type QueryRunner } from 'typeorm';
import { timeOr } from '../gateway/kicc-clock.js';
import type { KiccNotificationStore } from '../journal/kicc-notification-store.js';
import type { OpenOfMall } from '../journal/open-of-mall.js';
import type { ReviseBulkStore } from '../journal/revise-bulk-store.js';
import { ReviseJournal, type DueClaim, type JournalSettings, type OpenRevisions } from '../journal/revise-journal.js';
import { hasNotificationHandlers } from '../notification/on-kicc-notification.js';
import { checkDate } from '../protocol/check-date.js';
import { violation } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { NoTurnError } from '../revision/no-connection.error.js';
import { PaymentBusyError, UnreadableRevisionError } from '../revision/revise.errors.js';
import { isSettled, type Revision } from '../revision/revision.js';
import { BULK_ROW_TABLE, BULK_TABLE, BulkTables } from './bulk-tables.js';
import { isMySql, tablePath } from './columns.js';
import { DatabaseClock } from './database-clock.js';
import { GroupCommit, type ItemResult } from './group-commit.js';
import { CONNECTION_WAIT_MS, LOCK_WAIT_MS, type DatabaseLimits, type JournalDatabase } from './journal-database.js';
import { LockedPayments } from './locked-payments.js';
import { NOTIFICATION_TABLE, NotificationTable } from './notification-table.js';
import { keyOf, REVISION_TABLE, RevisionTable, valueOf, type Opened, type RevisionQuery } from './revision-table.js';
import { runStatement, ServerDatabase } from './server-database.js';
import { SettledHandlers } from './settled-handlers.js';
import { isOfOneRow } from './sql-dialect.js';
import { SqliteDatabase } from './sqlite-database.js';
import { atStart, checkDatabase } from './start-up.js';
import type { Work } from './statement.js';
import { TypeOrmNotificationStore, type NotificationDatabase } from './typeorm-notification-store.js';
import { TypeOrmReviseBulkStore, type BulkDatabase } from './typeorm-revise-bulk-store.js';
import { UnreadableRows } from './unreadable-rows.js';

/** How many writes share one commit at most. */
const BATCH = 128;
/** How long a part of a batch that met a lock waits once more, ms: those that it is not in the way of go on. */
const AGAIN_LOCK_WAIT_MS = 30;
/** For how long a write is tried again that a lock is in the way of, ms. What KICC has answered is not given up. */
const PATIENCE_MS = { open: 1_000, save: 600_000 } as const;
const DAY_MS = 24 * 60 * 60_000;
/** KICC's status query reaches back to yesterday, and a day more for clocks and time zones. */
const YOUNGEST_PURGE_DAYS = 3;

interface Write {
  readonly kind: 'open' | 'save';
  readonly revision: Revision;
  /** When somebody else's lock was met first, by `performance.now()`. */
  readonly lockedAt?: number;
}

type Written = Opened | boolean;
/** Servers take in, on one connection, while they write over, on another; SQLite does both by one commit. */
type Queues = Readonly<Record<Write['kind'], GroupCommit<Write, Written>>>;

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
 * Give it as the module's journal: `KiccModule.forRootAsync({ journal: TypeOrmReviseJournal, … })`. For another than the
 * default `DataSource`: `journal: { inject: [getDataSourceToken('name'), ModulesContainer], useFactory: (dataSource, modules)
 * => new TypeOrmReviseJournal(dataSource, modules) }`.
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
  readonly #writes: Queues;
  /** Those of payments where a lock was met: they wait for nobody but each other. */
  readonly #apart: Queues;
  readonly #locked = new LockedPayments();
  readonly #clock: DatabaseClock;
  readonly #unreadable = new UnreadableRows(() => this.time());
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
    const queue = (): GroupCommit<Write, Written> =>
      new GroupCommit(
        (batch) => this.writeBatch(batch),
        ({ revision }) => keyOf(revision),
        BATCH,
      );
    const queues = (): Queues => {
      const open = queue();
      return { open, save: dataSource.options.type === 'better-sqlite3' ? open : queue() };
    };
    this.#writes = queues();
    this.#apart = queues();
  }

  override get tellsShop(): boolean {
    return this.#handlers.any;
  }

  override configure({ now, handlerTimeoutMs, unreadable }: JournalSettings): void {
    this.#now = now;
    this.#unreadable.tell = unreadable;
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
    return this.noting(revision.mallId, async () => (await this.add({ kind: 'open', revision })) as Opened);
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
      if (before.status !== revision.status) return this.settle(revision, isSettled(before) ? before : undefined);
    }
    return (await this.add({ kind: 'save', revision })) as boolean;
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

  private add(write: Write): Promise<Written> {
    const queues = this.#locked.has(write.revision, performance.now()) ? this.#apart : this.#writes;
    return queues[write.kind].add(write);
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
        ? 'is not a transaction that is under way.'
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
    const { database, table } = await this.opened();
    if (this.dataSource.options.type === 'postgres') {
      const { rows } = await runStatement(runner, { sql: "SELECT current_setting('transaction_isolation') AS isolation" });
      if (rows[0]?.['isolation'] !== 'read committed') {
        const remedy = 'Begin it as READ COMMITTED: in another, what was refunded meanwhile cannot be seen.';
        throw new KiccValidationError([violation('transaction', 'type', `is ${String(rows[0]?.['isolation'])}.`, remedy)]);
      }
    }
    try {
      const [result] = await database.within(runner, () => table.open([revision], randomUUID(), true));
      return resultOf(result);
    } catch (error) {
      throw database.dialect.isLocked(error) ? new PaymentBusyError({ pgCno: revision.pgCno }) : error;
    }
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
   * A handler that hides an error, or ends the transaction itself, leaves one that will not be committed; PostgreSQL then
   * answers COMMIT with a silent roll-back.
   */
  private async confirm(revision: Revision, find: () => Promise<Revision | undefined>): Promise<void> {
    const held = await find().catch(() => undefined);
    if (held?.version !== revision.version) throw this.#handlers.spoilt(revision);
  }

  private async writeBatch(batch: readonly Write[]): Promise<readonly ItemResult<Written | Promise<Written>>[]> {
    const first = await this.openFirst(batch);
    const rest = batch.filter(({ revision }) => !first.has(revision));
    // What is in is told, whatever becomes of the rest.
    const written = rest.length === 0 ? [] : await this.write(rest, LOCK_WAIT_MS).catch(failedAlike(rest));
    const others = written.values();
    return batch.map(({ revision }) =>
      first.has(revision) ? { value: { revision, opened: true } } : (others.next().value as ItemResult<Written>),
    );
  }

  /** Takes in what is the first of its payment, as nearly all are, where the engine can do that in one step. */
  private async openFirst(batch: readonly Write[]): Promise<ReadonlySet<Revision>> {
    const { database, table } = await this.opened();
    const { dialect } = database;
    const { oneTrip } = dialect;
    const opens = revisionsOf('open', batch);
    if (!oneTrip || opens.length === 0) return new Set();
    const open = (): Work<ReadonlySet<Revision>> => table.openFirst(oneTrip, opens, randomUUID(), AGAIN_LOCK_WAIT_MS);
    return database.single(open, AGAIN_LOCK_WAIT_MS).catch((error: unknown) => {
      // It is found out which of them is in the way.
      if (dialect.isLocked(error) || isOfOneRow(error)) return new Set();
      throw error;
    });
  }

  private async write(batch: readonly Write[], lockWaitMs: number): Promise<readonly ItemResult<Written | Promise<Written>>[]> {
    const opened = await this.opened();
    try {
      return await this.writeTogether(opened, batch, lockWaitMs);
    } catch (error) {
      const isLocked = opened.database.dialect.isLocked(error);
      if (batch.length === 1 && isLocked) return [{ value: this.later(batch[0] as Write, error) }];
      if (batch.length === 1 || !(isLocked || isOfOneRow(error))) throw error;
    }
    // One of them cannot be written. The others can.
    const results: ItemResult<Written | Promise<Written>>[] = [];
    const middle = Math.ceil(batch.length / 2);
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      results.push(...(await this.write(half, AGAIN_LOCK_WAIT_MS).catch(failedAlike(half))));
    }
    return results;
  }

  /** Writes what somebody else's lock was in the way of: by itself, beside the queue, so that nobody else waits. */
  private later(write: Write, error: unknown): Promise<Written> {
    const { kind, revision } = write;
    const now = performance.now();
    this.#locked.add(revision, now);
    const lockedAt = write.lockedAt ?? now;
    const writing =
      now - lockedAt < PATIENCE_MS[kind]
        ? new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS)).then(() => this.#apart[kind].add({ ...write, lockedAt }))
        : Promise.reject(kind === 'open' ? new PaymentBusyError({ pgCno: revision.pgCno }) : (error as Error));
    // Whoever waits for it hears of it later.
    writing.catch(() => undefined);
    return writing;
  }

  private async writeTogether(
    { database, table }: OpenedDatabase,
    batch: readonly Write[],
    lockWaitMs: number,
  ): Promise<readonly ItemResult<Written>[]> {
    const token = randomUUID();
    const [opens, saves] = [revisionsOf('open', batch), revisionsOf('save', batch)];
    const results = new Map<Revision, ItemResult<Written>>();
    const note = (revisions: readonly Revision[], written: readonly ItemResult<Written>[]): void =>
      revisions.forEach((revision, index) => results.set(revision, written[index] as ItemResult<Written>));
    const { oneTrip } = database.dialect;
    if (opens.length === 0 && oneTrip) {
      note(saves, asResults(await database.single(() => table.saveAlone(oneTrip, saves, token, lockWaitMs), lockWaitMs)));
    } else if (opens.length === 0 && saves.length === 1) {
      // One statement is a transaction by itself.
      note(saves, asResults(await database.single(() => table.save(saves, token), lockWaitMs)));
    } else {
      const work = function* (): Work<void> {
        if (opens.length > 0) note(opens, yield* table.open(opens, token));
        if (saves.length > 0) note(saves, asResults(yield* table.save(saves, token)));
      };
      await database.transaction(work, lockWaitMs);
    }
    return batch.map(({ revision }) => results.get(revision) as ItemResult<Written>);
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
      table: new RevisionTable(path(REVISION_TABLE), dialect, offset, () => this.time(), this.#unreadable.met),
      notifications: new NotificationTable(path(NOTIFICATION_TABLE), dialect),
      bulks: new BulkTables(path(BULK_TABLE), path(BULK_ROW_TABLE), dialect, offset, (row) => {
        const where = `Row ${row.row} of bulk ${row.bulkId} (mall ${row.mallId})`;
        this.#logger.error(`${where} cannot be read. Have it mended, as the runbook in docs/production.md says.`);
      }),
    };
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

function databaseOf(dataSource: DataSource, limits: DatabaseLimits): Promise<JournalDatabase> {
  const { type } = dataSource.options;
  switch (type) {
    case 'postgres':
      return ServerDatabase.open(dataSource, 'postgres', limits);
    case 'mysql':
    case 'mariadb':
      return ServerDatabase.open(dataSource, 'mysql', limits);
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

function resultOf<T>(result: ItemResult<T> | undefined): T {
  if (result && 'value' in result) return result.value;
  throw result?.error;
}

function byId(one: Revision, other: Revision): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

/** The revisions to be written so, in one order everywhere, so that two processes do not wait for each other. */
function revisionsOf(kind: Write['kind'], batch: readonly Write[]): readonly Revision[] {
  return batch
    .filter((write) => write.kind === kind)
    .map(({ revision }) => revision)
    .sort(byId);
}

function asResults(written: readonly boolean[]): readonly ItemResult<boolean>[] {
  return written.map((value) => ({ value }));
}

function failedAlike(batch: readonly unknown[]): (error: unknown) => readonly ItemResult<never>[] {
  return (error) => batch.map(() => ({ error }));
}
