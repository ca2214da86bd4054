import { describe, expect, it } from '@jest/globals';
import { readAnswer } from '../../lib/gateway/evidence.js';

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
