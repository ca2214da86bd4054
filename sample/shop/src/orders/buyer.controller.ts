import { Controller, Get, NotFoundException, Param, Query, Redirect } from '@nestjs/common';
import type { RefundState } from '../refunds/refund.entity.js';
import { html } from '../web/html.js';
import { layout, Page, type PageContext } from '../web/page.js';
import { needsAccount } from '../refunds/revise-request-of.js';
import { AT_THE_BANK, badge, minuteInKorea, won, type Badge } from '../web/words.js';
import type { Order } from './order.entity.js';
import { OrdersService } from './orders.service.js';

/** The buyer's side, by a link that carries the order's key. */
@Controller()
export class BuyerController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  @Redirect('/admin', 303)
  home(): void {
    // The sample has no shop window.
  }

  @Get('orders/:id')
  async order(@Page() page: PageContext, @Param('id') id: string, @Query('key') key: unknown): Promise<string> {
    const order = await this.orders.find(id);
    if (key !== order.accessKey) throw new NotFoundException();
    return buyerPage({ ...page, staff: undefined }, order);
  }
}

/** Never "failed" while the outcome is open; and of what failed, nothing that a buyer has to see to. */
const BADGES: Partial<Record<RefundState, Badge>> = {
  processing: ['open', '환불 처리 중', 'Being refunded'],
  refunded: ['good', '환불 완료', 'Refunded'],
};
const OTHERWISE: Badge = ['plain', '고객센터에서 확인 중', 'Our staff look into it'];

function buyerPage(page: PageContext, order: Order): string {
  const { say, language } = page;
  // Of what was never sent, a buyer has nothing to know.
  const refunds = order.refunds.filter(({ state }) => state !== 'not_sent');
  const isOpen = order.refunds.some(({ state }) => state === 'processing');
  return layout(
    page,
    say('내 주문', 'My order'),
    html`<section class="card">
        <p>${say('주문번호', 'Order')} <strong class="amount">${order.id}</strong> · ${order.buyer}${say('님', '')}</p>
        <ul>
          ${order.items.map((item) => html`<li>${item.name} × ${item.quantity}</li>`)}
        </ul>
        <p>${say('결제금액', 'Paid')} <span class="amount">${won(order.amount, language)}</span></p>
      </section>
      <section aria-labelledby="mine" ${isOpen && html`data-refresh="2000"`}>
        <h2 id="mine">${say('환불', 'Refunds')}</h2>
        ${refunds.length === 0 && html`<p class="quiet">${say('환불 내역이 없습니다.', 'There are none.')}</p>`}
        ${refunds.map(
          ({ state, amount, requestedAt }) =>
            html`<div class="card">
              <p>
                ${badge(page, state === 'refunded' && needsAccount(order, requestedAt) ? AT_THE_BANK : (BADGES[state] ?? OTHERWISE))}
                <strong class="amount">${won(amount, language)}</strong>
              </p>
              <p class="quiet">${minuteInKorea(requestedAt)}</p>
            </div>`,
        )}
      </section>`,
  );
}
