import { inspect } from 'node:util';
import { KiccError } from '../protocol/kicc-error.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import type { Revision } from './revision.js';

/**
 * How a revision stands, in one of three ways. It is a value, not an exception, so that "unknown" cannot fall into a
 * `catch` and become "failed".
 */
export type ReviseOutcome = SucceededOutcome | DeclinedOutcome | UnknownOutcome;

/** KICC carried it out, and its answer fits the request. */
export interface SucceededOutcome {
  readonly status: 'succeeded';
  readonly revision: Revision;
  readonly response: ReviseResponse;
}

/** KICC refused it, and nothing happened to the money. Final for this id: to try again, take a new `shopTransactionId`. */
export interface DeclinedOutcome {
  readonly status: 'declined';
  readonly revision: Revision;
  /** KICC's code; absent where it called the request itself bad. */
  readonly resCd?: string;
  /** KICC's words, for people. Show them to staff; they may quote personal data. */
  readonly resMsg?: string;
  /** Set where KICC answered with a 4xx. */
  readonly httpStatus?: number;
}

/** Nothing has proved yet how it ends. Never tell a customer that it failed, and never ask again under a new id. */
export interface UnknownOutcome {
  readonly status: 'unknown';
  readonly revision: Revision;
  /** `none`: provably nothing was sent; the same call sends it. `possible`: KICC may have carried it out. */
  readonly delivery: 'none' | 'possible';
  /** From when asking again can tell more. */
  readonly nextCheckAt: Date;
}

/** The outcome of a revision as it stands. */
export function outcomeOf(revision: Revision, nextCheckAt: Date): ReviseOutcome {
  if (revision.status === 'succeeded' && revision.response) {
    return Object.freeze({ status: 'succeeded', revision, response: revision.response });
  }
  if (revision.status === 'declined') return Object.freeze({ status: 'declined', revision, ...revision.refusal });
  return Object.freeze({ status: 'unknown', revision, delivery: revision.delivery, nextCheckAt });
}

/**
 * For those who like exceptions: KICC's answer of a succeeded outcome.
 * @throws {ReviseDeclinedError} if KICC refused. Final.
 * @throws {ReviseUnknownError} if the outcome is not known. **Not a failure**: the money may have moved.
 */
export function unwrap(outcome: ReviseOutcome): ReviseResponse {
  switch (outcome.status) {
    case 'succeeded':
      return outcome.response;
    case 'declined':
      throw new ReviseDeclinedError(outcome);
    case 'unknown':
      throw new ReviseUnknownError(outcome);
  }
}

/** KICC refused the revision. `outcome` has KICC's own words, which are kept out of what is printed. */
export class ReviseDeclinedError extends KiccError {
  static readonly code = 'KICC_REVISE_DECLINED';
  readonly code = ReviseDeclinedError.code;
  readonly #outcome: DeclinedOutcome;

  constructor(outcome: DeclinedOutcome) {
    const { revision, resCd, httpStatus } = outcome;
    super(
      `KICC declined revision ${inspect(revision.shopTransactionId)} of payment ${inspect(revision.pgCno)} ` +
        `(${resCd === undefined ? `HTTP ${httpStatus}` : `resCd ${resCd}`}). Its words are in error.outcome.resMsg.`,
    );
    this.#outcome = outcome;
  }

  get outcome(): DeclinedOutcome {
    return this.#outcome;
  }

  protected override details(): Record<string, unknown> {
    const { revision, resCd, httpStatus } = this.#outcome;
    return { ...identityOf(revision), resCd, httpStatus };
  }
}

/** The outcome of the revision is not known. Not a failure: do not tell anyone that it failed, and take no new id. */
export class ReviseUnknownError extends KiccError {
  static readonly code = 'KICC_REVISE_UNKNOWN';
  readonly code = ReviseUnknownError.code;
  readonly #outcome: UnknownOutcome;

  constructor(outcome: UnknownOutcome) {
    const { revision, delivery } = outcome;
    super(
      `The outcome of revision ${inspect(revision.shopTransactionId)} of payment ${inspect(revision.pgCno)} is not known. ` +
        (delivery === 'none'
          ? 'Nothing was sent: call again with the same shopTransactionId.'
          : 'KICC may have carried it out: do not take a new shopTransactionId for it.'),
    );
    this.#outcome = outcome;
  }

  get outcome(): UnknownOutcome {
    return this.#outcome;
  }

  protected override details(): Record<string, unknown> {
    const { revision, delivery, nextCheckAt } = this.#outcome;
    return { ...identityOf(revision), delivery, nextCheckAt };
  }
}

function identityOf({ mallId, shopTransactionId, pgCno }: Revision): Record<string, unknown> {
  return { mallId, shopTransactionId, pgCno };
}
