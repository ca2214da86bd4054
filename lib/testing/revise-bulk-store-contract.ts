import assert from 'node:assert/strict';
import type { Bulk, BulkProgress, BulkRow } from '../journal/bulk.js';
import type { ClaimedRow, ReviseBulkStore } from '../journal/revise-bulk-store.js';
import type { ReviseRequest } from '../protocol/revise-request.js';
import { assertSame } from './journal-contract/checks.js';
import type { StoreCase } from './store-case.js';

const NOW = new Date('2026-03-02T03:00:00.123Z');
const MALL = 'T0000001';
const OTHER_MALL = 'T0000002';
const after = (ms: number): Date => new Date(NOW.getTime() + ms);

function rowsOf(bulkId: string, count: number, fields: Partial<BulkRow> = {}): BulkRow[] {
  return Array.from({ length: count }, (_, row) => ({
    bulkId,
    row,
    mallId: MALL,
    shopTransactionId: `${bulkId}-${row}`,
    request: { shopTransactionId: `${bulkId}-${row}`, pgCno: `pay-${row}`, reviseTypeCode: '40' },
    state: 'pending',
    dueAt: NOW,
    attempts: 0,
    version: 1,
    ...fields,
  }));
}
const bulk = (bulkId: string) => ({ bulkId, status: 'running', createdAt: NOW, digest: 'd'.repeat(64) }) as const;
const claim = (store: ReviseBulkStore, fields: object = {}) =>
  store.claim({ mallIds: [MALL], now: NOW, leaseUntil: after(60_000), limit: 1_000, ...fields });

/**
 * What a `ReviseBulkStore` promises, as {@link reviseJournalContract} does of a journal. Each case wants an empty store.
 */
