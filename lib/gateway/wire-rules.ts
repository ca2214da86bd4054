import { readable } from '../revision/foreign-error.js';

/** What every transport of ours holds to. */

/** A revise answer is under 4 KiB; what is over this is no answer of KICC's and is cut off. */
export const LONGEST_ANSWER_BYTES = 1024 * 1024;

/** Time to connect, ms; well inside KICC's 30 s, so that a host that cannot be reached is told from a lost answer. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Idle connections are kept this long, ms, unless the server asks for less: a shop cancels now and then, and TLS is dear. */
export const KEEP_ALIVE_MS = 55_000;

export const REQUEST_HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  Accept: 'application/json',
  'Accept-Encoding': 'identity',
} as const;

/** The code of an error of Node's, fit for a log line. */
export function nodeErrorCode(error: unknown): string | undefined {
  const code: unknown = readable(() => (Object(error) as { code?: unknown }).code);
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}
