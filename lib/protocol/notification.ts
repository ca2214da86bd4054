import { isRecord } from './check-fields.js';
import type { PayMethod, TransactionStatus } from './codes.js';
import { decodeObject } from './decode.js';
import { code, text, won, type FieldTable, type FieldValues } from './field.js';
import { maskedIn } from './personal-data.js';

/** `notiType`: what a notification is about. Source: KICC's webhook page. */
export const NotiType = {
  /** 승인 · Approval. */
  Approval: '10',
  /** 변경 · Change: a cancel, or a real-time refund. */
  Change: '20',
  /** 가상계좌 입금 · Deposit into a virtual account. */
  Deposit: '30',
  /** 가상계좌 입금취소 · Deposit reversed. */
  DepositReversed: '31',
  /** 에스크로 · State of an escrow payment changed. */
  Escrow: '40',
  /** 정산환불 완료 · Settlement refund completed. */
  RefundCompleted: '50',
  /** 이체불가 · Transfer impossible: a real-time refund bounced, and has to be asked for again. */
  RefundBounced: '51',
  /** 은련 · UnionPay; comes in the legacy form only. */
  UnionPay: '70',
} as const;
/** A `notiType` as KICC sends it. The list is open. */
export type NotiType = (typeof NotiType)[keyof typeof NotiType];

/** Rows of a notification. KICC sends every value as text. Source: KICC's webhook page. */
export const notificationFields = {
  /** Response code of the event: `0000`, but for type 51, which tells by it why the transfer was impossible. */
  resCd: text(4, { required: false, en: 'Response Code', ko: '결과코드' }),
  /** Response message, for people. */
  resMsg: text(1000, { required: false, en: 'Response Message', ko: '결과메시지' }),
  /** The mall it is about. */
  mallId: text(8, { required: true, identifier: true, en: 'Merchant ID assigned by KICC', ko: 'KICC에서 발급한 상점 ID' }),
  /** What it is about, see {@link NotiType}. */
  notiType: code<NotiType, true>(2, { required: true, en: 'Notification Type', ko: '노티구분' }),
  /** The payment: of a change, the original. */
  pgCno: text(20, { required: true, identifier: true, en: 'PG Transaction ID', ko: 'PG거래번호' }),
  /** The shop's order number. */
  shopOrderNo: text(40, { required: false, en: 'Merchant Order No', ko: '상점 주문번호' }),
  /** KICC's own id of a cancel or refund. */
  cancelPgCno: text(20, { required: false, identifier: true, en: 'Cancellation PG Transaction ID', ko: '취소 PG거래번호' }),
  /** KICC's own id of a deposit. */
  depositPgCno: text(20, { required: false, identifier: true, en: 'Deposit PG Transaction ID', ko: '입금 PG거래번호' }),
  /** Amount of the payment or the deposit, KRW. */
  amount: won(0, { required: false, en: 'Amount', ko: '금액' }),
  /** Cancelled or refunded amount, KRW. */
  cancelAmount: won(0, { required: false, en: 'Cancelled Amount', ko: '취소금액' }),
  /** Coupon in what was cancelled, KRW. */
  cancelCouponAmount: won(0, { required: false, en: 'Cancelled Coupon Amount', ko: '쿠폰 취소금액' }),
  /** Balance after the cancel, KRW. */
  cancelRemainAmount: won(0, { required: false, en: 'Balance after the Cancel', ko: '취소 후 잔액' }),
  /** When it was cancelled, `yyyyMMddHHmmss` KST. */
  cancelDate: text(14, { required: false, en: 'Cancellation Date/Time (yyyyMMddHHmmss)', ko: '취소일시 (yyyyMMddHHmmss)' }),
  /** When it happened, `yyyyMMddHHmmss` KST. */
  transactionDate: text(14, { required: false, en: 'Transaction Date/Time (yyyyMMddHHmmss)', ko: '거래일시 (yyyyMMddHHmmss)' }),
  /** The state the payment is in now. */
  statusCode: code<TransactionStatus, false>(4, { required: false, en: 'Transaction Status Code', ko: '거래상태 코드' }),
  /** The state in words. */
  statusMessage: text(50, { required: false, en: 'Transaction Status Message', ko: '거래상태 메시지' }),
  /** How the payment was made. */
  payMethodTypeCode: code<PayMethod, false>(2, { required: false, en: 'Payment Method Code', ko: '결제수단 코드' }),
  /** Whether it is an escrow payment. */
  escrowUsed: text(1, { required: false, en: 'Escrow Usage (Y/N)', ko: '에스크로 사용 여부 (Y/N)' }),
  /** Type 51: the bank that could not take the money. */
  bankCode: text(3, { required: false, en: 'Bank Code', ko: '은행코드' }),
  /** Type 51: that bank's name. */
  bankName: text(50, { required: false, en: 'Bank Name', ko: '은행명' }),
  /** Type 51: the account, masked. */
  accountNo: text(20, { required: false, personal: 'account', en: 'Account Number', ko: '계좌번호' }),
} satisfies FieldTable;

