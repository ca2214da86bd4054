import { TransactionStatus } from '../protocol/codes.js';
import { koreanDateTime } from '../protocol/korean-date.js';
import type { ReviseRequestBody } from '../protocol/revise-request.js';
import { refusalCodes, type RefusalReason } from './refusals.js';
import type { JsonObject } from './simulated-answer.js';
import { applyChange, type PaymentChange } from './simulated-change.js';
import {
  bounceNotification,
  changeNotification,
  completionNotification,
  escrowNotification,
  type SimulatedNotification,
} from './simulated-notification.js';
import type { Payment, SimulatedEffect } from './simulated-payment.js';
import { Refunds, type Refund } from './simulated-refund.js';
import type { MallKeys, RequestEntry, SimulatedProblem } from './simulated-request.js';
import { SIMULATOR_MALL, type SimulatedKiccOptions } from './simulator-options.js';

/** A request key on the day it was used. */
export interface KeyRecord {
  /** What was answered; undefined while the request is under way, and for an approval, which is answered as it now stands. */
  readonly answer?: JsonObject;
  /** Only what was carried out can be queried. */
  readonly succeeded: boolean;
  readonly approval?: Payment;
  readonly refund?: Refund | undefined;
}

/** Something that was done to a payment, by a shop's request or in the merchant console. */
export interface Deed {
  readonly payment: Payment;
  readonly sent: ReviseRequestBody;
  readonly change: PaymentChange;
  readonly cancelPgCno: string;
  readonly at: Date;
}

/** What KICC keeps, and what a test may see of it. */
export class SimulatedBooks {
  readonly mallKeys: Map<string, MallKeys>;
  readonly codes: Readonly<Record<RefusalReason, string>>;
  readonly payments = new Map<string, Payment>();
  /** By {@link keyOf}. */
  readonly keys = new Map<string, KeyRecord>();
  readonly effects: SimulatedEffect[] = [];
  readonly problems: SimulatedProblem[] = [];
  readonly requests: RequestEntry[] = [];
  readonly notifications: SimulatedNotification[] = [];
  readonly refunds = new Refunds({
    completed: (refund, at) => {
      const { payment, statusCode, cancelPgCno } = refund;
      this.notify(
        payment.escrow ? escrowNotification(payment, statusCode, at, cancelPgCno) : completionNotification(refund, at),
      );
    },
    bounced: (refund, at) => {
      const { payment, sent, amount, cancelPgCno } = refund;
      this.#effect(sent, { at, amount: -amount, balanceAfter: payment.balance, cancelPgCno, bounceOf: cancelPgCno });
      this.notify(bounceNotification(refund, at));
    },
  });
  /** Of the id given last. */
  serial = 0;
  readonly #now: () => Date;
  readonly #onNotification: (notification: SimulatedNotification) => void;

  constructor({
    now = () => new Date(),
    malls = [SIMULATOR_MALL],
    codes,
    onNotification = () => undefined,
  }: SimulatedKiccOptions) {
    this.#now = now;
    this.#onNotification = onNotification;
    this.codes = refusalCodes(codes);
    this.mallKeys = new Map(malls.map(({ mallId, secretKey }) => [mallId, { secretKey }]));
  }

  /** What time it is here. A copy, since a test's clock may hand out one Date and move it. */
  now(): Date {
    return new Date(this.#now());
  }

  /** What time it is here; what is due by then has happened. */
  clock(): Date {
    const now = this.now();
    this.refunds.settleUntil(now);
    return now;
  }

  /** A PG transaction id in the form seen at KICC: `yyMMddHHmmss` (KST) and 8 digits. */
  nextPgCno(at: Date): string {
    return koreanDateTime(at).slice(2) + String(10_000_000 + ++this.serial);
  }

  /** Moves the money. @returns the refund that goes on from here, if it is one. */
  carryOut({ payment, sent, change, cancelPgCno, at }: Deed): Refund | undefined {
    const { amount, balanceAfter, takes, statusCode, refundAt, depositPgCno } = change;
    const statusBefore = payment.statusCode;
    applyChange(payment, change);
    this.#effect(sent, { at, amount, balanceAfter, cancelPgCno });
    this.refunds.completedByShop(payment);
    if (!refundAt) return undefined;
    const refund = { payment, sent, cancelPgCno, amount, depositPgCno, takes, statusBefore, statusCode };
    return this.refunds.accept(refund, refundAt);
  }

  /** A settlement refund is notified once it is completed, everything else at once. */
  notifyOf({ payment, change, cancelPgCno, at }: Deed): void {
    const { statusCode } = change;
    if (payment.escrow) this.notify(escrowNotification(payment, statusCode, at, cancelPgCno));
    else if (statusCode !== TransactionStatus.RefundRequested) {
      this.notify(changeNotification(payment, change, cancelPgCno, at));
    }
  }

  #effect(
    { mallId, pgCno, shopTransactionId, reviseTypeCode, reviseSubTypeCode }: ReviseRequestBody,
    what: Pick<SimulatedEffect, 'at' | 'amount' | 'balanceAfter' | 'cancelPgCno' | 'bounceOf'>,
  ): void {
    const kind = { reviseTypeCode, ...(reviseSubTypeCode === undefined ? {} : { reviseSubTypeCode }) };
    this.effects.push(Object.freeze({ mallId, pgCno, shopTransactionId, ...kind, ...what }));
  }

  /** Tells whoever listens, once everything else has happened. */
  notify(notification: SimulatedNotification): void {
    this.notifications.push(notification);
    this.#onNotification(notification);
  }
}

/** KICC forgets its keys at midnight (KST), and the query asks for day, mall and key. */
export function keyOf(day: string, mallId: string, shopTransactionId: string): string {
  // KICC blocks the bar in every value, so it can part them.
  return `${day}|${mallId}|${shopTransactionId}`;
}
