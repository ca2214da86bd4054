import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

/**
 * The shop's transactions. On SQLite TypeORM has one connection, on which transactions that are begun at the same time become
 * parts of each other; so there they run one after the other.
 */
@Injectable()
export class ShopTransactions {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  run<T>(act: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (this.dataSource.options.type !== 'better-sqlite3') return this.dataSource.transaction('READ COMMITTED', act);
    const done = this.#last.then(() => this.dataSource.transaction(act));
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** The lock of rows that are read to be changed; SQLite has none, and one writer anyway. */
export function lockOn({ connection }: EntityManager): { readonly lock?: { readonly mode: 'pessimistic_write' } } {
  return connection.options.type === 'better-sqlite3' ? {} : { lock: { mode: 'pessimistic_write' } };
}
