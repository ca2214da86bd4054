// What a database commits by itself: single rows, one after the other.
import { randomUUID } from 'node:crypto';

/** @returns commits one row of a journal row's size, by the driver's shortest way. */
export async function singleRows(dataSource) {
  await dataSource.query('CREATE TABLE plain_row (id VARCHAR(60) PRIMARY KEY, body VARCHAR(1000) NOT NULL)');
  const body = 'x'.repeat(600);
  if (dataSource.options.type === 'better-sqlite3') {
    const { databaseConnection } = dataSource.driver;
    databaseConnection.pragma('synchronous = FULL');
    const insert = databaseConnection.prepare('INSERT INTO plain_row (id, body) VALUES (?, ?)');
    return async () => insert.run(randomUUID(), body);
  }
  const runner = dataSource.createQueryRunner();
  const connection = await runner.connect();
  const sql = (mark) => `INSERT INTO plain_row (id, body) VALUES (${mark(1)}, ${mark(2)})`;
  if (dataSource.options.type === 'postgres') {
    return () => connection.query({ name: 'plain', text: sql((n) => `$${n}`), values: [randomUUID(), body] });
  }
  return () =>
    new Promise((resolve, reject) => {
      connection.execute(
        sql(() => '?'),
        [randomUUID(), body],
        (error) => (error ? reject(error) : resolve()),
      );
    });
}
