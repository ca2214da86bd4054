import { randomUUID } from 'node:crypto';
import { KiccNotificationStore, type HandleOnce, type NotificationEvent } from '../journal/kicc-notification-store.js';
import type { JournalDatabase } from './journal-database.js';
import type { NotificationTable } from './notification-table.js';

/** Where the table is. */
export interface NotificationDatabase {
  readonly database: JournalDatabase;
  readonly notifications: NotificationTable;
}

/**
 * Remembers notifications in the database of the `SqlReviseJournal`, whose `notifications` it is. What a handler writes by
 * the transaction that it is given stands if, and only if, the notification is remembered.
 */
export class SqlNotificationStore extends KiccNotificationStore {
  constructor(
    private readonly opened: () => Promise<NotificationDatabase>,
    /** Runs what must not call the journal: it would wait for the very transaction it is a part of. */
    private readonly inside: <T>(what: string, act: () => Promise<T>) => Promise<T>,
  ) {
    super();
  }

  override async knows(key: string): Promise<boolean> {
    const { database, notifications } = await this.opened();
    return database.single(() => notifications.isKnown(key));
  }

  override async once(event: NotificationEvent, handle: HandleOnce): Promise<boolean> {
    const { database, notifications } = await this.opened();
    const token = randomUUID();
    return database.withShops(async (transaction, work) => {
      if (!(await work(notifications.remember(event, token)))) return false;
      await this.inside('An @OnKiccNotification() handler', () => handle(transaction));
      // A handler that hides an error, or ends the transaction itself, leaves one that will not be committed.
      const held = await work(notifications.isHeld(event.key, token)).catch(() => false);
      if (!held) throw new Error('the transaction was left broken');
      return true;
    });
  }

  override async purge(handledBefore: Date): Promise<number> {
    const { database, notifications } = await this.opened();
    return database.single(() => notifications.purge(handledBefore));
  }
}
