import { SCHEMA_VERSION } from './kicc-schema.js';
import type { SqlEngine } from '../sql-database.js';

/** `id` is compared to the letter. `text` holds as much as the engine can. */
export type ColumnType = 'id' | 'varchar' | 'integer' | 'bigint' | 'text';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly length?: number;
  readonly nullable?: true;
  /** The database counts it up. */
  readonly generated?: true;
}

export interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique?: true;
  /** The rows that it holds; without it, all. */
  readonly where?: string;
}

export interface Check {
  readonly name: string;
  readonly expression: string;
}

/** A table as it is at some version, on some engine. */
export interface Table {
  readonly name: string;
  /** Of PostgreSQL, whose other primary keys have no names. */
  readonly primaryKeyName: string | undefined;
  readonly primaryKey: readonly string[];
  readonly columns: readonly Column[];
  readonly indices: readonly Index[];
  readonly checks: readonly Check[];
}

/** The versions that something is part of: from the first on, up to the last. */
interface Lifetime {
  readonly since: number;
  readonly until?: number;
}

interface Growing<T> extends Omit<Table, 'columns' | 'indices' | 'checks'>, Lifetime {
  readonly columns: readonly (Column & Partial<Lifetime>)[];
  readonly indices: readonly (Omit<Index, 'where'> & Lifetime & { readonly partial?: T })[];
  readonly checks: readonly (Check & Lifetime)[];
}

/** From which version on an index is partial, on engines that can; `only`: others have none in its place. */
interface Partiality {
  readonly where: string;
  readonly since: number;
  readonly only?: true;
}

const id = (name: string, length: number) => ({ name, type: 'id', length }) as const;
const varchar = (name: string, length: number) => ({ name, type: 'varchar', length }) as const;
const integer = (name: string) => ({ name, type: 'integer' }) as const;
/** ms since 1970. */
const time = (name: string) => ({ name, type: 'bigint' }) as const;
const nullable = true;

const TABLES: readonly Growing<Partiality>[] = [
  {
    name: 'kicc_revision',
    since: 1,
    primaryKeyName: 'PK_10f80430d21ed49688d37304f81',
    primaryKey: ['sequence'],
    columns: [
      { ...integer('sequence'), generated: true },
      id('mall_id', 8),
      id('shop_transaction_id', 60),
      id('pg_cno', 20),
      { ...id('open_pg_cno', 20), nullable },
      varchar('status', 16),
      integer('version'),
      time('accepted_at'),
      { ...time('settled_at'), nullable },
      { ...time('next_check_at'), nullable },
      { ...time('lease_until'), nullable },
      varchar('written_by', 36),
      { name: 'state', type: 'text' },
      { ...varchar('attention', 16), nullable, since: 3 },
      { ...varchar('cancel_req_date', 8), nullable, since: 4 },
    ],
    indices: [
      { name: 'UQ_kicc_revision_id', columns: ['mall_id', 'shop_transaction_id'], unique: true, since: 1 },
      {
        name: 'UQ_kicc_revision_open',
        columns: ['mall_id', 'open_pg_cno'],
        unique: true,
        since: 1,
        partial: { where: 'open_pg_cno IS NOT NULL', since: 7 },
      },
      { name: 'IX_kicc_revision_payment', columns: ['mall_id', 'pg_cno'], since: 1 },
      {
        name: 'IX_kicc_revision_due',
        columns: ['next_check_at'],
        since: 1,
        partial: { where: 'next_check_at IS NOT NULL', since: 7 },
      },
      {
        name: 'IX_kicc_revision_attention',
        columns: ['attention'],
        since: 3,
        partial: { where: 'attention IS NOT NULL', since: 7 },
      },
      {
        name: 'IX_kicc_revision_open',
        columns: ['sequence'],
        since: 7,
        partial: { where: 'open_pg_cno IS NOT NULL', since: 7, only: true },
      },
      {
        name: 'IX_kicc_revision_accepted',
        columns: ['accepted_at', 'sequence', 'status', 'settled_at', 'mall_id'],
        since: 9,
      },
    ],
    checks: [
      {
        name: 'CHK_kicc_revision_open',
        expression: "(status IN ('succeeded', 'declined')) = (open_pg_cno IS NULL)",
        since: 1,
        until: 4,
      },
      {
        name: 'CHK_kicc_revision_open',
        expression: "status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL",
        since: 5,
      },
    ],
  },
  {
    name: 'kicc_bulk',
    since: 2,
    primaryKeyName: 'PK_cb19e203b4155e7d6e2b91a033d',
    primaryKey: ['bulk_id'],
    columns: [id('bulk_id', 64), varchar('status', 16), time('created_at'), varchar('digest', 64)],
    indices: [],
    checks: [],
  },
  {
    name: 'kicc_bulk_row',
    since: 2,
    primaryKeyName: 'PK_177a6010501eb815bc83f8ed793',
    primaryKey: ['bulk_id', 'place'],
    columns: [
      id('bulk_id', 64),
      integer('place'),
      id('mall_id', 8),
      id('shop_transaction_id', 60),
      varchar('state', 16),
      { ...time('due_at'), nullable },
      integer('attempts'),
      integer('version'),
      { name: 'body', type: 'text' },
    ],
    indices: [
      { name: 'IX_kicc_bulk_row_due', columns: ['due_at'], since: 2, until: 7 },
      { name: 'IX_kicc_bulk_row_revision', columns: ['shop_transaction_id'], since: 6 },
      { name: 'IX_kicc_bulk_row_mall_due', columns: ['mall_id', 'due_at', 'place'], since: 8 },
    ],
    checks: [],
  },
  {
    name: 'kicc_notification',
    since: 3,
    primaryKeyName: 'PK_7226fa1e14bc9e53c659e507f54',
    primaryKey: ['event_key'],
    columns: [
      id('event_key', 64),
      varchar('noti_type', 2),
      id('mall_id', 8),
      id('pg_cno', 20),
      time('handled_at'),
      varchar('written_by', 36),
    ],
    indices: [],
    checks: [],
  },
];

/** The tables that this library keeps its own in, whatever the version. */
export const TABLE_NAMES: readonly string[] = TABLES.map(({ name }) => name);

/** What the tables are like at a version. */
export function tablesAt(engine: SqlEngine, version: number = SCHEMA_VERSION): readonly Table[] {
  const lives = ({ since = 0, until = Infinity }: Partial<Lifetime>): boolean => since <= version && version <= until;
  return TABLES.filter(lives).map(({ name, primaryKeyName, primaryKey, ...table }) => ({
    name,
    primaryKeyName,
    primaryKey,
    columns: table.columns.filter(lives),
    indices: table.indices
      .filter((index) => lives(index) && !(engine === 'mysql' && index.partial?.only))
      .map(({ partial, ...index }) => {
        const isPartial = engine !== 'mysql' && partial !== undefined && partial.since <= version;
        return { ...index, ...(isPartial ? { where: partial.where } : {}) };
      }),
    checks: table.checks.filter(lives),
  }));
}

/** The tables that a step down to the version before takes away. */
export function tablesSince(version: number): readonly string[] {
  return TABLES.filter(({ since }) => since === version).map(({ name }) => name);
}
