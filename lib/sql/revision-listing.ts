import { cursorOf, placeOf, type Place } from '../journal/page-cursor.js';
import type { RevisionPage, RevisionPageQuery } from '../journal/revision-page.js';
import {
  AGE_BOUNDS,
  SETTLED_BOUNDS,
  statsOf,
  type AgeTally,
  type RevisionStats,
  type RevisionStatsQuery,
  type SettledTally,
} from '../journal/revision-stats.js';
import { koreanDay, KST_OFFSET_MS } from '../protocol/korean-date.js';
import { amountOf, type Revision } from '../revision/revision.js';
import { SqlText, type SqlDialect } from './sql-dialect.js';
import { SETTLED } from './sql-parts.js';
import type { Work } from './statement.js';

type Row = Readonly<Record<string, unknown>>;

/** How many rows are looked at for a page of one amount, which stands in their states alone. */
const LOOKED_AT = 10_000;
/** How many of those that may be of it are read for a page. */
const MOST_READ = 200;

const DAY_MS = 86_400_000;
/** Of these there may be millions, and an index has them in their order; all others are few, and are sorted. */
const MANY: readonly unknown[] = [undefined, 'succeeded', 'declined'];
/** What is open is found by an index of what holds its payment. */
const OPEN = `open_pg_cno IS NOT NULL AND status NOT IN ${SETTLED}`;

/** The statements by which those who look after many revisions list and count them. */
export class RevisionListing {
  constructor(
    private readonly table: string,
    private readonly dialect: SqlDialect,
    /** What a row holds; of one that cannot be read, what its columns tell. */
    private readonly shown: (row: Row) => Revision,
  ) {}

  *page(query: RevisionPageQuery): Work<RevisionPage> {
    const { pgCno, limit, amount } = query;
    const after = query.after === undefined ? undefined : placeOf(query.after);
    // The index of payments begins with their malls.
    const mallIds = query.mallIds ?? (pgCno === undefined ? undefined : yield* this.malls());
    if (mallIds?.length === 0 || limit <= 0) return { revisions: [] };
    const search = new Search(this.table, this.dialect, { ...query, mallIds }, after);
    const until = amount === undefined ? undefined : placeIn((yield search.place(LOOKED_AT)).rows[0]);
    const most = amount === undefined ? limit + 1 : Math.max(limit + 1, MOST_READ);
    const { rows } = yield search.rows(most, until);
    const found = rows.flatMap((row) => {
      // MySQL takes a text for the same that has blanks behind it.
      if (pgCno !== undefined && row['pg_cno'] !== pgCno) return [];
      const revision = this.shown(row);
      return amount === undefined || amountOf(revision) === amount ? [{ row, revision }] : [];
    });
    const page = found.slice(0, limit);
    const end = found.length > limit ? placeIn(page.at(-1)?.row) : rows.length === most ? placeIn(rows.at(-1)) : until;
    return { revisions: page.map(({ revision }) => revision), ...(end ? { next: cursorOf(end) } : {}) };
  }

  *stats(query: RevisionStatsQuery): Work<RevisionStats> {
    const { mallIds, from, before, now } = query;
    if (mallIds?.length === 0) return statsOf(query, [], []);
    const text = new SqlText(this.dialect);
    const within = `accepted_at >= ${text.value(from.getTime())} AND accepted_at < ${text.value(before.getTime())}`;
    const ofMalls = mallIds ? ` AND ${this.dialect.withoutIndex('mall_id')} IN (${text.anyOf(mallIds)})` : '';
    const took = classIn('settled_at - accepted_at', SETTLED_BOUNDS);
    const { rows } = yield text.statement(
      `SELECT accepted_at - (accepted_at + ${KST_OFFSET_MS}) % ${DAY_MS} AS since, status, ` +
        `CASE WHEN status IN ${SETTLED} THEN ${took} END AS class, COUNT(*) AS count FROM ${this.table} ` +
        `WHERE ${within}${ofMalls} GROUP BY 1, 2, 3`,
    );
    return statsOf(query, rows.map(settledTally), yield* this.ages(mallIds, now));
  }

  private *ages(mallIds: readonly string[] | undefined, now: Date): Work<AgeTally[]> {
    const text = new SqlText(this.dialect);
    const ofMalls = mallIds ? `mall_id IN (${text.anyOf(mallIds)}) AND ` : '';
    const age = classIn(`${now.getTime()} - accepted_at`, AGE_BOUNDS);
    const { rows } = yield text.statement(
      `SELECT ${age} AS class, COUNT(*) AS count FROM ${this.table} WHERE ${ofMalls}${OPEN} GROUP BY 1`,
    );
    return rows.map((row) => ({ within: Number(row['class']), count: Number(row['count']) }));
  }

