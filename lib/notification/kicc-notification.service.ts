import { createHash } from 'node:crypto';
import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { Subject, type Observable } from 'rxjs';
import { timeOr } from '../gateway/kicc-clock.js';
import type { KiccNotificationStore } from '../journal/kicc-notification-store.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import { checkDate } from '../protocol/check-date.js';
import type { KiccNotification } from '../protocol/notification.js';
import { printable } from '../protocol/printable.js';
import type { ReviseEvents } from '../revise/revise-events.js';
import { nameOfError } from '../revision/foreign-error.js';
import type { Revision } from '../revision/revision.js';
import type { NotifiedRevisions } from './notified-revisions.js';
import { NotificationHandlerFailure, NotificationHandlers } from './on-kicc-notification.js';

/** What became of a notification. Only with the first two need KICC not send it again. */
export type NotificationOutcome =
  /** Handled just now. */
  | 'handled'
  /** Handled before. */
  | 'repeated'
  /** KICC's query does not confirm it, so nothing came of it. */
  | 'unconfirmed'
  /** It fits several revisions alike, and KICC can tell no longer, so nothing came of it: a person has to decide. */
  | 'ambiguous'
  /** A handler, or the journal, failed, so it is not handled. */
  | 'failed'
  /** It is about no mall of this module. */
  | 'unknownMall';

/** What became of a notification, for those who watch over them. Holds no personal data. */
export interface NotificationReport {
  /**
   * As its outcome; `unknownChange`: handled, but a change that no revision is behind, so made in KICC's merchant console, by
   * another system, or made up; `refused`: it came from an address that is not KICC's, or was none of KICC's.
   */
  readonly type: NotificationOutcome | 'unknownChange' | 'refused';
  readonly notiType?: string | undefined;
  readonly mallId?: string | undefined;
  readonly pgCno?: string | undefined;
  readonly cancelPgCno?: string | undefined;
  /** The revision it is about, if any. */
  readonly revision?: Revision | undefined;
  /** Why, where it was refused or failed. */
  readonly reason?: string | undefined;
}

export interface NotificationSettings {
  readonly malls: KiccMalls;
  readonly notificationSources: readonly string[];
  readonly now: () => Date;
  /** How long a handler of the shop's may take, ms. */
  readonly handlerTimeoutMs: number;
}

/** At most one log line about refused notifications in this time, ms: whoever forges them may send many. */
const REFUSALS_EVERY_MS = 60_000;

/**
 * Takes KICC's notifications, whoever received them: `KiccNotificationModule` does over HTTP. Each is held against the revision
 * that it is about, confirmed by KICC's query as long as that can tell, and handled by the shop's `@OnKiccNotification()`
 * methods once, however often it comes.
 */
export class KiccNotificationService implements OnApplicationBootstrap {
  readonly #logger = new Logger(KiccNotificationService.name);
  readonly #handlers: NotificationHandlers;
  readonly #reports = new Subject<NotificationReport>();
  /** What became of each notification, in this process. A subscriber that throws hurts nobody. */
  readonly events$: Observable<NotificationReport>;
  #refusals = 0;
  #nextRefusal = -Infinity;

