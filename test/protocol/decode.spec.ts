import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeRetrievedTransaction, decodeReviseResponse } from '../../lib/protocol/decode.js';
import { contradictedEchoes } from '../../lib/protocol/echoes.js';
import { printable } from '../../lib/protocol/printable.js';
import type { ReviseResponse } from '../../lib/protocol/revise-response.js';
import { CONTROLS, RAW, textsIn } from './controls.js';
import { replay } from './replay.js';

/** The example answer of KICC's page, with ids for its placeholders. */
const EXAMPLE = {
  resCd: '0000',
  resMsg: 'Cancellation Successful',
  mallId: 'T0000001',
  shopTransactionId: 'refund-1',
  oriPgCno: '21032609015010123456',
  cancelPgCno: '21032609020010123457',
  shopOrderNo: 'order-1',
  cancelAmount: '51004',
  remainAmount: '0',
  transactionDate: '20210326090200',
  statusCode: 'TS02',
  statusMessage: 'Approval Cancelled',
  reviseInfo: {
    payMethodTypeCode: '11',
    approvalNo: '00017177',
    approvalDate: '20210326090200',
    cardInfo: { couponAmount: 0 },
  },
};

/** An id of 20 digits as a number: JSON.parse rounds it. */
const TOO_LONG = Number('24090309595910880703');

const ok = (rest: object) => decodeReviseResponse({ resCd: '0000', ...rest });

/** Every object in a value, itself included. */
function objectsIn(value: unknown): object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}

