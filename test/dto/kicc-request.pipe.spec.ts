import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { BadRequestException } from '@nestjs/common';
import fc from 'fast-check';
import { KiccField } from '../../lib/dto/kicc-field.decorator.js';
import { KiccRequestPipe } from '../../lib/dto/kicc-request.pipe.js';
import { CancelRequestDto } from '../../lib/dto/revise-request.dto.js';
import type { TaxInfo } from '../../lib/protocol/revise-request.js';
import { replay } from '../protocol/replay.js';

class RefundDto {
  @KiccField('shopTransactionId') readonly refundId!: string;
  @KiccField('pgCno') readonly payment!: string;
  @KiccField('amount', { required: true }) readonly won!: number;
  @KiccField('taxInfo') readonly tax?: TaxInfo;
}
class NotedRefundDto extends RefundDto {
  @KiccField('reviseMessage') readonly note?: string;
}
class Plain {
  readonly x!: string;
}

const pipe = new KiccRequestPipe();
const body = { refundId: 'refund-1', payment: '24090309595910880703', won: '3000' };
type Type = new () => unknown;

const transform = (value: unknown, metatype: Type = RefundDto, by = pipe): unknown =>
  by.transform(value, { type: 'body', metatype });

interface BadRequestBody {
  violations: { field: string; rule: string }[];
}

function refusal(value: unknown, metatype?: Type, by = pipe): BadRequestException {
  try {
    transform(value, metatype, by);
  } catch (error) {
    if (error instanceof BadRequestException) return error;
    throw error;
  }
  throw new Error('The body was accepted.');
}

const faults = (value: unknown, metatype?: Type): string[] =>
  (refusal(value, metatype).getResponse() as BadRequestBody).violations.map(({ field, rule }) => `${field} ${rule}`).sort();

