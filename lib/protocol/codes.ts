/**
 * KICC's codes. Each list is open: KICC adds codes without notice (its compatibility policy), so a value read from an
 * answer is typed as "one of these, or any other string", and no code is ever a reason to fail.
 */
type Open<Codes extends Record<string, string>> = Codes[keyof Codes] | (string & {});

/** `reviseTypeCode`: what is to be done to a payment. Source: cancel page, "Change Type Codes". */
export const ReviseType = {
  /** 매입 · Capture of a payment that was only authorised (shops with manual capture). */
  Capture: '20',
  /** 신용카드(간편결제 포함) 부분취소 · Partial cancel of a card payment, simple pay included. */
  PartialCancelCard: '32',
  /** 계좌이체·휴대폰 부분취소 · Partial cancel of a bank transfer or a mobile payment. */
  PartialCancelTransferOrMobile: '33',
  /** 전체취소 · Full cancel, also of a virtual account that nobody has paid into yet. */
  FullCancel: '40',
  /** 현금영수증 단독 취소 · Cancel of a stand-alone cash receipt. */
  CashReceiptCancel: '51',
  /** 현금영수증 단독 부분취소 · Partial cancel of a stand-alone cash receipt. */
  CashReceiptPartialCancel: '52',
  /** 정산환불(익영업일) 전체 · Refund of a virtual account or a mobile payment, paid out the next business day. */
  Refund: '60',
  /** 에스크로 상태변경 · Change of an escrow payment's state. */
  EscrowChange: '61',
  /** 정산환불(익영업일) 부분 · Partial refund, paid out the next business day. */
  PartialRefund: '62',
  /** 실시간환불 · Refund of a virtual account or a mobile payment, paid out at once. */
  RealTimeRefund: '63',
} as const;
/** One of the `reviseTypeCode`s that this version sends. */
export type ReviseType = (typeof ReviseType)[keyof typeof ReviseType];

/**
 * `reviseSubTypeCode`: which refund, or which state of an escrow payment, is asked for. Source: KICC's refund and escrow pages.
 */
export const ReviseSubType = {
  /** 환불요청 · With 60 and 62. */
  SettlementRefund: 'RF01',
  /** 실시간 전체환불(KICC 계좌검증) · With 63: in full, KICC verifies the account. */
  RealTimeRefund: '10',
  /** 실시간 부분환불(KICC 계좌검증) · With 63: in part, KICC verifies the account. */
  RealTimePartialRefund: '11',
  /** 실시간 전체환불(가맹점 계좌검증) · With 63: in full, the merchant has verified the account. */
  RealTimeRefundVerified: '20',
  /** 실시간 부분환불(가맹점 계좌검증) · With 63: in part, the merchant has verified the account. */
  RealTimePartialRefundVerified: '21',
  /** 승인취소 · With 61: cancels the approval, or the issue of a virtual account that nobody has paid into. */
  EscrowCancel: 'ES02',
  /** 환불요청 · With 61: refunds a deposit. */
  EscrowRefund: 'ES05',
  /** 배송중 · With 61: the goods are on their way. */
  EscrowShipping: 'ES07',
  /** 배송중 취소요청 · With 61: asks to cancel while shipping. */
  EscrowShippingCancelRequest: 'ES08',
  /** 배송중 취소완료 · With 61: cancelled while shipping. */
  EscrowShippingCancel: 'ES09',
  /** 배송중 환불요청 · With 61: asks to refund while shipping. */
  EscrowShippingRefundRequest: 'ES10',
  /** 배송중 환불완료 · With 61: refunded while shipping. */
  EscrowShippingRefund: 'ES11',
  /** 구매확정 후 환불요청 · With 61: asks to refund after the confirmation. */
  EscrowConfirmedRefundRequest: 'ES14',
  /** 구매확정 후 환불완료 · With 61: refunded after the confirmation. */
  EscrowConfirmedRefund: 'ES15',
  /** 구매확정 후 취소요청 · With 61: asks to cancel after the confirmation. */
  EscrowConfirmedCancelRequest: 'ES16',
  /** 구매확정 후 취소완료 · With 61: cancelled after the confirmation. */
  EscrowConfirmedCancel: 'ES19',
} as const;
/** One of the `reviseSubTypeCode`s that this version sends. */
export type ReviseSubType = (typeof ReviseSubType)[keyof typeof ReviseSubType];

/** `deliveryCode`: who delivers the goods of an escrow payment. Source: KICC's escrow page. */
export const Delivery = {
  /** 자가배송 · The merchant's own delivery. */
  Own: 'DE01',
  /** 택배 · A courier. */
  Courier: 'DE02',
} as const;

/**
 * `deliveryCorpCode`: the couriers KICC names; `DC12` is any other. The list is open. Source: KICC's escrow page, which has the
 * names of old. Whose name has changed since stands under today's, too: by iamport's table of couriers, and by who has become whom.
 */
export const DeliveryCorp = {
  /** 대한통운 */ KoreaExpress: 'DC01',
  /** CJGLS */ CjGls: 'DC02',
  /** SC로지스 */ ScLogis: 'DC03',
  /** 옐로우캡 */ YellowCap: 'DC04',
  /** 로젠 */ Logen: 'DC05',
  /** 동부익스프레스 */ DongbuExpress: 'DC06',
  /** 우체국 */ KoreaPost: 'DC07',
  /** 한진 */ Hanjin: 'DC08',
  /** 현대 */ Hyundai: 'DC09',
  /** KGB */ Kgb: 'DC10',
  /** 하나로 */ Hanaro: 'DC11',
  /** 기타 */ Other: 'DC12',
  /** CJ대한통운: CJGLS, which 대한통운 has merged with. */ Cj: 'DC02',
  /** 롯데택배: 현대 before. */ Lotte: 'DC09',
  /** 동원로엑스: 동부익스프레스 before. */ Dongwon: 'DC06',
} as const;

