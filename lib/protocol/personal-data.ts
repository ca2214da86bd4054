import { isRecord } from './check-fields.js';
import type { FieldTable, TextField } from './field.js';
import { reviseRequestFields } from './revise-request.js';
import type { ReviseResponse } from './revise-response.js';

/** The personal data of a request, by KICC's field names with dots (`refundInfo.refundAccountNo`). */
export type PersonalData = Readonly<Record<string, string>>;

type JsonObject = Record<string, unknown>;

/** Where personal data stands in a request. KICC nests once. */
const PERSONAL = rowsIn(reviseRequestFields);

/** What a request tells of persons; `undefined` where it tells nothing. */
export function personalDataOf(request: object): PersonalData | undefined {
  let found: Record<string, string> | undefined;
  for (const row of PERSONAL) {
    const value = at(request, row);
    if (typeof value === 'string' && value !== '') (found ??= {})[row.path] = value;
  }
  return found;
}

/** A copy of a request whose personal data is only hinted at, fit to be kept and shown. */
export function masked<Request extends object>(request: Request): Request {
  return replaced(PERSONAL, request, (kind, value) => MASKS[kind](value));
}

/** A copy of what a table describes, whose personal data is only hinted at. */
export function maskedIn<Value extends object>(fields: FieldTable, value: Value): Value {
  return replaced(rowsIn(fields), value, (kind, text) => MASKS[kind](text));
}

/** The request again as it was given, from its masked copy and what was masked. */
export function unmasked<Request extends object>(request: Request, personal: PersonalData): Request {
  return replaced(PERSONAL, request, (_, value, path) => personal[path] ?? value);
}

/**
 * An answer without the personal data of its request, which KICC may quote in its messages or in fields that it does not
 * document.
 */
export function withoutPersonalData<Answer extends ReviseResponse>(answer: Answer, request: object): Answer {
  const personal = personalDataOf(request);
  if (!personal) return answer;
  const values = Object.values(personal);
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return values.reduce((text, part) => text.replaceAll(part, '[redacted]'), value);
    if (typeof value === 'number') return values.includes(String(value)) ? '[redacted]' : value;
    if (Array.isArray(value)) return value.map(clean);
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, clean(part)])) : value;
  };
  // Not in the echoes: an account's digits may stand in an id by chance.
  const cleaned = Object.entries(answer).map(([name, value]): [string, unknown] => {
    if (name === 'resMsg' || name === 'statusMessage' || name === 'extra') return [name, clean(value)];
    return [name, isRecord(value) && 'extra' in value ? { ...value, extra: clean(value['extra']) } : value];
  });
  return Object.freeze(Object.fromEntries(cleaned)) as unknown as Answer;
}

type Personal = NonNullable<TextField['personal']>;
interface PersonalRow {
  /** KICC's names with dots. */
  readonly path: string;
  readonly name: string;
  /** The name within, where it is nested. */
  readonly inner: string | undefined;
  readonly kind: Personal;
}

/** What is shown of each kind. */
const MASKS: Readonly<Record<Personal, (value: string) => string>> = {
  // The end is how people tell accounts apart.
  account: (value) => (value.length < 8 ? '*'.repeat(value.length) : '*'.repeat(value.length - 4) + value.slice(-4)),
  name: (value) => {
    const [first = '', ...rest] = value;
    return rest.length === 0 ? '*' : first + '*'.repeat(rest.length);
  },
  address: (value) =>
    value.replace(/^(\d{1,3}\.\d{1,3})\..*$|^.*$/s, (_, network?: string) => (network ? `${network}.*.*` : '*')),
};

function rowsIn(fields: FieldTable, outer?: string): PersonalRow[] {
  return Object.entries(fields).flatMap(([name, field]): PersonalRow[] => {
    if (field.kind === 'object') return rowsIn(field.fields, name);
    if (field.kind !== 'text' || !field.personal) return [];
    return [
      outer === undefined
        ? { path: name, name, inner: undefined, kind: field.personal }
        : { path: `${outer}.${name}`, name: outer, inner: name, kind: field.personal },
    ];
  });
}

function at(request: object, { name, inner }: PersonalRow): unknown {
  const value = (request as JsonObject)[name];
  if (inner === undefined) return value;
  return isRecord(value) ? value[inner] : undefined;
}

function replaced<Request extends object>(
  rows: readonly PersonalRow[],
  request: Request,
  replace: (kind: Personal, value: string, path: string) => string,
): Request {
  const copy = { ...request } as JsonObject;
  for (const row of rows) {
    const { path, name, inner, kind } = row;
    const value = at(request, row);
    if (typeof value !== 'string' || value === '') continue;
    const own = replace(kind, value, path);
    copy[name] = inner === undefined ? own : Object.freeze({ ...(copy[name] as JsonObject), [inner]: own });
  }
  return Object.freeze(copy) as Request;
}
