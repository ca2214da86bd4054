import type { FactoryProvider } from '@nestjs/common';

/** A symbol that stands for a value of this type in Nest's container. */
export type TypedSymbol<T> = symbol & { readonly standsFor?: T };

/** What stands for a value of this type. */
type Token<T> = (abstract new (...parts: never[]) => T) | TypedSymbol<T>;

/** The same, where there may be none. Only for those: Nest takes what such a one fails with for its absence. */
interface OptionalToken<T> {
  readonly token: TypedSymbol<T | undefined>;
  readonly optional: true;
}

type Tokens<Parts extends readonly unknown[]> = {
  readonly [Index in keyof Parts]: Token<Parts[Index]> | (undefined extends Parts[Index] ? OptionalToken<Parts[Index]> : never);
};

/** A provider that Nest gives these parts. Unlike Nest's own type, it does not compile with a token in the wrong place. */
export function provide<T, Parts extends readonly unknown[]>(
  token: Token<T>,
  inject: Tokens<Parts>,
  make: (...parts: Parts) => T,
): FactoryProvider {
  return { provide: token, inject: [...inject], useFactory: make };
}

/** A provider of a class; the tokens stand for what its constructor takes. */
export function provideClass<T, Parts extends readonly unknown[]>(
  made: new (...parts: Parts) => T,
  inject: Tokens<Parts>,
): FactoryProvider {
  return provide(made as unknown as Token<T>, inject, (...parts: Parts) => new made(...parts));
}
