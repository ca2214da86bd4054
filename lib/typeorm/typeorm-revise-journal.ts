import { Inject, Injectable, Optional } from '@nestjs/common';
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
 * @throws {KiccConfigurationError} if the `DataSource` is of another database.
 */
@Injectable()
export class TypeOrmReviseJournal extends SqlReviseJournal<EntityManager> {
  constructor(
    @Inject(DataSource) dataSource: DataSource,
    /** Where handlers marked with `@OnRevisionSettled()` are looked for. */
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
    /** This process's clock, for tests. */
    @Optional() @Inject('nestjs-kicc/typeorm: the clock') now: () => number = Date.now,
    /** How long a connection is waited for, ms, for tests. */
    @Optional() @Inject('nestjs-kicc/typeorm: the wait for a connection') connectionWaitMs: number = CONNECTION_WAIT_MS,
  ) {
    const { schema } = dataSource.options as { schema?: string };
    super(clientOf(dataSource), { modules, schema, now, connectionWaitMs });
  }
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
