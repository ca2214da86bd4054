import { describe, expect, it } from '@jest/globals';
import { decodeNotification, LEGACY_SEPARATOR, readLegacyForm, renamed } from '../../lib/protocol/notification.js';
import { printable } from '../../lib/protocol/printable.js';
import { CONTROLS, RAW, textsIn } from './controls.js';

const common = {
  resCd: '0000',
  resMsg: '정상',
  mallId: 'T0000001',
  notiType: '20',
  pgCno: '24090309595910880703',
  shopOrderNo: 'order-1',
};

describe('decodeNotification()', () => {
  it('reads amounts that come as text, and leaves out what is empty', () => {
    const json = { ...common, cancelAmount: '44792', amount: '51004', cancelPgCno: '24090309595910880704', statusMessage: '' };
    expect(decodeNotification(json)).toEqual({
      ...common,
      cancelAmount: 44_792,
      amount: 51_004,
      cancelPgCno: json.cancelPgCno,
    });
  });

  it('keeps what it does not know apart, and no signature', () => {
    const json = { ...common, newField: 'x', msgAuthValue: 'f'.repeat(64), amount: '1,000' };
    expect(decodeNotification(json)).toEqual({ ...common, extra: { newField: 'x', amount: '1,000' } });
  });

  it('masks an account', () => {
    const json = { ...common, notiType: '51', resCd: '5413', bankCode: '004', bankName: '국민', accountNo: '11012345678901' };
    expect(decodeNotification(json)).toEqual({ ...json, accountNo: '**********8901' });
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'notiType=20'],
    ['a list', [common]],
    ['no type', { ...common, notiType: undefined }],
    ['a type that is none', { ...common, notiType: 'xx' }],
    ['no mall', { ...common, mallId: '' }],
    ['no payment', { ...common, pgCno: undefined }],
    ['a payment that is no id', { ...common, pgCno: 'a b' }],
    ['a payment that is too long', { ...common, pgCno: '1'.repeat(21) }],
    ['a mall with a bar', { ...common, mallId: 'T|1' }],
    ['an object for a type', { ...common, notiType: {} }],
    ['a cancel with a control in its id', { ...common, cancelPgCno: '1\u001b' }],
    ['a deposit with a control in its id', { ...common, depositPgCno: '\u202e1' }],
  ])('is none of KICC: %s', (_, json) => {
    expect(decodeNotification(json)).toBeUndefined();
  });

  it('shows no controls', () => {
    const texts = { resMsg: CONTROLS, shopOrderNo: CONTROLS, statusMessage: CONTROLS, bankName: CONTROLS, newField: CONTROLS };
    expect(textsIn(decodeNotification({ ...common, ...texts }))).not.toMatch(RAW);
    expect(decodeNotification({ ...common, ...texts })).toMatchObject({ statusMessage: printable(CONTROLS) });
  });

  it('takes a type that it does not know', () => {
    expect(decodeNotification({ ...common, notiType: '99' })).toMatchObject({ notiType: '99' });
  });
});

describe('the legacy form', () => {
  // 정상 in EUC-KR.
  const FORM =
    'res_cd=0000&res_msg=%C1%A4%BB%F3&noti_type=70&memb_id=T0000001&cno=24090309595910880703&mgr_amt=1000&new+name=a%26b';

  it.each([
    ['&', FORM],
    ['0x1F', FORM.replaceAll('&', LEGACY_SEPARATOR)],
  ])('is read in EUC-KR, its fields parted by %s', (_, form) => {
    expect(readLegacyForm(Buffer.from(form))).toEqual({
      resCd: '0000',
      resMsg: '정상',
      notiType: '70',
      mallId: 'T0000001',
      pgCno: '24090309595910880703',
      cancelAmount: '1000',
      'new+name': 'a&b',
    });
  });

  it('is read without percent signs, too', () => {
    const raw = Buffer.concat([
      Buffer.from('res_msg='),
      Buffer.from([0xc1, 0xa4, 0xbb, 0xf3]),
      Buffer.from('&cno=1&broken&=x'),
    ]);
    expect(readLegacyForm(raw)).toEqual({ resMsg: '정상', pgCno: '1' });
  });

  it('does not fail on what is no text', () => {
    expect(readLegacyForm(Buffer.from([0xff, 0x3d, 0xff, 0x26, 0x3d]))).toEqual({ ÿ: '\ufffd' });
    expect(readLegacyForm(Buffer.alloc(0))).toEqual({});
  });

  it('gets the same names where somebody else has parsed it', () => {
    expect(renamed({ noti_type: '20', memb_id: 'T0000001', list: ['x'], __proto__: 'x' })).toEqual({
      notiType: '20',
      mallId: 'T0000001',
    });
  });
});
