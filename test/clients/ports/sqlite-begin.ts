/**
 * By these, a client's `BEGIN` becomes one that has the write lock, on a connection that keeps what it confirms: drivers leave
 * SQLite at `NORMAL`, which a loss of power may take back.
 */
export const SQLITE_BEGIN = ['ROLLBACK', 'PRAGMA synchronous = FULL', 'BEGIN IMMEDIATE'];
