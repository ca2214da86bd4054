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
 * requires: `shopTransactionId`, and `cancelAmount` except where nothing is given back (a capture, a step of an escrow payment).
 */
export function contradictedEchoes(sent: EchoExpectation, answer: ReviseResponse, succeeded: boolean): readonly EchoField[] {
  const contradicted: EchoField[] = [];
  const expect = (field: EchoField, required: boolean, holds: (value: unknown) => boolean): void => {
    // A value that KICC's table does not allow is decoded into `extra`; for an echo that is a contradiction too.
    const value = answer[field] ?? answer.extra?.[field];
    if (value === undefined ? succeeded && required : !holds(value)) contradicted.push(field);
  };
  expect('shopTransactionId', true, (value) => value === sent.shopTransactionId);
  expect('mallId', false, (value) => value === sent.mallId);
  expect('oriPgCno', false, (value) => value === sent.pgCno);
  if (succeeded) {
    expect('cancelAmount', ruleOf(sent)?.givesBack ?? true, (value) =>
      isPartial(sent)
        ? value === sent.amount
        : typeof value === 'number' && (sent.approvedAmount === undefined || value <= sent.approvedAmount),
    );
  }
  return contradicted;
}
