import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { TIME } from '../database/columns.js';
import { Order } from '../orders/order.entity.js';

/**
 * Where a refund stands. `processing` until its outcome is known, however long that takes: never "failed" before.
 * `declined`: KICC refused it. `not_sent`: KICC was never asked. `bounced`: KICC had accepted it, and its money came back.
 */
export type RefundState = 'processing' | 'refunded' | 'declined' | 'not_sent' | 'bounced';

/** How many of an item of the order go back. */
export interface RefundItem {
  readonly line: number;
  readonly quantity: number;
}

/** A refund, as the shop's books have it. Its id is the revision's `shopTransactionId`. */
@Entity('shop_refund')
@Index(['orderId', 'sequence'], { unique: true })
export class Refund {
  /** `R20260302-00012-1`. */
  @PrimaryColumn({ type: 'varchar', length: 60 })
  id!: string;

  @Column({ name: 'order_id', type: 'varchar', length: 20 })
  orderId!: string;

  /** Which of the order's refunds it is, from 1. */
  @Column({ type: 'int' })
  sequence!: number;

  /** KRW. The three below add up to it. */
  @Column({ type: 'int' })
  amount!: number;

  @Column({ name: 'taxation_amount', type: 'int' })
  taxationAmount!: number;

  @Column({ name: 'tax_free_amount', type: 'int' })
  taxFreeAmount!: number;

  @Column({ name: 'vat_amount', type: 'int' })
  vatAmount!: number;

  /** KRW that could still be refunded before it. */
  @Column({ name: 'balance_before', type: 'int' })
  balanceBefore!: number;

  @Column({ type: 'varchar', length: 100 })
  reason!: string;

  @Column({ name: 'requested_by', type: 'varchar', length: 32 })
  requestedBy!: string;

  @Column({ name: 'requested_at', ...TIME })
  requestedAt!: number;

  @Index()
  @Column({ type: 'varchar', length: 16 })
  state!: RefundState;

  @Column({ name: 'settled_at', ...TIME, nullable: true })
  settledAt!: number | null;

  /** KICC's own number of the cancel. */
  @Column({ name: 'cancel_pg_cno', type: 'varchar', length: 20, nullable: true })
  cancelPgCno!: string | null;

  /** What it takes back; of an amount, nothing. */
  @Column({ type: 'simple-json' })
  items!: readonly RefundItem[];

  /** Why it was declined, for staff. */
  @Column({ type: 'varchar', length: 300, nullable: true })
  note!: string | null;

  /** The bulk that it is a row of. */
  @Index()
  @Column({ name: 'bulk_id', type: 'varchar', length: 64, nullable: true })
  bulkId!: string | null;

  @ManyToOne(() => Order, (order) => order.refunds)
  @JoinColumn({ name: 'order_id' })
  order!: Relation<Order>;
}
