import { claiming } from './journal-contract/claiming.js';
import { counting } from './journal-contract/counting.js';
import { listing } from './journal-contract/listing.js';
import { opening, oneAtATime, holding, noMoreThanApproved } from './journal-contract/opening.js';
import { reading, writing } from './journal-contract/reading-and-writing.js';
import type { ReviseJournalCase } from './journal-contract/store.js';
import { ofUnreadable, ofHeldLocks } from './journal-contract/unreadable-and-locked.js';

/**
 * What a `ReviseJournal` promises, as cases that any implementation can be held to, in any test framework. Each case
 * wants a fresh, empty store, and works with several journals on it, many of them at the same time: a journal may make its
 * callers wait then, but must not fail them. Dates are fixed; no clock is read, and nothing sleeps.
 *
 * A case that passes proves no absence of races: run the cases against the real database, with real connections.
 *
 * @example
 * import { reviseJournalContract } from 'nestjs-kicc/testing';
 *
 * describe('ShopsJournal', () => {
 *   for (const { name, run } of reviseJournalContract) {
 *     it(name, async () => {
 *       const database = await createEmptyDatabase();
 *       await run({ connect: async () => new ShopsJournal(await database.connect()) });
 *     });
 *   }
 * });
 */
export const reviseJournalContract: readonly ReviseJournalCase[] = [
  ...opening,
  ...oneAtATime,
  ...holding,
  ...noMoreThanApproved,
  ...reading,
  ...writing,
  ...claiming,
  ...counting,
  ...listing,
  ...ofUnreadable,
  ...ofHeldLocks,
];
