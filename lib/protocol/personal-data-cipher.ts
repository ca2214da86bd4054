import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { PersonalData } from './personal-data.js';

/** A key for personal data. */
export interface PersonalDataKey {
  /** Names the key in what it encrypts: letters, digits, `-` and `_`, at most 32. Never use one again for another key. */
  readonly id: string;
  /** 32 bytes in base64 (`openssl rand -base64 32`). */
  readonly key: string;
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;

/** Personal data as it is kept: encrypted by AES-256-GCM, bound to its revision, with the id of its key. */
export class PersonalDataCipher {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #newest: string;

  /** @param keys the first encrypts; all decrypt. Without any, one that is forgotten with the process. */
  constructor(keys: readonly PersonalDataKey[] = []) {
    const known = keys.map(({ id, key }): [string, Buffer] => [id, Buffer.from(key, 'base64')]);
    this.#keys = new Map(known.length > 0 ? known : [['process', randomBytes(32)]]);
    this.#newest = [...this.#keys.keys()][0] ?? '';
  }

  /** @param owner what the data belongs to: nothing else can be shown it. */
  seal(personal: PersonalData, owner: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(this.#newest), iv).setAAD(Buffer.from(owner));
    const data = Buffer.concat([cipher.update(JSON.stringify(personal), 'utf8'), cipher.final()]);
    return [this.#newest, ...[iv, cipher.getAuthTag(), data].map((part) => part.toString('base64url'))].join('.');
  }

  /** @throws {Error} if its key is not known, or it is another's or was changed. */
  open(sealed: string, owner: string): PersonalData {
    const [id = '', ...parts] = sealed.split('.');
    const [iv, tag, data] = parts.map((part) => Buffer.from(part, 'base64url'));
    if (!iv || !tag || !data) throw new Error('not sealed');
    const decipher = createDecipheriv(ALGORITHM, this.keyOf(id), iv, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
    return JSON.parse(Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')) as PersonalData;
  }

  private keyOf(id: string): Buffer {
    const key = this.#keys.get(id);
    if (!key) throw new Error('unknown key');
    return key;
  }
}

/** Whether a text holds a key of 32 bytes in base64. */
export function isDataKey(key: unknown): boolean {
  return typeof key === 'string' && /^[A-Za-z0-9+/]{43}=?$/.test(key) && Buffer.from(key, 'base64').length === 32;
}