  private *malls(): Work<string[]> {
    const { rows } = yield { sql: this.dialect.distinct(this.table, 'mall_id') };
    return rows.map((row) => String(row['mall_id']));
  }
}

/** Revisions that are asked for, in their order, from one place on. */
class Search {
  private readonly isSorted: boolean;
  /** What is few is to be found by what makes it so, and by no index of all that there is. */
  private readonly at: string;

  constructor(
    private readonly table: string,
    private readonly dialect: SqlDialect,
    private readonly query: RevisionPageQuery,
    private readonly after: Place | undefined,
  ) {
    this.isSorted = query.pgCno !== undefined || !MANY.includes(query.status);
    this.at = this.isSorted ? 'accepted_at + 0' : 'accepted_at';
  }

  /** The place of the n-th of them, if there are as many. */
  place(n: number) {
    const text = new SqlText(this.dialect);
    return text.statement(`${this.keys(text, 'accepted_at, sequence')} LIMIT 1 OFFSET ${n - 1}`);
  }

  /** The rows of those that may be of the amount, up to a place. */
  rows(most: number, until: Place | undefined) {
    const text = new SqlText(this.dialect);
    const { amount } = this.query;
    const more: string[] = [];
    if (until) more.push(this.beside(text, until, 'up to'));
    // As the library writes it, and as a person or a tool may have, who mended a row.
    if (amount !== undefined)
      more.push(`(state LIKE ${text.value(`%mount":${amount}%`)} OR state LIKE ${text.value(`%mount": ${amount}%`)})`);
    // Only those that are wanted are looked up in the table, and sorted; all else is read from the index.
    const keys = `${this.keys(text, 'sequence', more)} LIMIT ${text.value(most)}`;
    return text.statement(
      `SELECT held.* FROM (${keys}) AS wanted JOIN ${this.table} AS held ON held.sequence = wanted.sequence ` +
        `ORDER BY ${this.inOrder('held.accepted_at + 0')}, ${this.inOrder('held.sequence')}`,
    );
  }

  private keys(text: SqlText, columns: string, more: readonly string[] = []): string {
    const { mallIds, pgCno, status, from, before } = this.query;
    const conditions = [...more];
    const mall = pgCno === undefined ? this.dialect.withoutIndex('mall_id') : 'mall_id';
    if (mallIds) conditions.push(`${mall} IN (${text.anyOf(mallIds)})`);
    if (pgCno !== undefined) conditions.push(`pg_cno = ${text.value(pgCno)}`);
    if (status === 'attention') conditions.push('attention IS NOT NULL');
    else if (status === 'open') conditions.push(OPEN);
    else if (status !== undefined) {
      conditions.push(`status = ${text.value(status)}`);
      if (!MANY.includes(status)) conditions.push(OPEN);
    }
    if (from) conditions.push(`${this.at} >= ${text.value(from.getTime())}`);
    if (before) conditions.push(`${this.at} < ${text.value(before.getTime())}`);
    if (this.after) conditions.push(this.beside(text, this.after, 'behind'));
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    return `SELECT ${columns} FROM ${this.table}${where} ORDER BY ${this.inOrder(this.at)}, ${this.inOrder('sequence')}`;
  }

  private inOrder(column: string): string {
    return this.query.order === 'oldest' ? column : `${column} DESC`;
  }

  /** Two columns compared as one, so that each engine reads no more of the index than that. */
  private beside(text: SqlText, { acceptedAt, sequence }: Place, side: 'behind' | 'up to'): string {
    const sign = (this.query.order === 'oldest') === (side === 'behind') ? '>' : '<';
    const same = side === 'behind' ? sign : `${sign}=`;
    const at = text.value(acceptedAt);
    return `${this.at} ${sign}= ${at} AND (${this.at} ${sign} ${text.value(acceptedAt)} OR sequence ${same} ${text.value(sequence)})`;
  }
}

/** The class of a time, by its place; none where there is no time. */
function classIn(ms: string, bounds: readonly number[]): string {
  const cases = bounds.map((bound, place) => `WHEN ${ms} <= ${bound} THEN ${place}`);
  return `CASE ${cases.join(' ')} WHEN ${ms} IS NOT NULL THEN ${bounds.length} END`;
}

function placeIn(row: Row | undefined): Place | undefined {
  return row && { acceptedAt: Number(row['accepted_at']), sequence: Number(row['sequence']) };
}

function settledTally({ since, status, class: within, count }: Row): SettledTally {
  return {
    day: koreanDay(new Date(Number(since))),
    end: status === 'succeeded' || status === 'declined' ? status : 'open',
    within: within === null ? undefined : Number(within),
    count: Number(count),
  };
}
