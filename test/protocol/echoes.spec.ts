import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeReviseResponse } from '../../lib/protocol/decode.js';
import { contradictedEchoes, type EchoExpectation } from '../../lib/protocol/echoes.js';
import { replay } from './replay.js';

const sent = {
  mallId: 'T0000001',
  shopTransactionId: 'refund-1',
  pgCno: '24090309595910880703',
  reviseTypeCode: '32',
  amount: 3_000,
} as const satisfies EchoExpectation;
const { mallId, shopTransactionId, pgCno } = sent;
const whole = { mallId, shopTransactionId, pgCno, reviseTypeCode: '40' } as const satisfies EchoExpectation;
const good = {
  resCd: '0000',
  resMsg: '정상처리',
  mallId: sent.mallId,
  shopTransactionId: sent.shopTransactionId,
  oriPgCno: sent.pgCno,
  cancelPgCno: '24090310000010880704',
  cancelAmount: 3_000,
  statusCode: 'TS06',
  reviseInfo: { payMethodTypeCode: '11', approvalDate: '20240903100000' },
};

function contradicted(expectation: EchoExpectation, answer: object): readonly string[] {
  const response = decodeReviseResponse(answer);
  if (!response) throw new Error('The test meant an answer.');
  return contradictedEchoes(expectation, response, response.resCd === '0000');
}

