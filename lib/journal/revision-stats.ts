import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';

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

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

/** The classes of times within which revisions are settled, by their upper bounds, ms; the last class has none. */
export const SETTLED_BOUNDS: readonly number[] = [
  ...[250, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND],
  ...[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  ...[DAY, 3 * DAY, 7 * DAY, 30 * DAY],
];

/** The classes of ages of what is open, as {@link SETTLED_BOUNDS}. */
export const AGE_BOUNDS: readonly number[] = [MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY];

/** How many revisions of a day ended alike, in a time of one class. */
export interface SettledTally {
  /** `yyyyMMdd`, KST. */
  readonly day: string;
  readonly end: 'succeeded' | 'declined' | 'open';
  /** The class of {@link SETTLED_BOUNDS}, by its place; absent where it is not settled, or nobody knows when it was. */
  readonly within?: number | undefined;
  readonly count: number;
}

/** How many revisions that are open are of one class of {@link AGE_BOUNDS}, by its place. */
export interface AgeTally {
  readonly within: number;
  readonly count: number;
}

/** The class that a time belongs to, by its place; one behind the last bound where it exceeds all. */
export function classOf(ms: number, bounds: readonly number[]): number {
  const place = bounds.findIndex((bound) => ms <= bound);
  return place < 0 ? bounds.length : place;
}

/** The figures that tallies come to. */
export function statsOf(
  { from, before }: Pick<RevisionStatsQuery, 'from' | 'before'>,
  settled: readonly SettledTally[],
  open: readonly AgeTally[],
): RevisionStats {
  const byDay = new Map<string, SettledTally[]>(daysWithin(from, before).map((day) => [day, []]));
  for (const tally of settled) byDay.get(tally.day)?.push(tally);
  const days = [...byDay].map(([day, ofDay]) => {
    const count = (end: SettledTally['end']): number => sum(ofDay.filter((tally) => tally.end === end));
    const [succeeded, declined, stillOpen] = [count('succeeded'), count('declined'), count('open')];
    return { day, succeeded, declined, open: stillOpen, ...withinOf(ofDay) };
  });
  const openByAge = [...AGE_BOUNDS, Infinity].map((withinMs, place) => {
    return { withinMs, count: sum(open.filter(({ within }) => within === place)) };
  });
  return { days, ...withinOf(settled), openByAge };
}

function daysWithin(from: Date, before: Date): string[] {
  const days: string[] = [];
  for (let start = startOfKoreanDay(koreanDay(from)); start < before; start = new Date(start.getTime() + DAY)) {
    days.push(koreanDay(start));
  }
  return days;
}

/** The classes in which 50, 95 and 99 of a hundred were settled. */
function withinOf(tallies: readonly SettledTally[]): { readonly settledWithinMs?: SettledWithin } {
  const counts = [...SETTLED_BOUNDS, Infinity].map((_, place) => sum(tallies.filter(({ within }) => within === place)));
  const all = counts.reduce((total, count) => total + count, 0);
  if (all === 0) return {};
  const within = (percent: number): number => {
    let left = Math.ceil((all * percent) / 100);
    return SETTLED_BOUNDS[counts.findIndex((count) => (left -= count) <= 0)] ?? Infinity;
  };
  return { settledWithinMs: { p50: within(50), p95: within(95), p99: within(99) } };
}

function sum(tallies: readonly { readonly count: number }[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}
