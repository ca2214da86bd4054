import { describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { readBulkCsv, textOf, UnreadableFile, writeCsv } from '../../sample/shop/src/bulk/bulk-file.js';
import { faultIn } from '../../sample/shop/src/bulk/bulk.pages.js';
import { wishOf, withFault } from '../../sample/shop/src/bulk/bulk-cancellations.service.js';
import type { Order } from '../../sample/shop/src/orders/order.entity.js';

describe('an uploaded file', () => {
  // 똠 and 뷁 are no letters of EUC-KR.
  const text = '주문번호,사유\r\nA-1,똠얌꿍 뷁\r\n';

  it.each([
    ['UTF-8', Buffer.from(text), text],
    ['UTF-8', Buffer.from(`\uFEFF${text}`), `\uFEFF${text}`],
    ['CP949', iconv.encode(text, 'cp949'), text],
  ])('is read as %s where it is that', (encoding, bytes, read) => {
    expect(textOf(bytes)).toEqual({ text: read, encoding });
  });

  it.each([
    ['a workbook', Buffer.from('PK\x03\x04 and the rest of a zip', 'latin1'), /통합 문서/],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /통합 문서/],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), /UTF-16/],
    ['UTF-16 without its mark', Buffer.from('order_no', 'utf16le'), /읽을 수 없는/],
    ['neither', Buffer.from([0xb0, 0x20, 0xff, 0x80]), /읽을 수 없는/],
  ])('is refused where it is %s, and what to do is said', (_, bytes, words) => {
    expect(() => textOf(bytes)).toThrow(UnreadableFile);
    const korean = expect.stringMatching(new RegExp(`${words.source}.*CSV UTF-8`));
    expect(() => textOf(bytes)).toThrow(expect.objectContaining({ korean, status: 400 }));
  });
});

describe('a CSV of a bulk cancellation', () => {
  it('is read row by row, as spreadsheets write it', () => {
    const file = '\uFEFForder_no,amount,reason\r\n20260302-00001,"12,000",고객 변심\r\n\r\n20260302-00002,,\r\n';
    expect(readBulkCsv(file)).toEqual([
      { line: 2, orderId: '20260302-00001', amount: '12,000', reason: '고객 변심' },
      { line: 4, orderId: '20260302-00002', amount: '', reason: '일괄 취소' },
    ]);
  });

  it('finds its columns by their names in either language, in any order, and needs the order number alone', () => {
    expect(readBulkCsv('reason,order_no\nbroken,A-1\n')).toMatchObject([{ orderId: 'A-1', amount: '', reason: 'broken' }]);
    expect(readBulkCsv('행,금액,주문번호\n9,100,A-1\n')).toMatchObject([{ orderId: 'A-1', amount: '100' }]);
    expect(readBulkCsv('주문번호\nA-1\n'.normalize('NFD'))).toMatchObject([{ orderId: 'A-1' }]);
  });

  it.each(['', 'order_no,amount\n', 'number,amount\nA-1,1\n', 'order_no\n"A-1\n'])('refuses %j as a whole', (file) => {
    expect(() => readBulkCsv(file)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it.each([
    ['without an amount, beside a column that may be one', '주문번호,취소금액,사유\nA-1,1000,변심\n', /"취소금액".*전액 취소/],
    ['with two amounts', '주문번호,금액,Amount\nA-1,1000,2000\n', /금액 열이 두 번/],
    ['with two order numbers', 'order_no,주문번호\nA-1,A-2\n', /주문번호 열이 두 번/],
    ['with an amount that its comma divides', '주문번호,금액,사유\nA-1,100,변심\nA-2,1,000,변심\n', /3행.*쉼표/],
    ['and without a reason', '주문번호,금액,사유\nA-1,12,000\n', /2행.*쉼표/],
  ])('is refused %s, before anything would be refunded that nobody meant', (_, file, korean) => {
    expect(() => readBulkCsv(file)).toThrow(expect.objectContaining({ korean: expect.stringMatching(korean), status: 400 }));
  });

  it('may have columns that are none of its own, where the amount has one, and empty cells at the end', () => {
    expect(readBulkCsv('행,주문번호,금액,메모\n2,A-1,100,단골,,\n')).toMatchObject([{ orderId: 'A-1', amount: '100' }]);
  });

  it('has so many rows at most', () => {
    expect(readBulkCsv(`order_no\n${'A-1\n'.repeat(10_000)}`)).toHaveLength(10_000);
    const tooMany = { status: 413, korean: expect.stringContaining('10,000행') };
    expect(() => readBulkCsv(`order_no\n${'A-1\n'.repeat(10_001)}`)).toThrow(expect.objectContaining(tooMany));
  });

  it('is written so that a spreadsheet reads Korean, and runs nothing', () => {
    expect(writeCsv(['이유'], [['=HYPERLINK("http://x")'], ['고객, 변심']])).toBe(
      '\uFEFF이유\n"\'=HYPERLINK(""http://x"")"\n"고객, 변심"\n',
    );
  });
});

describe('a row', () => {
  const order = {
    id: 'A-1',
    state: 'paid',
    amount: 50_000,
    refunds: [],
    payMethodTypeCode: '11',
  } as never as Order;
  const row = { line: 2, orderId: 'A-1', amount: '', reason: '변심' };

  it('asks for all that is left, or for an amount', () => {
    expect(wishOf(order, row, 'minji')).toMatchObject({ refundId: 'RA-1-1', reason: '변심', wanted: { kind: 'rest' } });
    for (const amount of ['12,000', '12000']) {
      expect(wishOf(order, { ...row, amount }, 'minji').wanted).toEqual({ kind: 'amount', amount: 12_000 });
    }
  });

  it('asks for what it asked for when it was checked', () => {
    const checked = { ...row, refund: { id: 'RA-1-1', amount: 50_000, balance: 50_000 } };
    const since = { ...order, refunds: [{}] } as Order;
    expect(wishOf(since, checked, 'minji')).toMatchObject({ refundId: 'RA-1-1', seen: 50_000 });
  });

  it.each(['0', '-1', '1.5', '1e3', 'abc', '1,00', '₩1000'])('takes %s for no amount', (amount) => {
    expect(() => wishOf(order, { ...row, amount }, 'minji')).toThrow();
  });

  it('says what is wrong with it in both languages, and by the names of its columns', () => {
    const faultOf = (faulty: typeof row, of = order) => {
      try {
        return wishOf(of, faulty, 'minji');
      } catch (error) {
        const row = withFault(faulty, error);
        return {
          korean: faultIn({ language: 'ko', say: (korean) => korean }, row),
          english: faultIn({ language: 'en', say: (_, english) => english }, row),
        };
      }
    };
    expect(faultOf({ ...row, amount: 'abc', reason: '가'.repeat(34) })).toEqual({
      korean: expect.stringMatching(/^사유: .*100바이트.* 금액: /),
      english: expect.stringMatching(/^reason: .*100.* amount: /),
    });
    const virtual = { ...order, payMethodTypeCode: '22' } as Order;
    expect(faultOf(row, virtual)).toMatchObject({ korean: expect.stringContaining('계좌가 필요') });
    expect(faultOf(row, { ...order, state: 'refunded' })).toMatchObject({ english: 'All of it has been refunded.' });
    expect(() => withFault(row, new Error('a database that fails'))).toThrow('a database');
  });
});
