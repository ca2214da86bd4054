import { beforeEach, describe, it } from '@jest/globals';
import { MemoryNotificationStore } from '../../lib/journal/memory-notification-store.js';
import { notificationStoreContract } from '../../lib/testing/index.js';

describe('MemoryNotificationStore', () => {
  let store = new MemoryNotificationStore();
  beforeEach(() => {
    store = new MemoryNotificationStore();
  });
  it.each(notificationStoreContract)('$name', ({ run }) => run({ connect: () => Promise.resolve(store) }));
});
