import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import type { SqlTransactionFault } from '../sql/sql-database.js';
import type { OwnSqliteConnection, SqliteConnection, SqliteFile } from '../sql/sqlite-file.js';
import { faultOfManager } from './manager-fault.js';

/** How long TypeORM has `better-sqlite3` wait for a lock where the `DataSource` does not say, ms. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** The file of a `DataSource` with `better-sqlite3`. */
export class TypeOrmSqliteFile implements SqliteFile<EntityManager> {
  readonly engine = 'sqlite';
  readonly isFile = true;

  constructor(private readonly dataSource: DataSource) {}

  get path(): string {
    return this.dataSource.options.database as string;
  }

  get timeoutMs(): number {
    return (this.dataSource.options as { timeout?: number }).timeout ?? DEFAULT_TIMEOUT_MS;
  }

  async connect(): Promise<OwnSqliteConnection<EntityManager>> {
    const ours = { fileMustExist: true, timeout: 0, synchronize: false, dropSchema: false, migrationsRun: false };
    const own = await new DataSource({ ...this.dataSource.options, ...ours }).initialize();
    return {
      connection: connectionOf(own),
      begin: async () => {
        const runner: QueryRunner = own.createQueryRunner();
        await runner.startTransaction();
        return runner.manager;
      },
      commit: async ({ queryRunner }) => queryRunner?.commitTransaction(),
      rollback: async ({ queryRunner }) => {
        if (queryRunner?.isTransactionActive) await queryRunner.rollbackTransaction();
      },
      close: () => own.destroy(),
    };
  }

  connectionOf(): SqliteConnection {
    return connectionOf(this.dataSource);
  }

  faultOf(transaction: object): SqlTransactionFault | undefined {
    return faultOfManager(transaction, this.dataSource);
  }
}

/** TypeORM has one, for all its transactions. */
function connectionOf({ driver }: DataSource): SqliteConnection {
  return (driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection;
}
