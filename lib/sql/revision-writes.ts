import { randomUUID } from 'node:crypto';
import { timers } from '../real-time.js';
import { PaymentBusyError } from '../revision/revise.errors.js';
import type { Revision } from '../revision/revision.js';
import { GroupCommit, type ItemResult } from './group-commit.js';
import type { JournalDatabase } from './journal-database.js';
import { LOCK_WAIT_MS } from './lock-wait.js';
import { LockedPayments } from './locked-payments.js';
import { keyOf, type Opened, type RevisionTable } from './revision-table.js';
import { isOfOneRow } from './sql-dialect.js';
import type { Work } from './statement.js';

/** How many writes share one commit at most. */
const BATCH = 128;
/** How long a part of a batch that met a lock waits once more, ms: those that it is not in the way of go on. */
const AGAIN_LOCK_WAIT_MS = 30;
/** For how long a write is tried again that a lock is in the way of, ms. What KICC has answered is not given up. */
const PATIENCE_MS = { open: 1_000, save: 600_000 } as const;

interface Write {
  readonly kind: 'open' | 'save';
  readonly revision: Revision;
  /** When somebody else's lock was met first, by `performance.now()`. */
  readonly lockedAt?: number;
}

type Written = Opened | boolean;
/** Servers take in, on one connection, while they write over, on another; SQLite does both by one commit. */
type Queues = Readonly<Record<Write['kind'], GroupCommit<Write, Written>>>;

/** Where the journal's table is. */
export interface RevisionDatabase {
  readonly database: JournalDatabase;
  readonly table: RevisionTable;
}

/** Writes revisions durably, those that come at the same time by one commit; who meets a lock is in nobody's way. */
export class RevisionWrites {
  readonly #writes: Queues;
  /** Those of payments where a lock was met: they wait for nobody but each other. */
  readonly #apart: Queues;
  readonly #locked = new LockedPayments();

  constructor(
    private readonly opened: () => Promise<RevisionDatabase>,
    /** Whether there is one writer at a time anyway. */
    isOneFile: boolean,
  ) {
    const queue = (): GroupCommit<Write, Written> =>
      new GroupCommit(
        (batch) => this.writeBatch(batch),
        ({ revision }) => keyOf(revision),
        BATCH,
      );
    const queues = (): Queues => {
      const open = queue();
      return { open, save: isOneFile ? open : queue() };
    };
    this.#writes = queues();
    this.#apart = queues();
  }

  async open(revision: Revision): Promise<Opened> {
    return (await this.add({ kind: 'open', revision })) as Opened;
  }

  async save(revision: Revision): Promise<boolean> {
    return (await this.add({ kind: 'save', revision })) as boolean;
  }

  private add(write: Write): Promise<Written> {
    const queues = this.#locked.has(write.revision, timers.performance.now()) ? this.#apart : this.#writes;
    return queues[write.kind].add(write);
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
    const now = timers.performance.now();
    this.#locked.add(revision, now);
    const lockedAt = write.lockedAt ?? now;
    const writing =
      now - lockedAt < PATIENCE_MS[kind]
        ? new Promise((resolve) => timers.setTimeout(resolve, LOCK_WAIT_MS)).then(() =>
            this.#apart[kind].add({ ...write, lockedAt }),
          )
        : Promise.reject(kind === 'open' ? new PaymentBusyError({ pgCno: revision.pgCno }) : (error as Error));
    // Whoever waits for it hears of it later.
    writing.catch(() => undefined);
    return writing;
  }

  private async writeTogether(
    { database, table }: RevisionDatabase,
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
    } else if (opens.length === 0 && saves.length === 1 && database.dialect.tellsUpdated === 'each') {
      // One statement is a transaction by itself. On servers, one bounds its wait for locks.
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
