import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkPresentStatus, checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { KiccValidationError } from '../../lib/protocol/kicc-validation.error.js';
import { USUAL_RULES, type RequestRules } from '../../lib/protocol/request-rules.js';
import { replay } from './replay.js';

const MALLS = ['T0000001', 'T0000002'];
const full = { shopTransactionId: 'refund-1', pgCno: '24090309595910880703', reviseTypeCode: '40' };
const part = { ...full, reviseTypeCode: '32', amount: 3_000 };
const tax = { taxationAmount: 2_000, taxFreeAmount: 800, vatAmount: 200 };
const basket = { productPgCno: '24090309595910880704', sellerId: 'seller-1' };

function refusal(input: unknown): KiccValidationError | undefined {
  try {
    checkReviseRequest(input, MALLS);
    return undefined;
  } catch (error) {
    if (error instanceof KiccValidationError) return error;
    throw error;
  }
}

/** Faults as "field rule", sorted; none if the request is accepted. */
function faults(input: unknown): string[] {
  return (refusal(input)?.violations ?? []).map(({ field, rule }) => `${field} ${rule}`).sort();
}

/** Every text in a value, however deep (the values that no message may repeat). */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

const without = (request: object, name: string): object =>
  Object.fromEntries(Object.entries(request).filter(([key]) => key !== name));
const told = { ...full, reviseMessage: '' };
const say = (reviseMessage: unknown) => ({ ...told, reviseMessage });
const id = (shopTransactionId: unknown) => ({ ...full, shopTransactionId });
const pay = (amount: unknown) => ({ ...part, amount });
const EMPTY_REQUEST = ['pgCno required', 'reviseTypeCode required', 'shopTransactionId required'];

type Case = readonly [name: string, input: unknown, ...faults: string[]];