/** `statusCode`: the state a payment is in. Source: KICC's common codes. */
export const TransactionStatus = {
  /** 승인 · Approved. */
  Approved: 'TS01',
  /** 승인취소 · Approval cancelled, in full. */
  ApprovalCancelled: 'TS02',
  /** 매입요청 · Capture requested (with automatic capture: the state right after the approval). */
  CaptureRequested: 'TS03',
  /** 매입완료 · Captured. */
  Captured: 'TS04',
  /** 매입취소 · Capture cancelled: a full cancel after the capture. */
  CaptureCancelled: 'TS05',
  /** 부분매입취소 · Partially cancelled; stays so when the parts add up to the whole. */
  PartiallyCancelled: 'TS06',
  /** 입금대기 · Waiting for a deposit into a virtual account. */
  DepositAwaited: 'TS07',
  /** 입금완료 · Deposited. */
  Deposited: 'TS08',
  /** 환불요청 · Refund requested. */
  RefundRequested: 'RF01',
  /** 환불완료 · Refund completed. */
  RefundCompleted: 'RF02',
  /** 환불거절 · Refund rejected. */
  RefundRejected: 'RF03',
  /** 에스크로 승인 · Escrow: approved. */
  EscrowApproved: 'ES01',
  /** 에스크로 승인취소 · Escrow: approval cancelled. */
  EscrowCancelled: 'ES02',
  /** 에스크로 입금대기 · Escrow: waiting for a deposit. */
  EscrowDepositAwaited: 'ES03',
  /** 에스크로 입금완료 · Escrow: deposited. */
  EscrowDeposited: 'ES04',
  /** 에스크로 환불요청 · Escrow: refund requested. */
  EscrowRefundRequested: 'ES05',
  /** 에스크로 환불완료 · Escrow: refunded. */
  EscrowRefunded: 'ES06',
  /** 에스크로 배송중 · Escrow: shipping. */
  EscrowShipping: 'ES07',
  /** 에스크로 배송중 취소요청 · Escrow: cancel requested while shipping. */
  EscrowShippingCancelRequested: 'ES08',
  /** 에스크로 배송중 취소완료 · Escrow: cancelled while shipping. */
  EscrowShippingCancelled: 'ES09',
  /** 에스크로 배송중 환불요청 · Escrow: refund requested while shipping. */
  EscrowShippingRefundRequested: 'ES10',
  /** 에스크로 배송중 환불완료 · Escrow: refunded while shipping. */
  EscrowShippingRefunded: 'ES11',
  /** 에스크로 구매확정 · Escrow: purchase confirmed. */
  EscrowConfirmed: 'ES12',
  /** 에스크로 구매거절 · Escrow: purchase rejected. */
  EscrowRejected: 'ES13',
  /** 에스크로 구매확정 후 환불요청 · Escrow: refund requested after the confirmation. */
  EscrowConfirmedRefundRequested: 'ES14',
  /** 에스크로 구매확정 후 환불완료 · Escrow: refunded after the confirmation. */
  EscrowConfirmedRefunded: 'ES15',
  /** 에스크로 구매확정 후 취소요청 · Escrow: cancel requested after the confirmation. */
  EscrowConfirmedCancelRequested: 'ES16',
  /** 에스크로 가상계좌 발급취소 · Escrow: issue of the virtual account cancelled. */
  EscrowIssuanceCancelled: 'ES17',
  /** 에스크로 구매확정 후 취소완료 · Escrow: cancelled after the confirmation. */
  EscrowConfirmedCancelled: 'ES19',
} as const;
/** A `statusCode` as KICC answers it. */
export type TransactionStatus = Open<typeof TransactionStatus>;

/** `payMethodTypeCode`: how a payment was made. Source: KICC's common codes. */
export const PayMethod = {
  /** 신용카드(간편결제 포함) · Credit card, simple pay included. */
  Card: '11',
  /** 계좌이체 · Bank transfer. */
  BankTransfer: '21',
  /** 가상계좌 · Virtual account. */
  VirtualAccount: '22',
  /** 휴대폰 · Mobile payment. */
  Mobile: '31',
  /** 포인트 · Points. */
  Points: '41',
  /** 선불 · Prepaid (Kakao money, Naver point, Toss money …). */
  Prepaid: '50',
  /** 간편결제(PAYCO) · Simple pay (PAYCO). */
  SimplePay: '60',
  /** 빌링키 등록 · Billing key registration; answers as a card. */
  BillingKey: '81',
} as const;
/** A `payMethodTypeCode` as KICC answers it. */
export type PayMethod = Open<typeof PayMethod>;

/** `resCd` of a request that KICC carried out: the only success there is. */
export const SUCCESS = '0000';

/**
 * `resCd`s that leave the outcome open by KICC's own word ("retry if response is VTIM or VT00").
 * Source: cancel page, `refundQueryFlag`.
 */
export const OPEN_CODES: readonly string[] = ['VTIM', 'VT00'];
