import { timers } from '../real-time.js';
import { NoConnectionError } from '../revision/no-connection.error.js';

/**
 * Does something on a connection of a client's pool, or, where none comes in time, nothing.
 * @param take has the client give a connection to whoever it is told; the client gives up what that throws.
 * @throws {NoConnectionError} none came, and `act` was not called, nor will be.
 */
export async function whenConnected<Connection, T>(
  waitMs: number,
  take: (use: (connection: Connection) => Promise<T>) => Promise<T>,
  act: (connection: Connection) => Promise<T>,
): Promise<T> {
  let came = false;
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  // Made only where it is needed: a stack is dear, and this is on the way of every statement.
  const none = (): NoConnectionError =>
    new NoConnectionError(
      `no connection of the pool came within ${waitMs} ms: the call was awaited inside a transaction, which holds one, or the pool is too small`,
    );
  const late = new Promise<never>((_, reject) => {
    timer = timers.setTimeout(() => {
      isLate = true;
      reject(none());
    }, waitMs);
  });
  const taken = take(async (connection) => {
    if (isLate) throw none();
    came = true;
    timers.clearTimeout(timer);
    return act(connection);
  });
  try {
    return await Promise.race([taken, late]);
  } catch (error) {
    // Whatever comes of it now, it is told already.
    taken.catch(() => undefined);
    if (!came && isOfPool(error)) throw none();
    throw error;
  } finally {
    timers.clearTimeout(timer);
  }
}

/** Pools that give up sooner say so in words alone. */
function isOfPool(error: unknown): boolean {
  return error instanceof Error && /timeout|timed out|in the given time/i.test(`${error.name} ${error.message}`);
}
