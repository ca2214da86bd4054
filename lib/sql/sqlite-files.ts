import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { NoConnectionError } from '../revision/no-connection.error.js';

/** The file is gone, or is another one: what is written to the old one is seen by nobody. */
export class LostFileError extends NoConnectionError {
  override readonly name = 'LostFileError';
}

/** Somebody else has kept the file locked for longer than the driver's `timeout`. */
export class LockedFileError extends NoConnectionError {
  override readonly name = 'LockedFileError';

  constructor(database: string, timeoutMs: number) {
    super(
      `${basename(database)} was locked by another process or connection for longer than the driver's timeout, ${timeoutMs} ms: perhaps by ` +
        'the transaction that the call is awaited in. Call after that; inside it, record() takes a revision in',
    );
  }
}

/** What belongs to an open database, and must stay what it is while a connection is: it goes by the file, not by its name. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

/** The files of a SQLite database as they were first seen. */
export class SqliteFiles {
  readonly #path: string;
  readonly #seen = new Map<(typeof SUFFIXES)[number], string>();

  constructor(database: string) {
    this.#path = resolve(database);
  }

  /**
   * Looks whether they are still the same.
   * @throws {LostFileError} if one of them is not.
   */
  look(): void {
    for (const suffix of SUFFIXES) {
      const identity = identityOf(this.#path + suffix);
      const seen = this.#seen.get(suffix);
      if (seen === undefined && identity !== undefined) this.#seen.set(suffix, identity);
      if (seen !== undefined && seen !== identity) throw new LostFileError(this.describe(suffix, identity));
    }
  }

  /** The last connection that closes deletes what is beside the database. */
  forgetOpen(): void {
    for (const suffix of SUFFIXES) if (suffix !== '') this.#seen.delete(suffix);
  }

  private describe(suffix: string, identity: string | undefined): string {
    const what = identity === undefined ? 'was deleted' : 'was replaced';
    return `${basename(this.#path)}${suffix} ${what} while the app runs: put it right, and start the app anew`;
  }
}

/** A copy has another; a file that was moved away and back has the same. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
