import type { Observable } from 'rxjs';
import { timeOr } from '../gateway/kicc-clock.js';
import { openElsewhere } from '../journal/open-elsewhere.js';
import type { OpenOfMall } from '../journal/open-of-mall.js';
import type { OpenRevisions, ReviseJournal } from '../journal/revise-journal.js';
import { TwoLevelMap } from '../journal/two-level-map.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import { violation } from '../protocol/check-fields.js';
import {
  asGiven,
  checkGiven,
  checkPresentStatus,
  differences,
  differencesOfIdentity,
  formsKept,
  type CheckedReviseRequest,
  type GivenRequest,
  type ReviseCodes,
} from '../protocol/check-revise-request.js';
import type { ReviseSubType, ReviseType } from '../protocol/codes.js';
import { KiccValidationError, type Violation } from '../protocol/kicc-validation.error.js';
import { koreanDay } from '../protocol/korean-date.js';
import { masked } from '../protocol/personal-data.js';
import type { RequestRules } from '../protocol/request-rules.js';
import {
  type CancelRequest,
  type CaptureRequest,
  type CashReceiptCancelRequest,
  type EscrowChangeRequest,
  type PartialCancelRequest,
  type RefundRequest,
  type ReviseRequest,
} from '../protocol/revise-request.js';
import { isForgotten } from '../revision/decide.js';
import { outcomeOf, type ReviseOutcome } from '../revision/outcome.js';
import { ReviseConflictError } from '../revision/revise.errors.js';
import { isSettled, newestTime, type Revision } from '../revision/revision.js';
import { RevisionNotFoundError, RevisionStateError } from '../revision/revision.errors.js';
import type { RequestSeal } from '../revision/sealed-request.js';
import { accept, startSending, withdrawn } from '../revision/transitions.js';
import { askJournal, journalError } from './ask-journal.js';
import { JournaledRevision } from './journaled-revision.js';
import { leaseEnd } from './lease.js';
import { OutcomeWaiter, type WaitingSettings } from './outcome-waiter.js';
import type { Reconciler } from './reconciler.js';
import type { ReviseEvent, ReviseEvents } from './revise-events.js';
import type { ReviseTracer } from './revise-tracer.js';
import { checkedResolveRequest, withVerdict, type ResolveRequest } from './verdict.js';

export interface ReviseSettings extends WaitingSettings {
  /** KICC's API domain, or what stands in for it. */
  readonly baseUrl: string;
  readonly malls: KiccMalls;
  readonly requestRules: RequestRules;
}

/** `reviseTypeCode` of a partial cancel by `payMethodTypeCode`. Source: cancel page, "Change Type Codes". */
const PARTIAL_CANCEL_CODES = { '11': '32', '60': '32', '21': '33', '31': '33' } as const;

/**
 * Cancels payments at KICC. Each call is one revision, named by the shop's own `shopTransactionId`: the same id with the
 * same content is the same revision, is sent once, and has one outcome.
 *
 * A call throws only where it sent nothing: `KiccValidationError`, `ReviseConflictError`, `PaymentBusyError`,
 * `OverRefundError`, `ReviseJournalError`. Whatever comes after is an outcome. An outcome that is open is looked into for
 * `settlement.waitMs`, then answered as `unknown` and looked into further by recovery.
 */
export class RevisePaymentService {
  /** Calls under way in this process, so that simultaneous ones with one id share one delivery and one outcome. */
  readonly #underWay = new TwoLevelMap<{ readonly request: CheckedReviseRequest; readonly outcome: Promise<ReviseOutcome> }>();
  readonly #waiter: OutcomeWaiter;

  constructor(
    private readonly journal: ReviseJournal,
    private readonly reconciler: Reconciler,
    private readonly events: ReviseEvents,
    private readonly settings: ReviseSettings,
    private readonly seal: RequestSeal,
    /** The malls of all `KiccModule`s of the app. A function: the app must not be seen in what is printed of this. */
    private readonly served: () => readonly string[] = () => settings.malls.ids,
  ) {
    this.#waiter = new OutcomeWaiter(journal, reconciler, events, settings);
  }

