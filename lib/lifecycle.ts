import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { KiccConfigurationError } from './protocol/kicc-configuration.error.js';

type NestModule = ModulesContainer extends Map<string, infer T> ? T : never;

/**
 * Nest calls no hook of what `LazyModuleLoader` loads: nothing of it would begin, and nobody would be told.
 * @throws {KiccConfigurationError} if this module is one that the app did not start with.
 */
export function refuseLazy(modules: ModulesContainer, metatype: { readonly name: string }): void {
  const all = [...modules.values()];
  // Nest's own module comes first, then the app's.
  const started = new Set<NestModule>();
  const reach = (module: NestModule | undefined): void => {
    if (!module || started.has(module)) return;
    started.add(module);
    module.imports.forEach(reach);
  };
  reach(all[1]);
  if (!all.some((module) => module.metatype === metatype && !started.has(module))) return;
  throw new KiccConfigurationError([
    `${metatype.name}: is loaded lazily, and Nest starts nothing of such a module: no recovery, no handlers, no endpoint. Import it where the ` +
      'app begins (KiccModule with isGlobal: true, or a name). What is loaded lazily may inject its services.',
  ]);
}

/**
 * A part that is made for a request makes all that stands on it be made for each, and Nest calls no hook of these.
 * @param parts of a module, by what they are called in its options.
 * @throws {KiccConfigurationError} naming each that is not there once and for all.
 */
export function refuseScoped(
  modules: ModulesContainer,
  metatype: unknown,
  parts: Readonly<Record<string, InjectionToken>>,
): void {
  const problems = [...modules.values()]
    .filter((module) => module.metatype === metatype)
    .flatMap(({ providers }) =>
      Object.entries(parts).filter(([, token]) => providers.get(token)?.isDependencyTreeStatic() === false),
    );
  // What stands on the options is scoped with them.
  const named = problems.find(([part]) => part === 'options') ?? problems[0];
  if (!named) return;
  throw new KiccConfigurationError([
    `${named[0]}: is made for each request (by REQUEST, or a provider of its scope), so no recovery would start and no handler be called. ` +
      'Give what holds for the whole app. Where a request decides whose payment it is: further malls in `malls`, which may be a ' +
      'function, and mallId in the call; or a KiccModule with a name for each.',
  ]);
}
