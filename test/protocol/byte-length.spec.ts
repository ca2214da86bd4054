import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byteLength, fitText } from '../../lib/protocol/byte-length.js';
import { replay } from './replay.js';

const ENCODINGS = ['utf-8', 'euc-kr'] as const;

describe('byteLength', () => {
  it.each([
    ['refund-1', 8, 8],
    ['가', 3, 2],
    ['똠', 3, 3],
    ['漢', 3, 2],
    ['※', 3, 2],
    ['가a나', 7, 5],
    ['é', 2, 2],
    ['ﾊ', 3, 3],
    ['\u{20000}', 4, 4],
  ])('%s: %i in UTF-8, %i in EUC-KR', (text, utf8, eucKr) => {
    expect(ENCODINGS.map((encoding) => byteLength(text, encoding))).toEqual([utf8, eucKr]);
  });

  it('is never more in EUC-KR, so that what fits in UTF-8 fits either way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(byteLength(text, 'euc-kr')).toBeLessThanOrEqual(byteLength(text, 'utf-8'));
      }),
      replay,
    );
  });
});

describe('fitText', () => {
  it.each([
    ['what fits', '고객 변심', 100, 'utf-8', '고객 변심'],
    ['by bytes', '가나다', 8, 'utf-8', '가나'],
    ['by bytes of EUC-KR', '가나다', 5, 'euc-kr', '가나'],
    ['before a pair of surrogates', 'a\u{20000}', 4, 'utf-8', 'a'],
    ['before a letter of several characters', 'ax\u0304b', 3, 'utf-8', 'a'],
    ['before a letter in parts, once composed', '가한'.normalize('NFD'), 5, 'utf-8', '가'],
    ['to nothing', '가', 2, 'utf-8', ''],
  ] as const)('keeps or cuts %s', (_, text, maxBytes, encoding, expected) => {
    expect(fitText(text, maxBytes, encoding)).toBe(expected);
  });

  it('gives a beginning that fits, in whole letters, and as much of it as there can be', () => {
    const texts = fc.string({ unit: fc.constantFrom('가', 'a', 'é', 'x\u0304', '\u1112\u119e\u11ab', '\u{20000}', ' ') });
    fc.assert(
      fc.property(texts, fc.nat(40), fc.constantFrom(...ENCODINGS), (text, maxBytes, encoding) => {
        const cut = fitText(text, maxBytes, encoding);
        const letters = [...new Intl.Segmenter('ko').segment(text)].map(({ segment }) => segment);
        const kept = letters.findIndex((_, count) => letters.slice(0, count).join('') === cut);
        expect(text.startsWith(cut)).toBe(true);
        expect(byteLength(cut, encoding)).toBeLessThanOrEqual(maxBytes);
        if (cut === text) return;
        expect(kept).toBeGreaterThanOrEqual(0);
        expect(byteLength(cut + letters[kept], encoding)).toBeGreaterThan(maxBytes);
      }),
      replay,
    );
  });
});
