import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryReviseJournal, type ReviseOutcome, type Revision } from '../../lib/index.js';
import { NoConnectionError } from '../../lib/revision/no-connection.error.js';
import { followGlobalTimers } from '../library-time.js';
import { openShop, SECOND, type Shop } from './shop.js';

/** A journal whose database gives no connection while somebody holds the last one. */
class BusyJournal extends MemoryReviseJournal {
  isHeld = false;

  override async save(revision: Revision): Promise<boolean> {
    await this.connection();
    return super.save(revision);
  }

  override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    await this.connection();
    return super.find(mallId, shopTransactionId);
  }

  private async connection(): Promise<void> {
    if (!this.isHeld) return;
    await new Promise((resolve) => setTimeout(resolve, 10 * SECOND));
    if (this.isHeld) throw new NoConnectionError('no connection came');
  }
}

// What is sent and answered takes real time; what is waited for does not.
const reallyPause = setImmediate;
const turn = (): Promise<void> => new Promise((resolve) => void reallyPause(resolve));

async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 10_000 && !holds(); turns++) await turn();
  expect(holds()).toBe(true);
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += SECOND) {
    await jest.advanceTimersByTimeAsync(SECOND);
    await turn();
  }
}

describe('how long a call takes at most', () => {
  let shop: Shop;
  let journal: BusyJournal;
  let answered: ReviseOutcome[];
  let unfollow: () => void;

  const open = async (extras: object = {}): Promise<void> => {
    shop = await openShop({ settlement: { sweepEveryMs: false } }, { journal: { useValue: journal }, ...extras });
    unfollow = followGlobalTimers();
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate'] });
  };

  const call = (): void => {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    void shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno }).then((outcome) => answered.push(outcome));
  };

  beforeEach(() => {
    journal = new BusyJournal();
    answered = [];
  });

  afterEach(async () => {
    journal.isHeld = false;
    jest.useRealTimers();
    unfollow();
    await shop.stop();
  });

  it('is waitMs and once the wait for a connection, where the journal cannot be written after the answer', async () => {
    await open();
    call();
    journal.isHeld = true;
    await until(() => shop.kicc.effects().length === 1);
    await pass(31 * SECOND);
    expect(answered).toMatchObject([{ status: 'unknown', delivery: 'possible', revision: { status: 'sending' } }]);

    journal.isHeld = false;
    await pass(20 * SECOND);
    expect(await shop.payments.find('refund-1')).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('is the time of an attempt and waitMs, where the signer never answers, which is not asked again at once', async () => {
    let asked = 0;
    const sign = (): Promise<string> => {
      asked++;
      return new Promise(() => undefined);
    };
    await open({ signer: { useValue: { sign } } });
    call();
    await until(() => asked === 1);
    await pass(29 * SECOND);
    expect(asked).toBe(1);
    await pass(22 * SECOND);
    expect(answered).toMatchObject([{ status: 'unknown', delivery: 'none', revision: { status: 'accepted' } }]);
    expect(asked).toBe(2);
    expect(shop.kicc.requests()).toEqual([]);
    await pass(30 * SECOND);
  });
});
