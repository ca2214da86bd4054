import { expect, it } from '@jest/globals';
import { readCsv } from '../../../lib/cli/csv.js';
import { BYTE_ORDER_MARK, csvLine } from '../../../lib/console/web/csv-line.js';

it('is read as it was written', () => {
  const cells = ['고객, 변심', 'say "no"', 'two\r\nlines', '', 'plain'];
  expect(readCsv(BYTE_ORDER_MARK + csvLine(cells))).toEqual([{ line: 1, cells }]);
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('makes no formula of %j', (cell) => {
  expect(csvLine([cell])).toMatch(/^"?'/);
});

it('leaves numbers as they are', () => {
  expect(csvLine([1, -2])).toBe('1,-2\r\n');
});
