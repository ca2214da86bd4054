import type { RequestRules } from './request-rules.js';

/** How many bytes a text has. A letter that EUC-KR does not have counts as in UTF-8. */
export function byteLength(text: string, encoding: RequestRules['byteLengths']): number {
  if (encoding === 'utf-8') return Buffer.byteLength(text, 'utf8');
  let bytes = 0;
  for (const letter of text) {
    bytes += letter < '\u0080' ? 1 : lettersOfTwoBytes().has(letter) ? 2 : Buffer.byteLength(letter, 'utf8');
  }
  return bytes;
}

type Letters = Pick<ReadonlySet<string>, 'has'>;

let ofTwoBytes: Letters | undefined;

/** What EUC-KR has beside ASCII: of the Korean syllables the 2,350 of KS X 1001, which is nearly all that anybody writes. */
function lettersOfTwoBytes(): Letters {
  if (ofTwoBytes) return ofTwoBytes;
  const pairs: number[] = [];
  for (let lead = 0xa1; lead <= 0xfe; lead++) for (let trail = 0xa1; trail <= 0xfe; trail++) pairs.push(lead, trail);
  try {
    ofTwoBytes = new Set(new TextDecoder('euc-kr').decode(new Uint8Array(pairs)).replaceAll('\ufffd', ''));
  } catch {
    // Node without ICU's converters, as Alpine packs it. What was taken in must be found and asked about all the same.
    ofTwoBytes = { has: () => true };
  }
  return ofTwoBytes;
}

/**
 * Cuts a text to what KICC takes, for example a reason to the 100 bytes of `reviseMessage`: never in the middle of a letter,
 * be it of several characters. What fits already stays whole.
 * @param maxBytes the row's length in KICC's table.
 * @param byteLengths as in the module's options. Default `'utf-8'`, in which a Korean letter has 3 bytes.
 * @returns the text in the form NFC, in which it is counted and sent.
 * @example fitText(reason, 100)
 */
export function fitText(text: string, maxBytes: number, byteLengths: 'utf-8' | 'euc-kr' = 'utf-8'): string {
  const whole = text.normalize('NFC');
  if (byteLength(whole, byteLengths) <= maxBytes) return whole;
  let end = 0;
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter('ko').segment(whole)) {
    bytes += byteLength(segment, byteLengths);
    if (bytes > maxBytes) break;
    end += segment.length;
  }
  return whole.slice(0, end);
}
