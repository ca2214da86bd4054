import { PayMethod, ReviseType, TransactionStatus } from '../protocol/codes.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { isEscrow, isPartial, ruleOf } from '../protocol/revise-rules.js';
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

/** Money that came into a virtual account. */
export interface SimulatedDeposit {
  readonly depositPgCno: string;
  /** KRW. */
  readonly amount: number;
}

/** The state of a payment at the simulated KICC. */
export interface SimulatedPayment extends ApprovedPayment {
  readonly kind: 'payment' | 'cash-receipt';
  readonly payMethodTypeCode: string;
  readonly escrow: boolean;
  /** What was paid into it, if it is a virtual account. */
  readonly deposits: readonly SimulatedDeposit[];
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
  readonly reviseSubTypeCode?: string | undefined;
  /**
   * KRW that were cancelled or refunded; 0 for a capture or a step of an escrow payment. For a virtual account that nobody paid
   * into, what was asked for. Below 0 where the money of a refund came back.
   */
  readonly amount: number;
  /** KRW that can still be cancelled. */
  readonly balanceAfter: number;
  readonly cancelPgCno: string;
  /** The `cancelPgCno` of the refund whose money came back. */
  readonly bounceOf?: string | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Product = SimulatedProduct & { balance: number };
type Deposit = SimulatedDeposit & { balance: number };

/** A payment or a stand-alone cash receipt as the simulator keeps it. */
export interface Payment extends Mutable<Omit<SimulatedPayment, 'statusMessage' | 'basket' | 'deposits'>> {
  readonly manualCapture: boolean;
  readonly partialCancel: boolean;
  readonly complexTax: boolean;
  readonly multiDeposit: boolean;
  readonly refundBounces: boolean;
  readonly basket: readonly Product[];
  readonly deposits: Deposit[];
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
  [TransactionStatus.RefundRequested]: '환불요청',
  [TransactionStatus.RefundCompleted]: '환불완료',
  [TransactionStatus.RefundRejected]: '환불거절',
  [TransactionStatus.EscrowApproved]: '에스크로 승인',
  [TransactionStatus.EscrowCancelled]: '에스크로 승인취소',
  [TransactionStatus.EscrowDepositAwaited]: '에스크로 입금대기',
  [TransactionStatus.EscrowDeposited]: '에스크로 입금완료',
  [TransactionStatus.EscrowRefundRequested]: '에스크로 환불요청',
  [TransactionStatus.EscrowRefunded]: '에스크로 환불완료',
  [TransactionStatus.EscrowShipping]: '배송중',
  [TransactionStatus.EscrowShippingCancelRequested]: '배송중 취소요청',
  [TransactionStatus.EscrowShippingCancelled]: '배송중 취소완료',
  [TransactionStatus.EscrowShippingRefundRequested]: '배송중 환불요청',
  [TransactionStatus.EscrowShippingRefunded]: '배송중 환불완료',
  [TransactionStatus.EscrowConfirmed]: '구매확정',
  [TransactionStatus.EscrowRejected]: '구매거절',
  [TransactionStatus.EscrowConfirmedRefundRequested]: '구매확정 후 환불요청',
  [TransactionStatus.EscrowConfirmedRefunded]: '구매확정 후 환불완료',
  [TransactionStatus.EscrowConfirmedCancelRequested]: '구매확정 후 취소요청',
  [TransactionStatus.EscrowIssuanceCancelled]: '에스크로 발급취소',
  [TransactionStatus.EscrowConfirmedCancelled]: '구매확정 후 취소완료',
};

const CARDS: readonly string[] = [PayMethod.Card, PayMethod.SimplePay];
const PARTIAL_METHODS: Readonly<Record<string, readonly string[]>> = {
  [ReviseType.PartialCancelCard]: CARDS,
  [ReviseType.PartialCancelTransferOrMobile]: [PayMethod.BankTransfer, PayMethod.Mobile],
};
const REFUND_TYPES: readonly string[] = [ReviseType.Refund, ReviseType.PartialRefund, ReviseType.RealTimeRefund];
const REFUND_METHODS: readonly string[] = [PayMethod.VirtualAccount, PayMethod.Mobile];
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
  const escrow = options.escrow ?? false;
  return {
    ...ids,
    kind,
    amount: options.amount,
    payMethodTypeCode,
    balance: options.amount,
    escrow,
    statusCode: statusOfApproval(payMethodTypeCode, manualCapture, escrow),
    manualCapture,
    partialCancel: options.partialCancel ?? true,
    complexTax: options.complexTax ?? false,
    multiDeposit: options.multiDeposit ?? false,
    refundBounces: options.refundBounces ?? false,
    deposits: [],
    basket: (options.basket ?? []).map(({ sellerId, amount }) => ({
      productPgCno: nextPgCno(),
      sellerId,
      amount,
      balance: amount,
    })),
  };
}

