import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import type { DeliveryEvidence, QueryEvidence } from '../revision/evidence.js';
import type { Revision } from '../revision/revision.js';

/** Whoever follows revisions through what is done about them. Each method does `act`, and gives what it gives. */
export interface ReviseTracer {
  /**
   * A request is taken in; what it gives to `act` is kept with the revision: the W3C `traceparent` that later steps belong to.
   */
  takeIn<T>(request: CheckedReviseRequest, act: (traceparent: string | undefined) => Promise<T>): Promise<T>;
  /** A request is sent, or sent once more. */
  deliver(event: 'delivery' | 'resend', revision: Revision, act: () => Promise<DeliveryEvidence>): Promise<DeliveryEvidence>;
  /** KICC is asked what came of it. */
  query(revision: Revision, act: () => Promise<QueryEvidence>): Promise<QueryEvidence>;
}
