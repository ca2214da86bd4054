import type { Revision, RevisionStatus } from '../revision/revision.js';

/** Which revisions are wanted of a journal, and from where on. */
export interface RevisionPageQuery {
  /** Of these malls; absent: of all. */
  readonly mallIds?: readonly string[] | undefined;
  /** Of this payment. */
  readonly pgCno?: string | undefined;
  /** `open`: not settled. `attention`: a person has to look (`attentionOf`), also at what is open and cannot be read. */
  readonly status?: RevisionStatus | 'open' | 'attention' | undefined;
  /** Taken in (`acceptedAt`) at this time or later. */
  readonly from?: Date | undefined;
  /** Taken in earlier than this. */
  readonly before?: Date | undefined;
  /** KRW that it asked for or, where it asked for all, that KICC gave back or the payment was approved for (`amountOf`). */
  readonly amount?: number | undefined;
  /** By when they were taken in. Default `newest` first. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** How many at most. */
  readonly limit: number;
  /** Goes on behind a page: its `next`. */
  readonly after?: string | undefined;
}

/** Some revisions of many. */
export interface RevisionPage {
  /** Those that cannot be read as their rows' columns tell (`Revision.unreadable`). May be none though there is a `next`. */
  readonly revisions: readonly Revision[];
  /** Where the next page begins, for `after`. Absent: there are no more. */
  readonly next?: string | undefined;
}
