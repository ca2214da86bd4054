import type { KiccMall } from '../kicc.options.js';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { checkReviseRules } from '../protocol/check-revise-request.js';
import { PayMethod, ReviseType, SUCCESS, TransactionStatus } from '../protocol/codes.js';
import { text, won, type FieldTable } from '../protocol/field.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { koreanDateTime, koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { messageAuthValue } from '../protocol/message-auth.js';
import { retrieveRequestFields } from '../protocol/retrieve-transaction.js';
import { basketInfoFields, isPartial, reviseRequestFields, type ReviseRequestBody } from '../protocol/revise-request.js';
import { checkFault, type QueuedFault, type SimulatedCall, type SimulatedFault } from './faults.js';
import { assertReason, REFUSALS, refusalCodes, type RefusalReason } from './refusals.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Where KICC's documents leave room, what this KICC does. */
export interface SimulatorProfile {
  /** Amounts in answers as JSON numbers (default, as observed) or as strings (as in KICC's example). */
  readonly amounts?: 'number' | 'string';
  /**
   * A repeated key with `refundQueryFlag: 'Y'` is refused like any other (default) or answered with the answer of the first
   * request. KICC says neither.
   */
  readonly refundQueryFlag?: 'ignored' | 'replays';
  /**
   * Whether a refused request uses up its key (default) or leaves it free. KICC says neither. A request refused before its
   * key is looked at (its form, its mall, its signature, its date) never uses the key up.
   */
  readonly refusedKeys?: 'burnt' | 'free';
}

/** How a simulated KICC begins. */
export interface SimulatedKiccOptions {
  /** Malls it knows; the first is the default. Default: `T0000001` with a dummy secret key. */
  readonly malls?: readonly KiccMall[];
  /** Its clock; the days are Korea's (KST). Default: the system's. */
  readonly now?: () => Date;
  readonly profile?: SimulatorProfile;
  /** `resCd` by reason to refuse. What is not given is drawn afresh, since KICC publishes none. */
  readonly codes?: Partial<Readonly<Record<RefusalReason, string>>>;
}

/** The mall a simulator has unless it is given others. The key is a dummy and no key of KICC's. */
export const SIMULATOR_MALL: KiccMall = Object.freeze({ mallId: 'T0000001', secretKey: 'simulator-secret' });

/** A payment to be approved. */
export interface ApproveOptions {
  /** KRW, at least 1. */
  readonly amount: number;
  /** How it was paid, see `PayMethod`. Default `11`, a card. */
  readonly payMethodTypeCode?: '11' | '21' | '22' | '31' | '41' | '50' | '60';
  /** Default: the first mall. */
  readonly mallId?: string;
  /** Key of the approval request; the status query finds the approval by it. Default: made up. */
  readonly shopTransactionId?: string;
  /** Default: made up. */
  readonly shopOrderNo?: string;
  /** `manual` waits for a capture (`reviseTypeCode` 20). Default `automatic`. */
  readonly capture?: 'automatic' | 'manual';
  /** Whether a part can be cancelled (`partCancelUsed` of a card). Default true. */
  readonly partialCancel?: boolean;
  /** Whether a partial cancel must come with `taxInfo`. Default false. */
  readonly complexTax?: boolean;
  /** Products of a split-settlement basket; their amounts (KRW) add up to `amount`. */
  readonly basket?: readonly { readonly sellerId: string; readonly amount: number }[];
}

/** A stand-alone cash receipt to be issued. */
export type CashReceiptOptions = Pick<ApproveOptions, 'amount' | 'mallId' | 'shopTransactionId' | 'shopOrderNo'>;

/** A product of a split-settlement basket. */
export interface SimulatedProduct {
  readonly productPgCno: string;
  readonly sellerId: string;
  /** KRW, as approved. */
  readonly amount: number;
}

/** What a shop knows of a payment or a stand-alone cash receipt once it is approved. */
export interface ApprovedPayment {
  /** PG transaction id: `yyMMddHHmmss` (KST) and 8 digits. */
  readonly pgCno: string;
  readonly mallId: string;
  /** KRW, as approved. */
  readonly amount: number;
  readonly shopTransactionId: string;
  readonly shopOrderNo: string;
  /** `yyyyMMdd`, KST. */
  readonly approvalReqDate: string;
  readonly basket: readonly SimulatedProduct[];
}

/** The state of a payment at the simulated KICC. */
export interface SimulatedPayment extends ApprovedPayment {
  readonly kind: 'payment' | 'cash-receipt';
  readonly payMethodTypeCode: string;
  /** What can still be cancelled, KRW. */
  readonly balance: number;
  /** See `TransactionStatus`. */
  readonly statusCode: string;
  readonly statusMessage: string;
}

