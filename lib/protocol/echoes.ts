import type { ReviseType } from './codes.js';
import type { ReviseResponse } from './revise-response.js';
import { isPartial, ruleOf } from './revise-rules.js';

/** What an answer is held against. */
export interface EchoExpectation {
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly reviseTypeCode: ReviseType;
  readonly reviseSubTypeCode?: string | undefined;
  readonly amount?: number | undefined;
  readonly approvedAmount?: number | undefined;
}

/** The fields by which an answer shows that it belongs to a request. */
export type EchoField = 'shopTransactionId' | 'mallId' | 'oriPgCno' | 'cancelAmount';

/**
 * Which echoes of an answer contradict the request: KICC does not sign its answers to a revise request, so these are all
 * that ties one to the other.
 *
 * A refusal need not repeat anything, so there only what is present counts. A success must repeat what KICC's table
 * requires: `shopTransactionId`, and `cancelAmount` except where nothing is given back (a capture, a step of an escrow
 * payment).
 */
export function contradictedEchoes(sent: EchoExpectation, answer: ReviseResponse, succeeded: boolean): readonly EchoField[] {
  const contradicted: EchoField[] = [];
  const id = echoOf(answer, 'shopTransactionId');
  if (id === undefined ? succeeded : id !== sent.shopTransactionId) contradicted.push('shopTransactionId');
  const mallId = echoOf(answer, 'mallId');
  if (mallId !== undefined && mallId !== sent.mallId) contradicted.push('mallId');
  const pgCno = echoOf(answer, 'oriPgCno');
  if (pgCno !== undefined && pgCno !== sent.pgCno) contradicted.push('oriPgCno');
  if (succeeded && !isAmountOf(sent, answer)) contradicted.push('cancelAmount');
  return contradicted;
}

/** A value that KICC's table does not allow is decoded into `extra`; for an echo that is a contradiction too. */
function echoOf(answer: ReviseResponse, field: EchoField): unknown {
  return answer[field] ?? answer.extra?.[field];
}

function isAmountOf(sent: EchoExpectation, answer: ReviseResponse): boolean {
  const amount = echoOf(answer, 'cancelAmount');
  if (amount === undefined) return ruleOf(sent)?.givesBack === false;
  if (isPartial(sent)) return amount === sent.amount;
  const { approvedAmount } = sent;
  return typeof amount === 'number' && (approvedAmount === undefined || amount <= approvedAmount + couponsIn(answer));
}

/** KRW of coupons that went back, which `cancelAmount` may count in where the shop's `approvedAmount` does not. */
export function couponsIn({ reviseInfo, multiCponAmount = '' }: ReviseResponse): number {
  const ofWallet = /^\d{1,12}$/.test(multiCponAmount) ? Number(multiCponAmount) : 0;
  return ofWallet + (reviseInfo?.cardInfo?.couponAmount ?? 0);
}
