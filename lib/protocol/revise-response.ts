import type { PayMethod, TransactionStatus } from './codes.js';
import { code, object, text, won, type FieldTable, type FieldValues } from './field.js';

/** Rows of `reviseInfo.cardInfo`. Source: cancel page, "reviseInfo > cardInfo". */
export const cardInfoFields = {
  /** Cancelled instant discount, KRW. */
  couponAmount: won(0, { required: true, en: 'Cancelled Instant Discount Amount', ko: '즉시할인 취소금액' }),
} satisfies FieldTable;

/** Rows of `reviseInfo.cashReceiptInfo`. Source: cancel page, "reviseInfo > cashReceiptInfo". */
export const cashReceiptInfoFields = {
  /** Response code of the cash receipt's cancel. */
  resCd: text(4, { required: true, en: 'Response Code', ko: '결과코드' }),
  /** Response message of the cash receipt's cancel. */
  resMsg: text(1000, { required: true, en: 'Response Message', ko: '결과메시지' }),
  /** Approval number of the cancel. */
  approvalNo: text(50, { required: false, en: 'Cancellation Approval Number', ko: '취소 승인번호' }),
  /** When the receipt was cancelled, `yyyyMMddHHmmss` KST. */
  cancelDate: text(14, { required: false, en: 'Cancellation Date/Time (yyyyMMddHHmmss)', ko: '취소일시 (yyyyMMddHHmmss)' }),
} satisfies FieldTable;

/** Rows of `reviseInfo.refundInfo`: on the refund page, and seen (empty) on plain card cancels too. */
export const refundInfoFields = {
  /** When the refund is due, `yyyyMMddHHmmss` KST. */
  refundDate: text(14, { required: false, en: 'Scheduled Refund Date/Time', ko: '환불예정일시' }),
  /** Deposit transaction id. */
  depositPgCno: text(20, { required: false, en: 'Deposit PG Transaction ID', ko: '입금거래번호' }),
} satisfies FieldTable;

/** Rows of `reviseInfo`. Source: cancel page, "reviseInfo (Cancellation Response Info)". */
export const reviseInfoFields = {
  /** How the payment was made. */
  payMethodTypeCode: code<PayMethod, true>(2, { required: true, en: 'Payment Method Code', ko: '결제수단 코드' }),
  /** Approval number; seen empty, so absent, on cancels. */
  approvalNo: text(50, { required: false, en: 'Approval Number', ko: '승인번호' }),
  /** When it was cancelled, `yyyyMMddHHmmss` KST. */
  approvalDate: text(14, {
    required: true,
    en: 'Cancellation Date/Time (yyyyMMddHHmmss)',
    ko: '취소일시 (yyyyMMddHHmmss)',
  }),
  /** Only for card payments. */
  cardInfo: object(cardInfoFields, { required: false, en: 'Credit Card Cancellation Details', ko: '신용카드 취소 정보' }),
  /** Only where a cash receipt was issued with the payment. */
  cashReceiptInfo: object(cashReceiptInfoFields, {
    required: false,
    en: 'Cash Receipt Cancellation Details',
    ko: '현금영수증 취소 정보',
  }),
  /** Only for refunds. */
  refundInfo: object(refundInfoFields, { required: false, en: 'Refund Details', ko: '환불 정보' }),
} satisfies FieldTable;

/** Rows of the answer to `POST /api/trades/revise`, in KICC's order. Source: cancel page, "Response". */
export const reviseResponseFields = {
  /** Response code: `0000` is the only success. */
  resCd: text(4, { required: true, en: 'Response Code (Success: "0000")', ko: '결과코드 (정상: "0000")' }),
  /** Response message, for people: KICC changes its wording without notice. */
  resMsg: text(1000, { required: true, en: 'Response Message', ko: '결과메시지' }),
  /** The idempotency key, given back as it was sent. */
  shopTransactionId: text(60, {
    required: true,
    identifier: true,
    en: 'Returns the value sent in the request',
    ko: '상점거래고유번호 (요청값 그대로 반환)',
  }),
  /** The mall, given back as it was sent. */
  mallId: text(8, { required: false, identifier: true, en: 'Merchant ID assigned by KICC', ko: 'KICC에서 발급한 상점 ID' }),
  /** The payment that was changed. */
  oriPgCno: text(20, {
    required: false,
    identifier: true,
    en: 'Original Payment PG Transaction ID',
    ko: '원거래 PG거래번호',
  }),
  /** KICC's own id of this cancel: keep it, notifications name it. */
  cancelPgCno: text(20, { required: false, identifier: true, en: 'Cancellation PG Transaction ID', ko: '취소 PG거래번호' }),
  /** The shop's order number. In KICC's example and in every answer seen, though in none of its tables. */
  shopOrderNo: text(40, { required: false, en: 'Merchant Order No', ko: '상점 주문번호' }),
  /** Cancelled amount, KRW. */
  cancelAmount: won(0, { required: true, en: 'Canceled Amount', ko: '취소금액' }),
  /** Balance **after** the cancel, KRW. Means something only if the request carried `remainAmount`. */
  remainAmount: won(0, {
    required: false,
    en: 'Remaining Balance (Returned if requested)',
    ko: '취소 후 잔액 (요청 시 반환)',
  }),
  /** When it was carried out, `yyyyMMddHHmmss` KST. */
  transactionDate: text(14, {
    required: false,
    en: 'Transaction Date/Time (yyyyMMddHHmmss)',
    ko: '거래일시 (yyyyMMddHHmmss)',
  }),
  /** The state the payment is in now. */
  statusCode: code<TransactionStatus, false>(4, {
    required: false,
    en: 'Transaction Status Code (See Status Codes)',
    ko: '거래상태 코드',
  }),
  /** The state in words. */
  statusMessage: text(50, { required: false, en: 'Transaction Status Message', ko: '거래상태 메시지' }),
  /** Whether it is an escrow payment. */
  escrowUsed: text(1, { required: false, en: 'Escrow Usage (Y/N)', ko: '에스크로 사용 여부 (Y/N)' }),
  /** PAYCO: cancelled on the card, KRW as text. */
  multiCardAmount: text(12, { required: false, en: 'Payco Card Cancellation Amount', ko: '페이코 카드 취소금액' }),
  /** PAYCO: cancelled points, KRW as text. */
  multiPntAmount: text(12, { required: false, en: 'Payco Point Cancellation Amount', ko: '페이코 포인트 취소금액' }),
  /** PAYCO: cancelled coupon, KRW as text. */
  multiCponAmount: text(12, { required: false, en: 'Payco Coupon Cancellation Amount', ko: '페이코 쿠폰 취소금액' }),
  /** How the money goes back. */
  reviseInfo: object(reviseInfoFields, { required: false, en: 'Cancellation Response Info', ko: '취소 응답 정보' }),
} satisfies FieldTable;

/** Any field may be absent, at any depth. */
type Uncertain<T> = T extends object ? { readonly [Key in keyof T]?: Uncertain<T[Key]> } : T;

/**
 * KICC's answer to a revise request. Only `resCd` is certain: a refusal carries little more, and KICC's tables and its
 * answers disagree on the rest. What KICC sent beyond its tables is kept under `extra`. Its texts have no control characters.
 */
export type ReviseResponse = Pick<FieldValues<typeof reviseResponseFields>, 'resCd'> &
  Uncertain<FieldValues<typeof reviseResponseFields>> & {
    /**
     * Fields that KICC's tables do not name, and values it gave in a form that they do not allow, as they came but for
     * controls.
     */
    readonly extra?: Readonly<Record<string, unknown>>;
  };
