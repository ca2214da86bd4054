import { Injectable } from '@nestjs/common';
import { OnKiccNotification, type KiccNotification, type NotificationContext, type Revision } from 'nestjs-kicc';
import { OnRevisionSettled } from 'nestjs-kicc/typeorm';
import type { EntityManager } from 'typeorm';
import { Refund, type RefundState } from './refund.entity.js';
import { refreshOrder } from './refunds.service.js';

/**
 * Writes what became of a refund into the shop's books, in the very transaction that settles the revision, and sets them right
 * where that turns out to be wrong.
 */
@Injectable()
export class Bookkeeping {
  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager, corrected?: Revision): Promise<void> {
    const refund = await manager.findOneBy(Refund, { id: revision.shopTransactionId });
    if (!refund) return;
    await manager.update(
      Refund,
      { id: refund.id },
      {
        state: stateAfter(revision),
        // Whoever was told otherwise has to hear of it.
        note: corrected ? setRight(corrected, revision) : revision.status === 'succeeded' ? null : whyNot(revision),
      },
    );
    await refreshOrder(manager, refund.orderId);
  }

  /** The money of a refund to a bank account came back. */
  @OnKiccNotification('51')
  async bounced(_: KiccNotification<'51'>, { revision, confirmed, transaction }: NotificationContext): Promise<void> {
    if (!revision || !confirmed) return;
    const manager = transaction as EntityManager;
    const refund = await manager.findOneBy(Refund, { id: revision.shopTransactionId });
    if (!refund) return;
    await manager.update(Refund, { id: refund.id }, { state: 'bounced' });
    await refreshOrder(manager, refund.orderId);
  }
}

function stateAfter({ status, settledBy }: Revision): RefundState {
  if (status === 'succeeded') return 'refunded';
  return settledBy === 'withdrawal' ? 'not_sent' : 'declined';
}

function setRight(before: Revision, after: Revision): string {
  const was = before.status === 'declined' ? '환불되지 않음' : '환불 완료';
  const is = after.status === 'declined' ? `환불되지 않음. ${whyNot(after)}` : '환불 완료';
  return `정정: ${was} → ${is}`.slice(0, 300);
}

function whyNot({ settledBy, refusal, verdict }: Revision): string {
  if (settledBy === 'withdrawal') return '보내기 전에 철회함';
  if (settledBy === 'verdict') return `담당자 판정: ${verdict?.reason ?? ''}`.slice(0, 300);
  return `KICC가 거절함: ${refusal?.resMsg ?? refusal?.resCd ?? `HTTP ${refusal?.httpStatus}`}`.slice(0, 300);
}
