import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import { NotPossible } from '../web/faults.js';
import type { Language } from '../web/page.js';
import type { DraftRow } from './bulk-draft.entity.js';

/** A file cannot be used as a whole, and nothing was kept of it. `status` is 413 where there is too much of it. */
export class UnreadableFile extends NotPossible {
  constructor(korean: string, english: string, status = 400) {
    super(korean, english, 'file', status);
  }
}

/**
 * What a file says, and the encoding in which it was read. Korean Excel writes CP949 as "CSV"; of that, a `TextDecoder` knows
 * some letters only.
 * @throws {UnreadableFile} it is a workbook, or in neither encoding.
 */
export function textOf(bytes: Buffer): { readonly text: string; readonly encoding: 'UTF-8' | 'CP949' } {
  const begin = bytes.toString('hex', 0, 4);
  if (/^(504b0304|d0cf11e0)/.test(begin)) throw toBeSaved('엑셀 통합 문서입니다.', 'This is an Excel workbook.');
  if (/^(fffe|feff)/.test(begin)) throw toBeSaved('유니코드 텍스트(UTF-16) 파일입니다.', 'This is a text in UTF-16.');
  const isText = !bytes.includes(0);
  if (isText && isUtf8(bytes)) return { text: bytes.toString('utf8'), encoding: 'UTF-8' };
  const text = iconv.decode(bytes, 'cp949');
  if (isText && !text.includes('\uFFFD')) return { text, encoding: 'CP949' };
  throw toBeSaved('글자를 읽을 수 없는 파일입니다.', 'This is no text in UTF-8 or CP949.');
}

function toBeSaved(korean: string, english: string): UnreadableFile {
  return new UnreadableFile(
    `${korean} 엑셀의 "다른 이름으로 저장"에서 "CSV UTF-8" 또는 "CSV(쉼표로 분리)"를 골라 저장한 뒤 올려 주세요.`,
    `${english} In Excel, save it as "CSV UTF-8" or "CSV", then upload that.`,
  );
}

/** The columns of a file, in whichever language its spreadsheet has them. */
export const COLUMNS: Readonly<Record<Language, readonly string[]>> = {
  ko: ['주문번호', '금액', '사유'],
  en: ['order_no', 'amount', 'reason'],
};
const MOST_ROWS = 10_000;

/**
 * The rows of a file as they stand there; what they ask for is another matter.
 * @throws {UnreadableFile} it is no such CSV.
 */
export function readBulkCsv(text: string): DraftRow[] {
  const [head = { record: [] }, ...rows] = recordsOf(text.normalize('NFC'));
  const columns = columnsOf(head.record);
  if (rows.length === 0) {
    throw new UnreadableFile('열 이름 아래에 행이 하나도 없습니다.', 'There are no rows below the names of the columns.');
  }
  if (rows.length > MOST_ROWS) {
    const most = MOST_ROWS.toLocaleString('en-US');
    throw new UnreadableFile(
      `${most}행이 넘습니다. 한 번에 ${most}행까지 올릴 수 있으니 나누어 올려 주세요.`,
      `There are more than ${most} rows, which are the most in one file. Split it.`,
      413,
    );
  }
  const [, amountAt = -1] = columns;
  // "1,000" without its quotes is a 1, and a cell more.
  const split = rows.find(({ record }) => {
    const isLong = record.slice(head.record.length).some((cell) => cell !== '');
    return isLong || (amountAt >= 0 && /^\d{1,3},\d{3}$/.test(record.slice(amountAt, amountAt + 2).join(',')));
  });
  if (split) {
    const { lines } = split.info;
    throw new UnreadableFile(
      `${lines}행이 쉼표 때문에 잘못 나뉩니다. 쉼표가 든 칸은 "1,000"처럼 따옴표로 묶거나, 쉼표를 지워 주세요.`,
      `Line ${lines} is divided wrongly by its commas. Put a cell with a comma into quotes, as in "1,000", or write it without.`,
    );
  }
  return rows.map(({ record, info }) => {
    const [orderId = '', amount = '', reason = ''] = columns.map((column) => record[column] ?? '');
    return { line: info.lines, orderId, amount, reason: reason || '일괄 취소' };
  });
}

/**
 * Where the columns stand; -1: nowhere.
 * @throws {UnreadableFile} one stands there twice; or the order's nowhere, or the amount's, beside one that might be meant for it.
 */
function columnsOf(head: readonly string[]): number[] {
  const at = head.map((cell) => Math.max(COLUMNS.ko.indexOf(cell), COLUMNS.en.indexOf(cell.toLowerCase())));
  for (const [column, name] of COLUMNS.ko.entries()) {
    if (at.indexOf(column) === at.lastIndexOf(column)) continue;
    throw new UnreadableFile(
      `${name} 열이 두 번 있습니다. 하나를 지워 주세요.`,
      `There are two columns ${COLUMNS.en[column]}. Remove one.`,
    );
  }
  if (!at.includes(0)) {
    throw new UnreadableFile(
      `첫 줄에 열 이름이 있어야 합니다: ${COLUMNS.ko.join(', ')}. 금액과 사유 열은 없어도 됩니다.`,
      `The first line has to name the columns: ${COLUMNS.en.join(', ')}. Amount and reason may be left out.`,
    );
  }
  const strange = head.find((cell, column) => at[column] === -1 && cell !== '');
  if (strange !== undefined && !at.includes(1)) {
    throw new UnreadableFile(
      `"${strange}"은(는) 모르는 열이고, "금액" 열이 없어 모두 전액 취소가 됩니다. 금액이면 열 이름을 "금액"으로 고치고, 아니면 그 열을 지워 주세요.`,
      `"${strange}" is no column that is known, and without "amount" all that is left would go back. Name it "amount" if it is that, or remove it.`,
    );
  }
  return COLUMNS.ko.map((_, column) => at.indexOf(column));
}

/** As spreadsheets write it, blank rows included. */
const FORM = { bom: true, info: true, relax_column_count: true, skip_records_with_empty_values: true, trim: true } as const;

function recordsOf(text: string): { readonly record: readonly string[]; readonly info: { readonly lines: number } }[] {
  try {
    return parse(text, { ...FORM, to: MOST_ROWS + 2 }) as never;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = String(error['lines']);
    throw new UnreadableFile(
      `CSV로 읽을 수 없습니다. ${line}행의 따옴표(")를 확인해 주세요.`,
      `This cannot be read as CSV. Look at the quotes (") in line ${line}.`,
    );
  }
}

/** A table as a CSV file that a spreadsheet takes for UTF-8, and in which nothing is a formula. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return stringify([columns, ...rows] as (string | number)[][], { bom: true, escape_formulas: true });
}
