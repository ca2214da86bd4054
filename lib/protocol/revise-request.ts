import { type ReviseType } from './codes.js';
import { code, object, text, won, type FieldTable, type FieldValues } from './field.js';

/** Rows of `taxInfo`. Source: cancel page, "taxInfo (Complex Tax Info)". */
export const taxInfoFields = {
  /** Taxable part of what is cancelled, KRW. */
  taxationAmount: won(0, { required: true, en: 'Cancelled Taxable Amount', ko: '취소 과세금액' }),
  /** Tax-free part of what is cancelled, KRW. */
  taxFreeAmount: won(0, { required: true, en: 'Cancelled Tax-free Amount', ko: '취소 비과세금액' }),
  /** VAT in what is cancelled, KRW. */
  vatAmount: won(0, { required: true, en: 'Cancelled VAT Amount', ko: '취소 부가세금액' }),
} satisfies FieldTable;

/** Rows of `basketInfo`. Source: cancel page, "basketInfo (Basket Info for Split Settlement)". */
export const basketInfoFields = {
  /** PG transaction id of the one product in the basket, at most 20 bytes. */
  productPgCno: text(20, {
    required: true,
    identifier: true,
    en: 'Individual Product PG Transaction ID',
    ko: '개별상품 PG거래번호',
  }),
  /** Id of the seller of that product, at most 50 bytes. */
  sellerId: text(50, { required: true, en: 'Seller ID', ko: '판매자 ID' }),
} satisfies FieldTable;

/** Rows of the request to `POST /api/trades/revise`, in KICC's order. Source: cancel page, "Request". */
export const reviseRequestFields = {
  /** Mall that approved the payment, at most 8 bytes. Leave it out to use the module's own `mallId`. */
  mallId: text(8, { required: true, identifier: true, en: 'Merchant ID assigned by KICC', ko: 'KICC에서 발급한 상점 ID' }),
  /** The shop's own id of this one cancellation, at most 60 bytes: KICC's idempotency key, and the revision's identity. */
  shopTransactionId: text(60, {
    required: true,
    identifier: true,
    en: 'Merchant Transaction ID (API Idempotency Key)',
    ko: '상점거래고유번호 (API 멱등성 키)',
  }),
  /** PG transaction id that the approval returned, at most 20 bytes. */
  pgCno: text(20, { required: true, identifier: true, en: 'Original PG Transaction ID', ko: '원거래 PG거래번호' }),
  /** What is to be done, see {@link ReviseType}. */
  reviseTypeCode: code<ReviseType, true>(2, { required: true, en: 'Change Type Code', ko: '변경구분' }),
  /** Amount to cancel, whole KRW, at least 1. Only for a partial cancel, and there required. */
  amount: won(1, {
    required: false,
    en: 'Cancellation Amount. Required for Partial Cancellation.',
    ko: '취소금액. 부분취소 시 필수',
  }),
  /** Balance that can still be cancelled, KRW, as it is **before** this cancel. KICC refuses the cancel if it differs. */
  remainAmount: won(1, {
    required: false,
    en: 'Remaining Amount. Used for validation during Partial Cancellation.',
    ko: '취소 가능 금액. 부분취소 시 취소 가능 잔액 검증',
  }),
  /** Address of whoever asked for the cancel, at most 20 bytes (so IPv4 only). */
  clientIp: text(20, { required: false, en: 'Requestor IP', ko: '요청자 IP' }),
  /** Id of whoever asked for the cancel, at most 32 bytes. */
  clientId: text(32, {
    required: false,
    en: 'Requestor ID (Merchant Admin Login ID)',
    ko: '요청자 ID (상점관리자 로그인 ID)',
  }),
  cancelReqDate: text(8, {
    required: true,
    filledBy: 'library',
    en: 'Cancellation Request Date (yyyyMMdd). Must use the current date.',
    ko: '취소요청일자 (yyyyMMdd). 당일 날짜',
  }),
  msgAuthValue: text(200, {
    required: true,
    filledBy: 'library',
    secret: true,
    en: 'Message Integrity Verification Value',
    ko: '메시지 인증값',
  }),
  /** Reason for the cancel, at most 100 bytes of UTF-8 (33 Korean letters). */
  reviseMessage: text(100, { required: false, en: 'Reason for Cancellation', ko: '취소 사유' }),
  refundQueryFlag: text(1, {
    required: false,
    filledBy: 'library',
    oneOf: ['Y'],
    en: `Refund Result Query Flag ('Y': Query). Required in case of timeout. Retry if response is "VTIM" or "VT00".`,
    ko: `환불결과 조회 여부 ('Y': 조회). 타임아웃 시 필수, 응답이 "VTIM", "VT00"이면 재요청`,
  }),
  /** Complex tax: how `amount` divides. Required if the payment was made with complex tax. */
  taxInfo: object(taxInfoFields, {
    required: false,
    en: 'Complex Tax Info (Required if using Complex Tax)',
    ko: '복합과세 정보 (복합과세 사용 시 필수)',
  }),
  /** Whether a split-settlement basket is used. */
  basketUsed: text(1, {
    required: false,
    oneOf: ['Y', 'N'],
    en: 'Split Settlement Basket Used (Y/N)',
    ko: '장바구니 사용 여부 (Y/N)',
  }),
  /** The product of a split-settlement basket that is cancelled. Goes with `basketUsed: 'Y'`. */
  basketInfo: object(basketInfoFields, {
    required: false,
    en: 'Basket Info (Required if using Split Settlement)',
    ko: '장바구니 정보 (분할정산 사용 시 필수)',
  }),
} satisfies FieldTable;

