import type { ReviseSubType, ReviseType, TransactionStatus } from './codes.js';
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

/** Rows of `refundInfo`. Source: KICC's refund page; its escrow page has the same but for `depositPgCno`. */
export const refundInfoFields = {
  /** Bank the money goes to, 3 digits, for example `004` (KB), `090` (Kakao). The list is open. */
  refundBankCode: text(3, { required: true, identifier: true, en: 'Refund Bank Code', ko: '환불 은행코드' }),
  /** Account the money goes to, at most 14 bytes. */
  refundAccountNo: text(14, {
    required: true,
    identifier: true,
    personal: 'account',
    en: 'Refund Account Number',
    ko: '환불 계좌번호',
  }),
  /** Holder of that account, at most 50 bytes: 16 Korean letters, or 25 with `byteLengths: 'euc-kr'`. */
  refundDepositName: text(50, { required: true, personal: 'name', en: 'Refund Account Holder', ko: '환불 예금주명' }),
  /** The deposit that is refunded, at most 20 bytes. Required for a virtual account that takes several; not with escrow. */
  depositPgCno: text(20, {
    required: false,
    identifier: true,
    en: 'Deposit PG Transaction ID (required for a multi-deposit virtual account)',
    ko: '입금 PG거래번호 (다회입금 가상계좌 환불 시 필수)',
  }),
} satisfies FieldTable;

/** Rows of `escrowInfo`. Source: KICC's escrow page. */
export const escrowInfoFields = {
  /** Who delivers: `DE01` the merchant, `DE02` a courier. */
  deliveryCode: text(4, { required: true, identifier: true, en: 'Delivery Code (DE01: own, DE02: courier)', ko: '배송구분' }),
  /** The courier, see `DeliveryCorp`; `DC12` is any other. */
  deliveryCorpCode: text(4, { required: true, identifier: true, en: 'Courier Code', ko: '택배사코드' }),
  /** The invoice's number, at most 30 bytes. */
  deliveryInvoice: text(30, { required: true, en: 'Delivery Invoice Number', ko: '운송장번호' }),
} satisfies FieldTable;

