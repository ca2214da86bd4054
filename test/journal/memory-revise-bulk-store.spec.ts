import { beforeEach, describe, it } from '@jest/globals';
import { MemoryReviseBulkStore } from '../../lib/journal/memory-revise-bulk-store.js';
import { reviseBulkStoreContract } from '../../lib/testing/index.js';

describe('MemoryReviseBulkStore', () => {
  let store = new MemoryReviseBulkStore();
  it.each(reviseBulkStoreContract)('$name', ({ run }) => run({ connect: () => Promise.resolve(store) }));
  beforeEach(() => {
    store = new MemoryReviseBulkStore();
  });
});
