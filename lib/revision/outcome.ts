import { inspect } from 'node:util';
import { SUCCESS } from '../protocol/codes.js';
import { KiccError } from '../protocol/kicc-error.js';
import type { ReviseResponse } from '../protocol/revise-response.js';
import { mayHaveArrived, type Revision } from './revision.js';

/**
 * How a revision stands, in one of three ways. It is a value, not an exception, so that "unknown" cannot fall into a
 * `catch` and become "failed".
 */
export type ReviseOutcome = SucceededOutcome | DeclinedOutcome | UnknownOutcome;

/** KICC carried it out. */
export interface SucceededOutcome {
  readonly status: 'succeeded';
  readonly revision: Revision;
  /**
   * KICC's answer, which fits the request. Where a person decided (`revision.settledBy` is `verdict`) and KICC never told,
   * it is made of what was asked for: it has no `cancelPgCno`, and a `cancelAmount` only for a partial cancel.
   */
  readonly response: ReviseResponse;
}

/**
 * Nothing happened to the money: KICC refused it, or `revision.settledBy` says that it was withdrawn, or that a person decided
 * so. To try again, take a new `shopTransactionId`; a part of the payment is taken in again after `revision.reviewUntil`, when
 * KICC has been asked once more. Should KICC prove later that the money did go back, you hear of it: event `corrected`, and
 * your `@OnRevisionSettled()` handlers. Not while `revision.contradicted`: then a person has to decide anew.
 */
export interface DeclinedOutcome {
  readonly status: 'declined';
  readonly revision: Revision;
  /** KICC's code; absent where it called the request itself bad, and where not KICC's word settled it. */
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
  /** `none`: provably nothing was sent yet; it will be, until it is withdrawn. `possible`: KICC may have carried it out. */
  readonly delivery: 'none' | 'possible';
  /** When the next step towards the outcome is due. */
  readonly nextCheckAt: Date;
}

/** The outcome of a revision as it stands. */
export function outcomeOf(revision: Revision, nextCheckAt: Date): ReviseOutcome {
  switch (revision.status) {
    case 'succeeded':
      return Object.freeze({ status: 'succeeded', revision, response: revision.response ?? asAskedFor(revision) });
    case 'declined':
      return Object.freeze({ status: 'declined', revision, ...revision.refusal });
    default: {
      // What was given to a person may have left, though the journal does not know.
      const delivery = mayHaveArrived(revision) || revision.status === 'escalated' ? 'possible' : 'none';
      return Object.freeze({ status: 'unknown', revision, delivery, nextCheckAt });
    }
  }
}

/** What is known of a success that only a person has vouched for. */
function asAskedFor({ mallId, shopTransactionId, pgCno, request: { amount } }: Revision): ReviseResponse {
  const cancelAmount = amount === undefined ? {} : { cancelAmount: amount };
  return Object.freeze({ resCd: SUCCESS, mallId, shopTransactionId, oriPgCno: pgCno, ...cancelAmount });
}

/**
 * For those who like exceptions: KICC's answer of a succeeded outcome.
 * @throws {ReviseDeclinedError} if nothing happened to the money.
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

/** Nothing happened to the money. `outcome` has KICC's own words (`resMsg`), which are kept out of what is printed. */
export class ReviseDeclinedError extends KiccError {
  static readonly code = 'KICC_REVISE_DECLINED';
  readonly code = ReviseDeclinedError.code;
  readonly #outcome: DeclinedOutcome;

  constructor(outcome: DeclinedOutcome) {
    const { revision } = outcome;
    super(
      `Revision ${inspect(revision.shopTransactionId)} of payment ${inspect(revision.pgCno)} was declined ` +
        `(${declinedBy(outcome)}).`,
    );
    this.#outcome = outcome;
  }

  get outcome(): DeclinedOutcome {
    return this.#outcome;
  }

  protected override details(): Record<string, unknown> {
    const { revision, resCd, httpStatus } = this.#outcome;
    const { settledBy, contradicted } = revision;
    return { ...identityOf(revision), settledBy, contradicted, resCd, httpStatus };
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
          ? 'Nothing was sent yet; it will be, until it is withdrawn.'
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

function declinedBy({ revision: { settledBy, contradicted }, resCd, httpStatus }: DeclinedOutcome): string {
  if (settledBy === 'withdrawal') return 'withdrawn before anything was sent';
  if (settledBy === 'verdict') {
    return contradicted ? "by a person's verdict, but KICC proves that it was carried out" : "by a person's verdict";
  }
  return resCd === undefined ? `by KICC, HTTP ${httpStatus}` : `by KICC, resCd ${resCd}`;
}

function identityOf({ mallId, shopTransactionId, pgCno }: Revision): Record<string, unknown> {
  return { mallId, shopTransactionId, pgCno };
}
