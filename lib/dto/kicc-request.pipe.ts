import { BadRequestException, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { rowsOf, shapeAll } from './kicc-field.decorator.js';

/**
 * Turns a request body into its DTO and holds it against KICC's rows, as far as the DTO's `@KiccField` properties say.
 * @throws {BadRequestException} with `violations`, every fault at once, under the names of the DTO's own properties.
 * @example refund(@Body(KiccRequestPipe) dto: RefundDto)
 */
@Injectable()
export class KiccRequestPipe implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    const rows = metatype ? rowsOf(metatype) : {};
    if (!metatype || Object.keys(rows).length === 0) return value;
    if (!isRecord(value)) throw badRequest([violation('', 'object', 'is not an object.', 'Send one JSON object.')]);
    // Checked first: class-transformer walks whatever it is given, however deep.
    const body = shapeAll(rows, value);
    const violations = checkFields(rows, body, 'caller');
    if (violations.length > 0) throw badRequest(violations);
    return withoutAbsent(plainToInstance(metatype, body, { excludeExtraneousValues: true }) as object);
  }
}

function withoutAbsent(dto: object): object {
  const properties = dto as Record<string, unknown>;
  for (const name of Object.keys(properties)) if (properties[name] === undefined) delete properties[name];
  return dto;
}

function badRequest(violations: KiccValidationError['violations']): BadRequestException {
  return new BadRequestException({ statusCode: 400, error: 'Bad Request', ...new KiccValidationError(violations).toJSON() });
}
