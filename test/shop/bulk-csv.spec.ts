import { describe, expect, it } from '@jest/globals';
import { readBulkCsv, UnreadableCsv, writeCsv } from '../../sample/shop/src/bulk/bulk-csv.js';

describe('a CSV of a bulk cancellation', () => {
  it('is read row by row, as spreadsheets write it', () => {
    const file = '\uFEFForder_no,amount,reason\r\n20260302-00001,"12,000",고객 변심\r\n20260302-00002,,\r\n';
    expect(readBulkCsv(file)).toMatchObject([
      { line: 2, orderId: '20260302-00001', amount: 12_000, reason: '고객 변심' },
      { line: 3, orderId: '20260302-00002', reason: '일괄 취소' },
    ]);
  });

  it('finds its columns by their names, in any order, and can do without the amount', () => {
    expect(readBulkCsv('reason,order_no\nbroken,A-1\n')).toMatchObject([{ orderId: 'A-1', reason: 'broken' }]);
  });

  it.each(['0', '-1', '1.5', '1e3', 'abc', '1,00', '₩1000', '99999999999'])('takes %s for no amount', (amount) => {
    const [bad, good] = readBulkCsv(`order_no,amount\nA-1,"${amount}"\nA-2,100\n`);
    expect(bad?.error).toContain('amount');
    expect(bad?.amount).toBeUndefined();
    expect(good).toMatchObject({ orderId: 'A-2', amount: 100 });
    expect(good?.error).toBeUndefined();
  });

  it('names a missing order number, and a reason that KICC would not take', () => {
    const rows = readBulkCsv(`order_no,amount,reason\n,100,\nA-1,,${'가'.repeat(34)}\n`);
    expect(rows.map(({ error }) => error)).toEqual([expect.stringContaining('order_no'), expect.stringContaining('100')]);
  });

  it.each(['', 'order_no,amount\n', 'number,amount\nA-1,1\n', 'order_no\n"A-1\n'])('refuses %j as a whole', (file) => {
    expect(() => readBulkCsv(file)).toThrow(UnreadableCsv);
  });

  it('is written so that a spreadsheet reads Korean, and runs nothing', () => {
    expect(writeCsv(['이유'], [['=HYPERLINK("http://x")'], ['고객, 변심']])).toBe(
      '\uFEFF이유\n"\'=HYPERLINK(""http://x"")"\n"고객, 변심"\n',
    );
  });
});