const BAD: readonly Case[] = [
  // What is not there, or not of the type.
  ['no id', without(full, 'shopTransactionId'), 'shopTransactionId required'],
  ['an undefined id', id(undefined), 'shopTransactionId required'],
  ['no payment', without(full, 'pgCno'), 'pgCno required'],
  ['no type of change', without(full, 'reviseTypeCode'), 'reviseTypeCode required'],
  ['nothing at all', {}, ...EMPTY_REQUEST],
  ['an empty id', id(''), 'shopTransactionId empty'],
  ['an empty payment', { ...full, pgCno: '' }, 'pgCno empty'],
  ['an empty mall', { ...full, mallId: '' }, 'mallId empty'],
  ['an empty message', say(''), 'reviseMessage empty'],
  ['an empty type of change', { ...full, reviseTypeCode: '' }, 'reviseTypeCode empty'],
  ['a number as id', id(1), 'shopTransactionId type'],
  ['a number as payment', { ...full, pgCno: 24090309595910880 }, 'pgCno type'],
  ['a number as type of change', { ...full, reviseTypeCode: 40 }, 'reviseTypeCode type'],
  ['a number as mall', { ...full, mallId: 5 }, 'mallId type'],
  ['null as id', id(null), 'shopTransactionId type'],
  ['null as message', say(null), 'reviseMessage type'],
  ['null as amount', pay(null), 'amount type'],
  ['an array as id', id(['refund-1']), 'shopTransactionId type'],
  ['an object as message', say({ text: 'x' }), 'reviseMessage type'],
  ['true as message', say(true), 'reviseMessage type'],
  ['a function as message', say(() => 'x'), 'reviseMessage type'],
  ['a symbol as message', say(Symbol('x')), 'reviseMessage type'],
  ['a boxed string as id', id(Object('refund-1')), 'shopTransactionId type'],
  // Bytes.
  ['an id of 61 bytes', id('x'.repeat(61)), 'shopTransactionId maxBytes'],
  ['a Korean id of 21 letters', id('가'.repeat(21)), 'shopTransactionId maxBytes'],
  ['a payment of 21 bytes', { ...full, pgCno: '1'.repeat(21) }, 'pgCno maxBytes'],
  ['a message of 34 Korean letters', say('가'.repeat(34)), 'reviseMessage maxBytes'],
  ['a Korean message one byte over', say('가'.repeat(33) + 'ab'), 'reviseMessage maxBytes'],
  ['a message of 101 bytes', say('x'.repeat(101)), 'reviseMessage maxBytes'],
  ['a requestor of 33 bytes', { ...full, clientId: 'x'.repeat(33) }, 'clientId maxBytes'],
  ['a requestor of 11 Korean letters', { ...full, clientId: '관'.repeat(11) }, 'clientId maxBytes'],
  ['an address of 21 bytes', { ...full, clientIp: 'x'.repeat(21) }, 'clientIp maxBytes'],
  ['a mall of 9 bytes', { ...full, mallId: 'T00000019' }, 'mallId maxBytes', 'mallId mall'],
  ['a type of change of 3 bytes', { ...full, reviseTypeCode: '400' }, 'reviseTypeCode maxBytes', 'reviseTypeCode oneOf'],
  [
    'a seller of 51 bytes',
    { ...full, basketUsed: 'Y', basketInfo: { ...basket, sellerId: 's'.repeat(51) } },
    'basketInfo.sellerId maxBytes',
  ],
  [
    'a product of 21 bytes',
    { ...full, basketUsed: 'Y', basketInfo: { ...basket, productPgCno: '1'.repeat(21) } },
    'basketInfo.productPgCno maxBytes',
  ],
  // Characters.
  ...[...`'"<>\\;|&`].map((character): Case => [
    `a ${character} in the message`,
    say(`a${character}b`),
    'reviseMessage blockedCharacter',
  ]),
  ['a | in the id', id('refund|1'), 'shopTransactionId blockedCharacter'],
  ['a | in the payment', { ...full, pgCno: '24|1' }, 'pgCno blockedCharacter'],
  [
    'a ; in the seller',
    { ...full, basketUsed: 'Y', basketInfo: { ...basket, sellerId: 'a;b' } },
    'basketInfo.sellerId blockedCharacter',
  ],
  ...(
    [
      ['line feed', '\n'],
      ['carriage return', '\r'],
      ['tab', '\t'],
      ['NUL', '\0'],
      ['escape', '\u001b'],
      ['delete', '\u007f'],
      ['next line', '\u0085'],
      ['line separator', '\u2028'],
      ['paragraph separator', '\u2029'],
    ] as const
  ).map(([name, character]): Case => [`a ${name} in the message`, say(`a${character}b`), 'reviseMessage controlCharacter']),
  ['a line feed at the end of an id', id('refund-1\n'), 'shopTransactionId controlCharacter', 'shopTransactionId whiteSpace'],
  ...(
    [
      ['plain emoji', '\u{1F600}'],
      ['family', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'],
      ['keycap', '1\uFE0F\u20E3'],
      ['bare keycap', '#\u20E3'],
      ['flag', '\u{1F1F0}\u{1F1F7}'],
      ['tag flag', '\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}'],
      ['skin tone', '\u{1F44D}\u{1F3FD}'],
      ['skin tone alone', '\u{1F3FD}'],
      ['heart in colour', '\u2665\uFE0F'],
      ['red heart', '\u2764'],
      ['sun', '\u2600'],
      ['joiner', 'a\u200Db'],
    ] as const
  ).map(([name, emoji]): Case => [`an emoji (${name})`, say(`고마워요 ${emoji}`), 'reviseMessage emoji']),
  ['an emoji in the id', id('refund-\u{1F600}'), 'shopTransactionId emoji'],
  ['a lone high surrogate', say('a\ud83d'), 'reviseMessage loneSurrogate'],
  ['a lone low surrogate', say('\ude00b'), 'reviseMessage loneSurrogate'],
  ['surrogates the wrong way round', say('\ude00\ud83d'), 'reviseMessage loneSurrogate'],
  ...(
    [
      ['inside', 'refund 1'],
      ['before', ' refund-1'],
      ['after', 'refund-1 '],
      ['that does not break', 'refund\u00a01'],
      ['that is ideographic', 'refund\u30001'],
      ['alone', ' '],
    ] as const
  ).map(([where, value]): Case => [`white space ${where} in the id`, id(value), 'shopTransactionId whiteSpace']),
  ['a byte order mark in the id', id('\ufeffrefund-1'), 'shopTransactionId invisibleCharacter', 'shopTransactionId whiteSpace'],
  ...(
    [
      ['zero-width space', '\u200b'],
      ['soft hyphen', '\u00ad'],
      ['Hangul filler', '\u3164'],
      ['half-width Hangul filler', '\uffa0'],
      ['filler of an initial', '\u115f'],
      ['filler of a vowel', '\u1160'],
      ['variation selector', '\ufe01'],
      ['empty pattern of Braille', '\u2800'],
      ['grapheme joiner', '\u034f'],
    ] as const
  ).flatMap(([name, letter]): Case[] => [
    [`a ${name} in the id`, id(`refund-1${letter}`), 'shopTransactionId invisibleCharacter'],
    [`a ${name} in the message`, say(`가${letter}나`), 'reviseMessage invisibleCharacter'],
  ]),
  // Signs of what went wrong before.
  ['the mark of a wrongly decoded file', say('\ufffd\ufffd 변심'), 'reviseMessage undecoded'],
  ['bytes read the wrong way round', say('\ufffe변심'), 'reviseMessage undecoded'],
  ['a mark without a letter', say('\u0301변심'), 'reviseMessage loneMark'],
  ['a mark on a space', say('a \u0301'), 'reviseMessage loneMark'],
  ['a vowel without its initial', say('\u1161 변심'), 'reviseMessage loneMark'],
  ['a final without its syllable', say('a\u11ab'), 'reviseMessage loneMark'],
  ['a Korean id in parts', id('환불-1'.normalize('NFD')), 'shopTransactionId decomposed'],
  ['a Latin id in parts', id('cafe\u0301-1'), 'shopTransactionId decomposed'],
  ['a payment in parts', { ...full, pgCno: '가'.normalize('NFD') }, 'pgCno decomposed'],
  ['a mall of null', { ...full, mallId: null }, 'mallId type'],
  ['white space in the payment', { ...full, pgCno: '24090309 5' }, 'pgCno whiteSpace'],
  ['white space in the mall', { ...full, mallId: 'T0000 1' }, 'mallId mall', 'mallId whiteSpace'],
  [
    'white space in the product',
    { ...full, basketUsed: 'Y', basketInfo: { ...basket, productPgCno: '1 ' } },
    'basketInfo.productPgCno whiteSpace',
  ],
  // Amounts.
  ['won with decimals', pay(1.5), 'amount wholeWon'],
  ['NaN won', pay(NaN), 'amount wholeWon'],
  ['infinitely many won', pay(Infinity), 'amount wholeWon'],
  ['infinitely few won', pay(-Infinity), 'amount wholeWon'],
  ['negative won', pay(-1), 'amount minimum'],
  ['zero won', pay(0), 'amount minimum'],
  ['negative zero won', pay(-0), 'amount minimum'],
  ['more won than a number can count', pay(2 ** 53), 'amount wholeWon'],
  ['won in text', pay('3000'), 'amount type'],
  ['won in text with a comma', pay('3,000'), 'amount type'],
  ['a bigint of won', pay(3_000n), 'amount type'],
  ['an array of won', pay([3_000]), 'amount type'],
  ['a date of won', pay(new Date(0)), 'amount type'],
  ['won true', pay(true), 'amount type'],
  ...['32', '33', '52'].map((reviseTypeCode): Case => [
    `no amount on ${reviseTypeCode}`,
    { ...full, reviseTypeCode },
    'amount required',
  ]),
  ...['20', '40', '51'].map((reviseTypeCode): Case => [
    `an amount on ${reviseTypeCode}`,
    { ...full, reviseTypeCode, amount: 1 },
    'amount notForThisType',
  ]),
  ...['20', '40', '51'].map((reviseTypeCode): Case => [
    `a balance on ${reviseTypeCode}`,
    { ...full, reviseTypeCode, remainAmount: 1 },
    'remainAmount notForThisType',
  ]),
  ...['20', '40', '51'].map((reviseTypeCode): Case => [
    `an amount on ${reviseTypeCode} that is not all`,
    { ...full, reviseTypeCode, amount: 999, approvedAmount: 1_000 },
    'amount notForThisType',
  ]),
  [
    'all that was approved, in text, on 40',
    { ...full, amount: '1', approvedAmount: '1' },
    'amount notForThisType',
    'amount type',
    'approvedAmount type',
  ],
  ['an amount in text on 40', { ...full, amount: '1' }, 'amount notForThisType', 'amount type'],
  ['a balance of less than the amount', { ...part, remainAmount: 2_999 }, 'remainAmount balance'],
  ['a balance of zero', { ...part, remainAmount: 0 }, 'remainAmount balance', 'remainAmount minimum'],
  ['a balance in text', { ...part, remainAmount: '5000' }, 'remainAmount type'],
  ['more than was approved', { ...part, approvedAmount: 2_999 }, 'amount approvedAmount'],
  ['a balance above what was approved', { ...part, remainAmount: 5_000, approvedAmount: 4_000 }, 'remainAmount approvedAmount'],
  ['an approved amount of zero', { ...full, approvedAmount: 0 }, 'approvedAmount minimum'],
  ['an approved amount in text', { ...full, approvedAmount: '3000' }, 'approvedAmount type'],
  ['an approved amount with decimals', { ...full, approvedAmount: 0.5 }, 'approvedAmount wholeWon'],
  // Tax.
  [
    'tax with one part',
    { ...part, taxInfo: { taxationAmount: 3_000 } },
    'taxInfo.taxFreeAmount required',
    'taxInfo.vatAmount required',
  ],
  [
    'tax without parts',
    { ...part, taxInfo: {} },
    'taxInfo.taxFreeAmount required',
    'taxInfo.taxationAmount required',
    'taxInfo.vatAmount required',
  ],
  ['tax that is short by one won', { ...part, taxInfo: { ...tax, vatAmount: 199 } }, 'taxInfo taxSum'],
  ['tax with VAT counted twice', { ...part, taxInfo: { ...tax, taxationAmount: 2_200 } }, 'taxInfo taxSum'],
  [
    'negative tax',
    { ...part, taxInfo: { taxationAmount: 3_001, taxFreeAmount: 0, vatAmount: -1 } },
    'taxInfo.vatAmount minimum',
  ],
  ['tax of a full cancel that is not what was approved', { ...full, approvedAmount: 3_001, taxInfo: tax }, 'taxInfo taxSum'],
  ['tax in text', { ...part, taxInfo: { ...tax, vatAmount: '200' } }, 'taxInfo.vatAmount type'],
  [
    'tax with decimals',
    { ...part, taxInfo: { taxationAmount: 2_999.5, taxFreeAmount: 0, vatAmount: 0.5 } },
    'taxInfo.taxationAmount wholeWon',
    'taxInfo.vatAmount wholeWon',
  ],
  ['tax null', { ...part, taxInfo: null }, 'taxInfo type'],
  ['tax in an array', { ...part, taxInfo: [tax] }, 'taxInfo type'],
  ['tax as text', { ...part, taxInfo: JSON.stringify(tax) }, 'taxInfo type'],
  [
    'tax under the names of the approval',
    { ...full, taxInfo: { ...tax, vatAmount: undefined, taxAmount: 200 } },
    'taxInfo.taxAmount unknownField',
    'taxInfo.vatAmount required',
  ],
  // Basket.
  ['a basket without its product', { ...full, basketUsed: 'Y' }, 'basketInfo basket'],
  ['a product without its basket', { ...full, basketInfo: basket }, 'basketUsed basket'],
  ['a product though there is no basket', { ...full, basketUsed: 'N', basketInfo: basket }, 'basketUsed basket'],
  ['a basket neither Y nor N', { ...full, basketUsed: 'X' }, 'basketUsed oneOf'],
  ['a basket in lower case', { ...full, basketUsed: 'y', basketInfo: basket }, 'basketUsed basket', 'basketUsed oneOf'],
  ['a basket true', { ...full, basketUsed: true }, 'basketUsed type'],
  ['products in an array', { ...full, basketUsed: 'Y', basketInfo: [basket] }, 'basketInfo type'],
  ['a product of null', { ...full, basketUsed: 'Y', basketInfo: null }, 'basketInfo type'],
  [
    'a product without its seller',
    { ...full, basketUsed: 'Y', basketInfo: { productPgCno: '1' } },
    'basketInfo.sellerId required',
  ],
  [
    'a product with a price',
    { ...full, basketUsed: 'Y', basketInfo: { ...basket, price: 1 } },
    'basketInfo.price unknownField',
  ],
  // Names.
  ['a field that KICC does not know', { ...full, shopOrderNo: '1' }, 'shopOrderNo unknownField'],
  ['a misspelt field', { ...without(full, 'pgCno'), pgcno: '1' }, 'pgCno required', 'pgcno unknownField'],
  ['a field of the shortcut alone', { ...part, payMethodTypeCode: '11' }, 'payMethodTypeCode unknownField'],
  ['a date of its own', { ...full, cancelReqDate: '20260302' }, 'cancelReqDate filledByLibrary'],
  ['a signature of its own', { ...full, msgAuthValue: 'f'.repeat(64) }, 'msgAuthValue filledByLibrary'],
  ['a query flag of its own', { ...full, refundQueryFlag: 'Y' }, 'refundQueryFlag filledByLibrary'],
  [
    'an own field named __proto__',
    JSON.parse('{"shopTransactionId":"refund-1","pgCno":"1","reviseTypeCode":"40","__proto__":{"mallId":"T0000002"}}'),
    '__proto__ unknownField',
  ],
  ['an own field named constructor', { ...full, constructor: 'x' }, 'constructor unknownField'],
  // Codes and malls.
  ...['00', '10', '41', 'xx'].map((reviseTypeCode): Case => [
    `the type of change ${reviseTypeCode}`,
    { ...full, reviseTypeCode },
    'reviseTypeCode oneOf',
  ]),
  ['another shop’s mall', { ...full, mallId: 'T0000003' }, 'mallId mall'],
  ['a mall in lower case', { ...full, mallId: 't0000001' }, 'mallId mall'],
  // Nothing that is an object.
  ...[undefined, null, 'x', 5, true, [], [full], () => full].map((input): Case => [
    `${JSON.stringify(input) ?? typeof input} as the request`,
    input,
    ' object',
  ]),
  ['a date as the request', new Date(0), ...EMPTY_REQUEST],
  ['a map as the request', new Map(Object.entries(full)), ...EMPTY_REQUEST],
];

describe('checkReviseRequest refuses', () => {
  it.each(BAD.map(([name, input, ...expected]) => ({ name, input, expected })))('$name', ({ input, expected }) => {
    expect(faults(input)).toEqual([...expected].sort());
    const error = refusal(input);
    for (const { message, remedy } of error?.violations ?? []) {
      expect(message).toMatch(/\S/);
      expect(remedy).toMatch(/\S/);
    }
    const shown = JSON.stringify(error) + String(error?.message);
    for (const value of texts(input).filter((text) => text.length >= 8)) expect(shown).not.toContain(value);
  });

  it('by every fault at once', () => {
    const request = {
      mallId: 'T0000003',
      shopTransactionId: 'refund 1|',
      pgCno: 5,
      reviseTypeCode: '32',
      clientIp: 'x'.repeat(21),
      clientId: 'a\nb',
      cancelReqDate: '20260302',
      msgAuthValue: 'x',
      reviseMessage: `${'가'.repeat(40)}<\u{1F600}\ud800`,
      refundQueryFlag: 'Y',
      taxInfo: { taxationAmount: -1, taxFreeAmount: 0.5, other: 1 },
      basketUsed: 'Q',
      basketInfo: { productPgCno: '', sellerId: null },
      approvedAmount: '5',
      typo: 1,
    };
    expect(faults(request)).toEqual(
      [
        'mallId mall',
        'shopTransactionId blockedCharacter',
        'shopTransactionId whiteSpace',
        'pgCno type',
        'amount required',
        'clientIp maxBytes',
        'clientId controlCharacter',
        'cancelReqDate filledByLibrary',
        'msgAuthValue filledByLibrary',
        'reviseMessage maxBytes',
        'reviseMessage blockedCharacter',
        'reviseMessage emoji',
        'reviseMessage loneSurrogate',
        'refundQueryFlag filledByLibrary',
        'taxInfo.taxationAmount minimum',
        'taxInfo.taxFreeAmount wholeWon',
        'taxInfo.vatAmount required',
        'taxInfo.other unknownField',
        'basketUsed oneOf',
        'basketUsed basket',
        'basketInfo.productPgCno empty',
        'basketInfo.sellerId type',
        'approvedAmount type',
        'typo unknownField',
      ].sort(),
    );
  });

  it('cyclic junk by its faults', () => {
    const cyclic: Record<string, unknown> = { ...full };
    cyclic['self'] = cyclic;
    cyclic['taxInfo'] = { ...tax, again: cyclic };
    expect(faults(cyclic)).toEqual(['self unknownField', 'taxInfo.again unknownField']);
  });

  it('deeply nested junk by its faults', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level++) deep = level % 2 ? [deep] : { deep };
    expect(faults({ ...full, junk: deep, taxInfo: { ...tax, junk: deep }, pgCno: deep })).toEqual([
      'junk unknownField',
      'pgCno type',
      'taxInfo.junk unknownField',
    ]);
  });

  it('any mall where it has none', () => {
    expect(() => checkReviseRequest(full, [])).toThrow(KiccValidationError);
    expect(() => checkReviseRequest({ ...full, mallId: 'T0000001' }, [])).toThrow(KiccValidationError);
  });
});

