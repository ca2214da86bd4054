import { PayMethod, ReviseType, TransactionStatus } from '../protocol/codes.js';
import { koreanDay } from '../protocol/korean-date.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { isEscrow, isPartial, ruleOf } from '../protocol/revise-rules.js';
import type { Objection } from './refusals.js';
import { escrowObjection, escrowStatusAfter } from './simulated-escrow.js';
import { CARDS, describeMethod, RECEIPT, type Payment, type Product, type Purse, type Taking } from './simulated-payment.js';
import { depositOf, isRefund, refundObjection, refundsAt, statusOfRefund } from './simulated-refund.js';

/** What a change makes of a payment. */
export interface PaymentChange {
  /** KRW that are given back; 0 for a capture and for a step of an escrow payment. */
  readonly amount: number;
  /** KRW that can still be cancelled or refunded. */
  readonly balanceAfter: number;
  readonly statusCode: string;
  /** What it takes out of the payment, of its products and of its deposit; a refund that bounces puts it back. */
  readonly takes: readonly Taking[];
  /** Of a refund: when the money is to arrive, and which deposit it was. */
  readonly refundAt?: Date;
  readonly depositPgCno?: string;
}

const PAYMENTS: readonly string[] = Object.values(PayMethod);
const REFUNDABLE: readonly string[] = [PayMethod.VirtualAccount, PayMethod.Mobile];
/** What each change goes with: the methods by which the payment was made. */
const METHODS: Readonly<Record<ReviseType, readonly string[]>> = {
  [ReviseType.Capture]: PAYMENTS,
  [ReviseType.PartialCancelCard]: CARDS,
  [ReviseType.PartialCancelTransferOrMobile]: [PayMethod.BankTransfer, PayMethod.Mobile],
  [ReviseType.FullCancel]: PAYMENTS,
  [ReviseType.CashReceiptCancel]: [RECEIPT],
  [ReviseType.CashReceiptPartialCancel]: [RECEIPT],
  [ReviseType.Refund]: REFUNDABLE,
  [ReviseType.EscrowChange]: PAYMENTS,
  [ReviseType.PartialRefund]: REFUNDABLE,
  [ReviseType.RealTimeRefund]: REFUNDABLE,
};

/** Why the payment, as it stands at a time, cannot be changed so; undefined if it can. */
export function objectionTo(payment: Payment, sent: ReviseRequestBody, at: Date): Objection | undefined {
  if (payment.escrow || isEscrow(sent)) return escrowObjection(payment, sent);
  const { reviseTypeCode, amount = 0 } = sent;
  const misfit = methodObjection(payment, sent) ?? (isRefund(sent) ? refundObjection(payment, sent) : undefined);
  if (misfit) return misfit;
  if (payment.balance === 0) return ['alreadyCancelled'];
  if (reviseTypeCode === ReviseType.Capture) {
    const captures = payment.manualCapture && payment.statusCode === TransactionStatus.Approved;
    return captures ? undefined : ['notCapturable'];
  }
  if (!isRefund(sent) && payment.deposits.length > 0) return ['depositReceived'];
  if (!isRefund(sent) && payment.payMethodTypeCode === PayMethod.Mobile && !isOfMonth(payment, at)) return ['monthIsOver'];
  const partial = isPartial(sent);
  if (partial && !payment.partialCancel) return ['partialNotAllowed'];
  const deposit = depositOf(payment, sent);
  if (deposit?.balance === 0) return ['alreadyCancelled'];
  if (partial && amount > Math.min(payment.balance, deposit?.balance ?? Infinity)) return ['overBalance'];
  if (sent.remainAmount !== undefined && sent.remainAmount !== payment.balance) return ['balanceMismatch'];
  if (partial && payment.complexTax && !sent.taxInfo) {
    return ['taxInfoMissing', 'taxInfo', 'is missing; the payment was made with complex tax.'];
  }
  if (payment.basket.length > 0 && !sent.basketInfo) {
    return ['basketInfoMissing', 'basketInfo', 'is missing; the payment is a split-settlement basket.'];
  }
  if (sent.basketInfo) {
    const product = productOf(payment, sent);
    if (!product) return ['unknownProduct', 'basketInfo', 'names no product of this payment.'];
    if (partial && amount > product.balance) return ['overBalance'];
  }
  return undefined;
}

