import type { Violation } from './kicc-validation.error.js';

/** Characters that KICC blocks in any value. Source: KICC's special-character page. */
const BLOCKED = /['"<>\\;|&]/;
/** Line breaks are blocked by KICC; other control characters have no business in any value. */
const CONTROL = /\p{Cc}|[\u2028\u2029]/u;
/** What is drawn as an emoji (older Unicode counts more), less the symbols of EUC-KR, which KICC can hold. */
const PICTOGRAPH = /(?![®™★☆☎☏☜☞♀♂♠♡♣♤♥♧♨♩♪♬♭↔-↙▶◀])\p{Extended_Pictographic}/u;
/** What only ever makes, joins, flags or colours emoji. */
const EMOJI_PART = /\u{FE0E}|\u{FE0F}|\u{20E3}|\u{200D}|[\u{e0000}-\u{e007f}]|\p{Regional_Indicator}|\p{Emoji_Modifier}/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** What shows nothing, less what makes emoji. */
const FORMAT = /(?![\u{200d}\u{e0000}-\u{e007f}])\p{Cf}/u;
/** Hangul fillers, variation selectors and the like, and the empty pattern of Braille. */
const FILLER = /(?!\u{200d}|\u{fe0e}|\u{fe0f}|[\u{e0000}-\u{e007f}])[\p{Default_Ignorable_Code_Point}\u2800]/u;
/** What a decoder writes for bytes that it cannot read, and what a text is full of whose bytes were read the wrong way round. */
const UNDECODED = /[\ufffd-\uffff]/;
/** Marks, vowels and finals with no letter that they belong to. */
const LONE_PART =
  /(?<![\p{L}\p{N}\p{P}\p{S}\p{M}])(?![\p{Default_Ignorable_Code_Point}\u20e3])\p{M}|(?<![\u1100-\u11ff\ua960-\ua97f\uac00-\ud7fb])[\u1161-\u11ff\ud7b0-\ud7fb]/u;

type Fault = Omit<Violation, 'field'>;

/** Letters that KICC cannot hold, whoever wrote them. */
export function faultsOfLetters(text: string): Fault[] {
  const faults: Fault[] = [];
  const blocked = BLOCKED.exec(text)?.[0];
  if (blocked) {
    const remedy = 'Remove or replace the character.';
    faults.push({ rule: 'blockedCharacter', message: `contains ${blocked}, which KICC blocks.`, remedy });
  }
  if (CONTROL.test(text)) {
    faults.push({
      rule: 'controlCharacter',
      message: 'contains a line break or control character.',
      remedy: 'Remove it.',
    });
  }
  if (PICTOGRAPH.test(text) || EMOJI_PART.test(text)) {
    faults.push({ rule: 'emoji', message: 'contains an emoji, which KICC blocks.', remedy: 'Remove it.' });
  }
  if (LONE_SURROGATE.test(text)) {
    const remedy = 'Cut texts between characters, not inside one.';
    faults.push({ rule: 'loneSurrogate', message: 'contains half of a character (a lone surrogate).', remedy });
  }
  if (FORMAT.test(text)) faults.push(invisible(FORMAT.exec(text)));
  return faults;
}

/** Letters that say that something went wrong with a text before. */
export function faultsOfSpoiltLetters(text: string): Fault[] {
  const faults: Fault[] = [];
  if (UNDECODED.test(text)) {
    const remedy = 'Read its source in its own encoding, for example a CSV file of Excel as EUC-KR.';
    faults.push({ rule: 'undecoded', message: 'contains U+FFFD or the like, the mark of a wrongly decoded text.', remedy });
  }
  const part = LONE_PART.exec(text);
  if (part) {
    const remedy = 'Give the whole letter, and cut texts between letters (fitText does).';
    faults.push({ rule: 'loneMark', message: `contains a part of a letter without its letter (${codesOf(part[0])}).`, remedy });
  }
  if (FILLER.test(text) && !FORMAT.test(text)) faults.push(invisible(FILLER.exec(text)));
  return faults;
}

/** What is wrong with an id that is not in the form NFC: to the eye, it is another one. */
export function faultOfForm(id: string): Fault | undefined {
  if (id === id.normalize('NFC')) return undefined;
  const letters = [...new Intl.Segmenter('ko').segment(id)].map(({ segment }) => segment);
  const letter = letters.find((one) => one !== one.normalize('NFC')) ?? id;
  return {
    rule: 'decomposed',
    message: `contains a letter that is not in the form NFC (${codesOf(letter)} for ${codesOf(letter.normalize('NFC'))}).`,
    remedy: "Compose it by normalize('NFC'), where ids are made: in two forms, one id names two refunds.",
  };
}

function invisible(found: RegExpExecArray | null): Fault {
  const message = `contains a letter that shows nothing (${codesOf(found?.[0] ?? '')}).`;
  return { rule: 'invisibleCharacter', message, remedy: 'Remove it.' };
}

/** The first characters of a letter, by their codes. */
function codesOf(letter: string): string {
  const codes = [...letter].slice(0, 4).map((part) => part.codePointAt(0) ?? 0);
  return codes.map((code) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`).join(' ');
}