describe('contradictedEchoes of a success', () => {
  it('finds none in a fitting answer', () => {
    expect(contradicted(sent, good)).toEqual([]);
    expect(contradicted(sent, { ...good, cancelAmount: '3000' })).toEqual([]);
  });

  it.each([
    ['another id', { shopTransactionId: 'refund-2' }, ['shopTransactionId']],
    ['the id in another case', { shopTransactionId: 'REFUND-1' }, ['shopTransactionId']],
    ['the id padded', { shopTransactionId: 'refund-1 ' }, ['shopTransactionId']],
    ['no id', { shopTransactionId: undefined }, ['shopTransactionId']],
    ['an empty id', { shopTransactionId: '' }, ['shopTransactionId']],
    ['a list of ids', { shopTransactionId: ['refund-1'] }, ['shopTransactionId']],
    ['another mall', { mallId: 'T0000002' }, ['mallId']],
    ['a mall that is no text', { mallId: { id: 'T0000001' } }, ['mallId']],
    ['another payment', { oriPgCno: '24090309595910880704' }, ['oriPgCno']],
    ['the payment as a number, rounded', { oriPgCno: Number(sent.pgCno) }, ['oriPgCno']],
    ['another amount', { cancelAmount: 2_999 }, ['cancelAmount']],
    ['more', { cancelAmount: 30_000 }, ['cancelAmount']],
    ['nothing cancelled', { cancelAmount: 0 }, ['cancelAmount']],
    ['a negative amount', { cancelAmount: -3_000 }, ['cancelAmount']],
    ['an amount with decimals', { cancelAmount: '3000.00' }, ['cancelAmount']],
    ['an amount with a comma', { cancelAmount: '3,000' }, ['cancelAmount']],
    ['an amount in a list', { cancelAmount: [3_000] }, ['cancelAmount']],
    ['no amount', { cancelAmount: undefined }, ['cancelAmount']],
    ['an empty amount', { cancelAmount: '' }, ['cancelAmount']],
    ['an amount of null', { cancelAmount: null }, ['cancelAmount']],
    [
      'everything of another',
      { shopTransactionId: 'x', mallId: 'x', oriPgCno: 'x', cancelAmount: 1 },
      ['shopTransactionId', 'mallId', 'oriPgCno', 'cancelAmount'],
    ],
  ])('finds %s', (_name, change, expected) => {
    expect(contradicted(sent, { ...good, ...change })).toEqual(expected);
  });

  it.each(['mallId', 'oriPgCno'])('does not miss %s, which the page does not require', (name) => {
    for (const absent of [undefined, null, '']) expect(contradicted(sent, { ...good, [name]: absent })).toEqual([]);
  });

  it('of a whole cancel allows a coupon that the shop counts in or out of what was approved', () => {
    const coupon = (couponAmount: unknown) => ({ ...good, reviseInfo: { ...good.reviseInfo, cardInfo: { couponAmount } } });
    const out = { ...whole, approvedAmount: 2_500 };
    for (const answer of [coupon(500), coupon('500'), { ...good, multiCponAmount: '500' }]) {
      expect(contradicted(out, answer)).toEqual([]);
      expect(contradicted({ ...whole, approvedAmount: 3_500 }, answer)).toEqual([]);
    }
    for (const answer of [good, coupon(499), coupon(-500), { ...good, multiCponAmount: 'all' }]) {
      expect(contradicted(out, answer)).toEqual(['cancelAmount']);
    }
    expect(contradicted({ ...sent, amount: 2_500 }, coupon(500))).toEqual(['cancelAmount']);
  });

  it('of a whole cancel allows any amount up to what was approved', () => {
    expect(contradicted(whole, good)).toEqual([]);
    expect(contradicted({ ...whole, approvedAmount: 3_000 }, good)).toEqual([]);
    expect(contradicted({ ...whole, approvedAmount: 5_000 }, good)).toEqual([]);
    expect(contradicted({ ...whole, approvedAmount: 2_999 }, good)).toEqual(['cancelAmount']);
    expect(contradicted(whole, { ...good, cancelAmount: 'all' })).toEqual(['cancelAmount']);
    expect(contradicted(whole, { ...good, cancelAmount: undefined })).toEqual(['cancelAmount']);
  });

  it('of a capture needs no amount, and still refuses a senseless one', () => {
    const capture = { ...whole, reviseTypeCode: '20', approvedAmount: 3_000 } as const;
    expect(contradicted(capture, { ...good, cancelAmount: undefined })).toEqual([]);
    expect(contradicted(capture, { ...good, cancelAmount: 0 })).toEqual([]);
    expect(contradicted(capture, { ...good, cancelAmount: 3_001 })).toEqual(['cancelAmount']);
    expect(contradicted(capture, { ...good, cancelAmount: {} })).toEqual(['cancelAmount']);
  });

  it.each(['33', '52'] as const)('of a partial change %s wants the very amount', (reviseTypeCode) => {
    expect(contradicted({ ...sent, reviseTypeCode }, good)).toEqual([]);
    expect(contradicted({ ...sent, reviseTypeCode, approvedAmount: 10_000 }, { ...good, cancelAmount: 3_001 })).toEqual([
      'cancelAmount',
    ]);
  });
});

describe('contradictedEchoes of a refusal', () => {
  it('finds none where nothing is repeated', () => {
    expect(contradicted(sent, { resCd: '8521' })).toEqual([]);
    expect(contradicted(sent, { resCd: 'VTIM', shopTransactionId: '', mallId: null, cancelAmount: 0 })).toEqual([]);
  });

  it("finds another request's refusal", () => {
    expect(contradicted(sent, { resCd: '8521', shopTransactionId: 'x', mallId: 'x', oriPgCno: 'x' })).toEqual([
      'shopTransactionId',
      'mallId',
      'oriPgCno',
    ]);
  });
});

