import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource, type EntityManager } from 'typeorm';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { CONNECTION_WAIT_MS } from '../sql/journal-database.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import { SqlReviseJournal } from '../sql/sql-revise-journal.js';
import type { SqliteFile } from '../sql/sqlite-file.js';
import { TypeOrmServer } from './typeorm-server.js';
import { TypeOrmSqliteFile } from './typeorm-sqlite-file.js';

/**
 * Keeps revisions in the shop's own database, by the TypeORM `DataSource` that the shop has already: PostgreSQL, MySQL 8 or
 * MariaDB 10.6 and above, SQLite (`better-sqlite3`, in a file). Its table comes from `kiccMigrations`. What its methods have
 * written is durable as far as the engine is; simultaneous writes share commits.
 *
 * Give it as the module's journal: `KiccModule.forRootAsync({ journal: TypeOrmReviseJournal, … })`. For another than the
 * default `DataSource`: `journal: { inject: [getDataSourceToken('name'), ModulesContainer], useFactory: (dataSource, modules)
 * => new TypeOrmReviseJournal(dataSource, modules) }`.
 * @throws {KiccConfigurationError} if the `DataSource` is of another database; at start, if there is none.
 */
@Injectable()
export class TypeOrmReviseJournal extends SqlReviseJournal<EntityManager> {
  readonly #risk: string | undefined;

  constructor(
    // Optional for Nest alone: it would ask for the DataSource to be imported into KiccModule, which nobody can.
    @Optional() @Inject(DataSource) dataSource: DataSource,
    /** Where handlers marked with `@OnRevisionSettled()` are looked for. */
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
    /** This process's clock, for tests. */
    @Optional() @Inject('nestjs-kicc/typeorm: the clock') now: () => number = Date.now,
    /** How long a connection is waited for, ms, for tests. */
    @Optional() @Inject('nestjs-kicc/typeorm: the wait for a connection') connectionWaitMs: number = CONNECTION_WAIT_MS,
  ) {
    const given = dataSource as DataSource | undefined;
    const { schema } = Object(given?.options) as { schema?: string };
    super(given ? clientOf(given) : NO_DATA_SOURCE, { modules, schema, now, connectionWaitMs });
    this.#risk = given && riskOf(given);
  }

  /** As its base does; and warns of what TypeORM itself would do to the tables. */
  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    if (this.#risk !== undefined) new Logger(TypeOrmReviseJournal.name).warn(this.#risk);
  }
}

/** In the place of what is not there: a start says so, after whatever else is wrong with the app. */
const NO_DATA_SOURCE: SqlDatabase<EntityManager> = {
  engine: 'postgres',
  transaction: refuse,
  runIn: refuse,
  faultOf: refuse,
};

function refuse(): Promise<never> {
  return Promise.reject(
    new KiccConfigurationError([
      "journal: TypeOrmReviseJournal has no DataSource. Put TypeOrmModule.forRoot(…) in the imports of the app's module. Where the " +
        "DataSource has a name: journal: { inject: [getDataSourceToken('name'), ModulesContainer], useFactory: (dataSource, modules) " +
        '=> new TypeOrmReviseJournal(dataSource, modules) }; where it is a provider of your own, a global module has to export it.',
    ]),
  );
}

function riskOf({ options }: DataSource): string | undefined {
  const { dropSchema, synchronize } = options;
  if (!dropSchema && !synchronize) return undefined;
  const [option, what] = dropSchema
    ? ['dropSchema', 'all tables, open refunds among them']
    : ['synchronize', 'columns that no entity has, with what is in them'];
  return (
    `The DataSource has ${option}: true: at each start TypeORM drops ${what}. Good for development alone: where there is money in the ` +
    'database, leave it out, and have migrations change its tables.'
  );
}

function clientOf(dataSource: DataSource): SqlDatabase<EntityManager> | SqliteFile<EntityManager> {
  const { type } = dataSource.options;
  switch (type) {
    case 'postgres':
      return new TypeOrmServer(dataSource, 'postgres');
    case 'mysql':
    case 'mariadb':
      return new TypeOrmServer(dataSource, 'mysql');
    case 'better-sqlite3':
      return new TypeOrmSqliteFile(dataSource);
    default:
      throw new KiccConfigurationError([
        `journal: TypeORM's ${type} is not supported. Use postgres, mysql, mariadb or better-sqlite3, or write a journal of your own.`,
      ]);
  }
}
