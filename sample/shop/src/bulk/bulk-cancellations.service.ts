import { randomUUID } from 'node:crypto';
import { Injectable, Logger, NotFoundException, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ReviseBulkService, type BulkReportRow, type ReviseRequest } from 'nestjs-kicc';
import { Subject, takeUntil, timer } from 'rxjs';
import { Not, Repository } from 'typeorm';
import { ShopTransactions } from '../database/shop-transactions.js';
import { Order } from '../orders/order.entity.js';
import { OrdersService } from '../orders/orders.service.js';
import { RefundNotPossible } from '../refunds/refund-not-possible.error.js';
import { Refund } from '../refunds/refund.entity.js';
import { RefundsService, refreshOrder, type RefundWish } from '../refunds/refunds.service.js';
import { reviseRequestOf } from '../refunds/revise-request-of.js';
import { ShopClock } from '../shop-clock.js';
import { BulkDraft, type DraftRow } from './bulk-draft.entity.js';

/** After how long a bulk that could not be handed to the library is tried again, ms. */
const TRY_AGAIN_MS = 5_000;

/**
 * Bulk cancellations: a list is held against the orders row by row, kept, and started by a person. Then each row's refund is in
 * the shop's books before the library's bulk is told, so a process that dies in between loses none. How it goes on from there is
 * followed, paused and stopped in the console.
 */
