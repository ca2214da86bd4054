import { KiccError } from '../protocol/kicc-error.js';
import { NoConnectionError } from './no-connection.error.js';

/** What may be a name or a code: a word of a program, so that no sentence is taken for one. */
const WORD = /^[\w$.]{1,60}$/;

/** What is read of something of the shop's; `undefined` where that throws, as a getter or a Proxy may. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What is a word of a program; anything else is `otherwise`. */
export function wordOr(otherwise: string, value: unknown): string {
  return typeof value === 'string' && WORD.test(value) ? value : otherwise;
}

/** The kind of an error; its words may hold personal data, but where they are this library's own. Never throws. */
export function nameOfError(error: unknown): string {
  const name = readable(() => {
    if (error instanceof NoConnectionError) return `${error.name}: ${error.message}`;
    return error instanceof Error ? wordOr('Error', error.name) : typeof error;
  });
  return name ?? 'an error that cannot be read';
}

/** The class of an error, also where it has no name of its own. Never throws. */
export function classOfError(error: unknown): string {
  return readable(() => (error instanceof Error ? wordOr('Error', error.constructor.name) : typeof error)) ?? 'Error';
}

/** Where in the shop's own code an error happened; not its words, which may hold personal data. Never throws. */
export function whereItFailed(error: unknown): string | undefined {
  return readable(() => {
    const { stack, message } = Object(error) as { stack?: unknown; message?: unknown };
    const isWhole = typeof stack === 'string' && typeof message === 'string' && stack.includes(message);
    if (!isWhole) return undefined;
    return stack
      .slice(stack.indexOf(message) + message.length)
      .split('\n')
      .find((line) => /^ +at /.test(line) && !/node_modules|node:/.test(line))
      ?.trim();
  });
}

/** What may be said of an error of the shop's. Never throws. */
export function describeFailure(error: unknown, ...details: string[]): string {
  const ours = readable(() => (error instanceof KiccError ? error.message : undefined));
  return ours ?? [nameOfError(error), ...details, whereItFailed(error)].filter(Boolean).join(' ');
}
