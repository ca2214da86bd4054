import type { KiccNotification } from '../protocol/notification.js';

/** A notification as it is remembered. */
export interface NotificationEvent {
  /** The same for every repeat of it, 64 characters. */
  readonly key: string;
  readonly notification: KiccNotification;
  readonly at: Date;
}

/** Does what is to be done once; given the transaction that remembers it, where the store has some. */
export type HandleOnce = (transaction: object | undefined) => Promise<void>;

/**
 * Remembers which notifications were handled: KICC repeats each up to ten times, and several processes may get it. The port for
 * a store of your own, see `ReviseJournal.notifications`.
 */
export abstract class KiccNotificationStore {
  /** Whether a notification was handled. */
  abstract knows(key: string): Promise<boolean>;

  /**
   * Handles a notification unless it was handled already; two that come at the same time wait for each other. What is handled
   * is remembered, or nothing is, as where the handler throws.
   * @returns whether it was handled just now.
   */
  abstract once(event: NotificationEvent, handle: HandleOnce): Promise<boolean>;

  /**
   * Forgets what was handled before a time; one that comes again is handled again.
   * @returns how many.
   */
  abstract purge(handledBefore: Date): Promise<number>;
}
