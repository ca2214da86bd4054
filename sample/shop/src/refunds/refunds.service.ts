import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { RevisePaymentService, type RefundInfo } from 'nestjs-kicc';
import type { EntityManager } from 'typeorm';
import { ShopTransactions } from '../database/shop-transactions.js';
import { Order } from '../orders/order.entity.js';
import { lockedOrder, wholeOrder } from '../orders/orders.service.js';
import { now } from '../shop-clock.js';
import { HOLDS, NotPossible, overRefund } from '../web/faults.js';
import { won } from '../web/words.js';
import { balanceOf, costOf, quantityLeft, stateOf, taxLeft } from './balance.js';
import { Refund, type RefundItem, type RefundState } from './refund.entity.js';
import { needsAccount, reviseRequestOf } from './revise-request-of.js';
import { splitTax } from './split-tax.js';

/** What of an order is to go back: all that is left, an amount, or so many of each item. */
export type Wanted =
  | { readonly kind: 'rest' }
  | { readonly kind: 'amount'; readonly amount: number }
  | { readonly kind: 'items'; readonly items: readonly RefundItem[] };

export interface RefundWish {
  readonly refundId: string;
  readonly reason: string;
  /** Who asks. */
  readonly by: string;
  readonly wanted: Wanted;
  /** Where the money of a payment into a virtual account goes. */
  readonly account?: RefundInfo | undefined;
  /** KRW that could still be refunded when somebody looked, where that has to be so still. */
  readonly seen?: number | undefined;
}

/** How long a page waits for a refund that goes well, ms. One that takes longer is followed on the page itself. */
const USUAL_MS = 700;

/**
 * Takes refunds in: the shop's row and the library's revision in one transaction, sent after it. The id of a refund names the
 * order and which of its refunds it is, so a form that is sent twice, from two tabs or after "back", asks for one refund.
 */
@Injectable()
export class RefundsService {
  readonly #logger = new Logger(RefundsService.name);

  constructor(
    private readonly transactions: ShopTransactions,
    private readonly payments: RevisePaymentService,
  ) {}

  /** The id of the next refund of an order. */
  static nextId({ id, refunds }: Order): string {
    return `R${id}-${refunds.length + 1}`;
  }

  /**
   * Takes a refund in and sends it, and waits a moment for it. What takes longer goes on by itself.
   * @throws {NotPossible} the order does not allow it (any more).
   * @throws {KiccError} the library refuses it; nothing was noted.
   */
  async request(orderId: string, wish: RefundWish): Promise<void> {
    await this.transactions.run(async (manager) => {
      const seen = await wholeOrder(manager, orderId);
      // The same form again is taken by the library as what it has; whatever else has that id, it refuses. It locks the payment
      // before the order is locked, as where a refund is settled: so neither waits for the other.
      await this.payments.record(reviseRequestOf(this.asked(seen, wish).refund, seen, wish.account), manager);
      // Somebody else may have changed the order meanwhile.
      const { refund, isNoted } = this.asked(await lockedOrder(manager, orderId), wish);
      if (!isNoted) await this.note(manager, refund);
    });
    const sent = this.payments.settle(wish.refundId).catch((error: unknown) => {
      this.#logger.warn(`Refund ${wish.refundId} is sent by recovery (${error instanceof Error ? error.name : 'error'}).`);
    });
    await Promise.race([sent, pause(USUAL_MS, undefined, { ref: false })]);
  }

  /** A refund that is asked for by itself, as it would be noted, or as it is. */
  private asked(order: Order, wish: RefundWish): { readonly refund: Refund; readonly isNoted: boolean } {
    const noted = order.refunds.find(({ id, bulkId }) => id === wish.refundId && bulkId === null);
    return { refund: this.prepare(noted ? before(order, noted) : order, wish), isNoted: noted !== undefined };
  }

  /** Notes a refund whose outcome is open. */
  async note(manager: EntityManager, refund: Refund): Promise<void> {
    await manager.save(refund);
    await manager.update(Order, { id: refund.orderId }, { state: 'refunding' });
  }

