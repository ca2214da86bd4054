import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';
import type { FaultName } from './lab-faults.js';
import type { PlainAttempt } from './plain-integration.js';

/** One experiment of the fault lab: the same refund, with the same fault, by the shop and by a plain integration. */
@Entity('shop_lab_run')
export class LabRun {
  /** It has an order of its own, and is named by it. */
  @PrimaryColumn('varchar', { name: 'order_id', length: 20 }) orderId!: string;
  @Column('varchar', { length: 32 }) fault!: FaultName;
  @Column({ name: 'began_at', ...TIME }) beganAt!: number;
  @Column('varchar', { name: 'refund_id', length: 60 }) refundId!: string;
  /** The same payment at the plain integration's KICC. */
  @Column('varchar', { name: 'plain_pg_cno', length: 20 }) plainPgCno!: string;
  @Column('simple-json', { name: 'plain_log' }) plain!: PlainAttempt[];
  /** Whether it goes on, apart from what the shop itself still does. */
  @Column('boolean', { name: 'plain_open' }) isOpen!: boolean;
}