export const reviseBulkStoreContract: readonly StoreCase<ReviseBulkStore>[] = [
  {
    name: 'keeps a bulk and its rows whole, in order, for every process',
    run: async ({ connect }) => {
      const [writer, reader] = [await connect(), await connect()];
      const request = {
        shopTransactionId: 'r',
        pgCno: 'p',
        reviseTypeCode: '40',
        reviseMessage: '공연 취소 \u{1F600}\u0000"\\',
      };
      const rows = [
        ...rowsOf('b', 600, { request: request as ReviseRequest }),
        ...rowsOf('b', 1, { row: 600, state: 'refused', dueAt: undefined, error: { code: 'X', message: '없음' } }),
      ];
      assertSame(await writer.create(bulk('b'), rows), true);
      const read = [...(await reader.rows('b', 0, 500)), ...(await reader.rows('b', 500, 500))];
      assertSame(read, rows);
      const { total, done, byState, ...held } = (await reader.find('b')) as Bulk & BulkProgress;
      assertSame(held, bulk('b'));
      assertSame([total, done, byState.pending, byState.started, byState.refused], [601, 1, 600, 0, 1]);
      assertSame(await reader.find('c'), undefined);
      assertSame(await reader.rows('c', 0, 10), []);
    },
  },
  {
    name: 'takes a bulk in once, however many come with its id at the same time',
    run: async ({ connect }) => {
      const stores = await Promise.all([connect(), connect(), connect()]);
      const created = await Promise.all(
        [...stores, ...stores].map((store, index) => store.create(bulk('b'), rowsOf('b', index + 1))),
      );
      assertSame(created.filter(Boolean).length, 1);
      assertSame((await stores[0]?.find('b'))?.total, created.indexOf(true) + 1);
    },
  },
  {
    name: 'gives each row that is due to one who claims, and again only when the lease is over',
    run: async ({ connect }) => {
      const stores = await Promise.all([connect(), connect(), connect()]);
      const [one, other] = [stores[0], stores[1]];
      await one.create(bulk('b'), [...rowsOf('b', 60), ...rowsOf('b', 1, { row: 60, dueAt: after(1) })]);
      const claims = await Promise.all([...stores, ...stores, ...stores].map((store) => claim(store, { limit: 7 })));
      const rest = await claim(other);
      const places = [...claims.flat(), ...rest].map(({ row }) => row.row);
      assertSame(new Set(places).size, places.length);
      assertSame(
        places.sort((a, b) => a - b),
        Array.from({ length: 60 }, (_, place) => place),
      );
      assertSame(
        rest.every(({ before, row }) => before === 'pending' && row.state === 'started' && row.version === 2),
        true,
      );
      assertSame(
        (await claim(one, { now: after(59_999) })).map(({ row }) => row.row),
        [60],
      );
      assertSame(
        (await claim(one, { now: after(60_000) })).map(({ before }) => before),
        Array<string>(61).fill('started'),
      );
    },
  },
  {
    name: 'gives what is due longest first, of the malls asked for, and just the row asked for',
    run: async ({ connect }) => {
      const store = await connect();
      const due = [30, 10, 20].map((ms, row) => rowsOf('b', 1, { row, dueAt: after(ms) })).flat();
      await store.create(bulk('b'), [...due, ...rowsOf('b', 1, { row: 3, mallId: OTHER_MALL })]);
      const now = after(30);
      assertSame(
        (await store.due({ mallIds: [MALL], now, limit: 10 })).map(({ row }) => row),
        [1, 2, 0],
      );
      assertSame(
        (await claim(store, { now, limit: 1 })).map(({ row }) => row.row),
        [1],
      );
      assertSame(
        (await claim(store, { now, only: { bulkId: 'b', row: 0 } })).map(({ row }) => row.row),
        [0],
      );
      assertSame(await claim(store, { now, only: { bulkId: 'b', row: 0 } }), []);
      assertSame(await claim(store, { now, only: { bulkId: 'c', row: 2 } }), []);
      assertSame(
        (await claim(store, { now, mallIds: [OTHER_MALL] })).map(({ row }) => row.row),
        [3],
      );
      assertSame(await claim(store, { now, mallIds: [] }), []);
    },
  },
  {
    name: 'begins nothing of a bulk that is paused, lets what has begun go on, and begins again',
    run: async ({ connect }) => {
      const store = await connect();
      await store.create(bulk('b'), rowsOf('b', 4));
      const [begun] = await claim(store, { limit: 1 });
      assertSame(await store.setStatus('b', 'paused', NOW), true);
      assertSame(await claim(store, { now: after(50_000) }), []);
      const back = { ...begun?.row, state: 'pending', dueAt: NOW, version: 3 } as BulkRow;
      assertSame(await store.update(back), true);
      assertSame(await claim(store, { now: after(50_000) }), []);
      assertSame(await store.setStatus('b', 'running', after(50_000)), true);
      assertSame((await claim(store, { now: after(50_000) })).length, 4);
    },
  },
  {
    name: 'cancels what has not begun, each row either cancelled or claimed, and for good',
    run: async ({ connect }) => {
      const [one, other] = [await connect(), await connect()];
      for (let round = 0; round < 5; round++) {
        const id = `b-${round}`;
        await one.create(bulk(id), rowsOf(id, 40));
        const [claimed] = await Promise.all([claim(other, { limit: 20 }), one.setStatus(id, 'cancelled', NOW)]);
        const taken = new Set(claimed.map(({ row }) => row.row));
        for (const { row, state, dueAt } of await one.rows(id, 0, 100)) {
          assertSame(state, taken.has(row) ? 'started' : 'cancelled');
          if (state === 'cancelled') assertSame(dueAt, undefined);
        }
        assertSame(await one.setStatus(id, 'running', NOW), false);
        assertSame(await claim(other), []);
      }
      assertSame(await one.setStatus('no-such', 'paused', NOW), false);
    },
  },
  {
    name: 'has what is open looked at when it is cancelled',
    run: async ({ connect }) => {
      const store = await connect();
      await store.create(bulk('b'), rowsOf('b', 2));
      const [claimed] = await claim(store, { limit: 1 });
      const open = { ...(claimed?.row as BulkRow), state: 'unknown', dueAt: after(300_000), version: 3 } as const;
      assertSame(await store.update(open), true);
      assertSame(await store.setStatus('b', 'paused', NOW), true);
      assertSame(await claim(store), []);
      assertSame(await store.setStatus('b', 'cancelled', NOW), true);
      const again = await claim(store);
      assertSame(
        again.map(({ row, before }) => [row.row, row.state, before]),
        [[open.row, 'unknown', 'unknown']],
      );
    },
  },
  {
    name: 'has rows looked at again whose revision has another outcome, and no other',
    run: async ({ connect }) => {
      const [one, other] = [await connect(), await connect()];
      const states = ['pending', 'started', 'unknown', 'succeeded', 'declined', 'escalated', 'refused', 'cancelled'] as const;
      const rows = states.flatMap((state, row) => rowsOf('b', 1, { row, state, shopTransactionId: 'r', dueAt: undefined }));
      const others = rowsOf('c', 2, { state: 'declined', dueAt: undefined }).map((row, index) =>
        index === 0 ? { ...row, mallId: OTHER_MALL, shopTransactionId: 'r' } : row,
      );
      await one.create(bulk('b'), rows);
      await one.create(bulk('c'), others);
      if (!one.recall) return;
      await one.recall({ mallId: MALL, shopTransactionId: 'r' }, NOW);
      const due = await other.due({ mallIds: [MALL, OTHER_MALL], now: NOW, limit: 100 });
      assertSame(
        due.map(({ state, version }) => [state, version]),
        states.slice(1, 6).map((state) => [state, 2]),
      );
      // Whoever had taken one up before knows less.
      assertSame(await other.update({ ...rows[4]!, version: 2 }), false);
      const claimed = await claim(other);
      assert.ok(claimed.some(({ row, before }) => row.state === 'declined' && before === 'declined'));
    },
  },
  {
    name: 'counts what is not at its end of all malls but those given',
    run: async ({ connect }) => {
      const store = await connect();
      const states = ['pending', 'started', 'unknown', 'succeeded', 'cancelled'] as const;
      const rows = rowsOf('b', 6).map((row, place) => ({ ...row, state: states[place] ?? 'pending' }) as const);
      await store.create(bulk('b'), [...rows.slice(0, 5), { ...rows[5]!, mallId: OTHER_MALL }]);
      await store.setStatus('b', 'paused', NOW);
      // A store may do without.
      if (!store.openElsewhere) return;
      assertSame(await store.openElsewhere([]), [
        { mallId: MALL, count: 3 },
        { mallId: OTHER_MALL, count: 1 },
      ]);
      assertSame(await store.openElsewhere([MALL]), [{ mallId: OTHER_MALL, count: 1 }]);
    },
  },
  {
    name: 'lists bulks newest first, each once however many pages, and how far each is',
    run: async ({ connect }) => {
      const [writer, reader] = [await connect(), await connect()];
      // A store may do without.
      if (!reader.list) return;
      assertSame(await reader.list({ limit: 2 }), { bulks: [] });
      const created = [3, 1, 2, 2, 2, 0];
      for (const [index, ms] of created.entries()) {
        const rows = [...rowsOf(`b-${index}`, index), ...rowsOf(`b-${index}`, 1, { row: index, state: 'escalated' })];
        await writer.create({ ...bulk(`b-${index}`), createdAt: after(ms) }, rows);
      }
      await writer.setStatus('b-1', 'paused', NOW);
      const found: (Bulk & BulkProgress)[] = [];
      const sizes: number[] = [];
      for (let next: string | undefined, pages = 0; pages < 4; pages++) {
        const page = await reader.list({ limit: 2, after: next });
        found.push(...page.bulks);
        sizes.push(page.bulks.length);
        next = page.next;
        if (next === undefined) break;
        // Whatever comes meanwhile stands before all of these.
        await writer.create({ ...bulk(`later-${pages}`), createdAt: after(10) }, rowsOf(`later-${pages}`, 1));
      }
      assertSame(sizes, [2, 2, 2]);
      assertSame(
        found.map(({ createdAt }) => createdAt.getTime() - NOW.getTime()),
        [...created].sort((one, other) => other - one),
      );
      assertSame(new Set(found.map(({ bulkId }) => bulkId)).size, created.length);
      for (const one of found) assertSame(one, await reader.find(one.bulkId));
      assertSame(found.find(({ bulkId }) => bulkId === 'b-1')?.status, 'paused');
    },
  },
  {
    name: 'gives rows in some states alone, in order, or leaves that to whoever asks',
    run: async ({ connect }) => {
      const store = await connect();
      const states = ['succeeded', 'escalated', 'refused'] as const;
      const rows = rowsOf('b', 30).map((row, place) => ({ ...row, state: states[place % 3]!, dueAt: undefined }));
      await store.create(bulk('b'), rows);
      await store.create(bulk('c'), rowsOf('c', 3, { state: 'escalated', dueAt: undefined }));
      const found = await store.rows('b', 4, 5, ['escalated', 'refused']);
      const isSifted = found.every(({ state }) => state !== 'succeeded');
      const expected = rows.filter(({ row, state }) => row >= 4 && !(isSifted && state === 'succeeded'));
      assertSame(found, expected.slice(0, 5));
      if (isSifted) assertSame(await store.rows('b', 0, 5, ['pending']), []);
    },
  },
  {
    name: 'writes a row over the version before it only',
    run: async ({ connect }) => {
      const [one, other] = [await connect(), await connect()];
      await one.create(bulk('b'), rowsOf('b', 50));
      const claimed = (await claim(one)).map(({ row }) => row);
      const done = claimed.map((row) => ({ ...row, state: 'succeeded', dueAt: undefined, version: row.version + 1 }) as const);
      const refused = claimed.map(
        (row) =>
          ({
            ...row,
            state: 'refused',
            dueAt: undefined,
            error: { code: 'X', message: 'y' },
            version: row.version + 1,
          }) as const,
      );
      const written = await Promise.all([...done.map((row) => one.update(row)), ...refused.map((row) => other.update(row))]);
      assertSame(written.filter(Boolean).length, 50);
      const progress = await other.find('b');
      assertSame((progress?.byState.succeeded ?? 0) + (progress?.byState.refused ?? 0), 50);
      assertSame(await one.update({ ...done[0]!, version: 9 }), false);
    },
  },
  {
    name: 'takes back what was written about a row',
    run: async ({ connect }) => {
      const store = await connect();
      await store.create(bulk('b'), rowsOf('b', 1));
      const [claimed] = await claim(store);
      const { row } = claimed as ClaimedRow;
      assertSame(await store.update({ ...row, state: 'refused', error: { code: 'X', message: '없음' }, version: 3 }), true);
      assertSame(await store.update({ ...row, state: 'succeeded', version: 4 }), true);
      const [held] = await store.rows('b', 0, 1);
      assertSame(held?.state, 'succeeded');
      assertSame(held?.error, undefined);
    },
  },
  {
    name: 'purges what is old and at an end',
    run: async ({ connect }) => {
      const store = await connect();
      const old = { createdAt: after(-60_000) };
      const ended = { state: 'succeeded', dueAt: undefined } as const;
      // A decline that is under review is at an end, too.
      const declined = rowsOf('old', 1, { row: 3, state: 'declined' });
      await store.create({ ...bulk('old'), ...old }, [...rowsOf('old', 3, ended), ...declined]);
      await store.create({ ...bulk('open'), ...old }, [...rowsOf('open', 3, ended), ...rowsOf('open', 1, { row: 3 })]);
      await store.create(bulk('young'), rowsOf('young', 3, ended));
      assertSame(await store.purge(NOW), 1);
      assertSame(await store.find('old'), undefined);
      assertSame(await store.rows('old', 0, 10), []);
      assertSame([(await store.find('open'))?.total, (await store.find('young'))?.total], [4, 3]);
    },
  },
];
