import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, MoreThan, Repository } from 'typeorm';
import { Session } from './session.entity.js';
import { hashPassword, isPassword, Staff } from './staff.entity.js';

export const SESSION_COOKIE = 'shop';
/** A working day. */
export const SESSION_MS = 12 * 60 * 60_000;

/** Who is signed in. A session is a row, so signing out ends it wherever its cookie was copied to. */
@Injectable()
export class SessionsService {
  /** Of nobody: an unknown id takes as long to refuse as a wrong password. */
  readonly #decoy = hashPassword(randomBytes(16).toString('hex'));

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    @InjectRepository(Staff) private readonly staff: Repository<Staff>,
  ) {}

  async staffOf(token: string | undefined): Promise<string | undefined> {
    if (token === undefined) return undefined;
    const session = await this.sessions.findOneBy({ id: idOf(token), expiresAt: MoreThan(Date.now()) });
    return session?.staffId;
  }

  /** @returns what the cookie of the new session holds; nothing where id or password is wrong. */
  async begin(id: string, password: string): Promise<string | undefined> {
    const staff = await this.staff.findOneBy({ id });
    // Some databases find "mínji", too, of which the tries would be counted apart.
    const found = staff?.id === id ? staff : undefined;
    const isRight = await isPassword(password, found?.passwordHash ?? (await this.#decoy));
    if (!found || !isRight) return undefined;
    await this.sessions.delete({ expiresAt: LessThan(Date.now()) });
    const token = randomBytes(32).toString('base64url');
    await this.sessions.insert({ id: idOf(token), staffId: found.id, expiresAt: Date.now() + SESSION_MS });
    return token;
  }

  async end(token: string | undefined): Promise<void> {
    if (token !== undefined) await this.sessions.delete({ id: idOf(token) });
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
