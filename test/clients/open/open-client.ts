import type { SqlDatabase } from '../../../lib/sql/sql-database.js';
import type { SqlJournalOptions, SqlReviseJournal } from '../../../lib/sql/index.js';
import type { SqliteFile } from '../../../lib/sql/sqlite-file.js';
import type { Engine } from '../../engines/engine.js';

/** A shop's client with its pool, as the shop would have made it, and the port on it. */
export interface OpenClient<Transaction extends object = object> {
  readonly database: SqlDatabase<Transaction> | SqliteFile<Transaction>;
  /** The journal that is made for it, or one on the port. */
  journal(options?: SqlJournalOptions): SqlReviseJournal<Transaction>;
  /** The client itself, which is no transaction. */
  readonly outside: object;
  /** A transaction of the shop's own. */
  transaction<T>(act: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Writes a row of the shop's table by the client's own means. */
  write(transaction: Transaction, id: string): Promise<unknown>;
  /** Writes it in no transaction of whoever calls. */
  writeAlone(id: string): Promise<unknown>;
  /** As `write`, by a unit of work. */
  flush?(transaction: Transaction, id: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Where a database is: the URL of a server, or a file. */
export interface Place {
  readonly engine: Engine['name'];
  readonly at: string;
  readonly poolSize: number;
}

export type Open = (place: Place) => OpenClient | Promise<OpenClient>;

/** A table of the shop's: `refund (id, status)`. */
export type Refunds = { refund: { id: string; status: string } };

export const status = 'open';
/** For so long a driver holds up the thread where somebody else has the lock. */
export const SQLITE_TIMEOUT_MS = 50;

export const SQL_ENGINE = { postgres: 'postgres', mariadb: 'mysql', sqlite: 'sqlite' } as const;
