import { expect, it } from '@jest/globals';
import type { BulkRow, ReviseBulkStore, ReviseRequest } from '../../lib/index.js';
import type { ClaimedRow } from '../../lib/journal/revise-bulk-store.js';

const NOW = new Date('2026-03-02T03:00:00.123Z');
const MALL = 'T0000001';
const OTHER_MALL = 'T0000002';
export const after = (ms: number): Date => new Date(NOW.getTime() + ms);

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
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What every store of bulks promises. */
export function bulkStoreCases(connect: () => Promise<ReviseBulkStore>): void {
  it('keeps a bulk and its rows whole, in order, for every process', async () => {
    const [writer, reader] = [await connect(), await connect()];
    const request = { shopTransactionId: 'r', pgCno: 'p', reviseTypeCode: '40', reviseMessage: '공연 취소 \u{1F600}\u0000"\\' };
    const rows = [
      ...rowsOf('b', 600, { request: request as ReviseRequest }),
      ...rowsOf('b', 1, { row: 600, state: 'refused', dueAt: undefined, error: { code: 'X', message: '없음' } }),
    ];
    expect(await writer.create(bulk('b'), rows)).toBe(true);
    const read = [...(await reader.rows('b', 0, 500)), ...(await reader.rows('b', 500, 500))];
    expect(plain(read)).toEqual(plain(rows));
    expect(read[0]?.dueAt).toEqual(NOW);
    expect(await reader.find('b')).toMatchObject({
      ...bulk('b'),
      total: 601,
      done: 1,
      byState: { pending: 600, started: 0, refused: 1 },
    });
    expect(await reader.find('c')).toBeUndefined();
    expect(await reader.rows('c', 0, 10)).toEqual([]);
  });

  it('takes a bulk in once, however many come with its id at the same time', async () => {
    const stores = await Promise.all([connect(), connect(), connect()]);
    const created = await Promise.all(
      [...stores, ...stores].map((store, index) => store.create(bulk('b'), rowsOf('b', index + 1))),
    );
    expect(created.filter(Boolean)).toHaveLength(1);
    expect((await stores[0]?.find('b'))?.total).toBe(created.indexOf(true) + 1);
  });

  it('gives each row that is due to one who claims, and again only when the lease is over', async () => {
    const stores = await Promise.all([connect(), connect(), connect()]);
    const [one, other] = [stores[0], stores[1]];
    await one.create(bulk('b'), [...rowsOf('b', 60), ...rowsOf('b', 1, { row: 60, dueAt: after(1) })]);
    const claims = await Promise.all([...stores, ...stores, ...stores].map((store) => claim(store, { limit: 7 })));
    const rest = await claim(other);
    const places = [...claims.flat(), ...rest].map(({ row }) => row.row);
    expect(new Set(places).size).toBe(places.length);
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, place) => place));
    expect(rest.every(({ before, row }) => before === 'pending' && row.state === 'started' && row.version === 2)).toBe(true);
    expect((await claim(one, { now: after(59_999) })).map(({ row }) => row.row)).toEqual([60]);
    expect((await claim(one, { now: after(60_000) })).map(({ before }) => before)).toEqual(Array<string>(61).fill('started'));
  });

  it('gives what is due longest first, of the malls asked for, and just the row asked for', async () => {
    const store = await connect();
    const due = [30, 10, 20].map((ms, row) => rowsOf('b', 1, { row, dueAt: after(ms) })).flat();
    await store.create(bulk('b'), [...due, ...rowsOf('b', 1, { row: 3, mallId: OTHER_MALL })]);
    const now = after(30);
    expect((await store.due({ mallIds: [MALL], now, limit: 10 })).map(({ row }) => row)).toEqual([1, 2, 0]);
    expect((await claim(store, { now, limit: 1 })).map(({ row }) => row.row)).toEqual([1]);
    expect((await claim(store, { now, only: { bulkId: 'b', row: 0 } })).map(({ row }) => row.row)).toEqual([0]);
    expect(await claim(store, { now, only: { bulkId: 'b', row: 0 } })).toEqual([]);
    expect(await claim(store, { now, only: { bulkId: 'c', row: 2 } })).toEqual([]);
    expect((await claim(store, { now, mallIds: [OTHER_MALL] })).map(({ row }) => row.row)).toEqual([3]);
    expect(await claim(store, { now, mallIds: [] })).toEqual([]);
  });

  it('begins nothing of a bulk that is paused, lets what has begun go on, and begins again', async () => {
    const store = await connect();
    await store.create(bulk('b'), rowsOf('b', 4));
    const [begun] = await claim(store, { limit: 1 });
    expect(await store.setStatus('b', 'paused', NOW)).toBe(true);
    expect(await claim(store, { now: after(50_000) })).toEqual([]);
    const back = { ...begun?.row, state: 'pending', dueAt: NOW, version: 3 } as BulkRow;
    expect(await store.update(back)).toBe(true);
    expect(await claim(store, { now: after(50_000) })).toEqual([]);
    expect(await store.setStatus('b', 'running', after(50_000))).toBe(true);
    expect(await claim(store, { now: after(50_000) })).toHaveLength(4);
  });

  it('cancels what has not begun, each row either cancelled or claimed, and for good', async () => {
    const [one, other] = [await connect(), await connect()];
    for (let round = 0; round < 5; round++) {
      const id = `b-${round}`;
      await one.create(bulk(id), rowsOf(id, 40));
      const [claimed] = await Promise.all([claim(other, { limit: 20 }), one.setStatus(id, 'cancelled', NOW)]);
      const taken = new Set(claimed.map(({ row }) => row.row));
      for (const { row, state, dueAt } of await one.rows(id, 0, 100)) {
        expect(state).toBe(taken.has(row) ? 'started' : 'cancelled');
        if (state === 'cancelled') expect(dueAt).toBeUndefined();
      }
      expect(await one.setStatus(id, 'running', NOW)).toBe(false);
      expect(await claim(other)).toEqual([]);
    }
    expect(await one.setStatus('no-such', 'paused', NOW)).toBe(false);
  });

  it('has what is open looked at when it is cancelled', async () => {
    const store = await connect();
    await store.create(bulk('b'), rowsOf('b', 2));
    const [claimed] = await claim(store, { limit: 1 });
    const open = { ...(claimed?.row as BulkRow), state: 'unknown', dueAt: after(300_000), version: 3 } as const;
    expect(await store.update(open)).toBe(true);
    expect(await store.setStatus('b', 'paused', NOW)).toBe(true);
    expect(await claim(store)).toEqual([]);
    expect(await store.setStatus('b', 'cancelled', NOW)).toBe(true);
    expect(await claim(store)).toMatchObject([{ row: { row: open.row, state: 'unknown' }, before: 'unknown' }]);
  });

  it('has rows looked at again whose revision has another outcome, and no other', async () => {
    const [one, other] = [await connect(), await connect()];
    const states = ['pending', 'started', 'unknown', 'succeeded', 'declined', 'escalated', 'refused', 'cancelled'] as const;
    const rows = states.flatMap((state, row) => rowsOf('b', 1, { row, state, shopTransactionId: 'r', dueAt: undefined }));
    const others = rowsOf('c', 2, { state: 'declined', dueAt: undefined }).map((row, index) =>
      index === 0 ? { ...row, mallId: OTHER_MALL, shopTransactionId: 'r' } : row,
    );
    await one.create(bulk('b'), rows);
    await one.create(bulk('c'), others);
    await one.recall?.({ mallId: MALL, shopTransactionId: 'r' }, NOW);
    const due = await other.due({ mallIds: [MALL, OTHER_MALL], now: NOW, limit: 100 });
    expect(due.map(({ state, version }) => [state, version])).toEqual(states.slice(1, 6).map((state) => [state, 2]));
    // Whoever had taken one up before knows less.
    expect(await other.update({ ...rows[4]!, version: 2 })).toBe(false);
    expect((await claim(other)).map(({ row, before }) => [row.state, before])).toContainEqual(['declined', 'declined']);
  });

  it('counts what is not at its end of all malls but those given', async () => {
    const store = await connect();
    const states = ['pending', 'started', 'unknown', 'succeeded', 'cancelled'] as const;
    const rows = rowsOf('b', 6).map((row, place) => ({ ...row, state: states[place] ?? 'pending' }) as const);
    await store.create(bulk('b'), [...rows.slice(0, 5), { ...rows[5]!, mallId: OTHER_MALL }]);
    await store.setStatus('b', 'paused', NOW);
    expect(await store.openElsewhere?.([])).toEqual([
      { mallId: MALL, count: 3 },
      { mallId: OTHER_MALL, count: 1 },
    ]);
    expect(await store.openElsewhere?.([MALL])).toEqual([{ mallId: OTHER_MALL, count: 1 }]);
  });

  it('writes a row over the version before it only', async () => {
    const [one, other] = [await connect(), await connect()];
    await one.create(bulk('b'), rowsOf('b', 50));
    const claimed = (await claim(one)).map(({ row }) => row);
    const done = claimed.map((row) => ({ ...row, state: 'succeeded', dueAt: undefined, version: row.version + 1 }) as const);
    const refused = claimed.map(
      (row) =>
        ({ ...row, state: 'refused', dueAt: undefined, error: { code: 'X', message: 'y' }, version: row.version + 1 }) as const,
    );
    const written = await Promise.all([...done.map((row) => one.update(row)), ...refused.map((row) => other.update(row))]);
    expect(written.filter(Boolean)).toHaveLength(50);
    const progress = await other.find('b');
    expect((progress?.byState.succeeded ?? 0) + (progress?.byState.refused ?? 0)).toBe(50);
    expect(await one.update({ ...done[0]!, version: 9 })).toBe(false);
  });

  it('takes back what was written about a row', async () => {
    const store = await connect();
    await store.create(bulk('b'), rowsOf('b', 1));
    const [claimed] = await claim(store);
    const { row } = claimed as ClaimedRow;
    expect(await store.update({ ...row, state: 'refused', error: { code: 'X', message: '없음' }, version: 3 })).toBe(true);
    expect(await store.update({ ...row, state: 'succeeded', version: 4 })).toBe(true);
    const [held] = await store.rows('b', 0, 1);
    expect(held?.state).toBe('succeeded');
    expect(held?.error).toBeUndefined();
  });

  it('purges what is old and at an end', async () => {
    const store = await connect();
    const old = { createdAt: after(-60_000) };
    const ended = { state: 'succeeded', dueAt: undefined } as const;
    // A decline that is under review is at an end, too.
    const declined = rowsOf('old', 1, { row: 3, state: 'declined' });
    await store.create({ ...bulk('old'), ...old }, [...rowsOf('old', 3, ended), ...declined]);
    await store.create({ ...bulk('open'), ...old }, [...rowsOf('open', 3, ended), ...rowsOf('open', 1, { row: 3 })]);
    await store.create(bulk('young'), rowsOf('young', 3, ended));
    expect(await store.purge(NOW)).toBe(1);
    expect(await store.find('old')).toBeUndefined();
    expect(await store.rows('old', 0, 10)).toEqual([]);
    expect([(await store.find('open'))?.total, (await store.find('young'))?.total]).toEqual([4, 3]);
  });
}
