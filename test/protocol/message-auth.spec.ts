import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';
import { replay } from './replay.js';

/** The digest as OpenSSL's command computes it. */
function openssl(key: string, message: string): string {
  const printed = execFileSync('openssl', ['dgst', '-sha256', '-hmac', key], { input: message, encoding: 'utf8' });
  return printed.trim().split(/\s+/).at(-1) ?? '';
}

const fields = { pgCno: '24090309595910880703', shopTransactionId: '3f0c7a52-9d7e-4a53-8f53-2f6f3c1f2b10' };

describe('messageAuthValue', () => {
  it('signs pgCno|shopTransactionId with HMAC-SHA256 in lower-case hex', () => {
    expect(messageAuthValue('unit-test-secret', fields)).toBe(
      'f3e6aeafb36bddff4842ab9a29c16785fbf1f797582052893b5e2cc7b159c646',
    );
  });

  it('agrees with openssl', () => {
    // Texts that a command line can carry: no NUL, and nothing that is half a character.
    const text = (minLength: number, maxLength: number) =>
      fc.string({ unit: 'grapheme', minLength, maxLength }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(text(1, 40), text(0, 20), text(0, 60), (key, pgCno, shopTransactionId) => {
        expect(messageAuthValue(key, { pgCno, shopTransactionId })).toBe(openssl(key, `${pgCno}|${shopTransactionId}`));
      }),
      {
        ...replay,
        numRuns: 25,
        examples: [
          ['비밀키', '24090309595910880703', '환불-1'],
          ['easy key with spaces', '', ''],
          ['=', 'a', 'b'],
          ['k'.repeat(64), 'a', 'b'],
          ['k'.repeat(65), 'a', 'b'],
          ['열쇠'.repeat(20), '가나다', '라마바'],
        ],
      },
    );
  });

  it.each([
    ['the key', 'unit-test-secret2', fields],
    ['the payment', 'unit-test-secret', { ...fields, pgCno: '24090309595910880704' }],
    ['the id', 'unit-test-secret', { ...fields, shopTransactionId: 'another' }],
    ['the order', 'unit-test-secret', { pgCno: fields.shopTransactionId, shopTransactionId: fields.pgCno }],
  ])('changes with %s', (_what, key, signed) => {
    const value = messageAuthValue(key, signed);
    expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(value).not.toBe(messageAuthValue('unit-test-secret', fields));
  });
});
