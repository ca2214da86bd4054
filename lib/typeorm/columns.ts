import type { DataSourceOptions, ValueTransformer } from 'typeorm';

export function isMySql(type: DataSourceOptions['type']): boolean {
  return type === 'mysql' || type === 'mariadb';
}

/**
 * A column that holds an id, for entities and migrations. Ids are compared to the letter, which MySQL's usual collations do
 * not.
 */
export function idColumn(type: DataSourceOptions['type'], name: string, length: number) {
  const collation = isMySql(type) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
  return { name, type: 'varchar', length: String(length), ...collation } as const;
}

/** Drivers give a bigint as text. */
export const milliseconds: ValueTransformer = {
  from: (value: unknown) => (value === null ? null : Number(value)),
  to: (value: unknown) => value,
};
