import { koreanDateTime } from '../protocol/korean-date.js';
import { STATUS_MESSAGES, type Payment } from './simulated-payment.js';
import type { SimulatedRefund } from './simulated-refund.js';

/** A notification as KICC sends it: every value is text, amounts too. */
export type SimulatedNotification = Readonly<Record<string, string>> & {
  readonly notiType: string;
  readonly mallId: string;
  readonly pgCno: string;
};

/** What every notification has. */
function common(notiType: string, payment: Payment, at: Date): Record<string, string> & { notiType: string } {
  return {
    resCd: '0000',
    resMsg: '정상',
    mallId: payment.mallId,
    notiType,
    pgCno: payment.pgCno,
    shopOrderNo: payment.shopOrderNo,
    statusCode: payment.statusCode,
    statusMessage: STATUS_MESSAGES[payment.statusCode] ?? '',
    payMethodTypeCode: payment.payMethodTypeCode,
    transactionDate: koreanDateTime(at),
  };
}

/** 10: a payment was approved. */
export function approvalNotification(payment: Payment, at: Date): SimulatedNotification {
  return made({ ...common('10', payment, at), amount: String(payment.amount), approvalNo: payment.pgCno.slice(-8) });
}

/** 20, or 40 for an escrow payment: a payment was changed. */
export function changeNotification(
  payment: Payment,
  change: { readonly cancelPgCno: string; readonly amount: number; readonly at: Date },
): SimulatedNotification {
  const at = koreanDateTime(change.at);
  return made({
    ...common(payment.escrow ? '40' : '20', payment, change.at),
    cancelPgCno: change.cancelPgCno,
    amount: String(payment.amount),
    cancelAmount: String(change.amount),
    cancelRemainAmount: String(payment.balance),
    cancelDate: at,
    escrowUsed: payment.escrow ? 'Y' : 'N',
    basketUsed: payment.basket.length > 0 ? 'Y' : 'N',
  });
}

/** 30: a virtual account was paid into. */
export function depositNotification(payment: Payment, depositPgCno: string, amount: number, at: Date): SimulatedNotification {
  return made({ ...common('30', payment, at), depositPgCno, amount: String(amount) });
}

/** 40: the customer, or KICC, changed the state of an escrow payment. */
export function escrowNotification(payment: Payment, at: Date, cancelPgCno?: string): SimulatedNotification {
  return made({ ...common('40', payment, at), escrowUsed: 'Y', ...(cancelPgCno === undefined ? {} : { cancelPgCno }) });
}

/** 50: a settlement refund has arrived. */
export function completionNotification(payment: Payment, refund: SimulatedRefund, at: Date): SimulatedNotification {
  return made({ ...common('50', payment, at), ...refundFields(refund) });
}

/** 51: the money of a refund came back. KICC documents it of real-time refunds; that others bounce by it, too, is assumed. */
export function bounceNotification(payment: Payment, refund: SimulatedRefund, at: Date): SimulatedNotification {
  const why = { resCd: '5413', resMsg: '기타수취불가' };
  const account = { bankCode: '004', bankName: '국민은행', accountNo: '11012345678901' };
  return made({ ...common('51', payment, at), ...refundFields(refund), ...why, ...account });
}

function refundFields({ cancelPgCno, amount, depositPgCno, statusCode }: SimulatedRefund): Record<string, string> {
  return {
    cancelPgCno,
    cancelAmount: String(amount),
    statusCode,
    statusMessage: STATUS_MESSAGES[statusCode] ?? '',
    ...(depositPgCno === undefined ? {} : { depositPgCno }),
  };
}

function made(fields: Record<string, string>): SimulatedNotification {
  return Object.freeze(fields) as SimulatedNotification;
}
