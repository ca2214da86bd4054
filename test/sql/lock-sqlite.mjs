// Holds a SQLite file locked for writing, until it is told to let go.
import Database from 'better-sqlite3';

let held;
process.on('message', ({ lock }) => {
  if (lock) {
    held = new Database(lock);
    held.exec('BEGIN IMMEDIATE');
  } else {
    held.exec('ROLLBACK');
    held.close();
  }
  process.send('done');
});