describe('decodeReviseResponse', () => {
  it("reads KICC's example, amounts in text and all", () => {
    expect(decodeReviseResponse(EXAMPLE)).toEqual({ ...EXAMPLE, cancelAmount: 51_004, remainAmount: 0 });
  });

  it('reads an answer as it was seen: numbers, empty texts for what is absent', () => {
    const seen = {
      ...EXAMPLE,
      cancelAmount: 51_004,
      remainAmount: 0,
      escrowUsed: '',
      multiCardAmount: '',
      reviseInfo: {
        ...EXAMPLE.reviseInfo,
        approvalNo: '',
        refundInfo: { refundDate: '', depositPgCno: '' },
        cashReceiptInfo: { resCd: '', resMsg: '', approvalNo: '', cancelDate: '' },
      },
    };
    expect(decodeReviseResponse(seen)).toEqual({
      ...EXAMPLE,
      cancelAmount: 51_004,
      remainAmount: 0,
      reviseInfo: {
        payMethodTypeCode: '11',
        approvalDate: '20210326090200',
        cardInfo: { couponAmount: 0 },
      },
    });
  });

  it('reads a refusal that carries nothing else', () => {
    expect(decodeReviseResponse({ resCd: '8521', resMsg: '한도초과', mallId: null })).toEqual({
      resCd: '8521',
      resMsg: '한도초과',
    });
  });

  it.each([
    ['none', {}],
    ['a number', { resCd: 0 }],
    ['a number of four digits', { resCd: 8521 }],
    ['null', { resCd: null }],
    ['empty', { resCd: '' }],
    ['too short', { resCd: '000' }],
    ['too long', { resCd: '00000' }],
    ['padded', { resCd: '000 ' }],
    ['with a line feed', { resCd: '0000\n' }],
    ['full-width', { resCd: '００００' }],
    ['in an array', { resCd: ['0000'] }],
    ['an object', { resCd: { toString: () => '0000' } }],
    ['in another case', { rescd: '0000' }],
    ['inherited', Object.create({ resCd: 5 }) as object],
  ])('is no answer with a resCd: %s', (_name, json) => {
    expect(decodeReviseResponse({ ...EXAMPLE, resCd: undefined, ...json })).toBeUndefined();
  });

  it.each([undefined, null, '0000', 5, true, [], [EXAMPLE]].map((json) => ({ json })))('is no answer: $json', ({ json }) => {
    expect(decodeReviseResponse(json)).toBeUndefined();
  });

  it.each(['VTIM', 'VT00', 'W002', 'R102', '9999', 'ab-Z'])('takes the code %s, known or not', (resCd) => {
    expect(decodeReviseResponse({ resCd })).toEqual({ resCd });
  });

  it('takes codes and states it does not know', () => {
    expect(ok({ statusCode: 'OP01', reviseInfo: { payMethodTypeCode: '99' } })).toEqual({
      resCd: '0000',
      statusCode: 'OP01',
      reviseInfo: { payMethodTypeCode: '99' },
    });
  });

  it.each<readonly [unknown, number]>([
    [51_004, 51_004],
    ['51004', 51_004],
    [0, 0],
    ['0', 0],
    ['00051004', 51_004],
    [5.0, 5],
    ['999999999999999', 999_999_999_999_999],
  ])('reads the amount %p', (cancelAmount, expected) => {
    expect(ok({ cancelAmount })).toEqual({ resCd: '0000', cancelAmount: expected });
  });

  it.each([
    '51,004',
    '51004.0',
    '5e3',
    '0x10',
    ' 5',
    '5 ',
    '-5',
    '+5',
    '１２',
    'x',
    '9999999999999999',
    -5,
    1.5,
    NaN,
    Infinity,
    2 ** 53,
    true,
    [],
    [5],
    {},
    { amount: 5 },
  ])('keeps an amount that it cannot read as it came: %p', (cancelAmount) => {
    expect(ok({ cancelAmount, reviseInfo: { cardInfo: { couponAmount: cancelAmount } } })).toEqual({
      resCd: '0000',
      reviseInfo: { cardInfo: { extra: { couponAmount: cancelAmount } } },
      extra: { cancelAmount },
    });
  });

  it('reads a whole number where a text is due', () => {
    expect(ok({ resMsg: 5, shopTransactionId: 12, oriPgCno: TOO_LONG })).toEqual({
      resCd: '0000',
      resMsg: '5',
      shopTransactionId: '12',
      // More digits than a number holds: not to be taken for the id.
      extra: { oriPgCno: TOO_LONG },
    });
  });

  it('keeps a text that is none, and an object that is none, as they came', () => {
    const odd = { resMsg: ['x'], statusMessage: { ko: '승인' }, escrowUsed: true, reviseInfo: [EXAMPLE.reviseInfo] };
    expect(ok(odd)).toEqual({ resCd: '0000', extra: odd });
    expect(ok({ reviseInfo: 'none' })).toEqual({ resCd: '0000', extra: { reviseInfo: 'none' } });
  });

  it('keeps what KICC adds, at every depth', () => {
    const added = { newField: 'x', list: [1, { a: null, b: '' }], flag: false, zero: 0 };
    expect(
      ok({ ...added, reviseInfo: { ...EXAMPLE.reviseInfo, ...added, cardInfo: { couponAmount: '7', ...added } } }),
    ).toEqual({
      resCd: '0000',
      reviseInfo: { ...EXAMPLE.reviseInfo, cardInfo: { couponAmount: 7, extra: added }, extra: added },
      extra: added,
    });
  });

  it('has no extra where there is nothing', () => {
    for (const object of objectsIn(decodeReviseResponse({ ...EXAMPLE, empty: '', nil: null }))) {
      expect(object).not.toHaveProperty('extra');
    }
  });

  it("keeps KICC's own field named extra apart", () => {
    expect(ok({ extra: { cancelAmount: 1 } })).toEqual({ resCd: '0000', extra: { extra: { cancelAmount: 1 } } });
  });

  it('drops signatures and keys wherever they stand', () => {
    const signed = { msgAuthValue: 'signature', secretKey: 'secret', kept: 1 };
    const decoded = ok({
      ...signed,
      reviseInfo: { ...signed, cardInfo: { ...signed, couponAmount: 1 } },
      list: [signed, [signed]],
      cancelAmount: signed,
      resMsg: [signed],
    });
    const shown = JSON.stringify(decoded);
    expect(shown).not.toMatch(/msgAuthValue|secretKey|signature|secret/);
    expect(shown.match(/kept/g)).toHaveLength(7);
  });

  it('is frozen', () => {
    const decoded = decodeReviseResponse({ ...EXAMPLE, added: 1 });
    for (const object of [decoded, decoded?.extra, decoded?.reviseInfo, decoded?.reviseInfo?.cardInfo]) {
      expect(Object.isFrozen(object)).toBe(true);
    }
  });

  it.each([
    '{"resCd":"0000","__proto__":{"cancelAmount":5,"polluted":true}}',
    '{"resCd":"0000","reviseInfo":{"__proto__":{"polluted":true}}}',
    '{"resCd":"0000","x":{"__proto__":{"polluted":true}}}',
    '{"resCd":"0000","constructor":{"prototype":{"polluted":true}}}',
  ])('is safe from %s', (json) => {
    const decoded = decodeReviseResponse(JSON.parse(json));
    expect(decoded?.cancelAmount).toBeUndefined();
    for (const object of [...objectsIn(decoded), {}]) {
      expect((object as { polluted?: boolean }).polluted === true && !Object.hasOwn(object, 'polluted')).toBe(false);
      expect(Object.getPrototypeOf(object)).toBe(Array.isArray(object) ? Array.prototype : Object.prototype);
    }
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded);
  });

  it('never inherits resCd from a __proto__ field', () => {
    expect(decodeReviseResponse(JSON.parse('{"__proto__":{"resCd":"0000"}}'))).toBeUndefined();
  });
});

