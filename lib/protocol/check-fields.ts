import { byteLength } from './byte-length.js';
import { faultOfForm, faultsOfLetters, faultsOfSpoiltLetters } from './check-letters.js';
import type { Field, FieldTable, TextField, WonField } from './field.js';
import type { Violation, ViolationRule } from './kicc-validation.error.js';
import { USUAL_RULES, type RequestRules } from './request-rules.js';

/** Unknown fields are listed up to here; whoever sends more has another problem. */
const MOST_UNKNOWN = 20;

/** Whose object is checked: a shop's request, or a body as it goes over the wire, with what the library fills in. */
export type Side = 'caller' | 'wire';

/** What needs no closer look: printable ASCII that KICC does not block, and Korean letters. */
const PLAIN = /^[ !#-%(-:=?-[\]-{}~가-힣]*$/;
/** As {@link PLAIN}, without spaces, and each letter a byte. */
const PLAIN_ID = /^[!#-%(-:=?-[\]-{}~]*$/;

/** Rows of a table, taken apart once. */
const rowsOf = new WeakMap<FieldTable, readonly (readonly [name: string, field: Field])[]>();

/** The rows of a table, in order. */
export function rowsIn(fields: FieldTable): readonly (readonly [name: string, field: Field])[] {
  let rows = rowsOf.get(fields);
  if (!rows) rowsOf.set(fields, (rows = Object.entries(fields)));
  return rows;
}

/**
 * Holds an object against a table of KICC's: every row's type, length and characters, and nothing that is not in the table.
 * All faults are collected, none is thrown.
 * @param violations where they are added.
 * @param rules what holds where the tables leave room.
 */
export function checkFields(
  fields: FieldTable,
  value: object,
  side: Side,
  path = '',
  violations: Violation[] = [],
  rules = USUAL_RULES,
): Violation[] {
  const given = value as Record<string, unknown>;
  let unknown = 0;
  for (const name in given) {
    if (Object.hasOwn(fields, name) || !Object.hasOwn(given, name) || given[name] === undefined) continue;
    const remedy = 'Check its spelling, or leave it out.';
    violations.push(violation(path + shown(name), 'unknownField', 'is not a field of this request.', remedy));
    if (++unknown === MOST_UNKNOWN) break;
  }
  for (const [name, field] of rowsIn(fields)) {
    const own = given[name];
    if (isPlain(field, own, side, rules)) continue;
    if (field.kind === 'object' && isRecord(own)) checkFields(field.fields, own, side, `${path + name}.`, violations, rules);
    else violations.push(...checkField(field, path + name, own, side, rules));
  }
  return violations;
}

/** Whether a value is surely well: most are, and this is cheap to tell. */
function isPlain(field: Field, value: unknown, side: Side, { byteLengths }: RequestRules): boolean {
  if (side === 'caller' && field.filledBy === 'library') return value === undefined;
  if (value === undefined) return !field.required;
  if (field.kind === 'won') return Number.isSafeInteger(value) && (value as number) >= field.min;
  if (field.kind !== 'text' || typeof value !== 'string' || value === '') return false;
  if (field.oneOf) return field.oneOf.includes(value);
  if (value.length <= field.maxBytes && PLAIN_ID.test(value)) return true;
  return !field.identifier && PLAIN.test(value) && byteLength(value, byteLengths) <= field.maxBytes;
}

/**
 * Fills in the default mall where none is named, and says so if the one named is none of ours.
 * @param malls the malls there are keys for; the first is the default.
 */
export function settleMall(request: Record<string, unknown>, malls: readonly string[]): Violation[] {
  if (request['mallId'] === undefined) request['mallId'] = malls[0];
  const { mallId } = request;
  if (typeof mallId !== 'string' || mallId === '' || malls.includes(mallId)) return [];
  const remedy = "Add it with its secret key to the module's `malls` option.";
  return [violation('mallId', 'mall', 'is not a mall of this module.', remedy)];
}

/** A name that someone made up, fit for a log line. */
function shown(name: string): string {
  const printable = name.replace(/[^\x21-\x7e]/g, '?');
  return printable.length > 40 ? `${printable.slice(0, 40)}…` : printable;
}

/** Makes one fault. */
export function violation(field: string, rule: ViolationRule, message: string, remedy: string, limit?: number): Violation {
  return { field, rule, message, remedy, ...(limit === undefined ? {} : { limit }) };
}

function checkField(field: Field, path: string, value: unknown, side: Side, rules: RequestRules): Violation[] {
  if (side === 'caller' && field.filledBy === 'library') {
    if (value === undefined) return [];
    return [violation(path, 'filledByLibrary', 'is filled in by the library when it sends.', 'Leave it out.')];
  }
  if (value === undefined) {
    return field.required ? [violation(path, 'required', 'is missing.', `Give it: ${describe(field)}.`)] : [];
  }
  switch (field.kind) {
    case 'text':
      return checkText(field, path, value, side, rules);
    case 'won':
      return checkWon(field, path, value);
    case 'object':
      return [wrongType(path, value, field, Array.isArray(value) ? 'Give one object, not an array.' : undefined)];
  }
}

function checkText(field: TextField, path: string, value: unknown, side: Side, rules: RequestRules): Violation[] {
  if (typeof value !== 'string') return [wrongType(path, value, field)];
  if (value === '')
    return [violation(path, 'empty', 'is empty.', field.required ? `Give ${describe(field)}.` : 'Leave it out.')];
  const violations: Violation[] = [];
  const found = (rule: ViolationRule, message: string, remedy: string, limit?: number): void => {
    violations.push(violation(path, rule, message, remedy, limit));
  };
  const bytes = byteLength(value, rules.byteLengths);
  if (bytes > field.maxBytes) {
    const [name, korean] = rules.byteLengths === 'utf-8' ? ['UTF-8', 3] : ['EUC-KR', 2];
    const remedy = `Shorten it${bytes > value.length ? `; a Korean letter counts ${korean} bytes` : ''}${field.required ? '' : ', or leave it out'}.`;
    found('maxBytes', `is ${bytes} bytes of ${name}, KICC takes ${field.maxBytes}.`, remedy, field.maxBytes);
  }
  const letters = faultsOfLetters(value);
  if (rules.refusesLetters) {
    letters.push(...faultsOfSpoiltLetters(value));
    // Whoever compares ids on the wire does so by their bytes.
    const form = field.identifier && side === 'caller' ? faultOfForm(value) : undefined;
    if (form) letters.push(form);
  }
  for (const { rule, message, remedy } of letters) found(rule, message, remedy);
  if (field.identifier && /\s/u.test(value))
    found('whiteSpace', 'contains white space.', 'Remove it: an id is matched to the letter.');
  if (field.oneOf && !field.oneOf.includes(value)) {
    found('oneOf', 'is not one of the values KICC knows.', `Use ${field.oneOf.map((known) => `'${known}'`).join(' or ')}.`);
  }
  return violations;
}

function checkWon(field: WonField, path: string, value: unknown): Violation[] {
  if (typeof value !== 'number') {
    return [wrongType(path, value, field, typeof value === 'string' ? 'Give a number, digits only.' : undefined)];
  }
  if (!Number.isSafeInteger(value)) {
    const remedy = `Give an integer up to ${Number.MAX_SAFE_INTEGER}; KRW has no decimals.`;
    return [violation(path, 'wholeWon', 'is not an exact whole number of won.', remedy)];
  }
  if (value < field.min)
    return [violation(path, 'minimum', `is below ${field.min}.`, `Give at least ${field.min} won.`, field.min)];
  return [];
}

function wrongType(path: string, value: unknown, field: Field, remedy = `Give ${describe(field)}.`): Violation {
  const article = typeof value === 'object' ? 'an' : 'a';
  const type = value === null ? 'null' : Array.isArray(value) ? 'an array' : `${article} ${typeof value}`;
  return violation(
    path,
    'type',
    `is ${type}, not ${{ text: 'a string', won: 'a number', object: 'an object' }[field.kind]}.`,
    remedy,
  );
}

function describe(field: Field): string {
  switch (field.kind) {
    case 'text':
      return field.oneOf
        ? field.oneOf.map((known) => `'${known}'`).join(' or ')
        : `a string of 1 to ${field.maxBytes} bytes (${field.en})`;
    case 'won':
      return `an integer of at least ${field.min} won (${field.en})`;
    case 'object':
      return `an object with ${Object.keys(field.fields).join(', ')}`;
  }
}

/** Whether a value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
