import { Body, Controller, Get, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { ReviseReports } from 'nestjs-kicc';
import { balanceOf, counting } from '../refunds/balance.js';
import { holdOf, refundCard } from '../refunds/refund-card.js';
import { wishOf, type RefundForm } from '../refunds/refund-form.js';
import { refundForm, reviewPage } from '../refunds/refund-form.page.js';
import type { Refund } from '../refunds/refund.entity.js';
import { RefundsService } from '../refunds/refunds.service.js';
import { BackOfficeGuard } from '../session/guards.js';
import { faultsOf, statusOf, type Fault } from '../web/faults.js';
import { won } from '../web/words.js';
import { textsOf } from '../web/kept-form.js';
import { Page, type PageContext } from '../web/page.js';
import { orderPage, ordersPage } from './orders.pages.js';
import { filterOf, OrdersService } from './orders.service.js';

/** Orders in the back office, and the form that refunds them. */
@Controller('admin')
@UseGuards(BackOfficeGuard)
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly refunds: RefundsService,
    private readonly reports: ReviseReports,
  ) {}

  @Get()
  async list(@Page() page: PageContext, @Query() query: Record<string, unknown>): Promise<string> {
    const filter = filterOf(query);
    return ordersPage(page, filter, await this.orders.list(filter));
  }

  @Get('orders/:id')
  order(@Page() page: PageContext, @Param('id') id: string): Promise<string> {
    return this.page(page, id);
  }

  /** A step of the one form: `review` shows what would be refunded, `confirm` asks for it, `edit` shows the form as it was typed. */
  @Post('orders/:id')
  async refund(
    @Page() page: PageContext,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const { step, ...typed } = textsOf(body);
    try {
      if (step === 'edit') return void response.send(await this.page(page, id, typed));
      const order = await this.orders.find(id);
      const wish = wishOf(typed, order, page.staff ?? '');
      // What is confirmed is what somebody has seen.
      if (step === 'confirm' && wish.seen !== undefined) {
        await this.refunds.request(id, wish);
        // Reloading that page sends nothing again.
        return response.redirect(303, `/admin/orders/${id}#${wish.refundId}`);
      }
      response.send(reviewPage(page, order, this.refunds.prepare(order, wish), wish, typed));
    } catch (error) {
      const status = statusOf(error);
      if (status >= 500) throw error;
      response.status(status).send(await this.page(page, id, typed, faultsOf(error)));
    }
  }

  private async page(page: PageContext, id: string, typed?: RefundForm, faults: readonly Fault[] = []): Promise<string> {
    const order = await this.orders.find(id);
    // Those that cannot be read among them.
    const { revisions } = await this.reports.list({ pgCno: order.pgCno, limit: 200 });
    const byId = new Map(revisions.map((revision) => [revision.shopTransactionId, revision]));
    const cards = order.refunds.map((refund) => refundCard(page, refund, byId.get(refund.id)));
    const hold = holdOf(order, revisions);
    const asked = counting(order.refunds).find(({ id }) => id === typed?.['refundId']);
    const isMore = asked !== undefined && !hold && balanceOf(order) > 0;
    const form = refundForm(page, order, hold, typed, isMore ? [...faults, takenIn(asked)] : faults);
    // What was typed is not replaced by what is new.
    return orderPage(page, order, hold !== undefined && !typed, cards.reverse(), form);
  }
}

/** What a form is told whose refund was taken in already, as after "back": going on from here is another one. */
function takenIn({ id, amount }: Refund): Fault {
  return {
    field: '',
    words: [
      `이 주문의 취소가 이미 접수되었습니다(${id}, ${won(amount, 'ko')}). 여기서 계속하면 한 번 더 취소합니다.`,
      `A refund of this order was taken in already (${id}, ${won(amount, 'en')}). Going on from here refunds once more.`,
    ],
  };
}
