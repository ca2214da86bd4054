import type { KiccMall } from '../malls/kicc-malls.js';
import { violation } from '../protocol/check-fields.js';
import { TransactionStatus } from '../protocol/codes.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { koreanDay } from '../protocol/korean-date.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { checkApproveOptions, checkReceiptOptions, type ApproveOptions, type CashReceiptOptions } from './approve-options.js';
import { assertReason, type RefusalReason } from './refusals.js';
import { keyOf, SimulatedBooks, type Deed } from './simulated-books.js';
import { cancelTypeOf, changeOf, objectionTo } from './simulated-change.js';
import {
  approvalNotification,
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
import type { SimulatedProblem, SimulatedRequest } from './simulated-request.js';
import { checkSimulatorOptions } from './simulator-options.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** A mall's new secret key. */
export interface SecretChange {
  readonly mallId?: string;
  readonly secretKey: string;
  /** ms. */
  readonly oldValidForMs?: number;
}

/** What a test does beside the shop's requests, as customers, staff and banks do; and what it sees. */
export abstract class SimulatorControls {
  readonly #books: SimulatedBooks;

  /** @param of whose books these are, if they are somebody else's. */
  constructor(of: SimulatedBooks | SimulatorControls) {
    this.#books = of instanceof SimulatedBooks ? of : of.#books;
  }

  /** The malls it knows, with their keys; the first is the default. */
  get malls(): readonly KiccMall[] {
    return [...this.#books.mallKeys].map(([mallId, { secretKey }]) => Object.freeze({ mallId, secretKey }));
  }

  /**
   * Gives out one more mall.
   * @throws {SimulatorUsageError} if it is none, or known.
   */
  addMall(mall: KiccMall): void {
    SimulatorUsageError.throwIfAny('addMall', checkSimulatorOptions({ malls: [...this.malls, mall] }));
    this.#books.mallKeys.set(mall.mallId, { secretKey: mall.secretKey });
  }

  /**
   * Gives a mall a new secret key.
   * @param change `mallId` is the first by default; `oldValidForMs`: how long the old one is valid beside it, by the
   * simulator's clock; 10 minutes by default.
   * @throws {SimulatorUsageError} if there is no such mall, or this is no key.
   */
  rotateSecret({ mallId = this.malls[0]?.mallId ?? '', secretKey, oldValidForMs = 600_000 }: SecretChange): void {
    const known = this.#books.mallKeys.get(mallId);
    if (!known) {
      throw new SimulatorUsageError('rotateSecret', [
        violation('mallId', 'mall', 'is not a mall of this simulator.', 'Add it first.'),
      ]);
    }
    SimulatorUsageError.throwIfAny('rotateSecret', checkSimulatorOptions({ malls: [{ mallId, secretKey }] }));
    const until = new Date(this.#books.clock().getTime() + oldValidForMs);
    this.#books.mallKeys.set(mallId, { secretKey, old: { secretKey: known.secretKey, until } });
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
   * @throws {SimulatorUsageError} if this is not a virtual account that awaits a deposit, or not that much.
   */
  deposit(pgCno: string, amount?: number): string {
    const at = this.#books.clock();
    const payment = this.#books.payments.get(pgCno);
    const room = payment ? roomForDeposit(payment) : 0;
    if (!payment || room === 0) {
      const remedy = "Approve one with payMethodTypeCode '22'.";
      throw usageError('deposit', 'pgCno', 'is not a virtual account that awaits a deposit.', remedy);
    }
    const given = amount ?? room;
    const least = payment.multiDeposit ? 1 : room;
    if (!Number.isSafeInteger(given) || given < least || given > room) {
      const remedy = payment.multiDeposit
        ? `Give whole won from 1 to ${room}.`
        : `Leave it out, or approve with multiDeposit: true.`;
      throw usageError('deposit', 'amount', 'is not what the account takes.', remedy);
    }
    const deposit = applyDeposit(payment, this.#books.nextPgCno(at), given);
    this.#books.notify(depositNotification(payment, deposit, at));
    return deposit.depositPgCno;
  }

  /**
   * The money of a refund comes back, also of one that is completed: nothing was refunded, and the balance is what it was.
   * @throws {SimulatorUsageError} if no refund has this `cancelPgCno`, or it has bounced already.
   */
  bounce(cancelPgCno: string): void {
    const at = this.#books.clock();
    if (!this.#books.refunds.canBounce(cancelPgCno)) {
      const remedy = 'Give the cancelPgCno of a 60, 62, 63 or an escrow refund request, once.';
      throw usageError('bounce', 'cancelPgCno', 'is not a refund whose money can come back.', remedy);
    }
    this.#books.refunds.bounce(cancelPgCno, at);
  }

  /**
   * The customer confirms the purchase: `ES07` becomes `ES12`.
   * @throws {SimulatorUsageError} if this is not an escrow payment that is shipping.
   */
  confirmPurchase(pgCno: string): void {
    this.#customerMoves('confirmPurchase', pgCno, TransactionStatus.EscrowConfirmed);
  }

  /**
   * The customer rejects the purchase: `ES07` becomes `ES13`, which no request changes any more.
   * @throws {SimulatorUsageError} if this is not an escrow payment that is shipping.
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
    const at = this.#books.clock();
    const payment = this.#books.payments.get(pgCno);
    if (!payment) throw usageError('consoleCancel', 'pgCno', 'is not a payment.', 'Approve one first.');
    if (amount !== undefined && !(Number.isSafeInteger(amount) && amount > 0)) {
      throw usageError('consoleCancel', 'amount', 'is no whole number of won.', 'Give at least 1, or leave it out.');
    }
    const cancelPgCno = this.#books.nextPgCno(at);
    const sent: ReviseRequestBody = {
      mallId: payment.mallId,
      shopTransactionId: `console-${cancelPgCno}`,
      pgCno,
      reviseTypeCode: cancelTypeOf(payment, amount !== undefined),
      ...(amount === undefined ? {} : { amount }),
      cancelReqDate: koreanDay(at),
      msgAuthValue: '',
    };
    const [reason] = objectionTo(payment, sent, at) ?? [];
    if (reason) {
      throw usageError('consoleCancel', 'pgCno', `cannot be cancelled so (${reason}).`, 'Cancel what can be cancelled.');
    }
    const deed: Deed = { payment, sent, change: changeOf(payment, sent, at), cancelPgCno, at };
    this.#books.carryOut(deed);
    this.#books.notifyOf(deed);
    return cancelPgCno;
  }

  /** What really happened to the money, bounces too, in order. */
  effects(): readonly SimulatedEffect[] {
    this.#books.clock();
    return [...this.#books.effects];
  }

  /** What a strict KICC would refuse in the requests themselves, whatever the state of the payment. In order. */
  problems(): readonly SimulatedProblem[] {
    return [...this.#books.problems];
  }

  /** Every request that arrived, in order. */
  requests(): readonly SimulatedRequest[] {
    return structuredClone(this.#books.requests);
  }

  /** Every notification that KICC has produced, in order, whether or not anybody was there to hear it. */
  notifications(): readonly SimulatedNotification[] {
    this.#books.clock();
    return [...this.#books.notifications];
  }

  /** A payment or a stand-alone cash receipt as it stands now. */
  payment(pgCno: string): SimulatedPayment | undefined {
    this.#books.clock();
    const payment = this.#books.payments.get(pgCno);
    return payment && showPayment(payment);
  }

  /** Every payment and stand-alone cash receipt as it stands now, in order of approval. */
  payments(): readonly SimulatedPayment[] {
    this.#books.clock();
    return [...this.#books.payments.values()].map(showPayment);
  }

  /**
   * The `resCd` with which this simulator refuses for a reason. Drawn afresh for each simulator.
   * @throws {SimulatorUsageError} if there is no such reason.
   */
  refusalCode(reason: RefusalReason): string {
    assertReason(reason);
    return this.#books.codes[reason];
  }

  #customerMoves(call: string, pgCno: string, statusCode: string): void {
    const at = this.#books.clock();
    const payment = this.#books.payments.get(pgCno);
    if (payment?.statusCode !== TransactionStatus.EscrowShipping) {
      throw usageError(call, 'pgCno', 'is not an escrow payment that is shipping (ES07).', 'Ship it first, by 61 with ES07.');
    }
    payment.statusCode = statusCode;
    this.#books.notify(escrowNotification(payment, statusCode, at));
  }

  #issue(call: string, kind: Payment['kind'], options: ApproveOptions, violations: Violation[]): ApprovedPayment {
    const at = this.#books.clock();
    const day = koreanDay(at);
    const { mallId = this.malls[0]!.mallId } = options;
    const shopTransactionId = options.shopTransactionId ?? `approval-${this.#books.serial + 1}`;
    if (typeof mallId === 'string' && !this.#books.mallKeys.has(mallId)) {
      violations.push(violation('mallId', 'mall', 'is not a mall of this simulator.', 'Add it to the `malls` option.'));
    }
    const key = keyOf(day, mallId, shopTransactionId);
    if (this.#books.keys.has(key)) {
      violations.push(violation('shopTransactionId', 'oneOf', 'was used before on this day (KST).', 'Give another one.'));
    }
    SimulatorUsageError.throwIfAny(call, violations);

    const pgCno = this.#books.nextPgCno(at);
    const shopOrderNo = options.shopOrderNo ?? `order-${this.#books.serial}`;
    const ids = { pgCno, mallId, shopTransactionId, shopOrderNo, approvalReqDate: day };
    const payment = openPayment(kind, options, ids, () => this.#books.nextPgCno(at));
    this.#books.payments.set(pgCno, payment);
    // KICC: the key is unique per request, whatever the request; so an approval takes its key as a cancel does.
    this.#books.keys.set(key, { succeeded: true, approval: payment });
    this.#books.notify(approvalNotification(payment, at));
    return showApproval(payment);
  }
}

function usageError(call: string, field: string, message: string, remedy: string): SimulatorUsageError {
  return new SimulatorUsageError(call, [violation(field, 'state', message, remedy)]);
}
