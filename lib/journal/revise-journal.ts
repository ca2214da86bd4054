import type { UnreadableRevisionError } from '../revision/revise.errors.js';
import type { Attention, Revision, RevisionStatus } from '../revision/revision.js';
import type { KiccNotificationStore } from './kicc-notification-store.js';
import type { OpenOfMall } from './open-of-mall.js';
import type { ReviseBulkStore } from './revise-bulk-store.js';
import type { RevisionPage, RevisionPageQuery } from './revision-page.js';
import type { RevisionStats, RevisionStatsQuery } from './revision-stats.js';

/** What {@link ReviseJournal.claimDue} is to claim. */
export interface DueClaim {
  /** Malls whose revisions are wanted. */
  readonly mallIds: readonly string[];
  /** Due is what has a `nextCheckAt` at or before this. */
  readonly now: Date;
  /** Until when what is claimed belongs to the one who claims. */
  readonly leaseUntil: Date;
  /** How many at most. */
  readonly limit: number;
}

/** How many revisions are not settled, and since when the oldest. */
export interface OpenRevisions {
  readonly byStatus: Readonly<Record<Exclude<RevisionStatus, 'succeeded' | 'declined'>, number>>;
  /** `acceptedAt` of the oldest; absent where none is open. */
  readonly oldestSince?: Date;
  /** When KICC's status query can tell no more of the one whose time is up first, of those that may have left. */
  readonly nearestWindowEnd?: Date;
  /** How many are settled, but wait for a person, by why; those `unreadable` may be open, and are counted there as well. */
  readonly attention: Readonly<Record<Attention, number>>;
}

/** Figures of {@link OpenRevisions} where nothing waits for a person. */
export function nobody(): Record<Attention, number> {
  return { bounced: 0, contradicted: 0, disputed: 0, corrected: 0, doubled: 0, unreviewed: 0, ambiguous: 0, unreadable: 0 };
}

/** What a journal is told of its module. */
export interface JournalSettings {
  /** The module's clock. */
  readonly now: () => Date;
  /** How long a handler of the shop's may take inside a transaction of the journal's, ms. */
  readonly handlerTimeoutMs: number;
  /** To be told of each row that cannot be read: when it is met, and again each hour. */
  readonly unreadable?: ((error: UnreadableRevisionError) => void) | undefined;
}

/**
 * Where revisions are kept, and what decides what happened. The port for a journal of your own, and its injection token;
 * `reviseJournalContract` of `nestjs-kicc/testing` holds one to all of this.
 *
 * A revision is in the journal before any byte of it leaves. Every method is atomic against every other, in every process
 * that shares the journal, and what it has written is there to stay when its promise resolves. What is given back must be a
 * `Revision` whole: dates as `Date`, and `request` and `response` to the letter. A revision is open until it has `succeeded` or
 * `declined`.
 *
 * What cannot be read stands in nobody's way: it is claimed by none, and tried again each hour; whatever asks for it fails with
 * an `UnreadableRevisionError`, and its payment takes nothing new.
 */
export abstract class ReviseJournal {
  /** Whether what is written survives the process. */
  abstract readonly durable: boolean;

  /** Whether handlers of the shop's run, in the same transaction, with each write that settles a revision or corrects it. */
  get tellsShop(): boolean {
    return false;
  }

  /** Told once, at start, before anything is written. Of several modules that share one journal, the last one counts. */
  configure?(settings: JournalSettings): void;

  /** Where bulks are kept beside the revisions; absent: in memory. */
  readonly bulks?: ReviseBulkStore | undefined;

  /** Where is kept which notifications were handled; absent: in memory. */
  readonly notifications?: KiccNotificationStore | undefined;

  /**
   * Takes in a revision, or returns the one that already stands under its (`mallId`, `shopTransactionId`).
   *
   * The first of two simultaneous calls with one id wins, and both get its revision. A new revision is refused while another
   * of the same payment (`mallId`, `pgCno`) is open or otherwise holds it back (`holdsBack`), or where its `amount` and what
   * its payment's revisions gave back (`amountGivenBack`; where that is `undefined`, everything) exceed `approvedAmount`: the
   * one told last, in the order in which revisions were taken in, this one included. A new one comes as `sending`: its first
   * delivery follows at once.
   *
   * Given a transaction of the shop's, it is taken in as a part of it: it is there for others from the commit on, or never was.
   * It then comes as `accepted`.
   * @param transaction of the kind that the journal knows; a journal that knows none throws a `KiccValidationError`.
   * @throws {PaymentBusyError} another revision of this payment holds it back.
   * @throws {OverRefundError} succeeded and new amounts together would exceed `approvedAmount`.
   */
  abstract open(revision: Revision, transaction?: object): Promise<{ readonly revision: Revision; readonly opened: boolean }>;

  /**
   * Does, at once, what takes a revision in as a part of a transaction of the shop's: called in the turn in which the shop gave that,
   * for a journal that has to note by what it differs from the next one on the same connection. Absent: it need not.
   * @param act gives {@link open}, whenever it comes to that, what it is given for the transaction here.
   */
  joining?<T>(transaction: object, act: (joined: object) => Promise<T>): Promise<T>;

  /** The revision under an id. */
  abstract find(mallId: string, shopTransactionId: string): Promise<Revision | undefined>;

  /** Every revision of a payment, in the order in which they were taken in. */
  abstract ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]>;

  /**
   * Writes the next state of a revision if the journal still holds the state before it (`version - 1`): who has lost the
   * lease to somebody else cannot overwrite what that one wrote. Nor does anything open overwrite what is settled: where the
   * journal was thrown back, the same version can have come twice.
   * @returns false, having written nothing, if it does not.
   * @throws {SettledHandlerError} the state is settled, and a handler that the journal runs in the same transaction failed, so
   * nothing was written.
   */
  abstract save(revision: Revision): Promise<boolean>;

  /**
   * Claims revisions whose `nextCheckAt` has come, those that are due longest first. Each gets `leaseUntil` and `nextCheckAt`
   * of the claim and the next `version`, so that nobody else claims it before then. The status does not matter.
   *
   * Where others claim at the same time, it may return fewer than there are.
   * @returns them as they now stand, in that order.
   */
  abstract claimDue(claim: DueClaim): Promise<readonly Revision[]>;

  /** Counts what is open in these malls, and what waits for a person (`attentionOf`). */
  abstract openRevisions(mallIds: readonly string[]): Promise<OpenRevisions>;

  /**
   * Counts what is open, or due some time, by mall, in all malls but these: what nobody here takes up. Absent: nobody can tell.
   */
  openElsewhere?(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;

  /** Revisions by what is known of them, a page at a time, in an order that holds while others are taken in. Absent: none can be listed. */
  page?(query: RevisionPageQuery): Promise<RevisionPage>;

  /** Counts what became of revisions, by day. Absent: nobody can tell. */
  stats?(query: RevisionStatsQuery): Promise<RevisionStats>;
}
