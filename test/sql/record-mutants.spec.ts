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
/** About how many statements that are. */
const STATEMENTS = 14;
const CAUGHT_BY = 'a revision whose transaction is rolled back while it is taken in is not kept';

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
    let rolledBack = 0;
    /** Rolls back each time after one more statement of the shop, between which the journal has its own. */
    const pacing =
      <T>(act: (own: object) => Promise<T>) =>
      (own: object): Promise<T> =>
        act(own).catch(async (error: unknown) => {
          const before = rolledBack++ % STATEMENTS;
          for (let count = 0; count < before; count++) await client.run(own, 'SELECT 1');
          throw error;
        });
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
