import type { KiccGateway } from '../gateway/kicc-gateway.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { SUCCESS, TransactionStatus } from '../protocol/codes.js';
import type { KiccNotification } from '../protocol/notification.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { isEscrow, ruleOf } from '../protocol/revise-rules.js';
import { JournaledRevision, type JournalingSettings } from '../revise/journaled-revision.js';
import type { Reconciler } from '../revise/reconciler.js';
import type { ReviseEvents } from '../revise/revise-events.js';
import { proofOf, windowEnd } from '../revision/decide.js';
import { isSettled, type Completion, type Revision } from '../revision/revision.js';
import { trailEntry } from '../revision/trail.js';
import { ambiguous, completed, disputed, notifiedBy } from '../revision/transitions.js';
import { canBeOf, isOfChange, nameOf, namesId, newsOf, revisionNamedBy } from './match-revision.js';

/** What a notification proved to be. */
export type Confirmation =
  /** Its word holds: KICC's query confirms it or, where that can tell no longer, it fits the revision in every point. */
  | { readonly kind: 'confirmed'; readonly revision: Revision }
  /** KICC's query does not confirm it, or could not be asked. */
  | { readonly kind: 'unconfirmed'; readonly revision: Revision }
  /** It fits several revisions alike, and KICC can tell no longer. */
  | { readonly kind: 'ambiguous' }
  /** A change that no revision of the journal is behind: made in the merchant console, or made up. */
  | { readonly kind: 'foreign' }
  /** It is about no change, so there is nothing to hold it against. */
  | { readonly kind: 'other' };

/** How often a state is written anew that somebody else was a moment earlier with. */
const TRIES = 5;

/** Holds notifications against the revisions that they are about, and lets those learn from them what is confirmed. */
export class NotifiedRevisions {
  constructor(
    private readonly journal: ReviseJournal,
    private readonly reconciler: Reconciler,
    private readonly gateway: KiccGateway,
    private readonly events: ReviseEvents,
    private readonly settings: JournalingSettings,
  ) {}

  async learn(notification: KiccNotification): Promise<Confirmation> {
    const { mallId, pgCno } = notification;
    const before = await this.journal.ofPayment(mallId, pgCno);
    const isNamed = revisionNamedBy(notification, before) !== undefined;
    const ruledOut = isNamed ? new Set() : await this.ruledOut(this.fitting(notification, before));
    const revisions = isNamed ? before : await this.journal.ofPayment(mallId, pgCno);
    const named = revisionNamedBy(notification, revisions);
    if (named) return this.confirmed(named, notification);

    const fitting = this.fitting(notification, revisions).filter(({ shopTransactionId: id }) => !ruledOut.has(id));
    // It comes again, and so does the question.
    const untold = fitting.find((revision) => this.canBeAsked(revision));
    if (untold) return { kind: 'unconfirmed', revision: untold };
    const candidates = fitting.filter((revision) => revision.response ?? revision.unreviewed ?? !isSettled(revision));
    if (candidates.length > 1) return this.ambiguous(candidates, notification);
    // What a person has decided is not contradicted by one that only fits.
    const resolved = fitting.filter(({ status, settledBy }) => status === 'succeeded' && settledBy === 'verdict');
    const one = candidates[0] ?? (resolved.length === 1 ? resolved[0] : undefined);
    if (!one || (one.status === 'declined' && !one.response)) return { kind: isOfChange(notification) ? 'foreign' : 'other' };
    return this.confirmed(one, notification);
  }

  /** Whether KICC, which has not told yet that it was carried out, can still tell. */
  private canBeAsked(revision: Revision): boolean {
    return !revision.response && this.settings.now() < windowEnd(revision);
  }

  /** The revisions that it can be of. */
  private fitting(notification: KiccNotification, ofPayment: readonly Revision[]): Revision[] {
    const { clock, timeoutMs } = this.settings;
    const now = this.settings.now();
    const sight = { now, aheadMs: (clock.at(now) ?? now).getTime() - now.getTime(), timeoutMs };
    return ofPayment.filter((revision) => canBeOf(notification, revision, sight));
  }

  /**
   * Asks KICC about some revisions. Gives those that it rules out: it knows of no such change, and none can be on its way any
   * more.
   */
  private async ruledOut(revisions: readonly Revision[]): Promise<ReadonlySet<string>> {
    const ruledOut = new Set<string>();
    for (const revision of revisions) {
      if (!this.canBeAsked(revision)) continue;
      const now = this.settings.now();
      const told = await this.reconciler.ask(revision);
      const isRunning = now.getTime() < (revision.lastDeliveredAt?.getTime() ?? 0) + this.settings.settlement.resendAfterMs;
      const proof = told && proofOf(revision, told, this.settings).of;
      if (!isRunning && (proof === 'denial' || proof === 'refusal')) ruledOut.add(revision.shopTransactionId);
    }
    return ruledOut;
  }

