import { Logger } from '@nestjs/common';
import { Observable, Subject, Subscriber, type Observer, type OperatorFunction, type Subscription } from 'rxjs';
import { nameOfError } from '../revision/foreign-error.js';
import type { SettledHandlerError, UnreadableRevisionError } from '../revision/revise.errors.js';
import { isSettled, type Revision, type RevisionStatus } from '../revision/revision.js';
import type { ReviseTracer } from './revise-tracer.js';

/** A revision has moved. */
export interface ReviseEvent {
  /**
   * The status it moved to; `checked`: it was looked at and stays where it was; `contradicted`: KICC proved the opposite of
   * what a person had decided, which stands until a person decides anew; `completed`: the money of a refund has arrived;
   * `bounced`: it came back; `disputed`: a notification says something else of a refund than KICC's query; `corrected`: the
   * outcome that the shop was told was wrong, and `revision` has the right one; `doubled`: KICC carried it out twice;
   * `unreviewed`: KICC could not be asked whether a decline holds; `ambiguous`: a notification fits it and another revision
   * alike; `unreadable`: its row in the journal cannot be read, and `revision` is what its columns tell.
   */
  readonly type:
    | RevisionStatus
    | 'checked'
    | 'contradicted'
    | 'completed'
    | 'bounced'
    | 'disputed'
    | 'corrected'
    | 'doubled'
    | 'unreviewed'
    | 'ambiguous'
    | 'unreadable';
  /** Where it stood before; absent for one that was just taken in. */
  readonly from?: RevisionStatus;
  /** The revision as the journal now holds it. */
  readonly revision: Revision;
}

/** Tells the app, and its log, of every transition once the journal holds it. */
export class ReviseEvents {
  readonly #logger: Logger;
  readonly #subject = new Subject<ReviseEvent>();
  #hasSaidAddress = false;
  /** A subscriber that throws hurts nobody: neither the revision, nor the others, nor the process. */
  readonly events$: Observable<ReviseEvent>;
  /** Who follows revisions through their steps, if anybody does. */
  tracer: ReviseTracer | undefined;

