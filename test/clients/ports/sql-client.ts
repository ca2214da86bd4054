import type { SqlDatabase, SqlResult, SqlStatement, SqlTransactionOptions } from '../../../lib/sql/sql-database.js';
import { CONNECTION_WAIT_MS } from '../../../lib/sql/journal-database.js';
import { beginImmediate } from './begin-immediate.js';
import { whenConnected } from './when-connected.js';

type Ours = 'engine' | 'poolSize' | 'pool' | 'runIn' | 'faultOf' | 'connectionOf' | 'driverErrorOf';

/** What of a port only its client can do. */
export interface SqlClient<Transaction extends object = object> extends Pick<SqlDatabase<Transaction>, Ours> {
  /**
   * Begins a transaction (READ COMMITTED, where the engine has that), commits it once `act` resolves, and rolls it back where it
   * rejects, with the same error. After that, nothing is written by whoever still holds it.
   */
  transaction<T>(act: (transaction: Transaction) => Promise<T>, options: SqlTransactionOptions): Promise<T>;
  /** Does something on a connection that no transaction runs on. Absent: in a transaction, which costs two more trips. */
  connected?<T>(act: (connection: Transaction) => Promise<T>): Promise<T>;
}

/** For how long a statement by itself may be under way, ms. */
const SINGLE_TIMEOUT_MS = 30_000;

/** A database by a client: how long a connection is waited for, and how SQLite's lock is taken, is the same for all. */
export function databaseBy<Transaction extends object>(
  client: SqlClient<Transaction>,
  connectionWaitMs = CONNECTION_WAIT_MS,
): SqlDatabase<Transaction> {
  // One connection that others write on as well has no statements by themselves.
  const isShared = client.engine === 'sqlite';
  const transaction = <T>(act: (transaction: Transaction) => Promise<T>, options: SqlTransactionOptions): Promise<T> =>
    whenConnected(
      connectionWaitMs,
      (use) => client.transaction(use, options),
      async (given: Transaction) => {
        if (isShared) await beginImmediate((statement) => client.runIn(given, statement));
        return act(given);
      },
    );
  const run = (statement: SqlStatement): Promise<SqlResult> => {
    const act = (given: Transaction): Promise<SqlResult> => client.runIn(given, statement);
    return client.connected && !isShared
      ? whenConnected(connectionWaitMs, (use) => (client.connected as NonNullable<typeof client.connected>)(use), act)
      : transaction(act, { timeoutMs: SINGLE_TIMEOUT_MS, isShops: false });
  };
  return { ...client, run, transaction, close: () => Promise.resolve() };
}
