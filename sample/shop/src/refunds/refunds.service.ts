import { Injectable, Logger } from '@nestjs/common';
import { RevisePaymentService, type RefundInfo } from 'nestjs-kicc';
import type { EntityManager } from 'typeorm';
import { ShopTransactions } from '../database/shop-transactions.js';
import { Order } from '../orders/order.entity.js';
import { wholeOrder } from '../orders/orders.service.js';
import { now } from '../shop-clock.js';
import { balanceOf, quantityLeft, stateOf, taxLeft } from './balance.js';
import { NotPossible } from '../web/not-possible.error.js';
import { Refund, type RefundItem } from './refund.entity.js';
import { reviseRequestOf } from './revise-request-of.js';
import { splitTax } from './split-tax.js';

/** What of an order is to go back: all that is left, an amount, or so many of each item. */
export type Wanted =
  | { readonly kind: 'rest' }
  | { readonly kind: 'amount'; readonly amount: number }
  | { readonly kind: 'items'; readonly quantities: ReadonlyMap<number, number> };

export interface RefundWish {
  readonly refundId: string;
  readonly reason: string;
  /** Who asks. */
  readonly by: string;
  readonly wanted: Wanted;
  /** Where the money of a payment into a virtual account goes. */
  readonly account?: RefundInfo | undefined;
  /** KRW that somebody has seen and confirmed. */
  readonly expected?: number | undefined;
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
   * @throws {NotPossible} the order does not allow it (any more).
   * @throws {KiccError} the library refuses it; nothing was noted.
   */
  async request(orderId: string, wish: RefundWish): Promise<Refund> {
    const refund = await this.transactions.run(async (manager) => {
      const order = await this.read(manager, orderId);
      const standing = order.refunds.find(({ id }) => id === wish.refundId);
      if (standing) return sameOr(standing, this.prepare({ ...order, refunds: before(order, standing) }, wish));
      const prepared = this.prepare(order, wish);
      const request = reviseRequestOf(prepared, order, wish.account);
      await this.note(manager, prepared);
      await this.payments.record(request, manager);
      return prepared;
    });
    await this.send(refund.id);
    return refund;
  }

  /**
   * The refund as it would be noted, of what could be sent.
   * @throws {NotPossible}
   */
  preview(order: Order, wish: RefundWish): Refund {
    const refund = this.prepare(order, wish);
    reviseRequestOf(refund, order, wish.account);
    return refund;
  }

  /** Notes a refund whose outcome is open. */
  async note(manager: EntityManager, refund: Refund): Promise<void> {
    await manager.save(refund);
    await manager.update(Order, { id: refund.orderId }, { state: 'refunding' });
  }

  /** Sends what was taken in, and waits a moment for it. What takes longer goes on by itself. */
  async send(refundId: string): Promise<void> {
    const sent = this.payments.settle(refundId).catch((error: unknown) => {
      this.#logger.warn(`Refund ${refundId} is sent by recovery (${error instanceof Error ? error.name : 'error'}).`);
    });
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([sent, new Promise((resolve) => (timer = setTimeout(resolve, USUAL_MS)))]);
    clearTimeout(timer);
  }

  /** An order with all that belongs to it, locked where that is possible. */
  async read(manager: EntityManager, orderId: string): Promise<Order> {
    const { lock } = this.transactions;
    if (lock) await manager.findOne(Order, { where: { id: orderId }, lock });
    return wholeOrder(manager, orderId);
  }

