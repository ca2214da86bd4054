import { describe, expect, it } from '@jest/globals';
import type { FieldTable } from '../../lib/protocol/field.js';
import {
  basketInfoFields,
  escrowInfoFields,
  refundInfoFields,
  reviseRequestFields,
  taxInfoFields,
} from '../../lib/protocol/revise-request.js';
import {
  cardInfoFields,
  cashReceiptInfoFields,
  reviseInfoFields,
  reviseResponseFields,
} from '../../lib/protocol/revise-response.js';

/** One row of KICC's page: name, type, bytes (none for a Number or an Object), whether it is ticked as required. */
type Row = readonly [name: string, type: 'String' | 'Number' | 'Object', bytes: number | null, required: boolean];

// Copied from KICC's "Cancel Payment" page, row by row; lib is not consulted for any of it.
const PAGE = {
  request: [
    ['mallId', 'String', 8, true],
    ['shopTransactionId', 'String', 60, true],
    ['pgCno', 'String', 20, true],
    ['reviseTypeCode', 'String', 2, true],
    ['amount', 'Number', null, false],
    ['remainAmount', 'Number', null, false],
    ['clientIp', 'String', 20, false],
    ['clientId', 'String', 32, false],
    ['cancelReqDate', 'String', 8, true],
    ['msgAuthValue', 'String', 200, true],
    ['reviseMessage', 'String', 100, false],
    ['refundQueryFlag', 'String', 1, false],
    ['taxInfo', 'Object', null, false],
    ['basketUsed', 'String', 1, false],
    ['basketInfo', 'Object', null, false],
  ],
  taxInfo: [
    ['taxationAmount', 'Number', null, true],
    ['taxFreeAmount', 'Number', null, true],
    ['vatAmount', 'Number', null, true],
  ],
  basketInfo: [
    ['productPgCno', 'String', 20, true],
    ['sellerId', 'String', 50, true],
  ],
  response: [
    ['resCd', 'String', 4, true],
    ['resMsg', 'String', 1000, true],
    ['shopTransactionId', 'String', 60, true],
    ['mallId', 'String', 8, false],
    ['oriPgCno', 'String', 20, false],
    ['cancelPgCno', 'String', 20, false],
    ['cancelAmount', 'Number', null, true],
    ['remainAmount', 'Number', null, false],
    ['transactionDate', 'String', 14, false],
    ['statusCode', 'String', 4, false],
    ['statusMessage', 'String', 50, false],
    ['escrowUsed', 'String', 1, false],
    ['multiCardAmount', 'String', 12, false],
    ['multiPntAmount', 'String', 12, false],
    ['multiCponAmount', 'String', 12, false],
    ['reviseInfo', 'Object', null, false],
  ],
  reviseInfo: [
    ['payMethodTypeCode', 'String', 2, true],
    ['approvalNo', 'String', 50, false],
    ['approvalDate', 'String', 14, true],
    ['cardInfo', 'Object', null, false],
    ['cashReceiptInfo', 'Object', null, false],
  ],
  cardInfo: [['couponAmount', 'Number', null, true]],
  cashReceiptInfo: [
    ['resCd', 'String', 4, true],
    ['resMsg', 'String', 1000, true],
    ['approvalNo', 'String', 50, false],
    ['cancelDate', 'String', 14, false],
  ],
} satisfies Record<string, readonly Row[]>;

/** Rows that the library declares on top of the page: of other pages, or seen in answers though in none of its tables. */
const ADDED = {
  request: ['reviseSubTypeCode', 'refundInfo', 'escrowInfo'],
  response: ['shopOrderNo'],
  reviseInfo: ['refundInfo'],
};

// As on KICC's refund and escrow pages.
const REFUND_PAGES = {
  refundInfo: [
    ['refundBankCode', 'String', 3, true],
    ['refundAccountNo', 'String', 14, true],
    ['refundDepositName', 'String', 50, true],
    ['depositPgCno', 'String', 20, false],
  ],
  escrowInfo: [
    ['deliveryCode', 'String', 4, true],
    ['deliveryCorpCode', 'String', 4, true],
    ['deliveryInvoice', 'String', 30, true],
  ],
  reviseSubTypeCode: [['reviseSubTypeCode', 'String', 4, false]],
} satisfies Record<string, readonly Row[]>;