describe('checkReviseRequest accepts', () => {
  it.each<readonly [string, object]>([
    ['a full cancel', full],
    ['a partial cancel', part],
    ['a capture', { ...full, reviseTypeCode: '20' }],
    ['a cash receipt in full', { ...full, reviseTypeCode: '51' }],
    ['a cash receipt in part', { ...part, reviseTypeCode: '52' }],
    ['a transfer in part', { ...part, reviseTypeCode: '33' }],
    ['one won', pay(1)],
    ['the largest safe amount', pay(Number.MAX_SAFE_INTEGER)],
    ['a balance equal to the amount', { ...part, remainAmount: 3_000, approvedAmount: 3_000 }],
    ['an approved amount on a full cancel', { ...full, approvedAmount: 3_000 }],
    ['tax that adds up', { ...part, taxInfo: tax }],
    ['tax with zeros', { ...part, taxInfo: { taxationAmount: 0, taxFreeAmount: 3_000, vatAmount: 0 } }],
    ['tax on a full cancel', { ...full, taxInfo: tax }],
    ['a basket', { ...full, basketUsed: 'Y', basketInfo: basket }],
    ['no basket', { ...full, basketUsed: 'N' }],
    ['fields that are undefined', { ...full, mallId: undefined, amount: undefined, taxInfo: undefined, junk: undefined }],
    ['an id of 60 bytes', id('x'.repeat(60))],
    ['a Korean id of 20 letters', id('가'.repeat(20))],
    ['a UUID', id('3f0c7a52-9d7e-4a53-8f53-2f6f3c1f2b10')],
    ['an id that is another word in JavaScript', id('__proto__')],
    ['a message of 33 Korean letters and one byte', say('가'.repeat(33) + 'a')],
    ['a message of 100 bytes', say('x'.repeat(100))],
    ['a requestor of 32 bytes', { ...full, clientId: 'x'.repeat(32) }],
    ['a Korean requestor', { ...full, clientId: '관리자'.repeat(3) }],
    ['an IPv4 address', { ...full, clientIp: '255.255.255.255' }],
    ['a short IPv6 address', { ...full, clientIp: '2001:db8::1' }],
    ['commas and brackets', say('고객 변심, 부분 환불 (2개) [색상: 빨강] 50% #1 @ 3/4 *! ?')],
    ['symbols that EUC-KR has', say('® ™ ☎ ♥ ♠ ♣ ♨ ♂ ♀ ↔ ↗ ▶ ◀ ※ ○ △ ■ → № ℡ ℃')],
    ['digits, hash and star', say('0123456789#*')],
    ['white space in a message', say(' 고객　변심 ')],
    ['full-width forms of blocked characters', say('＆ ｜ ＜ ＞ ； ＂ ＇ ＼')],
    ['hanja', say('返金處理')],
  ])('%s', (_name, request) => {
    expect(faults(request)).toEqual([]);
  });

  it('and completes it with the default mall', () => {
    expect(checkReviseRequest(full, MALLS)).toEqual({ ...full, mallId: 'T0000001' });
    expect(checkReviseRequest({ ...full, mallId: 'T0000002' }, MALLS)).toEqual({ ...full, mallId: 'T0000002' });
  });

  it('and leaves out what is undefined', () => {
    const request = { ...part, remainAmount: undefined, taxInfo: { ...tax, other: undefined } };
    const checked = checkReviseRequest(request, MALLS);
    expect(Object.keys(checked)).not.toContain('remainAmount');
    expect(Object.keys(checked.taxInfo ?? {})).toEqual(Object.keys(tax));
  });

  it('and takes a frozen copy, safe from the caller', () => {
    const request = { ...part, taxInfo: { ...tax }, basketUsed: 'Y', basketInfo: { ...basket } };
    const checked = checkReviseRequest(request, MALLS);
    const before = structuredClone(checked);
    expect(before).toEqual({ ...request, mallId: 'T0000001' });
    for (const frozen of [checked, checked.taxInfo, checked.basketInfo]) expect(Object.isFrozen(frozen)).toBe(true);

    request.amount = 1;
    request.taxInfo.vatAmount = 1;
    request.basketInfo.sellerId = 'other';
    Object.assign(request, { mallId: 'T0000002', junk: 1 });
    expect(checked).toEqual(before);
    expect(Object.isFrozen(request)).toBe(false);
  });

  it('and reads each field of the caller once', () => {
    let reads = 0;
    const request = Object.defineProperty({ ...full }, 'pgCno', { enumerable: true, get: () => `p${++reads}` });
    expect(checkReviseRequest(request, MALLS).pgCno).toBe('p1');
    expect(reads).toBe(1);
  });

  it('and takes instances of classes', () => {
    class Tax {
      readonly taxationAmount = 2_000;
      readonly taxFreeAmount = 800;
      readonly vatAmount = 200;
    }
    class Refund {
      readonly shopTransactionId = 'refund-1';
      readonly pgCno = full.pgCno;
      readonly reviseTypeCode = '32';
      readonly amount = 3_000;
      readonly remainAmount?: number;
      readonly taxInfo = new Tax();
      describe(): string {
        return 'a method is no field';
      }
    }
    expect(checkReviseRequest(new Refund(), MALLS)).toEqual({ ...part, mallId: 'T0000001', taxInfo: tax });
    expect(checkReviseRequest(Object.assign(Object.create(null) as object, full), MALLS).mallId).toBe('T0000001');
  });
});

