import { AsyncLocalStorage } from 'node:async_hooks';
import type { ModulesContainer } from '@nestjs/core';
import { HANDLER_TIMEOUT_MS, inHandlerTime } from '../handlers/handler-time.js';
import { MarkedMethods, markMethod } from '../handlers/marked-methods.js';
import { SETTLED_HANDLER, SETTLED_DECORATOR } from '../handlers/settled-mark.js';
import { KiccError } from '../protocol/kicc-error.js';
import { describeFailure } from '../revision/foreign-error.js';
import { SettledHandlerError } from '../revision/revise.errors.js';
import type { Revision } from '../revision/revision.js';
import { sqlStateOf } from './sql-dialect.js';

/** What {@link OnRevisionSettled} stands on. `Transaction` is that of the journal's client. */
export type RevisionSettledHandler<Transaction = never> = (
  revision: Revision,
  transaction: Transaction,
  corrected?: Revision,
) => Promise<void> | void;

/**
 * Marks a provider's method that is called when a revision is settled, inside the transaction that settles it: what it writes
 * by the transaction it is given stands if, and only if, the revision is settled, exactly once. Called for every outcome
 * (`revision.status` is `succeeded` or `declined`, by KICC's word, a verdict or a withdrawal), and again where that turns out
 * to be wrong, or a person decides anew, also of where the money is that had bounced (`revision.completion`): then with what stood
 * before as the third argument, so that the books can be set right.
 *
 * If it throws, or has not ended within `handlerTimeoutMs`, nothing is written; KICC's word is kept, the error is reported, and
 * it is called again when the revision is due. It holds a lock and a connection: let it await nothing but what it does by its
 * transaction, no injected client or repository above all, and do what takes long (mails, other services) after it. Providers
 * with a scope of their own (request, transient) cannot have one.
 * @example
 * \@OnRevisionSettled()
 * async book({ shopTransactionId, status }: Revision, client: PoolClient): Promise<void> {
 *   await client.query('UPDATE refund SET status = $1 WHERE id = $2', [status, shopTransactionId]);
 * }
 */
export function OnRevisionSettled(): <T extends RevisionSettledHandler>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void {
  return (_target, _name, descriptor) => markMethod(SETTLED_HANDLER, true, descriptor.value);
}

/** The shop's handlers, as found in its Nest app. */
export class SettledHandlers {
  readonly #inside = new AsyncLocalStorage<string>();
  readonly #handlers = new MarkedMethods<true>(SETTLED_HANDLER, SETTLED_DECORATOR);
  /** How long one may take, ms. */
  timeoutMs = HANDLER_TIMEOUT_MS;

  get any(): boolean {
    return this.#handlers.all.length > 0 || this.#handlers.late !== undefined;
  }

  /** @throws {KiccConfigurationError} if one stands on a provider that is not there once and for all. */
  discover(modules: ModulesContainer): void {
    this.#handlers.discover(modules);
  }

  /** @throws {SettledHandlerError} if one of them fails. */
  async call(revision: Revision, transaction: object, corrected: Revision | undefined): Promise<void> {
    const { all, late } = this.#handlers;
    if (late) throw new SettledHandlerError(revision, late.name, late.reason);
    for (const { name, call } of all) {
      try {
        await this.inside(name, () =>
          inHandlerTime(this.timeoutMs, () =>
            corrected ? call(revision, transaction, corrected) : call(revision, transaction),
          ),
        );
      } catch (error) {
        throw new SettledHandlerError(revision, name, describeFailure(error, sqlStateOf(error)));
      }
    }
  }

  /** Does something of the shop's inside a transaction of the journal's, as {@link refuseInside} is told of it. */
  inside<T>(name: string, act: () => Promise<T>): Promise<T> {
    return this.#inside.run(name, act);
  }

  /** That none of them has thrown, but the transaction will not be committed. */
  spoilt(revision: Revision): SettledHandlerError {
    return this.failed(revision, 'it left the transaction broken: an error hidden, or the transaction ended');
  }

  /** That some of them, whichever, are the reason why a revision is not settled. */
  failed(revision: Revision, reason: string): SettledHandlerError {
    const names = this.#handlers.all.map(({ name }) => name).join(' or ');
    return new SettledHandlerError(revision, names, reason);
  }

  /** Inside a handler, the journal would wait for the very transaction that the handler is a part of. */
  refuseInside(): void {
    const handler = this.#inside.getStore();
    if (handler === undefined) return;
    throw new CalledInHandlerError(handler);
  }
}

/** The journal was called from inside a handler. */
class CalledInHandlerError extends KiccError {
  static readonly code = 'KICC_CALLED_IN_HANDLER';
  readonly code = CalledInHandlerError.code;

  constructor(handler: string) {
    super(
      `${handler} is a part of a transaction of the journal's, so it may call no method of this library: what it was given is all ` +
        'there is. Do the rest after it, for example on events$.',
    );
  }
}
