import { NO_TRANSACTION, type SqlTransactionFault } from '../sql/sql-database.js';
import {
  isSameFile,
  ownConnection,
  SQLITE_LOCK_WAIT_MS,
  type OwnSqliteConnection,
  type SqliteConnection,
  type SqliteDriver,
  type SqliteFile,
} from '../sql/sqlite-file.js';

/** What is used of Drizzle's beside what it documents: by which connection a database speaks, and what it is made of. */
interface Inside {
  readonly dialect: unknown;
  readonly session: { readonly client: SqliteDriver; readonly schema: unknown };
}

const REMEDY = "Give the db with the journal's file on which you have run BEGIN IMMEDIATE.";

/** A shop's SQLite by Drizzle, whose own transactions are over before anything can be awaited. */
export class DrizzleSqliteFile<Database extends object> implements SqliteFile<Database> {
  readonly isFile = true;
  readonly engine = 'sqlite';
  readonly timeoutMs = SQLITE_LOCK_WAIT_MS;

  constructor(private readonly db: Database) {}

  get path(): string {
    return inside(this.db).session.client.name;
  }

  connect(): Promise<OwnSqliteConnection<Database>> {
    const Driver = inside(this.db).session.client.constructor as new (path: string, options: object) => SqliteDriver;
    const own = new Driver(this.path, { fileMustExist: true, timeout: 0 });
    return Promise.resolve(ownConnection(own, (connection) => this.on(connection)));
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
  private on(client: SqliteDriver): Database {
    const { dialect, session } = inside(this.db);
    const Session = session.constructor as new (...parts: unknown[]) => object;
    const Db = this.db.constructor as new (...parts: unknown[]) => Database;
    return new Db('sync', dialect, new Session(client, dialect, session.schema, session), session.schema);
  }
}

const inside = (database: object): Inside => database as Inside;
