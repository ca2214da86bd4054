import type { ModulesContainer } from '@nestjs/core';
import { findMarkedMethods } from './marked-methods.js';

export const SETTLED_HANDLER = Symbol.for('nestjs-kicc/on-revision-settled');
export const SETTLED_DECORATOR = '@OnRevisionSettled';

/** The names of an app's handlers of settled revisions, whether or not a journal calls them. */
export function namesOfSettledHandlers(modules: ModulesContainer): readonly string[] {
  return findMarkedMethods(modules, SETTLED_HANDLER, SETTLED_DECORATOR).map(({ name }) => name);
}