/** Something that happened to a payment: the truth, whatever was answered. */
export interface SimulatedEffect {
  readonly at: Date;
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopTransactionId: string;
  readonly reviseTypeCode: string;
  /** KRW that were cancelled; 0 for a capture. For a virtual account that nobody paid into, what was asked for. */
  readonly amount: number;
  /** KRW that can still be cancelled. */
  readonly balanceAfter: number;
  readonly cancelPgCno: string;
}

/** A fault of a request itself, which a strict KICC would refuse. Never holds a key, a signature or a value. */
export interface SimulatedProblem {
  readonly at: Date;
  readonly path: string;
  /** With dots, `taxInfo.vatAmount`; empty where the request as a whole is at fault. */
  readonly field: string;
  readonly message: string;
}

/** A request as it arrived. */
export interface SimulatedRequest {
  readonly at: Date;
  readonly path: string;
  /** The parsed body, its `msgAuthValue` replaced by `(valid)` or `(invalid)`; undefined if it was no JSON object. */
  readonly body: unknown;
  /** Whether it changed a payment. */
  readonly effect: boolean;
}

/** What the client is to see. Any effect has been applied, except with `later`. */
export type SimulatedReply =
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      readonly contentType: string;
      readonly location?: string;
      readonly body: string;
      /** How late it comes, ms. */
      readonly delayMs: number;
    }
  /** After `delayMs`, `resume()` carries the request out and gives the reply; to be called even if the client has gone. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly resume: () => SimulatedReply }
  /** `body` is sent though `contentLength` (bytes) is more, then the connection is closed. */
  | {
      readonly kind: 'truncated';
      readonly httpStatus: number;
      readonly contentType: string;
      readonly body: string;
      readonly contentLength: number;
    }
  /** The connection is closed without an answer. */
  | { readonly kind: 'close' }
  /** The connection is reset. */
  | { readonly kind: 'reset' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The connection is refused: nothing arrived. */
  | { readonly kind: 'refuse' };

type JsonObject = Record<string, unknown>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Payment extends Mutable<Omit<SimulatedPayment, 'statusMessage' | 'basket'>> {
  readonly manualCapture: boolean;
  readonly partialCancel: boolean;
  readonly complexTax: boolean;
  readonly basket: readonly (SimulatedProduct & { balance: number })[];
}

/** A request key on the day it was used. */
interface KeyRecord {
  /** What was answered; undefined while the request is under way, and for an approval, which is answered as it now stands. */
  readonly answer?: JsonObject;
  /** Only what was carried out can be queried. */
  readonly succeeded: boolean;
  readonly approval?: Payment;
}

/** A request to one of KICC's calls, as it arrived. */
interface Arrival {
  readonly at: Date;
  readonly path: string;
  readonly body: JsonObject;
  /** Whether `msgAuthValue` is right. */
  readonly signed: boolean;
  /** Its entry in requests(). */
  readonly request: Mutable<SimulatedRequest>;
}

/** What a request comes to, and how to make it so. */
interface Verdict {
  /** Undefined for HTTP 400. */
  readonly answer?: JsonObject;
  /** Moves the money and uses the key up. */
  readonly commit?: () => void;
  /** Takes the key for a request that is carried out later, and then judges it again. */
  readonly postpone?: () => () => Verdict;
}

/** Why a payment cannot be changed so; with the field at fault where the request is wrong in any state of the payment. */
type Objection = readonly [reason: RefusalReason, field?: string, message?: string];

/** KICC's two calls, by path. */
const CALLS: Readonly<Record<string, SimulatedCall>> = {
  '/api/trades/revise': 'revise',
  '/api/trades/retrieveTransaction': 'retrieveTransaction',
};

const JSON_TYPE = 'application/json;charset=UTF-8';
const HTML_TYPE = 'text/html;charset=UTF-8';
const HTML = '<!doctype html><html><head><title>KICC</title></head><body>시스템 점검 중입니다</body></html>';
/** Nothing is served here, so a client that follows the redirect shows up in problems(). */
const REDIRECT = '/api/trades/redirected';
const OVERSIZE_BYTES = 1_100_000;

const STATUS_MESSAGES: Readonly<Record<string, string>> = {
  [TransactionStatus.Approved]: '승인',
  [TransactionStatus.ApprovalCancelled]: '승인취소',
  [TransactionStatus.CaptureRequested]: '매입요청',
  [TransactionStatus.CaptureCancelled]: '매입취소',
  [TransactionStatus.PartiallyCancelled]: '부분매입취소',
  [TransactionStatus.DepositAwaited]: '입금대기',
  [TransactionStatus.Deposited]: '입금완료',
};

const CARDS: readonly string[] = [PayMethod.Card, PayMethod.SimplePay];
const PARTIAL_METHODS: Readonly<Record<string, readonly string[]>> = {
  [ReviseType.PartialCancelCard]: CARDS,
  [ReviseType.PartialCancelTransferOrMobile]: [PayMethod.BankTransfer, PayMethod.Mobile],
};
const RECEIPT_TYPES: readonly string[] = [ReviseType.CashReceiptCancel, ReviseType.CashReceiptPartialCancel];

const receiptOptionFields: FieldTable = {
  amount: won(1, { required: true, en: 'Amount', ko: '금액' }),
  mallId: { ...reviseRequestFields.mallId, required: false },
  shopTransactionId: { ...reviseRequestFields.shopTransactionId, required: false },
  shopOrderNo: text(40, { required: false, identifier: true, en: 'Merchant Order No', ko: '상점 주문번호' }),
};
const approveOptionFields: FieldTable = {
  ...receiptOptionFields,
  payMethodTypeCode: text(2, {
    required: false,
    oneOf: Object.values(PayMethod).filter((method) => method !== PayMethod.BillingKey),
    en: 'Payment Method Code',
    ko: '결제수단 코드',
  }),
  capture: text(9, { required: false, oneOf: ['automatic', 'manual'], en: 'Capture', ko: '매입' }),
};
const basketOptionFields: FieldTable = { sellerId: basketInfoFields.sellerId, amount: receiptOptionFields['amount']! };

const PROFILE_VALUES: Readonly<Record<keyof SimulatorProfile, readonly string[]>> = {
  amounts: ['number', 'string'],
  refundQueryFlag: ['ignored', 'replays'],
  refusedKeys: ['burnt', 'free'],
};

/**
 * KICC as far as cancellations go, in memory: what it accepts, refuses and remembers, and how it can fail.
 *
 * Pure state, without I/O or timers, its time given by `now`: fit for virtual time. `KiccSimulator` puts it behind HTTP.
 * Sources: KICC's cancel page; its pages on idempotency, message authentication and the status query.
 */
export class SimulatedKicc {
  /** The malls it knows; the first is the default. */
  readonly malls: readonly KiccMall[];
  readonly #now: () => Date;
  readonly #profile: SimulatorProfile;
  readonly #codes: Readonly<Record<RefusalReason, string>>;
  readonly #secretKeys: ReadonlyMap<string, string>;
  readonly #payments = new Map<string, Payment>();
  /** By day, mall and key: KICC forgets its keys at midnight (KST), and the query asks for all three. */
  readonly #keys = new Map<string, KeyRecord>();
  readonly #effects: SimulatedEffect[] = [];
  readonly #problems: SimulatedProblem[] = [];
  readonly #requests: Mutable<SimulatedRequest>[] = [];
  #faults: { readonly fault: QueuedFault; left: number }[] = [];
  #refusesUntil = -Infinity;
  #serial = 0;

  /** @throws {SimulatorUsageError} with every fault at once. */
  constructor(options: SimulatedKiccOptions = {}) {
    checkOptions(options);
    this.malls = Object.freeze((options.malls ?? [SIMULATOR_MALL]).map((mall) => Object.freeze({ ...mall })));
    this.#now = options.now ?? (() => new Date());
    this.#profile = { ...options.profile };
    this.#codes = refusalCodes(options.codes);
    this.#secretKeys = new Map(this.malls.map(({ mallId, secretKey }) => [mallId, secretKey]));
  }

  /**
   * Approves a payment, as if a customer had paid. A virtual account (22) then awaits its deposit.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  approve(options: ApproveOptions): ApprovedPayment {
    const { partialCancel = true, complexTax = false, basket = [], ...fields } = objectOrThrow('approve', options);
    const violations = checkFields(approveOptionFields, fields, 'caller');
    for (const [field, value] of Object.entries({ partialCancel, complexTax })) {
      if (typeof value !== 'boolean') violations.push(violation(field, 'type', 'is not a boolean.', 'Give true or false.'));
    }
    violations.push(...checkBasket(basket, fields['amount']));
    return this.#issue('approve', 'payment', options, violations);
  }

  /**
   * Issues a stand-alone cash receipt.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  issueCashReceipt(options: CashReceiptOptions): ApprovedPayment {
    const violations = checkFields(receiptOptionFields, objectOrThrow('issueCashReceipt', options), 'caller');
    return this.#issue('issueCashReceipt', 'cash-receipt', options, violations);
  }

  /**
   * Pays into a virtual account, which from then on cannot be cancelled any more, only refunded.
   * @throws {SimulatorUsageError} if this is no virtual account that awaits a deposit.
   */
  deposit(pgCno: string): void {
    const payment = this.#payments.get(pgCno);
    if (payment?.statusCode !== TransactionStatus.DepositAwaited) {
      const remedy = "Approve one with payMethodTypeCode '22'.";
      throw new SimulatorUsageError('deposit', [
        violation('pgCno', 'oneOf', 'is no virtual account that awaits a deposit.', remedy),
      ]);
    }
    payment.statusCode = TransactionStatus.Deposited;
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
    const payment = this.#payments.get(pgCno);
    return payment && show(payment);
  }

  /** Every payment and stand-alone cash receipt as it stands now, in order of approval. */
  payments(): readonly SimulatedPayment[] {
    return [...this.#payments.values()].map(show);
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
    const body = parse(bodyText);
    const signed = this.#isSigned(body);
    const request = { at, path, body: withoutSignature(body, signed), effect: false };
    this.#requests.push(request);
    const call = Object.hasOwn(CALLS, path) ? CALLS[path] : undefined;
    if (call === undefined || method !== 'POST') {
      this.#problem(at, path, '', call ? 'is not a POST.' : 'goes to a path that KICC does not have.');
      return page(call ? 405 : 404);
    }
    if (!isExpectedType(contentType)) {
      this.#problem(at, path, '(Content-Type)', 'is not application/json; charset=utf-8.');
    }
    if (!isRecord(body)) {
      this.#problem(at, path, '', body === undefined ? 'is not JSON in UTF-8.' : 'is not a JSON object.');
      return this.#reply(this.#takeFault(call), {}, {});
    }
    const arrival: Arrival = { at, path, body, signed, request };
    const verdict = call === 'revise' ? this.#judgeRevise(arrival) : this.#judgeQuery(arrival);
    return this.#reply(this.#takeFault(call), verdict, body);
  }

  /** The request itself decides, then its key, then the payment. */
  #judgeRevise(arrival: Arrival): Verdict {
    const { at, body } = arrival;
    const violations = [...checkFields(reviseRequestFields, body, 'wire'), ...checkReviseRules(body)];
    if (violations.length > 0) return this.#refuseFaulty(arrival, 'invalidRequest', ...violations);
    const sent = body as unknown as ReviseRequestBody;
    const refuse = (reason: RefusalReason, field: string, message: string): Verdict =>
      this.#refuseFaulty(arrival, reason, { field, message });

    if (!this.#secretKeys.has(sent.mallId)) return refuse('unknownMall', 'mallId', 'is no mall of this simulator.');
    if (!arrival.signed) {
      return refuse('badSignature', 'msgAuthValue', "is not the HMAC of pgCno|shopTransactionId in hex under the mall's key.");
    }
    const day = koreanDay(at);
    if (sent.cancelReqDate !== day) return refuse('wrongDate', 'cancelReqDate', `is not today in Korea (${day}).`);

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
    const objection: Objection | undefined =
      payment?.mallId === sent.mallId ? this.#objection(payment, sent) : ['unknownPayment'];
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

    const amount = amountOf(payment, sent);
    const balanceAfter = payment.balance - amount;
    const statusCode = statusAfter(payment, sent.reviseTypeCode, koreanDay(at));
    const cancelPgCno = this.#pgCno(at);
    const answer = this.#success(payment, sent, { amount, balanceAfter, statusCode, cancelPgCno, at });
    return {
      answer,
      commit: () => {
        this.#noteUndocumented(at, path, payment, sent);
        const product = productOf(payment, sent);
        for (const one of payment.basket) {
          if (!isPartial(sent.reviseTypeCode)) one.balance = balanceAfter === 0 ? 0 : one.balance;
          else if (one === product) one.balance -= amount;
        }
        payment.balance = balanceAfter;
        payment.statusCode = statusCode;
        request.effect = true;
        this.#keys.set(key, { answer, succeeded: true });
        const { mallId, pgCno, shopTransactionId, reviseTypeCode } = sent;
        this.#effects.push(
          Object.freeze({ at, mallId, pgCno, shopTransactionId, reviseTypeCode, amount, balanceAfter, cancelPgCno }),
        );
      },
    };
  }

  #objection(payment: Payment, sent: ReviseRequestBody): Objection | undefined {
    const { reviseTypeCode, amount = 0 } = sent;
    if (!fits(payment, reviseTypeCode)) {
      return ['methodMismatch', 'reviseTypeCode', `does not go with a ${describeMethod(payment)}.`];
    }
    if (payment.balance === 0) return ['alreadyCancelled'];
    if (reviseTypeCode === ReviseType.Capture) {
      const captures = payment.manualCapture && payment.statusCode === TransactionStatus.Approved;
      return captures ? undefined : ['notCapturable'];
    }
    if (payment.statusCode === TransactionStatus.Deposited) return ['depositReceived'];
    const partial = isPartial(reviseTypeCode);
    if (partial && !payment.partialCancel) return ['partialNotAllowed'];
    if (partial && amount > payment.balance) return ['overBalance'];
    if (sent.remainAmount !== undefined && sent.remainAmount !== payment.balance) return ['balanceMismatch'];
    if (partial && payment.complexTax && !sent.taxInfo) {
      return ['taxInfoMissing', 'taxInfo', 'is missing; the payment was made with complex tax.'];
    }
    if (payment.basket.length > 0 && !sent.basketInfo) {
      return ['basketInfoMissing', 'basketInfo', 'is missing; the payment is a split-settlement basket.'];
    }
    if (sent.basketInfo) {
      const product = productOf(payment, sent);
      if (!product) return ['unknownProduct', 'basketInfo', 'names no product of this payment.'];
      if (partial && amount > product.balance) return ['overBalance'];
    }
    return undefined;
  }

  #noteUndocumented(at: Date, path: string, payment: Payment, { reviseTypeCode }: ReviseRequestBody): void {
    if (reviseTypeCode !== ReviseType.FullCancel) return;
    if (payment.balance < payment.amount) {
      this.#problem(at, path, 'reviseTypeCode', 'is 40 after a partial cancel; KICC does not say whether it takes that.');
    }
    if (payment.basket.length > 1) {
      const message = 'names one product with 40; KICC does not say what becomes of the others. All were cancelled.';
      this.#problem(at, path, 'basketInfo', message);
    }
  }

  /** A success in the form that was observed at KICC, where an empty string means "absent". */
  #success(
    payment: Payment,
    sent: ReviseRequestBody,
    done: { amount: number; balanceAfter: number; statusCode: string; cancelPgCno: string; at: Date },
  ): JsonObject {
    const time = koreanDateTime(done.at);
    const receipt = payment.kind === 'cash-receipt';
    return Object.freeze({
      resCd: SUCCESS,
      resMsg: sent.reviseTypeCode === ReviseType.FullCancel ? '정상취소' : '정상처리',
      mallId: sent.mallId,
      shopTransactionId: sent.shopTransactionId,
      oriPgCno: payment.pgCno,
      cancelPgCno: done.cancelPgCno,
      shopOrderNo: payment.shopOrderNo,
      cancelAmount: this.#won(done.amount),
      // Observed: 0 unless the request asked by sending remainAmount, also where a balance is left.
      remainAmount: this.#won(sent.remainAmount === undefined ? 0 : done.balanceAfter),
      transactionDate: time,
      statusCode: done.statusCode,
      statusMessage: STATUS_MESSAGES[done.statusCode],
      escrowUsed: 'N',
      reviseInfo: {
        payMethodTypeCode: payment.payMethodTypeCode,
        approvalNo: '',
        approvalDate: time,
        ...(CARDS.includes(payment.payMethodTypeCode) ? { cardInfo: { couponAmount: this.#won(0) } } : {}),
        refundInfo: { refundDate: '', depositPgCno: '' },
        cashReceiptInfo: receipt
          ? { resCd: SUCCESS, resMsg: '정상처리', approvalNo: done.cancelPgCno.slice(-8), cancelDate: time }
          : { resCd: '', resMsg: '', approvalNo: '', cancelDate: '' },
      },
    });
  }

  #judgeQuery(arrival: Arrival): Verdict {
    const { at, body } = arrival;
    const violations = checkFields(retrieveRequestFields, body, 'wire');
    if (violations.length > 0) return this.#refuseFaulty(arrival, 'invalidRequest', ...violations);
    const { mallId, shopTransactionId, transactionDate } = body as Record<keyof typeof retrieveRequestFields, string>;
    if (!this.#secretKeys.has(mallId)) {
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
    return { answer: found.approval ? this.#approvalAnswer(found.approval) : found.answer!, postpone };
  }

  /** An approval as the query shows it: a later cancel changes only the status. */
  #approvalAnswer(payment: Payment): JsonObject {
    return {
      resCd: SUCCESS,
      resMsg: '정상승인',
      mallId: payment.mallId,
      shopTransactionId: payment.shopTransactionId,
      pgCno: payment.pgCno,
      shopOrderNo: payment.shopOrderNo,
      amount: this.#won(payment.amount),
      transactionDate: `20${payment.pgCno.slice(0, 12)}`,
      statusCode: payment.statusCode,
      statusMessage: STATUS_MESSAGES[payment.statusCode],
      escrowUsed: 'N',
    };
  }

  #reply(fault: QueuedFault | undefined, verdict: Verdict, sent: JsonObject): SimulatedReply {
    if (fault?.fault === 'slow' && fault.when === 'before' && verdict.postpone) {
      const judgeAgain = verdict.postpone();
      let reply: SimulatedReply | undefined;
      const carryOut = (): SimulatedReply => {
        const late = judgeAgain();
        late.commit?.();
        return respond(late.answer);
      };
      return { kind: 'later', delayMs: fault.delayMs, resume: () => (reply ??= carryOut()) };
    }
    if (fault?.when !== 'before' || fault.fault === 'slow') verdict.commit?.();
    const { answer } = verdict;
    switch (fault?.fault) {
      case undefined:
        return respond(answer);
      case 'slow':
        return respond(answer, fault.delayMs);
      case 'drop-answer':
        return { kind: 'close' };
      case 'reset':
      case 'hang':
        return { kind: fault.fault };
      case 'http-status':
        return page(fault.status);
      case 'html':
        return page(200);
      case 'res-code':
        return respond(refusalBody(fault.resCd, '처리중입니다', sent));
      case 'oversized':
        return respond({ ...answer, filler: 'x'.repeat(OVERSIZE_BYTES) });
      case 'truncated': {
        const whole = JSON.stringify(answer ?? {});
        const body = whole.slice(0, whole.length / 2);
        return { kind: 'truncated', httpStatus: 200, contentType: JSON_TYPE, body, contentLength: Buffer.byteLength(whole) };
      }
      case 'wrong-echo': {
        const { field = 'shopTransactionId' } = fault;
        const right = answer?.[field] ?? sent[field === 'oriPgCno' ? 'pgCno' : field];
        return respond(answer && { ...answer, [field]: different(right) });
      }
      case 'wrong-amount': {
        const field = answer?.['cancelAmount'] === undefined ? 'amount' : 'cancelAmount';
        const right = answer?.[field];
        return respond(right === undefined ? answer : { ...answer, [field]: this.#won(Number(right) + 1) });
      }
    }
  }

  #takeFault(call: SimulatedCall): QueuedFault | undefined {
    const next = this.#faults.find(({ fault }) => (fault.path ?? 'revise') === call);
    if (next && --next.left === 0) this.#faults.splice(this.#faults.indexOf(next), 1);
    return next?.fault;
  }

  #issue(call: string, kind: Payment['kind'], options: ApproveOptions, violations: Violation[]): ApprovedPayment {
    const at = this.#clock();
    const day = koreanDay(at);
    const { amount, mallId = this.malls[0]!.mallId, capture, basket = [] } = options;
    const shopTransactionId = options.shopTransactionId ?? `approval-${this.#serial + 1}`;
    if (typeof mallId === 'string' && !this.#secretKeys.has(mallId)) {
      violations.push(violation('mallId', 'mall', 'is no mall of this simulator.', 'Add it to the `malls` option.'));
    }
    const key = keyOf(day, mallId, shopTransactionId);
    if (this.#keys.has(key)) {
      violations.push(violation('shopTransactionId', 'oneOf', 'was used before on this day (KST).', 'Give another one.'));
    }
    SimulatorUsageError.throwIfAny(call, violations);

    const pgCno = this.#pgCno(at);
    const payMethodTypeCode = kind === 'cash-receipt' ? '00' : (options.payMethodTypeCode ?? PayMethod.Card);
    const manualCapture = capture === 'manual';
    const payment: Payment = {
      kind,
      pgCno,
      mallId,
      amount,
      shopTransactionId,
      shopOrderNo: options.shopOrderNo ?? `order-${this.#serial}`,
      approvalReqDate: day,
      payMethodTypeCode,
      balance: amount,
      statusCode: statusOfApproval(payMethodTypeCode, manualCapture),
      manualCapture,
      partialCancel: options.partialCancel ?? true,
      complexTax: options.complexTax ?? false,
      basket: basket.map((one) => ({
        productPgCno: this.#pgCno(at),
        sellerId: one.sellerId,
        amount: one.amount,
        balance: one.amount,
      })),
    };
    this.#payments.set(pgCno, payment);
    // KICC: the key is unique per request, whatever the request; so an approval takes its key as a cancel does.
    this.#keys.set(key, { succeeded: true, approval: payment });
    const { shopOrderNo, approvalReqDate, basket: products } = show(payment);
    return { pgCno, mallId, amount, shopTransactionId, shopOrderNo, approvalReqDate, basket: products };
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

  #isSigned(body: unknown): boolean {
    if (!isRecord(body)) return false;
    const { mallId, pgCno, shopTransactionId, msgAuthValue } = body;
    const secretKey = typeof mallId === 'string' ? this.#secretKeys.get(mallId) : undefined;
    if (secretKey === undefined || typeof pgCno !== 'string' || typeof shopTransactionId !== 'string') return false;
    return msgAuthValue === messageAuthValue(secretKey, { pgCno, shopTransactionId });
  }

  /** A copy of the time, since a test's clock may hand out one Date and move it. */
  #clock(): Date {
    return new Date(this.#now());
  }

  #won(amount: number): number | string {
    return this.#profile.amounts === 'string' ? String(amount) : amount;
  }

  /** A PG transaction id in the form seen at KICC: `yyMMddHHmmss` (KST) and 8 digits. */
  #pgCno(at: Date): string {
    return koreanDateTime(at).slice(2) + String(10_000_000 + ++this.#serial);
  }
}

