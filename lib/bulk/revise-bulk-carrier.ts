import type { BulkRowId } from '../journal/bulk.js';

/** Brings rows of bulks to the processes that run them, for example by a queue. It carries work, and holds no truth. */
export interface ReviseBulkCarrier {
  /** Whether it is known not to work at present: the rows are then run in this process. */
  readonly isLost: boolean;
  /**
   * Sees to it that `ReviseBulkService.run` is called for each, soon, in some process. It may lose some, which are brought to
   * it again, and bring some twice. Rejects if it cannot work at present: the rows are then run in this process.
   */
  dispatch(rows: readonly (BulkRowId & { readonly mallId: string })[]): Promise<void>;
}
