import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { describeEngines } from '../engines/describe-engines.js';
import { DIALECTS } from '../sql/dialects.js';
import type { TestDatabase } from '../engines/engine.js';

/** A session is one connection's. */
const ONE = { mariadb: { connectionLimit: 1 }, postgres: { max: 1 }, sqlite: {} };
const BERLIN = 'Europe/Berlin';

describeEngines('the clock of a database', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await engine.createDatabase();
    const options = { ...database.options, extra: ONE[engine.name] } as DataSourceOptions;
    dataSource = await new DataSource(options).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const now = async (): Promise<number> => {
    const [row] = await dataSource.query<{ now: unknown }[]>(DIALECTS[engine.name].clock);
    return Number(row?.now);
  };

  if (engine.name === 'mariadb') {
    it('goes on where summer time ends', async () => {
      // Servers of `npm run services` have this zone; others may know fixed ones alone.
      const sql = `SELECT CONVERT_TZ('2026-01-01', '+00:00', '${BERLIN}') AS at`;
      const [known] = await dataSource.query<{ at: unknown }[]>(sql);
      await dataSource.query(`SET time_zone = '${known?.at ? BERLIN : '+01:00'}'`);
      for (const at of [1_761_438_600_123, 1_761_440_400_123, 1_761_442_200_123]) {
        await dataSource.query(`SET timestamp = ${at / 1_000}`);
        expect(await now()).toBe(at);
      }
    });
  } else {
    it("is this host's, in whatever zone a session is", async () => {
      if (engine.name === 'postgres') await dataSource.query(`SET TimeZone = '${BERLIN}'`);
      expect(Math.abs((await now()) - Date.now())).toBeLessThan(60_000);
    });
  }
});
