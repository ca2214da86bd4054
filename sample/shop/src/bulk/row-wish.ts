import type { Order } from '../orders/order.entity.js';
import { wishOf as wishOfForm } from '../refunds/refund-form.js';
import { RefundsService, type RefundWish } from '../refunds/refunds.service.js';
import { needsAccount } from '../refunds/revise-request-of.js';
import { faultsOf, NotPossible, statusOf } from '../web/faults.js';
import type { DraftRow } from './bulk-draft.entity.js';

/**
 * What a row asks of its order: what it asked for when it was checked, if it was, and nothing else.
 * @throws {BadRequestException} KICC would not take its amount or its reason.
 * @throws {NotPossible} such an order is in no bulk.
 */
export function wishOf(order: Order, { amount, reason, refund }: DraftRow, by: string): RefundWish {
  if (order.state === 'refunded') {
    throw new NotPossible('이미 전액 취소된 주문입니다.', 'All of it has been refunded.');
  }
  if (needsAccount(order)) {
    throw new NotPossible(
      '환불받을 계좌가 필요한 주문입니다. 주문 화면에서 취소해 주세요.',
      'It is refunded to a bank account, which it needs. Refund it on the page of the order.',
    );
  }
  const refundId = refund?.id ?? RefundsService.nextId(order);
  const form = { refundId, reason, what: amount === '' ? 'rest' : 'amount', amount, seen: refund?.balance.toString() };
  return wishOfForm(form, order, by);
}

/** A row with what is wrong with it. What is no fault of its own is thrown on. */
export function withFault(row: DraftRow, error: unknown): DraftRow {
  if (statusOf(error) >= 500) throw error;
  return { ...row, faults: faultsOf(error) };
}
