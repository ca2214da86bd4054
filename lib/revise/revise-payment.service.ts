import { Logger } from '@nestjs/common';
import type { DeliveryEvidence } from '../gateway/evidence.js';
import type { DeliveryWitness, KiccGateway } from '../gateway/kicc-gateway.js';
import { ReviseConflictError } from '../journal/journal.errors.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { checkReviseRequest, type CheckedReviseRequest } from '../protocol/check-revise-request.js';
import { violation } from '../protocol/check-fields.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import type { ReviseType } from '../protocol/codes.js';
import { koreanDay } from '../protocol/korean-date.js';
import {
  APPROVED_AMOUNT,
  type CancelRequest,
  type CaptureRequest,
  type CashReceiptCancelRequest,
  type PartialCancelRequest,
  type ReviseRequest,
} from '../protocol/revise-request.js';
import { decide } from './decide.js';
import { outcomeOf, type ReviseOutcome } from './outcome.js';
import { accept, conclude, isOpen, startSending, trailEntry, type Revision, type TrailEntry } from './revision.js';

export interface ReviseSettings {
  /** Malls that requests may name; the first is the default. */
  readonly mallIds: readonly string[];
  readonly openCodes: readonly string[];
  readonly now: () => Date;
}

/** KICC may work on a request for 30 s, and goes on when its caller has hung up: after this, nothing is running any more. */
const STILL_RUNNING_MS = 60_000;

/** `reviseTypeCode` of a partial cancel by `payMethodTypeCode`. Source: cancel page, "Change Type Codes". */
const PARTIAL_CANCEL_CODES = { '11': '32', '60': '32', '21': '33', '31': '33' } as const;

/**
 * Cancels payments at KICC. Each call is one revision, named by the shop's own `shopTransactionId`: the same id with the
 * same content is the same revision, is sent once, and has one outcome.
 *
 * A call throws only where nothing was sent:
 * `KiccValidationError`, `ReviseConflictError`, `PaymentBusyError`, `OverRefundError`. Whatever comes after is an outcome.
 */
export class RevisePaymentService {
  readonly #logger = new Logger(RevisePaymentService.name);
  /** Calls under way in this process, so that simultaneous ones with one id share one delivery and one outcome. */
  readonly #underWay = new Map<string, { readonly request: CheckedReviseRequest; readonly outcome: Promise<ReviseOutcome> }>();

  constructor(
    private readonly journal: ReviseJournal,
    private readonly gateway: KiccGateway,
    private readonly settings: ReviseSettings,
  ) {}

  /**
   * Any change of a payment, in KICC's own field names.
   * @throws {KiccValidationError} every fault of the request at once.
   * @throws {ReviseConflictError} this `shopTransactionId` already stands for another request.
   * @throws {PaymentBusyError} another revision of this payment is open.
   * @throws {OverRefundError} more would go back than `approvedAmount`.
   */
  async revise(request: ReviseRequest): Promise<ReviseOutcome> {
    return this.start(checkReviseRequest(request, this.settings.mallIds));
  }

  /**
   * Full cancel (`reviseTypeCode` 40), also of a virtual account that nobody has paid into yet. What is left after a partial
   * cancel goes back by another partial cancel: KICC does not say whether it takes 40 then. Throws as {@link revise}.
   */
  async cancel(request: CancelRequest): Promise<ReviseOutcome> {
    return this.typed(request, '40');
  }

  /**
   * Partial cancel of `amount` won: `reviseTypeCode` 32 for cards and simple pay, 33 for bank transfers and mobile
   * payments, by `payMethodTypeCode`, which is not sent. Throws as {@link revise}.
   */
  async cancelPartially(request: PartialCancelRequest): Promise<ReviseOutcome> {
    const { payMethodTypeCode, ...rest } = Object(request) as PartialCancelRequest;
    if (Object.hasOwn(PARTIAL_CANCEL_CODES, payMethodTypeCode))
      return this.typed(rest, PARTIAL_CANCEL_CODES[payMethodTypeCode]);
    return this.typed(rest, '32', [
      violation(
        'payMethodTypeCode',
        payMethodTypeCode === undefined ? 'required' : 'oneOf',
        'does not name a method that can be cancelled in part.',
        "Give the approval's: '11' or '60' (card, simple pay), '21' (bank transfer), '31' (mobile).",
      ),
    ]);
  }

  /** Captures an authorised payment (`reviseTypeCode` 20), for shops with manual capture. Throws as {@link revise}. */
  async capture(request: CaptureRequest): Promise<ReviseOutcome> {
    return this.typed(request, '20');
  }

  /**
   * Cancels a stand-alone cash receipt: in part (`reviseTypeCode` 52) where there is an `amount`, else in full (51). An
   * `amount` of `undefined` is refused, not taken for a full cancel. `pgCno` is that of the receipt. Throws as {@link revise}.
   */
  async cancelCashReceipt(request: CashReceiptCancelRequest): Promise<ReviseOutcome> {
    return this.typed(request, Object.hasOwn(Object(request) as object, 'amount') ? '52' : '51');
  }

  /** The revision under an id, as the journal holds it. */
  async find(shopTransactionId: string, mallId = this.settings.mallIds[0] ?? ''): Promise<Revision | undefined> {
    return this.journal.find(mallId, shopTransactionId);
  }

