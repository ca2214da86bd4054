import type { Revision } from 'nestjs-kicc';

/** Until when a refusal is looked at once more; absent where nothing is owed. */
export function underReviewUntil({ status, reviewUntil, nextCheckAt }: Revision): Date | undefined {
  return status === 'declined' && nextCheckAt !== undefined ? reviewUntil : undefined;
}