/** What the change would make of the payment at a time. To be asked only where there is not an objection. */
export function changeOf(payment: Payment, sent: ReviseRequestBody, at: Date): PaymentChange {
  const refunds = ruleOf(sent)?.completedAs !== undefined;
  const deposit = refunds ? depositOf(payment, sent) : undefined;
  const amount = amountOf(payment, sent, deposit);
  const products = productsTaken(payment, sent, amount);
  const takes = [payment, ...(deposit ? [deposit] : [])].map((from) => ({ from, amount }));
  return {
    amount,
    balanceAfter: payment.balance - amount,
    statusCode: statusAfter(payment, sent, koreanDay(at)),
    takes: [...takes, ...products],
    ...(refunds ? { refundAt: refundsAt(sent, at) } : {}),
    ...(deposit ? { depositPgCno: deposit.depositPgCno } : {}),
  };
}

export function applyChange(payment: Payment, { takes, statusCode }: PaymentChange): void {
  for (const { from, amount } of takes) from.balance -= amount;
  payment.statusCode = statusCode;
}

/** What KICC's documents leave open about the change of the payment as it stands before it. */
export function undocumentedIn(payment: Payment, { reviseTypeCode }: ReviseRequestBody): { field: string; message: string }[] {
  if (reviseTypeCode !== ReviseType.FullCancel) return [];
  const found = [];
  if (payment.balance < payment.amount) {
    const message = 'is 40 after a partial cancel; KICC does not say whether it takes that.';
    found.push({ field: 'reviseTypeCode', message });
  }
  if (payment.basket.length > 1) {
    const message = 'names one product with 40; KICC does not say what becomes of the others. All were cancelled.';
    found.push({ field: 'basketInfo', message });
  }
  return found;
}

/** The `reviseTypeCode` that cancels a payment or a receipt, in part or as a whole. */
export function cancelTypeOf({ kind, payMethodTypeCode }: Payment, partial: boolean): ReviseType {
  if (kind === 'cash-receipt') return partial ? ReviseType.CashReceiptPartialCancel : ReviseType.CashReceiptCancel;
  if (!partial) return ReviseType.FullCancel;
  return CARDS.includes(payMethodTypeCode) ? ReviseType.PartialCancelCard : ReviseType.PartialCancelTransferOrMobile;
}

/** Whether it is still the month of the approval in Korea. */
function isOfMonth({ approvalReqDate }: Payment, at: Date): boolean {
  return koreanDay(at).slice(0, 6) === approvalReqDate.slice(0, 6);
}

function methodObjection(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
  if (METHODS[sent.reviseTypeCode].includes(payment.payMethodTypeCode)) return undefined;
  const reason = isRefund(sent) ? 'notRefundable' : 'methodMismatch';
  return [reason, 'reviseTypeCode', `does not go with a ${describeMethod(payment)}.`];
}

function amountOf(payment: Payment, sent: ReviseRequestBody, deposit: Purse | undefined): number {
  if (!ruleOf(sent)?.givesBack) return 0;
  if (isPartial(sent)) return sent.amount ?? 0;
  return (deposit ?? payment).balance;
}

function productsTaken(payment: Payment, sent: ReviseRequestBody, amount: number): Taking[] {
  if (isPartial(sent)) {
    const product = productOf(payment, sent);
    return product ? [{ from: product, amount }] : [];
  }
  return amount > 0 && amount === payment.balance ? payment.basket.map((from) => ({ from, amount: from.balance })) : [];
}

function productOf(payment: Payment, { basketInfo }: ReviseRequestBody): Product | undefined {
  return payment.basket.find(
    ({ productPgCno, sellerId }) => productPgCno === basketInfo?.productPgCno && sellerId === basketInfo.sellerId,
  );
}

function statusAfter(payment: Payment, sent: ReviseRequestBody, today: string): string {
  const { reviseTypeCode } = sent;
  if (isEscrow(sent)) return escrowStatusAfter(payment, sent);
  if (isRefund(sent)) return statusOfRefund(sent);
  if (reviseTypeCode === ReviseType.Capture) return TransactionStatus.CaptureRequested;
  // Observed: parts that add up to the whole leave it "partially cancelled".
  if (isPartial(sent)) return TransactionStatus.PartiallyCancelled;
  // Observed: TS02 on the day of the approval, TS05 some days later.
  const captured = reviseTypeCode === ReviseType.FullCancel && today !== payment.approvalReqDate;
  return captured ? TransactionStatus.CaptureCancelled : TransactionStatus.ApprovalCancelled;
}
