import type { Evidence } from './evidence.js';
import type { RevisionStatus, TrailEntry } from './revision.js';

/** The line that some evidence leaves in the trail. */
export function trailEntry(
  event: 'delivery' | 'resend' | 'query' | 'interrupted' | 'notification',
  evidence: Evidence,
  status: RevisionStatus,
  at: Date,
  cancelReqDate?: string,
): TrailEntry {
  const answer =
    evidence.kind === 'answer' ? evidence.response : evidence.kind === 'queryAnswer' ? evidence.transaction : undefined;
  const seen = observed(evidence);
  return Object.freeze({
    at,
    event,
    ...(cancelReqDate === undefined ? {} : { cancelReqDate }),
    ...(seen === undefined ? {} : { observed: seen }),
    ...(answer ? { resCd: answer.resCd } : {}),
    ...('httpStatus' in evidence ? { httpStatus: evidence.httpStatus } : {}),
    status,
  } satisfies TrailEntry);
}

/** A word or two for what was seen. */
function observed(evidence: Evidence): string | undefined {
  switch (evidence.kind) {
    case 'due':
    case 'notification':
      return undefined;
    case 'undelivered':
    case 'noAnswer':
    case 'queryFailed':
      return evidence.detail === undefined ? evidence.reason : `${evidence.reason} (${evidence.detail})`;
    case 'answer':
    case 'queryAnswer':
      return evidence.contradicted.length > 0 ? `echo mismatch: ${evidence.contradicted.join(', ')}` : 'answer';
    case 'unusableAnswer':
    case 'badRequest':
      return evidence.kind;
  }
}
