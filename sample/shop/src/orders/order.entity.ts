import { Column, Entity, Index, OneToMany, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';
import { Refund } from '../refunds/refund.entity.js';

/** Where an order stands: a summary of its refunds, kept beside them so that it can be filtered by. */
export const ORDER_STATES = ['paid', 'refunding', 'partly_refunded', 'refunded'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** `11` card, `60` simple pay, `21` transfer, `31` mobile, `22` virtual account. */
export type PayMethodTypeCode = '11' | '21' | '22' | '31' | '60';

export interface OrderItem {
  /** Its place in the order, from 1. */
  readonly line: number;
  readonly name: string;
  /** KRW for one, VAT included. */
  readonly unitPrice: number;
  readonly quantity: number;
  /** Exempt from VAT (면세), as unprocessed food and books are. */
  readonly taxFree: boolean;
}

/** An order, and how it was paid: what KICC's approval told. */
@Entity('shop_order')
export class Order {
  /** `20260302-00012`. */
  @PrimaryColumn('varchar', { length: 20 }) id!: string;
  @Column('varchar', { length: 40 }) buyer!: string;
  @Index() @Column('varchar', { length: 16 }) state!: OrderState;
  /** KRW, the sum of its items, and what was approved. */
  @Column('int') amount!: number;
  @Index() @Column({ name: 'ordered_at', ...TIME }) orderedAt!: number;
  /** What the link to the buyer's own page carries. */
  @Column('varchar', { name: 'access_key', length: 32 }) accessKey!: string;
  @Column('simple-json') items!: readonly OrderItem[];
  @Column('varchar', { name: 'pg_cno', length: 20, unique: true }) pgCno!: string;
  @Column('varchar', { name: 'pay_method_type_code', length: 2 }) payMethodTypeCode!: PayMethodTypeCode;
  /** Whether the approval told how the amount divides (복합과세): a partial cancel has to tell it, too. */
  @Column('boolean', { name: 'complex_tax' }) complexTax!: boolean;

  @OneToMany(() => Refund, (refund) => refund.order)
  refunds!: Refund[];
}
