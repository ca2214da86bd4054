import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { ReviseOutcome, Revision } from '../../lib/index.js';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { Child } from '../crash/child.js';
import type { ShopSettings } from '../crash/messages.js';
import { describeEngines } from '../engines/describe-engines.js';
import { asked, MALL, openShop, sent, until, type Shop } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

/**
 * The database fails over while KICC is at work on a refund, and the newest row is gone: what the process that sent it, and one
 * that is asked for the same refund once more, make of it. KICC works for less than the time-out, so its answer is on its way.
 */
const TIMEOUT_MS = 3_000;
const WORKS_MS = 1_000;
const LONG_MS = 60_000;
const REFUND = { shopTransactionId: 'refund-1', amount: 3_000, payMethodTypeCode: '11' } as const;

let folder: string;
beforeAll(async () => {
  const { href } = new URL('../../scripts/compile-campaign.mjs', import.meta.url);
  const { compileSources } = (await import(href)) as { compileSources: (into: string, folders: string[]) => string };
  folder = compileSources('build/lost-row', ['lib', 'test/campaign', 'test/engines', 'test/shop-clients', 'test/crash']);
});

describeEngines('a row that was lost with a failover', (engine) => {
  let database: JournalTestDatabase;
  /** Asked for the refund once more, after the failover. */
  let second: Shop;
  let pgCno: string;
  const shops: Shop[] = [];

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    second = await shopOn(database.dataSource);
    ({ pgCno } = second.kicc.approve({ amount: 10_000 }));
    second.kicc.inject({ fault: 'slow', when: 'before', delayMs: WORKS_MS, times: 1 });
  });
  afterEach(async () => {
    for (const shop of shops.splice(0).reverse()) await shop.stop();
    await database.drop();
  });

  async function shopOn(dataSource: DataSource, beside?: Shop, timeoutMs = TIMEOUT_MS): Promise<Shop> {
    const journal = { useFactory: () => new TypeOrmReviseJournal(dataSource) };
    const settlement = { waitMs: 0, sweepEveryMs: false, reviewMs: timeoutMs } as const;
    const shop = await openShop({ timeoutMs, settlement }, { journal }, beside ? { beside } : {});
    shops.push(shop);
    return shop;
  }

  /** A process of the same shop that has sent the refund, and waits for KICC; and what it is told then. */
  async function sentBySomebody(): Promise<{ told: Promise<ReviseOutcome> }> {
    const first = await shopOn(await database.source(), second);
    const told = first.payments.cancelPartially({ ...REFUND, pgCno });
    await until(() => sent(second).length === 1, 'the first request');
    return { told };
  }

  const lose = (): Promise<unknown> => database.dataSource.query('DELETE FROM kicc_revision');
  const repeat = (by = second): Promise<ReviseOutcome> => by.payments.cancelPartially({ ...REFUND, pgCno });
  const another = (): Promise<ReviseOutcome> =>
    second.payments.cancelPartially({ ...REFUND, shopTransactionId: 'refund-2', pgCno });
  const held = async (): Promise<Revision> => (await second.payments.find('refund-1')) as Revision;
  const effects = (): (string | undefined)[] => second.kicc.effects().map(({ shopTransactionId }) => shopTransactionId);

  it('is refused by KICC as a duplicate, held for the review, and corrected by it: the process that sent it is dead', async () => {
    const settings: ShopSettings = {
      ahead: second.clock.at.getTime() - Date.now(),
      seed: 1,
      kiccUrl: second.kicc.url,
      database: database.dataSource.options,
      timeoutMs: TIMEOUT_MS,
    };
    const dead = new Child(pathToFileURL(join(folder, 'test/crash/shop-process.js')).href, settings);
    try {
      await dead.ask('ready');
      const told = dead.ask('refund', { ...REFUND, pgCno, way: 'call' }).catch((error: unknown) => error);
      await until(() => sent(second).length === 1, 'the first request');
      await lose();
      await dead.kill();
      expect(await told).toMatchObject({ message: 'died' });
    } finally {
      await dead.kill();
    }

    expect(await repeat()).toMatchObject({ status: 'declined' });
    expect([sent(second).length, asked(second).length, effects()]).toEqual([2, 1, []]);
    const { reviewUntil } = await held();
    expect(reviewUntil).toEqual(new Date(second.clock.at.getTime() + TIMEOUT_MS));
    await expect(another()).rejects.toMatchObject({ because: 'review', until: reviewUntil });

    await until(() => effects().length === 1, 'what KICC worked on');
    await second.recovery.sweep();
    expect((await held()).status).toBe('declined');
    second.pass(TIMEOUT_MS);
    await second.recovery.sweep();
    expect(await held()).toMatchObject({ status: 'succeeded', settledBy: 'kicc', corrected: true });
    expect((await database.journal.openRevisions([MALL.mallId])).attention.corrected).toBe(1);
    expect(second.errors.join('\n')).toMatch(/refund-1.*counted as declined, and is succeeded after all/);
    await expect(another()).rejects.toMatchObject({ because: 'corrected' });
    await second.payments.resolve({
      shopTransactionId: 'refund-1',
      verdict: 'succeeded',
      actor: '김민지',
      reason: '고객에게 알림',
    });
    expect(await another()).toMatchObject({ status: 'succeeded' });
    expect(effects()).toEqual(['refund-1', 'refund-2']);
  });

  it('and was written anew by who repeated it, is corrected by the answer that the first one gets', async () => {
    const { told } = await sentBySomebody();
    await lose();
    expect(await repeat()).toMatchObject({ status: 'declined' });
    expect(await told).toMatchObject({ status: 'succeeded' });
    expect(await held()).toMatchObject({ status: 'succeeded', settledBy: 'kicc', corrected: true });
    await expect(another()).rejects.toMatchObject({ because: 'corrected' });
    expect(effects()).toEqual(['refund-1']);
  });

  it('and is missed by nobody, is taken in anew with the answer that comes', async () => {
    const { told } = await sentBySomebody();
    await lose();
    expect(await told).toMatchObject({ status: 'succeeded' });
    const restored = await held();
    expect(restored).toMatchObject({ status: 'succeeded', settledBy: 'kicc', response: { cancelAmount: 3_000 } });
    expect(restored.trail.map(({ event }) => event)).toContain('restored');
    expect(await repeat()).toMatchObject({ status: 'succeeded' });
    expect([sent(second).length, effects()]).toEqual([1, ['refund-1']]);
  });

  it.each([
    ['answers 502', { fault: 'http-status', status: 502 }],
    ['hangs', { fault: 'hang' }],
  ] as const)('is unknown where the query %s just then: the refusal is kept, and nothing is sent again', async (_, fault) => {
    // Asks no longer than KICC works on it.
    const impatient = await shopOn(database.dataSource, second, WORKS_MS / 5);
    const { told } = await sentBySomebody();
    await lose();
    second.kicc.inject({ ...fault, path: 'retrieveTransaction', times: 1 });
    const outcome = await repeat(impatient);
    expect(outcome).toMatchObject({ status: 'unknown', delivery: 'possible', revision: { keyKnown: true } });
    expect(outcome.revision.uncheckedRefusal).toMatchObject({ resMsg: expect.any(String) });
    expect(outcome.revision.refusal).toBeUndefined();
    await expect(another()).rejects.toMatchObject({ because: 'open' });
    expect(await told).toMatchObject({ status: 'succeeded' });
    second.pass(LONG_MS);
    await second.recovery.sweep();
    expect(await held()).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect([sent(second).length, effects()]).toEqual([2, ['refund-1']]);
  });

  it('is not declined where the query hangs just then: the answer that the first one gets comes meanwhile', async () => {
    const { told } = await sentBySomebody();
    await lose();
    second.kicc.inject({ fault: 'hang', path: 'retrieveTransaction' });
    expect(await repeat()).toMatchObject({ status: 'succeeded' });
    expect(await told).toMatchObject({ status: 'succeeded' });
    expect([sent(second).length, effects()]).toEqual([2, ['refund-1']]);
  });
});
