/** JSON in ASCII only, so that no character set of a connection, column or tool can change a letter of it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]+/g, escaped);
}

const HEX = '0123456789abcdef';

function escaped(text: string): string {
  let written = '';
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // Digit by digit: a state is written twice for each cancellation, and most of its letters are Korean.
    written += `\\u${HEX[unit >> 12]}${HEX[(unit >> 8) & 15]}${HEX[(unit >> 4) & 15]}${HEX[unit & 15]}`;
  }
  return written;
}
