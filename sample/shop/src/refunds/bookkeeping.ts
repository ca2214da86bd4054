import { Injectable } from '@nestjs/common';
import {
  amountGivenBack,
  OnKiccNotification,
  type KiccNotification,
  type NotificationContext,
  type Revision,
} from 'nestjs-kicc';
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
  async book(revision: Revision, manager: EntityManager, corrected?: Revision): Promise<void> {
    // Whoever was told otherwise has to hear of it.
    const note = corrected ? setRight(corrected, revision) : revision.status === 'succeeded' ? null : whyNot(revision);
    const state = stateAfter(revision);
    // Of a full cancel KICC gives back less than was asked for, where a part had gone back that the books did not know.
    const amount = state === 'refunded' ? amountGivenBack(revision) || undefined : undefined;
    await moveRefund(manager, revision.shopTransactionId, { state, note, ...(amount === undefined ? {} : { amount }) });
  }

  /** The money of a refund to a bank account came back. */
  @OnKiccNotification('51')
  async bounced(_: KiccNotification<'51'>, { revision, confirmed, transaction }: NotificationContext): Promise<void> {
    if (revision && confirmed) {
      await moveRefund(transaction as EntityManager, revision.shopTransactionId, { state: 'bounced' });
    }
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
