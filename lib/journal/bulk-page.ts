import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import type { Bulk, BulkProgress } from './bulk.js';

/** Which bulks are wanted, newest first. */
export interface BulkPageQuery {
  /** How many at most. */
  readonly limit: number;
  /** Goes on behind a page: its `next`. */
  readonly after?: string | undefined;
}

/** Some bulks of many, and how far each is. */
export interface BulkPage {
  readonly bulks: readonly (Bulk & BulkProgress)[];
  /** Where the next page begins, for `after`. Absent: there are no more. */
  readonly next?: string | undefined;
}

/** Where a bulk stands among all: by when it was created, then by its id. */
type BulkPlace = Pick<Bulk, 'createdAt' | 'bulkId'>;
type PageOf<Held> = Pick<BulkPage, 'next'> & { readonly bulks: readonly Held[] };

/**
 * The place that a page's `next` stands for.
 * @throws {KiccValidationError} if it is none that a page gave.
 */
export function bulkPlaceOf(cursor: string): BulkPlace {
  const [, at = '', bulkId = ''] = /^([\da-z]{1,11})-([\x21-\x7e]{1,64})$/.exec(cursor) ?? [];
  const createdAt = new Date(parseInt(at, 36));
  if (bulkId !== '' && !Number.isNaN(createdAt.getTime())) return { createdAt, bulkId };
  const remedy = 'Give the `next` of a page of the same store, or leave it out to begin anew.';
  throw new KiccValidationError([violation('after', 'type', 'is not where a page ended.', remedy)]);
}

/** @param bulks as many as were asked for, and one more where there are more. */
export function bulkPageOf<Held extends BulkPlace>(bulks: readonly Held[], limit: number): PageOf<Held> {
  const shown = bulks.slice(0, limit);
  const last = shown.at(-1);
  if (!last || bulks.length <= limit) return { bulks: shown };
  return { bulks: shown, next: `${last.createdAt.getTime().toString(36)}-${last.bulkId}` };
}