describe('no answer to another request fits', () => {
  // The oracle: knows JSON and the page, and nothing of lib.
  const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';
  const isSameText = (value: unknown, wanted: string): boolean =>
    value === wanted || (typeof value === 'number' && JSON.stringify(value) === wanted);
  const isSameWon = (value: unknown, wanted: number): boolean =>
    value === wanted || (typeof value === 'string' && /^[0-9]+$/.test(value) && BigInt(value) === BigInt(wanted));
  const mayFit = (request: EchoExpectation, answer: Record<string, unknown>): boolean =>
    isSameText(answer['shopTransactionId'], request.shopTransactionId) &&
    (isAbsent(answer['mallId']) || isSameText(answer['mallId'], request.mallId)) &&
    (isAbsent(answer['oriPgCno']) || isSameText(answer['oriPgCno'], request.pgCno)) &&
    isSameWon(answer['cancelAmount'], request.amount ?? -1);

  const digits = fc.stringMatching(/^[1-9][0-9]{0,19}$/);
  const request = fc.record({
    mallId: fc.oneof(fc.constant('T0000001'), fc.stringMatching(/^[0-9]{1,8}$/)),
    shopTransactionId: fc.oneof(fc.uuid(), digits),
    pgCno: digits,
    reviseTypeCode: fc.constantFrom('32', '33', '52'),
    amount: fc.integer({ min: 1, max: 1e9 }),
  });
  const ECHOES = ['shopTransactionId', 'mallId', 'oriPgCno', 'cancelAmount'] as const;

  /** What may happen to an echo on the way: nothing much, or anything. */
  const mutation = fc.record({
    field: fc.oneof(fc.constantFrom(...ECHOES), fc.constantFrom('resMsg', 'statusCode', 'reviseInfo', 'extra', 'remainAmount')),
    how: fc.constantFrom(
      'delete',
      'replace',
      'text',
      'number',
      'list',
      'object',
      'pad',
      'zeros',
      'off by one',
      'decimals',
      'move',
      'case',
    ),
    value: fc.jsonValue(),
  });

  function mutate(
    answer: Record<string, unknown>,
    { field, how, value }: { field: string; how: string; value: unknown },
  ): void {
    const old = answer[field];
    const plain = typeof old === 'string' || typeof old === 'number' ? String(old) : JSON.stringify(old);
    const changed: Record<string, () => unknown> = {
      replace: () => value,
      text: () => plain,
      number: () => (Number.isFinite(Number(plain)) ? Number(plain) : 0),
      list: () => [old],
      object: () => ({ value: old }),
      pad: () => ` ${plain} `,
      zeros: () => `00${plain}`,
      'off by one': () => Number(old) + 1,
      decimals: () => `${plain}.0`,
      case: () => plain?.toUpperCase(),
      move: () => value,
    };
    if (how === 'move') answer['extra'] = { ...(Object(answer['extra']) as object), [field]: old };
    if (how === 'delete') delete answer[field];
    else answer[field] = changed[how]?.();
  }

  const answerTo = ({ mallId, shopTransactionId, pgCno, amount }: EchoExpectation): Record<string, unknown> => ({
    ...good,
    mallId,
    shopTransactionId,
    oriPgCno: pgCno,
    cancelAmount: amount,
  });

  it('whatever is done to its echoes', () => {
    let fitted = 0;
    let refused = 0;
    fc.assert(
      fc.property(request, fc.array(mutation, { maxLength: 3 }), (expectation, mutations) => {
        const answer = answerTo(expectation);
        for (const each of mutations) mutate(answer, each);
        // Over the wire and back, as it would come.
        const arrived = JSON.parse(JSON.stringify(answer)) as Record<string, unknown>;
        const fits = contradicted(expectation, arrived).length === 0;
        if (fits) expect(mayFit(expectation, arrived)).toBe(true);
        if (fits) fitted++;
        else refused++;
      }),
      { ...replay, numRuns: 2_000 },
    );
    // The property is not vacuous.
    expect(Math.min(fitted, refused)).toBeGreaterThan(100);
  });

  it('if it answers any other request', () => {
    fc.assert(
      fc.property(request, request, (mine, other) => {
        const fits = contradicted(mine, answerTo(other)).length === 0;
        const same = ECHOES.every((echo) => answerTo(mine)[echo] === answerTo(other)[echo]);
        expect(fits).toBe(same);
      }),
      replay,
    );
  });
});
