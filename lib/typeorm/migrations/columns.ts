import type { DataSource, DataSourceOptions } from 'typeorm';

// Belongs to the migrations alone, which are history: what they ran must not follow what the library names or does today.

export function isMySql(type: DataSourceOptions['type']): boolean {
  return type === 'mysql' || type === 'mariadb';
}

/** A table in SQL: quoted, and in the schema of the `DataSource`, where it names one. */
export function tablePath({ driver, options }: DataSource, name: string): string {
  const { schema } = options as { schema?: string };
  return [...(schema === undefined ? [] : [schema]), name].map((part) => driver.escape(part)).join('.');
}

/** A column of ids, which are compared to the letter. */
export function idColumn(type: DataSourceOptions['type'], name: string, length: number) {
  const collation = isMySql(type) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
  return { name, type: 'varchar', length: String(length), ...collation } as const;
}
