import type { KiccMall } from '../kicc-malls.js';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { checkReviseRules } from '../protocol/check-revise-request.js';
import { PayMethod, TransactionStatus } from '../protocol/codes.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { koreanDateTime, koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { retrieveRequestFields } from '../protocol/retrieve-transaction.js';
import { reviseRequestFields, type ReviseRequestBody } from '../protocol/revise-request.js';
import { checkFault, type QueuedFault, type SimulatedCall, type SimulatedFault } from './faults.js';
import { assertReason, REFUSALS, refusalCodes, type RefusalReason } from './refusals.js';
import { approvalBody, refundBody, refusalBody, successBody, type AmountFormat, type JsonObject } from './simulated-answer.js';
import {
  approvalNotification,
  bounceNotification,
  changeNotification,
  completionNotification,
  depositNotification,
  escrowNotification,
  type SimulatedNotification,
} from './simulated-notification.js';
import { CAME_BACK, refundOf, type SimulatedRefund } from './simulated-refund.js';
import {
  applyBounce,
  applyChange,
  applyDeposit,
  changeOf,
  objectionTo,
  openPayment,
  showApproval,
  showPayment,
  undocumentedIn,
  type ApprovedPayment,
  type Objection,
  type Payment,
  type SimulatedEffect,
  type SimulatedPayment,
} from './simulated-payment.js';
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
  /** The refund that it began, which is answered as it now stands. */
  readonly refund?: SimulatedRefund | undefined;
}

