import { holdsBack } from './hold.js';
import { OverRefundError, PaymentBusyError } from './revise.errors.js';
import { amountGivenBack, isSettled, type Revision } from './revision.js';

/**
 * Whether a new revision may be taken in beside the others of its payment, which come in the order in which they were.
 * @throws {PaymentBusyError} one of them is open, or holds the payment.
 * @throws {OverRefundError} more would go back than was approved.
 */
export function guardPayment(newcomer: Revision, others: readonly Revision[]): void {
  const { pgCno, request, response } = newcomer;
  // What is known already is written, whatever holds the payment; and what KICC has carried out, whatever was approved.
  if (isSettled(newcomer)) return;
  const holder = others.find((other) => holdsBack(other, newcomer));
  if (holder) throw new PaymentBusyError(holder);
  if (response) return;
  // The latest word counts.
  const told = others.findLast((other) => other.request.approvedAmount !== undefined);
  const approvedAmount = request.approvedAmount ?? told?.request.approvedAmount;
  if (approvedAmount === undefined || request.amount === undefined) return;
  const amounts = others.map((other) => amountGivenBack(other) ?? Infinity);
  const refunded = Math.min(
    approvedAmount,
    amounts.reduce((sum, amount) => sum + amount, 0),
  );
  if (refunded + request.amount > approvedAmount) throw new OverRefundError(pgCno, request.amount, refunded, approvedAmount);
}
