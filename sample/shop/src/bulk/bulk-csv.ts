import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { DraftRow } from './bulk-draft.entity.js';

/** The columns of a file for a bulk cancellation, the head line first. */
export const BULK_COLUMNS = ['order_no', 'amount', 'reason'] as const;
/** How many rows one file may have. */
const MOST_ROWS = 10_000;
/** KICC's limit of `reviseMessage`, bytes of UTF-8. */
const REASON_BYTES = 100;

/** A file cannot be read at all. */
export class UnreadableCsv extends Error {
  constructor(
    readonly korean: string,
    readonly english: string,
  ) {
    super(english);
  }
}

/**
 * Reads a file row by row. A row that cannot be read as it should has an `error`; the others are not touched by it.
 * @throws {UnreadableCsv} the file as a whole is no such CSV.
 */
export function readBulkCsv(file: string): DraftRow[] {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(file, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as never;
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw new UnreadableCsv(`CSV 파일을 읽을 수 없습니다: ${why}`, `The file is no CSV: ${why}`);
  }
  const [head, ...rows] = records;
  const columns = BULK_COLUMNS.map((name) => (head?.record ?? []).findIndex((cell) => cell.toLowerCase() === name));
  if (columns[0] === -1) {
    throw new UnreadableCsv(
      `첫 줄에 열 이름이 필요합니다: ${BULK_COLUMNS.join(', ')} (amount와 reason은 비울 수 있습니다).`,
      `The first line must name the columns: ${BULK_COLUMNS.join(', ')} (amount and reason may be left out).`,
    );
  }
  if (rows.length === 0) throw new UnreadableCsv('행이 하나도 없습니다.', 'There are no rows in it.');
  if (rows.length > MOST_ROWS) {
    throw new UnreadableCsv(`한 번에 ${MOST_ROWS}행까지 올릴 수 있습니다.`, `${MOST_ROWS} rows at most in one file.`);
  }
  return rows.map(({ record, info }) => {
    const [orderId = '', amountText = '', reason = ''] = columns.map((column) => record[column] ?? '');
    const base = { line: info.lines, orderId, reason: reason === '' ? '일괄 취소' : reason, text: record };
    if (orderId === '') return { ...base, error: 'order_no 없음 (order_no is missing)' };
    if (Buffer.byteLength(reason) > REASON_BYTES) {
      return { ...base, error: `reason은 ${REASON_BYTES}바이트까지 (reason: at most ${REASON_BYTES} bytes)` };
    }
    if (amountText === '') return base;
    // "12,000" and "12000" are the same amount; anything else is none.
    if (!/^\d{1,3}(,\d{3})+$|^\d{1,9}$/.test(amountText) || Number(amountText.replaceAll(',', '')) < 1) {
      return { ...base, error: 'amount는 1 이상의 정수 원 (amount: whole won, at least 1)' };
    }
    return { ...base, amount: Number(amountText.replaceAll(',', '')) };
  });
}

/** A table as a CSV file that a spreadsheet takes for UTF-8, and in which nothing is a formula. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return stringify([columns, ...rows] as (string | number)[][], { bom: true, escape_formulas: true });
}
