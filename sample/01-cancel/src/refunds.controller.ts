import { Body, Controller, HttpStatus, Post, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { KiccRequestPipe, RevisePaymentService, type ReviseOutcome } from 'nestjs-kicc';
import { KiccErrorFilter } from './kicc-error.filter.js';
import { RefundDto } from './refund.dto.js';

@Controller('refunds')
@UseFilters(KiccErrorFilter)
export class RefundsController {
  constructor(private readonly payments: RevisePaymentService) {}

  @Post()
  async refund(@Body(KiccRequestPipe) dto: RefundDto, @Res({ passthrough: true }) response: Response): Promise<object> {
    const outcome = await this.cancel(dto);
    switch (outcome.status) {
      case 'succeeded': {
        const { cancelAmount, cancelPgCno, statusCode } = outcome.response;
        return { status: outcome.status, cancelAmount, cancelPgCno, statusCode };
      }
      case 'declined':
        response.status(HttpStatus.UNPROCESSABLE_ENTITY);
        return { status: outcome.status, resCd: outcome.resCd, resMsg: outcome.resMsg };
      case 'unknown':
        // Not a failure: the money may have moved. Repeating the request with the same refundId is safe.
        response.status(HttpStatus.ACCEPTED);
        return { status: outcome.status, delivery: outcome.delivery, nextCheckAt: outcome.nextCheckAt };
    }
  }

  private cancel({ refundId, pgCno, amount, reason }: RefundDto): Promise<ReviseOutcome> {
    const request = { shopTransactionId: refundId, pgCno, ...(reason === undefined ? {} : { reviseMessage: reason }) };
    return amount === undefined
      ? this.payments.cancel(request)
      : this.payments.cancelPartially({ ...request, amount, payMethodTypeCode: '11' });
  }
}
