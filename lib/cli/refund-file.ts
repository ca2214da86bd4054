import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { ReconcileRequest } from '../revise/lost-revisions.js';
import { readCsv } from './csv.js';
import { UsageError } from './kicc-terminal.js';

/** A refund as a file names it. What it says is not checked yet. */
export interface RefundRow {
  /** Of a CSV file the line, of JSON the place in the array; either from 1. */
  readonly row: number;
  readonly request: ReconcileRequest;
}

/** A row that cannot be read as one. */
export interface FaultyRow {
  readonly row: number;
  readonly fault: string;
}

const COLUMNS = [
  'shopTransactionId',
  'pgCno',
  'reviseTypeCode',
  'reviseSubTypeCode',
  'amount',
  'mallId',
  'approvedAmount',
] as const satisfies readonly (keyof ReconcileRequest)[];
const REQUIRED = ['shopTransactionId', 'pgCno', 'reviseTypeCode'];
const NUMBERS: readonly string[] = ['amount', 'approvedAmount'];

/**
 * Reads the refunds that a file names: CSV with the names of its columns in the first row, or JSON with an array of objects.
 * @throws {UsageError} the file cannot be read, or is none of the two. Its words quote nothing of the file but names of
 * columns.
 */
export function readRefundFile(path: string): (RefundRow | FaultyRow)[] {
  const kind = extname(path).toLowerCase();
  if (kind !== '.csv' && kind !== '.json') throw new UsageError('reconcile: give a file whose name ends in .csv or .json.');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`reconcile: the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no text'}).`);
  }
  return kind === '.csv' ? fromCsv(text) : fromJson(text);
}

function fromCsv(text: string): (RefundRow | FaultyRow)[] {
  const read = readCsv(text);
  if ('badLine' in read) {
    throw new UsageError(`reconcile: line ${read.badLine} is no CSV: a quote is not closed, or there is text behind it.`);
  }
  const [head, ...rows] = read;
  const columns = head?.cells ?? [];
  const unknown = columns.filter((name) => !(COLUMNS as readonly string[]).includes(name));
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  const doubled = columns.filter((name, index) => columns.indexOf(name) !== index);
  const say = (what: string, names: readonly string[]): string[] => (names.length > 0 ? [`${what} ${shown(names)}`] : []);
  const faults = [...say('has columns that are not known:', unknown), ...say('lacks', missing), ...say('has twice', doubled)];
  if (faults.length > 0) {
    throw new UsageError(`reconcile: the first line ${faults.join(', and ')}. Use ${COLUMNS.join(', ')}, with commas between.`);
  }
  return rows.map(({ line, cells }) => {
    // Spreadsheets end lines with cells that nobody has filled.
    const given = cells.slice(0, columns.length);
    if (given.length < columns.length || cells.slice(columns.length).some((cell) => cell !== '')) {
      return { row: line, fault: `It has ${cells.length} cells, and the first line ${columns.length}. Correct the line.` };
    }
    const filled = columns.flatMap((name, index): [string, string | number][] => {
      const cell = given[index] ?? '';
      if (cell === '') return [];
      return [[name, NUMBERS.includes(name) && /^\d+$/.test(cell) ? Number(cell) : cell]];
    });
    return { row: line, request: Object.fromEntries(filled) as unknown as ReconcileRequest };
  });
}

function fromJson(text: string): RefundRow[] {
  let read: unknown;
  try {
    read = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UsageError('reconcile: the file is no JSON.');
  }
  if (!Array.isArray(read)) throw new UsageError(`reconcile: the file is not an array. Give [{ ${COLUMNS.join(', ')} }, …].`);
  return read.map((request, index) => ({ row: index + 1, request: request as ReconcileRequest }));
}

/** Names that somebody made up, fit for one line. */
function shown(names: readonly string[]): string {
  return names.map((name) => (name === '' ? '(no name)' : name.replace(/[^\x21-\x7e]/g, '?').slice(0, 40))).join(', ');
}
