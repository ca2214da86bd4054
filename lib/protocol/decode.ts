import { isRecord } from './check-fields.js';
import type { Field, FieldTable } from './field.js';
import { hasControls, printable } from './printable.js';
import { retrieveResponseFields, type RetrievedTransaction } from './retrieve-transaction.js';
import { reviseRequestFields } from './revise-request.js';
import { reviseResponseFields, type ReviseResponse } from './revise-response.js';

type JsonObject = Record<string, unknown>;

/** Names under which a signature or a key could come back in an answer; such fields are dropped, never kept. */
const SECRET_NAMES = new Set(['secretkey', ...secretRows(reviseRequestFields).map((name) => name.toLowerCase())]);
/** KICC nests twice; what is nested deeper than this in a field that it does not document is dropped. */
const DEEPEST_EXTRA = 8;

/** `resCd` decides over money, so it is read only in the form of KICC's table: four characters, as a string. */
export const RESPONSE_CODE = /^[\x21-\x7e]{4}$/;

/** KICC writes the same amount as `51004` and as `"51004"`. */
const WON_IN_TEXT = /^\d{1,15}$/;

/**
 * Reads KICC's answer to a revise request.
 *
 * Tolerant where KICC is loose (numbers come as numbers or strings, absent strings as `""`, new fields and codes without
 * notice), and never throws: `undefined` means that this is no answer of KICC's, since it has no readable `resCd`. Its texts
 * are made {@link printable}; an id that is not is none.
 */
export function decodeReviseResponse(json: unknown): ReviseResponse | undefined {
  return decodeAnswer(reviseResponseFields, json);
}

/** Reads KICC's answer to a status query, as {@link decodeReviseResponse} does. */
export function decodeRetrievedTransaction(json: unknown): RetrievedTransaction | undefined {
  return decodeAnswer(retrieveResponseFields, json);
}

function decodeAnswer(fields: FieldTable, json: unknown): ReviseResponse | undefined {
  if (!isRecord(json) || typeof json['resCd'] !== 'string' || !RESPONSE_CODE.test(json['resCd'])) return undefined;
  return decodeObject(fields, json) as unknown as ReviseResponse;
}

/** Reads an object by a table of KICC's; what fits no row goes under `extra`. Never throws. */
export function decodeObject(fields: FieldTable, json: JsonObject): JsonObject {
  const known: JsonObject = {};
  let extra: JsonObject | undefined;
  for (const name in json) {
    const raw = Object.hasOwn(json, name) ? json[name] : undefined;
    if (raw === '' || raw === null || raw === undefined) continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field ? field.kind === 'text' && field.secret : isSecret(name)) continue;
    const value = field && decodeValue(field, raw);
    // KICC sends objects whose every field is absent, such as cashReceiptInfo where there is no receipt.
    if (field?.kind === 'object' && isRecord(value) && isEmpty(value)) continue;
    if (value !== undefined) {
      known[name] = value;
      continue;
    }
    // Defined, not assigned: a field named __proto__ must stay a field.
    const shown = { value: withoutSecrets(raw), enumerable: true, configurable: true };
    Object.defineProperty((extra ??= {}), printable(name), shown);
  }
  if (extra) known['extra'] = Object.freeze(extra);
  return Object.freeze(known);
}

function decodeValue(field: Field, raw: unknown): unknown {
  switch (field.kind) {
    case 'text':
      if (typeof raw === 'string') return field.identifier && hasControls(raw) ? undefined : printable(raw);
      return Number.isSafeInteger(raw) ? String(raw) : undefined;
    case 'won': {
      const amount = typeof raw === 'string' && WON_IN_TEXT.test(raw) ? Number(raw) : raw;
      return Number.isSafeInteger(amount) && (amount as number) >= 0 ? amount : undefined;
    }
    case 'object':
      return isRecord(raw) ? decodeObject(field.fields, raw) : undefined;
  }
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}

function secretRows(fields: FieldTable): string[] {
  return Object.keys(fields).filter((name) => fields[name]?.kind === 'text' && fields[name].secret);
}

function isSecret(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase());
}

function withoutSecrets(raw: unknown, depth = 0): unknown {
  if (typeof raw === 'object' && depth === DEEPEST_EXTRA) return undefined;
  if (typeof raw === 'string') return printable(raw);
  if (Array.isArray(raw)) return raw.map((part) => withoutSecrets(part, depth + 1));
  if (!isRecord(raw)) return raw;
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([name]) => !isSecret(name))
      .map(([name, value]) => [printable(name), withoutSecrets(value, depth + 1)]),
  );
}
