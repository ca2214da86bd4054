import { Controller, Get, NotFoundException, Param, Query, Redirect } from '@nestjs/common';
import type { RefundState } from '../refunds/refund.entity.js';
import { minuteInKorea, won } from '../web/format.js';
import { html } from '../web/html.js';
import { layout } from '../web/layout.js';
import { Page, type PageContext } from '../web/page-context.js';
import { badge } from '../web/words.js';
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
const STATES: Record<RefundState, Parameters<typeof badge>[1]> = {
  processing: ['환불 처리 중', 'Being refunded', 'open'],
  refunded: ['환불 완료', 'Refunded', 'good'],
  declined: ['고객센터에서 확인 중', 'Our staff look into it', 'plain'],
  not_sent: ['고객센터에서 확인 중', 'Our staff look into it', 'plain'],
  bounced: ['고객센터에서 확인 중', 'Our staff look into it', 'plain'],
};

function buyerPage(page: PageContext, order: Order): string {
  const { say, language } = page;
  // The bank may still send it back.
  const refunded =
    order.payMethodTypeCode === '22' ? (['은행으로 보냄', 'Sent to your bank', 'good'] as const) : STATES.refunded;
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
        ${order.refunds.length === 0 && html`<p class="quiet">${say('환불 내역이 없습니다.', 'There are none.')}</p>`}
        ${order.refunds.map(
          ({ state, amount, requestedAt }) =>
            html`<div class="card">
              <p>
                ${badge(page, state === 'refunded' ? refunded : STATES[state])}
                <strong class="amount">${won(amount, language)}</strong>
              </p>
              <p class="quiet">${minuteInKorea(requestedAt)}</p>
            </div>`,
        )}
      </section>`,
  );
}
