import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who may use the back office. */
@Entity('shop_staff')
export class Staff {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  id!: string;

  @Column({ name: 'password_hash', type: 'varchar', length: 120 })
  passwordHash!: string;
}
