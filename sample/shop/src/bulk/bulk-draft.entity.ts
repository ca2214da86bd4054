import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';

/**
 * - `checked`: uploaded and held against the orders; nothing was sent.
 * - `started`: its refunds are in the books, and the library's bulk has them or gets them.
 * - `finished`: every row is at its end, and the books say how.
 */
export type BulkDraftState = 'checked' | 'started' | 'finished';

/** A row as it was uploaded, and what is wrong with it. */
export interface DraftRow {
  /** Its line in the file; the head is line 1. */
  readonly line: number;
  readonly orderId: string;
  /** KRW; absent: all that is left. */
  readonly amount?: number | undefined;
  readonly reason: string;
  /** As it stood in the file. */
  readonly text: readonly string[];
  /** What is wrong; absent: nothing. */
  readonly error?: string | undefined;
}

/** A bulk cancellation of the shop's: from the upload to the report. */
@Entity('shop_bulk')
export class BulkDraft {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string;

  @Column({ type: 'varchar', length: 100 })
  name!: string;

  @Column({ type: 'varchar', length: 16 })
  state!: BulkDraftState;

  @Column({ name: 'created_by', type: 'varchar', length: 32 })
  createdBy!: string;

  @Column({ name: 'created_at', ...TIME })
  createdAt!: number;

  /** {@link DraftRow}s, as JSON. */
  @Column({ type: 'text' })
  rows!: string;
}
