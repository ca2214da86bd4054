import { afterEach, beforeEach } from '@jest/globals';
import { bulkStoreCases } from '../bulk/bulk-store-cases.js';
import { describeEngines } from '../engines/describe-engines.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

describeEngines('TypeOrmReviseBulkStore', (engine) => {
  let database: JournalTestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase(engine);
  });
  afterEach(async () => {
    await database.drop();
  });
  bulkStoreCases(async () => (await database.connect()).bulks);
});
