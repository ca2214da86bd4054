import type { DataSourceOptions } from 'typeorm';
import type { SqlJournalOptions, SqlReviseJournal } from '../../lib/sql/index.js';

/** A client of some kind, as one process of a shop has it. */
export interface ShopsClient<Transaction extends object> {
  /** What is the client, or of it, and no transaction. */
  readonly outside: object;
  journal(options?: SqlJournalOptions): SqlReviseJournal<Transaction>;
  /** A transaction of the shop's: READ COMMITTED. */
  transaction<T>(act: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Runs a statement of the shop's. */
  run(transaction: Transaction, sql: string): unknown;
  close(): Promise<void>;
}

/** Connects a client to a database that has the journal's tables. */
export type ConnectClient<Transaction extends object> = (options: DataSourceOptions) => Promise<ShopsClient<Transaction>>;
