import { Controller, Get, NotFoundException, Param, ParseEnumPipe, Post, Query, Redirect, UseGuards } from '@nestjs/common';
import { BackOfficeGuard } from '../session/guards.js';
import { Page, type PageContext } from '../web/page.js';
import { LAB_FAULTS, type FaultName } from './lab-faults.js';
import { labPage, labRunPage } from './lab.pages.js';
import { LabService } from './lab.service.js';

const KNOWN = new ParseEnumPipe(Object.keys(LAB_FAULTS), { exceptionFactory: () => new NotFoundException() });

/** The fault lab; there with the simulator alone. */
@Controller('admin/lab')
@UseGuards(BackOfficeGuard)
export class LabController {
  constructor(private readonly lab: LabService) {}

  @Get()
  async page(@Page() page: PageContext, @Query('waits') waits: unknown): Promise<string> {
    return labPage(page, await this.lab.latest(), waits !== undefined);
  }

  @Get('runs/:id')
  async run(@Page() page: PageContext, @Param('id') id: string): Promise<string> {
    return labRunPage(page, await this.lab.result(id));
  }

  @Post('faults/:fault')
  @Redirect(undefined, 303)
  async begin(@Page() page: PageContext, @Param('fault', KNOWN) fault: FaultName): Promise<{ url: string }> {
    return { url: `/admin/lab/runs/${await this.lab.begin(fault, page.staff ?? '')}` };
  }

  @Post('next/:fault')
  @Redirect('/admin/lab?waits', 303)
  waitForNext(@Param('fault', KNOWN) fault: FaultName): Promise<void> {
    return this.lab.waitForNext(fault);
  }

  @Post('clock/:step')
  @Redirect('/admin/lab', 303)
  moveClock(@Param('step') step: string): Promise<void> {
    return this.lab.moveClock(step);
  }
}
