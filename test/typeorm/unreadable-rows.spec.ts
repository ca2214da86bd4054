import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import {
  attentionOf,
  PaymentBusyError,
  ReviseBulkService,
  ReviseJournalError,
  RevisePaymentService,
  UnreadableRevisionError,
  type ReviseEvent,
  type Revision,
} from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept, completed, startSending } from '../../lib/revision/transitions.js';
import { KiccHealthIndicator } from '../../lib/terminus/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import type { RevisionEntity } from '../../lib/typeorm/index.js';
import { Books, openShopWithBooks } from '../cli/shop-with-handlers.js';
import { describeEngines } from '../engines/describe-engines.js';
import { HOUR, MALL, MINUTE, openShop, sent, until, type Shop } from '../revise/shop.js';
import { spoilRow } from './spoil-row.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

const NOW = new Date('2026-03-02T03:00:00.123Z');
const { mallId } = MALL;
const after = (ms: number): Date => new Date(NOW.getTime() + ms);

function newRevision(shopTransactionId: string, pgCno = `p-${shopTransactionId}`): Revision {
  const request = { shopTransactionId, pgCno, reviseTypeCode: '32', amount: 1_000, reviseMessage: '고객 변심' };
  const accepted = accept({ request: checkReviseRequest(request, [mallId]) }, NOW);
  return startSending(accepted, '20260302', NOW, after(2 * MINUTE));
}

const SETTLED = {
  status: 'succeeded',
  settledAt: NOW,
  settledBy: 'kicc',
  response: { resCd: '0000', cancelAmount: 1_000 },
  nextCheckAt: undefined,
  leaseUntil: undefined,
} as const;

