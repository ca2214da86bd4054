import { Column, Entity, Index, OneToMany, OneToOne, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';
import { Refund } from '../refunds/refund.entity.js';
import { OrderItem } from './order-item.entity.js';
import { Payment } from './payment.entity.js';

/** Where an order stands: a summary of its refunds, kept beside them so that it can be filtered by. */
export type OrderState = 'paid' | 'refunding' | 'partly_refunded' | 'refunded';
export const ORDER_STATES: readonly OrderState[] = ['paid', 'refunding', 'partly_refunded', 'refunded'];

@Entity('shop_order')
export class Order {
  /** `20260302-00012`. */
  @PrimaryColumn({ type: 'varchar', length: 20 })
  id!: string;

  @Column({ type: 'varchar', length: 40 })
  buyer!: string;

  @Index()
  @Column({ type: 'varchar', length: 16 })
  state!: OrderState;

  /** KRW, the sum of its items. */
  @Column({ type: 'int' })
  amount!: number;

  @Index()
  @Column({ name: 'ordered_at', ...TIME })
  orderedAt!: number;

  /** What the link to the buyer's own page carries. */
  @Column({ name: 'access_key', type: 'varchar', length: 32 })
  accessKey!: string;

  @OneToMany(() => OrderItem, (item) => item.order, { cascade: ['insert'] })
  items!: OrderItem[];

  @OneToOne(() => Payment, (payment) => payment.order, { cascade: ['insert'] })
  payment!: Payment;

  @OneToMany(() => Refund, (refund) => refund.order)
  refunds!: Refund[];
}