/** The body of a revise request as it goes over the wire. */
export type ReviseRequestBody = FieldValues<typeof reviseRequestFields>;

/** `taxInfo`: how the amount of a cancel divides. All KRW; the three add up to `amount`. */
export type TaxInfo = FieldValues<typeof taxInfoFields>;
/** `basketInfo`: the product of a split-settlement basket. */
export type BasketInfo = FieldValues<typeof basketInfoFields>;

/**
 * `approvedAmount` is not KICC's and is never sent: it lets the journal refuse to give back more than came in.
 */
export const APPROVED_AMOUNT = 'approvedAmount';

type CallerField = Exclude<keyof ReviseRequestBody, 'cancelReqDate' | 'msgAuthValue' | 'refundQueryFlag'>;

/** What is `undefined` counts as left out. */
type OrUndefined<T> = { [Key in keyof T]: object extends Pick<T, Key> ? T[Key] | undefined : T[Key] };

/** What every revise request may carry, whatever its type. */
export interface ReviseRequestCommon extends OrUndefined<
  Omit<Pick<ReviseRequestBody, CallerField>, 'mallId' | 'reviseTypeCode' | 'amount' | 'remainAmount'>
> {
  /** Mall that approved the payment, at most 8 bytes. Leave it out to use the module's own `mallId`. */
  readonly mallId?: string | undefined;
  /**
   * What the payment was approved for, KRW. Never sent: it lets the journal refuse to give back more than came in. Holds for
   * later requests of the payment too; the one told last counts.
   */
  readonly approvedAmount?: number | undefined;
}

interface WholeRequest extends ReviseRequestCommon {
  /** A change of the whole payment takes no amount. */
  readonly amount?: undefined;
  /** A change of the whole payment takes no balance. */
  readonly remainAmount?: undefined;
}

interface PartRequest extends ReviseRequestCommon {
  /** Amount to cancel, whole KRW, at least 1. */
  readonly amount: number;
  /** Balance that can still be cancelled, KRW, as it is **before** this cancel. KICC refuses the cancel if it differs. */
  readonly remainAmount?: number | undefined;
}

/** The `reviseTypeCode`s that take an amount; the others must not have one. */
const PARTIAL_TYPES = ['32', '33', '52'] as const satisfies readonly ReviseType[];
type PartialType = (typeof PARTIAL_TYPES)[number];
type WholeType = Exclude<ReviseType, PartialType>;

/** Whether this `reviseTypeCode` changes only a part of the payment, and so takes an `amount`. */
export function isPartial(reviseTypeCode: string): boolean {
  return (PARTIAL_TYPES as readonly string[]).includes(reviseTypeCode);
}

/** What a shop asks of KICC, in KICC's own field names: any `reviseTypeCode`. */
export type ReviseRequest =
  (WholeRequest & { readonly reviseTypeCode: WholeType }) | (PartRequest & { readonly reviseTypeCode: PartialType });

/** Full cancel (`reviseTypeCode` 40). */
export type CancelRequest = WholeRequest;
/** Capture of an authorised payment (`reviseTypeCode` 20). */
export type CaptureRequest = WholeRequest;
/** Partial cancel; `payMethodTypeCode` is never sent, it decides between `reviseTypeCode` 32 and 33. */
export interface PartialCancelRequest extends PartRequest {
  /** How the payment was made, see `PayMethod`: 11 and 60 are cancelled by code 32, 21 and 31 by code 33. */
  readonly payMethodTypeCode: '11' | '21' | '31' | '60';
}
/** Cancel of a stand-alone cash receipt: `reviseTypeCode` 52 where an amount is given, else 51. */
export type CashReceiptCancelRequest = WholeRequest | PartRequest;
