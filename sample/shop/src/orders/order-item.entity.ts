import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Order } from './order.entity.js';

@Entity('shop_order_item')
export class OrderItem {
  @PrimaryColumn({ name: 'order_id', type: 'varchar', length: 20 })
  orderId!: string;

  /** Its place in the order, from 1. */
  @PrimaryColumn({ type: 'int' })
  line!: number;

  @Column({ type: 'varchar', length: 100 })
  name!: string;

  /** KRW for one, VAT included. */
  @Column({ name: 'unit_price', type: 'int' })
  unitPrice!: number;

  @Column({ type: 'int' })
  quantity!: number;

  /** Exempt from VAT (면세), as unprocessed food and books are. */
  @Column({ name: 'tax_free', type: 'boolean' })
  taxFree!: boolean;

  @ManyToOne(() => Order, (order) => order.items)
  @JoinColumn({ name: 'order_id' })
  order!: Relation<Order>;
}
