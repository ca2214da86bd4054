import type { Order, OrderItem, OrderState } from '../orders/order.entity.js';
import type { Refund, RefundItem } from './refund.entity.js';
import { taxOf, type TaxSplit } from './split-tax.js';

/** Refunds that took money out, or may have: those whose outcome is open count in full. */
export function counting(refunds: readonly Refund[]): readonly Refund[] {
  return refunds.filter(({ state }) => state === 'processing' || state === 'refunded');
}

export function sum(refunds: readonly Pick<Refund, 'amount'>[]): number {
  return refunds.reduce((total, { amount }) => total + amount, 0);
}

/** KRW of an order that can still be refunded. */
export function balanceOf({ amount, refunds }: Pick<Order, 'amount' | 'refunds'>): number {
  return amount - sum(counting(refunds));
}

/** KRW for so many items of an order; where it is said, for those alone that are exempt from VAT. */
export function costOf({ items }: Pick<Order, 'items'>, some: readonly RefundItem[], exemptAlone = false): number {
  return some.reduce((total, { line, quantity }) => {
    const item = items.find((one) => one.line === line);
    return item && (item.taxFree || !exemptAlone) ? total + item.unitPrice * quantity : total;
  }, 0);
}

/** How what can still be refunded divides. */
export function taxLeft({ items, refunds }: Pick<Order, 'items' | 'refunds'>): TaxSplit {
  const exempt = costOf({ items }, items, true);
  const all = taxOf(costOf({ items }, items) - exempt, exempt);
  const gone = (part: keyof TaxSplit): number => counting(refunds).reduce((total, refund) => total + refund[part], 0);
  return {
    taxationAmount: all.taxationAmount - gone('taxationAmount'),
    taxFreeAmount: all.taxFreeAmount - gone('taxFreeAmount'),
    vatAmount: all.vatAmount - gone('vatAmount'),
  };
}

/** How many of an item were not taken back yet. */
export function quantityLeft({ line, quantity }: OrderItem, { refunds }: Pick<Order, 'refunds'>): number {
  const back = counting(refunds).flatMap(({ items }) => items.filter((item) => item.line === line));
  return quantity - back.reduce((total, item) => total + item.quantity, 0);
}

/** The state of an order with these refunds. */
export function stateOf(amount: number, refunds: readonly Refund[]): OrderState {
  if (refunds.some(({ state }) => state === 'processing')) return 'refunding';
  const refunded = sum(counting(refunds));
  return refunded === 0 ? 'paid' : refunded < amount ? 'partly_refunded' : 'refunded';
}
