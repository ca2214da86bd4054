import {
  Body,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  Post,
  Res,
  Sse,
  UseGuards,
  type MessageEvent,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import type { Response } from 'express';
import { RevisePaymentService } from 'nestjs-kicc';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  endWith,
  finalize,
  interval,
  map,
  merge,
  Subject,
  switchMap,
  takeUntil,
  type Observable,
} from 'rxjs';
import { Repository } from 'typeorm';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { ShopClock } from '../shop-clock.js';
import { Page, type PageContext } from '../web/page-context.js';
import { revisionBadge } from '../web/words.js';
import { openPage } from './open.page.js';
import { Refund } from './refund.entity.js';
import { RefundsService } from './refunds.service.js';
import { RevisionsService } from './revisions.service.js';
import { timeline } from './timeline.js';

/** How many open refunds the list shows. */
const SHOWN = 100;

/** Refunds whose outcome is open: to follow them, to hurry them, to decide about them. */
@ApiExcludeController()
@Controller('admin')
@UseGuards(BackOfficeGuard)
export class RefundsController {
  constructor(
    @InjectRepository(Refund) private readonly table: Repository<Refund>,
    private readonly refunds: RefundsService,
    private readonly revisions: RevisionsService,
    private readonly payments: RevisePaymentService,
    private readonly clock: ShopClock,
  ) {}

  @Get('open')
  @Header('content-type', 'text/html; charset=utf-8')
  async open(@Page() page: PageContext): Promise<string> {
    const [[open, total], attention] = await Promise.all([this.revisions.open(SHOWN), this.revisions.attention(SHOWN)]);
    return openPage(page, open, total, attention, this.clock.now());
  }

  /** The timeline of a refund, anew whenever something happens to it, and once a second for what counts down. */
  @Sse('refunds/:id/timeline')
  follow(@Page() page: PageContext, @Param('id') id: string): Observable<MessageEvent> {
    const settled = new Subject<void>();
    // A row of a bulk that waits for its turn has no revision yet: the page follows it when it is opened anew.
    const moves = this.payments.watch(id).pipe(
      catchError(() => EMPTY),
      finalize(() => settled.next()),
    );
    const ticks = interval(1_000).pipe(takeUntil(settled));
    const looks = merge(ticks, moves).pipe(switchMap(() => this.shown(page, id)));
    return concat(
      looks,
      defer(() => this.shown(page, id)),
    ).pipe(
      map((data): MessageEvent => ({ type: 'timeline', data })),
      endWith({ type: 'end', data: {} }),
    );
  }

  @Post('refunds/:id/settle')
  async settle(@Param('id') id: string, @Res() response: Response): Promise<void> {
    const refund = await this.find(id);
    await this.refunds.send(id);
    response.redirect(303, `/admin/orders/${refund.orderId}`);
  }

  @Post('refunds/:id/withdraw')
  async withdraw(@Param('id') id: string, @Res() response: Response): Promise<void> {
    const refund = await this.find(id);
    await this.payments.withdraw(id);
    response.redirect(303, `/admin/orders/${refund.orderId}`);
  }

  @Post('refunds/:id/verdict')
  async decide(
    @Page() page: PageContext,
    @Param('id') id: string,
    @Body() { verdict, reason, version }: { verdict: 'succeeded' | 'declined'; reason: string; version: string },
    @Res() response: Response,
  ): Promise<void> {
    const refund = await this.find(id);
    const actor = page.staff ?? '';
    const held = await this.payments.find(id);
    // Made on what the page showed, so that whoever comes second hears of it. While it is open, KICC is asked every few
    // seconds, which changes nothing for the person who decides.
    const seen = held && held.settledAt === undefined ? held.version : Number(version);
    await this.payments.resolve({ shopTransactionId: id, verdict, reason, actor, version: seen });
    response.redirect(303, `/admin/orders/${refund.orderId}`);
  }

  private async shown(page: PageContext, id: string): Promise<{ html: string; status: string }> {
    const [refund, revision] = await Promise.all([this.find(id), this.revisions.find(id)]);
    const status = revision ? revisionBadge(page, revision.status).text.replace(/<[^>]*>/g, '') : '';
    return { html: timeline(page, refund, revision, this.clock.now()).text, status };
  }

  private async find(id: string): Promise<Refund> {
    const refund = await this.table.findOneBy({ id });
    if (!refund) throw new NotFoundException();
    return refund;
  }
}