describe('a request as it is sent', () => {
  const sent = (input: object, rules: Partial<RequestRules> = {}) =>
    checkReviseRequest(input, MALLS, { ...USUAL_RULES, ...rules });
  const EUC_KR = { byteLengths: 'euc-kr' } as const;

  it('has its texts composed, and counts them so', () => {
    const reason = '고객 변심으로 인한 취소'.normalize('NFD');
    expect(sent(say(reason)).reviseMessage).toBe('고객 변심으로 인한 취소');
    expect(sent(say('가'.repeat(33).normalize('NFD'))).reviseMessage).toBe('가'.repeat(33));
    const refundInfo = { refundBankCode: '004', refundAccountNo: '1', refundDepositName: '홍길동'.normalize('NFD') };
    const refund = sent({ ...full, reviseTypeCode: '60', reviseSubTypeCode: 'RF01', refundInfo });
    expect(refund.refundInfo?.refundDepositName).toBe('홍길동');
    expect(Object.isFrozen(refund.refundInfo)).toBe(true);
  });

  it('keeps letters of old Korean, and marks that compose with nothing', () => {
    for (const words of ['\u1112\u119e\u11ab글', 'x\u0304', 'ㅋㅋ ㅠㅠ']) expect(sent(say(words)).reviseMessage).toBe(words);
  });

  it('counts in EUC-KR where the shop says so', () => {
    expect(sent(say('가'.repeat(50)), EUC_KR).reviseMessage).toBe('가'.repeat(50));
    expect(sent(say('똠펲힣'), EUC_KR).reviseMessage).toBe('똠펲힣');
    for (const words of ['가'.repeat(51), '가'.repeat(49) + '…x', 'é'.repeat(51)]) {
      expect(() => sent(say(words), EUC_KR)).toThrow(/bytes of EUC-KR, KICC takes 100/);
    }
  });

  it('has too long a reason cut where the shop says so, and nothing else', () => {
    expect(sent(say('가'.repeat(34)), { fitTexts: true }).reviseMessage).toBe('가'.repeat(33));
    expect(sent(say('가'.repeat(51)), { fitTexts: true, ...EUC_KR }).reviseMessage).toBe('가'.repeat(50));
    expect(() => sent({ ...full, clientId: 'x'.repeat(33) }, { fitTexts: true })).toThrow('clientId');
    expect(() => sent(say(`${'가'.repeat(40)}\n`), { fitTexts: true })).not.toThrow();
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['0000:0000:0000:0000:0000:ffff:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:41234', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['::ffff:0.0.113.7', '0.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:1234:5678:9abc:def0:1234:5678', undefined],
    ['[2001:db8:1234:5678:9abc:def0:1234:5678]:443', undefined],
    ['fe80::1234:5678:9abc:def0%eth0', undefined],
    ['1.2.3.4, 5.6.7.8', '1.2.3.4, 5.6.7.8'],
  ])('has the address %s as %s', (clientIp, expected) => {
    const request = sent({ ...full, clientIp });
    expect(request.clientIp).toBe(expected);
    expect(Object.hasOwn(request, 'clientIp')).toBe(expected !== undefined);
  });

  it.each(['20', '40', '51'])('%s: leaves an amount of all that was approved out', (reviseTypeCode) => {
    const whole = { ...full, reviseTypeCode, approvedAmount: 3_000 };
    expect(sent({ ...whole, amount: 3_000 })).toEqual(sent(whole));
    expect(refusal({ ...whole, amount: 2_999 })?.violations[0]?.remedy).toContain('equals the approvedAmount');
  });

  it('reads the sum of taxes as the shop says', () => {
    const included = { ...part, taxInfo: { taxationAmount: 2_200, taxFreeAmount: 800, vatAmount: 200 } };
    expect(() => sent(included)).toThrow('taxInfo');
    expect(sent(included, { taxSum: 'vat-included' }).taxInfo).toEqual(included.taxInfo);
    expect(() => sent({ ...part, taxInfo: tax }, { taxSum: 'vat-included' })).toThrow('taxInfo');
    const tooMuchVat = { ...part, taxInfo: { taxationAmount: 100, taxFreeAmount: 2_900, vatAmount: 101 } };
    expect(() => sent(tooMuchVat, { taxSum: 'vat-included' })).toThrow('taxInfo');
    for (const request of [included, tooMuchVat, { ...full, approvedAmount: 1, taxInfo: tax }]) {
      expect(() => sent(request, { taxSum: 'unchecked' })).not.toThrow();
    }
    expect(faults({ ...full, approvedAmount: 3_000, taxInfo: tax })).toEqual([]);
    expect(faults({ ...full, taxInfo: tax })).toEqual([]);
  });

  it('names the letter of an id that is in parts', () => {
    const [found] = refusal(id('refund-한'.normalize('NFD')))?.violations ?? [];
    expect(found?.message).toContain('U+1112 U+1161 U+11AB for U+D55C');
  });
});

describe('checkReviseRequest with anything', () => {
  const junk = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('40', '32', 'Y', 'N', 'T0000001', '가나', 'a|b'),
  );
  const won = fc.oneof(fc.integer(), fc.double(), fc.nat(10_000));
  const value = fc.oneof(junk, anyText, won);
  const request = fc.record(
    {
      mallId: value,
      shopTransactionId: value,
      pgCno: value,
      reviseTypeCode: fc.oneof(fc.constantFrom('20', '32', '40', '51', '52', '60', '61', '62', '63'), value),
      reviseSubTypeCode: value,
      amount: value,
      remainAmount: value,
      clientIp: value,
      clientId: value,
      cancelReqDate: value,
      reviseMessage: value,
      taxInfo: fc.oneof(
        fc.record({ taxationAmount: value, taxFreeAmount: value, vatAmount: value }, { requiredKeys: [] }),
        value,
      ),
      basketUsed: value,
      basketInfo: fc.oneof(fc.record({ productPgCno: value, sellerId: value }, { requiredKeys: [] }), value),
      approvedAmount: value,
    },
    { requiredKeys: [] },
  );

  it('returns or throws KiccValidationError, nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(request, fc.dictionary(fc.string(), value), junk), (input) => {
        const error = refusal(input);
        if (error) expect(error.violations.length).toBeGreaterThan(0);
      }),
      { ...replay, numRuns: 500 },
    );
  });

  it('lets nothing through that KICC blocks or cannot hold', () => {
    const limits: Record<string, number> = { shopTransactionId: 60, pgCno: 20, clientIp: 20, clientId: 32, reviseMessage: 100 };
    const likely = fc.record(
      {
        shopTransactionId: fc.string({ unit: 'binary', minLength: 1, maxLength: 62 }),
        pgCno: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 22 }),
        reviseTypeCode: fc.constant('32'),
        amount: fc.oneof(fc.integer({ min: -2, max: 10 }), fc.double()),
        remainAmount: fc.oneof(fc.integer({ min: -2, max: 10 }), fc.double()),
        clientId: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 34 }),
        reviseMessage: fc.string({
          unit: fc.constantFrom('가', 'a', '|', '\n', '\u{1F600}', '\ud83d', ' ', '♥', '\uFE0F'),
          maxLength: 40,
        }),
      },
      { requiredKeys: ['shopTransactionId', 'pgCno', 'reviseTypeCode', 'amount'] },
    );
    fc.assert(
      fc.property(likely, (input) => {
        if (refusal(input)) return;
        const { amount, remainAmount } = input;
        expect(Number.isInteger(amount) && amount >= 1).toBe(true);
        if (remainAmount !== undefined) expect(Number.isInteger(remainAmount) && remainAmount >= amount).toBe(true);
        for (const [name, text] of Object.entries(input)) {
          if (typeof text !== 'string') continue;
          expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(limits[name] ?? 2);
          expect([...text].filter((character) => `'"<>\\;|&\n\r\t\0\u{1F600}\uFE0F`.includes(character))).toEqual([]);
          expect(encodeURIComponent(text)).not.toBe('');
        }
        expect(input.pgCno.trim() + input.shopTransactionId.trim()).toBe(input.pgCno + input.shopTransactionId);
      }),
      { ...replay, numRuns: 1_000 },
    );
  });

  it('refuses nothing that keeps to the page', () => {
    const ids = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.:~'), minLength: 1, maxLength: 20 });
    const words = fc.string({ unit: fc.constantFrom(...'가나다abc019 ,.()[]-_+*/!?:#%@'), minLength: 1, maxLength: 33 });
    const good = fc
      .record(
        {
          shopTransactionId: ids,
          pgCno: ids,
          reviseTypeCode: fc.constantFrom('32', '33', '52'),
          parts: fc.tuple(fc.nat(1e9), fc.nat(1e9), fc.integer({ min: 1, max: 1e9 })),
          left: fc.nat(1e9),
          mallId: fc.constantFrom(...MALLS),
          reviseMessage: words,
        },
        { requiredKeys: ['shopTransactionId', 'pgCno', 'reviseTypeCode', 'parts', 'left'] },
      )
      .map(({ parts: [taxationAmount, taxFreeAmount, vatAmount], left, ...rest }) => {
        const amount = taxationAmount + taxFreeAmount + vatAmount;
        return { ...rest, amount, remainAmount: amount + left, taxInfo: { taxationAmount, taxFreeAmount, vatAmount } };
      });
    fc.assert(
      fc.property(good, (input) => {
        expect(checkReviseRequest(input, MALLS)).toEqual({ mallId: 'T0000001', ...input });
      }),
      replay,
    );
  });
});

