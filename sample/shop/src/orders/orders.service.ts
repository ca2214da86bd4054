import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Raw, Repository, type EntityManager, type FindOperator, type FindOptionsWhere } from 'typeorm';
import { lockOn } from '../database/shop-transactions.js';
import { ORDER_STATES, Order } from './order.entity.js';

export type OrderFilter = ReturnType<typeof filterOf>;
export type OrderList = Awaited<ReturnType<OrdersService['list']>>;

const PAGE_SIZE = 20;

/** Finds orders. */
@Injectable()
export class OrdersService {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  /** One page of those that pass a filter, the newest first, and how many do in all; beyond the end, the last page. */
  async list({ state, text, page: wanted }: OrderFilter) {
    // What has a meaning in LIKE is a letter to search for.
    const pattern = `%${text.replace(/[!%_]/g, '!$&')}%`;
    const like = Raw((column) => `${column} LIKE :pattern ESCAPE '!'`, { pattern }) as FindOperator<string>;
    const fits: FindOptionsWhere<Order>[] = text === '' ? [{}] : [{ id: like }, { buyer: like }];
    const where = fits.map((fit) => ({ ...fit, ...(state && { state }) }));
    const total = await this.orders.countBy(where);
    const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
    const page = Math.min(wanted, pages);
    const orders = await this.orders.find({
      where,
      relations: { refunds: true },
      order: { orderedAt: 'DESC', id: 'DESC' },
      skip: (page - 1) * PAGE_SIZE,
      take: PAGE_SIZE,
    });
    return { orders, total, page, pages };
  }

  /** @throws {EntityNotFoundError} there is no such order. */
  find(id: string): Promise<Order> {
    return wholeOrder(this.orders.manager, id);
  }

  /** Those of these orders that there are, whole. */
  async findAll(ids: readonly string[]): Promise<Map<string, Order>> {
    const found = await this.orders.find({ where: { id: In(ids) }, ...WHOLE });
    return new Map(found.map((order) => [order.id, order]));
  }
}

const WHOLE = { relations: { refunds: true }, order: { refunds: { sequence: 'ASC' } } } as const;

/**
 * An order with all that belongs to it.
 * @throws {EntityNotFoundError} there is none.
 */
export function wholeOrder(manager: EntityManager, id: string): Promise<Order> {
  return manager.findOneOrFail(Order, { where: { id }, ...WHOLE });
}

/** The same, locked before it is read: nobody else changes its refunds meanwhile. */
export async function lockedOrder(manager: EntityManager, id: string): Promise<Order> {
  const { lock } = lockOn(manager);
  if (lock) await manager.findOne(Order, { where: { id }, lock });
  return wholeOrder(manager, id);
}

/** A filter as it stands in a URL. */
export function filterOf({ state, text, page }: Record<string, unknown>) {
  return {
    state: ORDER_STATES.find((known) => known === state),
    /** Part of an order's number or of the buyer's name. */
    text: typeof text === 'string' ? text.trim().slice(0, 40) : '',
    /** From 1. */
    page: Math.max(1, Math.trunc(Number(page)) || 1),
  };
}
