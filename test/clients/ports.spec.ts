import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { drizzle } from 'drizzle-orm/mysql2';
import { createPool } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { clientOf } from '../../lib/drizzle/drizzle-revise-journal.js';
import { ClientDatabase } from '../../lib/sql/client-database.js';
import { mariaDbDialect } from '../../lib/sql/mysql-dialect.js';
import { postgresDialect } from '../../lib/sql/postgres-dialect.js';
import { NO_TRANSACTION, type SqlDatabase, type SqlResult, type SqlStatement } from '../../lib/sql/sql-database.js';
import { sqliteDialect } from '../../lib/sql/sqlite-dialect.js';
import { sqlStateOf } from '../../lib/sql/sql-dialect.js';
import { NoConnectionError } from '../../lib/revision/no-connection.error.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { Engine, TestDatabase } from '../engines/engine.js';
import { clients } from './clients.js';
import type { Open, OpenClient, Place } from './open/open-client.js';

const POOL = 3;
const OPTIONS = { timeoutMs: 20_000, isShops: true };
const KINDS = {
  postgres: 'id VARCHAR(50) PRIMARY KEY, status VARCHAR(20), amount BIGINT, note TEXT',
  mariadb: 'id VARCHAR(50) PRIMARY KEY, status VARCHAR(20), amount BIGINT, note LONGTEXT',
  sqlite: 'id TEXT PRIMARY KEY, status TEXT, amount BIGINT, note TEXT',
};

/** A port, and what the journal makes of it. */
interface Port extends SqlDatabase {
  run(statement: SqlStatement): Promise<SqlResult>;
}

function portOf({ database }: OpenClient, connectionWaitMs = 10_000): Port {
  const client = database as SqlDatabase;
  const dialect = { postgres: postgresDialect, mysql: mariaDbDialect, sqlite: sqliteDialect }[client.engine];
  const journals = new ClientDatabase(client, dialect, { connectionWaitMs, handlerTimeoutMs: 10_000 });
  return {
    ...client,
    run: (statement) => journals.run(statement),
    transaction: (act, options) => journals.inTransaction(act, options),
  };
}

/** A promise that somebody else fulfils. */
function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

for (const [name, open] of Object.entries(clients)) {
  describeEngines(`The port of ${name}`, (engine) => {
    // Drizzle's transactions on SQLite are over before anything can be awaited: there, it has a file.
    if (name !== 'Drizzle' || engine.name !== 'sqlite') contract(engine, open);
  });
}