function withoutSignature(body: unknown, signed: boolean): unknown {
  if (!isRecord(body)) return undefined;
  if (!Object.hasOwn(body, 'msgAuthValue')) return body;
  return { ...body, msgAuthValue: signed ? '(valid)' : '(invalid)' };
}

function keyOf(day: string, mallId: string, shopTransactionId: string): string {
  // KICC blocks the bar in every value, so it can part them.
  return `${day}|${mallId}|${shopTransactionId}`;
}

function show(payment: Payment): SimulatedPayment {
  const { kind, pgCno, mallId, payMethodTypeCode, amount, balance, statusCode } = payment;
  const { shopTransactionId, shopOrderNo, approvalReqDate } = payment;
  const statusMessage = STATUS_MESSAGES[statusCode] ?? '';
  const basket = payment.basket.map(({ productPgCno, sellerId, amount }) => ({ productPgCno, sellerId, amount }));
  const who = { kind, pgCno, mallId, shopTransactionId, shopOrderNo, approvalReqDate };
  return { ...who, payMethodTypeCode, amount, balance, statusCode, statusMessage, basket };
}

function describeMethod({ kind, payMethodTypeCode }: Payment): string {
  return kind === 'cash-receipt' ? 'stand-alone cash receipt' : `payment made by method ${payMethodTypeCode}`;
}

