import { afterEach, describe, expect, it } from '@jest/globals';
import {
  KiccConfigurationError,
  KiccError,
  MemoryReviseJournal,
  type ReviseJournal,
  type ReviseOutcome,
} from '../../lib/index.js';
import type { Revision } from '../../lib/index.js';
import { isSettled } from '../../lib/revision/revision.js';
import { drawFault } from '../campaign/draw-fault.js';
import { Random } from '../campaign/random.js';
import { engines } from '../engines/engine.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { MINUTE, openShop, SECOND, sent, type Shop } from './shop.js';

let shop: Shop | undefined;
let database: JournalTestDatabase | undefined;
afterEach(async () => {
  await shop?.stop();
  await database?.drop();
  shop = database = undefined;
});

const REFUNDS = 8;
const SETTLEMENT = {
  waitMs: 30,
  sweepEveryMs: false,
  queryDelaysMs: [0, 1 * SECOND, 5 * SECOND],
  resendAfterMs: MINUTE,
} as const;
/** Until everything is known by machine: one that was given to a person could have been told. */
const LOOKS = 400;

/** The app's clock, which gives a time as often as not. */
function unsteady(clock: () => Date, random: Random): { readonly now: () => Date; isSteady: boolean } {
  const state = {
    isSteady: false,
    now: (): Date => {
      if (state.isSteady || random.chance(0.7)) return clock();
      if (random.chance(0.3)) throw new RangeError('of the shop, with a secret in it');
      return random.chance(0.5) ? new Date(NaN) : (undefined as unknown as Date);
    },
  };
  return state;
}

/** Every state that is written is one that somebody takes up again. */
function watched(journal: ReviseJournal): { readonly journal: ReviseJournal; readonly silent: Revision[] } {
  const silent: Revision[] = [];
  const look = (revision: Revision): void => {
    const times = [revision.nextCheckAt, revision.leaseUntil, revision.lastDeliveredAt, ...revision.trail.map(({ at }) => at)];
    const isLost = !isSettled(revision) && revision.nextCheckAt === undefined;
    if (isLost || times.some((at) => at && Number.isNaN(at.getTime()))) silent.push(revision);
  };
  const [open, save] = [journal.open.bind(journal), journal.save.bind(journal)];
  journal.open = (revision, transaction) => (look(revision), open(revision, transaction));
  journal.save = (revision) => (look(revision), save(revision));
  return { journal, silent };
}

/** The outcome of a call that is repeated while the clock keeps it from being taken in. */
async function persistently(call: () => Promise<ReviseOutcome>): Promise<ReviseOutcome> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      return await call();
    } catch (error) {
      expect(error).toBeInstanceOf(KiccConfigurationError);
      expect(String(error)).toMatch(/now: your function (failed \(RangeError\)|gave no valid Date)\. Leave it out/);
      expect(String(error)).not.toContain('secret');
    }
  }
  throw new Error('The clock never gave a time.');
}

describe('a clock that gives no time now and then', () => {
  it.each([
    ['memory', 1],
    ['SQLite', 2],
  ])(
    'loses nothing on a journal in %s, and every refund ends in the truth (seed %i)',
    async (where, seed) => {
      const random = new Random(seed);
      const sqlite = engines.find(({ name }) => name === 'sqlite')!;
      if (where === 'SQLite') database = await openTestDatabase(sqlite);
      const { journal, silent } = watched(database?.journal ?? new MemoryReviseJournal());
      // Set once the shop is there.
      let clock = (): Date => new Date(0);
      const app = unsteady(() => clock(), random);
      shop = await openShop({ now: app.now, settlement: SETTLEMENT, timeoutMs: 300 }, { journal: { useValue: journal } });
      const own = shop;
      clock = () => own.clock.at;
      const payments = Array.from({ length: REFUNDS }, (_, index) => {
        const { pgCno } = own.kicc.approve({ amount: 10_000 });
        return { shopTransactionId: `refund-${index}`, pgCno, amount: 1_000, payMethodTypeCode: '11' } as const;
      });
      for (const request of payments) {
        if (random.chance(0.4)) own.kicc.inject(drawFault(random));
        const { revision } = await persistently(() => own.payments.cancelPartially(request));
        expect(revision.shopTransactionId).toBe(request.shopTransactionId);
      }
      const held = (): Promise<(Revision | undefined)[]> =>
        Promise.all(payments.map(({ shopTransactionId: id }) => own.payments.find(id)));
      for (let look = 0; look < LOOKS && (await held()).some((one) => !one || !isSettled(one)); look++) {
        own.pass(10 * SECOND);
        await own.recovery.sweep();
        // Whoever asks sees an outcome, or an error of this library's.
        const asked = own.payments.settle(random.of(payments).shopTransactionId);
        await asked.catch((error: unknown) => expect(error).toBeInstanceOf(KiccError));
      }
      expect(silent).toEqual([]);
      const effects = own.kicc.effects().map(({ shopTransactionId }) => shopTransactionId);
      expect(new Set(effects).size).toBe(effects.length);
      expect((await held()).map((one) => [one?.shopTransactionId, one?.status])).toEqual(
        payments.map(({ shopTransactionId: id }) => [id, effects.includes(id) ? 'succeeded' : 'declined']),
      );
      expect(own.log.join()).not.toContain('secret');
    },
    60_000,
  );
});

it('that never gives one lets nothing be taken in, and nothing be sent', async () => {
  shop = await openShop({ now: () => new Date(NaN) });
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  const calls = [
    shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno }),
    shop.payments.cancelPartially({ shopTransactionId: 'refund-2', pgCno, amount: 1_000, payMethodTypeCode: '11' }),
    shop.query.retrieve({ shopTransactionId: 'refund-1', transactionDate: '20260302' }),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'KICC_CONFIGURATION' });
  await shop.recovery.sweep();
  await shop.recovery.sweep();
  expect(sent(shop)).toEqual([]);
  expect(await shop.payments.find('refund-1')).toBeUndefined();
  const told = shop.errors.filter((line) => line.startsWith('Open revisions'));
  expect(told).toEqual([expect.stringMatching(/cannot be taken up for now\..*now: your function gave no valid Date/s)]);
});
