/** With it, a spreadsheet takes a file for UTF-8; without it, one in Korean for its own code page. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** A line of CSV (RFC 4180) in which a spreadsheet finds no formula. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(cell: string | number): string {
  const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