export function showPayment(payment: Payment): SimulatedPayment {
  const { kind, pgCno, mallId, payMethodTypeCode, escrow, amount, balance, statusCode } = payment;
  const { shopTransactionId, shopOrderNo, approvalReqDate } = payment;
  const statusMessage = STATUS_MESSAGES[statusCode] ?? '';
  const basket = payment.basket.map(({ productPgCno, sellerId, amount }) => ({ productPgCno, sellerId, amount }));
  const deposits = payment.deposits.map(({ depositPgCno, amount }) => ({ depositPgCno, amount }));
  const who = { kind, pgCno, mallId, shopTransactionId, shopOrderNo, approvalReqDate };
  return { ...who, payMethodTypeCode, escrow, deposits, amount, balance, statusCode, statusMessage, basket };
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
  if (isEscrow(sent) || payment.escrow) return objectionToEscrow(payment, sent);
  if (!fits(payment, reviseTypeCode)) {
    return ['methodMismatch', 'reviseTypeCode', `does not go with a ${describeMethod(payment)}.`];
  }
  if (payment.balance === 0) return ['alreadyCancelled'];
  if (reviseTypeCode === ReviseType.Capture) {
    const captures = payment.manualCapture && payment.statusCode === TransactionStatus.Approved;
    return captures ? undefined : ['notCapturable'];
  }
  const deposit = objectionToDeposit(payment, sent);
  if (deposit) return deposit;
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

/** KICC changes an escrow payment by 61 alone, and from one state to the next. */
function objectionToEscrow(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
  if (!payment.escrow) return ['notEscrow', 'reviseTypeCode', 'is 61, and the payment is no escrow payment.'];
  if (!isEscrow(sent)) return ['escrowPayment', 'reviseTypeCode', 'is not 61, and the payment is an escrow payment.'];
  return ruleOf(sent)?.from?.includes(payment.statusCode) ? undefined : ['escrowMove'];
}

/** A virtual account is cancelled before a deposit, and refunded after it. */
function objectionToDeposit(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
  const isRefund = REFUND_TYPES.includes(sent.reviseTypeCode);
  if (payment.payMethodTypeCode !== PayMethod.VirtualAccount) return undefined;
  if (payment.deposits.length === 0) return isRefund ? ['depositAwaited'] : undefined;
  if (!isRefund) return ['depositReceived'];
  const named = sent.refundInfo?.depositPgCno;
  if (named === undefined) {
    if (!payment.multiDeposit) return undefined;
    return ['depositMismatch', 'refundInfo.depositPgCno', 'is missing; the virtual account takes several deposits.'];
  }
  const deposit = payment.deposits.find(({ depositPgCno }) => depositPgCno === named);
  if (!deposit) return ['depositMismatch', 'refundInfo.depositPgCno', 'is no deposit of this payment.'];
  if (deposit.balance === 0) return ['alreadyCancelled'];
  return (sent.amount ?? 0) > deposit.balance ? ['overBalance'] : undefined;
}

/** What the change would make of the payment. To be asked only where there is no objection. */
export function changeOf(payment: Payment, sent: ReviseRequestBody, today: string): PaymentChange {
  const amount = amountOf(payment, sent);
  return { amount, balanceAfter: payment.balance - amount, statusCode: statusAfter(payment, sent, today) };
}

export function applyChange(
  payment: Payment,
  sent: ReviseRequestBody,
  { amount, balanceAfter, statusCode }: PaymentChange,
): void {
  const product = productOf(payment, sent);
  const deposit = payment.deposits.find(({ depositPgCno }) => depositPgCno === sent.refundInfo?.depositPgCno);
  if (deposit) deposit.balance -= amount;
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
  const methods = REFUND_TYPES.includes(reviseTypeCode) ? REFUND_METHODS : PARTIAL_METHODS[reviseTypeCode];
  return !methods || methods.includes(payment.payMethodTypeCode);
}

function amountOf(payment: Payment, sent: ReviseRequestBody): number {
  if (ruleOf(sent)?.givesBack === false) return 0;
  if (isPartial(sent)) return sent.amount ?? 0;
  const named = payment.deposits.find(({ depositPgCno }) => depositPgCno === sent.refundInfo?.depositPgCno);
  return named?.balance ?? payment.balance;
}

function productOf(payment: Payment, { basketInfo }: ReviseRequestBody): Product | undefined {
  return payment.basket.find(
    ({ productPgCno, sellerId }) => productPgCno === basketInfo?.productPgCno && sellerId === basketInfo.sellerId,
  );
}

function statusOfApproval(payMethodTypeCode: string, manualCapture: boolean, escrow: boolean): string {
  if (escrow) {
    const isAccount = payMethodTypeCode === PayMethod.VirtualAccount;
    return isAccount ? TransactionStatus.EscrowDepositAwaited : TransactionStatus.EscrowApproved;
  }
  if (payMethodTypeCode === PayMethod.VirtualAccount) return TransactionStatus.DepositAwaited;
  // KICC: with automatic capture the state right after the approval is "capture requested".
  return CARDS.includes(payMethodTypeCode) && !manualCapture ? TransactionStatus.CaptureRequested : TransactionStatus.Approved;
}

function statusAfter(payment: Payment, sent: ReviseRequestBody, today: string): string {
  const { reviseTypeCode, reviseSubTypeCode } = sent;
  if (isEscrow(sent)) {
    const isIssuance = payment.statusCode === TransactionStatus.EscrowDepositAwaited;
    return isIssuance ? TransactionStatus.EscrowIssuanceCancelled : (reviseSubTypeCode ?? '');
  }
  if (reviseTypeCode === ReviseType.RealTimeRefund) return TransactionStatus.RefundCompleted;
  if (REFUND_TYPES.includes(reviseTypeCode)) return TransactionStatus.RefundRequested;
  if (reviseTypeCode === ReviseType.Capture) return TransactionStatus.CaptureRequested;
  // Observed: parts that add up to the whole leave it "partially cancelled".
  if (isPartial(sent)) return TransactionStatus.PartiallyCancelled;
  // Observed: TS02 on the day of the approval, TS05 some days later.
  const captured = reviseTypeCode === ReviseType.FullCancel && today !== payment.approvalReqDate;
  return captured ? TransactionStatus.CaptureCancelled : TransactionStatus.ApprovalCancelled;
}

/** Money comes into a virtual account; returns what the payment has now. */
export function applyDeposit(payment: Payment, depositPgCno: string, amount: number): void {
  payment.deposits.push({ depositPgCno, amount, balance: amount });
  if (payment.multiDeposit) {
    payment.amount = payment.deposits.reduce((sum, deposit) => sum + deposit.amount, 0);
    payment.balance = payment.deposits.reduce((sum, deposit) => sum + deposit.balance, 0);
  }
  payment.statusCode = payment.escrow ? TransactionStatus.EscrowDeposited : TransactionStatus.Deposited;
}

/** The money of a refund comes back. */
export function applyBounce(payment: Payment, amount: number, depositPgCno: string | undefined): void {
  payment.balance += amount;
  const deposit = payment.deposits.find((one) => one.depositPgCno === depositPgCno);
  if (deposit) deposit.balance += amount;
  payment.statusCode = TransactionStatus.RefundRejected;
}
