import { beforeEach, describe } from '@jest/globals';
import { MemoryNotificationStore } from '../../lib/journal/memory-notification-store.js';
import { notificationStoreCases } from '../notification/notification-store-cases.js';

describe('MemoryNotificationStore', () => {
  let store = new MemoryNotificationStore();
  beforeEach(() => {
    store = new MemoryNotificationStore();
  });
  notificationStoreCases(() => Promise.resolve(store));
});