function fits(payment: Payment, reviseTypeCode: string): boolean {
  if (payment.kind === 'cash-receipt' || RECEIPT_TYPES.includes(reviseTypeCode)) {
    return payment.kind === 'cash-receipt' && RECEIPT_TYPES.includes(reviseTypeCode);
  }
  const methods = PARTIAL_METHODS[reviseTypeCode];
  return !methods || methods.includes(payment.payMethodTypeCode);
}

function amountOf(payment: Payment, { reviseTypeCode, amount }: ReviseRequestBody): number {
  if (reviseTypeCode === ReviseType.Capture) return 0;
  return isPartial(reviseTypeCode) ? (amount ?? 0) : payment.balance;
}

function productOf(payment: Payment, { basketInfo }: ReviseRequestBody): (SimulatedProduct & { balance: number }) | undefined {
  return payment.basket.find(
    ({ productPgCno, sellerId }) => productPgCno === basketInfo?.productPgCno && sellerId === basketInfo.sellerId,
  );
}

function statusOfApproval(payMethodTypeCode: string, manualCapture: boolean): string {
  if (payMethodTypeCode === PayMethod.VirtualAccount) return TransactionStatus.DepositAwaited;
  // KICC: with automatic capture the state right after the approval is "capture requested".
  return CARDS.includes(payMethodTypeCode) && !manualCapture ? TransactionStatus.CaptureRequested : TransactionStatus.Approved;
}

