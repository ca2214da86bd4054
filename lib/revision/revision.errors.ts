import { inspect } from 'node:util';
import { KiccError } from '../protocol/kicc-error.js';
import type { ReviseVerdict, Revision, RevisionStatus } from './revision.js';

/** The journal holds no revision under this id. */
export class RevisionNotFoundError extends KiccError {
  static readonly code = 'KICC_REVISION_NOT_FOUND';
  readonly code = RevisionNotFoundError.code;

  constructor(
    readonly mallId: string,
    readonly shopTransactionId: string,
  ) {
    super(
      `The journal holds no revision ${inspect(shopTransactionId)} of mall ${inspect(mallId)}. Give the shopTransactionId of a ` +
        'call that was taken in, and its mallId where there are several. One that a transaction records is there from its commit on.',
    );
  }

  protected override details(): Record<string, unknown> {
    return { mallId: this.mallId, shopTransactionId: this.shopTransactionId };
  }
}

/** The revision stands where this cannot be done to it. Nothing was changed. */
export class RevisionStateError extends KiccError {
  static readonly code = 'KICC_REVISION_STATE';
  readonly code = RevisionStateError.code;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly status: RevisionStatus;
  /**
   * Where a person has decided otherwise, or meanwhile: who, when, and on what grounds. To be shown to staff, and in no log:
   * the message, what is printed and copies of the error do not have it.
   */
  declare readonly verdict?: ReviseVerdict;

  constructor(revision: Revision, problem: string, verdict?: ReviseVerdict) {
    super(`Revision ${inspect(revision.shopTransactionId)} (${revision.status}) ${problem}`);
    if (verdict) Object.defineProperty(this, 'verdict', { value: verdict });
    this.mallId = revision.mallId;
    this.shopTransactionId = revision.shopTransactionId;
    this.status = revision.status;
  }

  protected override details(): Record<string, unknown> {
    return { mallId: this.mallId, shopTransactionId: this.shopTransactionId, status: this.status };
  }
}
