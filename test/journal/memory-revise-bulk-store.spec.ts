import { beforeEach, describe } from '@jest/globals';
import { MemoryReviseBulkStore } from '../../lib/journal/memory-revise-bulk-store.js';
import { bulkStoreCases } from '../bulk/bulk-store-cases.js';

describe('MemoryReviseBulkStore', () => {
  let store = new MemoryReviseBulkStore();
  bulkStoreCases(() => Promise.resolve(store));
  beforeEach(() => {
    store = new MemoryReviseBulkStore();
  });
});