function contract(engine: Engine, open: Open): void {
  let test: TestDatabase;
  let place: Place;
  let client: OpenClient;
  let database: Port;
  /** Somebody else, who sees what is committed. */
  let other: DataSource;
  const closing: (() => Promise<unknown>)[] = [];

  async function connect(more: Partial<Place> = {}): Promise<OpenClient> {
    const opened = await open({ ...place, ...more });
    closing.push(async () => {
      await opened.close();
    });
    return opened;
  }

  beforeEach(async () => {
    test = await engine.createDatabase();
    const { url, database: file } = test.options as { url?: string; database?: string };
    place = { engine: engine.name, at: url ?? String(file), poolSize: POOL };
    other = await new DataSource(test.options).initialize();
    closing.push(() => other.destroy());
    await other.query(`CREATE TABLE refund (${KINDS[engine.name]})`);
    client = await connect();
    database = portOf(client);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await test.drop();
  });

  const isPostgres = engine.name === 'postgres';
  const mark = (n: number): string => (isPostgres ? `$${n}` : '?');
  const insert = (id: string, status = 'open'): { sql: string; parameters: unknown[] } => ({
    sql: `INSERT INTO refund (id, status) VALUES (${mark(1)}, ${mark(2)})`,
    parameters: [id, status],
  });
  const ids = async (): Promise<string[]> =>
    (await other.query<{ id: string }[]>('SELECT id FROM refund ORDER BY id')).map(({ id }) => id);
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const driverError = (error: unknown): unknown => database.driverErrorOf?.(error) ?? error;

  it('tells the engine, and how many connections there are', () => {
    expect(database.engine).toBe(engine.name === 'mariadb' ? 'mysql' : engine.name);
    if (engine.name !== 'sqlite') expect(database.poolSize).toBe(POOL);
  });

  describe('a statement by itself', () => {
    it('is committed once it resolves', async () => {
      await database.run(insert('one'));
      expect(await ids()).toEqual(['one']);
    });

    it('gives back every text as it was given', async () => {
      const texts = [
        ...[null, '', '취소 환불', '🙂👨‍👩‍👧', `' " \\ \\' \\\\ \\n \`; -- ? ?? \\? $1 :name %s {} [] @x #`, 'a\r\nb\tc\n'],
        JSON.stringify({ ids: Array.from({ length: 20_000 }, (_, id) => `'환불'-${id}`) }),
        // What could be taken for something else.
        ...['012345678901234567890', '2026-03-02T03:00:00.123Z', '{"a":1}', '[]', 'null', 'true', '1e3'],
      ];
      const sql = `INSERT INTO refund (note, id, amount) VALUES (${mark(1)}, ${mark(2)}, ${mark(3)})`;
      for (const [n, text] of texts.entries()) await database.run({ sql, parameters: [text, `t-${n}`, n] });
      const { rows } = await database.run({
        sql: `SELECT note FROM refund WHERE id <> ${mark(1)} ORDER BY amount`,
        parameters: ['x'],
      });
      expect(rows.map(({ note }) => note)).toEqual(texts);
      expect(
        (await other.query<{ note: string }[]>('SELECT note FROM refund ORDER BY amount')).map(({ note }) => note),
      ).toEqual(texts);
    });

    it('gives back every whole number as it was given', async () => {
      const sql = `INSERT INTO refund (id, amount) VALUES (${mark(1)}, ${mark(2)})`;
      for (const amount of [0, 1, -1, 2 ** 31, 2 ** 32 + 1, 1_772_420_400_123, 10 ** 15]) {
        await database.run({ sql, parameters: [String(amount), amount] });
        const { rows } = await database.run({
          sql: `SELECT amount FROM refund WHERE amount = ${mark(1)}`,
          parameters: [amount],
        });
        expect(rows.map((row) => Number(row['amount']))).toEqual([amount]);
      }
    });

    it('names columns as they are asked for', async () => {
      await database.run(insert('one'));
      const { rows } = await database.run({
        sql: 'SELECT id AS shop_id, COUNT(*) AS n, status FROM refund GROUP BY id, status',
      });
      expect(rows.map((row) => ({ ...row, n: Number(row['n']) }))).toEqual([{ shop_id: 'one', n: 1, status: 'open' }]);
    });

    it('tells how many rows it inserted, found and deleted', async () => {
      expect(await database.run(insert('one'))).toMatchObject({ affected: 1 });
      await database.run(insert('two'));
      const update = { sql: `UPDATE refund SET status = ${mark(1)}`, parameters: ['open'] };
      expect(await database.run(update)).toMatchObject({ affected: 2 });
      const none = { sql: `UPDATE refund SET status = ${mark(1)} WHERE id = ${mark(2)}`, parameters: ['done', 'three'] };
      expect(await database.run(none)).toMatchObject({ affected: 0 });
      expect(await database.run({ sql: 'DELETE FROM refund' })).toMatchObject({ affected: 2 });
    });

    it('gives the rows that it returns, and counts them', async () => {
      if (engine.name === 'mariadb') return;
      const { rows, affected } = await database.run({ ...insert('one'), sql: `${insert('one').sql} RETURNING id, status` });
      expect({ rows, affected }).toEqual({ rows: [{ id: 'one', status: 'open' }], affected: 1 });
    });

    it('rejects with an error in which a unique index is recognised', async () => {
      await database.run(insert('one'));
      const error = await failure(database.run(insert('one')));
      expect(sqlStateOf(driverError(error))).toMatch(/^(23505|23000|SQLITE_CONSTRAINT\w*)$/);
    });

    it('rejects with an error in which a missing table is recognised', async () => {
      const error = await failure(database.run({ sql: 'SELECT id FROM nowhere' }));
      const { message } = driverError(error) as Error;
      expect(`${sqlStateOf(driverError(error))} ${message}`).toMatch(/42P01|42S02|no such table/);
    });
  });

  describe('a transaction', () => {
    it('commits what was written in it, and gives what came of it', async () => {
      const result = await database.transaction(async (transaction) => {
        await database.runIn(transaction, insert('one'));
        await client.write(transaction, 'two');
        expect(await ids()).toEqual([]);
        return 'done';
      }, OPTIONS);
      expect(result).toBe('done');
      expect(await ids()).toEqual(['one', 'two']);
    });

    it('rolls back where something in it fails, and rejects with just that', async () => {
      const error = new Error('no');
      const work = database.transaction(async (transaction) => {
        await database.runIn(transaction, insert('one'));
        await client.write(transaction, 'two');
        throw error;
      }, OPTIONS);
      expect(await failure(work)).toBe(error);
      expect(await ids()).toEqual([]);
    });

    it('commits for good', async () => {
      if (engine.name !== 'sqlite') return;
      await database.transaction(async (transaction) => {
        const { rows } = await database.runIn(transaction, { sql: 'PRAGMA synchronous' });
        // FULL.
        expect(rows.map((row) => Number(row['synchronous']))).toEqual([2]);
      }, OPTIONS);
    });

    it('sees what others have committed meanwhile', async () => {
      if (engine.name === 'sqlite') return;
      await database.transaction(async (transaction) => {
        const count = { sql: 'SELECT COUNT(*) AS n FROM refund' };
        expect(Number((await database.runIn(transaction, count)).rows[0]?.['n'])).toBe(0);
        await other.query("INSERT INTO refund (id) VALUES ('others')");
        expect(Number((await database.runIn(transaction, count)).rows[0]?.['n'])).toBe(1);
      }, OPTIONS);
    });

    it('has the write lock of SQLite from its beginning', async () => {
      if (engine.name !== 'sqlite') return;
      await other.query('PRAGMA busy_timeout = 0');
      await database.transaction(async () => {
        const error = await failure(other.query("INSERT INTO refund (id) VALUES ('others')"));
        expect(sqlStateOf(error)).toMatch(/^SQLITE_BUSY/);
      }, OPTIONS);
    });

    it.each([
      ['was committed', false],
      ['was rolled back', true],
    ])('writes nothing any more once it %s', async (_, fails) => {
      let kept: object = {};
      const work = database.transaction(async (transaction) => {
        kept = transaction;
        await database.runIn(transaction, insert('in time'));
        if (fails) throw new Error('no');
      }, OPTIONS);
      await failure(work);
      expect(await failure(client.write(kept, 'late'))).toHaveProperty('message');
      if (client.flush) expect(await failure(client.flush(kept, 'late, too'))).toHaveProperty('message');
      expect(await failure(database.runIn(kept, insert('later')))).toHaveProperty('message');
      await database.run(insert('after'));
      expect(await ids()).toEqual(fails ? ['after'] : ['after', 'in time']);
    });

    it('leaves nothing of what is still being written when it fails', async () => {
      const late: Promise<unknown>[] = [];
      const work = database.transaction(async (transaction) => {
        for (let n = 0; n < 5; n++) late.push(failure(client.write(transaction, `late-${n}`)));
        await Promise.resolve();
        throw new Error('no');
      }, OPTIONS);
      // A handler that goes on while the transaction ends.
      await failure(work);
      await Promise.all(late);
      await database.run(insert('after'));
      expect(await ids()).toEqual(['after']);
    });

    it('leaves nothing of what is written all the while that it is ending', async () => {
      let isOver = false;
      let handler = Promise.resolve();
      const work = database.transaction((transaction) => {
        handler = (async () => {
          for (let n = 0; !isOver; n++) {
            await failure(client.write(transaction, `late-${n}`));
            await new Promise(setImmediate);
          }
        })();
        return new Promise((_, reject) => setImmediate(() => reject(new Error('no'))));
      }, OPTIONS);
      await failure(work);
      await database.run(insert('after'));
      isOver = true;
      await handler;
      expect(await ids()).toEqual(['after']);
    });

    // Some clients do not tell: PostgreSQL answers COMMIT with a silent roll-back.
    it('leaves nothing where a statement of it failed, though it goes on', async () => {
      if (!isPostgres) return;
      const work = database.transaction(async (transaction) => {
        await database.runIn(transaction, insert('one'));
        await failure(database.runIn(transaction, insert('one')));
        expect(await failure(database.runIn(transaction, insert('two')))).toHaveProperty('message');
      }, OPTIONS);
      await failure(work);
      expect(await ids()).toEqual([]);
    });

    // An error of pg's that nobody hears ends the process, and this test with it.
    it('rejects where the server ends its connection while nobody asks anything by it', async () => {
      if (!isPostgres) return;
      const work = database.transaction(async (transaction) => {
        const { rows } = await database.runIn(transaction, { sql: 'SELECT pg_backend_pid() AS pid' });
        const pid = Number(rows[0]?.['pid']);
        await other.query('SELECT pg_terminate_backend($1, 10000)', [pid]);
        for (let looks = 0; looks < 10; looks++) await other.query('SELECT 1');
        await database.runIn(transaction, insert('one'));
      }, OPTIONS);
      expect(await failure(work)).toHaveProperty('message');
      expect(await ids()).toEqual([]);
    });

    it('takes turns with as many others as there may be', async () => {
      const names = Array.from({ length: 20 }, (_, n) => `t-${String(n).padStart(2, '0')}`);
      await Promise.all(
        names.map((id) => database.transaction((transaction) => database.runIn(transaction, insert(id)), OPTIONS)),
      );
      expect(await ids()).toEqual(names);
    });

    it('takes back nothing that the shop was told is written beside it', async () => {
      let beside: Promise<unknown> = Promise.resolve();
      const work = database.transaction(async (transaction) => {
        await database.runIn(transaction, insert('ours'));
        beside = failure(client.writeAlone('beside'));
        // It may well wait for this very transaction.
        for (let n = 0; n < 10; n++) await Promise.race([beside, new Promise(setImmediate)]);
        throw new Error('no');
      }, OPTIONS);
      await failure(work);
      const refused = await beside;
      expect(await ids()).toEqual(refused === undefined ? ['beside'] : []);
    });

    it('lets nothing of others in', async () => {
      const [begun, goOn] = [signal(), signal()];
      const work = database.transaction(async (transaction) => {
        await database.runIn(transaction, insert('ours'));
        begun.give();
        await goOn.given;
        throw new Error('no');
      }, OPTIONS);
      const done = failure(work);
      await begun.given;
      const others = database.run(insert('others'));
      goOn.give();
      await done;
      await others;
      expect(await ids()).toEqual(['others']);
    });
  });

  describe('a transaction of the shop', () => {
    it('takes part in what is run in it', async () => {
      await client.transaction(async (transaction) => {
        expect(await database.faultOf(transaction)).toBeUndefined();
        await database.runIn(transaction, insert('one'));
        await client.write(transaction, 'two');
      });
      await failure(
        client.transaction(async (transaction) => {
          await database.runIn(transaction, insert('three'));
          throw new Error('no');
        }),
      );
      expect(await ids()).toEqual(['one', 'two']);
    });

    it("is told from what has ended, the journal's own as well", async () => {
      const kept: object[] = [];
      const keep = async (transaction: object): Promise<void> => {
        kept.push(transaction);
        expect(await database.faultOf(transaction)).toBeUndefined();
      };
      await database.transaction(keep, OPTIONS);
      await client.transaction(keep);
      // Drizzle cannot tell: the journal asks the engine.
      if (open === clients['Drizzle']) return;
      for (const transaction of kept) {
        expect(await database.faultOf(transaction)).toMatchObject({ fault: NO_TRANSACTION, remedy: expect.any(String) });
      }
    });

    it('is told from what is none', async () => {
      expect(await database.faultOf({})).toMatchObject({ fault: expect.stringMatching(/^is no /), remedy: expect.any(String) });
      expect(await database.faultOf([])).toBeDefined();
    });

    it('is told from one of another database', async () => {
      const another = await connect();
      await portOf(another).transaction(async (transaction) => {
        expect((await database.faultOf(transaction))?.fault).toMatch(/^is one of another/);
      }, OPTIONS);
    });
  });

  describe('an error', () => {
    it('tells that a lock was waited for in vain', async () => {
      const [held, done] = [signal(), signal()];
      await database.run(insert('one'));
      const begin = { postgres: 'BEGIN', mariadb: 'START TRANSACTION', sqlite: 'BEGIN IMMEDIATE' }[engine.name];
      const holder = other.createQueryRunner();
      await holder.query(begin);
      await holder.query("UPDATE refund SET status = 'held' WHERE id = 'one'");
      held.give();
      const work = database.transaction(async (transaction) => {
        if (isPostgres) await database.runIn(transaction, { sql: 'SET LOCAL lock_timeout = 10' });
        const soon = engine.name === 'mariadb' ? 'SET STATEMENT innodb_lock_wait_timeout = 0 FOR ' : '';
        const sql = `${soon}UPDATE refund SET status = ${mark(1)} WHERE id = ${mark(2)}`;
        await database.runIn(transaction, { sql, parameters: ['mine', 'one'] });
      }, OPTIONS);
      const error = driverError(await failure(work));
      done.give();
      await holder.query('ROLLBACK');
      await holder.release();
      if (engine.name === 'mariadb') expect((error as { errno?: unknown }).errno).toBe(1205);
      else if (isPostgres) expect(sqlStateOf(error)).toBe('55P03');
      else expect(error).toHaveProperty('name', 'LockedFileError');
      // And the next one finds its connection.
      await database.transaction((transaction) => database.runIn(transaction, insert('two')), OPTIONS);
    });

    it('tells a deadlock', async () => {
      if (engine.name === 'sqlite') return;
      await database.run(insert('one'));
      await database.run(insert('two'));
      const update = (id: string): { sql: string; parameters: unknown[] } => ({
        sql: `UPDATE refund SET status = ${mark(1)} WHERE id = ${mark(2)}`,
        parameters: ['mine', id],
      });
      const [first, second] = [signal(), signal()];
      const cross = (mine: string, theirs: string, here: typeof first, there: typeof first): Promise<unknown> =>
        failure(
          database.transaction(async (transaction) => {
            await database.runIn(transaction, update(mine));
            here.give();
            await there.given;
            await database.runIn(transaction, update(theirs));
          }, OPTIONS),
        );
      const errors = await Promise.all([cross('one', 'two', first, second), cross('two', 'one', second, first)]);
      const [error, ...more] = errors.filter((one) => one !== undefined);
      expect(more).toEqual([]);
      expect(sqlStateOf(driverError(error))).toMatch(/^(40P01|40001)$/);
      if (engine.name === 'mariadb') expect((driverError(error) as { errno?: unknown }).errno).toBe(1213);
    });

    it('tells a serialization failure', async () => {
      if (!isPostgres) return;
      await database.run(insert('one'));
      const error = await failure(
        client.transaction(async (transaction) => {
          await database.runIn(transaction, { sql: 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ' });
          await database.runIn(transaction, { sql: 'SELECT id FROM refund' });
          await other.query("UPDATE refund SET status = 'others'");
          await database.runIn(transaction, { sql: "UPDATE refund SET status = 'mine'" });
        }),
      );
      expect(sqlStateOf(driverError(error))).toBe('40001');
    });

    it('says that no connection came, and then nothing is run', async () => {
      const small = portOf(await connect({ poolSize: 1 }), 1_000);
      const [begun, goOn] = [signal(), signal()];
      const holding = small.transaction(async () => {
        begun.give();
        await goOn.given;
      }, OPTIONS);
      await begun.given;
      const act = (): Promise<never> => Promise.reject(new Error('This must not be called.'));
      expect(await failure(small.run(insert('late')))).toBeInstanceOf(NoConnectionError);
      expect(await failure(small.transaction(act, OPTIONS))).toBeInstanceOf(NoConnectionError);
      goOn.give();
      await holding;
      await small.run(insert('after'));
      expect(await ids()).toEqual(['after']);
    });
  });
}

describe('Drizzle on a pool of mysql2', () => {
  it.each([
    [0, Infinity],
    [3, 3],
  ])('whose connectionLimit is %i has %d connections', async (connectionLimit, poolSize) => {
    const pool = createPool({ host: '127.0.0.1', connectionLimit });
    expect((clientOf(drizzle(pool)) as SqlDatabase<object>).poolSize).toBe(poolSize);
    await pool.end();
  });
});
