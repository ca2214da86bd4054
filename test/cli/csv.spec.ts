import { describe, expect, it } from '@jest/globals';
import { readCsv } from '../../lib/cli/csv.js';

const cellsOf = (text: string): unknown => {
  const read = readCsv(text);
  return 'badLine' in read ? read : read.map(({ cells }) => cells);
};

describe('readCsv', () => {
  it.each<readonly [string, string, unknown]>([
    [
      'rows and cells',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a last line without its end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'line ends of Windows, and of old Macs',
      'a,b\r\n1,2\r3,4\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['a byte order mark', '\uFEFFa,b', [['a', 'b']]],
    ['cells in quotes, with commas, quotes and lines in them', '"a, ""b""","c\r\nd",""\n', [['a, "b"', 'c\r\nd', '']]],
    ['empty cells', ',a,,\n', [['', 'a', '', '']]],
    ['no rows where lines are empty', '\n\r\na\n\n,,\n   \nb', [['a'], ['b']]],
    ['no white space around a cell, but that in quotes', ' a ,\tb\t," c "', [['a', 'b', ' c ']]],
    ['a quote inside a cell without quotes, as it is', 'a"b,c', [['a"b', 'c']]],
    ['a file with nothing in it', '', []],
    ['a file of nothing but a byte order mark', '\uFEFF', []],
    ['a cell after the last comma', 'a,', [['a', '']]],
  ])('reads %s', (_, text, cells) => expect(cellsOf(text)).toEqual(cells));

  it.each([
    ['a quote is not closed', 'a,b\n1,"2\n3,4\n', 2],
    ['the last quote is not closed', '"a"\n"', 2],
    ['there is text behind a quote', 'a\n"b\nc"\n"d"e', 4],
  ])('tells the line on which %s', (_, text, badLine) => expect(cellsOf(text)).toEqual({ badLine }));

  it('tells on which line each row begins', () => {
    expect(readCsv('a\n\n"b\nb"\nc')).toEqual([
      { line: 1, cells: ['a'] },
      { line: 3, cells: ['b\nb'] },
      { line: 5, cells: ['c'] },
    ]);
  });

  it('reads a large cell, closed or not', () => {
    const large = 'x""'.repeat(200_000);
    expect(cellsOf(`"${large}",b`)).toEqual([[large.replaceAll('""', '"'), 'b']]);
    expect(cellsOf(`"${large}`)).toEqual({ badLine: 1 });
  });
});