describe('checkReviseRequest', () => {
  it('lists the first of very many unknown fields', () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1]));
    for (const input of [
      { ...full, taxInfo: wide },
      { ...full, ...wide },
    ]) {
      expect(refusal(input)?.violations.length).toBeLessThan(30);
      expect(refusal(input)?.message.length).toBeLessThan(5_000);
    }
  });

  it('shows the name of an unknown field only as far as it is fit for a log', () => {
    const [found] = refusal({ ...full, [`a\n${'x'.repeat(500)}`]: 1 })?.violations ?? [];
    expect(found?.field).toMatch(/^a\?x{38}…$/);
  });

  it('does not add up amounts that are none', () => {
    const taxInfo = { taxationAmount: 1, taxFreeAmount: 1, vatAmount: 1 };
    expect(faults({ ...full, reviseTypeCode: '32', amount: NaN, taxInfo })).toEqual(['amount wholeWon']);
  });
});

describe('what goes with each kind of change', () => {
  const common = { shopTransactionId: 'refund-1', pgCno: full.pgCno };
  const account = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
  const delivery = { deliveryCode: 'DE02', deliveryCorpCode: 'DC02', deliveryInvoice: '1234-5678' };
  type Kind = Record<string, unknown> & { readonly reviseTypeCode: string; readonly reviseSubTypeCode?: string };
  const of = (reviseTypeCode: string, reviseSubTypeCode?: string, rest: object = {}): Kind => ({
    ...common,
    reviseTypeCode,
    ...(reviseSubTypeCode === undefined ? {} : { reviseSubTypeCode }),
    ...rest,
  });
  const refund = { refundInfo: account };
  const GOOD: Kind[] = [
    ...['20', '40', '51'].map((type) => of(type)),
    ...['32', '33', '52'].map((type) => of(type, undefined, { amount: 100 })),
    of('60', 'RF01', refund),
    of('62', 'RF01', { ...refund, amount: 100 }),
    ...['10', '20'].map((sub) => of('63', sub, refund)),
    ...['11', '21'].map((sub) => of('63', sub, { ...refund, amount: 100 })),
    of('61', 'ES07', { escrowInfo: delivery }),
    ...['ES05', 'ES10', 'ES14'].map((sub) => of('61', sub, refund)),
    ...['ES02', 'ES08', 'ES09', 'ES11', 'ES15', 'ES16', 'ES19'].map((sub) => of('61', sub)),
  ];
  const named = GOOD.map((request) => [`${request.reviseTypeCode} ${request.reviseSubTypeCode ?? ''}`, request] as const);
  const SPECIAL = { reviseSubTypeCode: 'ES02', amount: 100, refundInfo: account, escrowInfo: delivery };

  it.each(named)('%s: takes just what it needs', (_, request) => {
    expect(faults(request)).toEqual([]);
    for (const [name, value] of Object.entries(SPECIAL)) {
      if (Object.hasOwn(request, name)) expect(faults(without(request, name))).toEqual([`${name} required`]);
      else expect(faults({ ...request, [name]: value })).toEqual([`${name} notForThisType`]);
    }
  });

  it.each(named.filter(([name]) => /^6[0123] (RF|[12]|ES(05|10|14))/.test(name)))(
    '%s: needs the whole account',
    (_, request) => {
      for (const name of Object.keys(account)) {
        expect(faults({ ...request, refundInfo: without(account, name) })).toEqual([`refundInfo.${name} required`]);
      }
      const withDeposit = { ...request, refundInfo: { ...account, depositPgCno: full.pgCno } };
      const isEscrow = request['reviseTypeCode'] === '61';
      expect(faults(withDeposit)).toEqual(isEscrow ? ['refundInfo.depositPgCno notForThisType'] : []);
    },
  );

  it('needs the whole delivery for ES07', () => {
    for (const name of Object.keys(delivery)) {
      expect(faults(of('61', 'ES07', { escrowInfo: without(delivery, name) }))).toEqual([`escrowInfo.${name} required`]);
    }
  });

  it.each([
    ['60', '10'],
    ['62', 'ES02'],
    ['63', 'RF01'],
    ['61', 'ES03'],
    ['61', '10'],
  ])('refuses %s with %s', (type, sub) => {
    expect(faults(of(type, sub, refund))).toEqual(['reviseSubTypeCode oneOf']);
  });

  it('says what an escrow payment takes no part of', () => {
    const extra = { amount: 100, remainAmount: 100, taxInfo: { ...tax, taxationAmount: 100, taxFreeAmount: 0, vatAmount: 0 } };
    expect(faults(of('61', 'ES02', { ...extra, basketUsed: 'Y', basketInfo: basket }))).toEqual(
      ['amount', 'basketInfo', 'basketUsed', 'remainAmount', 'taxInfo'].map((name) => `${name} notForThisType`),
    );
  });

  it('never repeats an account or a holder', () => {
    const bad = { refundBankCode: '0044', refundAccountNo: '110-123-4567890', refundDepositName: '홍길동<' };
    const error = refusal(of('60', 'RF01', { refundInfo: bad }));
    expect(error?.violations.map(({ field }) => field)).toEqual(Object.keys(bad).map((name) => `refundInfo.${name}`));
    expect(`${error?.message}${JSON.stringify(error)}`).not.toMatch(/4567890|홍길동/);
  });

  describe('in the state that the shop tells', () => {
    const stateFaults = (request: object): string[] =>
      checkPresentStatus(checkReviseRequest(request, MALLS)).map(({ field, rule }) => `${field} ${rule}`);
    const escrow = named.filter(([name]) => name.startsWith('61')).map(([, request]) => request);
    const MOVES: Record<string, string[]> = {
      ES01: ['ES02', 'ES07'],
      ES03: ['ES02'],
      ES04: ['ES05', 'ES07'],
      ES07: ['ES08', 'ES10'],
      ES08: ['ES09'],
      ES10: ['ES11'],
      ES12: ['ES14', 'ES16'],
      ES14: ['ES15'],
      ES16: ['ES19'],
    };

    it.each([
      'ES01',
      'ES02',
      'ES03',
      'ES04',
      'ES05',
      'ES06',
      'ES07',
      'ES08',
      'ES09',
      'ES10',
      'ES11',
      'ES12',
      'ES13',
      'ES14',
      'ES15',
      'ES16',
      'ES17',
      'ES19',
      'TS01',
    ])('%s: takes the moves that KICC documents', (presentStatusCode) => {
      const taken = escrow.filter((request) => stateFaults({ ...request, presentStatusCode }).length === 0);
      expect(taken.map((request) => request['reviseSubTypeCode']).sort()).toEqual(MOVES[presentStatusCode] ?? []);
    });

    it('takes no other change of an escrow payment', () => {
      for (const [name, request] of named.filter(([type]) => !type.startsWith('61'))) {
        expect([name, stateFaults({ ...request, presentStatusCode: 'ES04' })]).toEqual([name, ['reviseTypeCode state']]);
      }
    });

    it('cancels before a deposit, and refunds after it', () => {
      expect(stateFaults({ ...full, presentStatusCode: 'TS07' })).toEqual([]);
      expect(stateFaults({ ...full, presentStatusCode: 'TS08' })).toEqual(['reviseTypeCode state']);
      expect(stateFaults(of('60', 'RF01', { ...refund, presentStatusCode: 'TS07' }))).toEqual(['reviseTypeCode state']);
      expect(stateFaults(of('60', 'RF01', { ...refund, presentStatusCode: 'TS08' }))).toEqual([]);
      expect(stateFaults({ ...part, presentStatusCode: 'TS03' })).toEqual([]);
    });
  });
});
