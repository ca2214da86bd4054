import { Controller, Get, Header, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { ReviseReports } from 'nestjs-kicc';
import { OrdersService } from '../orders/orders.service.js';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { ShopClock } from '../shop-clock.js';
import { Page, type PageContext } from '../web/page-context.js';
import { LabService } from './lab.service.js';
import { labPage, labRunPage } from './lab.pages.js';

/** The fault lab; there with the simulator alone. */
@Controller('admin/lab')
@UseGuards(BackOfficeGuard)
export class LabController {
  constructor(
    private readonly lab: LabService,
    private readonly orders: OrdersService,
    private readonly reports: ReviseReports,
    private readonly clock: ShopClock,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Page() page: PageContext, @Query('waits') waits: unknown): Promise<string> {
    return labPage(page, await this.lab.latest(), this.clock.now(), waits !== undefined);
  }

  @Get('runs/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async run(@Page() page: PageContext, @Param('id') id: string): Promise<string> {
    const result = await this.lab.result(id);
    const order = await this.orders.find(result.run.orderId);
    const [refund] = order.refunds;
    const { revisions } = await this.reports.list({ pgCno: order.pgCno });
    return labRunPage(page, result, refund, revisions[0]);
  }

  @Post('faults/:fault')
  async begin(@Page() page: PageContext, @Param('fault') fault: string, @Res() response: Response): Promise<void> {
    const { id } = await this.lab.begin(fault, page.staff ?? '');
    response.redirect(303, `/admin/lab/runs/${id}`);
  }

  @Post('next/:fault')
  async waitForNext(@Param('fault') fault: string, @Res() response: Response): Promise<void> {
    await this.lab.waitForNext(fault);
    response.redirect(303, '/admin/lab?waits');
  }

  @Post('clock/:step')
  async moveClock(@Param('step') step: string, @Res() response: Response): Promise<void> {
    await (step === 'midnight' ? this.lab.moveOverMidnight() : this.lab.moveClock(70_000));
    response.redirect(303, '/admin/lab');
  }
}