describeEngines('a row that cannot be read', (engine) => {
  let database: JournalTestDatabase;
  let told: UnreadableRevisionError[];
  let now: Date;
  beforeEach(async () => {
    database = await openTestDatabase(engine);
    told = [];
    now = NOW;
    const unreadable = (error: UnreadableRevisionError): void => void told.push(error);
    database.journal.configure({ now: () => now, handlerTimeoutMs: 10_000, unreadable });
  });
  afterEach(() => database.drop());

  const journal = () => database.journal;
  const spoil = (shopTransactionId: string, columns?: Partial<RevisionEntity>) =>
    spoilRow(database.dataSource, { shopTransactionId }, columns);
  const claimAt = (at: Date, limit = 100) =>
    journal().claimDue({ mallIds: [mallId], now: at, leaseUntil: new Date(at.getTime() + 3 * MINUTE), limit });
  const idsOf = (revisions: readonly Revision[]) => revisions.map(({ shopTransactionId }) => shopTransactionId);
  const rowOf = (shopTransactionId: string) =>
    database.dataSource.getRepository<RevisionEntity>('KiccRevision').findOneByOrFail({ shopTransactionId });
  const open = async (id: string, pgCno?: string, later?: Partial<Revision>): Promise<Revision> => {
    const { revision } = await journal().open(newRevision(id, pgCno));
    if (!later) return revision;
    const next = { ...revision, ...later, version: 2 };
    await journal().save(next);
    return next;
  };
  const unreadableCount = async (): Promise<number> => (await journal().openRevisions([mallId])).attention.unreadable;

  it('is set aside for an hour at a time, whatever it holds, and told of by its names once an hour', async () => {
    const ways = {
      noJson: '{"mallId":"T0000001", 고객 변심',
      empty: '',
      null: 'null',
      list: '[]',
      ofAFutureRelease: '{"kind":"of a future release"}',
    };
    for (const id of Object.keys(ways)) await open(id);
    for (const [id, state] of Object.entries(ways)) await spoil(id, { state });
    const status = await open('status');
    await spoil('status', { status: 'settling' as Revision['status'] });
    await open('well');

    const due = after(2 * MINUTE);
    expect(idsOf(await claimAt(due))).toEqual(['well']);
    const ids = [...Object.keys(ways), 'status'];
    expect(told.map(({ revision }) => revision.shopTransactionId).sort()).toEqual([...ids].sort());
    for (const { message } of told) expect(message).toMatch(/row of revision '.*' of mall 'T0000001'.*runbook/);
    expect(JSON.stringify(told) + told.map(String).join()).not.toMatch(/고객|1000|settling/);
    for (const id of ids) {
      const row = await rowOf(id);
      expect(row).toMatchObject({ attention: 'unreadable', version: status.version });
      // By the database's clock, which is this process's but for some milliseconds.
      expect(Math.abs((row.nextCheckAt ?? 0) - due.getTime() - HOUR)).toBeLessThan(MINUTE);
    }
    const { byStatus, attention } = await journal().openRevisions([mallId]);
    expect([attention.unreadable, byStatus.sending]).toEqual([ids.length, ids.length]);

    told = [];
    expect(await claimAt(after(59 * MINUTE))).toMatchObject([{ shopTransactionId: 'well' }]);
    expect(told).toEqual([]);
    now = after(63 * MINUTE);
    expect(idsOf(await claimAt(now))).toEqual(['well']);
    expect(told).toHaveLength(ids.length);
    for (const id of ids) await expect(journal().find(mallId, id)).rejects.toThrow(UnreadableRevisionError);
    expect(told).toHaveLength(ids.length);
  });

  it('is not in the way of as many others as may be claimed, though it has waited longer', async () => {
    for (let index = 0; index < 10; index++) await open(`spoilt-${index}`);
    for (let index = 0; index < 10; index++) await spoil(`spoilt-${index}`);
    for (let index = 0; index < 5; index++) await open(`well-${index}`);
    expect(idsOf(await claimAt(after(HOUR), 3))).toEqual(['well-0', 'well-1', 'well-2']);
    expect(idsOf(await claimAt(after(HOUR), 3))).toEqual(['well-3', 'well-4']);
    expect(await unreadableCount()).toBe(10);
  });

  it('is listed by its columns, with what else is there, and never acted on', async () => {
    await open('spoilt');
    await open('well');
    await open('done', 'p-done', SETTLED);
    await spoil('spoilt');
    await spoil('done');
    await expect(journal().find(mallId, 'done')).rejects.toThrow(UnreadableRevisionError);
    await claimAt(after(HOUR));
    const list = (status?: 'open' | 'attention') => journal().list({ limit: 100, status });
    expect(idsOf(await list())).toEqual(['done', 'well', 'spoilt']);
    expect(idsOf(await list('open'))).toEqual(['spoilt', 'well']);
    const attention = await list('attention');
    expect(attention).toMatchObject([
      { shopTransactionId: 'spoilt', status: 'sending', cancelReqDate: '20260302', acceptedAt: NOW, version: 1 },
      { shopTransactionId: 'done', status: 'succeeded', settledAt: NOW, version: 2 },
    ]);
    for (const revision of attention) {
      const { shopTransactionId, pgCno } = revision;
      expect(revision).toMatchObject({ unreadable: true, trail: [] });
      expect(revision.request).toEqual({ mallId, shopTransactionId, pgCno, reviseTypeCode: '' });
      expect(attentionOf(revision)).toBe('unreadable');
    }
  });

  it.each([
    ['open', undefined],
    ['settled', SETTLED],
  ] as const)('holds its payment, also where it was %s, and nothing else of the same batch', async (_, later) => {
    await open('spoilt', 'payment-1', later);
    const mend = await spoil('spoilt');
    const others = Array.from({ length: 20 }, (__, index) => newRevision(`other-${index}`));
    const batch = [...others, newRevision('spoilt', 'payment-1'), newRevision('second', 'payment-1')];
    const results = await Promise.allSettled(batch.map((revision) => journal().open(revision)));
    expect(results.slice(0, 20).map(({ status }) => status)).toEqual(others.map(() => 'fulfilled'));
    const [same, second] = results.slice(20).map((result) => (result as PromiseRejectedResult).reason as unknown);
    expect(same).toBeInstanceOf(ReviseJournalError);
    expect(same).toMatchObject({ shopTransactionId: 'spoilt', mayBeTakenIn: false, revision: { unreadable: true } });
    expect(second).toBeInstanceOf(PaymentBusyError);
    expect(second).toMatchObject({ because: 'unreadable', openShopTransactionId: 'spoilt', since: NOW, until: undefined });
    await expect(journal().ofPayment(mallId, 'payment-1')).rejects.toThrow(UnreadableRevisionError);
    expect(await unreadableCount()).toBe(1);
    expect(await journal().find(mallId, 'second')).toBeUndefined();

    const within = database.dataSource.transaction((manager) => journal().open(newRevision('third', 'payment-1'), manager));
    await expect(within).rejects.toMatchObject({ because: 'unreadable' });
    await mend();
    const another = journal().open(newRevision('second', 'payment-1'));
    if (later) expect(await another).toMatchObject({ opened: true });
    else await expect(another).rejects.toMatchObject({ because: 'open' });
  });

  // SQLite has one writer.
  if (engine.name !== 'sqlite') {
    it('makes nobody wait where somebody has locked it', async () => {
      await open('spoilt', 'payment-1', SETTLED);
      await spoil('spoilt');
      const { sequence } = await rowOf('spoilt');
      await database.dataSource.transaction('READ COMMITTED', async (manager) => {
        await manager.query(`UPDATE kicc_revision SET settled_at = 1 WHERE sequence = ${sequence}`);
        await expect(journal().find(mallId, 'spoilt')).rejects.toThrow(UnreadableRevisionError);
        await expect(journal().ofPayment(mallId, 'payment-1')).rejects.toThrow(UnreadableRevisionError);
        const other = journal().open(newRevision('other'));
        await expect(journal().open(newRevision('second', 'payment-1'))).rejects.toMatchObject({ because: 'unreadable' });
        expect(await other).toMatchObject({ opened: true });
        expect(idsOf(await claimAt(after(HOUR)))).toEqual(['other']);
        expect(await unreadableCount()).toBe(0);
      });
      await expect(journal().find(mallId, 'spoilt')).rejects.toThrow(UnreadableRevisionError);
      expect(await unreadableCount()).toBe(1);
    });
  }

  it('goes on when it is found mended: it is due, and waits for nobody', async () => {
    const opened = await open('spoilt');
    const mend = await spoil('spoilt');
    await claimAt(after(2 * MINUTE));
    await mend();
    now = after(10 * MINUTE);
    expect(await journal().find(mallId, 'spoilt')).toEqual({ ...opened, nextCheckAt: now });
    expect(await unreadableCount()).toBe(0);
    expect(await journal().list({ status: 'attention', limit: 10 })).toEqual([]);
    expect(idsOf(await claimAt(now))).toEqual(['spoilt']);
  });

  it('is not taken from who is at work on it, when it is met or found mended', async () => {
    await open('spoilt');
    const mend = await spoil('spoilt');
    await expect(journal().find(mallId, 'spoilt')).rejects.toThrow(UnreadableRevisionError);
    await mend();
    now = after(MINUTE);
    expect((await journal().find(mallId, 'spoilt'))?.nextCheckAt).toEqual(after(2 * MINUTE));
    expect(await claimAt(now)).toEqual([]);
  });

  it('waits for a person for the reason it had, once it is mended', async () => {
    const bounced = { ...completed({ ...newRevision('spoilt'), ...SETTLED }, 'bounced', '50', NOW), version: 2 };
    await open('spoilt', undefined, bounced);
    const mend = await spoil('spoilt');
    await expect(journal().find(mallId, 'spoilt')).rejects.toThrow(UnreadableRevisionError);
    expect((await rowOf('spoilt')).attention).toBe('unreadable');
    await mend();
    await claimAt(after(2 * HOUR));
    expect((await rowOf('spoilt')).attention).toBe('bounced');
  });

  it('is written over by who still knows the revision', async () => {
    const opened = await open('spoilt');
    await spoil('spoilt');
    await claimAt(after(2 * MINUTE));
    const next = { ...opened, ...SETTLED, version: 2 };
    expect(await journal().save(next)).toBe(true);
    expect(await journal().find(mallId, 'spoilt')).toEqual(next);
    expect(await unreadableCount()).toBe(0);
  });

  it('stays when others are purged', async () => {
    for (const id of ['spoilt', 'well']) await open(id, id, SETTLED);
    await spoil('spoilt');
    await expect(journal().find(mallId, 'spoilt')).rejects.toThrow(UnreadableRevisionError);
    now = after(30 * 24 * HOUR);
    expect(await journal().purge({ settledBefore: after(24 * HOUR) })).toBe(1);
    expect(await journal().list({ limit: 10 })).toMatchObject([{ shopTransactionId: 'spoilt' }]);
  });

  describe('in an app', () => {
    let shop: Shop;
    const events: ReviseEvent[] = [];
    beforeEach(async () => {
      shop = await openShop({}, { journal: { useValue: database.journal } });
      events.length = 0;
      shop.payments.events$.subscribe((event) => events.push(event));
    });
    afterEach(() => shop.stop());

    const cancel = (shopTransactionId: string) => {
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      return shop.payments.cancel({ shopTransactionId, pgCno });
    };

    it('is the one of 21 that nobody knows the end of, until it is mended', async () => {
      shop.kicc.inject({ fault: 'drop-answer', times: 21 });
      for (let index = 0; index < 21; index++) expect(await cancel(`refund-${index}`)).toMatchObject({ status: 'unknown' });
      await shop.kicc.clearFaults();
      const mend = await spoil('refund-0');
      const { pgCno } = await rowOf('refund-0');
      shop.pass(2 * MINUTE);
      await shop.recovery.sweep();

      const wells = Array.from({ length: 20 }, (_, index) => `refund-${index + 1}`);
      for (const id of wells) expect((await shop.payments.find(id))?.status).toBe('succeeded');
      const { byStatus, attention } = await shop.payments.openRevisions();
      expect([byStatus.unknown, attention.unreadable]).toEqual([1, 1]);
      expect(await journal().list({ status: 'attention', limit: 10 })).toMatchObject([{ shopTransactionId: 'refund-0' }]);
      expect(events.filter(({ type }) => type === 'unreadable')).toMatchObject([
        { from: 'unknown', revision: { shopTransactionId: 'refund-0', unreadable: true } },
      ]);
      expect(shop.errors).toEqual([expect.stringMatching(/'refund-0' of mall 'T0000001' cannot be read .*each hour/)]);
      const { providers, health } = await healthOf(shop);
      expect(providers).toMatchObject({
        status: 'down',
        attention: { unreadable: 1 },
        reasons: [expect.stringMatching(/^1 /), expect.stringMatching(/^1 .* cannot be read/)],
      });
      await health.close();

      const { length } = sent(shop);
      const verdict = { shopTransactionId: 'refund-0', verdict: 'declined', actor: 'a', reason: 'b' } as const;
      for (const call of [
        () => shop.payments.find('refund-0'),
        () => shop.payments.settle('refund-0'),
        () => shop.payments.withdraw('refund-0'),
        () => shop.payments.resolve(verdict),
        () => shop.payments.cancel({ shopTransactionId: 'refund-0', pgCno }),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'KICC_REVISE_JOURNAL', shopTransactionId: 'refund-0' });
      }
      const another = shop.payments.cancel({ shopTransactionId: 'refund-0b', pgCno });
      await expect(another).rejects.toMatchObject({ code: 'KICC_PAYMENT_BUSY', because: 'unreadable' });
      expect(sent(shop)).toHaveLength(length);
      expect(shop.errors).toHaveLength(1);

      await mend();
      shop.pass(HOUR);
      await shop.recovery.sweep();
      expect(await shop.payments.find('refund-0')).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
      expect((await shop.payments.openRevisions()).attention.unreadable).toBe(0);
      expect(shop.kicc.effects()).toHaveLength(21);
    });

    it('asks KICC, and sends nothing, once it names its change again and no more, as the runbook says', async () => {
      shop.kicc.inject({ fault: 'drop-answer', times: 1 });
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      const request = { mallId, shopTransactionId: 'refund-0', pgCno, reviseTypeCode: '32', amount: 6_000 } as const;
      await shop.payments.revise({ ...request, reviseMessage: '고객 변심' });
      await spoil('refund-0');
      shop.pass(2 * MINUTE);
      await shop.recovery.sweep();
      const { status, acceptedAt, cancelReqDate } = await rowOf('refund-0');
      const names = { mallId, shopTransactionId: 'refund-0', pgCno, request, reconciled: true };
      const state = { ...names, status, deliveries: 1, checks: 0, cancelReqDate, acceptedAt, trail: [] };
      await spoil('refund-0', { state: JSON.stringify(state) });
      shop.pass(HOUR);
      await shop.recovery.sweep();
      expect(await shop.payments.find('refund-0')).toMatchObject({ status: 'succeeded', response: { cancelAmount: 6_000 } });
      expect(sent(shop)).toHaveLength(1);
      expect(await shop.payments.revise({ ...request, reviseMessage: '고객 변심' })).toMatchObject({ status: 'succeeded' });
    });

    it.each(['accepted', 'declined'] as const)('sends nothing of one that was %s and is mended so', async (status) => {
      if (status === 'accepted') shop.kicc.inject({ fault: 'refuse' });
      else shop.kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before', times: 1 });
      const { revision } = await cancel('refund-0');
      expect(revision.status).toBe(status);
      const { length } = sent(shop);
      const { pgCno, acceptedAt, settledAt, cancelReqDate } = await rowOf('refund-0');
      const request = { mallId, shopTransactionId: 'refund-0', pgCno, reviseTypeCode: '40' };
      const times = { acceptedAt, settledAt: settledAt ?? undefined, cancelReqDate: cancelReqDate ?? undefined };
      const state = { ...request, request, reconciled: true, status, deliveries: 1, checks: 0, ...times, trail: [] };
      await spoil('refund-0');
      await expect(shop.payments.find('refund-0')).rejects.toThrow(UnreadableRevisionError);
      await spoil('refund-0', { state: JSON.stringify(state) });
      await shop.kicc.clearFaults();
      shop.pass(2 * HOUR);
      await shop.recovery.sweep();
      expect((await shop.payments.find('refund-0'))?.status).toBe(status === 'accepted' ? 'unknown' : 'declined');
      expect(sent(shop)).toHaveLength(length);
      expect((await shop.payments.openRevisions()).attention.unreadable).toBe(0);
    });

    it('is no news of the revision to who waits for its end', async () => {
      shop.kicc.inject({ fault: 'drop-answer', times: 1 });
      await cancel('refund-0');
      const seen: Revision[] = [];
      const watching = shop.payments.watch('refund-0').subscribe((revision) => seen.push(revision));
      await until(() => seen.length === 1, 'the first look');
      await spoil('refund-0', { state: '', status: 'succeeded', version: 9 });
      await expect(shop.payments.find('refund-0')).rejects.toThrow(UnreadableRevisionError);
      expect(events.at(-1)?.type).toBe('unreadable');
      watching.unsubscribe();
      expect(seen).toMatchObject([{ status: 'unknown' }]);
    });

    it("is settled by the answer that comes to who sent it, with the shop's handlers", async () => {
      const kicc = await KiccSimulator.start({ malls: [MALL] });
      const withBooks = await openShopWithBooks(database.dataSource, kicc.url);
      try {
        kicc.inject({ fault: 'slow', when: 'before', delayMs: 300, times: 1 });
        const { pgCno } = kicc.approve({ amount: 10_000 });
        const call = withBooks.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-0', pgCno });
        await until(() => kicc.requests().length === 1, 'the request');
        await spoil('refund-0');
        expect(await call).toMatchObject({ status: 'succeeded' });
        expect(withBooks.get(Books).told).toEqual(['refund-0 succeeded']);
        expect(await journal().find(mallId, 'refund-0')).toMatchObject({ status: 'succeeded' });
      } finally {
        await withBooks.close();
        await kicc.stop();
      }
    });

    it('of a bulk is set aside alone, and run when it is mended', async () => {
      const bulks = shop.app.get(ReviseBulkService);
      const requests = Array.from({ length: 6 }, (_, index) => ({
        shopTransactionId: `bulk-${index}`,
        pgCno: shop.kicc.approve({ amount: 10_000 }).pgCno,
        reviseTypeCode: '40' as const,
      }));
      const store = database.journal.bulks;
      const rows = requests.map((request, row) => {
        const { shopTransactionId } = request;
        const held = { bulkId: 'b', row, mallId, shopTransactionId, request, attempts: 0, version: 1 };
        return { ...held, state: 'pending', dueAt: shop.clock.at } as const;
      });
      await store.create({ bulkId: 'b', status: 'running', createdAt: shop.clock.at, digest: 'd'.repeat(64) }, rows);
      const [{ body }] = await database.dataSource.query<[{ body: string }]>('SELECT body FROM kicc_bulk_row WHERE place = 0');
      await database.dataSource.query("UPDATE kicc_bulk_row SET body = '{' WHERE place = 0");
      bulks.takeUp();
      await until(async () => (await bulks.find('b'))?.done === 5, 'the others');
      const states = async () => {
        const reported: string[] = [];
        for await (const { state, error } of bulks.report('b')) reported.push(error ? `${state}: ${error.code}` : state);
        return reported;
      };
      const others = Array.from({ length: 5 }, () => 'succeeded');
      expect(await states()).toEqual(['pending: KICC_REVISE_JOURNAL', ...others]);
      expect(shop.errors).toEqual([expect.stringMatching(/^Row 0 of bulk b \(mall T0000001\) cannot be read/)]);
      await database.dataSource.query(`UPDATE kicc_bulk_row SET body = '${body}' WHERE place = 0`);
      shop.pass(HOUR);
      bulks.takeUp();
      await until(async () => (await bulks.find('b'))?.done === 6, 'the one that was mended');
      expect(await states()).toEqual(['succeeded', ...others]);
    });

    it('holds no row of a bulk for good, whose revision it is', async () => {
      const bulks = shop.app.get(ReviseBulkService);
      shop.kicc.inject({ fault: 'drop-answer', times: 1 });
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      await bulks.submit([{ shopTransactionId: 'refund-0', pgCno, reviseTypeCode: '40' }], { bulkId: 'b' });
      await until(async () => (await bulks.find('b'))?.byState.unknown === 1, 'its row');
      const mend = await spoil('refund-0');
      const attempts = async (): Promise<number> => {
        const [row] = await database.dataSource.query<[{ attempts: number }]>('SELECT attempts FROM kicc_bulk_row');
        return Number(row.attempts);
      };
      const before = await attempts();
      shop.pass(MINUTE);
      bulks.takeUp();
      await until(async () => (await attempts()) > before, 'its row, put back');
      expect((await bulks.find('b'))?.byState.unknown).toBe(1);
      await mend();
      shop.pass(HOUR);
      await shop.recovery.sweep();
      bulks.takeUp();
      await until(async () => (await bulks.find('b'))?.byState.succeeded === 1, 'its end');
      expect(shop.log.join('\n')).not.toContain('could not be run');
    });
  });
});

/** What a health check of the shop's would say. */
async function healthOf(shop: Shop) {
  const health = await Test.createTestingModule({ imports: [TerminusModule] }).compile();
  const indicator = new KiccHealthIndicator(health.get(HealthIndicatorService), shop.app.get(ModuleRef));
  return { health, providers: (await indicator.isHealthy('kicc', { maxOpenAgeMs: 24 * HOUR }))['kicc'] };
}