  /**
   * Any change of a payment, in KICC's own field names.
   * @throws {KiccValidationError} every fault of the request at once.
   * @throws {ReviseConflictError} this `shopTransactionId` already stands for another request.
   * @throws {PaymentBusyError} another revision holds this payment.
   * @throws {OverRefundError} more would go back than `approvedAmount`.
   * @throws {ReviseJournalError} the journal failed: repeat the call under the same id.
   */
  revise(request: ReviseRequest): Promise<ReviseOutcome> {
    return this.submit(request);
  }

  /**
   * Full cancel (`reviseTypeCode` 40), also of a virtual account that nobody has paid into yet. What is left after a partial
   * cancel goes back by another partial cancel: KICC does not say whether it takes 40 then. A mobile payment is cancelled, in
   * full or in part, within the month of its approval (in Korea) alone; after that, {@link refund} it. Source: PortOne's guide to
   * KICC. Throws as {@link revise}.
   */
  cancel(request: CancelRequest): Promise<ReviseOutcome> {
    return this.typed(request, '40');
  }

  /**
   * Partial cancel of `amount` won: `reviseTypeCode` 32 for cards and simple pay, 33 for bank transfers and mobile
   * payments, by `payMethodTypeCode`, which is not sent. Of a mobile payment within its month alone, see {@link cancel}. Throws as
   * {@link revise}.
   */
  async cancelPartially(request: PartialCancelRequest): Promise<ReviseOutcome> {
    const { payMethodTypeCode, ...rest } = Object(request) as PartialCancelRequest;
    if (Object.hasOwn(PARTIAL_CANCEL_CODES, payMethodTypeCode))
      return await this.typed(rest, PARTIAL_CANCEL_CODES[payMethodTypeCode]);
    return await this.typed(rest, '32', [
      violation(
        'payMethodTypeCode',
        payMethodTypeCode === undefined ? 'required' : 'oneOf',
        'does not name a method that can be cancelled in part.',
        "Give the approval's: '11' or '60' (card, simple pay), '21' (bank transfer), '31' (mobile).",
      ),
    ]);
  }

  /** Captures an authorised payment (`reviseTypeCode` 20), for shops with manual capture. Throws as {@link revise}. */
  capture(request: CaptureRequest): Promise<ReviseOutcome> {
    return this.typed(request, '20');
  }

  /**
   * Cancels a stand-alone cash receipt: in part (`reviseTypeCode` 52) where there is an `amount`, else in full (51). An
   * `amount` of `undefined` is refused, not taken for a full cancel. `pgCno` is that of the receipt. Throws as {@link revise}.
   */
  async cancelCashReceipt(request: CashReceiptCancelRequest): Promise<ReviseOutcome> {
    return await this.typed(request, Object.hasOwn(Object(request) as object, 'amount') ? '52' : '51');
  }

  /**
   * Refunds to a bank account: a virtual account that was paid into, or a mobile payment, of which there is no other way once
   * the month of its approval is over (then paid out the next business day). In part where there is an `amount`
   * (an `amount` of `undefined` is refused, not taken for a full refund). KICC pays out the next business day (`reviseTypeCode`
   * 60, 62), or at once with `realTime` (63); either needs an activation by KICC's sales team. `succeeded` means that KICC has
   * accepted it: `revision.completion` tells whether the money has arrived. Throws as {@link revise}.
   */
  async refund(request: RefundRequest): Promise<ReviseOutcome> {
    const { realTime, accountVerified, ...rest } = Object(request) as Record<string, unknown>;
    const isPart = Object.hasOwn(rest, 'amount');
    const faults = checkRefundChoice(realTime, accountVerified);
    if (realTime !== true) return await this.typed(rest, isPart ? '62' : '60', faults, 'RF01');
    const subType = accountVerified === true ? (isPart ? '21' : '20') : isPart ? '11' : '10';
    return await this.typed(rest, '63', faults, subType);
  }

