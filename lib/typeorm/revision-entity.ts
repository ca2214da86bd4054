import { EntitySchema, type DataSourceOptions } from 'typeorm';
import type { Attention, RevisionStatus } from '../revision/revision.js';
import { idColumn, isMySql, milliseconds } from './columns.js';
import { REVISION_TABLE } from '../sql/revision-table.js';

/** A row of the journal's table, to read: reports, joins. Only the journal may write it. Times are ms since 1970. */
export interface RevisionEntity {
  /** The order in which revisions were taken in. */
  readonly sequence: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  /** `pgCno` while it is open or under review, else null. */
  readonly openPgCno: string | null;
  readonly status: RevisionStatus;
  readonly version: number;
  readonly acceptedAt: number;
  readonly settledAt: number | null;
  /** The day under which KICC is asked about it, `yyyyMMdd` KST; null while nothing was sent. */
  readonly cancelReqDate: string | null;
  /** Why a person has to look at it, see `attentionOf`. */
  readonly attention: Attention | null;
  /** By the database's clock. */
  readonly nextCheckAt: number | null;
  /** By the database's clock. */
  readonly leaseUntil: number | null;
  /** Marks the write that it comes from. */
  readonly writtenBy: string;
  /** The rest of the revision, as JSON. */
  readonly state: string;
}

/** The entity of the journal's table, for an engine. */
export function revisionEntity(type: DataSourceOptions['type']): EntitySchema<RevisionEntity> {
  const id = (name: string, length: number) => idColumn(type, name, length);
  // As the migrations make them: MySQL and MariaDB have no partial indices.
  const partly = (column: string) => (isMySql(type) ? {} : { where: `${column} IS NOT NULL` });
  const time = (name: string) => ({ name, type: 'bigint', transformer: milliseconds }) as const;
  return new EntitySchema<RevisionEntity>({
    name: 'KiccRevision',
    tableName: REVISION_TABLE,
    columns: {
      sequence: { type: Number, primary: true, generated: 'increment' },
      mallId: id('mall_id', 8),
      shopTransactionId: id('shop_transaction_id', 60),
      pgCno: id('pg_cno', 20),
      openPgCno: { ...id('open_pg_cno', 20), nullable: true },
      status: { type: 'varchar', length: 16 },
      version: { type: Number },
      acceptedAt: time('accepted_at'),
      settledAt: { ...time('settled_at'), nullable: true },
      cancelReqDate: { name: 'cancel_req_date', type: 'varchar', length: 8, nullable: true },
      attention: { type: 'varchar', length: 16, nullable: true },
      nextCheckAt: { ...time('next_check_at'), nullable: true },
      leaseUntil: { ...time('lease_until'), nullable: true },
      writtenBy: { name: 'written_by', type: 'varchar', length: 36 },
      state: { type: isMySql(type) ? 'longtext' : 'text' },
    },
    indices: [
      { name: 'UQ_kicc_revision_id', columns: ['mallId', 'shopTransactionId'], unique: true },
      { name: 'UQ_kicc_revision_open', columns: ['mallId', 'openPgCno'], unique: true, ...partly('open_pg_cno') },
      { name: 'IX_kicc_revision_payment', columns: ['mallId', 'pgCno'] },
      { name: 'IX_kicc_revision_due', columns: ['nextCheckAt'], ...partly('next_check_at') },
      ...(isMySql(type) ? [] : [{ name: 'IX_kicc_revision_open', columns: ['sequence'], ...partly('open_pg_cno') }]),
      { name: 'IX_kicc_revision_attention', columns: ['attention'], ...partly('attention') },
      { name: 'IX_kicc_revision_accepted', columns: ['acceptedAt', 'sequence', 'status', 'settledAt', 'mallId'] },
    ],
    checks: [{ name: 'CHK_kicc_revision_open', expression: "status IN ('succeeded', 'declined') OR open_pg_cno IS NOT NULL" }],
  });
}