function statusAfter(payment: Payment, reviseTypeCode: string, today: string): string {
  if (reviseTypeCode === ReviseType.Capture) return TransactionStatus.CaptureRequested;
  // Observed: parts that add up to the whole leave it "partially cancelled".
  if (isPartial(reviseTypeCode)) return TransactionStatus.PartiallyCancelled;
  // Observed: TS02 on the day of the approval, TS05 some days later.
  const captured = reviseTypeCode === ReviseType.FullCancel && today !== payment.approvalReqDate;
  return captured ? TransactionStatus.CaptureCancelled : TransactionStatus.ApprovalCancelled;
}

/** KICC's table of answers promises little of a refusal; no public example of one exists. */
function refusalBody(resCd: string, resMsg: string, { mallId, shopTransactionId }: JsonObject): JsonObject {
  return Object.freeze({ resCd, resMsg, mallId, shopTransactionId });
}

function respond(answer: JsonObject | undefined, delayMs = 0): SimulatedReply {
  if (!answer) return { ...page(400), delayMs };
  return { kind: 'answer', httpStatus: 200, contentType: JSON_TYPE, body: JSON.stringify(answer), delayMs };
}

/** KICC promises no body with any status other than 200; this is what a web server in front of it would say. */
function page(httpStatus: number): SimulatedReply & { kind: 'answer' } {
  const location = httpStatus < 400 && httpStatus >= 300 ? { location: REDIRECT } : {};
  return { kind: 'answer', httpStatus, contentType: HTML_TYPE, ...location, body: HTML, delayMs: 0 };
}

