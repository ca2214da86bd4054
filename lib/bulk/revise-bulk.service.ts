import { createHash, randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import {
  catchError,
  EMPTY,
  exhaustMap,
  filter,
  from,
  merge,
  ReplaySubject,
  Subject,
  takeUntil,
  takeWhile,
  throttleTime,
  timer,
  type Observable,
} from 'rxjs';
import {
  BULK_ROW_STATES,
  type Bulk,
  type BulkProgress,
  type BulkRow,
  type BulkRowId,
  type BulkRowState,
  type BulkStatus,
} from '../journal/bulk.js';
import type { ReviseBulkStore } from '../journal/revise-bulk-store.js';
import type { BulkBounds } from '../malls/bulk-options.js';
import { checkDate } from '../protocol/check-date.js';
import { isRecord, violation } from '../protocol/check-fields.js';
import { checkedQuery, checkLimit, checkText, isWhole, USUAL_LIMIT, type QueryCheck } from '../protocol/check-query.js';
import { asGiven, checkReviseRequest, type CheckedReviseRequest } from '../protocol/check-revise-request.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { KiccError } from '../protocol/kicc-error.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { masked } from '../protocol/personal-data.js';
import type { ReviseRequest } from '../protocol/revise-request.js';
import { realTime, withRest } from '../real-time.js';
import type { ReviseEvent, ReviseEvents } from '../revise/revise-events.js';
import { nameOfError } from '../revision/foreign-error.js';
import { isSettled, type Revision } from '../revision/revision.js';
import type { RequestSeal } from '../revision/sealed-request.js';
import { BulkDispatcher, type BulkSettings } from './bulk-dispatcher.js';
import type { BulkRunner } from './bulk-runner.js';
import { BulkConflictError, BulkNotFoundError } from './bulk.errors.js';
import type { ReviseBulkCarrier } from './revise-bulk-carrier.js';

/** One row of a bulk's report. */
export interface BulkReportRow {
  /** Its place in what was submitted, from 0. */
  readonly row: number;
  readonly mallId: string;
  /** As given; empty where the request had none. */
  readonly shopTransactionId: string;
  readonly state: BulkRowState;
  /** Why it was refused: nothing was sent. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** Some bulks of many, newest first. */
export interface BulkList {
  readonly bulks: readonly BulkProgress[];
  /** Where the next page begins, for `after`. Absent: there are no more. */
  readonly next?: string | undefined;
}

/** Which rows {@link ReviseBulkService.rows} gives; without any of these, the first of all. */
export interface BulkRowsQuery {
  /** From this place on. Default 0. */
  readonly from?: number | undefined;
  /** How many at most, 1 to 200. Default 50. */
  readonly limit?: number | undefined;
  /** Those in one of these states. Default: all. */
  readonly states?: readonly BulkRowState[] | undefined;
}

/** How many rows a bulk may have. */
const MOST_ROWS = 100_000;
const NOTHING = Object.freeze({}) as ReviseRequest;
/** How many rows of a report are read at a time. */
const PAGE = 500;
/** How often progress is told, and the store is looked at for what other processes have done, ms. */
const TELL_EVERY_MS = 250;
const LOOK_EVERY_MS = 1_000;
/** How many times as long as a look takes no other one follows. */
const REST = 20;

/**
 * Cancels many payments: takes thousands of requests, runs them with a bound on how many at a time and per second (option
 * `bulk`), tells how far it is, and can be paused, resumed and cancelled for what was not sent yet. Each row is a revision like
 * any other, made exactly once. Kept where the journal keeps its bulks: with the `TypeOrmReviseJournal`, a bulk survives its
 * process and is shared by all.
 */
export class ReviseBulkService {
  readonly #logger = new Logger(ReviseBulkService.name);
  readonly #closing = new ReplaySubject<void>(1);
  /** Bulks of which a row has moved in this process. */
  readonly #moved = new Subject<string>();
  readonly #dispatcher: BulkDispatcher;

  constructor(
    private readonly store: ReviseBulkStore,
    private readonly runner: BulkRunner,
    private readonly findRevision: (shopTransactionId: string, mallId: string) => Promise<Revision | undefined>,
    private readonly events: ReviseEvents,
    private readonly settings: BulkSettings,
    private readonly seal: RequestSeal,
  ) {
    this.#dispatcher = new BulkDispatcher(store, runner, settings);
    runner.onMoved = (row) => {
      this.#moved.next(row.bulkId);
      this.#dispatcher.moved(row);
    };
  }

  /**
   * Takes in a bulk, and begins it. Rows that cannot be sent as they stand are `refused` in the report; the others run.
   * @param requests as for `RevisePaymentService.revise`, up to 100,000.
   * @param options `bulkId` names the bulk, at most 64 characters; the same id with the same requests is the same bulk, so that
   * a call can be repeated. A random one by default.
   * @returns how far it is; it is durable as far as the store is, and runs on by itself.
   * @throws {KiccValidationError} there are no requests, or too many.
   * @throws {BulkConflictError} the `bulkId` stands for other requests.
   */
  async submit(
    requests: readonly ReviseRequest[],
    { bulkId = randomUUID() }: { readonly bulkId?: string | undefined } = {},
  ): Promise<BulkProgress> {
    checkSubmission(requests, bulkId);
    const digest = digestOf(requests);
    const given = requests.map(asGiven);
    await this.settings.malls.idsFor(given);
    const now = this.settings.now();
    const seen = new Set<string>();
    const rows = given.map((request, row) => this.rowOf(request, { bulkId, row }, now, seen));
    const created = await this.store.create({ bulkId, status: 'running', createdAt: now, digest }, rows);
    const held = await this.existing(bulkId);
    if (!created && held.digest !== digest) throw new BulkConflictError(bulkId, 'otherRequests');
    this.#dispatcher.look();
    return strip(held);
  }

  /** How far a bulk is. */
  async find(bulkId: string): Promise<BulkProgress | undefined> {
    const held = await this.store.find(bulkId);
    return held && strip(held);
  }

  /** Whether the store can {@link list}. Every store of this library can. */
  get canList(): boolean {
    return typeof this.store.list === 'function';
  }

  /**
   * A page of bulks, newest first, and how far each is. Give its `next` as `after`, and the page behind it comes.
   * @param query `limit`: 1 to 200, default 50.
   * @throws {KiccValidationError} every fault of the query at once; `after` is held against the store last.
   * @throws {KiccConfigurationError} the store cannot list, see {@link canList}.
   */
  async list(query: { readonly limit?: number | undefined; readonly after?: string | undefined } = {}): Promise<BulkList> {
    const { limit = USUAL_LIMIT, after } = checkedQuery(query, { limit: checkLimit, after: checkText });
    if (!this.store.list) {
      throw new KiccConfigurationError([
        'journal: its bulks have no list(), which this needs. Ask canList of ReviseBulkService before, or give your ReviseBulkStore that method.',
      ]);
    }
    const { bulks, next } = await this.store.list({ limit, after });
    return Object.freeze({ bulks: bulks.map(strip), ...(next === undefined ? {} : { next }) });
  }

  /**
   * Some rows of a bulk, in order, as the {@link report} gives them. For the next ones, ask `from` behind the last. One whose
   * outcome has become another is given with that, whatever `states` were asked for.
   * @throws {KiccValidationError} every fault of the query at once.
   * @throws {BulkNotFoundError} there is none under this id.
   */
  async rows(bulkId: string, query: BulkRowsQuery = {}): Promise<readonly BulkReportRow[]> {
    const checks = { from: checkPlace, limit: checkLimit, states: checkStates };
    const { from = 0, limit = USUAL_LIMIT, states } = checkedQuery(query, checks);
    if ((await this.store.statusOf?.(bulkId)) === undefined) await this.existing(bulkId);
    const found: BulkRow[] = [];
    // A store may give rows in other states, too.
    const size = states ? PAGE : limit;
    for (let at = from; found.length < limit;) {
      const rows = await this.store.rows(bulkId, at, size, states);
      found.push(...rows.filter(({ state }) => states?.includes(state) ?? true));
      const last = rows.at(-1);
      if (!last || rows.length < size) break;
      at = last.row + 1;
    }
    const reported: BulkReportRow[] = [];
    for (const row of found.slice(0, limit)) reported.push(await this.reported(row));
    return reported;
  }

  /**
   * Begins nothing more until it is resumed. What has begun comes to its end.
   * @throws {BulkNotFoundError} there is none under this id.
   * @throws {BulkConflictError} it is cancelled.
   */
  async pause(bulkId: string): Promise<BulkProgress> {
    return this.change(bulkId, 'paused');
  }

  /** Goes on with a bulk that was paused. Throws as {@link pause}. */
  async resume(bulkId: string): Promise<BulkProgress> {
    return this.change(bulkId, 'running');
  }

  /**
   * Cancels what was not sent yet, for good; what could not be sent, because KICC was away, is withdrawn. What may have been
   * sent comes to its end.
   * @throws {BulkNotFoundError} there is none under this id.
   */
  async cancel(bulkId: string): Promise<BulkProgress> {
    return this.change(bulkId, 'cancelled');
  }

  /**
   * How far a bulk is, now and whenever that changes (at most four times a second; what other processes do is seen within a
   * second; of a large bulk less often, as its rows have to be counted), until every row is at an end. Errors with `BulkNotFoundError` if there is none under this id.
   */
  progress(bulkId: string): Observable<BulkProgress> {
    let last = '';
    const looks = merge(
      timer(0, LOOK_EVERY_MS, realTime),
      this.#moved.pipe(throttleTime(TELL_EVERY_MS, realTime, { leading: true, trailing: true })),
    );
    const look = (): Observable<Bulk & BulkProgress> =>
      from(this.existing(bulkId)).pipe(
        // A store that fails for a moment is asked again.
        catchError((error: unknown) => {
          if (error instanceof BulkNotFoundError) throw error;
          return EMPTY;
        }),
      );
    const told = looks.pipe(
      // The rows of a large bulk take their time to be counted: most of it is for running them.
      exhaustMap(() => withRest(look, REST)),
      takeWhile(({ done, total }) => done < total, true),
      exhaustMap((held) => {
        const progress = strip(held);
        const text = JSON.stringify(progress);
        const isNews = text !== last;
        last = text;
        return isNews ? [progress] : EMPTY;
      }),
      takeUntil(this.#closing),
    );
    return this.events.guarded(told);
  }

  /**
   * Every row, and what became of it, in order; of those `unknown`, `escalated` or `declined`, what the journal says by now.
   * @throws {BulkNotFoundError} there is none under this id.
   */
  async *report(bulkId: string): AsyncGenerator<BulkReportRow, void, undefined> {
    await this.existing(bulkId);
    for (let from = 0; ;) {
      const rows = await this.store.rows(bulkId, from, PAGE);
      for (const row of rows) yield this.reported(row);
      if (rows.length < PAGE) return;
      from += rows.length;
    }
  }

  /**
   * Deletes bulks, their rows and requests that were created before a time and are at an end.
   * @returns how many.
   * @throws {KiccValidationError} if the time is not a valid Date.
   */
  async purge({ createdBefore }: { readonly createdBefore: Date }): Promise<number> {
    checkDate('createdBefore', createdBefore, 'Give the Date before which they were created.');
    return this.store.purge(createdBefore);
  }

  /** Lets somebody else bring the rows to the processes that run them. */
  carryBy(carrier: ReviseBulkCarrier): void {
    this.#dispatcher.carrier = carrier;
  }

  /** The malls whose rows this process runs. */
  get mallIds(): readonly string[] {
    return this.settings.malls.ids;
  }

  /** The bounds of a mall that has its own. */
  boundsOf(mallId: string): BulkBounds | undefined {
    return this.settings.malls.boundsOf(mallId);
  }

  /**
   * Looks for rows that are due, those of dead processes among them. For those who call it by a scheduler of their own. Never
   * throws.
   */
  takeUp(): void {
    this.#dispatcher.look();
  }

  /** Runs one row, if it is due; for a carrier. A row that is run twice changes nothing. */
  async run(row: BulkRowId): Promise<void> {
    await this.runner.run(row);
  }

  /** Begins to look for rows that are due; Nest calls it. */
  onApplicationBootstrap(): void {
    this.events.events$
      .pipe(filter(isOtherOutcome), takeUntil(this.#closing))
      .subscribe(({ revision }) => void this.recall(revision));
    this.#dispatcher.look();
  }

  /** Takes nothing more up, and lets what is under way come to its end; Nest calls it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#closing.next();
    this.#dispatcher.stop();
    await this.runner.stop();
  }

  /** Has rows follow a revision whose outcome was another when they came to their end. */
  private async recall(revision: Revision): Promise<void> {
    try {
      await this.store.recall?.(revision, this.settings.now());
      this.#dispatcher.look();
    } catch (error) {
      this.#logger.error(`A row of a bulk does not follow its revision (${nameOfError(error)}); the report does.`);
    }
  }

  private async change(bulkId: string, status: BulkStatus): Promise<BulkProgress> {
    const changed = await this.store.setStatus(bulkId, status, this.settings.now());
    this.runner.bulkChanged();
    const held = await this.existing(bulkId);
    if (!changed && status !== 'cancelled') throw new BulkConflictError(bulkId, 'cancelled');
    this.#moved.next(bulkId);
    if (status !== 'paused') this.#dispatcher.look();
    return strip(held);
  }

  private async existing(bulkId: string) {
    const held = await this.store.find(bulkId);
    if (!held) throw new BulkNotFoundError(bulkId);
    return held;
  }

  private async reported({ row, mallId, shopTransactionId, state, error }: BulkRow): Promise<BulkReportRow> {
    const mayHaveMoved = state === 'unknown' || state === 'escalated' || state === 'declined';
    const revision = mayHaveMoved ? await this.findRevision(shopTransactionId, mallId).catch(() => undefined) : undefined;
    const now = revision?.status === 'succeeded' || revision?.status === 'declined' ? revision.status : state;
    return Object.freeze({ row, mallId, shopTransactionId, state: now, ...(error ? { error } : {}) });
  }

  private rowOf(request: ReviseRequest, id: BulkRowId, now: Date, seen: Set<string>): BulkRow {
    const given = (isRecord(request) ? request : {}) as Partial<ReviseRequest>;
    const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
    const mallId = text(given.mallId, this.settings.malls.ids[0] ?? '');
    const shopTransactionId = text(given.shopTransactionId, '');
    const base = { ...id, mallId, shopTransactionId, request, attempts: 0, version: 1 };
    try {
      const kept = this.seal.seal(this.checked(request, `${mallId}|${shopTransactionId}`, seen));
      return { ...base, ...kept, state: 'pending', dueAt: now };
    } catch (error) {
      if (!(error instanceof KiccError)) throw error;
      const { code, message } = error;
      // What is refused is kept without the request: it may be anything.
      return { ...base, ...cut(base), request: NOTHING, state: 'refused', error: { code, message } };
    }
  }

  private checked(request: ReviseRequest, key: string, seen: Set<string>): CheckedReviseRequest {
    const checked = checkReviseRequest(request, this.settings.malls.ids, this.settings.requestRules);
    if (seen.has(key)) {
      const remedy = 'Give each cancellation an id of its own.';
      throw new KiccValidationError([violation('shopTransactionId', 'oneOf', 'stands twice in this bulk.', remedy)]);
    }
    seen.add(key);
    if (request.clientIp !== undefined && checked.clientIp === undefined) this.events.addressLeftOut();
    return checked;
  }
}

/** Whether what had come to an end has another one by now. */
function isOtherOutcome({ from, revision }: ReviseEvent): boolean {
  const hadEnded = from === 'escalated' || (from !== undefined && isSettled({ status: from }));
  return hadEnded && isSettled(revision) && from !== revision.status;
}

function digestOf(requests: readonly ReviseRequest[]): string {
  // A bigint is not an amount, but must not stop the other rows.
  const text = JSON.stringify(
    requests.map((request) => (isRecord(request) ? masked(request) : request)),
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
  return createHash('sha256').update(text).digest('hex');
}

/** Names that are too long for any store are only shown in part. */
function cut({ mallId, shopTransactionId }: { readonly mallId: string; readonly shopTransactionId: string }) {
  return { mallId: mallId.slice(0, 8), shopTransactionId: shopTransactionId.slice(0, 60) };
}

function strip({ bulkId, status, createdAt, total, done, byState }: BulkProgress): BulkProgress {
  return Object.freeze({ bulkId, status, createdAt, total, done, byState });
}

const checkPlace: QueryCheck = (value) =>
  isWhole(value, 0, MOST_ROWS) ? undefined : ['type', 'is not the place of a row.', 'Give an integer from 0 on.'];
const checkStates: QueryCheck = (value) =>
  Array.isArray(value) && value.every((state) => BULK_ROW_STATES.includes(state as BulkRowState))
    ? undefined
    : ['oneOf', 'are not states of rows.', `Give an array of ${BULK_ROW_STATES.map((state) => `'${state}'`).join(', ')}.`];

/** @throws {KiccValidationError} with every fault at once. */
function checkSubmission(requests: unknown, bulkId: unknown): void {
  const violations = [];
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > MOST_ROWS) {
    const remedy = `Give an array of 1 to ${MOST_ROWS} requests, as for revise().`;
    violations.push(violation('requests', 'type', 'are not a list of requests, or too many.', remedy));
  }
  if (typeof bulkId !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(bulkId)) {
    violations.push(
      violation('bulkId', 'type', 'is not a name for a bulk.', 'Give 1 to 64 letters, digits or signs, without spaces.'),
    );
  }
  if (violations.length > 0) throw new KiccValidationError(violations);
}
