import { PayMethod, TransactionStatus } from '../protocol/codes.js';
import type { ApproveOptions } from './approve-options.js';

/** A product of a split-settlement basket. */
export interface SimulatedProduct {
  readonly productPgCno: string;
  readonly sellerId: string;
  /** KRW, as approved. */
  readonly amount: number;
}

/** A deposit into a virtual account. */
export interface SimulatedDeposit {
  /** What a refund of a multi-deposit account names. */
  readonly depositPgCno: string;
  /** KRW, as deposited. */
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
  /** What can still be cancelled or refunded, KRW. */
  readonly balance: number;
  /** See `TransactionStatus`. */
  readonly statusCode: string;
  readonly statusMessage: string;
  /** Whether it is an escrow payment. */
  readonly escrow: boolean;
  /** What was paid into a virtual account, in order. */
  readonly deposits: readonly SimulatedDeposit[];
}

/** Something that happened to a payment: the truth, whatever was answered. */
export interface SimulatedEffect {
  readonly at: Date;
  readonly mallId: string;
  readonly pgCno: string;
  /** The key it was asked for by; made up for a cancel in the merchant console. */
  readonly shopTransactionId: string;
  readonly reviseTypeCode: string;
  /** Only of refunds and escrow changes. */
  readonly reviseSubTypeCode?: string;
  /**
   * KRW that were given back; 0 for a capture and for a step of an escrow payment, negative where a refund bounced. For a
   * virtual account that nobody paid into, what was asked for.
   */
  readonly amount: number;
  /** KRW that can still be cancelled or refunded. */
  readonly balanceAfter: number;
  readonly cancelPgCno: string;
  /** The `cancelPgCno` of the refund whose money came back. */
  readonly bounceOf?: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
/** Something that money is taken out of. */
export interface Purse {
  balance: number;
}
/** KRW taken out of something. */
export interface Taking {
  readonly from: Purse;
  readonly amount: number;
}

export type Product = SimulatedProduct & Purse;
export type Deposit = SimulatedDeposit & Purse;

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

/** Every `statusCode` in KICC's words. */
export const STATUS_MESSAGES: Readonly<Record<string, string>> = {
  [TransactionStatus.Approved]: '승인',
  [TransactionStatus.ApprovalCancelled]: '승인취소',
  [TransactionStatus.CaptureRequested]: '매입요청',
  [TransactionStatus.Captured]: '매입완료',
  [TransactionStatus.CaptureCancelled]: '매입취소',
  [TransactionStatus.PartiallyCancelled]: '부분매입취소',
  [TransactionStatus.DepositAwaited]: '입금대기',
  [TransactionStatus.Deposited]: '입금완료',
  [TransactionStatus.RefundRequested]: '환불요청',
  [TransactionStatus.RefundCompleted]: '환불완료',
  [TransactionStatus.RefundRejected]: '환불거절',
  [TransactionStatus.EscrowApproved]: '승인',
  [TransactionStatus.EscrowCancelled]: '승인취소',
  [TransactionStatus.EscrowDepositAwaited]: '입금대기',
  [TransactionStatus.EscrowDeposited]: '입금완료',
  [TransactionStatus.EscrowRefundRequested]: '환불요청',
  [TransactionStatus.EscrowRefunded]: '환불완료',
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
  [TransactionStatus.EscrowIssuanceCancelled]: '가상계좌 발급취소',
  [TransactionStatus.EscrowConfirmedCancelled]: '구매확정 후 취소완료',
} satisfies Record<(typeof TransactionStatus)[keyof typeof TransactionStatus], string>;

/** Cards, also through simple pay. */
export const CARDS: readonly string[] = [PayMethod.Card, PayMethod.SimplePay];
/** What a stand-alone cash receipt has in place of a method. */
export const RECEIPT = '00';

/** A payment just approved. `nextPgCno` numbers the products of its basket. */
export function openPayment(
  kind: Payment['kind'],
  options: ApproveOptions,
  ids: Pick<Payment, 'pgCno' | 'mallId' | 'shopTransactionId' | 'shopOrderNo' | 'approvalReqDate'>,
  nextPgCno: () => string,
): Payment {
  const payMethodTypeCode = kind === 'cash-receipt' ? RECEIPT : (options.payMethodTypeCode ?? PayMethod.Card);
  const manualCapture = options.capture === 'manual';
  const escrow = options.escrow ?? false;
  return {
    ...ids,
    kind,
    amount: options.amount,
    payMethodTypeCode,
    balance: options.amount,
    statusCode: statusOfApproval(payMethodTypeCode, manualCapture, escrow),
    manualCapture,
    escrow,
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
  const { kind, pgCno, mallId, payMethodTypeCode, amount, balance, statusCode, escrow } = payment;
  const { shopTransactionId, shopOrderNo, approvalReqDate } = payment;
  const statusMessage = STATUS_MESSAGES[statusCode] ?? '';
  const basket = payment.basket.map(({ productPgCno, sellerId, amount }) => ({ productPgCno, sellerId, amount }));
  const deposits = payment.deposits.map(({ depositPgCno, amount }) => ({ depositPgCno, amount }));
  const who = { kind, pgCno, mallId, shopTransactionId, shopOrderNo, approvalReqDate };
  return { ...who, payMethodTypeCode, amount, balance, statusCode, statusMessage, escrow, basket, deposits };
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

/** In words, for a message. */
export function describeMethod({ kind, payMethodTypeCode }: Payment): string {
  return kind === 'cash-receipt' ? 'stand-alone cash receipt' : `payment made by method ${payMethodTypeCode}`;
}

/** How much can be paid into a virtual account now, KRW; 0 if nothing, as into any other payment. */
export function roomForDeposit({ payMethodTypeCode, statusCode, amount, multiDeposit, deposits }: Payment): number {
  if (payMethodTypeCode !== PayMethod.VirtualAccount) return 0;
  const awaited: readonly string[] = [TransactionStatus.DepositAwaited, TransactionStatus.EscrowDepositAwaited];
  if (deposits.length === 0) return awaited.includes(statusCode) ? amount : 0;
  return multiDeposit ? amount - deposits.reduce((sum, deposit) => sum + deposit.amount, 0) : 0;
}

/** Pays into a virtual account that has room for it. */
export function applyDeposit(payment: Payment, depositPgCno: string, amount: number): Deposit {
  const deposit = { depositPgCno, amount, balance: amount };
  // Until somebody pays, the balance is what was asked for; from then on, what is there.
  payment.balance = payment.deposits.length === 0 ? amount : payment.balance + amount;
  payment.deposits.push(deposit);
  payment.statusCode = payment.escrow ? TransactionStatus.EscrowDeposited : TransactionStatus.Deposited;
  return deposit;
}

function statusOfApproval(payMethodTypeCode: string, manualCapture: boolean, escrow: boolean): string {
  if (payMethodTypeCode === PayMethod.VirtualAccount) {
    return escrow ? TransactionStatus.EscrowDepositAwaited : TransactionStatus.DepositAwaited;
  }
  if (escrow) return TransactionStatus.EscrowApproved;
  // KICC: with automatic capture the state right after the approval is "capture requested".
  return CARDS.includes(payMethodTypeCode) && !manualCapture ? TransactionStatus.CaptureRequested : TransactionStatus.Approved;
}
