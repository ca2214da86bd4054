import { AsyncLocalStorage } from 'node:async_hooks';
import type { ModulesContainer } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { SettledHandlerError } from '../journal/journal.errors.js';
import { KiccConfigurationError } from '../kicc-configuration.error.js';
import { KiccError } from '../protocol/kicc-error.js';
import { nameOfError } from '../revise/revise-events.js';
import type { Revision } from '../revise/revision.js';
import { sqlStateOf } from './sql-dialect.js';

const HANDLER = Symbol.for('nestjs-kicc/on-revision-settled');

/** What {@link OnRevisionSettled} stands on. */
export type RevisionSettledHandler = (revision: Revision, manager: EntityManager) => Promise<void> | void;

/**
 * Marks a provider's method that is called when a revision is settled, inside the transaction that settles it: what it writes by
 * the `EntityManager` it is given stands if, and only if, the revision is settled, exactly once. Called for every outcome
 * (`revision.status` is `succeeded` or `declined`, by KICC's word, a verdict or a withdrawal), and again only where a person
 * decides anew.
 *
 * If it throws, nothing is written; KICC's word is kept, the error is reported, and it is called again when the revision is due.
 * It holds a lock: let it write, and do what takes long (mails, other services) after it. Providers with a scope of their own
 * (request, transient) cannot have one.
 * @example
 * \@OnRevisionSettled()
 * async book(revision: Revision, manager: EntityManager): Promise<void> {
 *   await manager.update(Refund, { id: revision.shopTransactionId }, { status: revision.status });
 * }
 */
export function OnRevisionSettled(): <T extends RevisionSettledHandler>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void {
  return (_target, _name, descriptor) => {
    if (descriptor.value) Reflect.defineMetadata(HANDLER, true, descriptor.value);
  };
}

/** The shop's handlers, as found in its Nest app. */
export class SettledHandlers {
  readonly #inside = new AsyncLocalStorage<string>();
  readonly #handlers: { readonly name: string; readonly call: RevisionSettledHandler }[] = [];

  get any(): boolean {
    return this.#handlers.length > 0;
  }

  /** @throws {KiccConfigurationError} if one stands on a provider that is not there once and for all. */
  discover(modules: ModulesContainer): void {
    const classes = new Set<unknown>();
    for (const { providers, controllers } of modules.values()) {
      for (const wrapper of [...providers.values(), ...controllers.values()]) {
        const instance: unknown = wrapper.instance;
        const names = handlerNames(instance);
        const kind = Object(instance) as Record<string | symbol, RevisionSettledHandler>;
        // One class in two modules has two instances, and is to be called once.
        if (names.length === 0 || classes.has(kind.constructor)) continue;
        classes.add(kind.constructor);
        const className = kind.constructor.name;
        if (!wrapper.isDependencyTreeStatic()) {
          throw new KiccConfigurationError([
            `@OnRevisionSettled: ${className} has a scope of its own, so there is none to be called. Give it the default scope.`,
          ]);
        }
        for (const name of names) {
          const call: RevisionSettledHandler = (revision, manager) => kind[name]?.(revision, manager);
          this.#handlers.push({ name: `${className}.${String(name)}`, call });
        }
      }
    }
  }

  /** @throws {SettledHandlerError} if one of them fails. */
  async call(revision: Revision, manager: EntityManager): Promise<void> {
    for (const { name, call } of this.#handlers) {
      try {
        await this.#inside.run(name, async () => call(revision, manager));
      } catch (error) {
        throw new SettledHandlerError(revision, name, reasonOf(error));
      }
    }
  }

  /** That none of them has thrown, but the transaction will not be committed. */
  spoilt(revision: Revision): SettledHandlerError {
    const names = this.#handlers.map(({ name }) => name).join(' or ');
    return new SettledHandlerError(
      revision,
      names,
      'it left the transaction broken: an error hidden, or the transaction ended',
    );
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
      `${handler} is a part of settling a revision, so it may call no method of this library: what it was given is all there is. ` +
        'Do the rest after it, for example on events$.',
    );
  }
}

/** What may be said of a handler's error: not its own words, which may hold personal data. */
function reasonOf(error: unknown): string {
  if (error instanceof KiccError) return error.message;
  const { stack, message } = Object(error) as { stack?: unknown; message?: unknown };
  const isWhole = typeof stack === 'string' && typeof message === 'string' && stack.includes(message);
  const own = isWhole ? firstFrame(stack.slice(stack.indexOf(message) + message.length)) : undefined;
  return [nameOfError(error), sqlStateOf(error), own].filter(Boolean).join(' ');
}

/** Where in the shop's own code it happened. */
function firstFrame(frames: string): string | undefined {
  return frames
    .split('\n')
    .find((line) => /^ +at /.test(line) && !/node_modules|node:/.test(line))
    ?.trim();
}

function handlerNames(instance: unknown): (string | symbol)[] {
  const names = new Set<string | symbol>();
  if (typeof instance !== 'object') return [];
  for (let level: unknown = instance; level && level !== Object.prototype; level = Object.getPrototypeOf(level) as unknown) {
    for (const name of Reflect.ownKeys(level)) {
      const value: unknown = Object.getOwnPropertyDescriptor(level, name)?.value;
      if (typeof value === 'function' && Reflect.getMetadata(HANDLER, value) === true) names.add(name);
    }
  }
  return [...names];
}