@Injectable()
export class BulkCancellationsService implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(BulkCancellationsService.name);
  readonly #closing = new Subject<void>();
  readonly #followed = new Set<string>();

  constructor(
    @InjectRepository(BulkDraft) private readonly drafts: Repository<BulkDraft>,
    @InjectRepository(Refund) private readonly refunds: Repository<Refund>,
    private readonly orders: OrdersService,
    private readonly refunding: RefundsService,
    private readonly bulks: ReviseBulkService,
    private readonly transactions: ShopTransactions,
    private readonly clock: ShopClock,
  ) {}

  /** Goes on with what a process before has started. */
  async onApplicationBootstrap(): Promise<void> {
    for (const { id } of await this.drafts.findBy({ state: 'started' })) await this.follow(id);
  }

  onModuleDestroy(): void {
    this.#closing.next();
  }

  list(): Promise<BulkDraft[]> {
    return this.drafts.find({ order: { createdAt: 'DESC' }, take: 50 });
  }

  /** @throws {NotFoundException} there is none. */
  async find(id: string): Promise<BulkDraft> {
    const draft = await this.drafts.findOneBy({ id });
    if (!draft) throw new NotFoundException();
    return draft;
  }

  /** Holds rows against the orders as they stand, and keeps them; nothing is sent. */
  async check(name: string, rows: readonly DraftRow[], by: string): Promise<BulkDraft> {
    const orders = await this.orders.findAll([...new Set(rows.map(({ orderId }) => orderId))]);
    const seen = new Map<string, number>();
    const checked = rows.map((row): DraftRow => {
      if (row.error !== undefined) return row;
      const order = orders.get(row.orderId);
      if (!order) return { ...row, error: '없는 주문번호 (there is no such order)' };
      const earlier = seen.get(row.orderId);
      if (earlier !== undefined) return { ...row, error: `${earlier}행과 같은 주문 (the same order as line ${earlier})` };
      const error = this.problemOf(order, row, by);
      if (error === undefined) seen.set(row.orderId, row.line);
      return error === undefined ? row : { ...row, error };
    });
    return this.drafts.save({
      id: `bulk-${randomUUID()}`,
      name: name.slice(0, 100),
      state: 'checked',
      createdBy: by,
      createdAt: this.clock.now().getTime(),
      rows: JSON.stringify(checked),
    });
  }

  /**
   * Begins it, once: whoever presses again, or in another tab, begins nothing more.
   * @returns whether the library has it.
   */
  async start(id: string): Promise<boolean> {
    await this.transactions.run(async (manager) => {
      const { lock } = this.transactions;
      const draft = await manager.findOne(BulkDraft, { where: { id }, ...(lock ? { lock } : {}) });
      if (!draft) throw new NotFoundException();
      if (draft.state !== 'checked') return;
      const rows = rowsOf(draft);
      for (const [index, row] of rows.entries()) {
        if (row.error !== undefined) continue;
        const order = await this.refunding.read(manager, row.orderId);
        // Meanwhile somebody may have refunded it.
        const error = this.problemOf(order, row, draft.createdBy);
        if (error !== undefined) {
          rows[index] = { ...row, error };
          continue;
        }
        const refund = this.refunding.prepare(order, wishOf(order, row, draft.createdBy));
        refund.bulkId = id;
        await this.refunding.note(manager, refund);
      }
      await manager.update(BulkDraft, { id }, { state: 'started', rows: JSON.stringify(rows) });
    });
    await this.follow(id);
    return (await this.bulks.find(id)) !== undefined;
  }

  /** Sees to it that a bulk runs and is booked; where the database fails, again a little later. */
  private async follow(id: string): Promise<void> {
    if (this.#followed.has(id)) return;
    this.#followed.add(id);
    try {
      await this.submit(id);
    } catch (error) {
      this.#followed.delete(id);
      this.#logger.error(`Bulk ${id} is tried again (${error instanceof Error ? error.name : 'error'}).`);
      timer(TRY_AGAIN_MS)
        .pipe(takeUntil(this.#closing))
        .subscribe(() => void this.follow(id));
    }
  }

  /** Hands the rows to the library. Can be repeated: the same id with the same rows is the same bulk. */
  private async submit(id: string): Promise<void> {
    const refunds = await this.refunds.find({ where: { bulkId: id }, order: { id: 'ASC' } });
    if (refunds.length === 0) {
      await this.drafts.update({ id }, { state: 'finished' });
      return;
    }
    const orders = await this.orders.findAll(refunds.map(({ orderId }) => orderId));
    const requests = refunds.flatMap((refund): ReviseRequest[] => {
      const order = orders.get(refund.orderId);
      return order ? [reviseRequestOf(refund, order)] : [];
    });
    await this.bulks.submit(requests, { bulkId: id });
    const ended = this.bulks.progress(id).pipe(takeUntil(this.#closing));
    ended.subscribe({
      complete: () => {
        this.finish(id).catch((error: unknown) => {
          this.#logger.error(`Bulk ${id} is finished at the next start (${error instanceof Error ? error.name : 'error'}).`);
        });
      },
    });
  }

  /** Writes into the books which rows were never sent; what was sent, the settled revisions have written already. */
  private async finish(id: string): Promise<void> {
    const progress = await this.bulks.find(id);
    if (!progress || progress.done < progress.total) return;
    const never: BulkReportRow[] = [];
    for await (const row of this.bulks.report(id)) if (row.state === 'refused' || row.state === 'cancelled') never.push(row);
    await this.transactions.run(async (manager) => {
      for (const { shopTransactionId, state, error } of never) {
        const refund = await manager.findOneBy(Refund, { id: shopTransactionId, state: 'processing' });
        if (!refund) continue;
        const note =
          state === 'cancelled' ? '보내기 전에 일괄 취소를 중단함 (never sent)' : (error?.message ?? '').slice(0, 300);
        await manager.update(Refund, { id: refund.id }, { state: 'not_sent', note, settledAt: this.clock.now().getTime() });
        await refreshOrder(manager, refund.orderId);
      }
      await manager.update(BulkDraft, { id, state: Not('finished') }, { state: 'finished' });
    });
  }

  private problemOf(order: Order, row: DraftRow, by: string): string | undefined {
    try {
      reviseRequestOf(this.refunding.prepare(order, wishOf(order, row, by)), order);
      return undefined;
    } catch (error) {
      if (error instanceof RefundNotPossible) return `${error.korean} (${error.english})`;
      throw error;
    }
  }
}

export function rowsOf({ rows }: BulkDraft): DraftRow[] {
  return JSON.parse(rows) as DraftRow[];
}

function wishOf(order: Order, { amount, reason }: DraftRow, by: string): RefundWish {
  const wanted = amount === undefined ? ({ kind: 'rest' } as const) : ({ kind: 'amount', amount } as const);
  return { refundId: RefundsService.nextId(order), reason, by, wanted };
}