  constructor(context: string) {
    this.#logger = new Logger(context);
    this.events$ = this.guarded(this.#subject);
  }

  /** Never throws: a logger that fails must not change what becomes of a revision. */
  transition(before: Revision | undefined, after: Revision): void {
    harmless(() => this.log(before, after));
    const type = typeOf(before, after);
    if (type && this.#subject.observed)
      this.#subject.next(Object.freeze({ type, ...(before ? { from: before.status } : {}), revision: after }));
  }

  unreadable({ message, revision }: UnreadableRevisionError): void {
    harmless(() => this.#logger.error(`${message} It is tried again each hour.`));
    this.#subject.next(Object.freeze({ type: 'unreadable', from: revision.status, revision }));
  }

  journalFailed(revision: Revision, error: unknown): void {
    const what = `${nameOf(revision)}: what came of it could not be journaled (${nameOfError(error)}); it is looked into again when its lease is over.`;
    harmless(() => this.#logger.error(what));
  }

  /** Says once, for all requests, that the address was left out of one. */
  addressLeftOut(): void {
    if (this.#hasSaidAddress) return;
    this.#hasSaidAddress = true;
    const what = "clientIp: an IPv6 address is longer than KICC's 20 bytes, so it is left out of requests. This is said once.";
    harmless(() => this.#logger.warn(what));
  }

  /** @param dueAt when it is called again. */
  handlerFailed({ message }: SettledHandlerError, dueAt: Date): void {
    harmless(() => this.#logger.error(`${message} Called again at ${dueAt.toISOString()}.`));
  }

  /** A stream whose subscribers' errors are logged instead of ending the process, as RxJS would have it. */
  guarded<T>(source: Observable<T>): Observable<T> {
    return new GuardedObservable(
      (subscriber) => source.subscribe(subscriber),
      (error) => harmless(() => this.#logger.error(`A subscriber to revisions failed (${nameOfError(error)}).`)),
    );
  }

  private log(before: Revision | undefined, after: Revision): void {
    if (Logger.isLevelEnabled('debug')) this.logTrail(before, after);
    const [level, news] = newsOf(before, after) ?? [];
    if (level) this.#logger[level](`${nameOf(after)}: ${news}`);
  }

  private logTrail(before: Revision | undefined, after: Revision): void {
    for (const { event, observed, resCd, httpStatus, status } of after.trail.slice(before?.trail.length ?? 0)) {
      const seen = [observed, resCd ?? httpStatus].filter((part) => part !== undefined).join(' ');
      this.#logger.debug(`${nameOf(after)}: ${event}${seen === '' ? '' : ` (${seen})`}, so ${status}.`);
    }
  }
}

/** What an operator should hear of a transition, and how loudly; `undefined` where nothing. */
function newsOf(before: Revision | undefined, after: Revision): ['log' | 'warn' | 'error', string] | undefined {
  const { status, pgCno, nextCheckAt, settledBy } = after;
  const type = typeOf(before, after);
  if (type === 'unknown' && before?.status === 'sending' && after.trail.at(-1)?.event !== 'handlerFailed') {
    return ['warn', `its outcome is not known yet; KICC is asked again at ${nextCheckAt?.toISOString()}.`];
  }
  if (type === 'accepted' && before && after.checks <= 1) {
    return ['warn', `could not be sent; tried again at ${nextCheckAt?.toISOString()}.`];
  }
  if (type === 'escalated') {
    return [
      'error',
      `its outcome is not known, and KICC's status query will soon be unable to tell. Look payment ${pgCno} up ` +
        'in the merchant console and call resolve().',
    ];
  }
  if (type === 'contradicted') {
    return [
      'error',
      `was resolved as ${status}, but KICC proves the opposite. Look payment ${pgCno} up in the merchant ` +
        'console, set the money right, and call resolve() again.',
    ];
  }
  if (type === 'corrected') {
    return [
      'error',
      `counted as ${before?.status}, and is ${status} after all${settledBy === 'verdict' ? ", by a person's verdict" : ': KICC has proved it'}. ` +
        `Whoever was told otherwise of payment ${pgCno} has to hear of it; where no handler of yours has, call resolve() then.`,
    ];
  }
  if (type === 'doubled') {
    return [
      'error',
      `was carried out twice by KICC (cancelPgCno ${after.response?.cancelPgCno} and ${after.second?.cancelPgCno}). Look payment ` +
        `${pgCno} up in the merchant console, set the money right, and call resolve().`,
    ];
  }
  if (type === 'unreviewed') {
    return [
      'error',
      `was declined, and KICC could not be asked whether that holds. Look payment ${pgCno} up in the merchant console and call ` +
        'resolve(); until then it takes no other change of the kind.',
    ];
  }
  if (type === 'ambiguous') {
    return [
      'error',
      `a notification (${after.ambiguous?.notiType}) fits it and another revision alike, so nothing came of it. Look payment ${pgCno} ` +
        'up in the merchant console and call resolve().',
    ];
  }
  if (type === 'bounced' || (after.completion === 'bounced' && status !== before?.status && settledBy === 'kicc')) {
    return [
      'error',
      `its money came back, so payment ${pgCno} is not refunded by it. Ask the customer for an account that can ` +
        'take it, refund the payment anew under a new shopTransactionId, and resolve() this one.',
    ];
  }
  if (type === 'disputed') {
    return [
      'error',
      "a notification says that its money came back or arrived, and KICC's query does not confirm it. Look payment " +
        `${pgCno} up in the merchant console and call resolve().`,
    ];
  }
  if (before?.status === 'escalated' && isSettled(after) && settledBy !== 'verdict') {
    return ['log', `escalated before, now ${status} by KICC's word.`];
  }
  return undefined;
}

function typeOf(before: Revision | undefined, after: Revision): ReviseEvent['type'] | undefined {
  if (after.contradicted && !before?.contradicted) return 'contradicted';
  if (before && isSettled(before) && before.settledBy !== 'verdict' && after.status !== before.status) return 'corrected';
  if (after.status !== before?.status) return after.status;
  if (after.doubled && !before.doubled) return 'doubled';
  // A handler failed, and KICC's word is kept.
  if (after.corrected && !before.corrected) return 'corrected';
  if (after.unreviewed && !before.unreviewed) return 'unreviewed';
  if (after.completion !== before.completion && (after.completion === 'completed' || after.completion === 'bounced')) {
    return after.completion;
  }
  if (after.disputed && !before.disputed) return 'disputed';
  if (after.ambiguous && !before.ambiguous) return 'ambiguous';
  return after.trail.length > before.trail.length ? 'checked' : undefined;
}

/** RxJS throws what a subscriber throws as an uncaught exception; what is derived from this one hands it to `failed`. */
class GuardedObservable<T> extends Observable<T> {
  constructor(
    subscribe: (subscriber: Subscriber<T>) => Subscription,
    private readonly failed: (error: unknown) => void,
  ) {
    super(subscribe);
  }

  override pipe(...operators: OperatorFunction<never, never>[]): Observable<never> {
    const piped = operators.reduce((source, operator) => operator(source), this as Observable<unknown> as Observable<never>);
    // What is more than an Observable, as a connectable one, stays what it is.
    if (Object.getPrototypeOf(piped) !== Observable.prototype) return piped;
    return new GuardedObservable((subscriber) => piped.subscribe(subscriber), this.failed);
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null, ...rest: never[]): Subscription {
    // RxJS's own subscribers (operators, firstValueFrom) take care of their errors.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const [onError, onComplete] = rest as (((value?: unknown) => void) | null | undefined)[];
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'function' || !observerOrNext
        ? {
            ...(observerOrNext ? { next: observerOrNext } : {}),
            ...(onError ? { error: onError } : {}),
            ...(onComplete ? { complete: onComplete } : {}),
          }
        : observerOrNext;
    const guard = (call: () => unknown): void => {
      try {
        const result = call();
        // An async function throws by its promise.
        if (result instanceof Promise) result.catch(this.failed);
      } catch (error) {
        this.failed(error);
      }
    };
    return super.subscribe({
      next: (value) => guard(() => observer.next?.(value)),
      error: (error: unknown) => guard(() => (observer.error ? observer.error(error) : this.failed(error))),
      complete: () => guard(() => observer.complete?.()),
    });
  }
}

function harmless(act: () => void): void {
  try {
    act();
  } catch {
    // There is nobody left to tell.
  }
}

export function nameOf({ mallId, shopTransactionId, request }: Revision): string {
  return `Revision ${shopTransactionId} of mall ${mallId} (type ${request.reviseTypeCode})`;
}
