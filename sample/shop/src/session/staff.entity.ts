import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who may use the back office. */
@Entity('shop_staff')
export class Staff {
  @PrimaryColumn('varchar', { length: 32 }) id!: string;
  @Column('varchar', { name: 'password_hash', length: 120 }) passwordHash!: string;
}

const derive = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;

/** A password as it is kept: `salt:key`, in hex. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(password, salt, 32)).toString('hex')}`;
}

export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [salt = '', key = ''] = kept.split(':');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'hex'), 32), Buffer.from(key, 'hex'));
}
