import { SUCCESS, TransactionStatus } from '../protocol/codes.js';
import { koreanDateTime } from '../protocol/korean-date.js';
import { NotiType } from '../protocol/notification.js';
import type { PaymentChange } from './simulated-change.js';
import { STATUS_MESSAGES, type Deposit, type Payment } from './simulated-payment.js';
import type { Refund } from './simulated-refund.js';

/** A notification ("webhook") of KICC's. */
export interface SimulatedNotification {
  /** When it happened. */
  readonly at: Date;
  /** In KICC's names; every value is a string, amounts (KRW) too. Never has a `shopTransactionId`. */
  readonly body: Readonly<Record<string, string>>;
}

/** KICC's example of a refund that bounced. */
const BOUNCED = { resCd: '5413', resMsg: '기타수취불가' };

/** Names of some banks by KICC's codes, as far as tests meet them. */
const BANKS: Readonly<Record<string, string>> = {
  '003': '기업은행',
  '004': '국민은행',
  '011': '농협은행',
  '020': '우리은행',
  '071': '우체국',
  '081': '하나은행',
  '088': '신한은행',
  '089': '케이뱅크',
  '090': '카카오뱅크',
  '092': '토스뱅크',
};

/** A payment was approved, a virtual account or a stand-alone cash receipt issued. */
export function approvalNotification(payment: Payment, at: Date): SimulatedNotification {
  return notification(at, payment, NotiType.Approval, {
    amount: String(payment.amount),
    approvalNo: payment.pgCno.slice(-8),
    ...state(payment, payment.statusCode, at),
  });
}

/** A payment was cancelled, captured, or refunded in real time. */
export function changeNotification(
  payment: Payment,
  { amount, balanceAfter, statusCode, depositPgCno }: PaymentChange,
  cancelPgCno: string,
  at: Date,
): SimulatedNotification {
  return notification(at, payment, NotiType.Change, {
    cancelPgCno,
    amount: String(payment.amount),
    cancelAmount: String(amount),
    cancelRemainAmount: String(balanceAfter),
    cancelDate: koreanDateTime(at),
    ...state(payment, statusCode, at),
    ...(depositPgCno === undefined ? {} : { depositPgCno }),
    escrowUsed: 'N',
    basketUsed: payment.basket.length > 0 ? 'Y' : 'N',
  });
}

/** Somebody paid into a virtual account. */
export function depositNotification(payment: Payment, deposit: Deposit, at: Date): SimulatedNotification {
  return notification(at, payment, NotiType.Deposit, {
    depositPgCno: deposit.depositPgCno,
    amount: String(deposit.amount),
    ...state(payment, payment.statusCode, at),
  });
}

/** An escrow payment is in another state: by a change (`cancelPgCno`), by its customer, or as KICC has refunded it. */
export function escrowNotification(
  payment: Payment,
  statusCode: string,
  at: Date,
  cancelPgCno?: string,
): SimulatedNotification {
  return notification(at, payment, NotiType.Escrow, {
    ...(cancelPgCno === undefined ? {} : { cancelPgCno }),
    amount: String(payment.amount),
    ...state(payment, statusCode, at),
    escrowUsed: 'Y',
  });
}

/** The money of a settlement refund (60, 62) has arrived. */
export function completionNotification(refund: Refund, at: Date): SimulatedNotification {
  return notification(at, refund.payment, NotiType.RefundCompleted, {
    ...refunded(refund),
    ...state(refund.payment, refund.statusCode, at),
  });
}

/** The money of a refund came back. KICC's page has this for real-time refunds (63); assumed for the others too. */
export function bounceNotification(refund: Refund, at: Date): SimulatedNotification {
  const { refundBankCode = '', refundAccountNo = '' } = refund.sent.refundInfo ?? {};
  return notification(at, refund.payment, NotiType.RefundBounced, {
    ...BOUNCED,
    ...refunded(refund),
    ...state(refund.payment, TransactionStatus.RefundRejected, at),
    bankCode: refundBankCode,
    bankName: BANKS[refundBankCode] ?? '기타',
    accountNo: refundAccountNo,
  });
}

function notification(
  at: Date,
  { mallId, pgCno, shopOrderNo }: Payment,
  notiType: string,
  rest: Readonly<Record<string, string>>,
): SimulatedNotification {
  const common = { resCd: SUCCESS, resMsg: '정상', mallId, notiType, pgCno, shopOrderNo };
  return Object.freeze({ at, body: Object.freeze({ ...common, ...rest }) });
}

function state({ payMethodTypeCode }: Payment, statusCode: string, at: Date): Record<string, string> {
  const statusMessage = STATUS_MESSAGES[statusCode] ?? '';
  return { payMethodTypeCode, statusCode, statusMessage, transactionDate: koreanDateTime(at) };
}

function refunded({ cancelPgCno, amount, depositPgCno }: Refund): Record<string, string> {
  return { cancelPgCno, cancelAmount: String(amount), ...(depositPgCno === undefined ? {} : { depositPgCno }) };
}
