import { BadRequestException, Injectable, Optional, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { KiccValidationError, type Violation } from '../protocol/kicc-validation.error.js';
import { koreanViolation } from '../protocol/korean-violation.js';
import { USUAL_RULES, type RequestRules } from '../protocol/request-rules.js';
import { textsAsSent } from '../protocol/texts-as-sent.js';
import { rowsOf, shapeAll } from './kicc-field.decorator.js';

/**
 * Turns a request body into its DTO and holds it against KICC's rows, as far as the DTO's `@KiccField` properties say.
 * @throws {BadRequestException} with `violations`, every fault at once, under the names of the DTO's own properties.
 * @example refund(@Body(KiccRequestPipe) dto: RefundDto)
 * @example refund(@Body(new KiccRequestPipe({ byteLengths: 'euc-kr' })) dto: RefundDto)
 */
@Injectable()
export class KiccRequestPipe implements PipeTransform {
  readonly #rules: RequestRules;
  readonly #isKorean: boolean;

  /**
   * @param options those of the module, where it has them: by them it counts, and refuses no text that is cut to fit; and `locale`, the
   * language of what it answers: `'en'` by default.
   */
  constructor(
    @Optional()
    options: {
      readonly byteLengths?: 'utf-8' | 'euc-kr' | undefined;
      readonly fitTexts?: boolean | undefined;
      readonly locale?: 'en' | 'ko' | undefined;
    } = {},
  ) {
    const { byteLengths = USUAL_RULES.byteLengths, fitTexts = USUAL_RULES.fitTexts, locale = 'en' } = options;
    this.#isKorean = locale === 'ko';
    this.#rules = { ...USUAL_RULES, byteLengths, fitTexts };
  }

  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    const rows = metatype ? rowsOf(metatype) : {};
    if (!metatype || Object.keys(rows).length === 0) return value;
    if (!isRecord(value)) throw this.badRequest([violation('', 'object', 'is not an object.', 'Send one JSON object.')]);
    // Checked first: class-transformer walks whatever it is given, however deep.
    const body = shapeAll(rows, value);
    const violations = checkFields(rows, textsAsSent(rows, body, this.#rules), 'caller', '', [], this.#rules);
    if (violations.length > 0) throw this.badRequest(violations);
    return withoutAbsent(plainToInstance(metatype, body, { excludeExtraneousValues: true }) as object);
  }

  private badRequest(violations: readonly Violation[]): BadRequestException {
    const body = { statusCode: 400, error: 'Bad Request', ...new KiccValidationError(violations).toJSON() };
    if (!this.#isKorean) return new BadRequestException(body);
    return new BadRequestException({
      ...body,
      message: '입력한 내용을 고쳐 주세요.',
      violations: violations.map(koreanViolation),
    });
  }
}

function withoutAbsent(dto: object): object {
  const properties = dto as Record<string, unknown>;
  for (const name of Object.keys(properties)) if (properties[name] === undefined) delete properties[name];
  return dto;
}
