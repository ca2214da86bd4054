import { Injectable } from '@nestjs/common';
import { OnKiccNotification, type KiccNotification, type NotificationContext, type Revision } from 'nestjs-kicc';
import { OnRevisionSettled } from 'nestjs-kicc/typeorm';
import type { EntityManager } from 'typeorm';
import type { RefundState } from './refund.entity.js';
import { moveRefund } from './refunds.service.js';

/**
 * Writes what became of a refund into the shop's books, in the very transaction that settles the revision, and sets them right
 * where that turns out to be wrong.
 */
@Injectable()
export class Bookkeeping {
  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager): Promise<void> {
    await moveRefund(manager, revision.shopTransactionId, stateAfter(revision));
  }

  /** The money of a refund to a bank account came back. */
  @OnKiccNotification('51')
  async bounced(_: KiccNotification<'51'>, { revision, confirmed, transaction }: NotificationContext): Promise<void> {
    if (revision && confirmed) await moveRefund(transaction as EntityManager, revision.shopTransactionId, 'bounced');
  }
}

function stateAfter({ status, settledBy, completion }: Revision): RefundState {
  if (completion === 'bounced') return 'bounced';
  if (status === 'succeeded') return 'refunded';
  return settledBy === 'withdrawal' ? 'not_sent' : 'declined';
}
