import { PayMethod, ReviseType, TransactionStatus } from '../protocol/codes.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { isPartial } from '../protocol/revise-rules.js';
import type { RefusalReason } from './refusals.js';
import type { ApproveOptions } from './simulator-options.js';

/** A product of a split-settlement basket. */
export interface SimulatedProduct {
  readonly productPgCno: string;
  readonly sellerId: string;
  /** KRW, as approved. */
  readonly amount: number;
}

/** What a shop knows of a payment or a stand-alone cash receipt once it is approved. */
export interface ApprovedPayment {
  /** PG transaction id: `yyMMddHHmmss` (KST) and 8 digits. */
  readonly pgCno: string;
  readonly mallId: string;
  /** KRW, as approved. */
  readonly amount: number;
  readonly shopTransactionId: string;
  readonly shopOrderNo: string;
  /** `yyyyMMdd`, KST. */
  readonly approvalReqDate: string;
  readonly basket: readonly SimulatedProduct[];
}

/** The state of a payment at the simulated KICC. */
export interface SimulatedPayment extends ApprovedPayment {
  readonly kind: 'payment' | 'cash-receipt';
  readonly payMethodTypeCode: string;
  /** What can still be cancelled, KRW. */
  readonly balance: number;
  /** See `TransactionStatus`. */
  readonly statusCode: string;
  readonly statusMessage: string;
}

