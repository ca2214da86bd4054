import { timers } from '../../real-time.js';
import { codeOf } from './driver-error.js';
import { KiccSchemaError } from './kicc-schema.error.js';
import type { SchemaConnection } from './schema-connection.js';

/** How long somebody else's lock is waited for, s. */
const LOCK_WAIT_S = 60;
const PAUSE_MS = 50;
/** Ours alone, of all that take advisory locks on PostgreSQL. */
const KEY = '1790000000001';

const HELD =
  `Somebody else has held a lock for longer than ${LOCK_WAIT_S} s: another kicc migrate, a transaction or a backup. ` +
  'See who, and run it again.';

/** Has one process at a time change the tables. */
export interface SchemaLock {
  /** Runs all steps. */
  around<T>(act: () => Promise<T>): Promise<T>;
  /** Runs one step, which is kept as a whole or not at all where the engine can. */
  step<T>(act: () => Promise<T>): Promise<T>;
}

export function lockOf(connection: SchemaConnection): SchemaLock {
  const { engine, run } = connection;
  const step = (begin: () => Promise<void>, commit: () => Promise<void>) => {
    return async <T>(act: () => Promise<T>): Promise<T> => {
      try {
        await begin();
        const result = await act();
        await commit();
        return result;
      } catch (error) {
        // Where the connection is gone, the database has done it.
        await run('ROLLBACK').catch(() => undefined);
        throw isHeld(error) ? new KiccSchemaError(HELD) : error;
      }
    };
  };
  switch (engine) {
    case 'postgres':
      return {
        around: (act) => act(),
        step: step(
          async () => {
            // What is seen once the lock is had must be the newest.
            await run('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
            await run(`SET LOCAL lock_timeout = '${LOCK_WAIT_S}s'`);
            // An index on many rows takes its time.
            await run('SET LOCAL statement_timeout = 0');
            await run(`SELECT pg_advisory_xact_lock(${KEY})`);
          },
          async () => void (await run('COMMIT')),
        ),
      };
    case 'sqlite':
      return {
        around: (act) => withoutForeignKeys(connection, act),
        step: step(
          () => patiently(() => run('BEGIN IMMEDIATE')),
          () => patiently(() => run('COMMIT')),
        ),
      };
    case 'mysql':
      return { around: (act) => underName(connection, act), step: (act) => act() };
  }
}

/** Of all databases of a server, names of locks are the same ones. */
const NAME = "CONCAT('kicc_schema_', MD5(DATABASE()))";

async function underName<T>({ run }: SchemaConnection, act: () => Promise<T>): Promise<T> {
  const [row] = await run(`SELECT GET_LOCK(${NAME}, ${LOCK_WAIT_S}) AS got, DATABASE() AS name`);
  if (row?.['name'] === null) throw new KiccSchemaError('The connection names no database. Name it in the URL.');
  if (Number(row?.['got']) !== 1) throw new KiccSchemaError(HELD);
  try {
    return await act();
  } catch (error) {
    throw isHeld(error) ? new KiccSchemaError(HELD) : error;
  } finally {
    await run(`SELECT RELEASE_LOCK(${NAME})`).catch(() => undefined);
  }
}

/** A table that is copied is dropped on the way, and rows of the shop's that name its rows must not go with it. */
async function withoutForeignKeys<T>({ run }: SchemaConnection, act: () => Promise<T>): Promise<T> {
  const [row] = await run('PRAGMA foreign_keys');
  await run('PRAGMA foreign_keys = OFF');
  try {
    return await act();
  } finally {
    if (Number(row?.['foreign_keys']) === 1) await run('PRAGMA foreign_keys = ON');
  }
}

/** Without holding up the thread: the lock may be that of somebody on it. */
async function patiently(act: () => Promise<unknown>): Promise<void> {
  const end = timers.performance.now() + LOCK_WAIT_S * 1_000;
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (!isHeld(error) || timers.performance.now() > end) throw error;
      await new Promise((resolve) => timers.setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Lock not available; ER_LOCK_WAIT_TIMEOUT; SQLITE_BUSY, and with a word after it. */
function isHeld(error: unknown): boolean {
  return /^(55P03|ER_LOCK_WAIT_TIMEOUT|SQLITE_BUSY.*)$/.test(codeOf(error));
}
