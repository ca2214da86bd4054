import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type * as testing from '../../lib/testing/index.js';
import type { Mutant } from '../campaign/mutants.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { Engine } from '../engines/engine.js';
import type * as drivers from '../shop-clients/drivers.js';
import type { ShopsClient } from '../shop-clients/shops-client.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';

/**
 * What `record()` writes takes effect in its own part of the shop's transaction, or not at all. The campaign, which is played in
 * memory, has no such transactions: here the contract must catch who breaks the rule, on the engine itself.
 */
const MUTANTS: Readonly<Record<Engine['name'], Mutant>> = {
  postgres: {
    name: 'what is taken in after the end of its transaction stands by itself',
    file: 'lib/sql/postgres-dialect.ts',
    find: '`CASE WHEN ${PART_IS_UNDER_WAY} THEN ${text.value(first)} END`',
    put: 'text.value(first)',
  },
  mariadb: {
    name: 'what is taken in after the end of its transaction stands by itself',
    file: 'lib/sql/mysql-dialect.ts',
    find: 'inPart ? `IF(@@in_transaction, ${value}, NULL)` : value',
    put: 'value',
  },
  sqlite: {
    name: 'the shop may end its transaction between two statements',
    file: 'lib/sql/sqlite-database.ts',
    find: 'resolve(doWorkNow(work(), ({ sql, parameters }) => runOn(connection.prepare(sql), parameters)));',
    put: 'resolve(doWork(work(), async ({ sql, parameters }) => runOn(connection.prepare(sql), parameters)));',
  },
};
/** More than the journal has in one transaction. */
const STATEMENTS = 14;
const CAUGHT_BY = 'a revision whose transaction is rolled back while it is taken in is not kept';

/** What pg's clients and mysql2's connections have. */
interface Connection {
  query: (...given: unknown[]) => Promise<unknown>;
  rollback?: () => Promise<unknown>;
}

/**
 * Has the shop's ROLLBACK come right before one of the journal's statements, however fast either is.
 * @param before how many of the journal's come first.
 * @returns resolves once the shop is to end its transaction, if it comes to that.
 */
function rollBackBefore(connection: Connection, before: number): Promise<void> {
  const { query, rollback } = connection;
  let come = (): void => undefined;
  let end = (): void => undefined;
  const hasCome = new Promise<void>((resolve) => (come = resolve));
  const isEnding = new Promise<void>((resolve) => (end = resolve));
  const ending = (act: Connection['query'], given: unknown[]): Promise<unknown> => {
    Object.assign(connection, { query, rollback });
    // What waits for it comes behind it in the connection's queue.
    const ended = act.apply(connection, given);
    end();
    return ended;
  };
  let count = 0;
  connection.query = (...given) => {
    if (given[0] === 'ROLLBACK') return ending(query, given);
    if (count++ !== before) return query.apply(connection, given);
    come();
    return isEnding.then(() => query.apply(connection, given));
  };
  if (rollback) connection.rollback = () => ending(rollback, []);
  return hasCome;
}

type Compile = (into: string, folders: string[], mutations: readonly Mutant[]) => string;

/** Runs the contract's case with a journal of a library that has this mistake in it, or none. */
async function runCase(engine: Engine, database: JournalTestDatabase, mutations: readonly Mutant[]): Promise<void> {
  const { href } = new URL('../../scripts/compile-campaign.mjs', import.meta.url);
  const { compileSources } = (await import(href)) as { compileSources: Compile };
  const into = `build/record-mutants/${engine.name}-${mutations.length}`;
  const folder = compileSources(into, ['lib', 'test/shop-clients'], mutations);
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, file)).href);
  const { recordContract } = (await load('lib/testing/index.js')) as typeof testing;
  const { byDriver } = (await load('test/shop-clients/drivers.js')) as typeof drivers;
  const closing: (() => Promise<void>)[] = [];
  const connect = async (): Promise<testing.ShopsTransactions> => {
    const client = (await byDriver(database.dataSource.options)) as ShopsClient<object>;
    const journal = client.journal();
    let taking: Promise<unknown> = Promise.resolve();
    const open = journal.open.bind(journal);
    journal.open = (revision, own) => {
      const opened = open(revision, own);
      taking = opened.catch(() => undefined);
      return opened;
    };
    let rounds = 0;
    /** Rolls back each time after one more statement of the journal's. */
    const pacing =
      <T>(act: (own: object) => Promise<T>) =>
      async (own: object): Promise<T> => {
        const hasCome = rollBackBefore(own as Connection, rounds++ % STATEMENTS);
        return act(own).finally(() => Promise.race([hasCome, taking]));
      };
    closing.push(() => journal.onApplicationShutdown().then(() => client.close()));
    // SQLite answers at once.
    const isPaced = engine.name !== 'sqlite';
    return { journal, outside: client.outside, transaction: (act) => client.transaction(isPaced ? pacing(act) : act) };
  };
  try {
    await recordContract.find(({ name }) => name === CAUGHT_BY)?.run({ connect });
  } finally {
    for (const close of closing) await close();
  }
}

describeEngines('the contract of record()', (engine) => {
  let database: JournalTestDatabase;
  beforeEach(async () => void (database = await openTestDatabase(engine)));
  afterEach(() => database.drop());

  it('lets pass the library as it is', async () => {
    expect(await runCase(engine, database, [])).toBeUndefined();
  });

  it(`catches a mistake: ${MUTANTS[engine.name].name}`, async () => {
    await expect(runCase(engine, database, [MUTANTS[engine.name]])).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
  });
});
