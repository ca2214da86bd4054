import { describe, expect, it } from '@jest/globals';
import { hasControls, printable, printableLines } from '../../lib/protocol/printable.js';
import { CONTROLS, RAW } from './controls.js';

describe('printable()', () => {
  it.each([
    ['정상취소 (승인 12,000원) ♥ \u{1F600}', '정상취소 (승인 12,000원) ♥ \u{1F600}'],
    ['한도\r\n초과\t!', '한도 초과 !'],
    ['\u001b[31m거절\u001b[0m', '\uFFFD[31m거절\uFFFD[0m'],
    ['정상\u0000\u0000\u0000', '정상\uFFFD'],
    ['a\u202eb\u2066c', 'a\uFFFDb\uFFFDc'],
    ['a\u2028b\u2029c', 'a b c'],
    ['', ''],
  ])('%j is %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(hasControls(text)).toBe(text !== shown);
  });

  it('leaves nothing that acts, and keeps lines where it is told to', () => {
    expect(printable(CONTROLS)).not.toMatch(RAW);
    expect(printableLines(`a${CONTROLS}\nb`).split('\n').join('')).not.toMatch(RAW);
    expect(printableLines('a\nb\tc\n')).toBe('a\nb c\n');
  });
});
