import { checkFields, isRecord } from '../protocol/check-fields.js';
import { checkReviseRules } from '../protocol/check-revise-request.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { LOOSEST_RULES, USUAL_RULES, type RequestRules } from '../protocol/request-rules.js';
import { retrieveRequestFields } from '../protocol/retrieve-transaction.js';
import { reviseRequestFields, type ReviseRequestBody } from '../protocol/revise-request.js';
import { checkFault, type QueuedFault, type SimulatedCall, type SimulatedFault } from './faults.js';
import { REFUSALS, type Objection, type RefusalReason } from './refusals.js';
import { approvalBody, refundBody, refusalBody, successBody, type AmountFormat, type JsonObject } from './simulated-answer.js';
import { keyOf, SimulatedBooks, type Deed } from './simulated-books.js';
import { changeOf, objectionTo, undocumentedIn } from './simulated-change.js';
import { page, replyTo, type SimulatedReply, type Verdict } from './simulated-reply.js';
import { callAt, isExpectedType, parseBody, signatureOf, withoutSignature, type Arrival } from './simulated-request.js';
import { SimulatorControls } from './simulator-controls.js';
import { checkSimulatorOptions, type SimulatedKiccOptions, type SimulatorProfile } from './simulator-options.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/**
 * KICC as far as cancels, refunds and escrow go, in memory: what it accepts, refuses, remembers and notifies, and how it can
 * fail. What is due by its clock (refunds paid out the next business day) has happened whenever it is asked anything.
 *
 * Pure state, without I/O or timers, its time given by `now`: fit for virtual time. `KiccSimulator` puts it behind HTTP.
 * Sources: KICC's cancel, refund and escrow pages; its pages on idempotency, message authentication, the status query and
 * webhooks.
 */
export class SimulatedKicc extends SimulatorControls {
  readonly #books: SimulatedBooks;
  readonly #profile: SimulatorProfile;
  readonly #rules: RequestRules;
  readonly #won: AmountFormat;
  #faults: { readonly fault: QueuedFault; left: number }[] = [];
  #refusesUntil = -Infinity;

  /** @throws {SimulatorUsageError} with every fault at once. */
  constructor(options: SimulatedKiccOptions = {}) {
    SimulatorUsageError.throwIfAny('start', checkSimulatorOptions(options));
    const books = new SimulatedBooks(options);
    super(books);
    this.#books = books;
    this.#profile = { ...options.profile };
    const { byteLengths = USUAL_RULES.byteLengths, taxSum = USUAL_RULES.taxSum } = this.#profile;
    // Of letters, KICC's pages name those that it blocks.
    this.#rules = { ...LOOSEST_RULES, byteLengths, taxSum };
    const asText = this.#profile.amounts === 'string';
    this.#won = (amount) => (asText ? String(amount) : amount);
  }

  /**
   * Lines up a fault for the next request to its path; `refuse` begins at once.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  inject(fault: SimulatedFault): void {
    checkFault(fault);
    if (fault.fault === 'refuse') this.#refusesUntil = this.#books.clock().getTime() + (fault.forMs ?? Infinity);
    else this.#faults.push({ fault: { ...fault }, left: fault.times ?? 1 });
  }

  /** Drops every fault that waits, and accepts connections again. */
  clearFaults(): void {
    this.#faults = [];
    this.#refusesUntil = -Infinity;
  }

