import type { EntityManager } from 'typeorm';
import * as sql from '../sql/settled-handlers.js';

/** What {@link OnRevisionSettled} stands on. */
export type RevisionSettledHandler = sql.RevisionSettledHandler<EntityManager>;

/**
 * As `OnRevisionSettled` of `nestjs-kicc/sql`, with TypeORM's `EntityManager` as the transaction.
 * @example
 * \@OnRevisionSettled()
 * async book(revision: Revision, manager: EntityManager): Promise<void> {
 *   await manager.update(Refund, { id: revision.shopTransactionId }, { status: revision.status });
 * }
 */
export function OnRevisionSettled(): <T extends RevisionSettledHandler>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<T>,
) => void {
  return sql.OnRevisionSettled();
}
