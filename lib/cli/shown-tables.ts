import type { SqlEngine } from '../sql/sql-database.js';
import { tablesAt, type Table } from '../sql/schema/tables.js';
import { VERSION_TABLE } from '../sql/schema/version-table.js';

/** All tables that a tool of the shop's finds in the database once `kicc migrate` has been there. */
export function tablesToShow(engine: SqlEngine): readonly Table[] {
  return [...tablesAt(engine), VERSIONS];
}

const VERSIONS: Table = {
  name: VERSION_TABLE,
  primaryKeyName: undefined,
  primaryKey: ['version'],
  columns: [
    { name: 'version', type: 'integer' },
    { name: 'name', type: 'varchar', length: 64 },
    { name: 'applied_at', type: 'bigint' },
    { name: 'under_way', type: 'varchar', length: 4, nullable: true },
  ],
  indices: [],
  checks: [],
};

export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export function pascalCase(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
