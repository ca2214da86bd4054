import { describe, expect, it } from '@jest/globals';
import { readAnswer, readQuery } from '../../lib/gateway/read-answer.js';
import { decodeRetrievedTransaction } from '../../lib/protocol/decode.js';
import type { EchoExpectation } from '../../lib/protocol/echoes.js';
import type { RetrievedTransaction } from '../../lib/protocol/retrieve-transaction.js';

const sent = {
  mallId: 'T0000001',
  shopTransactionId: 'refund-1',
  pgCno: '24090309595910880703',
  reviseTypeCode: '32',
  amount: 3_000,
} as const;
const good = {
  resCd: '0000',
  resMsg: '정상처리',
  mallId: sent.mallId,
  shopTransactionId: sent.shopTransactionId,
  oriPgCno: sent.pgCno,
  cancelAmount: 3_000,
};
const read = (httpStatus: number, body: unknown) =>
  readAnswer({ httpStatus, body: typeof body === 'string' ? body : JSON.stringify(body) }, sent);

describe('readAnswer', () => {
  it('takes a whole answer with all its echoes', () => {
    expect(read(200, good)).toMatchObject({
      kind: 'answer',
      contradicted: [],
      response: { resCd: '0000', cancelAmount: 3_000 },
    });
    expect(read(200, { ...good, cancelAmount: '3000' })).toMatchObject({ kind: 'answer', contradicted: [] });
  });

  it.each([
    ['a byte order mark in front', (text: string) => `\ufeff${text}`],
    ['white space and NULs behind', (text: string) => `${text}\n \u00a0\0\0`],
    ['all of them', (text: string) => `\ufeff \0${text}\0\v`],
  ])('takes an answer with %s', (_, around) => {
    expect(read(200, around(JSON.stringify(good)))).toMatchObject({ kind: 'answer', contradicted: [] });
    expect(read(200, around(JSON.stringify({ ...good, resCd: '8521' })))).toMatchObject({ kind: 'answer' });
  });

  it('takes a refusal that repeats nothing', () => {
    expect(read(200, { resCd: '8521', resMsg: '한도초과' })).toMatchObject({ kind: 'answer', contradicted: [] });
  });

  it.each([
    ['another id', { shopTransactionId: 'refund-2' }, ['shopTransactionId']],
    ['another mall', { mallId: 'T0000002' }, ['mallId']],
    ['another payment', { oriPgCno: '1' }, ['oriPgCno']],
    ['another amount', { cancelAmount: 2_999 }, ['cancelAmount']],
    ['an amount that is none', { cancelAmount: 'three' }, ['cancelAmount']],
    ['no id', { shopTransactionId: '' }, ['shopTransactionId']],
    ['no amount', { cancelAmount: undefined }, ['cancelAmount']],
    [
      'everything another',
      { shopTransactionId: 'x', mallId: 'x', oriPgCno: 'x', cancelAmount: 0 },
      ['shopTransactionId', 'mallId', 'oriPgCno', 'cancelAmount'],
    ],
  ])('sees that a success has %s', (_, change, contradicted) => {
    expect(read(200, { ...good, ...change })).toMatchObject({ kind: 'answer', contradicted });
  });

  it('sees that a refusal belongs to another request', () => {
    expect(read(200, { resCd: '8521', shopTransactionId: 'refund-2' })).toMatchObject({ contradicted: ['shopTransactionId'] });
  });

  it.each([400, 401, 403, 404, 405, 410, 413, 415, 422, 451, 499])('takes HTTP %d as a bad request', (status) => {
    expect(read(status, good)).toEqual({ kind: 'badRequest', httpStatus: status });
  });

  it.each([201, 202, 204, 301, 302, 303, 307, 308, 408, 409, 425, 429, 500, 502, 503, 504])(
    'believes nothing that comes with HTTP %d',
    (status) => expect(read(status, good)).toEqual({ kind: 'unusableAnswer', httpStatus: status }),
  );

  it.each([
    '',
    ' ',
    'OK',
    '<html></html>',
    '{"resCd":"0000"',
    '[]',
    'null',
    '"0000"',
    '{}',
    '{"resCd":""}',
    '{"resCd":0}',
    '{"resCd":"000"}',
  ])('believes nothing that says %j', (body) => expect(read(200, body)).toEqual({ kind: 'unusableAnswer', httpStatus: 200 }));
});

describe('readQuery', () => {
  const capture: EchoExpectation = { ...sent, reviseTypeCode: '20', amount: undefined };
  const whole: EchoExpectation = { ...sent, reviseTypeCode: '40', amount: undefined, approvedAmount: 10_000 };
  const approval = {
    resCd: '0000',
    mallId: sent.mallId,
    shopTransactionId: sent.shopTransactionId,
    pgCno: sent.pgCno,
    amount: 3_000,
    statusCode: 'TS02',
  };
  const transaction = (json: object): RetrievedTransaction => {
    const decoded = decodeRetrievedTransaction(json);
    if (!decoded) throw new Error('no transaction');
    return decoded;
  };

  it.each<readonly [string, object, EchoExpectation, string[]]>([
    ['the revision', good, sent, []],
    ['the revision, its amount in text', { ...good, cancelAmount: '3000' }, sent, []],
    ['the revision, without the mall', { ...good, mallId: '' }, sent, []],
    ['a whole cancel', { ...good, cancelAmount: 10_000 }, whole, []],
    ['a capture', { ...good, cancelAmount: undefined }, capture, []],
    ['another id', { ...good, shopTransactionId: 'refund-2' }, sent, ['shopTransactionId']],
    ['no id', { ...good, shopTransactionId: undefined }, sent, ['shopTransactionId']],
    ['another mall', { ...good, mallId: 'T0000002' }, sent, ['mallId']],
    ['another payment', { ...good, oriPgCno: '1' }, sent, ['oriPgCno']],
    ['another amount', { ...good, cancelAmount: 2_999 }, sent, ['cancelAmount']],
    ['more than was approved', { ...good, cancelAmount: 10_001 }, whole, ['cancelAmount']],
    ['no payment', { ...good, oriPgCno: '' }, sent, ['oriPgCno']],
    ['an approval under the same key', approval, sent, ['cancelAmount', 'oriPgCno']],
    ['an approval under the key of a capture', approval, capture, ['oriPgCno']],
    ['an approval that calls its amount cancelled', { ...approval, cancelAmount: 3_000 }, sent, ['oriPgCno']],
  ])('sees %s', (_, json, expectation, contradicted) => {
    const read = readQuery(transaction(json), expectation, { day: '20260302' });
    expect(read).toEqual({ kind: 'queryAnswer', transaction: transaction(json), contradicted, day: '20260302' });
  });

  it.each([{ resCd: 'R404' }, { resCd: 'R404', shopTransactionId: 'refund-2', oriPgCno: '1' }])(
    'holds nothing against %j, which proves nothing anyway',
    (json) =>
      expect(readQuery(transaction(json), sent, { day: '20260302' })).toMatchObject({ kind: 'queryAnswer', contradicted: [] }),
  );
});
