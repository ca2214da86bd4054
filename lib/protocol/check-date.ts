import { types } from 'node:util';
import { violation } from './check-fields.js';
import { KiccValidationError } from './kicc-validation.error.js';

/** @throws {KiccValidationError} if a value is no Date, or one without a time. */
export function checkDate(field: string, value: unknown, remedy: string): asserts value is Date {
  const isDate = types.isDate(value);
  if (isDate && !Number.isNaN(value.getTime())) return;
  throw new KiccValidationError([violation(field, 'type', isDate ? 'is not a valid Date.' : 'is not a Date.', remedy)]);
}
