import { isIPv6 } from 'node:net';
import { fitText } from './byte-length.js';
import { isRecord, rowsIn } from './check-fields.js';
import type { FieldTable, TextField } from './field.js';
import type { RequestRules } from './request-rules.js';

/** Letters of which none joins with another, so that such a text is in the form NFC. */
const COMPOSED = /^[\0-\u02ff가-힣]*$/;
/** IPv6 with brackets, as in a URL, perhaps with a port. */
const BRACKETED = /^\[([^\]]*)\](?::\d+)?$/;
/** An IPv4 address in IPv6: mapped, or seen through NAT64. */
const DRESSED = /^(?:::ffff:|64:ff9b::)([\da-f]{1,4}):([\da-f]{1,4})$/;

/**
 * What is sent for the texts that a caller gave: words in the form NFC, in which they are counted, and cut where the rules say
 * so; addresses in a form that fits, or not at all. Ids stay as they are. What has no such text is given back itself.
 */
export function textsAsSent(fields: FieldTable, given: Record<string, unknown>, rules: RequestRules): Record<string, unknown> {
  let sent = given;
  for (const [name, field] of rowsIn(fields)) {
    const value = given[name];
    let own = value;
    if (typeof value === 'string' && field.kind === 'text') own = textAsSent(field, value, rules);
    else if (field.kind === 'object' && isRecord(value)) own = textsAsSent(field.fields, value, rules);
    if (own === value) continue;
    if (sent === given) sent = { ...given };
    sent[name] = typeof own === 'object' ? Object.freeze(own) : own;
    if (own === undefined) delete sent[name];
  }
  return sent;
}

function textAsSent(field: TextField, value: string, { fitTexts, byteLengths }: RequestRules): string | undefined {
  if (field.identifier || field.oneOf) return value;
  if (field.personal === 'address') return addressAsSent(value, field.maxBytes);
  if (field.words && fitTexts) return fitText(value, field.maxBytes, byteLengths);
  return COMPOSED.test(value) ? value : value.normalize('NFC');
}

/** An address as KICC can take it; `undefined` for an IPv6 address that is too long in any form. */
function addressAsSent(given: string, maxBytes: number): string | undefined {
  const [address = ''] = (BRACKETED.exec(given)?.[1] ?? given).split('%', 1);
  if (!isIPv6(address)) return given;
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = DRESSED.exec(shortest) ?? [];
  if (high !== undefined && low !== undefined) {
    return [high, low].flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 255]).join('.');
  }
  return [given, shortest].find(({ length }) => length <= maxBytes);
}