/** Something of the same form that is not the same. */
function different(value: unknown): string {
  const right = typeof value === 'string' && value !== '' ? value : '-';
  return right.slice(0, -1) + (right.endsWith('0') ? '1' : '0');
}

function isExpectedType(contentType: string | undefined): boolean {
  return /^application\/json;charset="?utf-8"?$/i.test(contentType?.replace(/\s/g, '') ?? '');
}

/** Undefined if this is no JSON. What was not UTF-8 shows as replacement characters once it is a string. */
function parse(bodyText: string): unknown {
  if (bodyText.includes('\uFFFD')) return undefined;
  try {
    return JSON.parse(bodyText) as unknown;
  } catch {
    return undefined;
  }
}

function objectOrThrow(call: string, value: unknown): JsonObject {
  if (isRecord(value)) return value;
  throw new SimulatorUsageError(call, [violation('', 'object', 'is not an object.', 'Give { amount: 10000 }, for example.')]);
}

function checkBasket(basket: unknown, amount: unknown): Violation[] {
  if (!Array.isArray(basket)) {
    return [violation('basket', 'type', 'is not an array.', 'Give [{ sellerId, amount }].')];
  }
  const violations = basket.flatMap((product: unknown, index) =>
    isRecord(product)
      ? checkFields(basketOptionFields, product, 'caller', `basket[${index}].`)
      : [violation(`basket[${index}]`, 'object', 'is not an object.', 'Give { sellerId, amount }.')],
  );
  if (violations.length > 0 || basket.length === 0) return violations;
  const sum = (basket as { amount: number }[]).reduce((total, product) => total + product.amount, 0);
  if (sum === amount) return [];
  return [violation('basket', 'basket', 'does not add up to amount.', "Make its products' amounts add up to amount.")];
}

