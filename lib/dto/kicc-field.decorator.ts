import { Expose, Transform } from 'class-transformer';
import { isRecord } from '../protocol/check-fields.js';
import type { Field, FieldTable } from '../protocol/field.js';
import { reviseRequestFields } from '../protocol/revise-request.js';
import { describeToSwagger } from './openapi-property.js';

/** KICC's rows that a caller fills. */
export type CallerFieldName = Exclude<keyof typeof reviseRequestFields, 'cancelReqDate' | 'msgAuthValue' | 'refundQueryFlag'>;

export interface KiccFieldOptions {
  /** Whether the property must be there. Default: as KICC's table says, and `mallId` may be left out. */
  readonly required?: boolean;
  /** Whether the property is left out of the documents of `@nestjs/swagger`. Default false. */
  readonly hidden?: boolean;
}

const rowsOfDto = new WeakMap<object, Record<string, Field>>();

/** Whole won as forms and JSON of other systems write them. Anything else stays as it is, for the check to name. */
const WON_IN_TEXT = /^(0|[1-9]\d{0,15})$/;

/**
 * Says that a property of a DTO is a field of KICC's: it is shaped by class-transformer (`"3000"` becomes 3000, an empty
 * text becomes absent) and held against KICC's own row (type, bytes, blocked characters) by `KiccRequestPipe`. In an app with
 * `@nestjs/swagger` it is documented by that row, too; an `@ApiProperty` on the same property stands over it.
 * @param name KICC's name for the field, whatever the property is called.
 * @example class RefundDto { @KiccField('shopTransactionId') refundId!: string; @KiccField('amount', { required: true }) amount!: number }
 */
export function KiccField(name: CallerFieldName, options: KiccFieldOptions = {}): PropertyDecorator {
  return (prototype, property) => {
    const row: Field = reviseRequestFields[name];
    const required = options.required ?? (row.required && name !== 'mallId');
    const rows = rowsOfDto.get(prototype) ?? {};
    rows[String(property)] = { ...row, required };
    rowsOfDto.set(prototype, rows);
    if (!options.hidden) describeToSwagger(prototype, property, row, required);
    Expose()(prototype, property);
    Transform(({ obj, key }) => shape(row, (obj as Record<string, unknown>)[key]), { toClassOnly: true })(prototype, property);
  };
}

/** The rows of a DTO class, its parents' included, by property. */
export function rowsOf(dto: abstract new (...args: never[]) => unknown): FieldTable {
  const inherited: Record<string, Field>[] = [];
  let prototype = dto.prototype as object | null;
  while (prototype) {
    inherited.unshift(rowsOfDto.get(prototype) ?? {});
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return Object.assign({}, ...inherited) as FieldTable;
}

/** A body in the form of these rows: amounts as numbers, what is empty left out. What fits no row stays, for the check. */
export function shapeAll(rows: FieldTable, body: Record<string, unknown>): Record<string, unknown> {
  const shaped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    const own = row ? shape(row, value) : value;
    if (own !== undefined) Object.defineProperty(shaped, name, { value: own, enumerable: true });
  }
  return shaped;
}

function shape(row: Field, value: unknown): unknown {
  // An empty amount is no absent one: it must not turn a partial cancel into a full one.
  if (row.kind === 'won') return typeof value === 'string' && WON_IN_TEXT.test(value) ? Number(value) : value;
  if (value === '' || value === null) return undefined;
  if (row.kind === 'object' && isRecord(value)) return shapeAll(row.fields, value);
  return value;
}
