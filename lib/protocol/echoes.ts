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
  if (succeeded && !isAmountOf(sent, echoOf(answer, 'cancelAmount'))) contradicted.push('cancelAmount');
  return contradicted;
}

/** A value that KICC's table does not allow is decoded into `extra`; for an echo that is a contradiction too. */
function echoOf(answer: ReviseResponse, field: EchoField): unknown {
  return answer[field] ?? answer.extra?.[field];
}

function isAmountOf(sent: EchoExpectation, amount: unknown): boolean {
  if (amount === undefined) return ruleOf(sent)?.givesBack === false;
  if (isPartial(sent)) return amount === sent.amount;
  return typeof amount === 'number' && (sent.approvedAmount === undefined || amount <= sent.approvedAmount);
}
