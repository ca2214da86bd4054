import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ReviseBulkService, type BulkProgress } from 'nestjs-kicc';
import { exhaustMap, timer, type Subscription } from 'rxjs';
import { Repository, type EntityManager } from 'typeorm';
import { lockOn, ShopTransactions } from '../database/shop-transactions.js';
import type { Order } from '../orders/order.entity.js';
import { lockedOrder, OrdersService } from '../orders/orders.service.js';
import { wishOf as wishOfForm } from '../refunds/refund-form.js';
import { Refund } from '../refunds/refund.entity.js';
import { moveRefund, RefundsService, type RefundWish } from '../refunds/refunds.service.js';
import { needsAccount, reviseRequestOf } from '../refunds/revise-request-of.js';
import { now } from '../shop-clock.js';
import { faultsOf, NotPossible, statusOf } from '../web/faults.js';
import { BulkDraft, soundRows, type DraftRow } from './bulk-draft.entity.js';

const LOOK_EVERY_MS = 2_000;

/**
 * Bulk cancellations: rows are held against the orders, kept, and started by a person. Then each row's refund is in the shop's
 * books before the library's bulk is told. Whatever was started is looked at until it is done: a process that dies loses none,
 * and whichever instance comes first goes on, for each step can be repeated. It is followed, paused and stopped in the console.
 */
@Injectable()
export class BulkCancellationsService implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(BulkCancellationsService.name);
  #looks: Subscription | undefined;

  constructor(
    @InjectRepository(BulkDraft) private readonly drafts: Repository<BulkDraft>,
    @InjectRepository(Refund) private readonly refunds: Repository<Refund>,
    private readonly orders: OrdersService,
    private readonly refunding: RefundsService,
    private readonly bulks: ReviseBulkService,
    private readonly transactions: ShopTransactions,
  ) {}

  onApplicationBootstrap(): void {
    this.#looks = timer(0, LOOK_EVERY_MS)
      .pipe(exhaustMap(() => this.look().catch((error: unknown) => this.tell('Bulks', error))))
      .subscribe();
  }

  /** What is under way is left as it is: the next process goes on with it. */
  onModuleDestroy(): void {
    this.#looks?.unsubscribe();
  }

  /** @throws {EntityNotFoundError} there is none. */
  find(id: string): Promise<BulkDraft> {
    return this.drafts.findOneByOrFail({ id });
  }

  /**
   * Holds rows against what KICC takes and the orders as they stand, and keeps them; nothing is sent.
   * @returns its id.
   */
  async check(name: string, rows: readonly DraftRow[], by: string, encoding?: string): Promise<string> {
    const orders = await this.orders.findAll([...new Set(rows.map(({ orderId }) => orderId))]);
    const lines = new Map<string, number>();
    const checked = rows.map((row): DraftRow => {
      try {
        const order = orders.get(row.orderId);
        const earlier = lines.get(row.orderId);
        if (row.orderId === '') throw new NotPossible('주문번호가 없습니다.', 'The order number is missing.');
        if (!order) throw new NotPossible('없는 주문번호입니다.', 'There is no such order.');
        if (earlier !== undefined) {
          throw new NotPossible(`${earlier}행과 같은 주문입니다.`, `The same order as in line ${earlier}.`);
        }
        const { id, amount, balanceBefore: balance } = this.refunding.prepare(order, wishOf(order, row, by));
        lines.set(row.orderId, row.line);
        return { ...row, refund: { id, amount, balance } };
      } catch (error) {
        return withFault(row, error);
      }
    });
    const id = `bulk-${randomUUID()}`;
    await this.transactions.run((manager) =>
      manager.insert(BulkDraft, {
        ...{ id, name: name.slice(0, 100), state: 'checked', createdBy: by, createdAt: now().getTime() },
        content: { ...(encoding && { encoding }), rows: checked },
      }),
    );
    return id;
  }

  /**
   * Begins it, once: whoever presses again, or in another tab, begins nothing more. A row of whose order somebody has asked for
   * a refund meanwhile is left out.
   * @returns whether the library has all of it.
   */
  async start(id: string, by: string): Promise<boolean> {
    const { state, content } = await this.transactions.run(async (manager) => {
      const draft = await manager.findOneOrFail(BulkDraft, { where: { id }, ...lockOn(manager) });
      if (draft.state !== 'checked') return draft;
      const rows: DraftRow[] = [];
      // Orders are locked one after another, in the same order by whichever bulk: so none waits for one that waits for it.
      for (const row of draft.content.rows.toSorted((one, other) => (one.orderId < other.orderId ? -1 : 1))) {
        rows.push(row.faults ? row : await this.note(manager, row, id, by));
      }
      draft.content = { ...draft.content, rows: rows.sort((one, other) => one.line - other.line) };
      draft.state = soundRows(draft).length > 0 ? 'started' : 'finished';
      return manager.save(draft);
    });
    // It is in the books: what fails from here on is made up for by the next look.
    const isThere = state === 'started' && (await this.goOn(id)) !== undefined;
    return isThere && content.rows.every(({ refund, faults }) => !refund || !faults);
  }

  private async note(manager: EntityManager, row: DraftRow, bulkId: string, by: string): Promise<DraftRow> {
    try {
      const order = await lockedOrder(manager, row.orderId);
      const refund = this.refunding.prepare(order, wishOf(order, row, by));
      await this.refunding.note(manager, Object.assign(refund, { bulkId }));
      return row;
    } catch (error) {
      return withFault(row, error);
    }
  }

  /** Goes on with all that was started. It sees nothing that is not committed yet. */
  private async look(): Promise<void> {
    const started = await this.transactions.run((manager) =>
      manager.find(BulkDraft, { where: { state: 'started' }, select: { id: true } }),
    );
    for (const { id } of started) if (!this.#looks?.closed) await this.goOn(id);
  }

  /** Each step can be taken again, also by several processes at once. */
  private async goOn(id: string): Promise<BulkProgress | undefined> {
    try {
      const progress = (await this.bulks.find(id)) ?? (await this.submit(id));
      if (progress.done === progress.total) await this.finish(id);
      return progress;
    } catch (error) {
      this.tell(`Bulk ${id}`, error);
      return undefined;
    }
  }

  /** The same id with the same rows is the same bulk. */
  private async submit(id: string): Promise<BulkProgress> {
    const refunds = await this.refunds.find({ where: { bulkId: id }, relations: { order: true }, order: { id: 'ASC' } });
    const requests = refunds.map((refund) => reviseRequestOf(refund, refund.order));
    return this.bulks.submit(requests, { bulkId: id });
  }

  /** Writes into the books which rows were never sent; what was sent, the settled revisions have written already. */
  private async finish(id: string): Promise<void> {
    for await (const { shopTransactionId, state } of this.bulks.report(id)) {
      if (state !== 'cancelled' && state !== 'refused') continue;
      await this.transactions.run((manager) => moveRefund(manager, shopTransactionId, 'not_sent'));
    }
    await this.transactions.run((manager) => manager.update(BulkDraft, { id }, { state: 'finished' }));
  }

  private tell(what: string, error: unknown): void {
    if (this.#looks?.closed) return;
    this.#logger.error(`${what}: tried again in a moment (${error instanceof Error ? error.name : 'error'}).`);
  }
}

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
