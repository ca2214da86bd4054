import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Order } from './order.entity.js';

/** `11` card, `60` simple pay, `21` transfer, `31` mobile, `22` virtual account. */
export type PayMethodTypeCode = '11' | '21' | '22' | '31' | '60';

/** How an order was paid: what KICC's approval told. */
@Entity('shop_payment')
export class Payment {
  @PrimaryColumn({ name: 'pg_cno', type: 'varchar', length: 20 })
  pgCno!: string;

  @Column({ name: 'order_id', type: 'varchar', length: 20, unique: true })
  orderId!: string;

  @Column({ name: 'pay_method_type_code', type: 'varchar', length: 2 })
  payMethodTypeCode!: PayMethodTypeCode;

  /** KRW, as approved. */
  @Column({ type: 'int' })
  amount!: number;

  /** Whether the approval told how the amount divides (복합과세): a partial cancel has to tell it, too. */
  @Column({ name: 'complex_tax', type: 'boolean' })
  complexTax!: boolean;

  @OneToOne(() => Order, (order) => order.payment)
  @JoinColumn({ name: 'order_id' })
  order!: Relation<Order>;
}
