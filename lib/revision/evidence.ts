import type { EchoField } from '../protocol/echoes.js';
import type { RetrievedTransaction } from '../protocol/retrieve-transaction.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import type { NoAnswerReason, UndeliveredReason } from './kicc-delivery.error.js';

/** What one delivery of a revise request proved. Not "an error": each kind says what may have happened to the money. */
export type DeliveryEvidence =
  /** Provably no byte left this machine. */
  | { readonly kind: 'undelivered'; readonly reason: UndeliveredReason; readonly detail?: string }
  /** Bytes may have arrived, and no answer came back. */
  | { readonly kind: 'noAnswer'; readonly reason: NoAnswerReason; readonly detail?: string }
  /** An answer came that says nothing about the money: a server fault, a redirect, no JSON, no readable `resCd`. */
  | { readonly kind: 'unusableAnswer'; readonly httpStatus: number }
  /** KICC called the request itself bad (4xx; it documents no body for these). */
  | { readonly kind: 'badRequest'; readonly httpStatus: number; readonly asked?: QueryEvidence }
  /**
   * KICC answered. `contradicted` lists the echoes that do not fit the request: with any, it may be another's answer. `asked`:
   * what its query told right after a refusal.
   */
  | {
      readonly kind: 'answer';
      readonly response: ReviseResponse;
      readonly contradicted: readonly EchoField[];
      readonly asked?: QueryEvidence;
    };

/** What asking KICC's status query about a revision showed. */
export type QueryEvidence =
  /** No usable answer came back. */
  | { readonly kind: 'queryFailed'; readonly reason: string; readonly detail?: string }
  /**
   * KICC answered. `contradicted` lists what does not fit the revision; an approval's answer fits none. `day`: under which
   * `cancelReqDate` it was asked. `askedAt`: when; an answer that was long on its way tells what was so then. Absent: just now.
   */
  | {
      readonly kind: 'queryAnswer';
      readonly transaction: RetrievedTransaction;
      readonly contradicted: readonly EchoField[];
      readonly day: string;
      readonly askedAt?: Date;
    };

/** What a revision can be confronted with. `due`: nothing new, its time has come. */
export type Evidence = DeliveryEvidence | QueryEvidence | NotificationEvidence | { readonly kind: 'due' };

/** What KICC's notification says, where the query can neither confirm nor deny it any more: it fits all that is known. */
export interface NotificationEvidence {
  readonly kind: 'notification';
  readonly response: ReviseResponse;
}

export function isQuery(evidence: Evidence): evidence is QueryEvidence {
  return evidence.kind === 'queryAnswer' || evidence.kind === 'queryFailed';
}

export function isDelivery({ kind }: Evidence): boolean {
  return kind !== 'due' && kind !== 'notification' && kind !== 'queryAnswer' && kind !== 'queryFailed';
}
