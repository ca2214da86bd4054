import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Like, Repository, type FindOptionsWhere } from 'typeorm';
import { ORDER_STATES, Order, type OrderState } from './order.entity.js';

export interface OrderFilter {
  readonly state?: OrderState | undefined;
  /** Part of an order's number or of the buyer's name. */
  readonly text: string;
  /** From 1. */
  readonly page: number;
}

export const PAGE_SIZE = 20;

/** Finds orders. */
@Injectable()
export class OrdersService {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  /** One page of those that pass a filter, the newest first, and how many do in all. */
  async list({ state, text, page }: OrderFilter): Promise<readonly [orders: readonly Order[], total: number]> {
    const inState: FindOptionsWhere<Order> = state ? { state } : {};
    const pattern = Like(`%${text.replace(/[%_\\]/g, '')}%`);
    const where =
      text === ''
        ? inState
        : [
            { ...inState, id: pattern },
            { ...inState, buyer: pattern },
          ];
    const [found, total] = await this.orders.findAndCount({
      where,
      order: { orderedAt: 'DESC', id: 'DESC' },
      skip: (page - 1) * PAGE_SIZE,
      take: PAGE_SIZE,
    });
    const ids = found.map(({ id }) => id);
    const withRefunds = await this.orders.find({ where: { id: In(ids) }, relations: { refunds: true, payment: true } });
    const byId = new Map(withRefunds.map((order) => [order.id, order]));
    return [ids.flatMap((id) => byId.get(id) ?? []), total];
  }

  /** @throws {NotFoundException} there is no such order. */
  async find(id: string): Promise<Order> {
    const order = await this.orders.findOne({
      where: { id },
      relations: { items: true, payment: true, refunds: { items: true } },
    });
    if (!order) throw new NotFoundException();
    order.refunds.sort((a, b) => a.sequence - b.sequence);
    order.items.sort((a, b) => a.line - b.line);
    return order;
  }

  /** Those of these orders that there are, whole. */
  async findAll(ids: readonly string[]): Promise<Map<string, Order>> {
    const found = new Map<string, Order>();
    for (let from = 0; from < ids.length; from += 200) {
      const some = await this.orders.find({
        where: { id: In(ids.slice(from, from + 200)) },
        relations: { items: true, payment: true, refunds: { items: true } },
      });
      for (const order of some) {
        order.refunds.sort((a, b) => a.sequence - b.sequence);
        found.set(order.id, order);
      }
    }
    return found;
  }
}

/** A filter as it stands in a URL. */
export function filterOf({ state, text, page }: Record<string, unknown>): OrderFilter {
  return {
    state: ORDER_STATES.find((known) => known === state),
    text: typeof text === 'string' ? text.trim().slice(0, 40) : '',
    page: Math.max(1, Math.trunc(Number(page)) || 1),
  };
}