  /** Lets a revision learn that a notification is of it. */
  private async confirmed(revision: Revision, notification: KiccNotification): Promise<Confirmation> {
    const known = await this.carriedOut(revision, notification);
    if (!known.response || !isSettled(known)) return { kind: 'unconfirmed', revision: known };
    const { notiType } = notification;
    const noted = await this.changed(known, (held) => {
      const isNew = held.notified?.[notiType] === undefined && namesId(notification, held);
      const isOfIt = isNew || this.fitting(notification, [held]).length > 0;
      return isOfIt ? notifiedBy(held, notiType, nameOf(notification)) : held;
    });
    // Another was found to be of it a moment earlier.
    if (!revisionNamedBy(notification, [noted])) return { kind: 'unconfirmed', revision: noted };
    const news = newsOf(notification, noted);
    return news === 'carriedOut' ? { kind: 'confirmed', revision: noted } : this.ended(noted, news, notification);
  }

  /** The revision as it is once it is known that it was carried out. */
  private async carriedOut(revision: Revision, notification: KiccNotification): Promise<Revision> {
    // A handler of the shop's has failed so far.
    if (revision.response) return isSettled(revision) ? revision : this.reconciler.step(revision);
    const journaled = this.journaled(revision);
    const evidence = { kind: 'notification', response: responseOf(notification, revision) } as const;
    await journaled.conclude(evidence, ({ status }, at) => [
      { ...trailEntry('notification', evidence, status, at), observed: notification.notiType },
    ]);
    return journaled.revision;
  }

  /** Notes, of each that a notification would tell something new of, that it fits others as well. */
  private async ambiguous(candidates: readonly Revision[], notification: KiccNotification): Promise<Confirmation> {
    const { notiType, cancelPgCno, cancelAmount, transactionDate, statusCode } = notification;
    const kept = Object.freeze({ notiType, ...whatIsThere({ cancelPgCno, cancelAmount, transactionDate, statusCode }) });
    for (const revision of candidates) {
      if (isSettled(revision) && revision.completion !== 'pending') continue;
      await this.changed(revision, (held) => (held.ambiguous ? held : ambiguous(held, kept, this.settings.now())));
    }
    return { kind: 'ambiguous' };
  }

  /** Writes what comes of a notification, whoever else writes meanwhile. */
  private async changed(revision: Revision, change: (held: Revision) => Revision): Promise<Revision> {
    const journaled = this.journaled(revision);
    for (let tries = 0; tries < TRIES; tries++) {
      const next = change(journaled.revision);
      if (next === journaled.revision || (await journaled.write(next))) break;
      await journaled.reread();
    }
    return journaled.revision;
  }

  /** Finds out whether the money of an accepted refund has arrived, or came back, as it is said to have. */
  private async ended(revision: Revision, completion: Completion, notification: KiccNotification): Promise<Confirmation> {
    const { notiType } = notification;
    if (revision.completion === completion) return { kind: 'confirmed', revision };
    const isConfirmed = await this.confirms(revision, completion, notification);
    // It comes again, and so does the question.
    if (isConfirmed === undefined) return { kind: 'unconfirmed', revision };
    const journaled = this.journaled(revision);
    for (let tries = 0; tries < TRIES; tries++) {
      const held = journaled.revision;
      if (held.completion === completion) return { kind: 'confirmed', revision: held };
      // Money that came back does not arrive any more; and what a person has decided stands.
      const isOver = held.completion === 'bounced' || held.settledBy === 'verdict';
      const now = this.settings.now();
      if (!isConfirmed || isOver) {
        const isKnown = held.disputed === true || held.settledBy === 'verdict';
        if (isKnown || (await journaled.write(disputed(held, notiType, now)))) {
          return { kind: 'unconfirmed', revision: journaled.revision };
        }
      } else if (await journaled.write(completed(held, completion, notiType, now))) {
        return { kind: 'confirmed', revision: journaled.revision };
      }
      await journaled.reread();
    }
    return { kind: 'unconfirmed', revision: journaled.revision };
  }

  /** Whether KICC's query says the same; `undefined` where it could not be asked. */
  private async confirms(
    revision: Revision,
    completion: Completion,
    notification: KiccNotification,
  ): Promise<boolean | undefined> {
    const { request, cancelReqDate } = revision;
    // Where the query can tell no longer, that it names the refund is all there is. One that only fits does not undo what is
    // known.
    if (cancelReqDate === undefined || this.settings.now() >= windowEnd(revision)) {
      return revision.completion === 'pending' || namesId(notification, revision);
    }
    const evidence = await this.gateway.query(request, cancelReqDate);
    if (evidence.kind !== 'queryAnswer') return undefined;
    const { resCd, statusCode } = evidence.transaction;
    if (resCd !== SUCCESS || evidence.contradicted.length > 0) return false;
    return statusCode === (completion === 'bounced' ? TransactionStatus.RefundRejected : ruleOf(request)?.completedAs);
  }

  private journaled(revision: Revision): JournaledRevision {
    return new JournaledRevision(revision, this.journal, this.events, this.settings);
  }
}

/** KICC's answer, as far as its notification tells it. */
function responseOf(notification: KiccNotification, { mallId, shopTransactionId, pgCno, request }: Revision): ReviseResponse {
  const { cancelPgCno, amount, transactionDate, statusCode, statusMessage } = notification;
  // An escrow payment is changed as a whole.
  const { cancelAmount = isEscrow(request) ? amount : request.amount } = notification;
  const told = { cancelPgCno, cancelAmount, transactionDate, statusCode, statusMessage };
  return Object.freeze({
    resCd: SUCCESS,
    mallId,
    shopTransactionId,
    oriPgCno: pgCno,
    ...whatIsThere(told),
  });
}

function whatIsThere<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as typeof fields & object;
}
