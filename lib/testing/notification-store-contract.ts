import assert from 'node:assert/strict';
import type { KiccNotificationStore, NotificationEvent } from '../journal/kicc-notification-store.js';
import { timers } from '../real-time.js';
import { assertSame } from './journal-contract/checks.js';
import type { StoreCase } from './store-case.js';

const AT = new Date('2026-03-02T03:00:00Z');
const event = (key: string, at = AT): NotificationEvent => ({
  key: key.padEnd(64, '0'),
  notification: { mallId: 'T0000001', notiType: '20', pgCno: '24090309595910880703' },
  at,
});
const nothing = (): Promise<void> => Promise.resolve();

/**
 * What a `KiccNotificationStore` promises, as {@link reviseJournalContract} does of a journal. Each case wants an empty store.
 */
export const notificationStoreContract: readonly StoreCase<KiccNotificationStore>[] = [
  {
    name: 'handles each notification once',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()];
      const handled: string[] = [];
      const handle = (name: string) => (): Promise<void> => Promise.resolve(void handled.push(name));
      assert.equal(await store.knows(event('a').key), false, 'knows must not know what was never handled.');
      assert.equal(await store.once(event('a'), handle('a')), true, 'once must handle what was not.');
      assert.equal(await other.once(event('a'), handle('a again')), false, 'once must not handle it again.');
      assert.equal(await other.once(event('b'), handle('b')), true, 'once must handle another.');
      assertSame(handled, ['a', 'b'], 'once must call the handler for what it says that it has handled.');
      const known = [await store.knows(event('b').key), await store.knows(event('c').key)];
      assertSame(known, [true, false], 'knows must know what was handled, by whomever, and nothing else.');
    },
  },
  {
    name: 'handles one that comes many times at once once, in whatever process',
    run: async ({ connect }) => {
      const stores = [await connect(), await connect()];
      let handled = 0;
      const handle = async (): Promise<void> => {
        await new Promise((resolve) => timers.setImmediate(resolve));
        handled++;
      };
      const results = await Promise.all(
        Array.from({ length: 10 }, async (_, turn) => stores[turn % 2]?.once(event('a'), handle)),
      );
      assert.equal(handled, 1, 'once must call one handler of many.');
      assert.equal(results.filter(Boolean).length, 1, 'once must say true to one of many.');
    },
  },
  {
    name: 'does not remember one whose handler throws',
    run: async ({ connect }) => {
      const store = await connect();
      const error = await store.once(event('a'), () => Promise.reject(new RangeError('no'))).catch((thrown: unknown) => thrown);
      assert.equal((error as Error).message, 'no', 'once must throw what the handler throws.');
      assert.equal(await store.knows(event('a').key), false, 'What was not handled must not be known.');
      assert.equal(await store.once(event('a'), nothing), true, 'What was not handled must be handled when it comes again.');
    },
  },
  {
    name: 'forgets what is old, and nothing else',
    run: async ({ connect }) => {
      const store = await connect();
      await store.once(event('old', new Date(AT.getTime() - 1)), nothing);
      await store.once(event('new'), nothing);
      assert.equal(await store.purge(AT), 1, 'purge must tell how many it has forgotten.');
      const known = [await store.knows(event('old').key), await store.knows(event('new').key)];
      assertSame(known, [false, true], 'purge must forget what is older, and nothing else.');
    },
  },
];
