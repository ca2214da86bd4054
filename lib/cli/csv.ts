/** A row of a CSV file. */
export interface CsvRow {
  /** The line of the file on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell, in quotes or not, and what ends it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|((?!")[^,\r\n]*))(,|\r\n|\r|\n|$)/y;

/**
 * Reads CSV as spreadsheets write it (RFC 4180): commas, cells in quotes where need be, any line ends, a byte order mark. White
 * space around a cell without quotes is none of it, and empty lines are no rows.
 * @returns the rows, or the line on which something is no CSV: a quote that is not closed, or text behind one that is.
 */
export function readCsv(text: string): readonly CsvRow[] | { readonly badLine: number } {
  const rows: CsvRow[] = [];
  const from = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let cells: string[] = [];
  let begins = line;
  for (let at = from; at < text.length || cells.length > 0;) {
    CELL.lastIndex = at;
    const found = CELL.exec(text);
    if (!found) return { badLine: line };
    const [whole, quoted, plain = '', end] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    at += whole.length;
    line += whole.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (end === ',') continue;
    if (cells.some((cell) => cell !== '')) rows.push({ line: begins, cells });
    cells = [];
    begins = line;
  }
  return rows;
}
