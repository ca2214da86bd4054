import { describe, expect, it } from '@jest/globals';
import { decodeRetrievedTransaction } from '../../lib/protocol/decode.js';
import type { FieldTable } from '../../lib/protocol/field.js';
import { retrieveRequestFields, retrieveResponseFields } from '../../lib/protocol/retrieve-transaction.js';
import { reviseResponseFields } from '../../lib/protocol/revise-response.js';

describe('the status query', () => {
  it('asks with the three rows of its page, all required', () => {
    expect(
      Object.entries<FieldTable[string]>(retrieveRequestFields).map(([name, field]) => [
        name,
        field.kind === 'text' && field.maxBytes,
        field.required,
      ]),
    ).toEqual([
      ['mallId', 8, true],
      ['shopTransactionId', 60, true],
      ['transactionDate', 8, true],
    ]);
  });

  it("is answered by the revise answer's rows and two of an approval", () => {
    expect(Object.keys(retrieveResponseFields)).toEqual([...Object.keys(reviseResponseFields), 'pgCno', 'amount']);
    expect(retrieveResponseFields.pgCno.required || retrieveResponseFields.amount.required).toBe(false);
  });

  it('reads an approval, and keeps the rest of it', () => {
    const approval = {
      resCd: '0000',
      resMsg: '정상',
      shopTransactionId: 'order-1',
      pgCno: '24081308560510790235',
      amount: '51004',
      statusCode: 'TS06',
      paymentInfo: { payMethodTypeCode: '11', cardInfo: { cardNo: '' } },
    };
    expect(decodeRetrievedTransaction(approval)).toEqual({
      resCd: '0000',
      resMsg: '정상',
      shopTransactionId: 'order-1',
      pgCno: '24081308560510790235',
      amount: 51_004,
      statusCode: 'TS06',
      extra: { paymentInfo: { payMethodTypeCode: '11', cardInfo: { cardNo: '' } } },
    });
  });
});
