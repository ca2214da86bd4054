import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { lastValueFrom } from 'rxjs';
import {
  KiccConfigurationError,
  KiccMalls,
  KiccModule,
  MemoryReviseJournal,
  ReviseBulkService,
  RevisePaymentService,
  type KiccMallOptions,
} from '../../lib/index.js';
import { MemoryReviseBulkStore } from '../../lib/journal/memory-revise-bulk-store.js';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';
import { MALL, openShop, sent, until, type Shop } from '../revise/shop.js';

const OTHER = { mallId: 'T0000002', secretKey: 'another-secret-of-this-mall' };
const THIRD = { mallId: 'T0000003', secretKey: 'the-secret-of-the-third-mall' };

let shop: Shop | undefined;
/** What the shop's own list of malls holds by now. */
let listed: KiccMallOptions[];
let calls: number;
beforeEach(() => {
  listed = [];
  calls = 0;
});
afterEach(async () => {
  await shop?.stop();
  shop = undefined;
});

const list = (): Promise<KiccMallOptions[]> => {
  calls++;
  return Promise.resolve([...listed]);
};
const open = async (options: Parameters<typeof openShop>[0] = { malls: list }, malls = [MALL, OTHER]): Promise<Shop> => {
  shop = await openShop(options, {}, { malls });
  return shop;
};

/** Cancels of new payments, all at once, turn by turn of each mall. */
async function cancelMany(
  { kicc, payments }: Shop,
  count: number,
  mallIds: readonly string[],
  name = 'load',
): Promise<string[]> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, turn) => {
      const mallId = mallIds[turn % mallIds.length] ?? '';
      const { pgCno } = kicc.approve({ amount: 1_000, mallId });
      return payments.cancel({ shopTransactionId: `${name}-${turn}`, pgCno, mallId });
    }),
  );
  return outcomes.map(({ status }) => status);
}
const signatures = (of: Shop, mallId: string): Set<unknown> =>
  new Set(sent(of).flatMap((body) => (body['mallId'] === mallId ? [body['msgAuthValue']] : [])));

describe('two malls in one process', () => {
  it('never sign with the key of the other, whatever runs at the same time', async () => {
    const both = await open({ malls: [OTHER] });
    const statuses = await cancelMany(both, 400, [MALL.mallId, OTHER.mallId]);
    expect(new Set(statuses)).toEqual(new Set(['succeeded']));
    expect(both.kicc.problems()).toEqual([]);
    expect([...signatures(both, MALL.mallId), ...signatures(both, OTHER.mallId)]).toEqual(['(valid)', '(valid)']);
    expect(both.kicc.effects()).toHaveLength(400);
    expect(new Set(both.kicc.effects().map(({ shopTransactionId }) => shopTransactionId)).size).toBe(400);
  });

  it('may have a signer of their own', async () => {
    const asked: string[] = [];
    const signer = {
      sign: ({ pgCno, shopTransactionId }: { pgCno: string; shopTransactionId: string }): Promise<string> => {
        asked.push(shopTransactionId);
        return Promise.resolve(messageAuthValue(OTHER.secretKey, { pgCno, shopTransactionId }));
      },
    };
    const both = await open({ malls: [{ mallId: OTHER.mallId, signer }] });
    expect(new Set(await cancelMany(both, 4, [MALL.mallId, OTHER.mallId]))).toEqual(new Set(['succeeded']));
    expect(asked.toSorted()).toEqual(['load-1', 'load-3']);
    expect(both.kicc.problems()).toEqual([]);
  });
});

