import { Injectable } from '@nestjs/common';
import { OnKiccNotification, type KiccNotification, type NotificationContext, type Revision } from 'nestjs-kicc';
import { OnRevisionSettled } from 'nestjs-kicc/typeorm';
import type { EntityManager } from 'typeorm';
import { Refund } from './refund.entity.js';
import { refreshOrder } from './refunds.service.js';

/** Writes what became of a refund into the shop's books, in the very transaction that settles the revision. */
@Injectable()
export class Bookkeeping {
  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager): Promise<void> {
    const refund = await manager.findOneBy(Refund, { id: revision.shopTransactionId });
    if (!refund) return;
    const succeeded = revision.status === 'succeeded';
    await manager.update(
      Refund,
      { id: refund.id },
      {
        state: succeeded ? 'refunded' : 'declined',
        settledAt: revision.settledAt?.getTime() ?? null,
        cancelPgCno: succeeded ? (revision.response?.cancelPgCno ?? null) : null,
        note: succeeded ? null : whyNot(revision),
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

function whyNot({ settledBy, refusal, verdict }: Revision): string {
  if (settledBy === 'withdrawal') return '전송 전에 회수함 (withdrawn before it was sent)';
  if (settledBy === 'verdict') return `담당자 판정: ${verdict?.reason ?? ''}`.slice(0, 300);
  return `KICC: ${refusal?.resCd ?? refusal?.httpStatus ?? ''} ${refusal?.resMsg ?? ''}`.trim().slice(0, 300);
}
