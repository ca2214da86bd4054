import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';
import type { PlainAttempt } from './plain-integration.js';

/** One experiment of the fault lab: the same refund, with the same fault, by the shop and by a plain integration. */
@Entity('shop_lab_run')
export class LabRun {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 32 })
  fault!: string;

  @Column({ name: 'began_at', ...TIME })
  beganAt!: number;

  @Column({ name: 'order_id', type: 'varchar', length: 20 })
  orderId!: string;

  @Column({ name: 'refund_id', type: 'varchar', length: 60 })
  refundId!: string;

  /** The same payment at the plain integration's KICC. */
  @Column({ name: 'plain_pg_cno', type: 'varchar', length: 20 })
  plainPgCno!: string;

  @Column({ name: 'plain_log', type: 'simple-json' })
  plain!: PlainAttempt[];

  /** Whether it goes on, apart from what the shop itself still does. */
  @Column({ name: 'plain_open', type: 'boolean' })
  isOpen!: boolean;
}
