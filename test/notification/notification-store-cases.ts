import { expect, it } from '@jest/globals';
import type { KiccNotificationStore, NotificationEvent } from '../../lib/journal/kicc-notification-store.js';

const AT = new Date('2026-03-02T03:00:00Z');
const event = (key: string, at = AT): NotificationEvent => ({
  key: key.padEnd(64, '0'),
  notification: { mallId: 'T0000001', notiType: '20', pgCno: '24090309595910880703' },
  at,
});

/** What every `KiccNotificationStore` promises. `connect` gives one more process's view of the same store. */
export function notificationStoreCases(connect: () => Promise<KiccNotificationStore>): void {
  it('handles each notification once', async () => {
    const [store, other] = [await connect(), await connect()];
    const handled: string[] = [];
    const handle = (name: string) => (): Promise<void> => Promise.resolve(void handled.push(name));
    expect(await store.knows(event('a').key)).toBe(false);
    expect(await store.once(event('a'), handle('a'))).toBe(true);
    expect(await other.once(event('a'), handle('a again'))).toBe(false);
    expect(await other.once(event('b'), handle('b'))).toBe(true);
    expect(handled).toEqual(['a', 'b']);
    expect([await store.knows(event('b').key), await store.knows(event('c').key)]).toEqual([true, false]);
  });

  it('handles one that comes many times at once once, in whatever process', async () => {
    const stores = await Promise.all(Array.from({ length: 2 }, connect));
    let handled = 0;
    const handle = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      handled++;
    };
    const results = await Promise.all(
      Array.from({ length: 10 }, async (_, turn) => stores[turn % 2]?.once(event('a'), handle)),
    );
    expect(handled).toBe(1);
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('does not remember one whose handler throws', async () => {
    const store = await connect();
    const failing = store.once(event('a'), () => Promise.reject(new RangeError('no')));
    await expect(failing).rejects.toHaveProperty('message', 'no');
    expect(await store.knows(event('a').key)).toBe(false);
    expect(await store.once(event('a'), () => Promise.resolve())).toBe(true);
  });

  it('forgets what is old, and nothing else', async () => {
    const store = await connect();
    const nothing = (): Promise<void> => Promise.resolve();
    await store.once(event('old', new Date(AT.getTime() - 1)), nothing);
    await store.once(event('new'), nothing);
    expect(await store.purge(AT)).toBe(1);
    expect([await store.knows(event('old').key), await store.knows(event('new').key)]).toEqual([false, true]);
  });
}
