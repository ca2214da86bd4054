import type { ReviseJournal } from '../journal/revise-journal.js';
import { TwoLevelMap } from '../journal/two-level-map.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import { violation } from '../protocol/check-fields.js';
import {
  asGiven,
  checkReviseIdentity,
  differencesOfIdentity,
  type CheckedReviseRequest,
} from '../protocol/check-revise-request.js';
import { SUCCESS } from '../protocol/codes.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { decide, proofOf } from '../revision/decide.js';
import type { QueryEvidence } from '../revision/evidence.js';
import { PaymentBusyError, ReviseConflictError } from '../revision/revise.errors.js';
import type { Revision } from '../revision/revision.js';
import { trailEntry } from '../revision/trail.js';
import { accept, conclude, restored } from '../revision/transitions.js';
import { journalError } from './ask-journal.js';
import { JournaledRevision, type JournalingSettings } from './journaled-revision.js';
import type { Reconciler } from './reconciler.js';
import type { ReviseEvents } from './revise-events.js';

/** A refund that the shop knows of: what names it. A whole request, as it was given to `revise()`, does as well. */
export interface ReconcileRequest {
  /** Leave it out for the module's own `mallId`. */
  readonly mallId?: string | undefined;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly reviseTypeCode: string;
  /** Of refunds and escrow changes (60 to 63). */
  readonly reviseSubTypeCode?: string | undefined;
  /** Of what changes a part of a payment (32, 33, 52, 62, and 63 by its sub type), KRW. */
  readonly amount?: number | undefined;
  /** Kept, as `revise()` keeps it, where the refund is taken in. */
  readonly approvedAmount?: number | undefined;
}

/** What {@link ReviseRecovery.reconcile} is to do beside. */
export interface ReconcileOptions {
  /**
   * Whether what KICC proves is settled here, with the handlers of this app (default). Else it is left in the journal, due, for
   * the app that has the handlers.
   */
  readonly settle?: boolean | undefined;
}

/**
 * What came of one refund.
 * - `proved`: KICC proves what the journal did not know: it is taken in, or corrected.
 * - `known`: it stands in the journal, and KICC's word changes nothing, or somebody is at work on it right now. What is open
 *   there
 *   is followed, as ever.
 * - `nothing`: the journal does not have it, and KICC shows no such change on the days it can tell of (today and yesterday in
 *   Korea).
 * - `busy`: KICC proves it, but another revision holds the payment; it is not taken in yet. Ask again when that is over.
 * - `refused`: the row is faulty, or its id stands for another change; see `error`.
 * - `unanswered`: KICC or the journal could not be asked, or KICC does not know yet. Ask again.
 */
export type ReconcileResult = 'proved' | 'known' | 'nothing' | 'busy' | 'refused' | 'unanswered';

/** One refund, and what came of it. */
export interface ReconciledRow {
  /** Its place among the requests, from 0. */
  readonly row: number;
  /** Empty where the row names none. */
  readonly mallId: string;
  /** Empty where the row names none. */
  readonly shopTransactionId: string;
  readonly result: ReconcileResult;
  /** As the journal holds it. */
  readonly revision?: Revision;
  /** Why it is `busy`, `refused` or `unanswered`. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface ReconcileSettings extends JournalingSettings {
  readonly malls: KiccMalls;
}

type Found = Pick<ReconciledRow, 'result' | 'revision' | 'error'>;

/** How many refunds are asked about at a time. */
const AT_A_TIME = 8;
/** The `code` of a row that has no answer yet. */
const NOT_ANSWERED = 'KICC_NOT_ANSWERED';
/** KICC's own words in an answer. */
const WORDS: readonly string[] = ['resMsg', 'statusMessage'];

/** Holds refunds that a shop knows of against the journal and KICC's query, and lets the journal learn what is proved. */
export class Reconciliation {
  /** Refunds of one payment come one after the other: while one is taken in, but not settled, it holds the payment. */
  readonly #ofPayment = new TwoLevelMap<Promise<unknown>>();