describe('a key that changes', () => {
  it('takes effect without a restart, and neither loses nor doubles a revision', async () => {
    listed = [OTHER];
    const both = await open();
    const before = cancelMany(both, 150, [MALL.mallId, OTHER.mallId], 'before');
    // KICC gives out the new one; the old one is valid for a while. The shop learns of it in the middle of its work.
    const changed = { ...OTHER, secretKey: 'the-new-secret-of-this-mall' };
    both.kicc.rotateSecret({ mallId: OTHER.mallId, secretKey: changed.secretKey });
    const meanwhile = cancelMany(both, 150, [MALL.mallId, OTHER.mallId], 'meanwhile');
    await until(() => signatures(both, OTHER.mallId).has('(valid, old key)'), 'a request under the old key');
    listed = [changed];
    await both.app.get(KiccMalls).refresh();
    const after = cancelMany(both, 100, [OTHER.mallId], 'after');
    const statuses = (await Promise.all([before, meanwhile, after])).flat();
    expect(statuses.filter((status) => status !== 'succeeded')).toEqual([]);
    expect([statuses.length, both.kicc.effects().length]).toEqual([400, 400]);
    expect(both.kicc.problems()).toEqual([]);
    const newest = sent(both).filter(({ shopTransactionId }) => String(shopTransactionId).startsWith('after'));
    expect(new Set(newest.map(({ msgAuthValue }) => msgAuthValue))).toEqual(new Set(['(valid)']));
    expect(signatures(both, OTHER.mallId)).toContain('(valid, old key)');
    // And once KICC forgets the old one.
    both.pass(11 * 60_000);
    expect(new Set(await cancelMany(both, 4, [OTHER.mallId], 'later'))).toEqual(new Set(['succeeded']));
  });

  it("may be the module's own", async () => {
    const own = await open();
    own.kicc.rotateSecret({ secretKey: 'the-new-secret-of-our-own', oldValidForMs: 0 });
    listed = [{ ...MALL, secretKey: 'the-new-secret-of-our-own' }];
    await own.app.get(KiccMalls).refresh();
    expect(await cancelMany(own, 1, [MALL.mallId])).toEqual(['succeeded']);
  });
});

describe('malls that come and go', () => {
  it('are met when a request names them', async () => {
    const growing = await open();
    growing.kicc.addMall(THIRD);
    listed = [THIRD];
    expect(await cancelMany(growing, 2, [THIRD.mallId])).toEqual(['succeeded', 'succeeded']);
    // Once at start, and once for both.
    expect(calls).toBe(2);
    const transactionDate = '20260302';
    const asked = growing.query.retrieve({ shopTransactionId: 'x', transactionDate, mallId: THIRD.mallId });
    expect((await asked).resCd).not.toBe('0000');
  });

  it('are asked for once a second at most, however many requests name one that is none', async () => {
    const growing = await open();
    for (let request = 0; request < 5; request++) {
      const unknown = growing.payments.cancel({ shopTransactionId: 'c1', pgCno: '1', mallId: 'T0000009' });
      await expect(unknown).rejects.toMatchObject({ violations: [{ field: 'mallId', rule: 'mall' }] });
    }
    expect(calls).toBe(2);
  });

  it('run rows of bulks, with bounds of their own', async () => {
    const growing = await open();
    listed = [{ ...OTHER, bulk: { concurrency: 1 } }];
    const bulks = growing.app.get(ReviseBulkService);
    const rows = Array.from({ length: 6 }, (_, row) => {
      const { pgCno } = growing.kicc.approve({ amount: 1_000, mallId: OTHER.mallId });
      return { shopTransactionId: `b${row}`, pgCno, mallId: OTHER.mallId, reviseTypeCode: '40' } as const;
    });
    const { bulkId } = await bulks.submit(rows);
    expect((await lastValueFrom(bulks.progress(bulkId))).byState.succeeded).toBe(6);
    expect(growing.app.get(KiccMalls).boundsOf(OTHER.mallId)).toEqual({ concurrency: 1, perSecond: undefined });
    // One at a time, on one connection.
    expect(growing.kicc.connections()).toBe(1);
  });

  it('take nothing new once they are gone, and what is open of them comes to its end', async () => {
    listed = [OTHER];
    const shrinking = await open();
    const { pgCno } = shrinking.kicc.approve({ amount: 1_000, mallId: OTHER.mallId });
    shrinking.kicc.inject({ fault: 'drop-answer' });
    const request = { shopTransactionId: 'c1', pgCno, mallId: OTHER.mallId };
    expect((await shrinking.payments.cancel(request)).status).toBe('unknown');
    listed = [];
    await shrinking.app.get(KiccMalls).refresh();
    const refused = shrinking.payments.cancel({ ...request, shopTransactionId: 'c2' });
    await expect(refused).rejects.toMatchObject({
      violations: [{ field: 'mallId', message: 'is of a mall that was removed.' }],
    });
    expect((await shrinking.payments.openRevisions()).byStatus.unknown).toBe(1);
    await shrinking.recovery.sweep();
    expect((await shrinking.payments.cancel(request)).status).toBe('succeeded');
    expect(shrinking.kicc.effects()).toHaveLength(1);
  });
});

