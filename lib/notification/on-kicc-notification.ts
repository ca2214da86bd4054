import type { ModulesContainer } from '@nestjs/core';
import { inHandlerTime } from '../handlers/handler-time.js';
import { findMarkedMethods, MarkedMethods, markMethod } from '../handlers/marked-methods.js';
import type { KiccNotification, NotiType } from '../protocol/notification.js';
import { describeFailure } from '../revision/foreign-error.js';
import type { Revision } from '../revision/revision.js';

const HANDLER = Symbol.for('nestjs-kicc/on-kicc-notification');
const DECORATOR = '@OnKiccNotification';

/** What a handler is told beside the notification. */
export interface NotificationContext {
  /** The revision that it is about, as it stands by now; absent where it is about none that the journal knows. */
  readonly revision?: Revision | undefined;
  /**
   * Whether something else than the notification itself vouches for it: KICC's status query or, where that can tell no longer,
   * that it fits the revision in every point. Without it, do nothing that costs money: anybody could have written it.
   */
  readonly confirmed: boolean;
  /**
   * The transaction that remembers the notification: with the `TypeOrmReviseJournal` an `EntityManager`. What is written by it
   * stands if, and only if, the notification is never handled again.
   */
  readonly transaction?: object | undefined;
}

/** What {@link OnKiccNotification} stands on. */
export type KiccNotificationHandler<Type extends string = string> = (
  notification: KiccNotification<Type>,
  context: NotificationContext,
) => Promise<void> | void;

interface HandlerMark {
  readonly type: string;
  readonly kicc?: string | undefined;
}

/**
 * Marks a provider's method that is called with each notification of a type (`notiType`), once, however often KICC repeats it.
 * If it throws, or has not ended within `handlerTimeoutMs`, KICC is told so and sends again (every 3 minutes, up to ten times).
 * Providers with a scope of their own (request, transient) cannot have one.
 * @param options `kicc`: the name of the `KiccModule` whose notifications it wants; default: of the one without a name.
 *
 * With a durable journal it is a part of a transaction (`context.transaction`), which holds a connection: let it await nothing
 * but that. It may call no method of this library: what has to be done then, such as refunding anew after type 51, belongs
 * behind it, for example on `KiccNotificationService.events$`.
 * @example
 * \@OnKiccNotification('51')
 * async bounced({ shopOrderNo }: KiccNotification<'51'>, { revision, transaction }: NotificationContext): Promise<void> {
 *   await (transaction as EntityManager).update(Order, { id: shopOrderNo }, { refund: 'bounced' });
 * }
 */
export function OnKiccNotification<Type extends NotiType>(
  type: Type,
  { kicc }: { readonly kicc?: string | undefined } = {},
): <Handler extends KiccNotificationHandler<Type>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void {
  return (_target, _name, descriptor) => markMethod(HANDLER, { type, kicc } satisfies HandlerMark, descriptor.value);
}

/** One of the shop's handlers failed. */
export class NotificationHandlerFailure extends Error {
  override readonly name = 'NotificationHandlerFailure';

  constructor(
    /** Which one: `Class.method`. */
    readonly handler: string,
    /** The kind of error that it threw and where; its words may hold personal data. */
    readonly reason: string,
  ) {
    super(`${handler} failed (${reason})`);
  }
}

/** Whether an app has handlers of notifications, of whichever `KiccModule`. */
export function hasNotificationHandlers(modules: ModulesContainer): boolean {
  return findMarkedMethods(modules, HANDLER, DECORATOR).length > 0;
}

/** The shop's handlers, as found in its Nest app. */
export class NotificationHandlers {
  readonly #handlers = new MarkedMethods<HandlerMark>(HANDLER, DECORATOR);
  #kicc: string | undefined;

  constructor(private readonly timeoutMs: number) {}

  /** @throws {KiccConfigurationError} if one stands on a provider that is not there once and for all. */
  discover(modules: ModulesContainer, kicc: string | undefined): void {
    this.#handlers.discover(modules);
    this.#kicc = kicc;
  }

  /** @throws {NotificationHandlerFailure} if one of them fails; the others are not called then. */
  async call(notification: KiccNotification, context: NotificationContext): Promise<void> {
    const { all, late } = this.#handlers;
    if (late) throw new NotificationHandlerFailure(late.name, late.reason);
    for (const { name, mark, call } of all) {
      if (mark.type !== notification.notiType || mark.kicc !== this.#kicc) continue;
      try {
        await inHandlerTime(this.timeoutMs, () => call(notification, context));
      } catch (error) {
        throw new NotificationHandlerFailure(name, describeFailure(error));
      }
    }
  }
}
