import { inTime } from '../handlers/handler-time.js';
import { NoConnectionError } from '../revision/no-connection.error.js';

/**
 * What a pool gives, where it does in time.
 * @param giveBack takes what comes too late.
 * @throws {NoConnectionError}
 */
export async function connectionInTime<Connection>(
  connecting: Promise<Connection>,
  waitMs: number,
  giveBack: (connection: Connection) => unknown,
): Promise<Connection> {
  try {
    return await inTime(connecting, waitMs, () => {
      const cause = 'the call was awaited inside a transaction, which holds one, or the pool is too small';
      return new NoConnectionError(`no connection of the pool came within ${waitMs} ms: ${cause}`);
    });
  } catch (error) {
    // It may come after all.
    void connecting.then(giveBack).catch(() => undefined);
    throw error;
  }
}
