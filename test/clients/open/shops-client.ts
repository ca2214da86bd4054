import type { ConnectClient } from '../../shop-clients/shops-client.js';
import type { Open } from './open-client.js';

const POOL_SIZE = 4;

/** Such a client, as one process of a shop has it. */
export function connecting(open: Open): ConnectClient<object> {
  return async (options) => {
    const { url, database: file } = options as { readonly url?: string; readonly database?: string };
    const engine = options.type === 'better-sqlite3' ? 'sqlite' : (options.type as 'postgres' | 'mariadb');
    const client = await open({ engine, at: url ?? String(file), poolSize: POOL_SIZE });
    return {
      outside: client.outside,
      journal: (given) => client.journal(given),
      transaction: (act) => client.transaction(act),
      run: (transaction, sql) =>
        'isFile' in client.database
          ? client.database.connectionOf(transaction).prepare(sql).run([])
          : client.database.runIn(transaction, { sql }),
      close: async () => void (await client.close()),
    };
  };
}