  constructor(
    private readonly revisions: NotifiedRevisions,
    private readonly store: KiccNotificationStore,
    events: ReviseEvents,
    private readonly modules: ModulesContainer,
    private readonly settings: NotificationSettings,
    /** The name of the `KiccModule`. */
    private readonly name?: string,
  ) {
    this.#handlers = new NotificationHandlers(settings.handlerTimeoutMs);
    this.events$ = events.guarded(this.#reports);
  }

  /** The addresses that notifications come from, by the module's `environment`. */
  get defaultSources(): readonly string[] {
    return this.settings.notificationSources;
  }

  /** Looks for handlers; Nest calls it. */
  onApplicationBootstrap(): void {
    this.#handlers.discover(this.modules, this.name);
  }

  /**
   * Takes a notification that came from KICC's addresses. Never rejects.
   * @returns what became of it: tell KICC `0000` on `handled` and `repeated`, and `5001` on the others, so that it sends again.
   */
  async receive(notification: KiccNotification): Promise<NotificationOutcome> {
    if (!this.settings.malls.ids.includes(notification.mallId)) return this.report('unknownMall', notification);
    try {
      return await this.handle(notification);
    } catch (error) {
      const reason = error instanceof NotificationHandlerFailure ? error.message : `the journal failed: ${nameOfError(error)}`;
      return this.report('failed', notification, undefined, reason);
    }
  }

  /** Reports what was refused before it could be taken: from where, and why. */
  refused(why: string): void {
    // What a proxy forwarded stands in it.
    const reason = printable(why);
    this.#reports.next(Object.freeze({ type: 'refused', reason }));
    this.#refusals++;
    const now = timeOr(this.settings.now, new Date()).getTime();
    if (now < this.#nextRefusal) return;
    const others = this.#refusals > 1 ? ` (${this.#refusals} since the last such line)` : '';
    this.#logger.warn(`A notification was refused: ${reason}${others}.`);
    this.#refusals = 0;
    this.#nextRefusal = now + REFUSALS_EVERY_MS;
  }

  /**
   * Forgets which notifications were handled before a time; KICC sends none again after half an hour, but for one that somebody
   * sends again by hand in its merchant console.
   * @returns how many.
   * @throws {KiccValidationError} if the time is not a valid Date.
   */
  async purge({ handledBefore }: { readonly handledBefore: Date }): Promise<number> {
    checkDate('handledBefore', handledBefore, 'Give the Date before which they were handled.');
    return this.store.purge(handledBefore);
  }

  private async handle(notification: KiccNotification): Promise<NotificationOutcome> {
    const key = keyOf(notification);
    if (await this.store.knows(key)) return this.report('repeated', notification);
    const confirmation = await this.revisions.learn(notification);
    const revision = 'revision' in confirmation ? confirmation.revision : undefined;
    if (confirmation.kind === 'ambiguous') return this.report('ambiguous', notification);
    if (confirmation.kind === 'unconfirmed') return this.report('unconfirmed', notification, revision);
    const confirmed = confirmation.kind === 'confirmed';
    const isNew = await this.store.once({ key, notification, at: this.settings.now() }, (transaction) =>
      this.#handlers.call(notification, { revision, confirmed, transaction }),
    );
    if (!isNew) return this.report('repeated', notification, revision);
    this.report(confirmation.kind === 'foreign' ? 'unknownChange' : 'handled', notification, revision);
    return 'handled';
  }

  private report<Type extends NotificationReport['type']>(
    type: Type,
    { notiType, mallId, pgCno, cancelPgCno }: KiccNotification,
    revision?: Revision,
    reason?: string,
  ): Type {
    this.#reports.next(Object.freeze({ type, notiType, mallId, pgCno, cancelPgCno, revision, reason }));
    const what = `Notification ${notiType} of payment ${pgCno} (mall ${mallId})`;
    switch (type) {
      case 'failed':
        this.#logger.error(`${what}: ${reason}. KICC sends it again.`);
        break;
      case 'unconfirmed':
        this.#logger.warn(`${what}: KICC's query does not confirm it, so nothing came of it; what is KICC's own comes again.`);
        break;
      case 'ambiguous':
        this.#logger.warn(`${what}: it fits several revisions alike, and KICC can tell no longer, so nothing came of it.`);
        break;
      case 'unknownMall':
        this.#logger.warn(`${what}: it is of no mall of this module, so nothing came of it.`);
        break;
      case 'unknownChange':
        this.#logger.warn(
          `${what}: the journal knows no such change. It was made in KICC's merchant console, by another system, or made up.`,
        );
        break;
      default:
        this.#logger.debug(`${what}: ${type}.`);
    }
    return type;
  }
}

/** The same for every repeat of a notification, in whatever form it comes: the legacy one has fewer fields. */
function keyOf(notification: KiccNotification): string {
  const { notiType, mallId, pgCno, cancelPgCno, depositPgCno, statusCode, cancelAmount, amount } = notification;
  const at = notification.transactionDate ?? notification.cancelDate;
  const parts = [notiType, mallId, pgCno, cancelPgCno, depositPgCno, statusCode, cancelAmount, amount, at];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
