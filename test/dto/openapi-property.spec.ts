import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Module, Post, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiProperty, ApiPropertyOptional, DocumentBuilder, PartialType, SwaggerModule } from '@nestjs/swagger';
import { KiccField, rowsOf } from '../../lib/dto/kicc-field.decorator.js';
import {
  CancelRequestDto,
  EscrowChangeRequestDto,
  PartialCancelRequestDto,
  PartialRefundRequestDto,
  RefundRequestDto,
} from '../../lib/dto/revise-request.dto.js';
import type { RefundInfo, TaxInfo } from '../../lib/protocol/revise-request.js';

class Account {
  @ApiProperty({ description: 'Where it goes.' })
  readonly token!: string;
}

/** A shop's own class, which describes some of its properties itself. */
class ShopRefundDto {
  @KiccField('shopTransactionId')
  readonly refundId!: string;

  @ApiProperty({ description: 'Said above.', example: 'late' })
  @KiccField('reviseMessage')
  readonly above?: string;

  @KiccField('clientId', { required: true })
  @ApiPropertyOptional({ description: 'Said below.', maxLength: 8 })
  readonly below!: string;

  @KiccField('amount')
  @ApiProperty()
  readonly amount?: number;

  @KiccField('taxInfo')
  @ApiProperty({ description: 'The tax.' })
  readonly taxInfo?: TaxInfo;

  @ApiProperty({ type: () => Account })
  @KiccField('refundInfo')
  readonly account?: RefundInfo;

  @KiccField('clientIp', { hidden: true })
  readonly address?: string;

  @ApiProperty({ description: "Not KICC's." })
  readonly note!: string;
}
class UrgentRefundDto extends ShopRefundDto {
  @KiccField('shopTransactionId', { required: false })
  declare readonly refundId: string;
}
class PartialShopRefundDto extends PartialType(ShopRefundDto) {}

const DTOS = [CancelRequestDto, PartialCancelRequestDto, RefundRequestDto, PartialRefundRequestDto, EscrowChangeRequestDto];

@Controller()
class RefundsController {
  @Post('cancel') cancel(@Body() dto: CancelRequestDto): object {
    return dto;
  }
  @Post('cancel-partially') cancelPartially(@Body() dto: PartialCancelRequestDto): object {
    return dto;
  }
  @Post('refund') refund(@Body() dto: RefundRequestDto): object {
    return dto;
  }
  @Post('refund-partially') refundPartially(@Body() dto: PartialRefundRequestDto): object {
    return dto;
  }
  @Post('escrow') escrow(@Body() dto: EscrowChangeRequestDto): object {
    return dto;
  }
  @Post('shop') shop(@Body() dto: ShopRefundDto): object {
    return dto;
  }
  @Post('urgent') urgent(@Body() dto: UrgentRefundDto): object {
    return dto;
  }
  @Post('partial') partial(@Body() dto: PartialShopRefundDto): object {
    return dto;
  }
}

class AppModule {}
Module({ controllers: [RefundsController] })(AppModule);

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: unknown;
  readonly allOf?: readonly (Schema & { readonly $ref?: string })[];
}

