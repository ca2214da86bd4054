import type { RefundInfo, ReviseRequest } from 'nestjs-kicc';
import type { Order } from '../orders/order.entity.js';
import type { Refund } from './refund.entity.js';
import { now } from '../shop-clock.js';
import { minuteInKorea } from '../web/words.js';

/**
 * Whether an order is refunded to a bank account: one paid into a virtual account, and by mobile phone once the month of its
 * payment (in Korea) is over, when KICC cancels it no more.
 */
export function needsAccount({ payMethodTypeCode, orderedAt }: Order, at: Date | number = now()): boolean {
  const isOfThatMonth = minuteInKorea(orderedAt).slice(0, 7) === minuteInKorea(at).slice(0, 7);
  return payMethodTypeCode === '22' || (payMethodTypeCode === '31' && !isOfThatMonth);
}

/**
 * What KICC is asked for, so that a refund is made. Of the same refund, it is always the same.
 * @param account where the money goes, if to a bank account; it is in no table of the shop's.
 */
export function reviseRequestOf(refund: Refund, order: Order, account?: RefundInfo): ReviseRequest {
  const { id, amount, balanceBefore, taxationAmount, taxFreeAmount, vatAmount } = refund;
  const common = {
    shopTransactionId: id,
    pgCno: order.pgCno,
    reviseMessage: refund.reason,
    clientId: refund.requestedBy,
    approvedAmount: order.amount,
  };
  const isWhole = amount === order.amount;
  const taxInfo = order.complexTax ? { taxInfo: { taxationAmount, taxFreeAmount, vatAmount } } : {};
  // The rest after a part goes back as a part, too.
  const part = { amount, remainAmount: balanceBefore, ...taxInfo };
  if (account) {
    const refundOf = { ...common, reviseTypeCode: '63', refundInfo: account } as const;
    return isWhole ? { ...refundOf, reviseSubTypeCode: '10' } : { ...refundOf, reviseSubTypeCode: '11', ...part };
  }
  if (isWhole) return { ...common, reviseTypeCode: '40' };
  // Cards and simple pay by 32, transfers and mobile payments by 33.
  return { ...common, reviseTypeCode: ['21', '31'].includes(order.payMethodTypeCode) ? '33' : '32', ...part };
}