describe('a list of malls that fails', () => {
  const failing = (): Promise<never> => Promise.reject(new TypeError(`cannot read ${OTHER.secretKey}`));

  it('keeps the app from starting, and says nothing of what it threw', async () => {
    const error: unknown = await openShop({ malls: failing }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KiccConfigurationError);
    expect(String(error)).toContain('malls: your function failed (TypeError).');
    expect(inspect(error, { depth: 9 })).not.toContain(OTHER.secretKey);
  });

  it.each([
    ['no list', 'x', 'malls(): give an array'],
    ['no mall', [5], 'malls()[0]: give { mallId, secretKey }'],
    ['no key', [{ mallId: 'T0000002' }], 'malls()[0].secretKey: is missing'],
    ['a key beside a signer', [{ ...OTHER, signer: { sign: () => '' } }], 'stands beside a signer'],
    ['a signer that is none', [{ mallId: 'T0000002', signer: {} }], 'signer: has no sign()'],
    ['bounds that are none', [{ ...OTHER, bulk: { concurrency: 0 } }], 'malls()[0].bulk.concurrency'],
    ['a mall twice', [OTHER, OTHER], 'stands there twice'],
  ])('does so, too, where it gives %s', async (_, malls, message) => {
    const error: unknown = await openShop({ malls: () => malls as never }).catch((reason: unknown) => reason);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain(OTHER.secretKey);
  });

  it('leaves all as it was where it fails later, and says so once', async () => {
    listed = [OTHER];
    let fails = false;
    const own = await open({ malls: () => (fails ? failing() : list()) });
    fails = true;
    const malls = own.app.get(KiccMalls);
    await expect(malls.refresh()).rejects.toBeInstanceOf(KiccConfigurationError);
    const cancel = own.payments.cancel({ shopTransactionId: 'c1', pgCno: '1', mallId: 'T0000009' });
    await expect(cancel).rejects.toMatchObject({ code: 'KICC_VALIDATION' });
    expect(await cancelMany(own, 2, [MALL.mallId, OTHER.mallId])).toEqual(['succeeded', 'succeeded']);
    expect(own.log.join()).not.toContain(OTHER.secretKey);
  });
});

describe('a function that hangs', () => {
  /** Answers of the function, in the order of its calls; `undefined`: none yet. */
  type Answer = readonly KiccMallOptions[] | undefined;
  const hanging = (...answers: Answer[]) => {
    const late: ((malls: readonly KiccMallOptions[]) => void)[] = [];
    const source = (): Promise<readonly KiccMallOptions[]> => {
      calls++;
      const answer = answers.shift();
      return answer ? Promise.resolve(answer) : new Promise((resolve) => late.push(resolve));
    };
    return { malls: new KiccMalls(MALL, source, 'loopback', 60_000, 5), late };
  };
  const NOTHING_CAME = /malls: your function gave nothing within 5 ms\. See what it waits for/;

  it('is an error that says so, and is called again', async () => {
    const { malls } = hanging(undefined, undefined, [OTHER]);
    await expect(malls.refresh()).rejects.toThrow(KiccConfigurationError);
    await expect(malls.refresh()).rejects.toThrow(NOTHING_CAME);
    await malls.refresh();
    expect([calls, malls.ids]).toEqual([3, [MALL.mallId, OTHER.mallId]]);
  });

  it('holds no call for longer, and what comes too late does not take the place of what is newer', async () => {
    const { malls, late } = hanging([OTHER], undefined, [{ ...OTHER, secretKey: 'the-newer-key' }]);
    await malls.refresh();
    await malls.idsFor([THIRD]);
    expect(malls.secretKeyOf(OTHER.mallId)).toBe(OTHER.secretKey);
    await malls.refresh();
    late[0]!([{ ...OTHER, secretKey: 'an-older-key' }, THIRD]);
    await malls.refresh().catch(() => undefined);
    expect([malls.secretKeyOf(OTHER.mallId), malls.ids]).toEqual(['the-newer-key', [MALL.mallId, OTHER.mallId]]);
  });
});

it('refuses what throws when it is looked at, and says nothing of what that threw', async () => {
  const mall = {
    get mallId(): string {
      throw new TypeError(`cannot read ${OTHER.secretKey}`);
    },
  };
  const error: unknown = await openShop({ malls: () => [mall as KiccMallOptions] }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KiccConfigurationError);
  expect(inspect(error)).not.toContain(OTHER.secretKey);
});

