import { describe, expect, it } from '@jest/globals';
import { checkFields } from '../../lib/protocol/check-fields.js';
import { decodeRetrievedTransaction, decodeReviseResponse } from '../../lib/protocol/decode.js';
import { reviseResponseFields } from '../../lib/protocol/revise-response.js';
import { SIMULATOR_MALL, SimulatedKicc, SimulatorUsageError, type RefusalReason } from '../../lib/testing/index.js';
import { JSON_TYPE, REVISE, QUERY, reviseBody, shopOf, type Body } from './shop.js';

describe('the simulated KICC', () => {
  describe('carries out', () => {
    it('a full cancel, and answers as KICC was seen to', () => {
      const { kicc, revise } = shopOf();
      const { pgCno, shopOrderNo } = kicc.approve({ amount: 51_004 });
      expect(pgCno).toMatch(/^260302120000\d{8}$/);
      const answer = revise({ pgCno });
      expect(answer).toEqual({
        resCd: '0000',
        resMsg: '정상취소',
        mallId: 'T0000001',
        shopTransactionId: 'refund-1',
        oriPgCno: pgCno,
        cancelPgCno: expect.stringMatching(/^260302120000\d{8}$/),
        shopOrderNo,
        cancelAmount: 51_004,
        remainAmount: 0,
        transactionDate: '20260302120000',
        statusCode: 'TS02',
        statusMessage: '승인취소',
        escrowUsed: 'N',
        reviseInfo: {
          payMethodTypeCode: '11',
          approvalNo: '',
          approvalDate: '20260302120000',
          cardInfo: { couponAmount: 0 },
          refundInfo: { refundDate: '', depositPgCno: '' },
          cashReceiptInfo: { resCd: '', resMsg: '', approvalNo: '', cancelDate: '' },
        },
      });
      expect(kicc.effects()).toEqual([
        {
          at: new Date('2026-03-02T03:00:00Z'),
          mallId: 'T0000001',
          pgCno,
          shopTransactionId: 'refund-1',
          reviseTypeCode: '40',
          amount: 51_004,
          balanceAfter: 0,
          cancelPgCno: answer['cancelPgCno'],
        },
      ]);
      expect(kicc.payment(pgCno)).toMatchObject({ amount: 51_004, balance: 0, statusCode: 'TS02' });
      expect(kicc.problems()).toEqual([]);
    });

    it('by the lengths and the taxes of its profile', () => {
      const request = { reviseTypeCode: '32', amount: 100, reviseMessage: '취'.repeat(50) };
      const taxInfo = { taxationAmount: 100, taxFreeAmount: 0, vatAmount: 9 };
      const usual = shopOf();
      expect(usual.revise({ pgCno: usual.kicc.approve({ amount: 100 }).pgCno, ...request, taxInfo })['resCd']).not.toBe('0000');
      expect(usual.kicc.problems().map(({ field }) => field)).toEqual(['reviseMessage', 'taxInfo']);
      const { kicc, revise } = shopOf({ profile: { byteLengths: 'euc-kr', taxSum: 'vat-included' } });
      expect(revise({ pgCno: kicc.approve({ amount: 100 }).pgCno, ...request, taxInfo })['resCd']).toBe('0000');
      expect(kicc.problems()).toEqual([]);
    });

    it("answers only in KICC's rows", () => {
      const { kicc, revise } = shopOf();
      const { extra, ...known } = decodeReviseResponse(revise({ pgCno: kicc.approve({ amount: 10 }).pgCno }))!;
      expect(extra).toBeUndefined();
      expect(checkFields({ ...reviseResponseFields }, known, 'wire').filter(({ rule }) => rule !== 'required')).toEqual([]);
    });

    it('a full cancel on a later day as TS05', () => {
      const { kicc, clock, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      clock.at = new Date('2026-03-02T15:00:00Z');
      expect(revise({ pgCno })).toMatchObject({ resCd: '0000', statusCode: 'TS05', transactionDate: '20260303000000' });
    });

    it.each([
      ['11', '32'],
      ['60', '32'],
      ['21', '33'],
      ['31', '33'],
    ] as const)('partial cancels of method %s by code %s, down to nothing', (payMethodTypeCode, reviseTypeCode) => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode });
      expect(revise({ pgCno, shopTransactionId: 'a', reviseTypeCode, amount: 3_000 })).toMatchObject({
        cancelAmount: 3_000,
        remainAmount: 0,
        statusCode: 'TS06',
      });
      expect(revise({ pgCno, shopTransactionId: 'b', reviseTypeCode, amount: 7_000, remainAmount: 7_000 })).toMatchObject({
        cancelAmount: 7_000,
        remainAmount: 0,
        statusCode: 'TS06',
      });
      expect(kicc.effects().map(({ balanceAfter }) => balanceAfter)).toEqual([7_000, 0]);
      expect(kicc.problems()).toEqual([]);
    });

    it('gives the balance after the cancel only to who sent the one before', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      expect(revise({ pgCno, reviseTypeCode: '32', amount: 4_000, remainAmount: 10_000 })['remainAmount']).toBe(6_000);
    });

    it('a full cancel after a partial one, and notes that KICC does not document it', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      revise({ pgCno, shopTransactionId: 'a', reviseTypeCode: '32', amount: 3_000 });
      expect(revise({ pgCno, shopTransactionId: 'b' })).toMatchObject({ resCd: '0000', cancelAmount: 7_000 });
      expect(kicc.problems()).toMatchObject([{ path: REVISE, field: 'reviseTypeCode' }]);
    });

    it('a capture, once, and only of what waits for one', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, capture: 'manual' });
      expect(kicc.payment(pgCno)?.statusCode).toBe('TS01');
      const capture = { pgCno, reviseTypeCode: '20' };
      expect(revise(capture)).toMatchObject({ cancelAmount: 0, statusCode: 'TS03', statusMessage: '매입요청' });
      expect(kicc.effects()).toMatchObject([{ amount: 0, balanceAfter: 10_000 }]);
      expect(revise({ ...capture, shopTransactionId: 'b' })['resCd']).toBe(kicc.refusalCode('notCapturable'));
      const automatic = kicc.approve({ amount: 10_000 });
      expect(kicc.payment(automatic.pgCno)?.statusCode).toBe('TS03');
      expect(revise({ pgCno: automatic.pgCno, reviseTypeCode: '20', shopTransactionId: 'c' })['resCd']).toBe(
        kicc.refusalCode('notCapturable'),
      );
    });

    it('cancels of stand-alone cash receipts', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.issueCashReceipt({ amount: 5_000 });
      expect(revise({ pgCno, shopTransactionId: 'a', reviseTypeCode: '52', amount: 2_000 })).toMatchObject({
        cancelAmount: 2_000,
        statusCode: 'TS06',
        reviseInfo: { cashReceiptInfo: { resCd: '0000', cancelDate: '20260302120000' } },
      });
      expect(revise({ pgCno, shopTransactionId: 'b', reviseTypeCode: '51' })).toMatchObject({
        cancelAmount: 3_000,
        statusCode: 'TS02',
      });
    });

    it('a cancel of a virtual account until somebody pays into it', () => {
      const { kicc, revise } = shopOf();
      const unpaid = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
      const paid = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
      kicc.deposit(paid.pgCno);
      expect(revise({ pgCno: unpaid.pgCno, shopTransactionId: 'a' })['statusCode']).toBe('TS02');
      expect(revise({ pgCno: paid.pgCno, shopTransactionId: 'b' })['resCd']).toBe(kicc.refusalCode('depositReceived'));
      expect(() => kicc.deposit(paid.pgCno)).toThrow('deposit: pgCno is not a virtual account');
    });

    it('a partial cancel with taxInfo of a complex-tax payment', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000, complexTax: true });
      const taxInfo = { taxationAmount: 1_000, taxFreeAmount: 900, vatAmount: 100 };
      expect(revise({ pgCno, reviseTypeCode: '32', amount: 2_000, taxInfo })['resCd']).toBe('0000');
    });

    it('a partial cancel of one product of a basket, up to what that product cost', () => {
      const { kicc, revise } = shopOf();
      const { pgCno, basket } = kicc.approve({
        amount: 10_000,
        basket: [
          { sellerId: 'kim', amount: 4_000 },
          { sellerId: 'lee', amount: 6_000 },
        ],
      });
      const { productPgCno, sellerId } = basket[0]!;
      const part = { pgCno, reviseTypeCode: '32', basketUsed: 'Y', basketInfo: { productPgCno, sellerId } };
      expect(revise({ ...part, shopTransactionId: 'a', amount: 3_000 })['resCd']).toBe('0000');
      expect(revise({ ...part, shopTransactionId: 'b', amount: 2_000 })['resCd']).toBe(kicc.refusalCode('overBalance'));
      expect(revise({ ...part, shopTransactionId: 'c', amount: 1_000 })['resCd']).toBe('0000');
    });

    it('amounts as strings, by profile', () => {
      const { kicc, revise, query } = shopOf({ profile: { amounts: 'string' } });
      const { pgCno, shopTransactionId } = kicc.approve({ amount: 51_004 });
      const answer = revise({ pgCno });
      expect(answer).toMatchObject({ cancelAmount: '51004', remainAmount: '0' });
      expect(decodeReviseResponse(answer)).toMatchObject({ cancelAmount: 51_004, remainAmount: 0 });
      expect(query(shopTransactionId)['amount']).toBe('51004');
    });
  });

  describe('refuses', () => {
    const mallB = { mallId: 'T0000002', secretKey: 'other-dummy' };
    const refused = (reason: RefusalReason, given: (kicc: SimulatedKicc) => Body, problem?: string) => ({
      reason,
      given,
      problem,
    });
    const card = (kicc: SimulatedKicc, options = {}) => kicc.approve({ amount: 10_000, ...options }).pgCno;

    it.each([
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: undefined }), 'reviseTypeCode'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), shopOrderNo: 'x' }), 'shopOrderNo'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseMessage: '' }), 'reviseMessage'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseMessage: 'a & b' }), 'reviseMessage'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseMessage: '취'.repeat(34) }), 'reviseMessage'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '32', amount: '100' }), 'amount'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '32' }), 'amount'),
      refused('invalidRequest', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '60' }), 'reviseSubTypeCode'),
      refused(
        'invalidRequest',
        (kicc) => ({ pgCno: card(kicc), taxInfo: { taxationAmount: 1, taxFreeAmount: 0 } }),
        'taxInfo.vatAmount',
      ),
      refused('unknownMall', (kicc) => ({ pgCno: card(kicc), mallId: 'T9999999' }), 'mallId'),
      refused('badSignature', (kicc) => ({ pgCno: card(kicc), msgAuthValue: 'f'.repeat(64) }), 'msgAuthValue'),
      refused('wrongDate', (kicc) => ({ pgCno: card(kicc), cancelReqDate: '20260301' }), 'cancelReqDate'),
      refused('unknownPayment', () => ({ pgCno: '26030212000099999999' })),
      refused('unknownPayment', (kicc) => ({ pgCno: card(kicc, { mallId: mallB.mallId }) })),
      refused('methodMismatch', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '33', amount: 1 }), 'reviseTypeCode'),
      refused(
        'methodMismatch',
        (kicc) => ({ pgCno: card(kicc, { payMethodTypeCode: '21' }), reviseTypeCode: '32', amount: 1 }),
        'reviseTypeCode',
      ),
      refused('methodMismatch', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '51' }), 'reviseTypeCode'),
      refused('methodMismatch', (kicc) => ({ pgCno: kicc.issueCashReceipt({ amount: 1 }).pgCno }), 'reviseTypeCode'),
      refused('notCapturable', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '20' })),
      refused('partialNotAllowed', (kicc) => ({
        pgCno: card(kicc, { partialCancel: false }),
        reviseTypeCode: '32',
        amount: 1,
      })),
      refused('overBalance', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '32', amount: 10_001 })),
      refused('balanceMismatch', (kicc) => ({ pgCno: card(kicc), reviseTypeCode: '32', amount: 1, remainAmount: 9_999 })),
      refused(
        'taxInfoMissing',
        (kicc) => ({ pgCno: card(kicc, { complexTax: true }), reviseTypeCode: '32', amount: 1 }),
        'taxInfo',
      ),
      refused(
        'basketInfoMissing',
        (kicc) => ({ pgCno: card(kicc, { basket: [{ sellerId: 'kim', amount: 10_000 }] }) }),
        'basketInfo',
      ),
      refused(
        'unknownProduct',
        (kicc) => ({ pgCno: card(kicc), basketUsed: 'Y', basketInfo: { productPgCno: '1', sellerId: 'kim' } }),
        'basketInfo',
      ),
    ])('$reason ($problem)', ({ reason, given, problem }) => {
      const { kicc, revise } = shopOf({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }, mallB] });
      const body = given(kicc);
      expect(revise(body)).toEqual({
        resCd: kicc.refusalCode(reason),
        resMsg: expect.stringMatching(/[가-힣]/),
        mallId: body['mallId'] ?? 'T0000001',
        shopTransactionId: 'refund-1',
      });
      expect(kicc.effects()).toEqual([]);
      expect(kicc.problems().map(({ field }) => field)).toEqual(problem === undefined ? [] : [problem]);
    });

    it('alreadyCancelled', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      revise({ pgCno, shopTransactionId: 'a' });
      expect(revise({ pgCno, shopTransactionId: 'b' })['resCd']).toBe(kicc.refusalCode('alreadyCancelled'));
      expect(kicc.effects()).toHaveLength(1);
    });

    it('what is not JSON, with HTTP 400', () => {
      const { kicc } = shopOf();
      for (const bodyText of ['{', '[]', 'null', '{"mallId":"\uFFFD"}']) {
        expect(kicc.receive(REVISE, JSON_TYPE, bodyText)).toMatchObject({ kind: 'answer', httpStatus: 400 });
      }
      expect(kicc.problems()).toHaveLength(4);
      expect(kicc.requests().map(({ body }) => body)).toEqual([undefined, undefined, undefined, undefined]);
    });

    it('what goes elsewhere', () => {
      const { kicc } = shopOf();
      expect(kicc.receive('/api/ep9/trades/revise', JSON_TYPE, '{}')).toMatchObject({ httpStatus: 404 });
      expect(kicc.receive(REVISE, undefined, '', 'GET')).toMatchObject({ httpStatus: 405 });
      expect(kicc.problems().map(({ path }) => path)).toEqual(['/api/ep9/trades/revise', REVISE]);
    });

    it('notes a basket cancelled in full, which KICC does not document', () => {
      const { kicc, revise } = shopOf();
      const sellers = ['kim', 'lee'].map((sellerId) => ({ sellerId, amount: 5_000 }));
      const { pgCno, basket } = kicc.approve({ amount: 10_000, basket: sellers });
      const { productPgCno, sellerId } = basket[0]!;
      expect(revise({ pgCno, basketUsed: 'Y', basketInfo: { productPgCno, sellerId } })['cancelAmount']).toBe(10_000);
      expect(kicc.problems()).toMatchObject([{ field: 'basketInfo' }]);
    });

    it('notes a wrong Content-Type', () => {
      const { kicc, clock } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.receive(REVISE, 'application/json', JSON.stringify(reviseBody({ pgCno }, clock.at)));
      expect(kicc.problems()).toMatchObject([{ field: '(Content-Type)' }]);
      expect(kicc.effects()).toHaveLength(1);
    });

    it('leaves its id of what was carried out out of answers where its profile says so, and tells it by the notification', () => {
      const { kicc, revise } = shopOf({ profile: { cancelPgCno: 'absent' } });
      const { pgCno } = kicc.approve({ amount: 10_000 });
      expect(revise({ pgCno })).toMatchObject({ resCd: '0000', cancelPgCno: '' });
      const cancelPgCno = kicc.effects()[0]?.cancelPgCno;
      expect(kicc.notifications().at(-1)?.body).toMatchObject({ notiType: '20', cancelPgCno });
    });

    it('with codes of its own, different in every simulator', () => {
      const codesOf = (kicc: SimulatedKicc): string[] =>
        (['duplicateKey', 'alreadyCancelled', 'overBalance', 'notFound', 'badSignature'] as const).map((reason) =>
          kicc.refusalCode(reason),
        );
      const [one, other] = [codesOf(new SimulatedKicc()), codesOf(new SimulatedKicc())];
      expect(one).not.toEqual(other);
      expect(new Set(one).size).toBe(5);
      expect(codesOf(new SimulatedKicc({ codes: { duplicateKey: '9001' } }))[0]).toBe('9001');
    });
  });

  describe('keeps its days in Korea', () => {
    it('at 2026-03-01T15:30:00Z it is 2 March', () => {
      const { kicc, revise } = shopOf({}, '2026-03-01T15:30:00Z');
      const { pgCno, approvalReqDate } = kicc.approve({ amount: 10_000 });
      expect(approvalReqDate).toBe('20260302');
      expect(revise({ pgCno, shopTransactionId: 'a', cancelReqDate: '20260301' })['resCd']).toBe(kicc.refusalCode('wrongDate'));
      expect(revise({ pgCno, shopTransactionId: 'b', cancelReqDate: '20260302' })['resCd']).toBe('0000');
    });

    it('takes any cancelReqDate where its profile says so, and still forgets keys by its own day', () => {
      const { kicc, clock, revise } = shopOf({ profile: { cancelReqDate: 'any' } }, '2026-03-02T14:59:58Z');
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const part = { pgCno, reviseTypeCode: '32', amount: 3_000, cancelReqDate: '20260303' };
      expect(revise(part)['resCd']).toBe('0000');
      expect(revise(part)['resCd']).toBe(kicc.refusalCode('duplicateKey'));
      clock.at = new Date('2026-03-02T15:00:00Z');
      expect(revise(part)['resCd']).toBe('0000');
      expect(kicc.effects()).toHaveLength(2);
    });

    it('a key is refused until midnight, and then is new', () => {
      const { kicc, clock, revise } = shopOf({}, '2026-03-02T14:59:58Z');
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const part = { pgCno, reviseTypeCode: '32', amount: 3_000 };
      expect(revise(part)['resCd']).toBe('0000');
      clock.at = new Date('2026-03-02T14:59:59.999Z');
      expect(revise(part)['resCd']).toBe(kicc.refusalCode('duplicateKey'));
      clock.at = new Date('2026-03-02T15:00:00Z');
      expect(revise(part)['resCd']).toBe('0000');
      expect(kicc.effects().map(({ amount }) => amount)).toEqual([3_000, 3_000]);
      expect(kicc.problems()).toEqual([]);
    });
  });

  describe('and keys', () => {
    it("rejects a repeat whatever it asks for, an approval's key too, but not another mall's", () => {
      const malls = ['T0000001', 'T0000002'].map((mallId) => ({ mallId, secretKey: 'simulator-secret' }));
      const { kicc, revise } = shopOf({ malls });
      const { pgCno } = kicc.approve({ amount: 10_000, shopTransactionId: 'order-9' });
      const other = kicc.approve({ amount: 10_000, mallId: 'T0000002' });
      expect(revise({ pgCno, shopTransactionId: 'order-9' })['resCd']).toBe(kicc.refusalCode('duplicateKey'));
      expect(revise({ pgCno })['resCd']).toBe('0000');
      expect(revise({ pgCno, reviseTypeCode: '32', amount: 1 })['resCd']).toBe(kicc.refusalCode('duplicateKey'));
      expect(revise({ pgCno: other.pgCno, mallId: 'T0000002' })['resCd']).toBe('0000');
      expect(() => kicc.approve({ amount: 1, shopTransactionId: 'refund-1' })).toThrow('shopTransactionId was used before');
    });

    it("ignores refundQueryFlag: 'Y' by default", () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      revise({ pgCno });
      expect(revise({ pgCno, refundQueryFlag: 'Y' })['resCd']).toBe(kicc.refusalCode('duplicateKey'));
    });

    it("answers refundQueryFlag: 'Y' with the first answer by profile, and executes a key it does not know", () => {
      const { kicc, revise } = shopOf({ profile: { refundQueryFlag: 'replays' } });
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const first = revise({ pgCno, refundQueryFlag: 'Y' });
      expect(first['resCd']).toBe('0000');
      expect(revise({ pgCno, refundQueryFlag: 'Y' })).toEqual(first);
      expect(revise({ pgCno })['resCd']).toBe(kicc.refusalCode('duplicateKey'));
      expect(kicc.effects()).toHaveLength(1);
    });

    it.each([
      ['burnt', 'duplicateKey'],
      ['free', 'overBalance'],
    ] as const)('leaves the key of a refused request %s', (refusedKeys, second) => {
      const { kicc, revise } = shopOf({ profile: { refusedKeys } });
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const tooMuch = { pgCno, reviseTypeCode: '32', amount: 10_001 };
      expect(revise(tooMuch)['resCd']).toBe(kicc.refusalCode('overBalance'));
      expect(revise(tooMuch)['resCd']).toBe(kicc.refusalCode(second));
    });

    it('never takes the key of a malformed, unsigned or wrongly dated request', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      revise({ pgCno, amount: 1 });
      revise({ pgCno, msgAuthValue: 'wrong' });
      revise({ pgCno, cancelReqDate: '20260303' });
      expect(revise({ pgCno })['resCd']).toBe('0000');
    });
  });

  describe('answers the status query', () => {
    it('about a revision with the answer it gave, today and yesterday', () => {
      const { kicc, clock, revise, query } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const answer = revise({ pgCno });
      expect(query('refund-1')).toEqual(answer);
      clock.at = new Date('2026-03-03T14:59:59Z');
      expect(query('refund-1', '20260302')).toEqual(answer);
      expect(query('refund-1', '20260303')['resCd']).toBe(kicc.refusalCode('notFound'));
      expect(kicc.problems()).toEqual([]);
      clock.at = new Date('2026-03-03T15:00:00Z');
      expect(query('refund-1', '20260302')['resCd']).toBe(kicc.refusalCode('outsideWindow'));
      expect(query('refund-1', '20260305')['resCd']).toBe(kicc.refusalCode('outsideWindow'));
      expect(kicc.problems().map(({ field }) => field)).toEqual(['transactionDate', 'transactionDate']);
    });

    it('about an approval with its amount and its present status, and no word of the cancel', () => {
      const { kicc, revise, query } = shopOf();
      const { pgCno, shopTransactionId, shopOrderNo } = kicc.approve({ amount: 10_000 });
      const approval = {
        resCd: '0000',
        resMsg: '정상승인',
        mallId: 'T0000001',
        shopTransactionId,
        pgCno,
        shopOrderNo,
        amount: 10_000,
        transactionDate: '20260302120000',
        statusCode: 'TS03',
        statusMessage: '매입요청',
        escrowUsed: 'N',
      };
      expect(query(shopTransactionId)).toEqual(approval);
      expect(decodeRetrievedTransaction(approval)?.extra).toBeUndefined();
      revise({ pgCno, reviseTypeCode: '32', amount: 1_000 });
      expect(query(shopTransactionId)).toEqual({ ...approval, statusCode: 'TS06', statusMessage: '부분매입취소' });
    });

    it('about nothing else', () => {
      const { kicc, post, revise, query } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      revise({ pgCno, reviseTypeCode: '32', amount: 10_001 });
      expect(query('refund-1')['resCd']).toBe(kicc.refusalCode('notFound'));
      expect(query('never')['resCd']).toBe(kicc.refusalCode('notFound'));
      expect(post(QUERY, { mallId: 'T9999999', shopTransactionId: 'a', transactionDate: '20260302' })).toMatchObject({
        body: expect.stringContaining(kicc.refusalCode('unknownMall')),
      });
      expect(post(QUERY, { mallId: 'T0000001', transactionDate: '20260302', msgAuthValue: 'x' })).toMatchObject({
        body: expect.stringContaining(kicc.refusalCode('invalidRequest')),
      });
      expect(kicc.problems().map(({ field }) => field)).toEqual(['mallId', 'msgAuthValue', 'shopTransactionId']);
    });
  });

  describe('shows', () => {
    it('requests without their signature, and whether each had an effect', () => {
      const { kicc, clock, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const signature = String(reviseBody({ pgCno }, clock.at)['msgAuthValue']);
      revise({ pgCno });
      revise({ pgCno, shopTransactionId: 'b', msgAuthValue: signature });
      revise({ pgCno, shopTransactionId: 'c', msgAuthValue: signature, cancelReqDate: 'x'.repeat(9) });
      expect(kicc.requests()).toMatchObject([
        { path: REVISE, body: { pgCno, msgAuthValue: '(valid)' }, effect: true },
        { body: { shopTransactionId: 'b', msgAuthValue: '(invalid)' }, effect: false },
        { body: { msgAuthValue: '(invalid)' }, effect: false },
      ]);
      expect(kicc.problems().map(({ field }) => field)).toEqual(['msgAuthValue', 'cancelReqDate']);
      const shown = JSON.stringify([kicc.problems(), kicc.requests(), kicc.effects(), kicc.payments()]);
      expect(shown).not.toContain(signature);
      expect(shown).not.toContain('simulator-secret');
    });

    it('copies, so that nobody can change the truth', () => {
      const { kicc, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      revise({ pgCno });
      (kicc.effects() as unknown[]).pop();
      (kicc.requests()[0]!.body as Body)['pgCno'] = 'x';
      expect(kicc.effects()).toHaveLength(1);
      expect(kicc.requests()[0]!.body).toMatchObject({ pgCno });
      expect(kicc.payment('none')).toBeUndefined();
    });
  });

  describe('names what is wrong with a call to it', () => {
    it.each<[string, (kicc: SimulatedKicc) => unknown, string[]]>([
      ['approve()', (kicc) => kicc.approve(undefined as never), ['']],
      ['amount', (kicc) => kicc.approve({ amount: 0 }), ['amount']],
      ['amount as text', (kicc) => kicc.approve({ amount: '10' as never }), ['amount']],
      ['method', (kicc) => kicc.approve({ amount: 1, payMethodTypeCode: '99' as never }), ['payMethodTypeCode']],
      ['mall', (kicc) => kicc.approve({ amount: 1, mallId: 'T7' }), ['mallId']],
      ['capture', (kicc) => kicc.approve({ amount: 1, capture: 'later' as never }), ['capture']],
      ['partialCancel', (kicc) => kicc.approve({ amount: 1, partialCancel: 'Y' as never }), ['partialCancel']],
      ['a typo', (kicc) => kicc.approve({ amount: 1, payMethod: '11' } as never), ['payMethod']],
      ['basket', (kicc) => kicc.approve({ amount: 2, basket: [{ sellerId: 'kim', amount: 1 }] }), ['basket']],
      ['basket row', (kicc) => kicc.approve({ amount: 2, basket: [{ amount: 2 } as never] }), ['basket[0].sellerId']],
      ['receipt', (kicc) => kicc.issueCashReceipt({ amount: 1, capture: 'manual' } as never), ['capture']],
      ['reason', (kicc) => kicc.refusalCode('because' as never), ['reason']],
      ['mall key', () => new SimulatedKicc({ malls: [{ mallId: 'T1', secretKey: '' }] }), ['malls[0].secretKey']],
      ['no malls', () => new SimulatedKicc({ malls: [] }), ['malls']],
      ['profile', () => new SimulatedKicc({ profile: { amounts: 'text' as never } }), ['profile.amounts']],
      ['profile name', () => new SimulatedKicc({ profile: { amount: 'text' } as never }), ['profile.amount']],
      ['an option', () => new SimulatedKicc({ mall: [] } as never), ['mall']],
      ['malls', () => new SimulatedKicc({ malls: ['T1', { mallId: 'T2' }] as never }), ['malls[0]', 'malls[1].secretKey']],
      ['a mall twice', () => new SimulatedKicc({ malls: [SIMULATOR_MALL, SIMULATOR_MALL] }), ['malls[1].mallId']],
      ['no baskets', () => new SimulatedKicc().approve({ amount: 1, basket: 'kim' as never }), ['basket']],
      ['no product', () => new SimulatedKicc().approve({ amount: 1, basket: ['kim'] as never }), ['basket[0]']],
      ['codes as text', () => new SimulatedKicc({ codes: '9999' as never }), ['']],
      ['an unknown code', () => new SimulatedKicc({ codes: { because: '9999' } as never }), ['codes.because']],
      ['clock', () => new SimulatedKicc({ now: new Date() as never }), ['now']],
      [
        'codes',
        () => new SimulatedKicc({ codes: { notFound: '0000', duplicateKey: 'X' } }),
        ['codes.notFound', 'codes.duplicateKey'],
      ],
      ['same codes', () => new SimulatedKicc({ codes: { notFound: 'AAAA', duplicateKey: 'AAAA' } }), ['codes.duplicateKey']],
    ])('%s', (_what, call, fields) => {
      const kicc = new SimulatedKicc();
      let thrown: unknown;
      try {
        call(kicc);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(SimulatorUsageError);
      expect((thrown as SimulatorUsageError).violations.map(({ field }) => field)).toEqual(fields);
      expect(kicc.payments()).toEqual([]);
    });
  });
});
