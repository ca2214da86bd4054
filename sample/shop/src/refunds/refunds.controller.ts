import { Controller, NotFoundException, Param, Sse, UseGuards, type MessageEvent } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { RevisePaymentService } from 'nestjs-kicc';
import { endWith, switchMap, type Observable } from 'rxjs';
import { Repository } from 'typeorm';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { Page, type PageContext } from '../web/page-context.js';
import { standing } from './refund-card.js';
import { Refund } from './refund.entity.js';

/** Lets an order's page follow a refund whose outcome is open. */
@ApiExcludeController()
@Controller('admin/refunds')
@UseGuards(BackOfficeGuard)
export class RefundsController {
  constructor(
    @InjectRepository(Refund) private readonly refunds: Repository<Refund>,
    private readonly payments: RevisePaymentService,
  ) {}

  /** Where it stands, anew whenever something happens to it, until its outcome is known. */
  @Sse(':id/standing')
  follow(@Page() page: PageContext, @Param('id') id: string): Observable<MessageEvent> {
    const moves = this.payments.watch(id).pipe(
      switchMap(async (revision): Promise<MessageEvent> => {
        const refund = await this.refunds.findOneBy({ id });
        if (!refund) throw new NotFoundException();
        return { type: 'moved', data: standing(page, refund, revision).text };
      }),
    );
    return moves.pipe(endWith({ type: 'end', data: {} }));
  }
}
