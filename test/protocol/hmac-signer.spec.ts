import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { HmacSigner } from '../../lib/protocol/hmac-signer.js';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';

const SECRETS = ['unit-test-secret', 'another-secret'] as const;
const fields = { pgCno: '24090309595910880703', shopTransactionId: '3f0c7a52-9d7e-4a53-8f53-2f6f3c1f2b10' };
const signer = () =>
  new HmacSigner([
    ['T0000001', SECRETS[0]],
    ['T0000002', SECRETS[1]],
  ]);

describe('HmacSigner', () => {
  it('signs for the first mall where none is named', () => {
    const digest = 'f3e6aeafb36bddff4842ab9a29c16785fbf1f797582052893b5e2cc7b159c646';
    expect(signer().sign(fields)).toBe(digest);
    expect(signer().sign({ ...fields, mallId: 'T0000001' })).toBe(digest);
  });

  it("signs with each mall's own key", () => {
    expect(signer().sign({ ...fields, mallId: 'T0000002' })).toBe(messageAuthValue(SECRETS[1], fields));
  });

  it.each(['T0000003', '', 't0000001', 'toString', '__proto__'])('refuses the mall %j, which it has no key for', (mallId) => {
    expect(() => signer().sign({ ...fields, mallId })).toThrow(RangeError);
  });

  it('refuses to sign without any key', () => {
    expect(() => new HmacSigner([]).sign(fields)).toThrow(RangeError);
  });

  it('reads its keys once', () => {
    const keys = new Map([['T0000001', 'unit-test-secret']]);
    const early = new HmacSigner(keys);
    keys.set('T0000001', 'changed');
    expect(early.sign(fields)).toBe(messageAuthValue('unit-test-secret', fields));
    function* once(): Generator<[string, string]> {
      yield ['T0000001', 'unit-test-secret'];
    }
    const generated = new HmacSigner(once());
    expect(generated.sign(fields)).toBe(generated.sign(fields));
  });

  it.each<[string, (value: HmacSigner) => unknown]>([
    ['inspect', (value) => inspect(value, { showHidden: true, depth: null, getters: true })],
    ['inspect of what holds it', (value) => inspect({ signer: [value] }, { showHidden: true, depth: null })],
    ['JSON', (value) => JSON.stringify(value)],
    ['its keys', (value) => Object.keys(value).join()],
    ['its own properties', (value) => Reflect.ownKeys(value).map(String).join()],
    ['a spread', (value) => inspect({ ...value }, { showHidden: true, depth: null })],
    ['a structured clone', (value) => inspect(structuredClone(value), { showHidden: true, depth: null })],
    ['its text', (value) => `${Object.prototype.toString.call(value)} ${value.sign.toString()}`],
    [
      'its error',
      (value) => {
        try {
          return value.sign({ ...fields, mallId: 'T0000003' });
        } catch (error) {
          return inspect(error, { showHidden: true, depth: null });
        }
      },
    ],
  ])('keeps its keys out of %s', (_what, show) => {
    const shown = show(signer());
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
  });
});
