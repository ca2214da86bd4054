import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DatabaseByDriver } from '../../../lib/cli/database-by-driver.js';
import { SCHEMA_VERSION } from '../../../lib/sql/schema/kicc-schema.js';
import { differences, readStructure, structureAt } from '../../../lib/sql/schema/structure.js';
import { describeEngines } from '../../engines/describe-engines.js';
import type { TestDatabase } from '../../engines/engine.js';
import { byTypeOrm, connectTo, migrateByTypeOrm } from './connect.js';

const VERSIONS = Array.from({ length: SCHEMA_VERSION + 1 }, (_, version) => version);

describeEngines('The structure of the tables', (engine) => {
  let database: TestDatabase;
  let connection: DatabaseByDriver;
  const schema = engine.name === 'postgres' ? 'public' : undefined;

  beforeEach(async () => {
    database = await engine.createDatabase();
    connection = await connectTo(database);
  });
  afterEach(async () => {
    await connection.close();
    await database.drop();
  });

  const read = () => readStructure(connection, schema);

  it('is that of tables.ts at each version that TypeORM makes, up and down', async () => {
    for (const version of VERSIONS.slice(1)) {
      await migrateByTypeOrm(database, version);
      expect(differences(await read(), structureAt(connection.engine, version))).toEqual([]);
    }
    for (const version of VERSIONS.toReversed().slice(1)) {
      await byTypeOrm(database, SCHEMA_VERSION, (dataSource) => dataSource.undoLastMigration());
      expect(differences(await read(), structureAt(connection.engine, version))).toEqual([]);
    }
  });

  it('tells every two versions apart, but where the engine has no partial indices', () => {
    for (const one of VERSIONS) {
      for (const other of VERSIONS) {
        const isAlike = differences(structureAt(connection.engine, one), structureAt(connection.engine, other)).length === 0;
        const isNone = connection.engine === 'mysql' && Math.min(one, other) === 6 && Math.max(one, other) === 7;
        expect(isAlike).toBe(one === other || isNone);
      }
    }
  });

  it.each([
    ['ALTER TABLE kicc_bulk ADD note varchar(9)', ['kicc_bulk has another column note varchar(9)']],
    ['CREATE INDEX orders_of_revision ON kicc_revision (version)', []],
    [
      'CREATE INDEX IX_kicc_bulk_digest ON kicc_bulk (digest)',
      [expect.stringMatching(/^kicc_bulk has another index ix_kicc_bulk_digest \(digest\)$/i)],
    ],
    ['DROP TABLE kicc_notification', ['kicc_notification is missing']],
  ])('says in what it is unlike: %s', async (sql, unlike) => {
    await migrateByTypeOrm(database, SCHEMA_VERSION);
    await connection.run(engine.name === 'postgres' ? sql.replace(/IX_\w+/, '"$&"') : sql);
    expect(differences(await read(), structureAt(connection.engine, SCHEMA_VERSION))).toEqual(unlike);
  });

  if (engine.name === 'mariadb') {
    it('is the same in the words of MySQL 8', async () => {
      const inItsWords = (row: Readonly<Record<string, unknown>>): Record<string, unknown> => {
        const { type, expression, ...rest } = row;
        const clause = String(expression).replaceAll(/'\w+'/g, (text) => `_utf8mb4\\${text.slice(0, -1)}\\'`);
        return { ...rest, type: String(type).replace(/int\(\d+\)/, 'int'), expression: `(${clause})` };
      };
      for (const version of [4, SCHEMA_VERSION]) {
        await migrateByTypeOrm(database, version);
        const held = await readStructure(
          { engine: 'mysql', run: async (sql, parameters) => (await connection.run(sql, parameters)).map(inItsWords) },
          undefined,
        );
        expect(differences(held, structureAt('mysql', version))).toEqual([]);
      }
    });
  }
});