  constructor(
    private readonly journal: ReviseJournal,
    private readonly reconciler: Reconciler,
    private readonly events: ReviseEvents,
    private readonly settings: ReconcileSettings,
    private readonly settles: boolean,
  ) {}

  async *of(
    requests: Iterable<ReconcileRequest> | AsyncIterable<ReconcileRequest>,
  ): AsyncGenerator<ReconciledRow, void, undefined> {
    if (!isIterable(requests)) {
      const remedy = 'Give an array, or what else `for await` takes, of { shopTransactionId, pgCno, reviseTypeCode, … }.';
      throw new KiccValidationError([violation('requests', 'type', 'are not a list of requests.', remedy)]);
    }
    const underWay: Promise<ReconciledRow>[] = [];
    let row = 0;
    for await (const request of requests) {
      underWay.push(this.reconciled(request, row++));
      if (underWay.length === AT_A_TIME) yield await (underWay.shift() as Promise<ReconciledRow>);
    }
    for (const one of underWay) yield await one;
  }

  /** Never rejects. */
  private async reconciled(request: unknown, row: number): Promise<ReconciledRow> {
    const named = { row, mallId: '', shopTransactionId: '' };
    try {
      const given = copyOf(request);
      const { mallId, shopTransactionId } = Object(given) as Partial<Record<string, unknown>>;
      named.mallId = shown(mallId, this.settings.malls.ids[0] ?? '', 8);
      named.shopTransactionId = shown(shopTransactionId, '', 60);
      const checked = checkReviseIdentity(given, await this.settings.malls.idsFor([given]));
      return Object.freeze({ ...named, ...(await this.inTurn(checked)) });
    } catch (error) {
      return Object.freeze({ ...named, ...failed(error, named.shopTransactionId) });
    }
  }

