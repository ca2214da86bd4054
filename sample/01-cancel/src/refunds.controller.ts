import { Body, Controller, Get, HttpStatus, NotFoundException, Param, Post, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { KiccRequestPipe, RevisePaymentService, type ReviseOutcome } from 'nestjs-kicc';
import { KiccErrorFilter } from './kicc-error.filter.js';
import { RefundDto } from './refund.dto.js';

@Controller('refunds')
@UseFilters(KiccErrorFilter)
export class RefundsController {
  constructor(private readonly payments: RevisePaymentService) {}

  /** Refunds. Repeating it with the same refundId is always safe, whatever came of it before. */
  @Post()
  async refund(@Body(KiccRequestPipe) dto: RefundDto, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.tell(await this.cancel(dto), response);
  }

  /** How a refund stands, from the journal alone; with its trail, for staff. */
  @Get(':refundId')
  async look(@Param('refundId') refundId: string): Promise<object> {
    const revision = await this.payments.find(refundId);
    if (!revision) throw new NotFoundException();
    const { status, settledBy, nextCheckAt, trail } = revision;
    return { refundId, status, settledBy, nextCheckAt, trail };
  }

  /** Asks KICC now, instead of when it is due: a button for staff. */
  @Post(':refundId/settle')
  async settle(@Param('refundId') refundId: string, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.tell(await this.payments.settle(refundId), response);
  }

  private cancel({ refundId, pgCno, amount, reason }: RefundDto): Promise<ReviseOutcome> {
    const request = { shopTransactionId: refundId, pgCno, ...(reason === undefined ? {} : { reviseMessage: reason }) };
    return amount === undefined
      ? this.payments.cancel(request)
      : this.payments.cancelPartially({ ...request, amount, payMethodTypeCode: '11' });
  }

  private tell(outcome: ReviseOutcome, response: Response): object {
    const { status } = outcome;
    switch (status) {
      case 'succeeded': {
        const { cancelAmount, cancelPgCno } = outcome.response;
        return { status, message: 'Refunded.', cancelAmount, cancelPgCno };
      }
      case 'declined': {
        response.status(HttpStatus.UNPROCESSABLE_ENTITY);
        const { resCd, resMsg, revision } = outcome;
        return { status, message: 'Not refunded. We look into it.', settledBy: revision.settledBy, resCd, resMsg };
      }
      case 'unknown':
        // Not a failure: the money may have moved. It becomes known by itself, and nobody needs to press again.
        response.status(HttpStatus.ACCEPTED);
        return { status, message: 'Being refunded.', delivery: outcome.delivery, nextCheckAt: outcome.nextCheckAt };
    }
  }
}
