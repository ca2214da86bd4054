import { describe, expect, it } from '@jest/globals';
import { checkFields, isRecord, violation } from '../../lib/protocol/check-fields.js';
import { retrieveRequestFields } from '../../lib/protocol/retrieve-transaction.js';
import { reviseRequestFields } from '../../lib/protocol/revise-request.js';

const body = {
  mallId: 'T0000001',
  shopTransactionId: 'refund-1',
  pgCno: '24090309595910880703',
  reviseTypeCode: '40',
  cancelReqDate: '20260302',
  msgAuthValue: 'f'.repeat(64),
};
const faults = (given: object, side: 'caller' | 'wire') =>
  checkFields(reviseRequestFields, given, side).map(({ field, rule }) => `${field} ${rule}`);

describe('checkFields', () => {
  it('takes a whole body on the wire', () => {
    expect(faults(body, 'wire')).toEqual([]);
    expect(faults({ ...body, refundQueryFlag: 'Y' }, 'wire')).toEqual([]);
  });

  it('wants on the wire what a caller must not give', () => {
    const { cancelReqDate, msgAuthValue, ...given } = body;
    expect(faults(given, 'caller')).toEqual([]);
    expect(faults(given, 'wire')).toEqual(['cancelReqDate required', 'msgAuthValue required']);
    expect(faults({ ...given, cancelReqDate, msgAuthValue }, 'caller')).toEqual([
      'cancelReqDate filledByLibrary',
      'msgAuthValue filledByLibrary',
    ]);
  });

  it('holds what the library fills against its rows too', () => {
    expect(
      faults({ ...body, cancelReqDate: '2026-03-02', msgAuthValue: 'f'.repeat(201), refundQueryFlag: 'N' }, 'wire'),
    ).toEqual(['cancelReqDate maxBytes', 'msgAuthValue maxBytes', 'refundQueryFlag oneOf']);
  });

  it('does not know approvedAmount on the wire', () => {
    expect(faults({ ...body, approvedAmount: 1 }, 'wire')).toEqual(['approvedAmount unknownField']);
  });

  it('names nested fields with dots, under a path', () => {
    const found = checkFields({ taxInfo: reviseRequestFields.taxInfo }, { taxInfo: { vatAmount: -1 } }, 'wire', 'body.');
    expect(found.map(({ field }) => field)).toEqual([
      'body.taxInfo.taxationAmount',
      'body.taxInfo.taxFreeAmount',
      'body.taxInfo.vatAmount',
    ]);
  });

  it('checks the status query by its own table', () => {
    const query = { mallId: 'T0000001', shopTransactionId: 'refund-1', transactionDate: '20260302' };
    expect(checkFields(retrieveRequestFields, query, 'caller')).toEqual([]);
    expect(checkFields(retrieveRequestFields, {}, 'caller').map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'mallId required',
      'shopTransactionId required',
      'transactionDate required',
    ]);
  });

  it('changes nothing that it is given', () => {
    const frozen = Object.freeze({ ...body, taxInfo: Object.freeze({}) });
    expect(() => faults(frozen, 'wire')).not.toThrow();
  });
});

describe('violation', () => {
  it('is the four things that a reader needs', () => {
    expect(violation('pgCno', 'empty', 'is empty.', 'Give it.')).toEqual({
      field: 'pgCno',
      rule: 'empty',
      message: 'is empty.',
      remedy: 'Give it.',
    });
  });
});

describe('isRecord', () => {
  it.each<readonly [unknown, boolean]>([
    [{}, true],
    [Object.create(null), true],
    [new Date(0), true],
    [null, false],
    [[], false],
    ['', false],
    [undefined, false],
    [() => undefined, false],
  ])('%p: %p', (value, expected) => {
    expect(isRecord(value)).toBe(expected);
  });
});
