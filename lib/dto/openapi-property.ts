import 'reflect-metadata';
import type { Field, FieldTable } from '../protocol/field.js';

/*
 * What @nestjs/swagger knows of a class, it reads from metadata under these keys: the names of its properties, each behind a
 * colon, and the schema of each. Its lines 7, 11 and 12, those of Nest 10 to 12, have the same. Written here, nobody needs it.
 */
const PROPERTY_NAMES = 'swagger/apiModelPropertiesArray';
const PROPERTY = 'swagger/apiModelProperties';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Describes a property of a class to `@nestjs/swagger` as a row of KICC's. What the class says of it by `@ApiProperty`, above
 * or below, stands over what is said here.
 */
export function describeToSwagger(prototype: object, property: string | symbol, row: Field, required: boolean): void {
  const names = (Reflect.getMetadata(PROPERTY_NAMES, prototype) ?? []) as readonly string[];
  const name = `:${String(property)}`;
  if (!names.includes(name)) Reflect.defineMetadata(PROPERTY_NAMES, [...names, name], prototype);
  const said = { ...(Reflect.getOwnMetadata(PROPERTY, prototype, property) as Schema | undefined) };
  // The type that TypeScript has noted is there by itself, and tells less: Number of what is whole, Object of any object.
  if (said['type'] === Reflect.getMetadata('design:type', prototype, property)) delete said['type'];
  Reflect.defineMetadata(PROPERTY, { required, ...schemaOf(row), ...said }, prototype, property);
}

function schemaOf(row: Field): Schema {
  switch (row.kind) {
    case 'text':
      return {
        type: 'string',
        description: `${describe(row)}\n\nAt most ${row.maxBytes} bytes; a Korean letter counts 3, or 2 with byteLengths: 'euc-kr'.`,
        // A letter has at least a byte.
        maxLength: row.maxBytes,
        ...(row.oneOf ? { enum: [...row.oneOf] } : {}),
      };
    case 'won':
      return { type: 'integer', description: `${describe(row)}\n\nWhole won (KRW).`, minimum: row.min };
    case 'object':
      // In `allOf`, its own list of what is required cannot be taken for the word on whether it is itself.
      return { type: 'object', description: describe(row), allOf: [objectSchemaOf(row.fields)] };
  }
}

function objectSchemaOf(fields: FieldTable): Schema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, schemaOf(field)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function describe({ en, ko }: Field): string {
  return `${en} / ${ko}`;
}
