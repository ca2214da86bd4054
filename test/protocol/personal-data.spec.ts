import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { masked, personalDataOf, unmasked, withoutPersonalData } from '../../lib/protocol/personal-data.js';
import { replay } from './replay.js';

const account = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
const request = checkReviseRequest(
  {
    shopTransactionId: 'refund-1',
    pgCno: '24090309595910880703',
    reviseTypeCode: '60',
    reviseSubTypeCode: 'RF01',
    refundInfo: account,
    clientIp: '203.0.113.77',
    clientId: 'admin',
  },
  ['T0000001'],
);

describe('the personal data of a request', () => {
  it('is what the rows mark, and nothing else', () => {
    expect(personalDataOf(request)).toEqual({
      clientIp: '203.0.113.77',
      'refundInfo.refundAccountNo': '11012345678901',
      'refundInfo.refundDepositName': '홍길동',
    });
    expect(personalDataOf({ shopTransactionId: 'refund-1', pgCno: '1' })).toBeUndefined();
    expect(personalDataOf({ refundInfo: 'none', clientIp: 7 })).toBeUndefined();
  });

  it('is only hinted at in the masked copy', () => {
    expect(masked(request)).toEqual({
      ...request,
      clientIp: '203.0.*.*',
      refundInfo: { refundBankCode: '004', refundAccountNo: '**********8901', refundDepositName: '홍**' },
    });
    expect(request).toMatchObject({ refundInfo: account });
    expect(Object.isFrozen(masked(request))).toBe(true);
  });

  it.each([
    ['1234567', '*******'],
    ['12345678', '****5678'],
  ])('shows the end of an account only where that is not most of it: %s', (refundAccountNo, shown) => {
    expect(masked({ refundInfo: { refundAccountNo } })).toEqual({ refundInfo: { refundAccountNo: shown } });
  });

  it.each([
    ['김', '*'],
    ['John Smith', 'J*********'],
    ['𠮷野', '𠮷*'],
  ])('shows the first letter of a name only where there are others: %s', (refundDepositName, shown) => {
    expect(masked({ refundInfo: { refundDepositName } })).toEqual({ refundInfo: { refundDepositName: shown } });
  });

  it.each(['::1', 'host', '10.1', 'a\nb'])('shows nothing of an address that is no IPv4: %j', (clientIp) => {
    expect(masked({ clientIp })).toEqual({ clientIp: '*' });
  });

  it('comes back whole', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, text, text, (clientIp, refundAccountNo, refundDepositName) => {
        const given = { ...request, clientIp, refundInfo: { refundBankCode: '004', refundAccountNo, refundDepositName } };
        expect(unmasked(masked(given), personalDataOf(given) ?? {})).toEqual(given);
      }),
      replay,
    );
  });

  it('is taken out of what KICC says in words, and left alone in echoes', () => {
    const answer = {
      resCd: '9999',
      resMsg: '홍길동 계좌(11012345678901)로 환불할 수 없습니다',
      shopTransactionId: 'refund-1',
      oriPgCno: '11012345678901000000',
      extra: { receiver: { name: '홍길동', account: ['11012345678901', 7], number: 11012345678901 } },
      reviseInfo: { payMethodTypeCode: '22', approvalDate: '20260302', extra: { holder: '홍길동' } },
    };
    expect(withoutPersonalData(answer, request)).toEqual({
      ...answer,
      resMsg: '[redacted] 계좌([redacted])로 환불할 수 없습니다',
      extra: { receiver: { name: '[redacted]', account: ['[redacted]', 7], number: '[redacted]' } },
      reviseInfo: { ...answer.reviseInfo, extra: { holder: '[redacted]' } },
    });
    expect(withoutPersonalData(answer, { pgCno: '1' })).toBe(answer);
  });
});