  /**
   * The row of a refund as it would be noted.
   * @throws {NotPossible}
   */
  prepare(order: Order, { refundId, reason, by, wanted, expected }: RefundWish): Refund {
    if (refundId !== RefundsService.nextId(order)) {
      throw new NotPossible(
        '그사이 이 주문의 취소 내역이 바뀌었습니다. 아래 내용을 다시 확인해 주세요.',
        'Meanwhile another refund of this order was asked for. Look again at what stands here.',
      );
    }
    const open = order.refunds.find(({ state }) => state === 'processing');
    if (open) {
      throw new NotPossible(
        `먼저 요청한 취소(${open.id})의 결과를 확인하고 있습니다. 결과가 나온 뒤 다시 시도해 주세요.`,
        `The outcome of ${open.id} is being found out. Wait for it, then ask again.`,
      );
    }
    const balance = balanceOf(order);
    const items = wanted.kind === 'items' ? chosen(order, wanted.quantities) : [];
    const amount = wanted.kind === 'rest' ? balance : wanted.kind === 'amount' ? wanted.amount : costOf(order, items);
    if (!Number.isSafeInteger(amount) || amount < 1) {
      throw new NotPossible('취소할 상품의 수량이나 금액을 입력해 주세요.', 'Say how many of an item, or what amount.', 'what');
    }
    if (amount > balance) {
      throw new NotPossible(
        `취소 가능 금액 ${balance.toLocaleString('ko-KR')}원을 넘습니다.`,
        `That is more than the ₩${balance.toLocaleString('ko-KR')} that can still be refunded.`,
        'amount',
      );
    }
    if (expected !== undefined && amount !== expected) {
      throw new NotPossible(
        `그사이 취소할 금액이 ${amount.toLocaleString('ko-KR')}원으로 바뀌었습니다. 다시 확인해 주세요.`,
        `Meanwhile it has become ₩${amount.toLocaleString('ko-KR')}. Look again.`,
      );
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
      note: null,
      bulkId: null,
      items: wanted.kind === 'rest' ? everything(order) : items,
    } satisfies Omit<Refund, 'order'>);
  }
}

/** Moves a refund on in the books, and its order with it. What is no refund of the shop's is left alone. */
export async function moveRefund(
  manager: EntityManager,
  id: string,
  change: Pick<Refund, 'state'> & Partial<Pick<Refund, 'note'>>,
): Promise<void> {
  const refund = await manager.findOneBy(Refund, { id });
  if (!refund) return;
  await manager.update(Refund, { id }, change);
  const { amount, refunds } = await wholeOrder(manager, refund.orderId);
  await manager.update(Order, { id: refund.orderId }, { state: stateOf(amount, refunds) });
}

/** The refunds that an order had before one of them. */
function before({ refunds }: Order, { sequence }: Refund): Refund[] {
  return refunds.filter((refund) => refund.sequence < sequence);
}

/** @throws {NotPossible} the same id was used for something else. */
function sameOr(standing: Refund, asked: Refund): Refund {
  const what = ({ amount, items }: Refund): string =>
    JSON.stringify([amount, items.map(({ line, quantity }) => [line, quantity]).sort()]);
  if (what(standing) === what(asked)) return standing;
  throw new NotPossible(
    '그사이 이 주문에 다른 내용의 취소가 접수되었습니다. 아래 내용을 다시 확인해 주세요.',
    'Meanwhile another refund of this order was asked for. Look again at what stands here.',
  );
}

function chosen(order: Order, quantities: ReadonlyMap<number, number>): RefundItem[] {
  const items = [...quantities].filter(([, quantity]) => quantity > 0).map(([line, quantity]) => ({ line, quantity }));
  for (const { line, quantity } of items) {
    const item = order.items.find((one) => one.line === line);
    const left = item ? quantityLeft(item, order) : 0;
    if (item && quantity <= left) continue;
    throw new NotPossible(
      `${item?.name ?? `${line}번 상품`}: 취소할 수 있는 수량은 ${left}개입니다.`,
      `${item?.name ?? `Item ${line}`}: ${left} can still be taken back.`,
      `line${line}`,
    );
  }
  return items;
}

function everything(order: Order): RefundItem[] {
  return order.items
    .map((item) => ({ line: item.line, quantity: quantityLeft(item, order) }))
    .filter(({ quantity }) => quantity > 0);
}

function costOf(order: Order, items: readonly RefundItem[], taxFree?: boolean): number {
  return items.reduce((total, { line, quantity }) => {
    const item = order.items.find((one) => one.line === line);
    return item && (taxFree === undefined || item.taxFree === taxFree) ? total + item.unitPrice * quantity : total;
  }, 0);
}