/**
 * Rows of the request to `POST /api/trades/revise`, in KICC's order. Source: cancel page, "Request"; `reviseSubTypeCode`,
 * `refundInfo` and `escrowInfo`: KICC's refund and escrow pages.
 */
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
  /** Which refund, or which state of an escrow payment, is asked for, see {@link ReviseSubType}. Only with 60 to 63. */
  reviseSubTypeCode: code<ReviseSubType, false>(4, {
    required: false,
    en: 'Change Sub-type Code. Required for refunds and escrow changes.',
    ko: '변경세부구분. 환불, 에스크로 상태변경 시 필수',
  }),
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
  /**
   * Address of whoever asked for the cancel, at most 20 bytes: IPv4, also where it comes mapped into IPv6 (`::ffff:203.0.113.7`). An
   * IPv6 address that is longer in its shortest form is left out of the request.
   */
  clientIp: text(20, { required: false, personal: 'address', en: 'Requestor IP', ko: '요청자 IP' }),
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
  /** Reason for the cancel, at most 100 bytes: 33 Korean letters, or 50 with `byteLengths: 'euc-kr'`. */
  reviseMessage: text(100, { required: false, words: true, en: 'Reason for Cancellation', ko: '취소 사유' }),
  refundQueryFlag: text(1, {
    required: false,
    filledBy: 'library',
    oneOf: ['Y'],
    en: `Refund Result Query Flag ('Y': Query). Required in case of timeout. Retry if response is "VTIM" or "VT00".`,
    ko: `환불결과 조회 여부 ('Y': 조회). 타임아웃 시 필수, 응답이 "VTIM", "VT00"이면 재요청`,
  }),
  /** Where the money of a refund goes. */
  refundInfo: object(refundInfoFields, {
    required: false,
    en: 'Refund Account. Required for refunds and for escrow refund requests.',
    ko: '환불 계좌 정보. 환불, 에스크로 환불요청 시 필수',
  }),
  /** How the goods of an escrow payment are delivered. Only with `ES07`. */
  escrowInfo: object(escrowInfoFields, {
    required: false,
    en: 'Delivery. Required for the escrow state ES07 (shipping).',
    ko: '배송 정보. 에스크로 배송중(ES07) 변경 시 필수',
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

/**
 * `taxInfo`: how the amount of a cancel divides. All KRW; the three add up to `amount`, or to the `approvedAmount` of a full
 * cancel, unless option `taxSum` says otherwise.
 */
export type TaxInfo = FieldValues<typeof taxInfoFields>;
/** `basketInfo`: the product of a split-settlement basket. */
export type BasketInfo = FieldValues<typeof basketInfoFields>;

/** `refundInfo`: the bank account that the money of a refund goes to. */
export type RefundInfo = FieldValues<typeof refundInfoFields>;
/** `escrowInfo`: how the goods of an escrow payment are delivered. */
export type EscrowInfo = FieldValues<typeof escrowInfoFields>;

/**
 * `approvedAmount` is not KICC's and is never sent: it lets the journal refuse to give back more than came in.
 */
export const APPROVED_AMOUNT = 'approvedAmount';
/**
 * `presentStatusCode` is not KICC's and is never sent: it lets a change be refused that KICC does not take in that state.
 */
export const PRESENT_STATUS = 'presentStatusCode';

type CallerField = Exclude<keyof ReviseRequestBody, 'cancelReqDate' | 'msgAuthValue' | 'refundQueryFlag'>;
/** What only some changes take. */
type SpecialField =
  | 'reviseTypeCode'
  | 'reviseSubTypeCode'
  | 'amount'
  | 'remainAmount'
  | 'refundInfo'
  | 'escrowInfo'
  | 'taxInfo'
  | 'basketUsed'
  | 'basketInfo';

/** What is `undefined` counts as left out. */
type OrUndefined<T> = { [Key in keyof T]: object extends Pick<T, Key> ? T[Key] | undefined : T[Key] };

/** What every revise request may carry, whatever its type. */
export interface ReviseRequestCommon extends OrUndefined<Omit<Pick<ReviseRequestBody, CallerField>, 'mallId' | SpecialField>> {
  /** Mall that approved the payment, at most 8 bytes. Leave it out to use the module's own `mallId`. */
  readonly mallId?: string | undefined;
  /**
   * What the payment was approved for, KRW: the `amount` of the approval's answer, an instant discount (coupon) counted in or
   * out as it was there. Never sent: it lets the journal refuse to give back more than came in. Holds for later requests of the
   * payment too; the one told last counts.
   */
  readonly approvedAmount?: number | undefined;
  /**
   * The state the payment is in, as KICC told it last. Never sent: a change that KICC's documents do not allow in that state is
   * refused before anything leaves.
   */
  readonly presentStatusCode?: TransactionStatus | undefined;
}

/** Complex tax and baskets: of cancels and refunds. */
type Divided = OrUndefined<Pick<ReviseRequestBody, 'taxInfo' | 'basketUsed' | 'basketInfo'>>;

interface Whole {
  /**
   * A change of the whole payment takes no amount. Where plain JavaScript gives one that equals `approvedAmount` with 20, 40 or
   * 51, it is left out of the request.
   */
  readonly amount?: undefined;
  /** A change of the whole payment takes no balance. */
  readonly remainAmount?: undefined;
}

interface Part {
  /** Amount to cancel, whole KRW, at least 1. */
  readonly amount: number;
  /** Balance that can still be cancelled, KRW, as it is **before** this cancel. KICC refuses the cancel if it differs. */
  readonly remainAmount?: number | undefined;
}

interface NoRefund {
  /** Only refunds have one. */
  readonly refundInfo?: undefined;
}

interface NoEscrow {
  /** Only escrow's `ES07` has it. */
  readonly escrowInfo?: undefined;
}

/** What comes with no other code. */
interface Plain extends NoRefund, NoEscrow {
  /** Only refunds and escrow changes have one. */
  readonly reviseSubTypeCode?: undefined;
}

interface Refunding extends NoEscrow {
  /** The account that the money goes to. */
  readonly refundInfo: RefundInfo;
}

/** An escrow payment is changed as a whole: KICC knows no part of it. */
interface EscrowCommon extends ReviseRequestCommon, Whole {
  readonly taxInfo?: undefined;
  readonly basketUsed?: undefined;
  readonly basketInfo?: undefined;
}

type WholeRequest = ReviseRequestCommon & Divided & Whole & Plain;
type PartRequest = ReviseRequestCommon & Divided & Part & Plain;
type WholeRefund = ReviseRequestCommon & Divided & Whole & Refunding;
type PartRefund = ReviseRequestCommon & Divided & Part & Refunding;

/** A change of an escrow payment's state: `reviseTypeCode` 61, by `reviseSubTypeCode`. */
export type EscrowChangeRequest = EscrowCommon &
  (
    | (NoRefund & {
        /** The goods are on their way. */
        readonly reviseSubTypeCode: 'ES07';
        /** How. */
        readonly escrowInfo: EscrowInfo;
      })
    | (NoEscrow & {
        /** Asks for a refund: of a deposit, while shipping, after the confirmation. */
        readonly reviseSubTypeCode: 'ES05' | 'ES10' | 'ES14';
        /** The account that the money goes to. */
        readonly refundInfo: Omit<RefundInfo, 'depositPgCno'> & {
          /** Not with escrow. */
          readonly depositPgCno?: undefined;
        };
      })
    | (NoRefund &
        NoEscrow & {
          /** A cancel, or the end of one, or of a refund, see {@link ReviseSubType}. */
          readonly reviseSubTypeCode: 'ES02' | 'ES08' | 'ES09' | 'ES11' | 'ES15' | 'ES16' | 'ES19';
        })
  );

/** What a shop asks of KICC, in KICC's own field names: any `reviseTypeCode`. */
export type ReviseRequest =
  | (WholeRequest & { readonly reviseTypeCode: '20' | '40' | '51' })
  | (PartRequest & { readonly reviseTypeCode: '32' | '33' | '52' })
  | (WholeRefund & { readonly reviseTypeCode: '60'; readonly reviseSubTypeCode: 'RF01' })
  | (PartRefund & { readonly reviseTypeCode: '62'; readonly reviseSubTypeCode: 'RF01' })
  | (WholeRefund & { readonly reviseTypeCode: '63'; readonly reviseSubTypeCode: '10' | '20' })
  | (PartRefund & { readonly reviseTypeCode: '63'; readonly reviseSubTypeCode: '11' | '21' })
  | (EscrowChangeRequest & { readonly reviseTypeCode: '61' });

/** Full cancel (`reviseTypeCode` 40). */
export type CancelRequest = WholeRequest;
/** Capture of an authorised payment (`reviseTypeCode` 20). */
export type CaptureRequest = WholeRequest;
/** Partial cancel; `payMethodTypeCode` is never sent, it decides between `reviseTypeCode` 32 and 33. */
export type PartialCancelRequest = PartRequest & {
  /** How the payment was made, see `PayMethod`: 11 and 60 are cancelled by code 32, 21 and 31 by code 33. */
  readonly payMethodTypeCode: '11' | '21' | '31' | '60';
};
/** Cancel of a stand-alone cash receipt: `reviseTypeCode` 52 where an amount is given, else 51. */
export type CashReceiptCancelRequest = WholeRequest | PartRequest;
/**
 * Refund to a bank account, of a virtual account that was paid into or of a mobile payment: in part where an amount is given.
 * `realTime` and `accountVerified` are never sent, they decide between the codes.
 */
export type RefundRequest = (WholeRefund | PartRefund) &
  (
    | {
        /** Pays out the next business day (`reviseTypeCode` 60, or 62 in part). */
        readonly realTime?: false | undefined;
        readonly accountVerified?: undefined;
      }
    | {
        /** Pays out at once (`reviseTypeCode` 63). */
        readonly realTime: true;
        /** Whether you have verified that the account is the holder's (sub-codes 20 and 21); else KICC does (10 and 11). */
        readonly accountVerified?: boolean | undefined;
      }
  );
