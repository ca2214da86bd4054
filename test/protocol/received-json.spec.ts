import { describe, expect, it } from '@jest/globals';
import { parseJson, unpacked } from '../../lib/protocol/received-json.js';

describe('parseJson', () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    ['\ufeff{"a":1}', { a: 1 }],
    ['{"a":1}\0\0', { a: 1 }],
    ['\0 \ufeff"a\ufeff" \u3000', 'a\ufeff'],
    ['null\0', null],
    ['{"a":1}\0{"a":2}', undefined],
    ['<html>', undefined],
    [' \0', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(parseJson(text)).toEqual(expected);
  });

  it('is not held up by blanks within', () => {
    expect(parseJson(`x${' '.repeat(1_000_000)}x`)).toBeUndefined();
  });
});

describe('unpacked', () => {
  it('leaves what it cannot unpack', () => {
    const spoilt = Buffer.from([0x1f, 0x8b, 1, 2, 3]);
    expect(unpacked(spoilt, 'gzip', 100)).toBe(spoilt);
    const plain = Buffer.from('{"a":1}');
    for (const encoding of ['gzip', 'br', 'deflate', 'identity', undefined]) expect(unpacked(plain, encoding, 100)).toBe(plain);
    expect(unpacked(Buffer.alloc(0), undefined, 100)).toHaveLength(0);
  });
});