/** Something that happened to a payment: the truth, whatever was answered. */
export interface SimulatedEffect {
  readonly at: Date;
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopTransactionId: string;
  readonly reviseTypeCode: string;
  /** KRW that were cancelled; 0 for a capture. For a virtual account that nobody paid into, what was asked for. */
  readonly amount: number;
  /** KRW that can still be cancelled. */
  readonly balanceAfter: number;
  readonly cancelPgCno: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Product = SimulatedProduct & { balance: number };

/** A payment or a stand-alone cash receipt as the simulator keeps it. */
export interface Payment extends Mutable<Omit<SimulatedPayment, 'statusMessage' | 'basket'>> {
  readonly manualCapture: boolean;
  readonly partialCancel: boolean;
  readonly complexTax: boolean;
  readonly basket: readonly Product[];
}

/** Why a payment cannot be changed so; with the field at fault where the request is wrong in any state of the payment. */
export type Objection = readonly [reason: RefusalReason, field?: string, message?: string];

/** What a change makes of a payment. */
export interface PaymentChange {
  /** KRW that are cancelled; 0 for a capture. */
  readonly amount: number;
  /** KRW that can still be cancelled. */
  readonly balanceAfter: number;
  readonly statusCode: string;
}

export const STATUS_MESSAGES: Readonly<Record<string, string>> = {
  [TransactionStatus.Approved]: '승인',
  [TransactionStatus.ApprovalCancelled]: '승인취소',
  [TransactionStatus.CaptureRequested]: '매입요청',
  [TransactionStatus.CaptureCancelled]: '매입취소',
  [TransactionStatus.PartiallyCancelled]: '부분매입취소',
  [TransactionStatus.DepositAwaited]: '입금대기',
  [TransactionStatus.Deposited]: '입금완료',
};

const CARDS: readonly string[] = [PayMethod.Card, PayMethod.SimplePay];
const PARTIAL_METHODS: Readonly<Record<string, readonly string[]>> = {
  [ReviseType.PartialCancelCard]: CARDS,
  [ReviseType.PartialCancelTransferOrMobile]: [PayMethod.BankTransfer, PayMethod.Mobile],
};
const RECEIPT_TYPES: readonly string[] = [ReviseType.CashReceiptCancel, ReviseType.CashReceiptPartialCancel];

/** A payment just approved. `nextPgCno` numbers the products of its basket. */
export function openPayment(
  kind: Payment['kind'],
  options: ApproveOptions,
  ids: Pick<Payment, 'pgCno' | 'mallId' | 'shopTransactionId' | 'shopOrderNo' | 'approvalReqDate'>,
  nextPgCno: () => string,
): Payment {
  const payMethodTypeCode = kind === 'cash-receipt' ? '00' : (options.payMethodTypeCode ?? PayMethod.Card);
  const manualCapture = options.capture === 'manual';
  return {
    ...ids,
    kind,
    amount: options.amount,
    payMethodTypeCode,
    balance: options.amount,
    statusCode: statusOfApproval(payMethodTypeCode, manualCapture),
    manualCapture,
    partialCancel: options.partialCancel ?? true,
    complexTax: options.complexTax ?? false,
    basket: (options.basket ?? []).map(({ sellerId, amount }) => ({
      productPgCno: nextPgCno(),
      sellerId,
      amount,
      balance: amount,
    })),
  };
}

export function showPayment(payment: Payment): SimulatedPayment {
  const { kind, pgCno, mallId, payMethodTypeCode, amount, balance, statusCode } = payment;
  const { shopTransactionId, shopOrderNo, approvalReqDate } = payment;
  const statusMessage = STATUS_MESSAGES[statusCode] ?? '';
  const basket = payment.basket.map(({ productPgCno, sellerId, amount }) => ({ productPgCno, sellerId, amount }));
  const who = { kind, pgCno, mallId, shopTransactionId, shopOrderNo, approvalReqDate };
  return { ...who, payMethodTypeCode, amount, balance, statusCode, statusMessage, basket };
}

/** What the shop is told of a payment on approval. */
export function showApproval(payment: Payment): ApprovedPayment {
  const { pgCno, mallId, amount, shopTransactionId, shopOrderNo, approvalReqDate, basket } = showPayment(payment);
  return { pgCno, mallId, amount, shopTransactionId, shopOrderNo, approvalReqDate, basket };
}

/** Also through simple pay. */
export function isCard({ payMethodTypeCode }: Payment): boolean {
  return CARDS.includes(payMethodTypeCode);
}

/** Why the payment, as it stands, cannot be changed so; undefined if it can. */
export function objectionTo(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
  const { reviseTypeCode, amount = 0 } = sent;
  if (!fits(payment, reviseTypeCode)) {
    return ['methodMismatch', 'reviseTypeCode', `does not go with a ${describeMethod(payment)}.`];
  }
  if (payment.balance === 0) return ['alreadyCancelled'];
  if (reviseTypeCode === ReviseType.Capture) {
    const captures = payment.manualCapture && payment.statusCode === TransactionStatus.Approved;
    return captures ? undefined : ['notCapturable'];
  }
  if (payment.statusCode === TransactionStatus.Deposited) return ['depositReceived'];
  const partial = isPartial(sent);
  if (partial && !payment.partialCancel) return ['partialNotAllowed'];
  if (partial && amount > payment.balance) return ['overBalance'];
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

/** What the change would make of the payment. To be asked only where there is no objection. */
export function changeOf(payment: Payment, sent: ReviseRequestBody, today: string): PaymentChange {
  const amount = amountOf(payment, sent);
  return { amount, balanceAfter: payment.balance - amount, statusCode: statusAfter(payment, sent.reviseTypeCode, today) };
}

export function applyChange(
  payment: Payment,
  sent: ReviseRequestBody,
  { amount, balanceAfter, statusCode }: PaymentChange,
): void {
  const product = productOf(payment, sent);
  for (const one of payment.basket) {
    if (!isPartial(sent)) one.balance = balanceAfter === 0 ? 0 : one.balance;
    else if (one === product) one.balance -= amount;
  }
  payment.balance = balanceAfter;
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

function describeMethod({ kind, payMethodTypeCode }: Payment): string {
  return kind === 'cash-receipt' ? 'stand-alone cash receipt' : `payment made by method ${payMethodTypeCode}`;
}

function fits(payment: Payment, reviseTypeCode: string): boolean {
  if (payment.kind === 'cash-receipt' || RECEIPT_TYPES.includes(reviseTypeCode)) {
    return payment.kind === 'cash-receipt' && RECEIPT_TYPES.includes(reviseTypeCode);
  }
  const methods = PARTIAL_METHODS[reviseTypeCode];
  return !methods || methods.includes(payment.payMethodTypeCode);
}

function amountOf(payment: Payment, sent: ReviseRequestBody): number {
  if (sent.reviseTypeCode === ReviseType.Capture) return 0;
  return isPartial(sent) ? (sent.amount ?? 0) : payment.balance;
}

function productOf(payment: Payment, { basketInfo }: ReviseRequestBody): Product | undefined {
  return payment.basket.find(
    ({ productPgCno, sellerId }) => productPgCno === basketInfo?.productPgCno && sellerId === basketInfo.sellerId,
  );
}

function statusOfApproval(payMethodTypeCode: string, manualCapture: boolean): string {
  if (payMethodTypeCode === PayMethod.VirtualAccount) return TransactionStatus.DepositAwaited;
  // KICC: with automatic capture the state right after the approval is "capture requested".
  return CARDS.includes(payMethodTypeCode) && !manualCapture ? TransactionStatus.CaptureRequested : TransactionStatus.Approved;
}

function statusAfter(payment: Payment, reviseTypeCode: string, today: string): string {
  if (reviseTypeCode === ReviseType.Capture) return TransactionStatus.CaptureRequested;
  // Observed: parts that add up to the whole leave it "partially cancelled".
  if (isPartial({ reviseTypeCode })) return TransactionStatus.PartiallyCancelled;
  // Observed: TS02 on the day of the approval, TS05 some days later.
  const captured = reviseTypeCode === ReviseType.FullCancel && today !== payment.approvalReqDate;
  return captured ? TransactionStatus.CaptureCancelled : TransactionStatus.ApprovalCancelled;
}