describe('KiccRequestPipe', () => {
  it('makes the DTO, shaped', () => {
    const dto = transform({ ...body, tax: { taxationAmount: '2000', taxFreeAmount: '800', vatAmount: 200 } });
    expect(dto).toBeInstanceOf(RefundDto);
    expect({ ...(dto as object) }).toEqual({
      refundId: 'refund-1',
      payment: '24090309595910880703',
      won: 3_000,
      tax: { taxationAmount: 2_000, taxFreeAmount: 800, vatAmount: 200 },
    });
  });

  it('counts and fits as the module does, where it is told', () => {
    const note = '가'.repeat(50);
    const by = (options: ConstructorParameters<typeof KiccRequestPipe>[0]) => (value: unknown) =>
      new KiccRequestPipe(options).transform(value, { type: 'body', metatype: NotedRefundDto });
    expect(faults({ ...body, note }, NotedRefundDto)).toEqual(['note maxBytes']);
    expect(by({ byteLengths: 'euc-kr' })({ ...body, note })).toMatchObject({ note });
    expect(() => by({ byteLengths: 'euc-kr' })({ ...body, note: `${note}가` })).toThrow(BadRequestException);
    // The service cuts it.
    expect(by({ fitTexts: true })({ ...body, note })).toMatchObject({ note });
    expect(by({})({ ...body, note: '가'.repeat(33).normalize('NFD') })).toHaveProperty('note');
  });

  it('refuses no address for its form', () => {
    for (const clientIp of ['::ffff:203.0.113.7', '2001:db8:1234:5678:9abc:def0:1234:5678']) {
      expect(transform({ shopTransactionId: 'refund-1', pgCno: '1', clientIp }, CancelRequestDto)).toMatchObject({ clientIp });
    }
  });

  it.each<readonly [string, object]>([
    ['a nested field named constructor', { tax: JSON.parse('{"constructor":"x"}') as object }],
    ['lists in lists', { tax: JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as object }],
    ['lists in lists where a text should be', { payment: JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as object }],
  ])('answers 400 to %s', (_name, fields) => {
    expect(faults({ ...body, ...fields }).length).toBeGreaterThan(0);
  });

  it('leaves out what is empty, as properties too', () => {
    expect(Object.keys(transform({ ...body, tax: '', note: null }, NotedRefundDto) as object).sort()).toEqual([
      'payment',
      'refundId',
      'won',
    ]);
  });

  it('knows the properties of parents', () => {
    expect(transform({ ...body, note: '고객 변심' }, NotedRefundDto)).toMatchObject({ won: 3_000, note: '고객 변심' });
    expect(faults({ note: 'a|b' }, NotedRefundDto)).toEqual([
      'note blockedCharacter',
      'payment required',
      'refundId required',
      'won required',
    ]);
    expect(faults({ ...body, note: 'x' })).toEqual(['note unknownField']);
  });

  it.each<readonly [string, object, ...string[]]>([
    ['nothing', {}, 'payment required', 'refundId required', 'won required'],
    ['empty fields', { refundId: '', payment: null, won: '' }, 'payment required', 'refundId required', 'won type'],
    ['won with a comma', { ...body, won: '3,000' }, 'won type'],
    ['no won', { ...body, won: '0' }, 'won minimum'],
    ['negative won', { ...body, won: -1 }, 'won minimum'],
    ['part of a won', { ...body, won: 0.5 }, 'won wholeWon'],
    ['more won than a number can count', { ...body, won: '9999999999999999' }, 'won wholeWon'],
    ['a number as id', { ...body, refundId: 5 }, 'refundId type'],
    ['a list as id', { ...body, refundId: ['refund-1'] }, 'refundId type'],
    ['a long id', { ...body, refundId: '가'.repeat(21) }, 'refundId maxBytes'],
    ['a blocked character', { ...body, refundId: 'a|b' }, 'refundId blockedCharacter'],
    [
      "KICC's names beside the DTO's",
      { ...body, shopTransactionId: 'x', amount: 1 },
      'amount unknownField',
      'shopTransactionId unknownField',
    ],
    ['fields that only the library fills', { ...body, msgAuthValue: 'x' }, 'msgAuthValue unknownField'],
    ['an incomplete object', { ...body, tax: { vatAmount: '1' } }, 'tax.taxFreeAmount required', 'tax.taxationAmount required'],
    ['unknown parts', { ...body, tax: { taxationAmount: 1, taxFreeAmount: 1, vatAmount: 1, x: 1 } }, 'tax.x unknownField'],
    ['a list of objects', { ...body, tax: [{}] }, 'tax type'],
    [
      'a field named __proto__',
      JSON.parse('{"refundId":"r","payment":"1","won":1,"__proto__":{"won":5}}') as object,
      '__proto__ unknownField',
    ],
    [
      'a field named constructor',
      JSON.parse('{"refundId":"r","payment":"1","won":1,"constructor":{}}') as object,
      'constructor unknownField',
    ],
  ])('refuses %s', (_name, value, ...expected) => {
    expect(faults(value)).toEqual(expected);
  });

  it.each([undefined, null, 'x', '', 5, true, [], [body]].map((value) => ({ value })))(
    'refuses $value as the body',
    ({ value }) => {
      expect(faults(value)).toEqual([' object']);
    },
  );

  it('answers 400 with every fault and its remedy', () => {
    const error = refusal({ ...body, won: 0, payment: 5 });
    expect(error.getStatus()).toBe(400);
    const response = error.getResponse() as BadRequestBody & { message: string };
    expect(response).toMatchObject({ statusCode: 400, error: 'Bad Request', code: 'KICC_VALIDATION' });
    expect(response.violations).toEqual([
      { field: 'payment', rule: 'type', message: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) },
      { field: 'won', rule: 'minimum', limit: 1, message: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) },
    ]);
    expect(response.message).toContain('payment');
    expect(JSON.parse(JSON.stringify(response))).toEqual(response);
  });

  it('answers in Korean where it is told to', () => {
    const error = refusal({ ...body, won: 0 }, RefundDto, new KiccRequestPipe({ locale: 'ko' }));
    expect(error.getResponse()).toMatchObject({
      message: '입력한 내용을 고쳐 주세요.',
      violations: [{ field: 'won', rule: 'minimum', message: '금액이 너무 작습니다.', remedy: '1원 이상으로 입력해 주세요.' }],
    });
  });

  it('never repeats a value', () => {
    const error = refusal({ ...body, refundId: 'my secret | thing', tax: 'another secret', won: 'third secret' });
    expect(JSON.stringify(error.getResponse())).not.toContain('secret');
  });

  it.each([String, Number, Boolean, Object, Array, Plain])('passes on what is typed as %p', (metatype) => {
    const value = { anything: '3000' };
    expect(pipe.transform(value, { type: 'body', metatype })).toBe(value);
    expect(pipe.transform('x', { type: 'param', metatype })).toBe('x');
  });

  it('passes on what has no type', () => {
    expect(pipe.transform('x', { type: 'query' })).toBe('x');
    expect(pipe.transform(undefined, { type: 'custom', metatype: undefined })).toBeUndefined();
  });

  it('keeps nothing between requests', () => {
    expect(transform({ ...body, won: '1' })).toMatchObject({ won: 1 });
    expect(faults({})).toHaveLength(3);
    expect(transform({ ...body, won: '2' })).toMatchObject({ won: 2 });
  });

  it('makes a DTO or answers 400, whatever flat body comes', () => {
    const flat = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null), fc.constant('3000'));
    const names = fc.oneof(fc.constantFrom('refundId', 'payment', 'won', 'tax', '__proto__', 'toString'), fc.string());
    const bodies = fc.oneof(
      flat,
      fc.array(flat),
      fc.dictionary(names, flat, { noNullPrototype: true }),
      fc.record({ refundId: flat, payment: flat, won: flat }, { requiredKeys: [], noNullPrototype: true }),
    );
    fc.assert(
      fc.property(bodies, (value) => {
        try {
          const dto = transform(value) as RefundDto;
          expect(Number.isSafeInteger(dto.won) && dto.won >= 1).toBe(true);
        } catch (error) {
          if (!(error instanceof BadRequestException)) throw error;
        }
      }),
      { ...replay, numRuns: 500 },
    );
  });

  it('is met by the ready DTOs as well', () => {
    expect(transform({ shopTransactionId: 'r', pgCno: '1' }, CancelRequestDto)).toBeInstanceOf(CancelRequestDto);
  });
});
