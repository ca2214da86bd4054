import type { ColumnOptions } from 'typeorm';

/** A point in time as ms since 1970, on every engine; PostgreSQL and MariaDB give such numbers as text. */
export const TIME: ColumnOptions = {
  type: 'bigint',
  transformer: { to: (at: number) => at, from: (at: string | number) => Number(at) },
};
