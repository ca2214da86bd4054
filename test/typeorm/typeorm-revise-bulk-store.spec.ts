import { afterEach, beforeEach, it } from '@jest/globals';
import { reviseBulkStoreContract } from '../../lib/testing/index.js';
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
  it.each(reviseBulkStoreContract)('$name', ({ run }) => run({ connect: async () => (await database.connect()).bulks }));
});
