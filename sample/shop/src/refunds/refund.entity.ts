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

/** A refund, as the shop's books have it. Its id is the revision's `shopTransactionId`, which says why it stands so. */
@Entity('shop_refund')
@Index(['orderId', 'sequence'], { unique: true })
export class Refund {
  /** `R20260302-00012-1`. */
  @PrimaryColumn('varchar', { length: 60 }) id!: string;
  @Column('varchar', { name: 'order_id', length: 20 }) orderId!: string;
  /** Which of the order's refunds it is, from 1. */
  @Column('int') sequence!: number;
  /** KRW. The three below add up to it. */
  @Column('int') amount!: number;
  @Column('int', { name: 'taxation_amount' }) taxationAmount!: number;
  @Column('int', { name: 'tax_free_amount' }) taxFreeAmount!: number;
  @Column('int', { name: 'vat_amount' }) vatAmount!: number;
  /** KRW that could still be refunded before it. */
  @Column('int', { name: 'balance_before' }) balanceBefore!: number;
  @Column('varchar', { length: 100 }) reason!: string;
  @Column('varchar', { name: 'requested_by', length: 32 }) requestedBy!: string;
  @Column({ name: 'requested_at', ...TIME }) requestedAt!: number;
  @Index() @Column('varchar', { length: 16 }) state!: RefundState;
  /** What it takes back; of an amount, nothing. */
  @Column('simple-json') items!: readonly RefundItem[];
  /** The bulk that it is a row of. */
  @Index() @Column('varchar', { name: 'bulk_id', length: 64, nullable: true }) bulkId!: string | null;

  @ManyToOne(() => Order, (order) => order.refunds)
  @JoinColumn({ name: 'order_id' })
  order!: Relation<Order>;
}
