import { SUCCESS } from '../protocol/codes.js';
import { decodeReviseResponse } from '../protocol/decode.js';
import { contradictedEchoes, type EchoExpectation } from '../protocol/echoes.js';
import { parseJson } from '../protocol/received-json.js';
import type { RetrievedTransaction } from '../protocol/retrieve-transaction.js';
import type { DeliveryEvidence, QueryEvidence } from '../revision/evidence.js';
import type { KiccHttpAnswer } from './kicc-transport.js';

/** 4xx that do not say that the request is bad: time-out, conflict, too early, too many. */
const UNDECIDED_4XX = [408, 409, 425, 429];

/** Reads what came back over HTTP. Never throws. Source: KICC's exception handling (only 200 carries `resCd`). */
export function readAnswer({ httpStatus, body }: KiccHttpAnswer, sent: EchoExpectation): DeliveryEvidence {
  if (isDefiniteRefusal(httpStatus)) return { kind: 'badRequest', httpStatus };
  const response = httpStatus === 200 ? decodeReviseResponse(parseJson(body)) : undefined;
  if (response === undefined) return { kind: 'unusableAnswer', httpStatus };
  return { kind: 'answer', response, contradicted: contradictedEchoes(sent, response, response.resCd === SUCCESS) };
}

/**
 * Reads what the status query told about a revision. It answers for approvals and cancels alike, and a shop may have used one
 * key for both: only an answer that names the payment as the original of a change is about the revision.
 */
export function readQuery(
  transaction: RetrievedTransaction,
  sent: EchoExpectation,
  asked: { readonly day: string; readonly askedAt?: Date },
): QueryEvidence {
  if (transaction.resCd !== SUCCESS) return { kind: 'queryAnswer', transaction, contradicted: [], ...asked };
  const contradicted = new Set(contradictedEchoes(sent, transaction, true));
  if (transaction.oriPgCno === undefined) contradicted.add('oriPgCno');
  return { kind: 'queryAnswer', transaction, contradicted: [...contradicted], ...asked };
}

/** Whether an HTTP status says that the request itself was bad. Source: KICC's exception handling ("4xx: bad request"). */
export function isDefiniteRefusal(httpStatus: number): boolean {
  return httpStatus >= 400 && httpStatus < 500 && !UNDECIDED_4XX.includes(httpStatus);
}