  /** Takes a request and says what the client is to see. */
  receive(path: string, contentType: string | undefined, bodyText: string, method = 'POST'): SimulatedReply {
    const at = this.#books.clock();
    if (at.getTime() < this.#refusesUntil) return { kind: 'refuse' };
    const body = parseBody(bodyText);
    const signed = signatureOf(body, this.#books.mallKeys, at);
    const request = { at, path, body: withoutSignature(body, signed), effect: false };
    this.#books.requests.push(request);
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
    const violations = checkFields(reviseRequestFields, body, 'wire', '', [], this.#rules);
    violations.push(...checkReviseRules(body, this.#rules));
    if (violations.length > 0) return this.#refuseFaulty(arrival, 'invalidRequest', ...violations);
    const sent = body as unknown as ReviseRequestBody;
    const refuse = (reason: RefusalReason, field: string, message: string): Verdict =>
      this.#refuseFaulty(arrival, reason, { field, message });

    if (!this.#books.mallKeys.has(sent.mallId)) return refuse('unknownMall', 'mallId', 'is not a mall of this simulator.');
    if (!arrival.signed) {
      return refuse('badSignature', 'msgAuthValue', "is not the HMAC of pgCno|shopTransactionId in hex under the mall's key.");
    }
    const day = koreanDay(at);
    const dated = sent.cancelReqDate === day || this.#profile.cancelReqDate === 'any';
    if (!dated) return refuse('wrongDate', 'cancelReqDate', `is not today in Korea (${day}).`);

    const key = keyOf(day, sent.mallId, sent.shopTransactionId);
    const known = this.#books.keys.get(key);
    if (known) {
      const replays = sent.refundQueryFlag === 'Y' && this.#profile.refundQueryFlag === 'replays';
      return { answer: replays && known.answer ? known.answer : this.#refusal('duplicateKey', body) };
    }
    return {
      ...this.#judgePayment(arrival, sent, key, at),
      postpone: () => {
        this.#books.keys.set(key, { succeeded: false });
        return () => this.#judgePayment(arrival, sent, key, this.#books.clock());
      },
    };
  }

  /** The state of the payment decides. */
  #judgePayment({ path, body, request }: Arrival, sent: ReviseRequestBody, key: string, at: Date): Verdict {
    const payment = this.#books.payments.get(sent.pgCno);
    const objection: Objection | undefined =
      payment?.mallId === sent.mallId ? objectionTo(payment, sent, at) : ['unknownPayment'];
    if (!payment || objection) {
      const [reason, field, message] = objection ?? ['unknownPayment'];
      const answer = this.#refusal(reason, body);
      return {
        answer,
        commit: () => {
          if (field && message) this.#problem(at, path, field, message);
          if (this.#profile.refusedKeys === 'free') this.#books.keys.delete(key);
          else this.#books.keys.set(key, { answer, succeeded: false });
        },
      };
    }

    const change = changeOf(payment, sent, at);
    const cancelPgCno = this.#books.nextPgCno(at);
    const deed: Deed = { payment, sent, change, cancelPgCno, at };
    const success = successBody(payment, sent, { ...change, cancelPgCno, at }, this.#won);
    const answer = this.#profile.cancelPgCno === 'absent' ? { ...success, cancelPgCno: '' } : success;
    return {
      answer,
      commit: () => {
        for (const { field, message } of undocumentedIn(payment, sent)) this.#problem(at, path, field, message);
        const refund = this.#books.carryOut(deed);
        request.effect = true;
        this.#books.keys.set(key, { answer, succeeded: true, refund });
        this.#books.notifyOf(deed);
      },
    };
  }

  #judgeQuery(arrival: Arrival): Verdict {
    const { at, body } = arrival;
    const violations = checkFields(retrieveRequestFields, body, 'wire', '', [], this.#rules);
    if (violations.length > 0) return this.#refuseFaulty(arrival, 'invalidRequest', ...violations);
    const { mallId, shopTransactionId, transactionDate } = body as Record<keyof typeof retrieveRequestFields, string>;
    if (!this.#books.mallKeys.has(mallId)) {
      return this.#refuseFaulty(arrival, 'unknownMall', { field: 'mallId', message: 'is not a mall of this simulator.' });
    }
    const today = koreanDay(at);
    const yesterday = koreanDay(startOfKoreanDay(today, -1));
    if (transactionDate !== today && transactionDate !== yesterday) {
      const message = 'is neither today nor yesterday in Korea.';
      return this.#refuseFaulty(arrival, 'outsideWindow', { field: 'transactionDate', message });
    }
    const postpone = (): (() => Verdict) => () => this.#judgeQuery(arrival);
    const found = this.#books.keys.get(keyOf(transactionDate, mallId, shopTransactionId));
    if (!found?.succeeded) return { answer: this.#refusal('notFound', body), postpone };
    if (found.approval) return { answer: approvalBody(found.approval, this.#won), postpone };
    return { answer: found.refund ? refundBody(found.answer!, found.refund) : found.answer!, postpone };
  }

  #takeFault(call: SimulatedCall): QueuedFault | undefined {
    const next = this.#faults.find(({ fault }) => (fault.path ?? 'revise') === call);
    if (next && --next.left === 0) this.#faults.splice(this.#faults.indexOf(next), 1);
    return next?.fault;
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
    return refusalBody(this.#books.codes[reason], REFUSALS[reason], sent);
  }

  /** What time it is here. */
  now(): Date {
    return this.#books.now();
  }

  #problem(at: Date, path: string, field: string, message: string): void {
    this.#books.problems.push(Object.freeze({ at, path, field, message }));
  }
}
