import { notUnderWay } from './not-under-way.js';
import { sqlStateOf, type Fitness } from './sql-dialect.js';
import { runOn, type SqliteConnection, type SqliteFile } from './sqlite-file.js';

/** Those that are marked, by their connection, in the order in which they were. */
const MARKED = new WeakMap<SqliteConnection, JoinedTransaction[]>();
let marks = 0;

/**
 * A transaction of the shop's as it was when the shop gave it. SQLite's driver tells whether one is under way on a connection, but
 * not which: a savepoint marks it, which ends with it.
 */
export class JoinedTransaction<Transaction extends object = object> {
  #connection: SqliteConnection | undefined;
  #mark = '';
  #failure: Error | undefined;

  /**
   * @param file the shop's, on SQLite.
   * @param told what the server tells it from all others by, where it can.
   */
  constructor(
    readonly transaction: Transaction,
    file: SqliteFile<Transaction> | undefined,
    readonly told?: Promise<Fitness | undefined>,
  ) {
    try {
      if (file && !file.faultOf(transaction)) this.setMark(file.connectionOf(transaction));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  /**
   * Takes the mark away.
   * @throws {KiccValidationError} the transaction on the connection is another one by now.
   */
  checkMark(): void {
    if (this.#failure) throw this.#failure;
    const connection = this.#connection;
    if (!connection) throw notUnderWay();
    const later = this.leave();
    try {
      runOn(connection.prepare(`RELEASE SAVEPOINT ${this.#mark}`));
    } catch (error) {
      throw sqlStateOf(error) === 'SQLITE_ERROR' ? notUnderWay() : error;
    }
    if (later.length === 0) return;
    // Theirs went with it.
    const mark = savepoint(connection);
    for (const other of later) other.#mark = mark;
  }

  /**
   * Leaves the mark to end with its transaction: to release it would release what savepoints the shop has set since.
   * @returns those that were marked later.
   */
  leave(): readonly JoinedTransaction[] {
    const marked = (this.#connection && MARKED.get(this.#connection)) ?? [];
    const index = marked.indexOf(this);
    if (index !== -1) marked.splice(index, 1);
    return index === -1 ? [] : marked.slice(index);
  }

  private setMark(connection: SqliteConnection): void {
    // Where none is under way, a savepoint begins one.
    if (!connection.inTransaction) return;
    this.#mark = savepoint(connection);
    this.#connection = connection;
    MARKED.set(connection, [...(MARKED.get(connection) ?? []), this]);
  }
}

function savepoint(connection: SqliteConnection): string {
  const name = `kicc_joined_${++marks}`;
  runOn(connection.prepare(`SAVEPOINT ${name}`));
  return name;
}
