import type { Revision } from 'nestjs-kicc';

const DAY_MS = 24 * 60 * 60_000;

/** Until when KICC's status query can tell what became of a revision: the end of the day after, in Korea. */
export function windowEndOf({ cancelReqDate }: Revision): Date | undefined {
  if (cancelReqDate === undefined) return undefined;
  const day = `${cancelReqDate.slice(0, 4)}-${cancelReqDate.slice(4, 6)}-${cancelReqDate.slice(6)}`;
  return new Date(Date.parse(`${day}T00:00:00+09:00`) + 2 * DAY_MS);
}
