import { PayMethod, ReviseType, TransactionStatus } from '../protocol/codes.js';
import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { isEscrow, ruleOf } from '../protocol/revise-rules.js';
import type { Objection } from './refusals.js';
import type { Deposit, Payment, Taking } from './simulated-payment.js';

/** A refund that KICC has accepted, and how it stands. */
export interface Refund {
  readonly payment: Payment;
  readonly sent: ReviseRequestBody;
  readonly cancelPgCno: string;
  /** KRW. */
  readonly amount: number;
  readonly depositPgCno: string | undefined;
  readonly takes: readonly Taking[];
  /** The payment's state before it. */
  readonly statusBefore: string;
  /** `RF01`, `RF02` or `RF03`; of an escrow payment, its state, or `RF03`. */
  statusCode: string;
  /** What comes of it by itself, and when. */
  due?: { readonly at: Date; readonly comes: 'completion' | 'bounce' } | undefined;
}

/** Told what became of a refund, and when. */
export interface RefundListener {
  completed(refund: Refund, at: Date): void;
  bounced(refund: Refund, at: Date): void;
}

const HOUR_MS = 60 * 60 * 1000;
/** When KICC pays settlement refunds out, by assumption: its page names the day only. KST. */
const PAYS_OUT_AT_HOUR = 10;
const WEEKEND = [0, 6];

/** Whether it is a refund of its own (60, 62, 63); escrow's are changes of its state. */
export function isRefund(sent: ReviseRequestBody): boolean {
  return ruleOf(sent)?.needs === 'refundInfo' && !isEscrow(sent);
}

/** Why the payment, which was made by a method that can be refunded, is none to refund so, whatever its balance. */
export function refundObjection(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
  const { payMethodTypeCode, deposits, multiDeposit, balance } = payment;
  const isAccount = payMethodTypeCode === PayMethod.VirtualAccount;
  if (isAccount && deposits.length === 0) return balance === 0 ? ['alreadyCancelled'] : ['depositAwaited'];
  const field = 'refundInfo.depositPgCno';
  const named = sent.refundInfo?.depositPgCno;
  if (named === undefined && multiDeposit) {
    return ['depositMismatch', field, 'is missing; the virtual account takes several deposits.'];
  }
  if (named !== undefined && !depositOf(payment, sent)) return ['depositMismatch', field, 'is not a deposit of this payment.'];
  return undefined;
}

/** The deposit that is refunded: the one that is named, else the only one. */
export function depositOf({ deposits }: Payment, { refundInfo }: ReviseRequestBody): Deposit | undefined {
  const named = refundInfo?.depositPgCno;
  return named === undefined ? deposits[0] : deposits.find(({ depositPgCno }) => depositPgCno === named);
}

/** How KICC answers that it has accepted a refund. */
export function statusOfRefund({ reviseTypeCode }: ReviseRequestBody): string {
  return reviseTypeCode === ReviseType.RealTimeRefund ? TransactionStatus.RefundCompleted : TransactionStatus.RefundRequested;
}

/** When the money of a refund asked for at a time arrives. */
export function refundsAt({ reviseTypeCode }: ReviseRequestBody, at: Date): Date {
  return reviseTypeCode === ReviseType.RealTimeRefund ? at : nextPayout(at);
}

/** 10:00 (KST) on the next business day. Knows weekends, no public holidays. */
export function nextPayout(at: Date): Date {
  for (let later = 1; ; later++) {
    const payout = new Date(startOfKoreanDay(koreanDay(at), later).getTime() + PAYS_OUT_AT_HOUR * HOUR_MS);
    // At 10:00 in Korea it is the same day in UTC.
    if (!WEEKEND.includes(payout.getUTCDay())) return payout;
  }
}

/** The refunds that KICC has accepted, which go on by its clock: completed the next business day, or bounced. */
export class Refunds {
  readonly #byCancelPgCno = new Map<string, Refund>();
  readonly #waiting = new Set<Refund>();

  constructor(private readonly listener: RefundListener) {}

  /** Takes one in that was accepted just now. */
  accept(refund: Refund, payoutAt: Date): Refund {
    const { payment, sent } = refund;
    const isDone = statusOfRefund(sent) === TransactionStatus.RefundCompleted;
    if (payment.refundBounces) {
      refund.due = { at: isDone ? new Date(payoutAt.getTime() + HOUR_MS) : payoutAt, comes: 'bounce' };
    } else if (!isDone) refund.due = { at: payoutAt, comes: 'completion' };
    if (refund.due) this.#waiting.add(refund);
    this.#byCancelPgCno.set(refund.cancelPgCno, refund);
    return refund;
  }

  /** A shop may itself declare the refund of its escrow payment completed (ES11, ES15): then there is nothing to wait for. */
  completedByShop(payment: Payment): void {
    for (const refund of this.#waiting) {
      if (refund.payment !== payment || ruleOf(refund.sent)?.completedAs !== payment.statusCode) continue;
      refund.statusCode = payment.statusCode;
      if (refund.due?.comes === 'completion') this.#endWait(refund);
    }
  }

  /** Lets everything happen that is due by then, in order. */
  settleUntil(now: Date): void {
    while (this.#waiting.size > 0) {
      const [next] = [...this.#waiting].sort((one, other) => one.due!.at.getTime() - other.due!.at.getTime());
      const due = next?.due;
      if (!next || !due || due.at > now) return;
      if (due.comes === 'bounce') this.#bounce(next, due.at);
      else this.#complete(next, due.at);
    }
  }

  /** Whether there is such a refund, and its money has not come back yet. */
  canBounce(cancelPgCno: string): boolean {
    const refund = this.#byCancelPgCno.get(cancelPgCno);
    return refund !== undefined && refund.statusCode !== TransactionStatus.RefundRejected;
  }

  /** The money of a refund comes back. To be asked only where {@link canBounce}. */
  bounce(cancelPgCno: string, at: Date): void {
    this.#bounce(this.#byCancelPgCno.get(cancelPgCno)!, at);
  }

  #complete(refund: Refund, at: Date): void {
    this.#endWait(refund);
    const { payment, sent, statusCode: requested } = refund;
    refund.statusCode = ruleOf(sent)?.completedAs ?? TransactionStatus.RefundCompleted;
    // A mobile payment may have been cancelled in part meanwhile.
    if (payment.statusCode === requested) payment.statusCode = refund.statusCode;
    this.listener.completed(refund, at);
  }

  #bounce(refund: Refund, at: Date): void {
    this.#endWait(refund);
    refund.statusCode = TransactionStatus.RefundRejected;
    for (const { from, amount } of refund.takes) from.balance += amount;
    const { payment, statusBefore } = refund;
    // Assumed: KICC does not say where the bounce of its refund leaves an escrow payment.
    payment.statusCode = payment.escrow ? statusBefore : TransactionStatus.RefundRejected;
    this.listener.bounced(refund, at);
  }

  #endWait(refund: Refund): void {
    refund.due = undefined;
    this.#waiting.delete(refund);
  }
}