/** What KICC means by nothing: an empty text, or an object of nothing else. */
function isAbsent(raw: unknown): boolean {
  if (raw === '' || raw === null) return true;
  return (
    typeof raw === 'object' &&
    !Array.isArray(raw) &&
    Object.entries(raw).every(([name, part]) => name === 'msgAuthValue' || isAbsent(part))
  );
}

describe('controls in an answer', () => {
  it('reach nobody, wherever they stand', () => {
    const evil = {
      ...EXAMPLE,
      resMsg: `한도\u0000초과${CONTROLS}`,
      statusMessage: CONTROLS,
      [CONTROLS]: { [CONTROLS]: [CONTROLS] },
    };
    const cashReceiptInfo = { resMsg: CONTROLS, [CONTROLS]: CONTROLS };
    const decoded = decodeReviseResponse({ ...evil, reviseInfo: { ...EXAMPLE.reviseInfo, cashReceiptInfo } });
    expect(textsIn(decoded)).not.toMatch(RAW);
    expect(decoded?.resMsg).toMatch(/^한도\uFFFD초과/);
    expect(decoded?.statusMessage).toBe(printable(CONTROLS));
  });

  it('in an id leave no id, and contradict what was sent', () => {
    const decoded = ok({ ...EXAMPLE, cancelPgCno: `1${CONTROLS}`, shopTransactionId: 'refund-1\u0000' });
    expect(decoded).not.toHaveProperty('cancelPgCno');
    expect(decoded?.extra).toEqual({ cancelPgCno: printable(`1${CONTROLS}`), shopTransactionId: 'refund-1\uFFFD' });
    const sent = { mallId: 'T0000001', shopTransactionId: 'refund-1', pgCno: EXAMPLE.oriPgCno, reviseTypeCode: '40' } as const;
    expect(contradictedEchoes(sent, decoded as ReviseResponse, true)).toEqual(['shopTransactionId']);
  });
});

describe('decoding any JSON', () => {
  it("does not throw, however deep, and drops what is too deep to be KICC's", () => {
    const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown;
    expect(decodeReviseResponse({ resCd: '0000', x: deep })).toMatchObject({ resCd: '0000' });
    expect(decodeReviseResponse({ resCd: '0000', x: { y: [{ MSGAuthValue: 'f00d', z: 1 }] } })?.extra).toEqual({
      x: { y: [{ z: 1 }] },
    });
  });

  const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' });
  const answer = fc
    .tuple(
      fc.record({ resCd: fc.oneof(fc.constant('0000'), json) }),
      fc.dictionary(
        fc.oneof(fc.constantFrom(...Object.keys(EXAMPLE), 'extra', 'msgAuthValue', '__proto__', 'toString'), fc.string()),
        json,
      ),
    )
    .map(([code, rest]) => ({ ...rest, ...code }));

  it.each([decodeReviseResponse, decodeRetrievedTransaction])('never throws and never invents: %p', (decode) => {
    fc.assert(
      fc.property(fc.oneof(json, answer), (value) => {
        const before = JSON.stringify(value);
        const decoded = decode(value);
        expect(JSON.stringify(value)).toBe(before);
        if (decoded === undefined) return;
        const given = value as Record<string, unknown>;
        expect(decoded.resCd).toBe(given['resCd']);
        for (const [name, read] of Object.entries(decoded)) {
          if (typeof read !== 'object')
            expect(String(read)).toBe(printable(String(typeof read === 'number' ? Number(given[name]) : given[name])));
        }
        for (const amount of [decoded.cancelAmount, decoded.remainAmount]) {
          if (amount !== undefined) expect(Number.isSafeInteger(amount) && amount >= 0).toBe(true);
        }
        // Nothing that came is lost, but for what is empty and what is secret.
        for (const [name, raw] of Object.entries(given)) {
          if (isAbsent(raw) || name === 'msgAuthValue' || name === 'secretKey') continue;
          expect(Object.hasOwn(decoded, name) || Object.hasOwn(decoded.extra ?? {}, printable(name))).toBe(true);
        }
      }),
      { ...replay, numRuns: 500 },
    );
  });
});
