import { afterEach, describe, expect, it } from '@jest/globals';

const Full = globalThis.TextDecoder;
afterEach(() => void (globalThis.TextDecoder = Full));

/** As Node is where ICU has no converters: Alpine's own package, for one. */
class Small extends Full {
  constructor(label = 'utf-8', options?: ConstructorParameters<typeof Full>[1]) {
    if (label === 'euc-kr') throw new RangeError(`The "${label}" encoding is not supported`);
    super(label, options);
  }
}

describe('where Node knows no EUC-KR', () => {
  it('lengths are counted all the same, and no id is too long for it', async () => {
    globalThis.TextDecoder = Small;
    const { byteLength } = await import('../../lib/protocol/byte-length.js');
    expect(byteLength('환불-1', 'euc-kr')).toBe(6);
    expect(byteLength('똠', 'euc-kr')).toBe(2);
    expect(byteLength('환불-1', 'utf-8')).toBe(8);
  });
});