type Known = FieldValues<typeof notificationFields>;

/**
 * A notification of KICC's: unsigned, so true only as far as it is confirmed. What KICC sends beyond its tables is kept under
 * `extra`, and may tell of persons.
 */
export type KiccNotification<Type extends string = NotiType | (string & {})> = Omit<Known, 'notiType'> & {
  readonly notiType: Type;
  readonly extra?: Readonly<Record<string, unknown>>;
};

/** Reads a notification from its JSON, or from the fields of a form. `undefined`: this is none of KICC's. */
export function decodeNotification(json: unknown): KiccNotification | undefined {
  if (!isRecord(json)) return undefined;
  const decoded = decodeObject(notificationFields, json) as Partial<KiccNotification>;
  const { notiType, mallId, pgCno, extra } = decoded;
  if (!notiType || !/^\d{2}$/.test(notiType) || !isId(mallId, 8) || !isId(pgCno, 20)) return undefined;
  // Without its id, it would be weighed as one that names none.
  if (typeof extra?.['cancelPgCno'] === 'string' || typeof extra?.['depositPgCno'] === 'string') return undefined;
  return maskedIn(notificationFields, decoded) as KiccNotification;
}

/** Names of the legacy form, and what KICC calls the same today. Source: KICC's webhook page, and forms seen in use. */
export const LEGACY_NAMES: Readonly<Record<string, keyof Known>> = {
  res_cd: 'resCd',
  res_msg: 'resMsg',
  noti_type: 'notiType',
  memb_id: 'mallId',
  cno: 'pgCno',
  order_no: 'shopOrderNo',
  amount: 'amount',
  stat_cd: 'statusCode',
  stat_msg: 'statusMessage',
  mgr_seqno: 'cancelPgCno',
  mgr_amt: 'cancelAmount',
  tran_date: 'transactionDate',
  depo_cno: 'depositPgCno',
  account_no: 'accountNo',
};

/** What parts the fields of the legacy form, also in its acknowledgement: 0x1F. */
export const LEGACY_SEPARATOR = '\u001f';
const BETWEEN_FIELDS = new RegExp(`[&${LEGACY_SEPARATOR}]`);

/** The fields of the legacy form (form-urlencoded in EUC-KR, parted by `&` or 0x1F) under today's names. */
export function readLegacyForm(body: Uint8Array): Record<string, string> {
  const form: Record<string, string> = {};
  for (const pair of Buffer.from(body).toString('latin1').split(BETWEEN_FIELDS)) {
    const equals = pair.indexOf('=');
    if (equals > 0) form[pair.slice(0, equals)] = fromEucKr(pair.slice(equals + 1));
  }
  return renamed(form);
}

/** The fields of a form that somebody else has parsed, under today's names. */
export function renamed(form: Readonly<Record<string, unknown>>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(form)) {
    const known = Object.hasOwn(LEGACY_NAMES, name) ? LEGACY_NAMES[name] : undefined;
    if (typeof value === 'string')
      Object.defineProperty(fields, known ?? name, { value, enumerable: true, configurable: true });
  }
  return fields;
}

function fromEucKr(value: string): string {
  const bytes = value
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return new TextDecoder('euc-kr').decode(Buffer.from(bytes, 'latin1'));
}

function isId(value: string | undefined, maxBytes: number): boolean {
  return value !== undefined && /^[\x21-\x7e]+$/.test(value) && !value.includes('|') && value.length <= maxBytes;
}
