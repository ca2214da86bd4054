import type { KiccGateway } from '../gateway/kicc-gateway.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { SUCCESS, TransactionStatus } from '../protocol/codes.js';
import type { KiccNotification } from '../protocol/notification.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { ruleOf } from '../protocol/revise-rules.js';
import { windowEnd } from '../revise/decide.js';
import { JournaledRevision, type JournalingSettings } from '../revise/journaled-revision.js';
import type { Ladder } from '../revise/ladder.js';
import type { ReviseEvents } from '../revise/revise-events.js';
import { completed, disputed, isSettled, trailEntry, type Completion, type Revision } from '../revise/revision.js';
import { isDeclinedByKicc, isOfChange, matchRevision } from './match-revision.js';

/** What a notification proved to be. */
export type Confirmation =
  /** Its word holds: KICC's query confirms it or, where that can tell no longer, it fits the revision in every point. */
  | { readonly kind: 'confirmed'; readonly revision: Revision }
  /** KICC's query does not confirm it, or could not be asked. */
  | { readonly kind: 'unconfirmed'; readonly revision: Revision }
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
    private readonly ladder: Ladder,
    private readonly gateway: KiccGateway,
    private readonly events: ReviseEvents,
    private readonly settings: JournalingSettings,
  ) {}

  async learn(notification: KiccNotification): Promise<Confirmation> {
    const { mallId, pgCno } = notification;
    const match = matchRevision(notification, await this.journal.ofPayment(mallId, pgCno), this.settings.now());
    const unmatched = { kind: isOfChange(notification) ? 'foreign' : 'other' } as const;
    if (!match) return unmatched;
    const { news } = match;
    const carriedOut = await this.carriedOut(match.revision, notification);
    if (isDeclinedByKicc(match.revision) && this.isAnothers(carriedOut, match.revision, notification)) return unmatched;
    if (carriedOut.status !== 'succeeded' || (carriedOut.settledBy === 'verdict' && !carriedOut.response)) {
      return { kind: 'unconfirmed', revision: carriedOut };
    }
    if (news === 'carriedOut') return { kind: 'confirmed', revision: carriedOut };
    return this.ended(carriedOut, news, notification);
  }

  /**
   * Whether a notification is not about a revision that KICC had declined: its query denies that it was carried out, can tell no longer,
   * or shows another change. Where it could not be asked, or a handler failed on it, that is not known, and the notification comes again.
   */
  private isAnothers(revision: Revision, before: Revision, { cancelPgCno }: KiccNotification): boolean {
    const { status, trail, response } = revision;
    if (status === 'succeeded') return cancelPgCno !== undefined && response?.cancelPgCno !== cancelPgCno;
    const told = trail.length > before.trail.length ? trail.at(-1) : undefined;
    const isDenied = told?.event === 'query' && told.resCd !== undefined;
    return isDenied || this.settings.now() >= windowEnd(revision);
  }

  /** Finds out whether a revision that is open, or that KICC had declined, was carried out, as it is said to have been. */
  private async carriedOut(revision: Revision, notification: KiccNotification): Promise<Revision> {
    // A notification alone corrects nothing.
    if (isDeclinedByKicc(revision)) return this.settings.now() < windowEnd(revision) ? this.ladder.climb(revision) : revision;
    const isUntold = revision.settledBy === 'verdict' && !revision.response;
    if (isSettled(revision) && !isUntold) return revision;
    // Asks the query, or waits for what this process has under way already.
    const asked = await this.ladder.climb(revision);
    if (asked.response ?? asked.refusal) return asked;
    if (this.settings.now() < windowEnd(asked)) return asked;
    const journaled = this.journaled(asked);
    const evidence = { kind: 'notification', response: responseOf(notification, asked) } as const;
    await journaled.conclude(evidence, ({ status }) => [
      { ...trailEntry('notification', evidence, status, this.settings.now()), observed: notification.notiType },
    ]);
    return journaled.revision;
  }

  /** Finds out whether the money of an accepted refund has arrived, or came back, as it is said to have. */
  private async ended(revision: Revision, completion: Completion, { notiType }: KiccNotification): Promise<Confirmation> {
    if (revision.completion === completion) return { kind: 'confirmed', revision };
    const isConfirmed = await this.confirms(revision, completion);
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
  private async confirms(revision: Revision, completion: Completion): Promise<boolean | undefined> {
    const { request, cancelReqDate } = revision;
    // Where the query can tell no longer, that it names the refund is all there is.
    if (cancelReqDate === undefined || this.settings.now() >= windowEnd(revision)) return true;
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
  const { cancelPgCno, cancelAmount = request.amount, transactionDate, statusCode, statusMessage } = notification;
  const told = { cancelPgCno, cancelAmount, transactionDate, statusCode, statusMessage };
  return Object.freeze({
    resCd: SUCCESS,
    mallId,
    shopTransactionId,
    oriPgCno: pgCno,
    ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
  });
}