describe('KiccField in a document of @nestjs/swagger', () => {
  let app: INestApplication;
  let schemas: Readonly<Record<string, Schema>>;

  beforeAll(async () => {
    app = await NestFactory.create(AppModule, { logger: false });
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    schemas = document.components?.schemas as typeof schemas;
  });
  afterAll(() => app.close());

  const schemaOf = (name: string): Schema => schemas[name] as Schema;
  const propertyOf = (name: string, property: string): Schema => schemaOf(name).properties?.[property] as Schema;

  it.each(DTOS.map((dto) => [dto.name, dto] as const))("has each property of %s with KICC's row", (name, dto) => {
    const rows = rowsOf(dto);
    const { properties = {}, required } = schemaOf(name);
    expect(Object.keys(properties).sort()).toEqual(Object.keys(rows).sort());
    const mandatory = Object.keys(rows).filter((property) => rows[property]?.required);
    expect([...(required as string[])].sort()).toEqual(mandatory.sort());
    const expectRow = (schema: Schema | undefined, row: (typeof rows)[string] | undefined): void => {
      expect(schema?.description).toContain(row?.en);
      expect(schema?.description).toContain(row?.ko);
      if (row?.kind === 'text') {
        expect(schema).toMatchObject({ type: 'string', maxLength: row.maxBytes });
        expect(schema?.description).toContain(`${row.maxBytes} bytes`);
        expect(schema?.enum).toEqual(row.oneOf);
      } else if (row?.kind === 'won') {
        expect(schema).toMatchObject({ type: 'integer', minimum: row.min });
      } else {
        const [inner] = schema?.allOf ?? [];
        const fields = row?.fields ?? {};
        expect(Object.keys(inner?.properties ?? {})).toEqual(Object.keys(fields));
        expect(inner?.required).toEqual(Object.keys(fields).filter((field) => fields[field]?.required));
        for (const field of Object.keys(fields)) expectRow(inner?.properties?.[field], fields[field]);
      }
    };
    for (const property of Object.keys(rows)) expectRow(properties[property], rows[property]);
  });

  it('holds nothing that OpenAPI does not know', () => {
    const known = new Set([
      ...['type', 'description', 'maxLength', 'minimum', 'enum', 'properties', 'required', 'allOf', 'additionalProperties'],
      ...['$ref', 'example'],
    ]);
    const check = (schema: Schema): void => {
      expect(Object.keys(schema).filter((key) => !known.has(key))).toEqual([]);
      // A property's own word on whether it is required is no part of a schema.
      if (schema.required !== undefined) expect(Array.isArray(schema.required)).toBe(true);
      for (const property of Object.values(schema.properties ?? {})) check(property);
      for (const part of schema.allOf ?? []) check(part);
    };
    expect(Object.keys(schemas)).toContain('ShopRefundDto');
    for (const schema of Object.values(schemas)) check(schema);
  });

  it('lets the app say more, and otherwise', () => {
    expect(propertyOf('ShopRefundDto', 'refundId')).toMatchObject({ type: 'string', maxLength: 60 });
    expect(propertyOf('ShopRefundDto', 'above')).toEqual({
      type: 'string',
      description: 'Said above.',
      example: 'late',
      maxLength: 100,
    });
    expect(propertyOf('ShopRefundDto', 'below')).toEqual({ type: 'string', description: 'Said below.', maxLength: 8 });
    expect(propertyOf('ShopRefundDto', 'amount')).toMatchObject({ type: 'integer', minimum: 1 });
    expect(propertyOf('ShopRefundDto', 'taxInfo')).toMatchObject({
      description: 'The tax.',
      allOf: [{ properties: { vatAmount: { type: 'integer' } } }],
    });
    expect(propertyOf('ShopRefundDto', 'account').allOf).toEqual([{ $ref: '#/components/schemas/Account' }]);
    expect(propertyOf('ShopRefundDto', 'note')).toMatchObject({ description: "Not KICC's." });
    expect(schemaOf('ShopRefundDto').required).toEqual(['refundId', 'note']);
  });

  it('leaves out what is hidden', () => {
    expect(Object.keys(schemaOf('ShopRefundDto').properties ?? {})).not.toContain('address');
    expect(rowsOf(ShopRefundDto)).toHaveProperty('address');
  });

  it('gives a child what its parents have, its own above theirs, and theirs untouched', () => {
    const child = schemaOf('UrgentRefundDto');
    expect(Object.keys(child.properties ?? {})).toEqual(Object.keys(schemaOf('ShopRefundDto').properties ?? {}));
    expect(child.required).toEqual(['note']);
  });

  it('is there for mapped types', () => {
    expect(propertyOf('PartialShopRefundDto', 'refundId')).toMatchObject({ maxLength: 60 });
    expect(schemaOf('PartialShopRefundDto').required).toBeUndefined();
  });
});
