import { timers } from '../real-time.js';
import type { JoinedTransaction } from './joined-transaction.js';
import type { SqlDatabase } from './sql-database.js';
import type { Fitness, SqlDialect } from './sql-dialect.js';
import type { Work } from './statement.js';

/** The database a journal writes to, on connections that no transaction of the shop's runs on. */
export interface JournalDatabase<Transaction extends object = object> {
  readonly dialect: SqlDialect;
  /** How many connections there are for the shop and the journal together; absent: the journal's is its own. */
  readonly poolSize?: number;
  /**
   * Does some work in a transaction of its own; tries again after a deadlock.
   * @param lockWaitMs how long somebody else's lock is waited for; absent: as long as the server says.
   */
  transaction<T>(work: () => Work<T>, lockWaitMs?: number): Promise<T>;
  /** Does some work whose statements need not be one. */
  single<T>(work: () => Work<T>, lockWaitMs?: number): Promise<T>;
  /**
   * Does some work as a part of the shop's transaction, waiting for nobody's lock for long. Where it fails, nothing of it is
   * left, and the shop's transaction can go on.
   * @throws {KiccValidationError} it is not under way any more, or its isolation hides what was refunded meanwhile.
   */
  within<T>(joined: JoinedTransaction<Transaction>, work: () => Work<T>): Promise<T>;
  /** Asks, at once, what tells a transaction of the shop's from all others. Never rejects. */
  tell?(transaction: Transaction): Promise<Fitness | undefined>;
  /** As {@link SqlDatabase.faultOf}. */
  faultOf(transaction: object): ReturnType<SqlDatabase['faultOf']>;
  /**
   * A transaction of its own for the shop's code, with our work inside. Where it fails, its connection is thrown away with what
   * was written: some of the shop's code may still be at work, and must not write by it any more.
   * @throws {NoTurnError} too many are under way, and did not end in time.
   */
  withShops<T>(act: (transaction: Transaction, work: <R>(work: Work<R>) => Promise<R>) => Promise<T>): Promise<T>;
  /** Settings by which the engine may lose what it has confirmed, as sentences. */
  durabilityProblems(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How long a connection, or a turn to use one, is waited for, ms. */
export const CONNECTION_WAIT_MS = 10_000;

/** How long whoever uses a database has to wait, and may take, ms. */
export interface DatabaseLimits {
  readonly connectionWaitMs: number;
  readonly handlerTimeoutMs: number;
}

/** How often something is tried again. */
const TRIES = 12;

/**
 * Does something again, after a pause that grows, while what is in the way will pass.
 * @param lockWaitMs how long somebody else's lock is waited for here: MariaDB itself is told not to wait.
 * @param isEnough whether it was tried often enough.
 */
export async function untilPassed<T>(
  { isPassing, isLocked }: Pick<SqlDialect, 'isPassing' | 'isLocked'>,
  act: () => Promise<T>,
  lockWaitMs = 0,
  isEnough: (tries: number) => boolean = (tries) => tries === TRIES,
): Promise<T> {
  const begun = timers.performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      const isWorthIt = isPassing(error) || (isLocked(error) && timers.performance.now() - begun < lockWaitMs);
      if (!isWorthIt || isEnough(tries)) throw error;
      const pause = Math.random() * Math.min(1_000, 4 * 2 ** tries);
      await new Promise((resolve) => timers.setTimeout(resolve, pause));
    }
  }
}