  /**
   * Changes the state of an escrow payment (`reviseTypeCode` 61) by `reviseSubTypeCode`: ships it, cancels it, or asks for its
   * refund. KICC changes such a payment as a whole only, and not by {@link cancel}. Tell its `presentStatusCode`, and what KICC
   * does not take in that state is refused before anything is sent. Throws as {@link revise}.
   */
  changeEscrow(request: EscrowChangeRequest): Promise<ReviseOutcome> {
    return this.typed(request, '61');
  }

  /**
   * Takes a revision in as a part of the shop's own transaction, so that an order and its refund stand or fall together. It is
   * sent after the commit: by recovery as soon as that looks (`settlement.sweepEveryMs`), or at once by {@link settle}, which
   * then gives the outcome. After a rollback it never was. Call it before what your `@OnRevisionSettled()` handlers write, too:
   * a settlement locks the revision first.
   * @param transaction of the kind that the journal knows: for the `TypeOrmReviseJournal`, the `EntityManager` of a
   * transaction.
   * @returns the revision as it will stand.
   * @throws {KiccValidationError} every fault of the request at once.
   * @throws {ReviseConflictError} this `shopTransactionId` already stands for another request.
   * @throws {PaymentBusyError} another revision holds this payment.
   * @throws {OverRefundError} more would go back than `approvedAmount`.
   * @throws {ReviseJournalError} the journal failed: roll back, and begin anew.
   */
  async record(request: ReviseRequest, transaction: object): Promise<Revision> {
    const given = asGiven(request);
    const record = (joined?: object): Promise<Revision> => this.recordWithin(given, joined);
    // Knex's is a function.
    if (!['object', 'function'].includes(typeof transaction) || (transaction as unknown) === null) return record();
    return this.journal.joining ? this.journal.joining(transaction, record) : record(transaction);
  }

  /**
   * The revision under an id, as the journal holds it.
   * @throws {ReviseJournalError} the journal failed, or, as an `UnreadableRevisionError`, its row cannot be read. So do the
   * promises of all the methods below.
   */
  async find(shopTransactionId: string, mallId = this.defaultMallId): Promise<Revision | undefined> {
    return askJournal(shopTransactionId, () => this.journal.find(mallId, shopTransactionId));
  }

  /** Every revision of a payment, in the order in which they were taken in. */
  async ofPayment(pgCno: string, mallId = this.defaultMallId): Promise<readonly Revision[]> {
    return askJournal(undefined, () => this.journal.ofPayment(mallId, pgCno));
  }

