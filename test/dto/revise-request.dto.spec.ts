import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { BadRequestException } from '@nestjs/common';
import { rowsOf } from '../../lib/dto/kicc-field.decorator.js';
import { KiccRequestPipe } from '../../lib/dto/kicc-request.pipe.js';
import {
  CancelRequestDto,
  EscrowChangeRequestDto,
  PartialCancelRequestDto,
  PartialRefundRequestDto,
  RefundRequestDto,
} from '../../lib/dto/revise-request.dto.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { reviseRequestFields } from '../../lib/protocol/revise-request.js';

const pipe = new KiccRequestPipe();
const body = { shopTransactionId: 'refund-1', pgCno: '24090309595910880703' };
const everything = {
  ...body,
  mallId: 'T0000001',
  clientIp: '127.0.0.1',
  clientId: 'admin',
  reviseMessage: '고객 변심',
  taxInfo: { taxationAmount: '2000', taxFreeAmount: '800', vatAmount: '200' },
  basketUsed: 'Y',
  basketInfo: { productPgCno: '24090309595910880704', sellerId: 'seller-1' },
};
const LIBRARY = ['cancelReqDate', 'msgAuthValue', 'refundQueryFlag'];
const SPECIAL = ['reviseTypeCode', 'reviseSubTypeCode', 'refundInfo', 'escrowInfo'];

describe('CancelRequestDto', () => {
  const cancel = (value: unknown): CancelRequestDto =>
    pipe.transform(value, { type: 'body', metatype: CancelRequestDto }) as CancelRequestDto;

  it('has every row that a full cancel may fill', () => {
    const expected = Object.keys(reviseRequestFields).filter(
      (name) => ![...LIBRARY, ...SPECIAL, 'amount', 'remainAmount'].includes(name),
    );
    expect(Object.keys(rowsOf(CancelRequestDto)).sort()).toEqual(expected.sort());
  });

  it('can be sent as it is', () => {
    expect(checkReviseRequest({ ...cancel(body), reviseTypeCode: '40' }, ['T0000001'])).toEqual({
      ...body,
      mallId: 'T0000001',
      reviseTypeCode: '40',
    });
    expect(checkReviseRequest({ ...cancel(everything), reviseTypeCode: '40' }, ['T0000001'])).toMatchObject({
      basketUsed: 'Y',
      taxInfo: { taxationAmount: 2_000, taxFreeAmount: 800, vatAmount: 200 },
    });
  });

  it.each(['amount', 'remainAmount', 'reviseTypeCode', 'approvedAmount', ...LIBRARY])('has no %s', (name) => {
    expect(() => cancel({ ...body, [name]: '1' })).toThrow(BadRequestException);
  });
});

describe('PartialCancelRequestDto', () => {
  const cancel = (value: unknown): PartialCancelRequestDto =>
    pipe.transform(value, { type: 'body', metatype: PartialCancelRequestDto }) as PartialCancelRequestDto;

  it('has the rows of a full cancel, the amount and the balance', () => {
    expect(Object.keys(rowsOf(PartialCancelRequestDto)).sort()).toEqual(
      [...Object.keys(rowsOf(CancelRequestDto)), 'amount', 'remainAmount'].sort(),
    );
  });

  it('can be sent as it is', () => {
    const dto = cancel({ ...everything, amount: '3000', remainAmount: '10000' });
    expect(dto).toBeInstanceOf(CancelRequestDto);
    expect(checkReviseRequest({ ...dto, reviseTypeCode: '32' }, ['T0000001'])).toMatchObject({
      amount: 3_000,
      remainAmount: 10_000,
    });
  });

  it('wants an amount', () => {
    expect(() => cancel(body)).toThrow(/amount: is missing/);
    expect(() => cancel({ ...body, amount: '' })).toThrow(/amount: is a string, not a number/);
    expect(() => cancel({ ...body, amount: null })).toThrow(/amount: is null, not a number/);
    expect(cancel({ ...body, amount: 1 })).not.toHaveProperty('remainAmount');
  });
});

describe('the DTOs of refunds and escrow', () => {
  const refundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
  const take = (value: object, metatype: new () => object): object =>
    pipe.transform(value, { type: 'body', metatype }) as object;
  const ids = { shopTransactionId: 'refund-1', pgCno: '24090309595910880703', mallId: 'T0000001' };

  it('can be sent as they are', () => {
    const whole = take({ ...ids, refundInfo }, RefundRequestDto);
    const part = take({ ...ids, refundInfo, amount: '3000' }, PartialRefundRequestDto);
    const escrow = take({ ...ids, reviseSubTypeCode: 'ES02', refundInfo: '' }, EscrowChangeRequestDto);
    for (const request of [
      { ...whole, reviseTypeCode: '60', reviseSubTypeCode: 'RF01' },
      { ...part, reviseTypeCode: '63', reviseSubTypeCode: '11' },
      { ...escrow, reviseTypeCode: '61' },
    ]) {
      expect(checkReviseRequest(request, ['T0000001'])).toEqual(request);
    }
    expect(part).toMatchObject({ amount: 3_000 });
  });

  it('name what is missing', () => {
    const missing = (value: object, metatype: new () => object): unknown => {
      try {
        return take(value, metatype);
      } catch (error) {
        const { violations } = (error as { getResponse(): { violations: { field: string }[] } }).getResponse();
        return violations.map(({ field }) => field);
      }
    };
    expect(missing(ids, RefundRequestDto)).toEqual(['refundInfo']);
    expect(missing({ ...ids, refundInfo: {} }, PartialRefundRequestDto)).toEqual([
      ...['refundInfo.refundBankCode', 'refundInfo.refundAccountNo', 'refundInfo.refundDepositName'],
      'amount',
    ]);
    expect(missing(ids, EscrowChangeRequestDto)).toEqual(['reviseSubTypeCode']);
  });
});
