import { ReviseType, SUCCESS } from '../protocol/codes.js';
import { koreanDateTime } from '../protocol/korean-date.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import type { PaymentChange } from './simulated-change.js';
import { isCard, STATUS_MESSAGES, type Payment } from './simulated-payment.js';
import type { Refund } from './simulated-refund.js';

export type JsonObject = Record<string, unknown>;

/** An amount (KRW) in the form that the profile wants in answers. */
export type AmountFormat = (amount: number) => number | string;

/** A success in the form that was observed at KICC, where an empty string means "absent". */
export function successBody(
  payment: Payment,
  sent: ReviseRequestBody,
  done: PaymentChange & { readonly cancelPgCno: string; readonly at: Date },
  won: AmountFormat,
): JsonObject {
  const time = koreanDateTime(done.at);
  const receipt = payment.kind === 'cash-receipt';
  return Object.freeze({
    resCd: SUCCESS,
    resMsg: sent.reviseTypeCode === ReviseType.FullCancel ? '정상취소' : '정상처리',
    mallId: sent.mallId,
    shopTransactionId: sent.shopTransactionId,
    oriPgCno: payment.pgCno,
    cancelPgCno: done.cancelPgCno,
    shopOrderNo: payment.shopOrderNo,
    cancelAmount: won(done.amount),
    // Observed: 0 unless the request asked by sending remainAmount, also where a balance is left.
    remainAmount: won(sent.remainAmount === undefined ? 0 : done.balanceAfter),
    transactionDate: time,
    statusCode: done.statusCode,
    statusMessage: STATUS_MESSAGES[done.statusCode],
    escrowUsed: escrowUsed(payment),
    reviseInfo: {
      payMethodTypeCode: payment.payMethodTypeCode,
      approvalNo: '',
      approvalDate: time,
      ...(isCard(payment) ? { cardInfo: { couponAmount: won(0) } } : {}),
      refundInfo: {
        refundDate: done.refundAt ? koreanDateTime(done.refundAt) : '',
        depositPgCno: done.depositPgCno ?? '',
      },
      cashReceiptInfo: receipt
        ? { resCd: SUCCESS, resMsg: '정상처리', approvalNo: done.cancelPgCno.slice(-8), cancelDate: time }
        : { resCd: '', resMsg: '', approvalNo: '', cancelDate: '' },
    },
  });
}

/** An approval as the query shows it: a later cancel changes only the status. */
export function approvalBody(payment: Payment, won: AmountFormat): JsonObject {
  return {
    resCd: SUCCESS,
    resMsg: '정상승인',
    mallId: payment.mallId,
    shopTransactionId: payment.shopTransactionId,
    pgCno: payment.pgCno,
    shopOrderNo: payment.shopOrderNo,
    amount: won(payment.amount),
    transactionDate: `20${payment.pgCno.slice(0, 12)}`,
    statusCode: payment.statusCode,
    statusMessage: STATUS_MESSAGES[payment.statusCode],
    escrowUsed: escrowUsed(payment),
  };
}

/**
 * A refund as the query shows it: as it was answered first, but with its status as it stands now. Observed at KICC for
 * approvals, assumed for refunds.
 */
export function refundBody(answer: JsonObject, { statusCode }: Refund): JsonObject {
  return { ...answer, statusCode, statusMessage: STATUS_MESSAGES[statusCode] };
}

function escrowUsed({ escrow }: Payment): 'Y' | 'N' {
  return escrow ? 'Y' : 'N';
}

/** KICC's table of answers promises little of a refusal; no public example of one exists. */
export function refusalBody(resCd: string, resMsg: string, { mallId, shopTransactionId }: JsonObject): JsonObject {
  return Object.freeze({ resCd, resMsg, mallId, shopTransactionId });
}