it('shows no key, however it is looked at', async () => {
  listed = [OTHER];
  const own = await open();
  const malls = own.app.get(KiccMalls);
  const shown = inspect(malls, { depth: 9, showHidden: true }) + JSON.stringify(malls) + Object.keys(malls).join();
  for (const { secretKey } of [MALL, OTHER]) expect(shown).not.toContain(secretKey);
  expect(malls.ids).toEqual([MALL.mallId, OTHER.mallId]);
});

it('are asked for every so often', async () => {
  const own = await open({ malls: list, refreshMallsMs: 5 });
  listed = [OTHER];
  await until(() => own.app.get(KiccMalls).ids.includes(OTHER.mallId), 'the mall');
});

describe('open revisions of a mall that was left out at a restart', () => {
  const leftOpen = async (): Promise<{ before: Shop; journal: MemoryReviseJournal }> => {
    const journal = new MemoryReviseJournal();
    const before = await openShop({ malls: [OTHER] }, { journal: { useValue: journal } }, { malls: [MALL, OTHER] });
    const { pgCno } = before.kicc.approve({ amount: 1_000, mallId: OTHER.mallId });
    before.kicc.inject({ fault: 'drop-answer' });
    await before.payments.cancel({ shopTransactionId: 'c1', pgCno, mallId: OTHER.mallId });
    await before.close();
    return { before, journal };
  };
  const warnings = ({ log }: Shop): string[] => log.filter((line) => line.includes('no KiccModule of this app serves'));

  it('are told of, with the remedy, and come to their end once it is put back', async () => {
    const { before, journal } = await leftOpen();
    try {
      const after = await openShop({ malls: () => [] }, { journal: { useValue: journal } }, { beside: before });
      expect(warnings(after)).toEqual([expect.stringContaining('T0000002 (1). Nobody here')]);
      expect(warnings(after)[0]).toContain('Put each mall back into `malls`');
      expect(await after.payments.openElsewhere()).toEqual([{ mallId: OTHER.mallId, count: 1 }]);
      await after.close();
      const back = await openShop({ malls: () => [OTHER] }, { journal: { useValue: journal } }, { beside: before });
      expect([warnings(back), await back.payments.openElsewhere()]).toEqual([[], []]);
      await back.recovery.sweep();
      expect((await back.payments.find('c1', OTHER.mallId))?.status).toBe('succeeded');
      await back.close();
    } finally {
      await before.stop();
    }
  });

  it('are nothing to tell of where another KiccModule of the app serves it', async () => {
    const { before, journal } = await leftOpen();
    const base = { environment: 'test', baseUrl: before.kicc.url, settlement: { sweepEveryMs: false } } as const;
    const app = await Test.createTestingModule({
      imports: [
        KiccModule.forRoot({ ...base, ...MALL, journal: { useValue: journal } }),
        KiccModule.forRoot({ ...base, ...OTHER, name: 'other', journal: { useValue: journal } }),
      ],
    }).compile();
    try {
      await app.init();
      expect(await app.get(RevisePaymentService).openElsewhere()).toEqual([]);
    } finally {
      await app.close();
      await before.stop();
    }
  });
});

describe('rows of bulks of a mall that was left out at a restart', () => {
  it('are told of, though nothing of them has begun', async () => {
    const journal = Object.assign(new MemoryReviseJournal(), { bulks: new MemoryReviseBulkStore() });
    const before = await openShop({ malls: [OTHER] }, { journal: { useValue: journal } }, { malls: [MALL, OTHER] });
    try {
      const row = { bulkId: 'b1', mallId: OTHER.mallId, state: 'pending', dueAt: undefined, attempts: 0, version: 1 } as const;
      const request = { reviseTypeCode: '40', pgCno: 'p', mallId: OTHER.mallId } as never;
      const rows = [0, 1, 2].map((place) => ({ ...row, row: place, shopTransactionId: `r${place}`, request }));
      await journal.bulks.create({ bulkId: 'b1', status: 'running', createdAt: before.clock.at, digest: '' }, rows);
      await before.close();
      const after = await openShop({}, { journal: { useValue: journal } }, { beside: before });
      expect(await after.payments.openElsewhere()).toEqual([{ mallId: OTHER.mallId, count: 0, bulkRows: 3 }]);
      expect(after.log.filter((line) => line.includes('no KiccModule of this app serves'))).toEqual([
        expect.stringContaining('T0000002 (0, rows of bulks: 3)'),
      ]);
      await after.close();
    } finally {
      await before.stop();
    }
  });
});
