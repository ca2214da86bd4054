/** How letters are written that are not ASCII, as far as some were. */
const ESCAPES = new Map<number, string>();

/** JSON in ASCII only, so that no character set of a connection, column or tool can change a letter of it. */
export function asciiJson(value: unknown): string {
  const json = JSON.stringify(value);
  const first = json.search(/[\u007f-\uffff]/);
  if (first === -1) return json;
  // By hand: a state is written twice for each cancellation, and most of its letters are Korean.
  let written = '';
  let from = 0;
  for (let index = first; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    if (unit < 0x7f) continue;
    written += json.slice(from, index) + escaped(unit);
    from = index + 1;
  }
  return written + json.slice(from);
}

function escaped(unit: number): string {
  let escape = ESCAPES.get(unit);
  if (escape === undefined) ESCAPES.set(unit, (escape = `\\u${unit.toString(16).padStart(4, '0')}`));
  return escape;
}
