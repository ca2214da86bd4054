import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TIME } from '../database/columns.js';

/** Somebody who is signed in. */
@Entity('shop_session')
export class Session {
  /** SHA-256 of what the cookie holds, in hex: nobody can sign in with what stands in this table. */
  @PrimaryColumn('varchar', { length: 64 }) id!: string;
  @Column('varchar', { name: 'staff_id', length: 32 }) staffId!: string;
  @Column({ name: 'expires_at', ...TIME }) expiresAt!: number;
}
