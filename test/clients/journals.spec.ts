import { describeEngines } from '../engines/describe-engines.js';
import { clientCases } from '../sql/client-cases.js';
import { clients } from './clients.js';

const POOL_SIZE = 4;

for (const [name, open] of Object.entries(clients)) {
  describeEngines(`A journal by ${name}`, (engine) => {
    clientCases(engine, async (options) => {
      const { url, database: file } = options as { readonly url?: string; readonly database?: string };
      const client = await open({ engine: engine.name, at: url ?? String(file), poolSize: POOL_SIZE });
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
    });
  });
}
