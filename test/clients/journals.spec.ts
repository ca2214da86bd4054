import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SqlReviseJournal } from '../../lib/sql/index.js';
import { reviseJournalContract } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { lockRow } from '../typeorm/hold.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { clients, type OpenClient } from './clients.js';

const REFUND = 'CREATE TABLE refund (id VARCHAR(50) PRIMARY KEY, status VARCHAR(20))';

for (const [name, open] of Object.entries(clients)) {
  describeEngines(`A journal by ${name}`, (engine) => {
    let database: JournalTestDatabase;
    const closing: (() => Promise<unknown>)[] = [];
    beforeEach(async () => {
      database = await openTestDatabase(engine, { tables: [REFUND] });
    });
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
      await database.drop();
    });

    async function connect(): Promise<{ readonly client: OpenClient; readonly journal: SqlReviseJournal }> {
      const { url, database: file } = database.dataSource.options as { url?: string; database?: string };
      const client = await open({ engine: engine.name, at: url ?? String(file), poolSize: 4 });
      const journal = new SqlReviseJournal(client.database);
      closing.push(async () => {
        await journal.onApplicationShutdown();
        await client.close();
      });
      return { client, journal };
    }

    it('starts', async () => {
      const { journal } = await connect();
      await expect(journal.onModuleInit()).resolves.toBeUndefined();
    });

    it.each(reviseJournalContract)('$name', async ({ run }) => {
      await run({
        connect: async () => (await connect()).journal,
        spoil: (mallId, shopTransactionId) => spoilRow(database.dataSource, { mallId, shopTransactionId }),
        // SQLite locks the whole file.
        ...(engine.name === 'sqlite'
          ? {}
          : {
              hold: async (mallId: string, shopTransactionId: string) => {
                const held = await lockRow(database.dataSource, mallId, shopTransactionId);
                return () => held.end('commit');
              },
            }),
      });
    });
  });
}
