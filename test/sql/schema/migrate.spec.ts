import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DatabaseByDriver } from '../../../lib/cli/database-by-driver.js';
import { KiccSchemaError } from '../../../lib/sql/schema/kicc-schema.error.js';
import { kiccSchema, SCHEMA_VERSION } from '../../../lib/sql/schema/kicc-schema.js';
import { migrate, type MigrateOptions } from '../../../lib/sql/schema/migrate.js';
import { behind } from '../../../lib/sql/schema/standing.js';
import { differences, readStructure, structureAt } from '../../../lib/sql/schema/structure.js';
import { describeEngines } from '../../engines/describe-engines.js';
import type { TestDatabase } from '../../engines/engine.js';
import { byTypeOrm, connectTo, migrateByTypeOrm } from './connect.js';

const VERSIONS = Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1);

describeEngines('migrate()', (engine) => {
  let database: TestDatabase;
  let connection: DatabaseByDriver;
  const opened: DatabaseByDriver[] = [];

  beforeEach(async () => {
    database = await engine.createDatabase();
    connection = await connect();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await database.drop();
  });

  async function connect(): Promise<DatabaseByDriver> {
    const one = await connectTo(database);
    opened.push(one);
    return one;
  }

  /** What it says, and what it did. */
  async function run(options: MigrateOptions = {}, by = connection) {
    const said: string[] = [];
    const { from, to, steps } = await migrate(by, { ...options, tell: (line) => said.push(line) });
    return { from, to, steps: steps.map(({ version, direction }) => `${version} ${direction}`), said };
  }

  async function expectAt(version: number, schema = 'public'): Promise<void> {
    const held = await readStructure(connection, engine.name === 'postgres' ? schema : undefined);
    expect(differences(held, structureAt(connection.engine, version))).toEqual([]);
  }

  async function recorded(): Promise<unknown[]> {
    const rows = await connection.run('SELECT version, name, under_way FROM kicc_schema_version ORDER BY version');
    return rows.map(({ version, name, under_way }) => [Number(version), name, under_way]);
  }

  const recordOf = (version: number): unknown[] =>
    kiccSchema(connection.engine)
      .slice(0, version)
      .map(({ name }, index) => [index + 1, name, null]);

  async function insert(id: string, openPgCno: string | null, status: string): Promise<void> {
    const place = openPgCno === null ? 'NULL' : `'${openPgCno}'`;
    await connection.run(
      `INSERT INTO kicc_revision (mall_id, shop_transaction_id, pg_cno, open_pg_cno, status, version, accepted_at, written_by, state)
       VALUES ('T0000001', '${id}', 'pay-${id}', ${place}, '${status}', 1, 5, 'test', '{"cancelReqDate":"20260302"}')`,
    );
  }

  const rows = async (columns = '*') => connection.run(`SELECT ${columns} FROM kicc_revision ORDER BY sequence`);

  it('makes the tables from nothing, and then has nothing to do', async () => {
    expect(await behind(connection)).toBe(
      `The schema is at version 0, this library wants ${SCHEMA_VERSION}: npx kicc migrate --database URL`,
    );
    const { from, to, steps, said } = await run();
    expect([from, to]).toEqual([0, SCHEMA_VERSION]);
    expect(steps).toEqual(VERSIONS.map((version) => `${version} up`));
    expect(said[0]).toMatch(/^1 KiccRevision1790000000001 up: \d statements, \d+\.\d s$/);
    await expectAt(SCHEMA_VERSION);
    expect(await recorded()).toEqual(recordOf(SCHEMA_VERSION));
    expect(await run()).toEqual({ from: SCHEMA_VERSION, to: SCHEMA_VERSION, steps: [], said: [] });
    expect(await behind(connection)).toBeUndefined();
  });

  it.each(VERSIONS)('goes on from version %i of TypeORM, and touches no row', async (version) => {
    await migrateByTypeOrm(database, version);
    await insert('open', 'pay-open', 'unknown');
    await insert('gone', 'pay-gone', 'unknown');
    await insert('done', null, 'succeeded');
    await connection.run("DELETE FROM kicc_revision WHERE shop_transaction_id = 'gone'");
    const columns = Object.keys((await rows())[0] ?? {}).join(', ');
    const before = await rows(columns);

    // Of the two that are alike on MySQL, the newer one.
    const stood = connection.engine === 'mysql' && version === 6 ? 7 : version;
    const { from, steps, said } = await run();
    expect(from).toBe(stood);
    expect(steps).toEqual(VERSIONS.slice(stood).map((one) => `${one} up`));
    if (version === SCHEMA_VERSION) expect(said).toEqual(['9 KiccAccepted1790000000009: recorded as where the tables stand']);
    await expectAt(SCHEMA_VERSION);
    expect(await recorded()).toEqual(recordOf(SCHEMA_VERSION));
    expect(await rows(columns)).toEqual(before);
    const [open] = await rows();
    if (version < 4) expect(open?.['cancel_req_date']).toBe('20260302');
    // The number of what is gone is not given again.
    await insert('next', 'pay-next', 'unknown');
    expect((await rows()).map((row) => Number(row['sequence']))).toEqual([1, 3, 4]);
  });

  it('goes down and up again, with revisions that are open and under review', async () => {
    await run();
    await insert('open', 'pay-open', 'unknown');
    await insert('review', 'pay-review', 'declined');
    await insert('done', null, 'succeeded');
    for (const to of [8, 7, 6, 5]) expect((await run({ to })).steps).toEqual([`${to + 1} down`]);
    await expectAt(5);
    expect(await recorded()).toEqual(recordOf(5));
    expect((await rows('open_pg_cno')).map((row) => row['open_pg_cno'])).toEqual(['pay-open', 'pay-review', null]);
    // Before that, no place was held by what is settled.
    expect((await run({ to: 1 })).steps).toEqual(['5 down', '4 down', '3 down', '2 down']);
    await expectAt(1);
    const again = await run();
    expect(again.steps).toEqual(VERSIONS.slice(1).map((version) => `${version} up`));
    await expectAt(SCHEMA_VERSION);
    expect((await rows('open_pg_cno')).map((row) => row['open_pg_cno'])).toEqual(['pay-open', null, null]);
    await expect(insert('another', 'pay-open', 'unknown')).rejects.toHaveProperty('message');
  });

  it('takes no table away that has rows, unless it is told to', async () => {
    await run();
    await insert('open', 'pay-open', 'unknown');
    await expect(run({ to: 0 })).rejects.toThrow(/^kicc_revision has rows, and version 0 has no such table/);
    await expectAt(1);
    expect((await rows()).length).toBe(1);
    expect((await run({ to: 0, dropRows: true })).steps).toEqual(['1 down']);
    await expectAt(0);
    expect((await run()).from).toBe(0);
  });

  it('only tells, where it is a dry run', async () => {
    await migrateByTypeOrm(database, 5);
    const { from, steps, said } = await run({ dryRun: true });
    expect([from, steps]).toEqual([5, ['6 up', '7 up', '8 up', '9 up']]);
    expect(said).toEqual([
      '6 KiccBulkRevision1790000000006 up: would be run',
      '7 KiccPartialIndices1790000000007 up: would be run',
      '8 KiccBulkDue1790000000008 up: would be run',
      '9 KiccAccepted1790000000009 up: would be run',
    ]);
    await expectAt(5);
    await expect(recorded()).rejects.toHaveProperty('message');
  });

  it('is done once, by however many at the same time', async () => {
    const others = await Promise.all([connect(), connect()]);
    const done = await Promise.all([connection, ...others].map((by) => run({}, by)));
    const steps = done.flatMap((one) => one.steps).sort();
    expect(steps).toEqual(VERSIONS.map((version) => `${version} up`));
    await expectAt(SCHEMA_VERSION);
    expect(await recorded()).toEqual(recordOf(SCHEMA_VERSION));
  });

  it('lives beside TypeORM: what the tables are like counts', async () => {
    await migrateByTypeOrm(database, 3);
    expect((await run({ to: 3 })).said).toEqual(['3 KiccNotification1790000000003: recorded as where the tables stand']);
    await migrateByTypeOrm(database, SCHEMA_VERSION);
    const { steps, said } = await run();
    expect(steps).toEqual([]);
    expect(said[0]).toBe(
      `The tables are those of version ${SCHEMA_VERSION}, though kicc_schema_version says 3: something else has migrated them since. ` +
        'What they are like counts.',
    );
    expect(await recorded()).toEqual(recordOf(SCHEMA_VERSION));
    await byTypeOrm(database, SCHEMA_VERSION, (dataSource) => dataSource.undoLastMigration());
    expect((await run()).steps).toEqual(['9 up']);
  });

  it('leaves alone what it does not know', async () => {
    await run({ to: 6 });
    await connection.run('ALTER TABLE kicc_bulk ADD note varchar(9)');
    const unlike = 'They differ from version 6: kicc_bulk has another column note varchar(9).';
    for (const dryRun of [true, false]) await expect(run({ dryRun })).rejects.toThrow(unlike);
    // Of what the shop has changed itself, a start says nothing: whether rows come back is tried.
    expect(await behind(connection)).toBeUndefined();
    await connection.run('ALTER TABLE kicc_bulk DROP COLUMN note');
    await connection.run(`INSERT INTO kicc_schema_version VALUES (10, 'KiccFuture', 0, NULL)`);
    for (const act of [() => run(), () => run({ to: 2 }), () => behind(connection)]) {
      await expect(act()).rejects.toThrow(/^The schema is at version 10, and this library knows 9 at most\./);
    }
    await expectAt(6);
  });

  it.each([-1, 10, 1.5])('knows no version %d', async (to) => {
    await expect(run({ to })).rejects.toThrow('to: give a version from 0 to 9.');
  });

  it('says how far it came, keeps what it may, and goes on from there', async () => {
    await migrateByTypeOrm(database, 2);
    await insert('open', 'pay-open', 'unknown');
    let left = 2;
    const failing: DatabaseByDriver = {
      ...connection,
      run: (sql, parameters) =>
        /attention/.test(sql) && --left === 0
          ? Promise.reject(Object.assign(new Error('Secret 1234'), { code: 'ER_DISK_FULL' }))
          : connection.run(sql, parameters),
    };
    const error = await run({}, failing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KiccSchemaError);
    const { message } = error as KiccSchemaError;
    expect(message).toMatch(
      /^KiccNotification1790000000003 \(up\): statement 3 of 3 failed \(Error ER_DISK_FULL\): CREATE INDEX \S+ ON \S+ … /,
    );
    expect(message).not.toContain('Secret');
    if (connection.engine === 'mysql') {
      expect(message).toContain('The first 2 of its statements were run, and stay.');
      expect(await recorded()).toEqual([...recordOf(2), [3, 'KiccNotification1790000000003', 'up']]);
      expect(await behind(connection)).toBe(
        'The schema stands half way in KiccNotification1790000000003 (up): npx kicc migrate --database URL',
      );
      expect((await run({ dryRun: true })).steps[0]).toBe('3 up');
    } else {
      expect(message).toContain('Nothing of it was kept: the tables stand at version 2.');
      await expectAt(2);
    }
    const { from, steps, said } = await run();
    expect([from, steps[0]]).toEqual([2, '3 up']);
    expect(said[0]?.includes('; it had been interrupted')).toBe(connection.engine === 'mysql');
    await expectAt(SCHEMA_VERSION);
    expect((await rows()).length).toBe(1);
  });

  if (engine.name === 'mariadb') {
    /** Runs all up to a statement, with which the connection ends. */
    function dyingAfter(statement: string): DatabaseByDriver {
      let isDead = false;
      return {
        ...connection,
        run: async (sql, parameters) => {
          if (isDead) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
          const result = await connection.run(sql, parameters);
          isDead = sql === statement;
          return result;
        },
      };
    }

    it.each(VERSIONS.filter((version) => version !== 7))('ends version %i, wherever it was killed', async (version) => {
      const migration = kiccSchema('mysql')[version - 1];
      for (const direction of ['up', 'down'] as const) {
        const [from, to] = direction === 'up' ? [version - 1, version] : [version, version - 1];
        for (const statement of migration?.[direction] ?? []) {
          await run({ to: from, dropRows: true });
          await expect(run({ to, dropRows: true }, dyingAfter(statement))).rejects.toHaveProperty('message');
          await connection.run('SELECT RELEASE_ALL_LOCKS()');
          // What was begun is ended first, also where that is not the way.
          expect((await run({ to: from })).steps).toEqual([
            `${version} ${direction}`,
            `${version} ${direction === 'up' ? 'down' : 'up'}`,
          ]);
          await expectAt(from);
          expect(await recorded()).toEqual(recordOf(from));
        }
      }
    });

    it('does not end what TypeORM has gone past', async () => {
      await run();
      await connection.run("UPDATE kicc_schema_version SET under_way = 'down' WHERE version = 3");
      const { steps, said } = await run();
      expect(steps).toEqual([]);
      expect(said).toEqual(['9 KiccAccepted1790000000009: recorded as where the tables stand']);
      await expectAt(SCHEMA_VERSION);
      expect(await recorded()).toEqual(recordOf(SCHEMA_VERSION));
    });
  }

  if (engine.name === 'postgres') {
    it('is looked at by a user that is let at the tables alone, who may not migrate', async () => {
      await run({ to: 7 });
      const role = `kicc_reader_${process.pid}`;
      await connection.run(`CREATE ROLE ${role}`);
      try {
        await connection.run(`GRANT USAGE ON SCHEMA public TO ${role}`);
        await connection.run(`GRANT SELECT ON kicc_revision TO ${role}`);
        await connection.run(`SET ROLE ${role}`);
        expect(await behind(connection)).toContain('The schema is at version 7, this library wants 9');
        await expect(run()).rejects.toThrow(/^The database did not let .* \(error 42501\)\. Look at/);
      } finally {
        await connection.run('RESET ROLE');
        await connection.run(`DROP OWNED BY ${role}`);
        await connection.run(`DROP ROLE ${role}`);
      }
    });
  }

  if (engine.name === 'postgres') {
    it('finds done what was built before while the shop worked', async () => {
      await run({ to: 8 });
      await connection.run(
        'CREATE INDEX CONCURRENTLY "IX_kicc_revision_accepted" ON kicc_revision (accepted_at, sequence, status, settled_at, mall_id)',
      );
      const { steps } = await run({ to: 9 });
      expect(steps).toEqual([]);
      expect(await recorded()).toEqual(recordOf(9));
    });
  }

  if (engine.name === 'postgres') {
    it('works in a schema, by its name or by the search_path', async () => {
      await expect(run({ schema: 'refunds' })).rejects.toThrow('schema: there is none of the name "refunds"');
      await connection.run('CREATE SCHEMA refunds');
      await migrateByTypeOrm(database, 4, { schema: 'refunds' });
      expect((await run({ schema: 'refunds' })).from).toBe(4);
      await expectAt(SCHEMA_VERSION, 'refunds');
      await expectAt(0, 'public');
      await connection.run('SET search_path = public, refunds');
      expect(await run()).toEqual({ from: SCHEMA_VERSION, to: SCHEMA_VERSION, steps: [], said: [] });
      expect((await run({ to: 5 })).steps).toEqual(['9 down', '8 down', '7 down', '6 down']);
      await expectAt(5, 'refunds');
      await connection.run('SET search_path = nowhere');
      await expect(run()).rejects.toThrow('schema: the search_path of the connection leads to none.');
    });
  } else {
    it('knows no schema', async () => {
      await expect(run({ schema: 'refunds' })).rejects.toThrow('schema: only PostgreSQL has them.');
    });
  }

  if (engine.name === 'sqlite') {
    it('keeps rows of the shop that name a revision, while its table is copied', async () => {
      await run({ to: 4 });
      await connection.run('PRAGMA foreign_keys = ON');
      await insert('open', 'pay-open', 'unknown');
      await connection.run(
        'CREATE TABLE refund (id integer PRIMARY KEY, revision integer REFERENCES kicc_revision (sequence) ON DELETE CASCADE)',
      );
      await connection.run('INSERT INTO refund VALUES (1, 1)');
      await run();
      expect(await connection.run('SELECT * FROM refund')).toEqual([{ id: 1, revision: 1 }]);
      expect(await connection.run('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    });
  }

  it('leaves nothing to do to the migrations of TypeORM that are left, nor to those that it has taken back', async () => {
    await migrateByTypeOrm(database, 2);
    await run();
    await migrateByTypeOrm(database, SCHEMA_VERSION);
    await expectAt(SCHEMA_VERSION);
    await run({ to: 6 });
    for (const version of [9, 8, 7, 6]) {
      await byTypeOrm(database, version, (dataSource) => dataSource.undoLastMigration());
      await expectAt(Math.min(version - 1, 6));
    }
    expect((await run({ dryRun: true })).from).toBe(5);
  });
});
