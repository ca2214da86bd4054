import type { KiccMall } from '../malls/kicc-malls.js';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { checkReviseRules } from '../protocol/check-revise-request.js';
import { TransactionStatus } from '../protocol/codes.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { koreanDateTime, koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { retrieveRequestFields } from '../protocol/retrieve-transaction.js';
import { reviseRequestFields, type ReviseRequestBody } from '../protocol/revise-request.js';
import { checkFault, type QueuedFault, type SimulatedCall, type SimulatedFault } from './faults.js';
import { assertReason, REFUSALS, refusalCodes, type RefusalReason } from './refusals.js';
import { approvalBody, refundBody, refusalBody, successBody, type AmountFormat, type JsonObject } from './simulated-answer.js';
import {
  applyChange,
  cancelTypeOf,
  changeOf,
  objectionTo,
  undocumentedIn,
  type Objection,
  type PaymentChange,
} from './simulated-change.js';
import {
  approvalNotification,
  bounceNotification,
  changeNotification,
  completionNotification,
  depositNotification,
  escrowNotification,
  type SimulatedNotification,
} from './simulated-notification.js';
import {
  applyDeposit,
  openPayment,
  roomForDeposit,
  showApproval,
  showPayment,
  type ApprovedPayment,
  type Payment,
  type SimulatedEffect,
  type SimulatedPayment,
} from './simulated-payment.js';
import { Refunds, type Refund } from './simulated-refund.js';
import { page, replyTo, type SimulatedReply, type Verdict } from './simulated-reply.js';
import {
  callAt,
  isExpectedType,
  parseBody,
  signatureOf,
  withoutSignature,
  type Arrival,
  type MallKeys,
  type RequestEntry,
  type SimulatedProblem,
  type SimulatedRequest,
} from './simulated-request.js';
import {
  checkApproveOptions,
  checkReceiptOptions,
  checkSimulatorOptions,
  SIMULATOR_MALL,
  type ApproveOptions,
  type CashReceiptOptions,
  type SimulatedKiccOptions,
  type SimulatorProfile,
} from './simulator-options.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** A mall's new secret key. */
export interface SecretChange {
  readonly mallId?: string;
  readonly secretKey: string;
  /** ms. */
  readonly oldValidForMs?: number;
}

/** A request key on the day it was used. */
interface KeyRecord {
  /** What was answered; undefined while the request is under way, and for an approval, which is answered as it now stands. */
  readonly answer?: JsonObject;
  /** Only what was carried out can be queried. */
  readonly succeeded: boolean;
  readonly approval?: Payment;
  readonly refund?: Refund | undefined;
}

/** Something that was done to a payment, by a shop's request or in the merchant console. */
interface Deed {
  readonly payment: Payment;
  readonly sent: ReviseRequestBody;
  readonly change: PaymentChange;
  readonly cancelPgCno: string;
  readonly at: Date;
}

/**
 * KICC as far as cancels, refunds and escrow go, in memory: what it accepts, refuses, remembers and notifies, and how it can
 * fail. What is due by its clock (refunds paid out the next business day) has happened whenever it is asked anything.
 *
 * Pure state, without I/O or timers, its time given by `now`: fit for virtual time. `KiccSimulator` puts it behind HTTP.
 * Sources: KICC's cancel, refund and escrow pages; its pages on idempotency, message authentication, the status query and
 * webhooks.
 */
