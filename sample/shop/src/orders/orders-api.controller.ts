import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { ApiCookieAuth, ApiHeader, ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { KiccRequestPipe } from 'nestjs-kicc';
import { balanceOf } from '../refunds/balance.js';
import { ApiRefundDto } from '../refunds/refund.dto.js';
import type { RefundState } from '../refunds/refund.entity.js';
import { RefundsService } from '../refunds/refunds.service.js';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { Page, type PageContext } from '../web/page-context.js';
import { OrdersService } from './orders.service.js';

/** A refund, as the API tells it. */
class RefundAnswer {
  @ApiProperty({ example: 'R20260302-00012-1' })
  readonly refundId!: string;

  @ApiProperty({ description: 'KRW' })
  readonly amount!: number;

  @ApiProperty({ enum: ['processing', 'refunded', 'declined', 'bounced'], description: '`processing` is no failure.' })
  readonly state!: RefundState;
}

/** An order, as the API tells it. */
class OrderAnswer {
  @ApiProperty({ example: '20260302-00012' })
  readonly id!: string;

  @ApiProperty({ description: 'KRW that was paid' })
  readonly amount!: number;

  @ApiProperty({ description: 'KRW that can still be refunded' })
  readonly balance!: number;

  @ApiProperty({ description: 'What the next refund has to be called' })
  readonly nextRefundId!: string;

  @ApiProperty({ type: [RefundAnswer] })
  readonly refunds!: readonly RefundAnswer[];
}

/** The back office for programs. */
@ApiTags('orders')
@ApiCookieAuth()
@Controller('api/orders')
@UseGuards(BackOfficeGuard)
export class OrdersApiController {
  constructor(
    private readonly orders: OrdersService,
    private readonly refunds: RefundsService,
  ) {}

  @Get(':id')
  @ApiOkResponse({ type: OrderAnswer })
  async order(@Param('id') id: string): Promise<OrderAnswer> {
    const order = await this.orders.find(id);
    const refunds = order.refunds.map(({ id: refundId, amount, state }) => ({ refundId, amount, state }));
    return { id, amount: order.amount, balance: balanceOf(order), nextRefundId: RefundsService.nextId(order), refunds };
  }

  /** Refunds an amount, or without one all that is left. Sent again with the same `refundId`, it is the same refund. */
  @Post(':id/refunds')
  @ApiHeader({ name: 'x-csrf-token', required: true })
  @ApiOkResponse({ type: OrderAnswer })
  async refund(
    @Page() page: PageContext,
    @Param('id') id: string,
    @Body(KiccRequestPipe) { refundId, reason, amount, refundInfo: account }: ApiRefundDto,
  ): Promise<OrderAnswer> {
    const wanted = amount === undefined ? ({ kind: 'rest' } as const) : ({ kind: 'amount', amount } as const);
    await this.refunds.request(id, { refundId, reason, by: page.staff ?? '', wanted, account });
    return this.order(id);
  }
}
