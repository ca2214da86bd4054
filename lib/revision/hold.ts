import { isPartial } from '../protocol/revise-rules.js';
import { isSettled, type Revision } from './revision.js';

/**
 * Why nothing else of its kind may be done to a revision's payment: its outcome is open; it is declined, but under review; the
 * shop does not know yet that it was corrected; or its row in the journal cannot be read, so nobody knows what it did.
 */
export type Hold = 'open' | 'review' | 'corrected' | 'unreadable';

/** Why a revision holds its payment; `undefined` where it does not. */
export function holdOf(revision: Revision): Hold | undefined {
  if (revision.unreadable) return 'unreadable';
  if (!isSettled(revision)) return 'open';
  if (revision.corrected) return 'corrected';
  const isOwed = isUnderReview(revision) || revision.unreviewed === true;
  return isOwed && ofPart(revision) !== undefined ? 'review' : undefined;
}

/**
 * Whether a revision's payment can take another change beside it. Of two where one is of the whole payment, KICC carries out
 * what is left to be given back, and no more; so those do not wait for a review.
 */
export function holdsBack(revision: Revision, newcomer: Pick<Revision, 'request'>): boolean {
  const hold = holdOf(revision);
  return hold === 'review' ? ofPart(revision) === ofPart(newcomer) : hold !== undefined;
}

/** What can be done to one payment more than once, or by mistake twice: giving back a part, or the capture. */
function ofPart({ request }: Pick<Revision, 'request'>): 'part' | 'capture' | undefined {
  if (isPartial(request)) return 'part';
  return request.reviseTypeCode === '20' ? 'capture' : undefined;
}

/** Whether a decline waits for KICC to be asked once more. An older version, which knows no reviews, may have ended it. */
export function isUnderReview({ status, reviewUntil, unreviewed, nextCheckAt }: Revision): boolean {
  return status === 'declined' && reviewUntil !== undefined && !unreviewed && nextCheckAt !== undefined;
}