function checkOptions(options: unknown): void {
  const given = objectOrThrow('start', options);
  const { malls, now, profile } = given;
  const violations = Object.keys(given)
    .filter((name) => !['malls', 'now', 'profile', 'codes'].includes(name))
    .map((name) => violation(name, 'unknownField', 'is no option.', 'Use malls, now, profile, codes (and port, with HTTP).'));
  if (now !== undefined && typeof now !== 'function') {
    violations.push(violation('now', 'type', 'is not a function.', 'Give () => Date.'));
  }
  if (malls !== undefined) violations.push(...checkMalls(malls));
  for (const [name, value] of Object.entries(profile ?? {})) {
    const field = `profile.${name}`;
    if (!Object.hasOwn(PROFILE_VALUES, name)) {
      const remedy = `Use ${Object.keys(PROFILE_VALUES).join(', ')}.`;
      violations.push(violation(field, 'unknownField', 'is no choice of a profile.', remedy));
      continue;
    }
    const values = PROFILE_VALUES[name as keyof SimulatorProfile];
    if (value === undefined || values.includes(value as string)) continue;
    violations.push(violation(field, 'oneOf', 'is none of its values.', `Use ${values.join(' or ')}.`));
  }
  SimulatorUsageError.throwIfAny('start', violations);
}

function checkMalls(malls: unknown): Violation[] {
  if (!Array.isArray(malls) || malls.length === 0) {
    return [violation('malls', 'type', 'names no mall.', 'Give [{ mallId, secretKey }], or leave it out.')];
  }
  const violations: Violation[] = [];
  const seen = new Set<unknown>();
  malls.forEach((mall: unknown, index) => {
    const path = `malls[${index}]`;
    if (!isRecord(mall)) {
      violations.push(violation(path, 'object', 'is not an object.', 'Give { mallId, secretKey }.'));
      return;
    }
    const { mallId, secretKey } = mall;
    violations.push(...checkFields({ mallId: reviseRequestFields.mallId }, { mallId }, 'wire', `${path}.`));
    if (typeof secretKey !== 'string' || secretKey === '') {
      violations.push(
        violation(`${path}.secretKey`, 'required', 'is missing.', 'Give any text; the shop signs with the same.'),
      );
    }
    if (seen.has(mallId)) violations.push(violation(`${path}.mallId`, 'mall', 'is there twice.', 'Name each mall once.'));
    seen.add(mallId);
  });
  return violations;
}