  /**
   * Takes the next step towards a revision's outcome now, instead of when it is due: sends it if nothing has left yet, else
   * asks KICC, also whether a decline still holds. Then waits for the outcome as every call does. Nothing is sent twice for it.
   * @throws {RevisionNotFoundError} there is none under this id.
   */
  async settle(shopTransactionId: string, mallId = this.defaultMallId): Promise<ReviseOutcome> {
    const revision = await this.existing(shopTransactionId, mallId);
    return this.outcome(await this.#waiter.waitFor(revision, (heard) => this.reconciler.step(revision, false, heard)));
  }

  /**
   * Takes a revision back while provably nothing of it has left. It then counts as declined, and is never sent; as every
   * decline, it is under review for a while.
   * @throws {RevisionNotFoundError} there is none under this id.
   * @throws {RevisionStateError} it may have left already, or its outcome is known.
   */
  async withdraw(shopTransactionId: string, mallId = this.defaultMallId): Promise<Revision> {
    return this.change(shopTransactionId, mallId, (revision) => {
      if (revision.settledBy === 'withdrawal') return undefined;
      const now = this.settings.now();
      if (revision.status === 'accepted' && isForgotten(revision, now, this.settings)) {
        throw new RevisionStateError(
          revision,
          'cannot be withdrawn: KICC has told nothing of it for over a day, and if the journal was restored meanwhile, it may have been sent. settle() it.',
        );
      }
      if (revision.status === 'accepted') return withdrawn(revision, now, this.settings.settlement.reviewMs);
      throw new RevisionStateError(
        revision,
        isSettled(revision)
          ? 'cannot be withdrawn: its outcome is known.'
          : 'cannot be withdrawn: it may have reached KICC. Wait for its outcome.',
      );
    });
  }

  /**
   * Records a person's decision about a revision whose outcome no machine could find out, for example after a look into KICC's
   * merchant console; also of what KICC refused, and to let go of a payment that a review or a correction holds. It opens the
   * payment to others: a wrong `declined` can pay twice, so wait for `escalated` where you can. As long as KICC can tell, it is
   * asked on; if it proves that what you declined was carried out, that is reported (event `contradicted`, error log), and the
   * verdict stands until a person decides anew. Of a refund that bounced, or that is disputed, it says where the money is now:
   * `succeeded`, with the customer; `declined`, not.
   *
   * Of two people who decide otherwise at once, one is refused, and told what the other has decided. To replace a verdict that
   * stands, name its `version`. The same verdict again gives the revision as it stands.
   * @throws {KiccValidationError} every fault of the request at once.
   * @throws {RevisionNotFoundError} there is none under this id.
   * @throws {RevisionStateError} KICC proved that it was carried out, nothing of it has left, it is being worked on right now,
   * somebody has decided otherwise, or it is not in the state of that `version` any more.
   */
  async resolve(request: ResolveRequest): Promise<Revision> {
    const given = checkedResolveRequest(request);
    const { shopTransactionId, mallId = this.defaultMallId } = given;
    return this.change(shopTransactionId, mallId, (revision) => withVerdict(revision, given, this.settings.now()));
  }

  /**
   * Every transition made by this process, once the journal holds it. A subscriber that throws hurts nobody. The journal is the
   * truth: where it fails just as it is written, an event can be missing.
   */
  get events$(): Observable<ReviseEvent> {
    return this.events.events$;
  }

  /**
   * One revision, now and at each change, until its outcome is known (by KICC or a person) or the app closes. Changes made by
   * other processes are seen within seconds; where the journal fails, it is looked at again. Whoever unsubscribes only stops
   * watching. Errors with `RevisionNotFoundError` if there is none under this id.
   */
  watch(shopTransactionId: string, mallId = this.defaultMallId): Observable<Revision> {
    return this.#waiter.watch(mallId, shopTransactionId);
  }

  /** Where it sends to: KICC's API domain, or what stands in for it. */
  get baseUrl(): string {
    return this.settings.baseUrl;
  }

  /** Lets somebody follow revisions through their steps; `KiccOpenTelemetryModule` does. One at a time: the last one holds. */
  followBy(tracer: ReviseTracer | undefined): void {
    this.events.tracer = tracer;
  }

  /** How many revisions of the module's malls are open, by status, and since when the oldest: figures for a health check. */
  async openRevisions(): Promise<OpenRevisions> {
    return askJournal(undefined, () => this.journal.openRevisions(this.settings.malls.ids));
  }

  /**
   * How many revisions, and rows of bulks, are open of malls that no `KiccModule` of this app serves, by mall: none of its
   * processes takes them up. Put the mall back into `malls`, unless another app on the same journal serves it.
   */
  async openElsewhere(): Promise<readonly OpenOfMall[]> {
    return askJournal(undefined, () => openElsewhere(this.journal, this.served()));
  }

  /**
   * Lets what is on its way come to its answer before the app closes; Nest calls it. A delivery has its time limit; calls that
   * only wait for an open outcome are answered at once. What is open then is settled after the next start.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.#waiter.close();
    await Promise.allSettled(this.#underWay.values().map(({ outcome }) => outcome));
    await this.reconciler.idle();
  }

  private async recordWithin(given: ReturnType<typeof asGiven>, transaction: object | undefined): Promise<Revision> {
    const checked = checkGiven(given, await this.settings.malls.idsFor([given]), this.settings.requestRules);
    const { request: asked } = checked;
    if (transaction === undefined) {
      const remedy =
        "Give what your client's transaction is: TypeORM's EntityManager, Prisma's or Drizzle's tx, the driver's connection; without one, call revise().";
      throw new KiccValidationError([violation('transaction', 'required', 'is missing.', remedy)]);
    }
    await this.refuseUnlessStands(asked, this.faultsOfNew(checked));
    const { revision, opened } = await this.traced(asked, (traceparent) => {
      const accepted = accept(this.seal.seal(asked), this.settings.now(), traceparent);
      return askJournal(asked.shopTransactionId, () => this.journal.open(accepted, transaction));
    });
    if (!opened) this.refuseDifferent(revision, checked);
    else if (checked.asGiven.clientIp !== undefined && asked.clientIp === undefined) this.events.addressLeftOut();
    return revision;
  }

  /** A request whose codes the method called sets. */
  private typed(
    request: object,
    reviseTypeCode: ReviseType,
    faults: readonly Violation[] = [],
    reviseSubTypeCode?: ReviseSubType,
  ): Promise<ReviseOutcome> {
    return this.submit(request, faults, { reviseTypeCode, reviseSubTypeCode });
  }

  /** Checks a request, and gives its outcome: that of the same request, where it is under way already. */
  private async submit(request: unknown, faults: readonly Violation[] = [], codes?: ReviseCodes): Promise<ReviseOutcome> {
    const given = asGiven(request);
    const { malls, requestRules } = this.settings;
    const checked = checkGiven(given, await malls.idsFor([given]), requestRules, faults, codes);
    const { mallId, shopTransactionId } = checked.request;
    const same = this.#underWay.get(mallId, shopTransactionId);
    if (same) return differences(same.request, checked.request).length === 0 ? same.outcome : this.process(checked);

    const outcome = this.process(checked);
    this.#underWay.set(mallId, shopTransactionId, { request: checked.request, outcome });
    try {
      return await outcome;
    } finally {
      this.#underWay.delete(mallId, shopTransactionId);
    }
  }

  /**
   * What stands against a request that is not known yet: today's rules, the state of its payment, or that its mall was removed.
   */
  private faultsOfNew({ request, faultsOfNew }: GivenRequest): Violation[] {
    const faults = [...faultsOfNew, ...checkPresentStatus(request)];
    if (!this.settings.malls.isRetired(request.mallId)) return faults;
    const remedy = 'Put it back into what your `malls` function returns.';
    return [...faults, violation('mallId', 'mall', 'is of a mall that was removed.', remedy)];
  }

  /**
   * Refuses what is new; not what stands already, which has brought its payment's state about, or may be on its way.
   * @throws {KiccValidationError}
   */
  private async refuseUnlessStands(request: CheckedReviseRequest, faults: readonly Violation[]): Promise<void> {
    if (faults.length === 0) return;
    const { mallId, shopTransactionId } = request;
    const existing = await askJournal(shopTransactionId, () => this.journal.find(mallId, shopTransactionId));
    if (!existing) throw new KiccValidationError(faults);
  }

  private traced<T>(request: CheckedReviseRequest, act: (traceparent?: string) => Promise<T>): Promise<T> {
    const { tracer } = this.events;
    return tracer ? tracer.takeIn(request, act) : act();
  }

  private process(given: GivenRequest): Promise<ReviseOutcome> {
    return this.traced(given.request, async (traceparent) => {
      return this.outcome(await this.openAndDeliver(given, traceparent));
    });
  }

  /** Takes a request in, delivers it, or goes on where it was taken in before, and waits for its outcome. */
  private async openAndDeliver(given: GivenRequest, traceparent?: string): Promise<Revision> {
    const { request } = given;
    const wrong = this.faultsOfNew(given);
    if (wrong.length > 0) await this.refuseUnlessStands(request, wrong);
    const now = this.settings.now();
    const leaseUntil = leaseEnd(now, this.settings);
    // One write takes the revision in and notes its delivery: it is in the journal before any byte leaves.
    const taken = startSending(accept(this.seal.seal(request), now, traceparent), koreanDay(now), now, leaseUntil);
    const { revision, opened } = await this.journal.open(taken).catch((error: unknown) => {
      throw journalError(error, request.shopTransactionId, true);
    });
    if (opened) {
      if (given.asGiven.clientIp !== undefined && request.clientIp === undefined) this.events.addressLeftOut();
      this.events.transition(undefined, revision);
      return await this.#waiter.waitFor(revision, (heard) => this.reconciler.deliver(revision, heard));
    }
    this.refuseDifferent(revision, given);
    if (isSettled(revision)) return revision;
    return await this.#waiter.waitFor(revision, (heard) =>
      revision.status === 'accepted' ? this.reconciler.step(revision, false, heard) : Promise.resolve(revision),
    );
  }

