import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';

/** Where a revision stands among all: by when it was taken in, then in the order of that. */
export interface Place {
  /** ms since 1970. */
  readonly acceptedAt: number;
  readonly sequence: number;
}

/** Databases count them with 32 bits, and some fail at more. */
const LAST_SEQUENCE = 0x7fffffff;

/** A place as the text that a page gives. */
export function cursorOf({ acceptedAt, sequence }: Place): string {
  return `${acceptedAt.toString(36)}-${sequence.toString(36)}`;
}

/**
 * The place that a text stands for.
 * @throws {KiccValidationError} if it is none that a page gave.
 */
export function placeOf(cursor: string): Place {
  const [acceptedAt = NaN, sequence = NaN] = cursor.split('-').map((part) => parseInt(part, 36));
  const place = { acceptedAt, sequence };
  const isWhole = Number.isSafeInteger(acceptedAt) && Number.isSafeInteger(sequence) && sequence <= LAST_SEQUENCE;
  if (isWhole && cursorOf(place) === cursor) return place;
  const remedy = 'Give the `next` of a page of the same journal, or leave it out to begin anew.';
  throw new KiccValidationError([violation('after', 'type', 'is not where a page ended.', remedy)]);
}