  private async inTurn(request: CheckedReviseRequest): Promise<Found> {
    const { mallId, pgCno } = request;
    const before = this.#ofPayment.get(mallId, pgCno) ?? Promise.resolve();
    const turn = before.then(() => this.look(request));
    // Whose turn is next does not care how this one ended.
    const over = turn.catch(() => undefined);
    this.#ofPayment.set(mallId, pgCno, over);
    try {
      return await turn;
    } finally {
      if (this.#ofPayment.get(mallId, pgCno) === over) this.#ofPayment.delete(mallId, pgCno);
    }
  }

  private async look(request: CheckedReviseRequest): Promise<Found> {
    const revision = await this.journal.find(request.mallId, request.shopTransactionId);
    return revision ? this.lookAtKnown(revision, request) : this.lookForLost(request);
  }

  /** Asks about a revision that stands, where its next step is a question; what it is to send is left to its schedule. */
  private async lookAtKnown(revision: Revision, request: CheckedReviseRequest): Promise<Found> {
    const differing = differencesOfIdentity(revision.request, request);
    if (differing.length > 0) return another('the journal', differing, revision);
    const journaled = new JournaledRevision(revision, this.journal, this.events, this.settings, !this.settles);
    const next = decide(revision, { kind: 'due' }, this.settings.now(), this.settings).then;
    if (next.do !== 'query' || journaled.isLeased()) return { result: 'known', revision };
    const evidence = await this.reconciler.query(revision);
    // Not written: that KICC was asked in vain. So to ask again changes nothing.
    if (!journaled.learnsFrom(evidence)) return { revision, ...(this.unanswered(revision, evidence) ?? { result: 'known' }) };
    const decision = await journaled.conclude(evidence, ({ status }, at) => [this.seen(evidence, status, at)]);
    const { revision: held } = journaled;
    // That KICC shows nothing ends a review, and proves nothing more.
    if (decision) return { result: decision.proof.of === 'denial' ? 'known' : 'proved', revision: held };
    return notAnswered('The revision was written by somebody else meanwhile.', held);
  }

  /** Asks about a refund that the journal does not have, and takes it in where KICC proves it. */
  private async lookForLost(request: CheckedReviseRequest): Promise<Found> {
    const now = this.settings.now();
    const candidate = accept({ request }, now);
    const today = koreanDay(now);
    const evidence = await this.reconciler.query(candidate, [koreanDay(startOfKoreanDay(today, -1)), today]);
    const decision = decide(candidate, evidence, now, this.settings);
    if (decision.proof.of !== 'success') return this.unanswered(candidate, evidence) ?? { result: 'nothing' };
    const settled = conclude(candidate, evidence, decision, now, [this.seen(evidence, 'unknown', now)]);
    const { revision, opened } = await this.journal.open(found(restored(settled, now)));
    // Somebody has repeated it meanwhile.
    if (!opened) return this.lookAtKnown(revision, request);
    this.events.transition(undefined, revision);
    // It is settled as any that is due: by what KICC has told already.
    return { result: 'proved', revision: this.settles ? await this.reconciler.step(revision) : revision };
  }

  /** What to say of evidence that answers nothing; `undefined` where it does. */
  private unanswered(revision: Revision, evidence: QueryEvidence): Found | undefined {
    const { of } = proofOf(revision, evidence, this.settings);
    if (of !== 'nothing') return undefined;
    if (evidence.kind === 'queryFailed') return notAnswered(`KICC could not be asked (${evidence.reason}).`);
    const isAnother = evidence.transaction.resCd === SUCCESS;
    return isAnother ? another('KICC', evidence.contradicted) : notAnswered('KICC does not know the outcome yet.');
  }

  private seen(evidence: QueryEvidence, status: Revision['status'], at: Date) {
    const day = evidence.kind === 'queryAnswer' ? evidence.day : undefined;
    return trailEntry('query', evidence, status, at, day);
  }
}

/**
 * A revision that was lost, as it is taken in: without KICC's own words, which may quote personal data of a request that is not
 * known.
 */
function found(lost: Revision): Revision {
  const response = Object.fromEntries(
    Object.entries(lost.response ?? {}).filter(([name, value]) => !WORDS.includes(name) && typeof value !== 'object'),
  ) as unknown as NonNullable<Revision['response']>;
  return Object.freeze({ ...lost, response: Object.freeze(response), reconciled: true });
}

function notAnswered(why: string, revision?: Revision): Found {
  return {
    result: 'unanswered',
    ...(revision ? { revision } : {}),
    error: { code: NOT_ANSWERED, message: `${why} Ask again.` },
  };
}

/** An id stands for another change than the row's, in the journal or at KICC. */
function another(where: string, fields: readonly string[], revision?: Revision): Found {
  const message = `Under this shopTransactionId, ${where} has another change (it differs in ${fields.join(', ')}). Correct the row; do not refund anew before.`;
  return { result: 'refused', ...(revision ? { revision } : {}), error: { code: ReviseConflictError.code, message } };
}

/** What an error means for its row. */
function failed(error: unknown, shopTransactionId: string): Found {
  const known = journalError(error, shopTransactionId, false);
  const { code, message } = known;
  const isBusy = known instanceof PaymentBusyError;
  return {
    result: isBusy ? 'busy' : known instanceof KiccValidationError ? 'refused' : 'unanswered',
    error: { code, message },
  };
}

/** @throws {KiccValidationError} if it throws when it is looked at. */
function copyOf(request: unknown): unknown {
  try {
    return asGiven(request);
  } catch {
    throw new KiccValidationError([violation('', 'object', 'cannot be read.', 'Give a plain object.')]);
  }
}

/** What a row calls itself, as far as it is text, and as long as such a thing may be. */
function shown(value: unknown, fallback: string, length: number): string {
  // Raw, control characters would rule the terminal that it is shown on.
  return typeof value === 'string' ? value.slice(0, length).replace(/\p{Cc}/gu, '?') : fallback;
}

function isIterable(value: unknown): boolean {
  const given = Object(value) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  return typeof value !== 'string' && (given[Symbol.asyncIterator] ?? given[Symbol.iterator]) !== undefined;
}
