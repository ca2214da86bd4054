import { DataSource } from 'typeorm';
import { newDatabaseName, urlOf, type Engine } from './engine.js';

/** An engine whose databases are used again: close it when none is needed any more. */
export interface ReusingEngine extends Engine {
  close(): Promise<void>;
}

/** Takes every schema away, whatever tests put there. */
const EMPTY = `DO $$
DECLARE schema name;
BEGIN
  FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', schema);
  END LOOP;
  CREATE SCHEMA public;
END $$`;

/**
 * PostgreSQL writes all that it has to the disk whenever a database is dropped. So a dropped one is emptied instead, and given
 * to the next test under a new name: whoever still uses the old one gets an error, as if it were gone.
 */
export function reusingPostgres(server: string): ReusingEngine {
  const spare: string[] = [];
  let admin: Promise<DataSource> | undefined;
  const connect = (url: string): Promise<DataSource> => new DataSource({ type: 'postgres', url }).initialize();
  const query = async (sql: string): Promise<void> => {
    await (await (admin ??= connect(server))).query(sql);
  };
  const drop = (database: string): Promise<void> => query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);

  async function recycle(old: string): Promise<void> {
    const name = newDatabaseName();
    try {
      await query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${old}'`);
      await query(`ALTER DATABASE ${old} RENAME TO ${name}`);
      await query(`ALTER DATABASE ${name} RESET ALL`);
      const inside = await connect(urlOf(name, server));
      await inside.query(EMPTY).finally(() => inside.destroy());
      spare.push(name);
    } catch {
      // Somebody connected meanwhile.
      await drop(old);
      await drop(name);
    }
  }

  return {
    name: 'postgres',
    createDatabase: async () => {
      const reused = spare.pop();
      const database = reused ?? newDatabaseName();
      if (reused === undefined) await query(`CREATE DATABASE ${database}`);
      return { options: { type: 'postgres', url: urlOf(database, server) }, drop: () => recycle(database) };
    },
    close: async () => {
      for (const database of spare.splice(0)) await drop(database);
      const connection = admin;
      admin = undefined;
      // Whoever waited for a connection that failed knows already.
      await (await connection?.catch(() => undefined))?.destroy();
    },
  };
}
