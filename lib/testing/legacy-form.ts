import { LEGACY_NAMES } from '../protocol/notification.js';

/** KICC's older form of a notification: `application/x-www-form-urlencoded`, the values percent-encoded from EUC-KR. */

/** The older names, by KICC's present ones. */
const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LEGACY_NAMES).map(([older, present]) => [present, older]),
);
const UNRESERVED = /[A-Za-z0-9*._-]/;
/** Each byte of a character of EUC-KR is one of these. */
const LEAST_BYTE = 0xa1;
const GREATEST_BYTE = 0xfe;

/** Bytes of EUC-KR by character. Node decodes it, but does not encode it. */
let encoding: ReadonlyMap<string, readonly number[]> | undefined;

/** A notification's body in the older form; what has no name there is left out. */
export function toLegacyForm(body: Readonly<Record<string, string>>): string {
  return Object.entries(body)
    .flatMap(([name, value]) => (Object.hasOwn(NAMES, name) ? [`${NAMES[name]}=${encode(value)}`] : []))
    .join('&');
}

/** `res_cd` of the older form's answer, whose fields each end in the byte 0x1F; undefined if there is none. */
export function readLegacyAnswer(text: string): string | undefined {
  const fields = text.split('\x1f').slice(0, -1);
  return fields.find((field) => field.startsWith('res_cd='))?.slice('res_cd='.length);
}

function encode(text: string): string {
  encoding ??= readEncoding();
  return [...text]
    .map((character) => {
      if (UNRESERVED.test(character)) return character;
      if (character === ' ') return '+';
      const code = character.codePointAt(0)!;
      const bytes = code < 0x80 ? [code] : (encoding!.get(character) ?? [0x3f]);
      return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
    })
    .join('');
}

function readEncoding(): ReadonlyMap<string, readonly number[]> {
  const decoder = new TextDecoder('euc-kr');
  const found = new Map<string, readonly number[]>();
  for (let first = LEAST_BYTE; first <= GREATEST_BYTE; first++) {
    for (let second = LEAST_BYTE; second <= GREATEST_BYTE; second++) {
      const text = decoder.decode(Uint8Array.of(first, second));
      if ([...text].length === 1 && text !== '\uFFFD') found.set(text, [first, second]);
    }
  }
  return found;
}
