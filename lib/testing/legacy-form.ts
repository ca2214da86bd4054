import { LEGACY_NAMES } from '../protocol/notification.js';

/** EUC-KR by character; Node only decodes it. */
let encoding: Map<string, string> | undefined;

/** A notification in the legacy form: form-urlencoded in EUC-KR, under its old names. */
export function toLegacyForm(notification: Readonly<Record<string, string>>): string {
  const oldNames = new Map(Object.entries(LEGACY_NAMES).map(([old, name]) => [name as string, old]));
  return Object.entries(notification)
    .map(([name, value]) => `${oldNames.get(name) ?? name}=${encode(value)}`)
    .join('&');
}

function encode(text: string): string {
  encoding ??= readTable();
  return Array.from(text, (character) => {
    if (/[\w.~-]/.test(character)) return character;
    return encoding?.get(character) ?? (character.charCodeAt(0) < 0x80 ? percent(character.charCodeAt(0)) : '%3F');
  }).join('');
}

function readTable(): Map<string, string> {
  const decoder = new TextDecoder('euc-kr');
  const table = new Map<string, string>();
  for (let lead = 0xa1; lead <= 0xfe; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== '\ufffd') table.set(character, percent(lead) + percent(trail));
    }
  }
  return table;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