export class SimulatedKicc {
  readonly #now: () => Date;
  readonly #profile: SimulatorProfile;
  readonly #won: AmountFormat;
  readonly #codes: Readonly<Record<RefusalReason, string>>;
  readonly #keysOfMall: Map<string, MallKeys>;
  readonly #payments = new Map<string, Payment>();
  /** By day, mall and key: KICC forgets its keys at midnight (KST), and the query asks for all three. */
  readonly #keys = new Map<string, KeyRecord>();
  readonly #effects: SimulatedEffect[] = [];
  readonly #problems: SimulatedProblem[] = [];
  readonly #requests: RequestEntry[] = [];
  readonly #notifications: SimulatedNotification[] = [];
  readonly #onNotification: (notification: SimulatedNotification) => void;
  readonly #refunds = new Refunds({
    completed: (refund, at) => {
      const { payment, statusCode, cancelPgCno } = refund;
      this.#notify(
        payment.escrow ? escrowNotification(payment, statusCode, at, cancelPgCno) : completionNotification(refund, at),
      );
    },
    bounced: (refund, at) => {
      const { payment, sent, amount, cancelPgCno } = refund;
      this.#effect(sent, { at, amount: -amount, balanceAfter: payment.balance, cancelPgCno, bounceOf: cancelPgCno });
      this.#notify(bounceNotification(refund, at));
    },
  });
  #faults: { readonly fault: QueuedFault; left: number }[] = [];
  #refusesUntil = -Infinity;
  #serial = 0;

  /** @throws {SimulatorUsageError} with every fault at once. */
  constructor(options: SimulatedKiccOptions = {}) {
    SimulatorUsageError.throwIfAny('start', checkSimulatorOptions(options));
    this.#now = options.now ?? (() => new Date());
    this.#onNotification = options.onNotification ?? (() => undefined);
    this.#profile = { ...options.profile };
    const asText = this.#profile.amounts === 'string';
    this.#won = (amount) => (asText ? String(amount) : amount);
    this.#codes = refusalCodes(options.codes);
    this.#keysOfMall = new Map((options.malls ?? [SIMULATOR_MALL]).map(({ mallId, secretKey }) => [mallId, { secretKey }]));
  }

  /** The malls it knows, with their keys; the first is the default. */
  get malls(): readonly KiccMall[] {
    return [...this.#keysOfMall].map(([mallId, { secretKey }]) => Object.freeze({ mallId, secretKey }));
  }

  /**
   * Gives out one more mall.
   * @throws {SimulatorUsageError} if it is none, or known.
   */
  addMall(mall: KiccMall): void {
    SimulatorUsageError.throwIfAny('addMall', checkSimulatorOptions({ malls: [...this.malls, mall] }));
    this.#keysOfMall.set(mall.mallId, { secretKey: mall.secretKey });
  }

  /**
   * Gives a mall a new secret key.
   * @param change `mallId` is the first by default; `oldValidForMs`: how long the old one is valid beside it, by the
   * simulator's clock; 10 minutes by default.
   * @throws {SimulatorUsageError} if there is no such mall, or this is no key.
   */
  rotateSecret({ mallId = this.malls[0]?.mallId ?? '', secretKey, oldValidForMs = 600_000 }: SecretChange): void {
    const known = this.#keysOfMall.get(mallId);
    if (!known) {
      throw new SimulatorUsageError('rotateSecret', [
        violation('mallId', 'mall', 'is no mall of this simulator.', 'Add it first.'),
      ]);
    }
    SimulatorUsageError.throwIfAny('rotateSecret', checkSimulatorOptions({ malls: [{ mallId, secretKey }] }));
    const until = new Date(this.#clock().getTime() + oldValidForMs);
    this.#keysOfMall.set(mallId, { secretKey, old: { secretKey: known.secretKey, until } });
  }

  /**
   * Approves a payment, as if a customer had paid. A virtual account (22) then awaits its deposit.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  approve(options: ApproveOptions): ApprovedPayment {
    return this.#issue('approve', 'payment', options, checkApproveOptions(options));
  }

  /**
   * Issues a stand-alone cash receipt.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  issueCashReceipt(options: CashReceiptOptions): ApprovedPayment {
    return this.#issue('issueCashReceipt', 'cash-receipt', options, checkReceiptOptions(options));
  }

  /**
   * Pays into a virtual account, which from then on cannot be cancelled any more, only refunded.
   * @param amount KRW. Only into an account that takes several deposits (`multiDeposit`); default: all that is still awaited.
   * @returns the deposit's `depositPgCno`.
   * @throws {SimulatorUsageError} if this is no virtual account that awaits a deposit, or not that much.
   */
  deposit(pgCno: string, amount?: number): string {
    const at = this.#clock();
    const payment = this.#payments.get(pgCno);
    const room = payment ? roomForDeposit(payment) : 0;
    if (!payment || room === 0) {
      const remedy = "Approve one with payMethodTypeCode '22'.";
      throw usageError('deposit', 'pgCno', 'is no virtual account that awaits a deposit.', remedy);
    }
    const given = amount ?? room;
    const least = payment.multiDeposit ? 1 : room;
    if (!Number.isSafeInteger(given) || given < least || given > room) {
      const remedy = payment.multiDeposit
        ? `Give whole won from 1 to ${room}.`
        : `Leave it out, or approve with multiDeposit: true.`;
      throw usageError('deposit', 'amount', 'is not what the account takes.', remedy);
    }
    const deposit = applyDeposit(payment, this.#pgCno(at), given);
    this.#notify(depositNotification(payment, deposit, at));
    return deposit.depositPgCno;
  }

  /**
   * The money of a refund comes back, also of one that is completed: nothing was refunded, and the balance is what it was.
   * @throws {SimulatorUsageError} if no refund has this `cancelPgCno`, or it has bounced already.
   */
  bounce(cancelPgCno: string): void {
    const at = this.#clock();
    if (!this.#refunds.canBounce(cancelPgCno)) {
      const remedy = 'Give the cancelPgCno of a 60, 62, 63 or an escrow refund request, once.';
      throw usageError('bounce', 'cancelPgCno', 'is no refund whose money can come back.', remedy);
    }
    this.#refunds.bounce(cancelPgCno, at);
  }

  /**
   * The customer confirms the purchase: `ES07` becomes `ES12`.
   * @throws {SimulatorUsageError} if this is no escrow payment that is shipping.
   */
  confirmPurchase(pgCno: string): void {
    this.#customerMoves('confirmPurchase', pgCno, TransactionStatus.EscrowConfirmed);
  }

  /**
   * The customer rejects the purchase: `ES07` becomes `ES13`, which no request changes any more.
   * @throws {SimulatorUsageError} if this is no escrow payment that is shipping.
   */
  rejectPurchase(pgCno: string): void {
    this.#customerMoves('rejectPurchase', pgCno, TransactionStatus.EscrowRejected);
  }

  /**
   * Cancels in KICC's merchant console, which the shop learns only by the notification: the effect's `shopTransactionId` is
   * made up, and the status query does not know it.
   * @param amount KRW; default: all that is left.
   * @returns the `cancelPgCno`.
   * @throws {SimulatorUsageError} if the payment cannot be cancelled so.
   */
  consoleCancel(pgCno: string, amount?: number): string {
    const at = this.#clock();
    const payment = this.#payments.get(pgCno);
    if (!payment) throw usageError('consoleCancel', 'pgCno', 'is no payment.', 'Approve one first.');
    if (amount !== undefined && !(Number.isSafeInteger(amount) && amount > 0)) {
      throw usageError('consoleCancel', 'amount', 'is no whole number of won.', 'Give at least 1, or leave it out.');
    }
    const cancelPgCno = this.#pgCno(at);
    const sent: ReviseRequestBody = {
      mallId: payment.mallId,
      shopTransactionId: `console-${cancelPgCno}`,
      pgCno,
      reviseTypeCode: cancelTypeOf(payment, amount !== undefined),
      ...(amount === undefined ? {} : { amount }),
      cancelReqDate: koreanDay(at),
      msgAuthValue: '',
    };
    const [reason] = objectionTo(payment, sent) ?? [];
    if (reason) {
      throw usageError('consoleCancel', 'pgCno', `cannot be cancelled so (${reason}).`, 'Cancel what can be cancelled.');
    }
    const deed: Deed = { payment, sent, change: changeOf(payment, sent, at), cancelPgCno, at };
    this.#carryOut(deed);
    this.#notifyOf(deed);
    return cancelPgCno;
  }

  /**
   * Lines up a fault for the next request to its path; `refuse` begins at once.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  inject(fault: SimulatedFault): void {
    checkFault(fault);
    if (fault.fault === 'refuse') this.#refusesUntil = this.#clock().getTime() + (fault.forMs ?? Infinity);
    else this.#faults.push({ fault: { ...fault }, left: fault.times ?? 1 });
  }

  /** Drops every fault that waits, and accepts connections again. */
  clearFaults(): void {
    this.#faults = [];
    this.#refusesUntil = -Infinity;
  }

  /** What really happened to the money, bounces too, in order. */
  effects(): readonly SimulatedEffect[] {
    this.#clock();
    return [...this.#effects];
  }

  /** What a strict KICC would refuse in the requests themselves, whatever the state of the payment. In order. */
  problems(): readonly SimulatedProblem[] {
    return [...this.#problems];
  }

  /** Every request that arrived, in order. */
  requests(): readonly SimulatedRequest[] {
    return structuredClone(this.#requests);
  }

  /** Every notification that KICC has produced, in order, whether or not anybody was there to hear it. */
  notifications(): readonly SimulatedNotification[] {
    this.#clock();
    return [...this.#notifications];
  }

  /** A payment or a stand-alone cash receipt as it stands now. */
  payment(pgCno: string): SimulatedPayment | undefined {
    this.#clock();
    const payment = this.#payments.get(pgCno);
    return payment && showPayment(payment);
  }

  /** Every payment and stand-alone cash receipt as it stands now, in order of approval. */
  payments(): readonly SimulatedPayment[] {
    this.#clock();
    return [...this.#payments.values()].map(showPayment);
  }

  /**
   * The `resCd` with which this simulator refuses for a reason. Drawn afresh for each simulator.
   * @throws {SimulatorUsageError} if there is no such reason.
   */
  refusalCode(reason: RefusalReason): string {
    assertReason(reason);
    return this.#codes[reason];
  }

  /** Takes a request and says what the client is to see. */
  receive(path: string, contentType: string | undefined, bodyText: string, method = 'POST'): SimulatedReply {
    const at = this.#clock();
    if (at.getTime() < this.#refusesUntil) return { kind: 'refuse' };
    const body = parseBody(bodyText);
    const signed = signatureOf(body, this.#keysOfMall, at);
    const request = { at, path, body: withoutSignature(body, signed), effect: false };
    this.#requests.push(request);
    const call = callAt(path);
    if (call === undefined || method !== 'POST') {
      this.#problem(at, path, '', call ? 'is not a POST.' : 'goes to a path that KICC does not have.');
      return page(call ? 405 : 404);
    }
    if (!isExpectedType(contentType)) {
      this.#problem(at, path, '(Content-Type)', 'is not application/json; charset=utf-8.');
    }
    if (!isRecord(body)) {
      this.#problem(at, path, '', body === undefined ? 'is not JSON in UTF-8.' : 'is not a JSON object.');
      return replyTo({}, this.#takeFault(call), {}, this.#won);
    }
    const arrival: Arrival = { at, path, body, signed, request };
    const verdict = call === 'revise' ? this.#judgeRevise(arrival) : this.#judgeQuery(arrival);
    return replyTo(verdict, this.#takeFault(call), body, this.#won);
  }

  /** The request itself decides, then its key, then the payment. */
  #judgeRevise(arrival: Arrival): Verdict {
    const { at, body } = arrival;
    const violations = [...checkFields(reviseRequestFields, body, 'wire'), ...checkReviseRules(body)];
    if (violations.length > 0) return this.#refuseFaulty(arrival, 'invalidRequest', ...violations);
    const sent = body as unknown as ReviseRequestBody;
    const refuse = (reason: RefusalReason, field: string, message: string): Verdict =>
      this.#refuseFaulty(arrival, reason, { field, message });

    if (!this.#keysOfMall.has(sent.mallId)) return refuse('unknownMall', 'mallId', 'is no mall of this simulator.');
    if (!arrival.signed) {
      return refuse('badSignature', 'msgAuthValue', "is not the HMAC of pgCno|shopTransactionId in hex under the mall's key.");
    }
    const day = koreanDay(at);
    const dated = sent.cancelReqDate === day || this.#profile.cancelReqDate === 'any';
    if (!dated) return refuse('wrongDate', 'cancelReqDate', `is not today in Korea (${day}).`);

    const key = keyOf(day, sent.mallId, sent.shopTransactionId);
    const known = this.#keys.get(key);
    if (known) {
      const replays = sent.refundQueryFlag === 'Y' && this.#profile.refundQueryFlag === 'replays';
      return { answer: replays && known.answer ? known.answer : this.#refusal('duplicateKey', body) };
    }
    return {
      ...this.#judgePayment(arrival, sent, key, at),
      postpone: () => {
        this.#keys.set(key, { succeeded: false });
        return () => this.#judgePayment(arrival, sent, key, this.#clock());
      },
    };
  }

  /** The state of the payment decides. */
  #judgePayment({ path, body, request }: Arrival, sent: ReviseRequestBody, key: string, at: Date): Verdict {
    const payment = this.#payments.get(sent.pgCno);
    const objection: Objection | undefined = payment?.mallId === sent.mallId ? objectionTo(payment, sent) : ['unknownPayment'];
    if (!payment || objection) {
      const [reason, field, message] = objection ?? ['unknownPayment'];
      const answer = this.#refusal(reason, body);
      return {
        answer,
        commit: () => {
          if (field && message) this.#problem(at, path, field, message);
          if (this.#profile.refusedKeys === 'free') this.#keys.delete(key);
          else this.#keys.set(key, { answer, succeeded: false });
        },
      };
    }

    const change = changeOf(payment, sent, at);
    const cancelPgCno = this.#pgCno(at);
    const deed: Deed = { payment, sent, change, cancelPgCno, at };
    const success = successBody(payment, sent, { ...change, cancelPgCno, at }, this.#won);
    const answer = this.#profile.cancelPgCno === 'absent' ? { ...success, cancelPgCno: '' } : success;
    return {
      answer,
      commit: () => {
        for (const { field, message } of undocumentedIn(payment, sent)) this.#problem(at, path, field, message);
        const refund = this.#carryOut(deed);
        request.effect = true;
        this.#keys.set(key, { answer, succeeded: true, refund });
        this.#notifyOf(deed);
      },
    };
  }

  /** Moves the money. @returns the refund that goes on from here, if it is one. */
  #carryOut({ payment, sent, change, cancelPgCno, at }: Deed): Refund | undefined {
    const { amount, balanceAfter, takes, statusCode, refundAt, depositPgCno } = change;
    const statusBefore = payment.statusCode;
    applyChange(payment, change);
    this.#effect(sent, { at, amount, balanceAfter, cancelPgCno });
    this.#refunds.completedByShop(payment);
    if (!refundAt) return undefined;
    const refund = { payment, sent, cancelPgCno, amount, depositPgCno, takes, statusBefore, statusCode };
    return this.#refunds.accept(refund, refundAt);
  }

  /** A settlement refund is notified once it is completed, everything else at once. */
  #notifyOf({ payment, change, cancelPgCno, at }: Deed): void {
    const { statusCode } = change;
    if (payment.escrow) this.#notify(escrowNotification(payment, statusCode, at, cancelPgCno));
    else if (statusCode !== TransactionStatus.RefundRequested) {
      this.#notify(changeNotification(payment, change, cancelPgCno, at));
    }
  }

  #effect(
    { mallId, pgCno, shopTransactionId, reviseTypeCode, reviseSubTypeCode }: ReviseRequestBody,
    what: Pick<SimulatedEffect, 'at' | 'amount' | 'balanceAfter' | 'cancelPgCno' | 'bounceOf'>,
  ): void {
    const kind = { reviseTypeCode, ...(reviseSubTypeCode === undefined ? {} : { reviseSubTypeCode }) };
    this.#effects.push(Object.freeze({ mallId, pgCno, shopTransactionId, ...kind, ...what }));
  }

  #notify(notification: SimulatedNotification): void {
    this.#notifications.push(notification);
    this.#onNotification(notification);
  }

  #customerMoves(call: string, pgCno: string, statusCode: string): void {
    const at = this.#clock();
    const payment = this.#payments.get(pgCno);
    if (payment?.statusCode !== TransactionStatus.EscrowShipping) {
      throw usageError(call, 'pgCno', 'is no escrow payment that is shipping (ES07).', 'Ship it first, by 61 with ES07.');
    }
    payment.statusCode = statusCode;
    this.#notify(escrowNotification(payment, statusCode, at));
  }

  #judgeQuery(arrival: Arrival): Verdict {
    const { at, body } = arrival;
    const violations = checkFields(retrieveRequestFields, body, 'wire');
    if (violations.length > 0) return this.#refuseFaulty(arrival, 'invalidRequest', ...violations);
    const { mallId, shopTransactionId, transactionDate } = body as Record<keyof typeof retrieveRequestFields, string>;
    if (!this.#keysOfMall.has(mallId)) {
      return this.#refuseFaulty(arrival, 'unknownMall', { field: 'mallId', message: 'is no mall of this simulator.' });
    }
    const today = koreanDay(at);
    const yesterday = koreanDay(startOfKoreanDay(today, -1));
    if (transactionDate !== today && transactionDate !== yesterday) {
      const message = 'is neither today nor yesterday in Korea.';
      return this.#refuseFaulty(arrival, 'outsideWindow', { field: 'transactionDate', message });
    }
    const postpone = (): (() => Verdict) => () => this.#judgeQuery(arrival);
    const found = this.#keys.get(keyOf(transactionDate, mallId, shopTransactionId));
    if (!found?.succeeded) return { answer: this.#refusal('notFound', body), postpone };
    if (found.approval) return { answer: approvalBody(found.approval, this.#won), postpone };
    return { answer: found.refund ? refundBody(found.answer!, found.refund) : found.answer!, postpone };
  }

  #takeFault(call: SimulatedCall): QueuedFault | undefined {
    const next = this.#faults.find(({ fault }) => (fault.path ?? 'revise') === call);
    if (next && --next.left === 0) this.#faults.splice(this.#faults.indexOf(next), 1);
    return next?.fault;
  }

  #issue(call: string, kind: Payment['kind'], options: ApproveOptions, violations: Violation[]): ApprovedPayment {
    const at = this.#clock();
    const day = koreanDay(at);
    const { mallId = this.malls[0]!.mallId } = options;
    const shopTransactionId = options.shopTransactionId ?? `approval-${this.#serial + 1}`;
    if (typeof mallId === 'string' && !this.#keysOfMall.has(mallId)) {
      violations.push(violation('mallId', 'mall', 'is no mall of this simulator.', 'Add it to the `malls` option.'));
    }
    const key = keyOf(day, mallId, shopTransactionId);
    if (this.#keys.has(key)) {
      violations.push(violation('shopTransactionId', 'oneOf', 'was used before on this day (KST).', 'Give another one.'));
    }
    SimulatorUsageError.throwIfAny(call, violations);

    const pgCno = this.#pgCno(at);
    const shopOrderNo = options.shopOrderNo ?? `order-${this.#serial}`;
    const ids = { pgCno, mallId, shopTransactionId, shopOrderNo, approvalReqDate: day };
    const payment = openPayment(kind, options, ids, () => this.#pgCno(at));
    this.#payments.set(pgCno, payment);
    // KICC: the key is unique per request, whatever the request; so an approval takes its key as a cancel does.
    this.#keys.set(key, { succeeded: true, approval: payment });
    this.#notify(approvalNotification(payment, at));
    return showApproval(payment);
  }

  #refuseFaulty(
    { at, path, body }: Arrival,
    reason: RefusalReason,
    ...faults: readonly Pick<Violation, 'field' | 'message'>[]
  ): Verdict {
    for (const { field, message } of faults) this.#problem(at, path, field, message);
    return { answer: this.#refusal(reason, body) };
  }

  #refusal(reason: RefusalReason, sent: JsonObject): JsonObject {
    return refusalBody(this.#codes[reason], REFUSALS[reason], sent);
  }

  #problem(at: Date, path: string, field: string, message: string): void {
    this.#problems.push(Object.freeze({ at, path, field, message }));
  }

  /** What time it is here. */
  now(): Date {
    return new Date(this.#now());
  }

  /** A copy of the time, since a test's clock may hand out one Date and move it. What is due by then has happened. */
  #clock(): Date {
    const now = new Date(this.#now());
    this.#refunds.settleUntil(now);
    return now;
  }

  /** A PG transaction id in the form seen at KICC: `yyMMddHHmmss` (KST) and 8 digits. */
  #pgCno(at: Date): string {
    return koreanDateTime(at).slice(2) + String(10_000_000 + ++this.#serial);
  }
}

function keyOf(day: string, mallId: string, shopTransactionId: string): string {
  // KICC blocks the bar in every value, so it can part them.
  return `${day}|${mallId}|${shopTransactionId}`;
}

function usageError(call: string, field: string, message: string, remedy: string): SimulatorUsageError {
  return new SimulatorUsageError(call, [violation(field, 'state', message, remedy)]);
}
