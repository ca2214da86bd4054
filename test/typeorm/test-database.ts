import { DataSource, type DataSourceOptions } from 'typeorm';
import { kiccEntities, kiccMigrations, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import type { Engine } from '../engines/engine.js';
import { shapeOf } from '../engines/spare-databases.js';

/** A fresh database with the journal's tables. */
export interface JournalTestDatabase {
  readonly dataSource: DataSource;
  readonly journal: TypeOrmReviseJournal;
  /** Connections as one more process would have them. */
  source(): Promise<DataSource>;
  /** A journal as one more process would have it. */
  connect(now?: () => number): Promise<TypeOrmReviseJournal>;
  /** Closes everything and drops the database. */
  drop(): Promise<void>;
}

/** Connections of one process: several journals at once must not use up what a server has. */
const POOL = { postgres: { max: 4 }, mariadb: { connectionLimit: 4 }, sqlite: {} };

export async function openTestDatabase(
  engine: Engine,
  shops: { readonly entities?: readonly (new () => object)[]; readonly tables?: readonly string[] } = {},
): Promise<JournalTestDatabase> {
  const { name, spare } = engine;
  const tables = JSON.stringify(shops.tables ?? []);
  const used = spare?.take(tables);
  const created = used ?? (await engine.createDatabase());
  const options = {
    ...created.options,
    extra: POOL[name],
    migrations: [...kiccMigrations],
    entities: [...kiccEntities(created.options.type), ...(shops.entities ?? [])],
  } as DataSourceOptions;
  const closing: (() => Promise<unknown>)[] = [];
  const source = async (): Promise<DataSource> => {
    const dataSource = await new DataSource(options).initialize();
    closing.push(() => dataSource.destroy());
    return dataSource;
  };
  const journalOn = (dataSource: DataSource, now?: () => number): TypeOrmReviseJournal => {
    const journal = new TypeOrmReviseJournal(dataSource, undefined, now);
    closing.push(() => journal.onApplicationShutdown());
    return journal;
  };
  const dataSource = await source();
  if (!used) {
    await dataSource.runMigrations();
    for (const sql of shops.tables ?? []) await dataSource.query(sql);
  }
  const kept = spare && (used ?? { ...created, tables, shape: await shapeOf(dataSource) });
  return {
    dataSource,
    journal: journalOn(dataSource),
    source,
    connect: async (now) => journalOn(await source(), now),
    drop: async () => {
      for (const close of closing.reverse()) await close();
      await (kept ? spare.giveBack(kept) : created.drop());
    },
  };
}
