import { KiccNotificationStore, type HandleOnce, type NotificationEvent } from './kicc-notification-store.js';

/** Remembers in this process's memory: gone with it. */
export class MemoryNotificationStore extends KiccNotificationStore {
  /** When it was handled, by key. */
  readonly #handled = new Map<string, Date>();
  readonly #underWay = new Map<string, Promise<void>>();

  override knows(key: string): Promise<boolean> {
    return Promise.resolve(this.#handled.has(key));
  }

  override async once({ key, at }: NotificationEvent, handle: HandleOnce): Promise<boolean> {
    for (let same = this.#underWay.get(key); same; same = this.#underWay.get(key)) await same.catch(() => undefined);
    if (this.#handled.has(key)) return false;
    const handling = handle(undefined);
    this.#underWay.set(key, handling);
    try {
      await handling;
      this.#handled.set(key, at);
      return true;
    } finally {
      this.#underWay.delete(key);
    }
  }

  override purge(handledBefore: Date): Promise<number> {
    const old = [...this.#handled].filter(([, at]) => at < handledBefore);
    for (const [key] of old) this.#handled.delete(key);
    return Promise.resolve(old.length);
  }
}