  /**
   * A refund as it would be noted. Nothing is done yet.
   * @throws {NotPossible}
   */
  prepare(order: Order, { refundId, reason, by, wanted, seen, account }: RefundWish): Refund {
    const balance = balanceOf(order);
    // A refund that was booked otherwise meanwhile has changed the balance under the same id.
    if (refundId !== RefundsService.nextId(order) || (seen !== undefined && seen !== balance)) {
      throw new NotPossible(
        `그사이 이 주문의 취소 내역이 바뀌어 이번 취소는 처리하지 않았습니다. 지금 취소 가능 금액은 ${won(balance, 'ko')}입니다. 다시 확인해 주세요.`,
        `Meanwhile the refunds of this order have changed, so this one was not made. ${won(balance, 'en')} can be refunded now. Look again.`,
      );
    }
    if (order.refunds.some(({ state }) => state === 'processing')) throw new NotPossible(...HOLDS.open);
    const items = itemsOf(order, wanted);
    const amount = wanted.kind === 'rest' ? balance : wanted.kind === 'amount' ? wanted.amount : costOf(order, items);
    if (!Number.isSafeInteger(amount) || amount < 1) {
      throw new NotPossible('취소할 상품의 수량이나 금액을 입력해 주세요.', 'Say how many of an item, or what amount.', 'what');
    }
    if (amount > balance) {
      throw new NotPossible(...overRefund(balance), wanted.kind === 'amount' ? 'amount' : 'what');
    }
    // Asked of what is new alone: what is in the books is sent as it was noted, though its month may be over by then.
    if (needsAccount(order) && !account) {
      throw new NotPossible('환불받을 계좌가 필요합니다.', 'Say to which bank account the money goes.', 'refundBankCode');
    }
    const taxFree = wanted.kind === 'items' ? costOf(order, items, true) : undefined;
    return Object.assign(new Refund(), {
      id: refundId,
      orderId: order.id,
      sequence: order.refunds.length + 1,
      amount,
      ...splitTax(amount, taxLeft(order), taxFree),
      balanceBefore: balance,
      reason,
      requestedBy: by,
      requestedAt: now().getTime(),
      state: 'processing',
      bulkId: null,
      items,
    } satisfies Omit<Refund, 'order'>);
  }
}

/** Moves a refund on in the books, and its order with it. What is no refund of the shop's is left alone. */
export async function moveRefund(manager: EntityManager, id: string, state: RefundState): Promise<void> {
  const refund = await manager.findOneBy(Refund, { id });
  if (!refund) return;
  const order = await lockedOrder(manager, refund.orderId);
  await manager.update(Refund, { id }, { state });
  const refunds = order.refunds.map((one) => (one.id === id ? { ...one, state } : one));
  await manager.update(Order, { id: order.id }, { state: stateOf(order.amount, refunds) });
}

/** An order as it was before one of its refunds. */
function before(order: Order, { sequence }: Refund): Order {
  return { ...order, refunds: order.refunds.filter((refund) => refund.sequence < sequence) };
}

/** The items that go back; of an amount, none. */
function itemsOf(order: Order, wanted: Wanted): readonly RefundItem[] {
  if (wanted.kind === 'amount') return [];
  const left = order.items.map((item) => ({ line: item.line, quantity: quantityLeft(item, order) }));
  if (wanted.kind === 'rest') return left.filter(({ quantity }) => quantity > 0);
  const items = wanted.items.filter(({ quantity }) => quantity > 0);
  for (const { line, quantity } of items) {
    const most = left.find((one) => one.line === line)?.quantity ?? 0;
    if (quantity <= most) continue;
    const name = order.items.find((one) => one.line === line)?.name;
    throw new NotPossible(
      `${name ?? `${line}번 상품`}: 취소할 수 있는 수량은 ${most}개입니다.`,
      `${name ?? `Item ${line}`}: ${most} can still be taken back.`,
      `line${line}`,
    );
  }
  return items;
}
