import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who may use the back office. */
@Entity('shop_staff')
export class Staff {
  @PrimaryColumn('varchar', { length: 32 }) id!: string;
  @Column('varchar', { name: 'password_hash', length: 120 }) passwordHash!: string;
}