  /**
   * Personal data is compared as long as it is kept, then as far as its mask shows it.
   * @throws {ReviseConflictError} if a revision stands for another request.
   */
  private refuseDifferent(revision: Revision, { request, asGiven }: GivenRequest): void {
    const differing = this.differing(revision, request);
    if (differing.length > 0 && formsKept(asGiven).every((form) => this.differing(revision, form).length > 0))
      throw new ReviseConflictError(revision, differing);
  }

  private differing(revision: Revision, request: CheckedReviseRequest): string[] {
    if (revision.reconciled) return differencesOfIdentity(revision.request, request);
    const kept = revision.sealed === undefined ? undefined : this.seal.open(revision);
    return kept ? differences(kept, request) : differences(revision.request, masked(request));
  }

  private async existing(shopTransactionId: string, mallId: string): Promise<Revision> {
    const revision = await this.find(shopTransactionId, mallId);
    if (!revision) throw new RevisionNotFoundError(mallId, shopTransactionId);
    return revision;
  }

  /** Writes what a person asked for, however often others write meanwhile. `undefined` leaves the revision as it is. */
  private async change(
    shopTransactionId: string,
    mallId: string,
    transition: (revision: Revision) => Revision | undefined,
  ): Promise<Revision> {
    for (;;) {
      const revision = await this.existing(shopTransactionId, mallId);
      const journaled = new JournaledRevision(revision, this.journal, this.events, this.settings);
      const next = transition(revision);
      if (!next || (await askJournal(shopTransactionId, () => journaled.write(next)))) return journaled.revision;
    }
  }

  private outcome(revision: Revision): ReviseOutcome {
    // Where only a person can tell any more, looking again is worth it as often as before.
    const pause = this.settings.settlement.queryDelaysMs.at(-1) ?? 0;
    const now = timeOr(this.settings.now, newestTime(revision));
    return outcomeOf(revision, revision.nextCheckAt ?? new Date(now.getTime() + pause));
  }

  private get defaultMallId(): string {
    return this.settings.malls.ids[0] ?? '';
  }
}

function checkRefundChoice(realTime: unknown, accountVerified: unknown): Violation[] {
  const violations = Object.entries({ realTime, accountVerified })
    .filter(([, value]) => value !== undefined && typeof value !== 'boolean')
    .map(([field]) => violation(field, 'type', 'is not a boolean.', 'Give true or false.'));
  if (accountVerified === true && realTime !== true) {
    const remedy = 'Set realTime: true, or leave it out.';
    violations.push(violation('accountVerified', 'notForThisType', 'goes with a real-time refund only.', remedy));
  }
  return violations;
}
