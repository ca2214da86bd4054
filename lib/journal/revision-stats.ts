/** Of which revisions figures are wanted. */
export interface RevisionStatsQuery {
  /** Of these malls; absent: of all. */
  readonly mallIds?: readonly string[] | undefined;
  /** Taken in (`acceptedAt`) at this time or later. */
  readonly from: Date;
  /** Taken in earlier than this. */
  readonly before: Date;
  /** By which the age of those open is reckoned. */
  readonly now: Date;
}

/** Figures of what was taken in within a time, and of what is open now. */
export interface RevisionStats {
  /** Each day of Korea within the time, also one of which there is none; oldest first. */
  readonly days: readonly RevisionDay[];
  /** How soon those of all days that are settled were. */
  readonly settledWithinMs?: SettledWithin | undefined;
  /** All that are open, whenever they were taken in, by how old they are; youngest first, the last class without bound. */
  readonly openByAge: readonly { readonly withinMs: number; readonly count: number }[];
}

/** What became of the revisions of a day. */
export interface RevisionDay {
  /** `yyyyMMdd`, KST. */
  readonly day: string;
  readonly succeeded: number;
  readonly declined: number;
  readonly open: number;
  /** Absent where none is settled. */
  readonly settledWithinMs?: SettledWithin | undefined;
}

/** Within how long a share of them was settled, ms: the upper bound of a class of times, `Infinity` beyond the last. */
export interface SettledWithin {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}
