// The database of a shop that exists for a moment: SQLite in a file, with the journal's tables.
import { kiccEntities, kiccMigrations } from 'nestjs-kicc/typeorm';

/** Options for `TypeOrmModule.forRoot`. */
export const sqliteDatabase = (file) => ({
  type: 'better-sqlite3',
  database: file,
  enableWAL: true,
  entities: [...kiccEntities('better-sqlite3')],
  migrations: [...kiccMigrations],
  migrationsRun: true,
});
