/** What an error may hold of a customer, and nobody may see. */
export const SECRET_WORDS = 'card 4111111111111111';

/** What is thrown by looking is no better. */
const refuse = (): never => {
  throw Object.defineProperty(new Error(SECRET_WORDS), 'name', { get: refuse });
};

const withGetter = (name: string) => (): unknown => Object.defineProperty(new Error(SECRET_WORDS), name, { get: refuse });

/** Errors that throw where they are looked at, or hold something else than their kind in its place. */
export const UNREADABLE_ERRORS: [what: string, make: () => unknown][] = [
  ['a name that throws', withGetter('name')],
  ['a stack that throws', withGetter('stack')],
  ['a message that throws', withGetter('message')],
  ['a driverError that throws', withGetter('driverError')],
  ['a code that throws', withGetter('code')],
  ['a constructor that throws', withGetter('constructor')],
  ['a name that is an object', () => Object.assign(new Error(SECRET_WORDS), { name: { toString: refuse } })],
  ['words for a name', () => Object.assign(new Error('x'), { name: SECRET_WORDS })],
  ['words for a code', () => Object.assign(new Error('x'), { code: SECRET_WORDS })],
  [
    'a Proxy that lets nobody look',
    () => new Proxy(new Error(SECRET_WORDS), { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse }),
  ],
];
