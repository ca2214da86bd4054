import { Body, Controller, Get, Header, NotFoundException, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { KiccRequestPipe, ReviseReports } from 'nestjs-kicc';
import { refundCard } from '../refunds/refund-card.js';
import { AmountRefundDto, RefundDto } from '../refunds/refund.dto.js';
import { RefundsService, type Wanted } from '../refunds/refunds.service.js';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { html } from '../web/html.js';
import { Page, type PageContext } from '../web/page-context.js';
import { buyerPage, orderPage, ordersPage } from './orders.pages.js';
import { filterOf, OrdersService } from './orders.service.js';

/** Orders in the back office, and the forms that refund them. */
@ApiExcludeController()
@Controller('admin')
@UseGuards(BackOfficeGuard)
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly refunds: RefundsService,
    private readonly reports: ReviseReports,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async list(@Page() page: PageContext, @Query() query: Record<string, unknown>): Promise<string> {
    const filter = filterOf(query);
    return ordersPage(page, filter, ...(await this.orders.list(filter)));
  }

  @Get('orders/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async order(@Page() page: PageContext, @Param('id') id: string): Promise<string> {
    const order = await this.orders.find(id);
    const { revisions } = await this.reports.list({ pgCno: order.payment.pgCno });
    const byId = new Map(revisions.map((revision) => [revision.shopTransactionId, revision]));
    const cards = order.refunds.map((refund) => refundCard(page, refund, byId.get(refund.id)));
    return orderPage(page, order, html`${cards.reverse()}`);
  }

  @Post('orders/:id/refunds/all')
  async refundAll(
    @Page() page: PageContext,
    @Param('id') id: string,
    @Body('refund', KiccRequestPipe) refund: RefundDto,
    @Res() response: Response,
  ): Promise<void> {
    await this.refund(page, id, refund, { kind: 'rest' }, response);
  }

  @Post('orders/:id/refunds/amount')
  async refundAmount(
    @Page() page: PageContext,
    @Param('id') id: string,
    @Body('refund', KiccRequestPipe) refund: AmountRefundDto,
    @Res() response: Response,
  ): Promise<void> {
    await this.refund(page, id, refund, { kind: 'amount', amount: refund.amount }, response);
  }

  @Post('orders/:id/refunds/items')
  async refundItems(
    @Page() page: PageContext,
    @Param('id') id: string,
    @Body('refund', KiccRequestPipe) refund: RefundDto,
    @Body('items') items: unknown,
    @Res() response: Response,
  ): Promise<void> {
    await this.refund(page, id, refund, { kind: 'items', quantities: quantitiesOf(items) }, response);
  }

  /** Answers with the order's page: reloading that sends nothing again. */
  private async refund(page: PageContext, id: string, dto: RefundDto, wanted: Wanted, response: Response): Promise<void> {
    const { refundId, reason, refundInfo: account } = dto;
    await this.refunds.request(id, { refundId, reason, by: page.staff ?? '', wanted, account });
    response.redirect(303, `/admin/orders/${id}`);
  }
}

/** The buyer's side. */
@ApiExcludeController()
@Controller()
export class BuyerController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  home(@Res() response: Response): void {
    response.redirect(303, '/admin');
  }

  @Get('orders/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async order(@Page() page: PageContext, @Param('id') id: string, @Query('key') key: unknown): Promise<string> {
    const order = await this.orders.find(id);
    if (key !== order.accessKey) throw new NotFoundException();
    return buyerPage({ ...page, staff: undefined }, order);
  }
}

/**
 * `items[line1]=2`: two of the item on line 1. (Bare numbers, the form's parser would take for places in a list.) What is no
 * whole number is refused later, as more than there are.
 */
function quantitiesOf(items: unknown): Map<number, number> {
  const entries = Object.entries(Object(items) as Record<string, unknown>);
  return new Map(entries.map(([line, quantity]) => [Number(line.replace('line', '')), quantityOf(quantity)]));
}

function quantityOf(text: unknown): number {
  if (text === '') return 0;
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
