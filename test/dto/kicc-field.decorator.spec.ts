import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { KiccField, rowsOf } from '../../lib/dto/kicc-field.decorator.js';
import { reviseRequestFields, type TaxInfo } from '../../lib/protocol/revise-request.js';

class RefundDto {
  @KiccField('shopTransactionId') readonly refundId!: string;
  @KiccField('amount', { required: true }) readonly won!: number;
  @KiccField('mallId') readonly mallId?: string;
  @KiccField('taxInfo') readonly taxInfo?: TaxInfo;
}
class NotedRefundDto extends RefundDto {
  @KiccField('reviseMessage', { required: true }) readonly note!: string;
  @KiccField('shopTransactionId', { required: false }) declare readonly refundId: string;
}
class Plain {
  readonly x!: string;
}

describe('rowsOf', () => {
  it("gives KICC's rows under the names of the DTO", () => {
    expect(Object.keys(rowsOf(RefundDto)).sort()).toEqual(['mallId', 'refundId', 'taxInfo', 'won']);
    expect(rowsOf(RefundDto)['refundId']).toEqual(reviseRequestFields.shopTransactionId);
    expect(rowsOf(RefundDto)['taxInfo']).toEqual(reviseRequestFields.taxInfo);
  });

  it('requires what KICC or the DTO requires, and never a mall', () => {
    const rows = rowsOf(RefundDto);
    expect(Object.entries(rows).map(([name, { required }]) => [name, required])).toEqual(
      expect.arrayContaining([
        ['refundId', true],
        ['won', true],
        ['mallId', false],
        ['taxInfo', false],
      ]),
    );
    expect(reviseRequestFields.amount.required).toBe(false);
    expect(reviseRequestFields.mallId.required).toBe(true);
  });

  it("gives a child its parents' rows, its own above theirs", () => {
    expect(Object.keys(rowsOf(NotedRefundDto)).sort()).toEqual(['mallId', 'note', 'refundId', 'taxInfo', 'won']);
    expect(rowsOf(NotedRefundDto)['note']).toMatchObject({ maxBytes: 100, required: true });
    expect(rowsOf(NotedRefundDto)['refundId']).toMatchObject({ maxBytes: 60, required: false });
    expect(rowsOf(RefundDto)['refundId']).toMatchObject({ required: true });
    expect(rowsOf(RefundDto)).not.toHaveProperty('note');
  });

  it.each([Plain, String, Number, Boolean, Object, Array, Date])('gives none for %p', (type) => {
    expect(rowsOf(type)).toEqual({});
  });
});

describe('KiccField shapes', () => {
  const shaped = (body: object): object => plainToInstance(RefundDto, body, { excludeExtraneousValues: true });

  it.each<readonly [unknown, unknown]>([
    ['3000', 3_000],
    ['0', 0],
    // Never absent: an empty amount must not become a full cancel.
    ['', ''],
    [null, null],
    [3_000, 3_000],
    ['9007199254740991', 9_007_199_254_740_991],
    ['3,000', '3,000'],
    ['3000.0', '3000.0'],
    ['03000', '03000'],
    ['3e3', '3e3'],
    ['0x10', '0x10'],
    [' 3000', ' 3000'],
    ['3000\n', '3000\n'],
    ['-3000', '-3000'],
    ['+3000', '+3000'],
    ['３０００', '３０００'],
    ['12345678901234567', '12345678901234567'],
    [true, true],
    [1.5, 1.5],
  ])('the amount %p as %p', (won, expected) => {
    expect(shaped({ won })).toMatchObject({ won: expected });
  });

  it.each<readonly [unknown, unknown]>([
    ['', undefined],
    [null, undefined],
    ['0', '0'],
    ['3000', '3000'],
    [' x ', ' x '],
    [5, 5],
  ])('the text %p as %p', (refundId, expected) => {
    expect(shaped({ refundId })).toMatchObject({ refundId: expected });
  });

  it('the parts of an object, and leaves what it does not know', () => {
    expect(shaped({ taxInfo: { taxationAmount: '2000', taxFreeAmount: '', vatAmount: '1,0', other: '5' } })).toMatchObject({
      taxInfo: { taxationAmount: 2_000, vatAmount: '1,0', other: '5' },
    });
    expect(shaped({ taxInfo: 'x' })).toMatchObject({ taxInfo: 'x' });
    expect(shaped({ taxInfo: [] })).toMatchObject({ taxInfo: [] });
  });

  it('nothing of the body itself', () => {
    const body = Object.freeze({ won: '3000', taxInfo: Object.freeze({ vatAmount: '1' }) });
    shaped(body);
    expect(body).toEqual({ won: '3000', taxInfo: { vatAmount: '1' } });
  });
});