const TYPES = { text: 'String', won: 'Number', object: 'Object' } as const;

function rowsOf(fields: FieldTable): Row[] {
  return Object.entries(fields).map(([name, field]) => [
    name,
    TYPES[field.kind],
    field.kind === 'text' ? field.maxBytes : null,
    field.required,
  ]);
}

describe("KICC's tables", () => {
  it.each<[keyof typeof PAGE, FieldTable, readonly string[]]>([
    ['request', reviseRequestFields, ADDED.request],
    ['taxInfo', taxInfoFields, []],
    ['basketInfo', basketInfoFields, []],
    ['response', reviseResponseFields, ADDED.response],
    ['reviseInfo', reviseInfoFields, ADDED.reviseInfo],
    ['cardInfo', cardInfoFields, []],
    ['cashReceiptInfo', cashReceiptInfoFields, []],
  ])('%s: every row as on the page, in its order', (table, fields, added) => {
    expect(rowsOf(fields).filter(([name]) => !added.includes(name))).toEqual(PAGE[table]);
    expect(Object.keys(fields).filter((name) => !(PAGE[table] as readonly Row[]).some(([row]) => row === name))).toEqual(added);
  });

  it('have what the refund and escrow pages add', () => {
    expect(rowsOf(refundInfoFields)).toEqual(REFUND_PAGES.refundInfo);
    expect(rowsOf(escrowInfoFields)).toEqual(REFUND_PAGES.escrowInfo);
    expect(rowsOf({ reviseSubTypeCode: reviseRequestFields.reviseSubTypeCode })).toEqual(REFUND_PAGES.reviseSubTypeCode);
  });

  it('mark what tells of a person', () => {
    const personal = (fields: FieldTable): string[] =>
      Object.entries(fields).flatMap(([name, field]) =>
        field.kind === 'object' ? personal(field.fields) : field.kind === 'text' && field.personal ? [name] : [],
      );
    expect(personal(reviseRequestFields)).toEqual(['clientIp', 'refundAccountNo', 'refundDepositName']);
  });

  it('nest as on the page', () => {
    expect(reviseRequestFields.taxInfo.fields).toBe(taxInfoFields);
    expect(reviseRequestFields.basketInfo.fields).toBe(basketInfoFields);
    expect(reviseResponseFields.reviseInfo.fields).toBe(reviseInfoFields);
    expect(reviseInfoFields.cardInfo.fields).toBe(cardInfoFields);
    expect(reviseInfoFields.cashReceiptInfo.fields).toBe(cashReceiptInfoFields);
  });

  it('require nothing that the page does not show', () => {
    expect(reviseResponseFields.shopOrderNo.required).toBe(false);
    expect(reviseInfoFields.refundInfo.required).toBe(false);
    for (const field of Object.values(reviseInfoFields.refundInfo.fields)) expect(field.required).toBe(false);
  });

  it('leave exactly the date, the signature and the query flag to the library', () => {
    const filled = Object.entries<FieldTable[string]>(reviseRequestFields).filter(([, { filledBy }]) => filledBy === 'library');
    expect(filled.map(([name]) => name)).toEqual(['cancelReqDate', 'msgAuthValue', 'refundQueryFlag']);
  });

  it('mark the signature, and it alone, as secret', () => {
    const fields = Object.entries<FieldTable[string]>(reviseRequestFields);
    expect(fields.filter(([, field]) => field.kind === 'text' && field.secret).map(([name]) => name)).toEqual(['msgAuthValue']);
  });

  it('describe every row in both languages', () => {
    const describe = (fields: FieldTable): void => {
      for (const field of Object.values(fields)) {
        expect(field.en).toMatch(/\w/);
        expect(field.ko).toMatch(/[가-힣]/);
        if (field.kind === 'object') describe(field.fields);
      }
    };
    describe(reviseRequestFields);
    describe(reviseResponseFields);
  });
});
