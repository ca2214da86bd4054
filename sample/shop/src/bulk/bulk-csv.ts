import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Language } from '../web/page.js';
import type { DraftRow } from './bulk-draft.entity.js';
import { UnreadableFile } from './file-text.js';

/** The columns of a file, in whichever language its spreadsheet has them. */
const NAMES = { ko: ['주문번호', '금액', '사유'], en: ['order_no', 'amount', 'reason'] } as const;
const MOST_ROWS = 10_000;

export function columnsIn(language: Language): readonly string[] {
  return NAMES[language];
}

/**
 * The rows of a file as they stand there; what they ask for is another matter.
 * @throws {UnreadableFile} it is no such CSV.
 */
export function readBulkCsv(text: string): DraftRow[] {
  const [head, ...rows] = recordsOf(text.normalize('NFC'));
  const columns = NAMES.ko.map((name, at) => {
    return (head?.record ?? []).findIndex((cell) => cell === name || cell.toLowerCase() === NAMES.en[at]);
  });
  if (columns[0] === -1) {
    throw new UnreadableFile(
      `첫 줄에 열 이름이 있어야 합니다: ${NAMES.ko.join(', ')}. 금액과 사유 열은 없어도 됩니다.`,
      `The first line has to name the columns: ${NAMES.en.join(', ')}. Amount and reason may be left out.`,
    );
  }
  if (rows.length === 0) {
    throw new UnreadableFile('열 이름 아래에 행이 하나도 없습니다.', 'There are no rows below the names of the columns.');
  }
  if (rows.length > MOST_ROWS) {
    const [most, count] = [MOST_ROWS, rows.length].map((number) => number.toLocaleString('en-US'));
    throw new UnreadableFile(
      `${count}행이 있습니다. 한 번에 ${most}행까지 올릴 수 있으니 나누어 올려 주세요.`,
      `There are ${count} rows, and ${most} are the most in one file. Split it.`,
      413,
    );
  }
  return rows.map(({ record, info }) => {
    const [orderId = '', amount = '', reason = ''] = columns.map((column) => record[column] ?? '');
    return { line: info.lines, orderId, amount, reason: reason || '일괄 취소' };
  });
}

function recordsOf(text: string): { readonly record: readonly string[]; readonly info: { readonly lines: number } }[] {
  try {
    return parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as never;
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
