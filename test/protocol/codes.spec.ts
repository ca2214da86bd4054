import { describe, expect, it } from '@jest/globals';
import {
  DeliveryCorp,
  OPEN_CODES,
  PayMethod,
  ReviseSubType,
  ReviseType,
  SUCCESS,
  TransactionStatus,
} from '../../lib/protocol/codes.js';

describe('codes', () => {
  it('hold the change types of the pages, and no other', () => {
    expect(Object.values(ReviseType).sort()).toEqual(['20', '32', '33', '40', '51', '52', '60', '61', '62', '63']);
    const escrow = ['ES02', 'ES05', 'ES07', 'ES08', 'ES09', 'ES10', 'ES11', 'ES14', 'ES15', 'ES16', 'ES19'];
    expect(Object.values(ReviseSubType).sort()).toEqual(['10', '11', '20', '21', ...escrow, 'RF01']);
  });

  it('know one success and two open codes', () => {
    expect(SUCCESS).toBe('0000');
    expect(OPEN_CODES).toEqual(['VTIM', 'VT00']);
  });

  it('name the states and methods of common codes', () => {
    expect(Object.values(TransactionStatus)).toEqual([
      'TS01',
      'TS02',
      'TS03',
      'TS04',
      'TS05',
      'TS06',
      'TS07',
      'TS08',
      'RF01',
      'RF02',
      'RF03',
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19].map((code) => `ES${String(code).padStart(2, '0')}`),
    ]);
    expect(Object.values(PayMethod)).toEqual(['11', '21', '22', '31', '41', '50', '60', '81']);
  });

  it('name the couriers of today beside those of KICC', () => {
    const { Cj, Lotte, Logen, Dongwon, KoreaPost, Hanjin, Other } = DeliveryCorp;
    expect([Cj, Lotte, Logen, Dongwon, KoreaPost, Hanjin, Other]).toEqual([
      'DC02',
      'DC09',
      'DC05',
      'DC06',
      'DC07',
      'DC08',
      'DC12',
    ]);
    expect(new Set(Object.values(DeliveryCorp)).size).toBe(12);
  });
});
