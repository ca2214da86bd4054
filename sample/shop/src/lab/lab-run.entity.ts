import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';

/** One experiment of the fault lab: the same refund, with the same fault, by the shop and by a plain integration. */
@Entity('shop_lab_run')
export class LabRun {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 32 })
  fault!: string;

  @Column({ name: 'began_at', ...TIME })
  beganAt!: number;

  /** The order that the shop refunds. */
  @Column({ name: 'order_id', type: 'varchar', length: 20 })
  orderId!: string;

  @Column({ name: 'refund_id', type: 'varchar', length: 60 })
  refundId!: string;

  /** The same payment at the plain integration's KICC. */
  @Column({ name: 'plain_pg_cno', type: 'varchar', length: 20 })
  plainPgCno!: string;

  /** What the plain integration did and believes, as JSON. */
  @Column({ name: 'plain_log', type: 'text' })
  plainLog!: string;

  /** Whether its operator has still to look at it, and to press again. */
  @Column({ name: 'plain_open', type: 'boolean' })
  plainOpen!: boolean;
}
