import { types } from 'node:util';
import type { ReviseJournal } from '../journal/revise-journal.js';
import type { RevisionPage, RevisionPageQuery } from '../journal/revision-page.js';
import type { RevisionStats, RevisionStatsQuery } from '../journal/revision-stats.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import { violation } from '../protocol/check-fields.js';
import { checkedQuery, checkLimit, checkText, isWhole, USUAL_LIMIT, type QueryCheck } from '../protocol/check-query.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import type { Revision, RevisionStatus } from '../revision/revision.js';
import { askJournal } from './ask-journal.js';

/** Which revisions {@link ReviseReports.list} gives; without any of these, the newest of the module's malls. */
export interface ReviseReportsQuery extends Omit<RevisionPageQuery, 'limit'> {
  /** How many at most, 1 to 200. Default 50. */
  readonly limit?: number | undefined;
}

/** What the service needs of the module. */
export interface ReportSettings {
  readonly malls: KiccMalls;
  readonly now: () => Date;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 400;

const STATUSES: Readonly<Record<RevisionStatus | 'open' | 'attention', true>> = {
  accepted: true,
  sending: true,
  unknown: true,
  escalated: true,
  succeeded: true,
  declined: true,
  open: true,
  attention: true,
};
const DATE = 'Give a valid Date.';

const checkDate: QueryCheck = (value) =>
  types.isDate(value) && !Number.isNaN(value.getTime()) ? undefined : ['type', 'is not a valid Date.', DATE];
const checkMalls: QueryCheck = (value) =>
  Array.isArray(value) && value.every((mallId) => typeof mallId === 'string')
    ? undefined
    : ['type', 'is not an array of strings.', "Give ids of malls, or leave it out for the module's own."];
const oneOf =
  (values: readonly string[]): QueryCheck =>
  (value) =>
    values.includes(value as string)
      ? undefined
      : ['oneOf', 'is not one of the values there are.', `Use ${values.map((known) => `'${known}'`).join(', ')}.`];

const OF_PAGE: Readonly<Record<keyof RevisionPageQuery, QueryCheck>> = {
  mallIds: checkMalls,
  pgCno: checkText,
  status: oneOf(Object.keys(STATUSES)),
  from: checkDate,
  before: checkDate,
  amount: (value) =>
    isWhole(value, 0, Number.MAX_SAFE_INTEGER)
      ? undefined
      : ['wholeWon', 'is not a whole number of won.', 'Give an integer of at least 0.'],
  order: oneOf(['newest', 'oldest']),
  limit: checkLimit,
  after: checkText,
};
const OF_STATS = { mallIds: checkMalls, from: checkDate, before: checkDate } as const;

/**
 * Revisions for those who look after many: pages, those of one payment, and figures by day. Only reads. A journal of the shop's
 * own may lack what it takes: see {@link canList} and {@link canCount}.
 */
export class ReviseReports {
  constructor(
    private readonly journal: ReviseJournal,
    private readonly settings: ReportSettings,
  ) {}

  /** Whether the journal can {@link list}. Every journal of this library can. */
  get canList(): boolean {
    return typeof this.journal.page === 'function';
  }

  /** Whether the journal can give {@link stats}. Every journal of this library can. */
  get canCount(): boolean {
    return typeof this.journal.stats === 'function';
  }

  /**
   * A page of revisions. Give its `next` as `after`, with the same query beside it, and the page behind it comes; whatever was
   * taken in meanwhile, none comes twice, and none that was there is left out. Where an `amount` is asked for, a page may have
   * few or none though there is a `next`: no more than 10,000 revisions are looked at for one.
   * @throws {KiccValidationError} every fault of the query at once; `after` is held against the journal last.
   * @throws {KiccConfigurationError} the journal cannot list, see {@link canList}.
   * @throws {ReviseJournalError} the journal failed.
   */
  async list(query: ReviseReportsQuery = {}): Promise<RevisionPage> {
    const given = checkedQuery<ReviseReportsQuery>(query, OF_PAGE);
    checkSpan(given);
    const { mallIds = this.settings.malls.ids, limit = USUAL_LIMIT } = given;
    return askJournal(undefined, async () => {
      if (!this.journal.page) throw lacking('page', 'canList');
      return this.journal.page({ ...given, mallIds, limit });
    });
  }

  /**
   * Every revision of a payment, in the order in which they were taken in.
   * @throws {ReviseJournalError} the journal failed, or, as an `UnreadableRevisionError`, a row cannot be read.
   */
  async ofPayment(pgCno: string, mallId = this.settings.malls.ids[0] ?? ''): Promise<readonly Revision[]> {
    return askJournal(undefined, () => this.journal.ofPayment(mallId, pgCno));
  }

  /**
   * What became of the revisions that were taken in within a time, by day of Korea, and how old those are that are open now.
   * @param query `mallIds`: default the module's. The time may be 400 days long.
   * @throws {KiccValidationError} every fault of the query at once.
   * @throws {KiccConfigurationError} the journal cannot count, see {@link canCount}.
   * @throws {ReviseJournalError} the journal failed.
   */
  async stats(query: Omit<RevisionStatsQuery, 'now'>): Promise<RevisionStats> {
    const given = checkedQuery(query, OF_STATS, { from: DATE, before: DATE });
    checkSpan(given, MOST_DAYS);
    const { mallIds = this.settings.malls.ids, from, before } = given;
    const now = this.settings.now();
    return askJournal(undefined, async () => {
      if (!this.journal.stats) throw lacking('stats', 'canCount');
      return this.journal.stats({ mallIds, from, before, now });
    });
  }
}

/** @throws {KiccValidationError} if it ends no later than it begins, or is longer than `mostDays`. */
function checkSpan({ from, before }: Pick<RevisionPageQuery, 'from' | 'before'>, mostDays = Infinity): void {
  if (!from || !before) return;
  const spanMs = before.getTime() - from.getTime();
  const fault = (message: string, remedy: string): KiccValidationError =>
    new KiccValidationError([violation('before', 'date', message, remedy)]);
  if (spanMs <= 0) throw fault('is not later than from.', 'Give a later time.');
  if (spanMs > mostDays * DAY_MS) throw fault(`is over ${mostDays} days after from.`, 'Ask for less at a time.');
}

function lacking(method: 'page' | 'stats', told: 'canList' | 'canCount'): KiccConfigurationError {
  return new KiccConfigurationError([
    `journal: it has no ${method}(), which this needs. Ask ${told} of ReviseReports before, or give the journal that method: see ` +
      '"A journal of your own" in docs/journals.md.',
  ]);
}
