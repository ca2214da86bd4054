import type { DeliveryEvidence } from '../gateway/evidence.js';
import { OPEN_CODES, SUCCESS } from '../protocol/codes.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import type { Refusal } from './revision.js';

/** What a delivery proves about a revision. */
export type Conclusion =
  | { readonly status: 'accepted' }
  | { readonly status: 'unknown' }
  | { readonly status: 'succeeded'; readonly response: ReviseResponse }
  | { readonly status: 'declined'; readonly refusal: Refusal };

export interface Policy {
  /** `resCd`s that leave the outcome open, on top of KICC's own. */
  readonly openCodes: readonly string[];
}

/**
 * The whole policy: what a delivery proves, from what it showed and from whether an earlier delivery of the same key may
 * have arrived. Pure. A refusal counts only on the first delivery: after that, it may be KICC's "duplicate request", whose
 * code KICC does not publish.
 */
export function decide(evidence: DeliveryEvidence, deliveredBefore: boolean, { openCodes }: Policy): Conclusion {
  switch (evidence.kind) {
    case 'undelivered':
      return deliveredBefore ? { status: 'unknown' } : { status: 'accepted' };
    case 'noAnswer':
    case 'unusableAnswer':
      return { status: 'unknown' };
    case 'badRequest':
      return deliveredBefore ? { status: 'unknown' } : { status: 'declined', refusal: { httpStatus: evidence.httpStatus } };
    case 'answer': {
      const { response, contradicted } = evidence;
      const { resCd, resMsg } = response;
      if (contradicted.length > 0) return { status: 'unknown' };
      if (resCd === SUCCESS) return { status: 'succeeded', response };
      if (deliveredBefore || OPEN_CODES.includes(resCd) || openCodes.includes(resCd)) return { status: 'unknown' };
      return { status: 'declined', refusal: resMsg === undefined ? { resCd } : { resCd, resMsg } };
    }
  }
}
