import { readable, wordOr } from '../../revision/foreign-error.js';

/** An error's code, as drivers give it: SQLSTATE of PostgreSQL, a name elsewhere. '' where it has none. Never throws. */
export function codeOf(error: unknown): string {
  return wordOr(
    '',
    readable(() => (Object(error) as { code?: unknown }).code),
  );
}
