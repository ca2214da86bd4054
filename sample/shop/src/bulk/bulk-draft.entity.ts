import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';
import type { Fault } from '../web/faults.js';

/**
 * - `checked`: held against the orders; nothing was sent.
 * - `started`: its refunds are in the books, and the library's bulk has them or gets them.
 * - `finished`: every row is at its end, and the books say how.
 */
export type BulkDraftState = 'checked' | 'started' | 'finished';

/** A row as it was given, and what came of its check. One with a refund and a fault was sound until it was started. */
export interface DraftRow {
  /** Its line in the file; the head is line 1. */
  readonly line: number;
  readonly orderId: string;
  /** Empty: all that is left. */
  readonly amount: string;
  readonly reason: string;
  /** Under which id it asks for what, and of what balance, KRW. */
  readonly refund?: { readonly id: string; readonly amount: number; readonly balance: number };
  /** What is wrong with it. */
  readonly faults?: readonly Fault[];
}

/** A bulk cancellation of the shop's: from the upload until all of it is in the books. */
@Entity('shop_bulk')
export class BulkDraft {
  @PrimaryColumn('varchar', { length: 64 }) id!: string;
  /** Of the file; empty for orders that were selected. */
  @Column('varchar', { length: 100 }) name!: string;
  @Column('varchar', { length: 16 }) state!: BulkDraftState;
  @Column('varchar', { name: 'created_by', length: 32 }) createdBy!: string;
  @Column({ name: 'created_at', ...TIME }) createdAt!: number;
  @Column('simple-json') content!: { readonly encoding?: string; readonly rows: readonly DraftRow[] };
}

export function soundRows({ content }: BulkDraft): DraftRow[] {
  return content.rows.filter(({ faults }) => !faults);
}

export function faultyRows({ content }: BulkDraft): DraftRow[] {
  return content.rows.filter(({ faults }) => faults);
}
