import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import type { Revision } from '../../lib/revision/revision.js';
import { accept, startSending } from '../../lib/revision/transitions.js';
import { ClientDatabase } from '../../lib/sql/client-database.js';
import { RevisionTable } from '../../lib/sql/revision-table.js';
import type { OneTrip } from '../../lib/sql/sql-dialect.js';
import { TypeOrmServer } from '../../lib/typeorm/typeorm-server.js';
import { describeEngines } from '../engines/describe-engines.js';
import { hold } from '../typeorm/hold.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

const MALL = 'T0000001';
const NOW = new Date('2026-03-02T03:00:00Z');
const LIMITS = { connectionWaitMs: 10_000, handlerTimeoutMs: 10_000 };
const LOCK_WAIT_MS = 5_000;

function newRevision(shopTransactionId: string, pgCno = `payment-${shopTransactionId}`): Revision {
  const checked = checkReviseRequest({ shopTransactionId, pgCno, reviseTypeCode: '40' }, [MALL]);
  // KICC blocks these, but a state has its texts, too.
  const request = Object.freeze({ ...checked, reviseMessage: `it's "\\ '' \\' $1 ? 취소` });
  return startSending(accept({ request }, NOW), '20260302', NOW, NOW);
}

function settled(revision: Revision): Revision {
  const rest = { settledAt: NOW, nextCheckAt: undefined, leaseUntil: undefined } as const;
  return { ...revision, ...rest, status: 'succeeded', version: revision.version + 1 };
}

/** PostgreSQL waits within the statement, MariaDB is asked again. */
async function waitingForLock(dataSource: DataSource): Promise<void> {
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  while (dataSource.options.type === 'postgres' && (await dataSource.query<unknown[]>(waiting)).length === 0);
}

describeEngines('what goes in one round trip', (engine) => {
  if (engine.name === 'sqlite') {
    it('is nothing on SQLite, which is in the same process', () => expect(engine.name).toBe('sqlite'));
    return;
  }
  let database: JournalTestDatabase;
  let server: ClientDatabase<EntityManager>;
  let trip: OneTrip;
  const table = (): RevisionTable => new RevisionTable('kicc_revision', server.dialect, () => 0);
  const openFirst = (...revisions: Revision[]): Promise<ReadonlySet<Revision>> =>
    server.single(
      () => table().openFirst(trip, revisions, `token-${revisions[0]?.shopTransactionId}`, LOCK_WAIT_MS),
      LOCK_WAIT_MS,
    );
  const find = (id: string): Promise<Revision | undefined> => database.journal.find(MALL, id);
  beforeEach(async () => {
    database = await openTestDatabase(engine);
    const client = new TypeOrmServer(database.dataSource, engine.name === 'postgres' ? 'postgres' : 'mysql');
    server = await ClientDatabase.open(client, LIMITS);
    if (!server.dialect.oneTrip) throw new Error('It has none.');
    trip = server.dialect.oneTrip;
  });
  afterEach(() => database.drop());

  it('takes in what is the first of its payment, to the letter, and leaves all others out', async () => {
    await database.journal.open(newRevision('first', 'payment-1'));
    await database.journal.save(settled(newRevision('first', 'payment-1')));
    const [alone, again, second] = [
      newRevision('alone'),
      newRevision('first', 'payment-2'),
      newRevision('second', 'payment-1'),
    ];
    const twice = ['a', 'b'].map((id) => newRevision(id, 'payment-3'));
    const opened = await openFirst(alone, again, second, ...twice);
    expect(opened.has(alone)).toBe(true);
    expect(await find('alone')).toEqual(await database.journal.open(alone).then(({ revision }) => revision));
    expect(await find('alone')).toMatchObject({ request: alone.request, trail: alone.trail });
    expect(opened.has(again) || opened.has(second)).toBe(false);
    expect(await find('second')).toBeUndefined();
    expect(twice.filter((revision) => opened.has(revision)).length).toBeLessThan(2);
    const { length } = await database.journal.list({ limit: 10, status: 'open' });
    expect(length).toBe(opened.size);
  });

  it('takes nothing in beside what was settled while it waited for its lock', async () => {
    const [before, newcomer] = [newRevision('before', 'payment-1'), newRevision('newcomer', 'payment-1')];
    // Of the payment, one is taken in and settled, and nobody has seen either yet.
    const held = await hold(database.dataSource, async (manager) => {
      await database.journal.open(before, manager);
      await manager.query("UPDATE kicc_revision SET open_pg_cno = NULL, status = 'succeeded'");
    });
    const opening = openFirst(newcomer, newRevision('other'));
    await waitingForLock(database.dataSource);
    await held.end('commit');
    expect([...(await opening)].map(({ shopTransactionId }) => shopTransactionId)).toEqual(['other']);
    expect(await find('newcomer')).toBeUndefined();
  });

  it('tells of each whether it was written over the state before', async () => {
    const [one, two, three] = [newRevision('one'), newRevision('two'), newRevision('three')];
    await openFirst(one, two);
    const save = (...revisions: Revision[]): Promise<boolean[]> =>
      server.single(() => table().saveAlone(trip, revisions, randomUUID(), LOCK_WAIT_MS), LOCK_WAIT_MS);
    expect(await save(settled(one))).toEqual([true]);
    expect(await save(settled(one))).toEqual([false]);
    expect(await save(settled(three), settled(one), settled(two))).toEqual([false, false, true]);
    expect(await find('two')).toMatchObject({ status: 'succeeded', version: 2 });
  });

  it('leaves no transaction behind where it fails', async () => {
    const broken = { ...newRevision('broken'), status: 'much too long for its column' } as unknown as Revision;
    await expect(openFirst(newRevision('fine'), broken)).rejects.toThrow();
    expect(await find('fine')).toBeUndefined();
    expect((await openFirst(newRevision('fine'))).size).toBe(1);
  });

  if (engine.name === 'postgres') {
    it('goes on where a pooler has lost what was prepared', async () => {
      const revision = newRevision('one');
      await openFirst(revision);
      const save = (version: number): Promise<boolean[]> =>
        server.single(() => table().saveAlone(trip, [{ ...revision, version }], `${version}`, LOCK_WAIT_MS), LOCK_WAIT_MS);
      expect(await save(2)).toEqual([true]);
      await database.dataSource.query('DEALLOCATE ALL');
      expect(await save(3)).toEqual([true]);
      expect(await save(4)).toEqual([true]);
    });
  }
});
