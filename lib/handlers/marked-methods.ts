import type { ModulesContainer } from '@nestjs/core';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';

/** A method of a provider of the shop's that bears a mark. */
export interface MarkedMethod<Mark> {
  /** `Class.method`. */
  readonly name: string;
  readonly mark: Mark;
  readonly call: (...args: unknown[]) => unknown;
}

/** Puts a mark on a method, for {@link findMarkedMethods}. */
export function markMethod(key: symbol, mark: unknown, method: unknown): void {
  if (typeof method === 'function') Reflect.defineMetadata(key, mark, method);
}

/** The methods that bear a mark, as they were found when the app began. */
export class MarkedMethods<Mark> {
  #modules: ModulesContainer | undefined;
  #found: readonly MarkedMethod<Mark>[] = [];
  #size = 0;
  #late: { readonly name: string; readonly reason: string } | undefined;

  constructor(
    private readonly key: symbol,
    private readonly decorator: string,
  ) {}

  get all(): readonly MarkedMethod<Mark>[] {
    return this.#found;
  }

  /** @throws {KiccConfigurationError} if one stands on a provider that is not there once and for all. */
  discover(modules: ModulesContainer): void {
    this.#modules = modules;
    this.#found = findMarkedMethods(modules, this.key, this.decorator);
    this.#size = modules.size;
  }

  /** One in a module that was loaded since, lazily, and why it cannot be relied on. */
  get late(): { readonly name: string; readonly reason: string } | undefined {
    const modules = this.#modules;
    if (modules && modules.size !== this.#size) {
      this.#size = modules.size;
      this.#late = this.lookAgain(modules);
    }
    return this.#late;
  }

  private lookAgain(modules: ModulesContainer): { readonly name: string; readonly reason: string } | undefined {
    const known = new Set(this.#found.map(({ name }) => name));
    try {
      const late = findMarkedMethods(modules, this.key, this.decorator).find(({ name }) => !known.has(name));
      return late && { name: late.name, reason: LAZY };
    } catch {
      return { name: this.decorator, reason: LAZY };
    }
  }
}

const LAZY = 'its module was loaded lazily, so it has not heard of what came before. Import its module at the start';

/**
 * The methods of an app's providers and controllers that bear a mark.
 * @param decorator its name, for errors.
 * @throws {KiccConfigurationError} if one stands on a provider that is not there once and for all.
 */
export function findMarkedMethods<Mark>(modules: ModulesContainer, key: symbol, decorator: string): MarkedMethod<Mark>[] {
  const found: MarkedMethod<Mark>[] = [];
  const classes = new Set<unknown>();
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      const instance: unknown = wrapper.instance;
      const marks = marksOf<Mark>(instance, key);
      const provider = Object(instance) as Record<string | symbol, (...args: unknown[]) => unknown>;
      // One class in two modules has two instances, and is to be called once.
      if (marks.size === 0 || classes.has(provider.constructor)) continue;
      classes.add(provider.constructor);
      const className = provider.constructor.name;
      if (!wrapper.isDependencyTreeStatic()) {
        throw new KiccConfigurationError([
          `${decorator}: ${className} has a scope of its own, so there is none to be called. Give it the default scope.`,
        ]);
      }
      for (const [method, mark] of marks) {
        const call = (...args: unknown[]): unknown => provider[method]?.(...args);
        found.push({ name: `${className}.${String(method)}`, mark, call });
      }
    }
  }
  return found;
}

function marksOf<Mark>(instance: unknown, key: symbol): Map<string | symbol, Mark> {
  const marks = new Map<string | symbol, Mark>();
  if (typeof instance !== 'object') return marks;
  for (let level: unknown = instance; level && level !== Object.prototype; level = Object.getPrototypeOf(level) as unknown) {
    for (const name of Reflect.ownKeys(level)) {
      const value: unknown = Object.getOwnPropertyDescriptor(level, name)?.value;
      if (typeof value !== 'function') continue;
      const mark = Reflect.getMetadata(key, value) as Mark | undefined;
      if (mark !== undefined && !marks.has(name)) marks.set(name, mark);
    }
  }
  return marks;
}
