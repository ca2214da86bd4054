import { TransactionStatus } from '../protocol/codes.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { isEscrow, ruleOf } from '../protocol/revise-rules.js';
import type { Objection } from './refusals.js';
import type { Payment } from './simulated-payment.js';

/** Why an escrow payment cannot be changed so, or another payment by 61. */
export function escrowObjection(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
  if (!isEscrow(sent)) return ['escrowPayment', 'reviseTypeCode', 'is not 61; the payment is an escrow payment.'];
  if (!payment.escrow) return ['escrowPayment', 'reviseTypeCode', 'is 61; the payment is not an escrow payment.'];
  const from: readonly string[] = ruleOf(sent)?.from ?? [];
  return from.includes(payment.statusCode) ? undefined : ['escrowMove'];
}

/** The state that a change which is allowed leads to. */
export function escrowStatusAfter({ statusCode }: Payment, { reviseSubTypeCode }: ReviseRequestBody): string {
  // KICC: ES02 asked of an account that nobody has paid into ends its issue.
  if (statusCode === TransactionStatus.EscrowDepositAwaited) return TransactionStatus.EscrowIssuanceCancelled;
  return reviseSubTypeCode ?? statusCode;
}
