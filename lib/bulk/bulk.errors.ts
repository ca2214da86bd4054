import { inspect } from 'node:util';
import { KiccError } from '../protocol/kicc-error.js';

/** There is no bulk under this id. */
export class BulkNotFoundError extends KiccError {
  static readonly code = 'KICC_BULK_NOT_FOUND';
  readonly code = BulkNotFoundError.code;

  constructor(readonly bulkId: string) {
    super(`There is no bulk ${inspect(bulkId)}. Give the bulkId that submit() answered.`);
  }

  protected override details(): Record<string, unknown> {
    return { bulkId: this.bulkId };
  }
}

/** The id already stands for other requests, or the bulk is cancelled. Nothing was changed. */
export class BulkConflictError extends KiccError {
  static readonly code = 'KICC_BULK_CONFLICT';
  readonly code = BulkConflictError.code;

  constructor(
    readonly bulkId: string,
    what: 'otherRequests' | 'cancelled',
  ) {
    super(
      what === 'cancelled'
        ? `Bulk ${inspect(bulkId)} is cancelled, for good. Submit its rows that are cancelled, and still wanted, as a new one.`
        : `Bulk ${inspect(bulkId)} already stands for other requests. Submit the same ones again, or take a new bulkId.`,
    );
  }

  protected override details(): Record<string, unknown> {
    return { bulkId: this.bulkId };
  }
}
