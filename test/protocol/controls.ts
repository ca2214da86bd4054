const [ESC, DEL, CSI, RTL, PARAGRAPH] = ['\u001b', '\u007f', '\u009b', '\u202e', '\u2029'];

/** What clears a screen, sets its title, forges a line or turns the direction of writing. */
export const CONTROLS = `${ESC}[2J${ESC}]0;x\u0007${CSI}31m\r\n${DEL}\u0000${RTL}\u2066${PARAGRAPH}\u200f`;

/** Any of them. */
export const RAW = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** Every text in a value, and every name, one after the other: as JSON they would be escaped. */
export function textsIn(value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof Date) return String(value);
  return Object.entries(value)
    .map(([name, part]) => name + textsIn(part))
    .join(' ');
}
