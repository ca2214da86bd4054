import { gateTo } from '../sql/gate.js';
import { NO_TRANSACTION, type SqlTransactionFault } from '../sql/sql-database.js';
import { isSameFile, type OwnSqliteConnection, type SqliteConnection, type SqliteFile } from '../sql/sqlite-file.js';

/** What is used of a `Database` of `better-sqlite3`. */
interface Driver extends SqliteConnection {
  readonly name: string;
  readonly inTransaction: boolean;
  close(): unknown;
}

/** What is used of Drizzle's beside what it documents: by which connection a database speaks, and what it is made of. */
interface Inside {
  readonly dialect: unknown;
  readonly session: { readonly client: Driver; readonly schema: unknown };
}

const REMEDY = "Give the db with the journal's file on which you have run BEGIN IMMEDIATE.";

/** A shop's SQLite by Drizzle, whose own transactions are over before anything can be awaited. */
export class DrizzleSqliteFile<Database extends object> implements SqliteFile<Database> {
  readonly isFile = true;
  readonly engine = 'sqlite';
  readonly timeoutMs = 5_000;

  constructor(private readonly db: Database) {}

  get path(): string {
    return inside(this.db).session.client.name;
  }

  connect(): Promise<OwnSqliteConnection<Database>> {
    const Driver = inside(this.db).session.client.constructor as new (path: string, options: object) => Driver;
    const own = new Driver(this.path, { fileMustExist: true, timeout: 0 });
    const run = (sql: string): void => void own.prepare(sql).run([]);
    let end = (): void => undefined;
    return Promise.resolve({
      connection: own,
      begin: () => {
        const gate = gateTo(own);
        end = () => gate.close();
        run('BEGIN IMMEDIATE');
        return this.on(gate.connection);
      },
      commit: () => {
        end();
        run('COMMIT');
      },
      rollback: () => {
        end();
        if (own.inTransaction) run('ROLLBACK');
      },
      close: () => own.close(),
    });
  }

  connectionOf(db: Database): SqliteConnection {
    return inside(db).session.client;
  }

  faultOf(db: object): SqlTransactionFault | undefined {
    const client = (db as Partial<Inside>).session?.client;
    const fault =
      client === undefined
        ? 'is no database of Drizzle.'
        : !isSameFile(client.name, this.path)
          ? "is one of another file than the journal's."
          : client.inTransaction
            ? undefined
            : NO_TRANSACTION;
    return fault === undefined ? undefined : { fault, remedy: REMEDY };
  }

  /** The shop's database, with its schema and all, on another connection. */
  private on(client: Driver): Database {
    const { dialect, session } = inside(this.db);
    const Session = session.constructor as new (...parts: unknown[]) => object;
    const Db = this.db.constructor as new (...parts: unknown[]) => Database;
    return new Db('sync', dialect, new Session(client, dialect, session.schema, session), session.schema);
  }
}

const inside = (database: object): Inside => database as Inside;