  /** Lets what is on its way come to its answer before the app closes; Nest calls it. A delivery has its time limit. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled([...this.#underWay.values()].map(({ outcome }) => outcome));
  }

  /** A request whose `reviseTypeCode` the method called sets. */
  private typed(request: object, reviseTypeCode: ReviseType, faults: readonly Violation[] = []): Promise<ReviseOutcome> {
    const twice = Object.hasOwn(Object(request) as object, 'reviseTypeCode')
      ? [violation('reviseTypeCode', 'filledByLibrary', 'is set by this method.', 'Leave it out, or call revise().')]
      : [];
    return this.start(checkReviseRequest({ ...request, reviseTypeCode }, this.settings.mallIds, [...faults, ...twice]));
  }

  private async start(checked: CheckedReviseRequest): Promise<ReviseOutcome> {
    const key = `${checked.mallId}|${checked.shopTransactionId}`;
    const same = this.#underWay.get(key);
    if (same && differences(same.request, checked).length === 0) return same.outcome;

    const outcome = this.run(checked);
    if (same) return outcome;
    this.#underWay.set(key, { request: checked, outcome });
    try {
      return await outcome;
    } finally {
      this.#underWay.delete(key);
    }
  }

  private async run(request: CheckedReviseRequest): Promise<ReviseOutcome> {
    const now = this.settings.now();
    // One write takes the revision in and notes its delivery: it is in the journal before any byte leaves.
    const { revision, opened } = await this.journal.open(startSending(accept(request, now), koreanDay(now)));
    if (opened) return this.send(revision);

    const differing = differences(revision.request, request);
    if (differing.length > 0) throw new ReviseConflictError(revision, differing);
    return revision.status === 'accepted' ? this.send(revision) : this.outcome(revision);
  }

  /** Delivers a revision of which nothing has left yet, and journals what that proved. */
  private async send(revision: Revision): Promise<ReviseOutcome> {
    const delivery = new Delivery(revision, this.journal, this.settings);
    const evidence = await this.gateway.deliver(revision.request, delivery);
    const { journaled, attempts } = delivery;
    if (delivery.overtaken) return this.outcomeInJournal(journaled);

    const concluded = conclude(journaled, decide(evidence, false, this.settings), attempts, this.settings.now());
    this.log(concluded, attempts);
    try {
      if (await this.journal.save(concluded)) return this.outcome(concluded);
      this.#logger.error(`${nameOf(concluded)}: its journal entry changed while it was sent; the journal's word holds.`);
      return await this.outcomeInJournal(journaled);
    } catch (error) {
      // The journal is the truth, and it still says "sending": so must we, whatever KICC answered.
      this.#logger.error(`${nameOf(concluded)}: its outcome could not be journaled (${nameOfError(error)}).`);
      return this.outcome(journaled);
    }
  }

  /** What the journal holds by now of a revision that someone else has moved on. */
  private async outcomeInJournal(revision: Revision): Promise<ReviseOutcome> {
    return this.outcome((await this.find(revision.shopTransactionId, revision.mallId)) ?? revision);
  }

  private outcome(revision: Revision): ReviseOutcome {
    const last = revision.trail.at(-1)?.at ?? revision.acceptedAt;
    return outcomeOf(revision, revision.delivery === 'none' ? last : new Date(last.getTime() + STILL_RUNNING_MS));
  }

  private log(revision: Revision, attempts: readonly TrailEntry[]): void {
    for (const { observed, resCd, httpStatus, status } of attempts) {
      const code = resCd ?? httpStatus;
      this.#logger.debug(`${nameOf(revision)}: ${observed}${code === undefined ? '' : ` ${code}`}, so ${status}.`);
    }
    if (isOpen(revision)) this.#logger.warn(`${nameOf(revision)}: outcome not known (delivery ${revision.delivery}).`);
  }
}

/** Follows the attempts of one delivery and keeps the journal ahead of them. */
class Delivery implements DeliveryWitness {
  /** What the journal holds. */
  journaled: Revision;
  /** Another process took the revision over; nothing more may be sent from here. */
  overtaken = false;
  readonly attempts: TrailEntry[] = [];

  constructor(
    revision: Revision,
    private readonly journal: ReviseJournal,
    private readonly settings: ReviseSettings,
  ) {
    this.journaled = revision;
  }

  async attempting(cancelReqDate: string): Promise<void> {
    if (this.overtaken) throw new Error('overtaken');
    if (this.journaled.status === 'sending' && this.journaled.cancelReqDate === cancelReqDate) return;
    const sending = startSending(this.journaled, cancelReqDate);
    if (!(await this.journal.save(sending))) {
      this.overtaken = true;
      throw new Error('overtaken');
    }
    this.journaled = sending;
  }

  attempted(evidence: DeliveryEvidence): void {
    const { settings, journaled } = this;
    const conclusion = decide(evidence, false, settings);
    this.attempts.push(trailEntry(evidence, conclusion, journaled.cancelReqDate ?? '', settings.now()));
  }
}

/** The fields in which two requests differ, as far as KICC would see it. */
function differences(one: object, other: object): string[] {
  const [first, second] = [one, other].map((request) => new Map(Object.entries(request).map(([k, v]) => [k, canonical(v)])));
  const names = new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])]);
  names.delete(APPROVED_AMOUNT);
  return [...names].filter((name) => first?.get(name) !== second?.get(name));
}

function canonical(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value);
}

function nameOf({ mallId, shopTransactionId, request }: Revision): string {
  return `Revision ${shopTransactionId} of mall ${mallId} (type ${request.reviseTypeCode})`;
}

function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
