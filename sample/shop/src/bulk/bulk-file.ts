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
  const [head, ...rows] = recordsOf(text.normalize('NFC'));
  const columns = COLUMNS.ko.map((name, at) => {
    return (head?.record ?? []).findIndex((cell) => cell === name || cell.toLowerCase() === COLUMNS.en[at]);
  });
  if (columns[0] === -1) {
    throw new UnreadableFile(
      `첫 줄에 열 이름이 있어야 합니다: ${COLUMNS.ko.join(', ')}. 금액과 사유 열은 없어도 됩니다.`,
      `The first line has to name the columns: ${COLUMNS.en.join(', ')}. Amount and reason may be left out.`,
    );
  }
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
  return rows.map(({ record, info }) => {
    const [orderId = '', amount = '', reason = ''] = columns.map((column) => record[column] ?? '');
    return { line: info.lines, orderId, amount, reason: reason || '일괄 취소' };
  });
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