/**
 * KICC as far as cancellations go, in memory: what it accepts, refuses and remembers, and how it can fail.
 *
 * Pure state, without I/O or timers, its time given by `now`: fit for virtual time. `KiccSimulator` puts it behind HTTP.
 * Sources: KICC's cancel page; its pages on idempotency, message authentication and the status query.
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
  readonly #refunds = new Map<string, SimulatedRefund>();
  readonly #notifications: SimulatedNotification[] = [];
  readonly #onNotification: (notification: SimulatedNotification) => void;
  #faults: { readonly fault: QueuedFault; left: number }[] = [];
  #refusesUntil = -Infinity;
  #serial = 0;

  /** @throws {SimulatorUsageError} with every fault at once. */
  constructor(options: SimulatedKiccOptions = {}) {
    checkSimulatorOptions(options);
    this.#now = options.now ?? (() => new Date());
    this.#profile = { ...options.profile };
    const asText = this.#profile.amounts === 'string';
    this.#won = (amount) => (asText ? String(amount) : amount);
    this.#codes = refusalCodes(options.codes);
    this.#onNotification = options.onNotification ?? (() => undefined);
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
    checkSimulatorOptions({ malls: [...this.malls, mall] });
    this.#keysOfMall.set(mall.mallId, { secretKey: mall.secretKey });
  }

  /**
   * Gives a mall a new secret key.
   * @param change.mallId default: the first.
   * @param change.oldValidForMs how long the old one is valid beside it, by the simulator's clock. Default 10 minutes.
   * @throws {SimulatorUsageError} if there is no such mall, or this is no key.
   */
  rotateSecret({ mallId = this.malls[0]?.mallId ?? '', secretKey, oldValidForMs = 600_000 }: SecretChange): void {
    const known = this.#keysOfMall.get(mallId);
    if (!known) {
      throw new SimulatorUsageError('rotateSecret', [
        violation('mallId', 'mall', 'is no mall of this simulator.', 'Add it first.'),
      ]);
    }
    checkSimulatorOptions({ malls: [{ mallId, secretKey }] });
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
   * @param amount KRW; only where the account takes several deposits. Default: all that was asked for.
   * @returns KICC's own id of the deposit.
   * @throws {SimulatorUsageError} if this is no virtual account that awaits a deposit.
   */
  deposit(pgCno: string, amount?: number): string {
    const payment = this.#payments.get(pgCno);
    const awaits: readonly string[] = [TransactionStatus.DepositAwaited, TransactionStatus.EscrowDepositAwaited];
    const takesMore = payment?.multiDeposit === true && payment.deposits.length > 0;
    if (!payment || !(awaits.includes(payment.statusCode) || takesMore)) {
      const remedy = "Approve one with payMethodTypeCode '22'.";
      throw new SimulatorUsageError('deposit', [
        violation('pgCno', 'oneOf', 'is no virtual account that awaits a deposit.', remedy),
      ]);
    }
    if (amount !== undefined && !(payment.multiDeposit && Number.isSafeInteger(amount) && amount > 0)) {
      const remedy = 'Give whole won, and approve with multiDeposit: true; or leave it out.';
      throw new SimulatorUsageError('deposit', [violation('amount', 'type', 'does not go with this account.', remedy)]);
    }
    const at = this.#clock();
    const depositPgCno = this.#pgCno(at);
    const paid = amount ?? payment.amount;
    applyDeposit(payment, depositPgCno, paid);
    this.#notify(depositNotification(payment, depositPgCno, paid, at));
    return depositPgCno;
  }

  /**
   * The customer confirms the purchase of an escrow payment that is being shipped (`ES12`).
   * @throws {SimulatorUsageError} if it is none.
   */
  confirmPurchase(pgCno: string): void {
    this.#decidePurchase('confirmPurchase', pgCno, TransactionStatus.EscrowConfirmed);
  }

  /**
   * The customer rejects it (`ES13`).
   * @throws {SimulatorUsageError} if it is none.
   */
  rejectPurchase(pgCno: string): void {
    this.#decidePurchase('rejectPurchase', pgCno, TransactionStatus.EscrowRejected);
  }

  /**
   * The money of a refund comes back, whether it was paid out or not.
   * @throws {SimulatorUsageError} if there is no such refund, or it came back before.
   */
  bounce(cancelPgCno: string): void {
    this.tick();
    const refund = this.#refunds.get(cancelPgCno);
    if (!refund || refund.statusCode === CAME_BACK) {
      const remedy = 'Give the cancelPgCno of a refund, once.';
      throw new SimulatorUsageError('bounce', [violation('cancelPgCno', 'oneOf', 'is no refund that can come back.', remedy)]);
    }
    this.#bounce(refund, this.#clock());
  }

  /**
   * A cancel made by hand in KICC's merchant console: nobody's request is behind it.
   * @param amount KRW; all that is left by default.
   * @throws {SimulatorUsageError} if there is not so much to cancel.
   */
  consoleCancel(pgCno: string, amount?: number): void {
    this.tick();
    const payment = this.#payments.get(pgCno);
    const asked = amount ?? payment?.balance ?? 0;
    if (!payment || !Number.isSafeInteger(asked) || asked < 1 || asked > payment.balance) {
      const remedy = 'Give the pgCno of a payment, and at most its balance.';
      throw new SimulatorUsageError('consoleCancel', [violation('pgCno', 'balance', 'has not so much to cancel.', remedy)]);
    }
    const at = this.#clock();
    const cancelPgCno = this.#pgCno(at);
    payment.balance -= asked;
    payment.statusCode = payment.balance === 0 ? TransactionStatus.ApprovalCancelled : TransactionStatus.PartiallyCancelled;
    const { mallId, balance: balanceAfter } = payment;
    const shopTransactionId = `console-${this.#serial}`;
    this.#effects.push(
      Object.freeze({ at, mallId, pgCno, shopTransactionId, reviseTypeCode: '40', amount: asked, balanceAfter, cancelPgCno }),
    );
    this.#notify(changeNotification(payment, { cancelPgCno, amount: asked, at }));
  }

  /** Does what has come due by the clock: refunds are paid out, or come back. Every other method does so first. */
  tick(): void {
    if (this.#refunds.size === 0) return;
    const at = this.#clock();
    for (const refund of this.#refunds.values()) {
      if (!refund.dueAt || refund.dueAt > at) continue;
      const payment = this.#payments.get(refund.pgCno);
      if (payment?.refundBounces) this.#bounce(refund, at);
      else this.#complete(refund, at);
    }
  }

  /** Every notification, in order. */
  notifications(): readonly SimulatedNotification[] {
    this.tick();
    return [...this.#notifications];
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

  /** What really happened to the money, in order. */
  effects(): readonly SimulatedEffect[] {
    this.tick();
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

  /** A payment or a stand-alone cash receipt as it stands now. */
  payment(pgCno: string): SimulatedPayment | undefined {
    this.tick();
    const payment = this.#payments.get(pgCno);
    return payment && showPayment(payment);
  }

  /** Every payment and stand-alone cash receipt as it stands now, in order of approval. */
  payments(): readonly SimulatedPayment[] {
    this.tick();
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
    this.tick();
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

    const change = changeOf(payment, sent, koreanDay(at));
    const cancelPgCno = this.#pgCno(at);
    const { depositPgCno = payment.deposits[0]?.depositPgCno } = sent.refundInfo ?? {};
    const refund = refundOf(payment, sent, { cancelPgCno, amount: change.amount, at, depositPgCno });
    const answer = successBody(payment, sent, { ...change, cancelPgCno, at, refund }, this.#won);
    return {
      answer,
      commit: () => {
        for (const { field, message } of undocumentedIn(payment, sent)) this.#problem(at, path, field, message);
        applyChange(payment, sent, change);
        request.effect = true;
        this.#keys.set(key, { answer, succeeded: true, refund });
        if (refund) this.#refunds.set(cancelPgCno, refund);
        this.#endEscrowRefund(payment, sent, at);
        const { mallId, pgCno, shopTransactionId, reviseTypeCode, reviseSubTypeCode } = sent;
        const { amount, balanceAfter } = change;
        const subType = reviseSubTypeCode === undefined ? {} : { reviseSubTypeCode };
        const kind = { reviseTypeCode, ...subType };
        this.#effects.push(Object.freeze({ at, mallId, pgCno, shopTransactionId, ...kind, amount, balanceAfter, cancelPgCno }));
        // KICC notifies of changes by which money moves, and of every state of an escrow payment.
        if (refund?.isRealTime !== false || payment.escrow)
          this.#notify(changeNotification(payment, { cancelPgCno, amount, at }));
      },
    };
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
    if (kind === 'payment' && payment.payMethodTypeCode !== PayMethod.VirtualAccount)
      this.#notify(approvalNotification(payment, at));
    return showApproval(payment);
  }

  #complete(refund: SimulatedRefund, at: Date): void {
    refund.statusCode = refund.completedAs;
    refund.dueAt = undefined;
    const payment = this.#payments.get(refund.pgCno);
    if (!payment) return;
    payment.statusCode = refund.completedAs;
    if (payment.escrow) this.#notify(escrowNotification(payment, at, refund.cancelPgCno));
    else this.#notify(completionNotification(payment, refund, at));
  }

  #bounce(refund: SimulatedRefund, at: Date): void {
    refund.statusCode = CAME_BACK;
    refund.dueAt = undefined;
    const payment = this.#payments.get(refund.pgCno);
    if (!payment) return;
    applyBounce(payment, refund.amount, refund.depositPgCno);
    const { mallId, pgCno, balance: balanceAfter } = payment;
    const origin = this.#effects.find(({ cancelPgCno }) => cancelPgCno === refund.cancelPgCno);
    const { shopTransactionId = '', reviseTypeCode = '' } = origin ?? {};
    const back = { amount: -refund.amount, balanceAfter, cancelPgCno: this.#pgCno(at), bounceOf: refund.cancelPgCno };
    this.#effects.push(Object.freeze({ at, mallId, pgCno, shopTransactionId, reviseTypeCode, ...back }));
    this.#notify(bounceNotification(payment, refund, at));
  }

  /** ES11 and ES15: the shop says itself that the refund is done that it asked for by ES10 or ES14. */
  #endEscrowRefund(payment: Payment, { reviseSubTypeCode }: ReviseRequestBody, at: Date): void {
    for (const refund of this.#refunds.values()) {
      if (refund.pgCno !== payment.pgCno || refund.dueAt === undefined || refund.completedAs !== reviseSubTypeCode) continue;
      this.#complete(refund, at);
    }
  }

  #decidePurchase(call: string, pgCno: string, statusCode: string): void {
    this.tick();
    const payment = this.#payments.get(pgCno);
    if (payment?.statusCode !== TransactionStatus.EscrowShipping) {
      const remedy = 'Approve one with escrow: true, and ship it (ES07).';
      throw new SimulatorUsageError(call, [violation('pgCno', 'oneOf', 'is no escrow payment that is being shipped.', remedy)]);
    }
    payment.statusCode = statusCode;
    this.#notify(escrowNotification(payment, this.#clock()));
  }

  #notify(notification: SimulatedNotification): void {
    this.#notifications.push(notification);
    this.#onNotification(notification);
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

  /** A copy of the time, since a test's clock may hand out one Date and move it. */
  #clock(): Date {
    return new Date(this.#now());
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
