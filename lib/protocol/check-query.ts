import { isRecord, violation } from './check-fields.js';
import { KiccValidationError, type ViolationRule } from './kicc-validation.error.js';

/** What is wrong with a value of a query; `undefined` where nothing is. */
export type QueryCheck = (value: unknown) => readonly [rule: ViolationRule, message: string, remedy: string] | undefined;

/** How many are given of what is listed. */
const PAGE = { usual: 50, most: 200 } as const;

/** How many are listed where the query does not say. */
export const USUAL_LIMIT = PAGE.usual;

export const isWhole = (value: unknown, from: number, to: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;

export const checkLimit: QueryCheck = (value) =>
  isWhole(value, 1, PAGE.most)
    ? undefined
    : ['type', `is not a whole number from 1 to ${PAGE.most}.`, `Leave it out for ${PAGE.usual}.`];

export const checkText: QueryCheck = (value) => {
  if (typeof value !== 'string') return ['type', 'is not a string.', 'Give a string, or leave it out.'];
  return value === '' ? ['empty', 'is empty.', 'Leave it out.'] : undefined;
};

/**
 * A query whose values can all be what they are asked for.
 * @param required what to do about fields that are missing, by field.
 * @throws {KiccValidationError} with every fault at once.
 */
export function checkedQuery<Query extends object>(
  query: Query,
  checks: Readonly<Record<keyof Query, QueryCheck>>,
  required: Readonly<Record<string, string>> = {},
): Query {
  if (!isRecord(query)) throw new KiccValidationError([violation('', 'object', 'is not an object.', 'Give a plain object.')]);
  const given: Record<string, unknown> = { ...query };
  const missing = Object.entries(required).filter(([field]) => given[field] === undefined);
  const faults = Object.entries(given).flatMap(([field, value]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(checks, field)) {
      return [violation(field, 'unknownField', 'is not asked for.', 'Check its spelling, or leave it out.')];
    }
    const fault = (checks as Readonly<Record<string, QueryCheck>>)[field]?.(value);
    return fault ? [violation(field, ...fault)] : [];
  });
  const violations = [...missing.map(([field, remedy]) => violation(field, 'required', 'is missing.', remedy)), ...faults];
  if (violations.length > 0) throw new KiccValidationError(violations);
  return given as Query;
}
