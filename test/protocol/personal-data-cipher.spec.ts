import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { isDataKey, PersonalDataCipher } from '../../lib/protocol/personal-data-cipher.js';

const key = (): string => randomBytes(32).toString('base64');
const NEW = { id: '2026-11', key: key() };
const OLD = { id: '2025', key: key() };
const data = { 'refundInfo.refundAccountNo': '11012345678901', 'refundInfo.refundDepositName': '홍길동' };

describe('PersonalDataCipher', () => {
  it('opens what it has sealed, for its owner alone', () => {
    const cipher = new PersonalDataCipher([NEW]);
    const sealed = cipher.seal(data, 'T0000001|refund-1');
    expect(cipher.open(sealed, 'T0000001|refund-1')).toEqual(data);
    expect(() => cipher.open(sealed, 'T0000001|refund-2')).toThrow();
    expect(sealed).toMatch(/^2026-11\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
    expect(Buffer.from(sealed, 'latin1').toString('utf8')).not.toMatch(/11012345678901|홍길동/);
  });

  it('never seals the same twice alike', () => {
    const cipher = new PersonalDataCipher([NEW]);
    expect(cipher.seal(data, 'a')).not.toBe(cipher.seal(data, 'a'));
  });

  it('goes on opening under an old key, and seals under the new one', () => {
    const sealed = new PersonalDataCipher([OLD]).seal(data, 'a');
    const cipher = new PersonalDataCipher([NEW, OLD]);
    expect(cipher.open(sealed, 'a')).toEqual(data);
    expect(cipher.seal(data, 'a')).toMatch(/^2026-11\./);
    expect(() => new PersonalDataCipher([NEW]).open(sealed, 'a')).toThrow('unknown key');
  });

  it('opens nothing that was changed', () => {
    const cipher = new PersonalDataCipher([NEW]);
    const parts = cipher.seal(data, 'a').split('.');
    for (let part = 1; part < parts.length; part++) {
      const changed = parts.map((text, index) => (index === part ? (text.startsWith('A') ? 'B' : 'A') + text.slice(1) : text));
      expect(() => cipher.open(changed.join('.'), 'a')).toThrow();
    }
    // A tag that was cut short would be easier to guess.
    expect(() => cipher.open(parts.with(2, parts[2]?.slice(0, 6) ?? '').join('.'), 'a')).toThrow();
    for (const text of ['', 'x', '2026-11..', '2026-11.a.b.c']) expect(() => cipher.open(text, 'a')).toThrow();
  });

  it('shows no key', () => {
    const cipher = new PersonalDataCipher([NEW]);
    expect(inspect(cipher, { depth: 9, showHidden: true }) + JSON.stringify(cipher)).not.toContain(NEW.key);
  });

  it('without keys has one of its own', () => {
    const sealed = new PersonalDataCipher().seal(data, 'a');
    expect(() => new PersonalDataCipher().open(sealed, 'a')).toThrow();
  });
});

describe('isDataKey()', () => {
  it('takes 32 bytes in base64, and nothing else', () => {
    expect(isDataKey(key())).toBe(true);
    expect(isDataKey(key().replace('=', ''))).toBe(true);
    for (const wrong of [
      undefined,
      7,
      '',
      'secret',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      `${key()} `,
    ]) {
      expect(isDataKey(wrong)).toBe(false);
    }
  });
});
