import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { KiccConfigurationError } from '../../lib/index.js';
import { kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { TestDatabase } from '../engines/engine.js';
import { proxyOf } from '../engines/proxy.js';

describeEngines('a start', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    database = await engine.createDatabase();
    closing.push(() => database.drop());
    dataSource = await connect({});
    await dataSource.runMigrations();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const connect = async (settings: object): Promise<DataSource> => {
    const options = { ...database.options, migrations: [...kiccMigrations], logging: false, ...settings } as DataSourceOptions;
    const connected = await new DataSource(options).initialize();
    closing.push(() => connected.destroy());
    return connected;
  };
  const start = async (on: DataSource): Promise<void> => {
    const journal = new TypeOrmReviseJournal(on);
    closing.push(() => journal.onApplicationShutdown());
    await journal.onModuleInit();
  };
  const refusal = async (on: DataSource): Promise<string> => {
    const error = await start(on).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(KiccConfigurationError);
    return String(error);
  };

  it("of several processes at once is in nobody's way, and leaves nothing", async () => {
    const sources = await Promise.all(Array.from({ length: 6 }, () => connect({})));
    const claiming = new TypeOrmReviseJournal(dataSource);
    closing.push(() => claiming.onApplicationShutdown());
    const far = new Date(200_000_000_000_000);
    const claim = { mallIds: ['\'"\\%취소 ', 'T0000001'], now: far, leaseUntil: far, limit: 10 };
    const claims = sources.map(() => claiming.claimDue(claim));
    await Promise.all(sources.map(start));
    expect((await Promise.all(claims)).flat()).toEqual([]);
    expect(await dataSource.query('SELECT * FROM kicc_revision')).toEqual([]);
  });

  it.each([
    ['a table', 'DROP TABLE kicc_revision'],
    ['a column', 'ALTER TABLE kicc_revision DROP COLUMN cancel_req_date'],
  ])('without %s says how it comes', async (_, sql) => {
    await dataSource.query(sql);
    expect(await refusal(dataSource)).toMatch(/kicc_revision cannot be read.*npx kicc migrate/);
  });

  if (engine.name === 'sqlite') return;
  const urlOfDatabase = (): string => (database.options as { url?: string }).url ?? '';

  const RIGHTS = [
    { may: 'nothing', rights: [] },
    { may: 'read', rights: ['SELECT'] },
    { may: 'not delete', rights: ['SELECT', 'INSERT', 'UPDATE'] },
  ];
  // Users of MariaDB's can be given rights only by one that may do that, which that of the tests may not.
  if (engine.name === 'postgres') {
    it.each(RIGHTS)('by a user who may $may says what to grant', async ({ rights }) => {
      const url = new URL(urlOfDatabase());
      const role = `${url.pathname.slice(1)}_role_${Date.now()}`;
      await dataSource.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA public TO ${role}`);
      closing.push(() => dataSource.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
      if (rights.length > 0) await dataSource.query(`GRANT ${rights.join(', ')} ON kicc_revision TO ${role}`);
      await dataSource.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
      url.username = role;
      const words = await refusal(await connect({ url: url.href }));
      expect(words).toMatch(
        /kicc_revision cannot be read.*Grant the user that the shop connects as SELECT, INSERT, UPDATE and DELETE/,
      );
      expect(words).not.toMatch(/kiccMigrations/);
    });
  }

  it('whose connections are dropped tries again, and tells of it where that does not help', async () => {
    const proxy = await proxyOf(urlOfDatabase());
    closing.push(() => proxy.stop());
    const through = await connect({ url: proxy.url, poolErrorHandler: () => undefined });
    proxy.drops = 3;
    proxy.cut();
    await start(through);

    proxy.drops = Infinity;
    proxy.cut();
    const words = await refusal(through);
    expect(words).toMatch(/connection to the database was lost or refused/);
    expect(words).not.toMatch(/kiccMigrations/);
    proxy.drops = 0;
  });
});
