import { Body, Controller, Get, Param, Post, Res, UploadedFile, UseGuards, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { InjectRepository } from '@nestjs/typeorm';
import type { Response } from 'express';
import { Repository } from 'typeorm';
import { Order } from '../orders/order.entity.js';
import { BackOfficeGuard } from '../session/guards.js';
import { faultsOf, NotPossible } from '../web/faults.js';
import { consoleLink, Page, type PageContext } from '../web/page.js';
import { BulkCancellationsService } from './bulk-cancellations.service.js';
import { faultyRows } from './bulk-draft.entity.js';
import { COLUMNS, readBulkCsv, textOf, UnreadableFile, writeCsv } from './bulk-file.js';
import { bulkPage, faultIn, uploadPage } from './bulk.pages.js';

const EXAMPLE_ROWS = 1_000;
const UPLOAD = { limits: { fileSize: 5 * 1024 * 1024, files: 1 }, defParamCharset: 'utf8' };

/** Bulk cancellations: upload or select, check, start. */
@Controller('admin/bulk')
@UseGuards(BackOfficeGuard)
export class BulkController {
  constructor(
    private readonly cancellations: BulkCancellationsService,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
  ) {}

  @Get()
  form(@Page() page: PageContext): string {
    return uploadPage(page);
  }

  /** Paid orders of the seed's concert, and some rows that cannot be right. */
  @Get('example.csv')
  async example(@Page() { language }: PageContext, @Res() response: Response): Promise<void> {
    const where = { state: 'paid', payMethodTypeCode: '11' } as const;
    const paid = await this.orders.find({ where, order: { orderedAt: 'ASC' }, take: EXAMPLE_ROWS + 2 });
    const [noAmount, tooMuch] = paid.splice(EXAMPLE_ROWS);
    const good = paid.map(({ id }) => [id, '', '공연 취소']);
    const bad = [
      ['20200101-99999', '', '공연 취소'],
      [paid[0]?.id ?? '', '', '같은 주문이 두 번'],
      [noAmount?.id ?? '', 'abc', '금액이 숫자가 아님'],
      ['', '1000', '주문번호 없음'],
      [tooMuch?.id ?? '', '99,000,000', '결제금액보다 많음'],
    ];
    sendCsv(response, 'bulk-example.csv', writeCsv(COLUMNS[language], [...good, ...bad]));
  }

  @Post('csv')
  @UseInterceptors(FileInterceptor('file', UPLOAD))
  async upload(
    @Page() page: PageContext,
    @UploadedFile() file: { readonly buffer: Buffer; readonly originalname: string } | undefined,
    @Res() response: Response,
  ): Promise<void> {
    try {
      if (!file) throw new UnreadableFile('CSV 파일을 골라 주세요.', 'Choose a CSV file.');
      const { text, encoding } = textOf(file.buffer);
      const name = file.originalname.normalize('NFC');
      const id = await this.cancellations.check(name, readBulkCsv(text), page.staff ?? '', encoding);
      response.redirect(303, `/admin/bulk/${id}`);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      response.status(error.getStatus()).send(uploadPage(page, faultsOf(error)));
    }
  }

  @Post('selection')
  async select(@Page() page: PageContext, @Body('orders') orders: unknown, @Res() response: Response): Promise<void> {
    const ids = [orders].flat().filter((id): id is string => typeof id === 'string');
    if (ids.length === 0) {
      throw new NotPossible('취소할 주문을 선택해 주세요.', 'Select the orders to be cancelled.');
    }
    const rows = ids.map((orderId, index) => ({ line: index + 1, orderId, amount: '', reason: '일괄 취소' }));
    response.redirect(303, `/admin/bulk/${await this.cancellations.check('', rows, page.staff ?? '')}`);
  }

  @Get(':id')
  async one(@Page() page: PageContext, @Param('id') id: string): Promise<string> {
    return bulkPage(page, await this.cancellations.find(id));
  }

  /** To be mended, and uploaded as it is. */
  @Get(':id/errors.csv')
  async errors(@Page() page: PageContext, @Param('id') id: string, @Res() response: Response): Promise<void> {
    const { say, language } = page;
    const rows = faultyRows(await this.cancellations.find(id)).map((row) => {
      return [row.line, faultIn(page, row), row.orderId, row.amount, row.reason];
    });
    const columns = [say('행', 'line'), say('오류', 'fault'), ...COLUMNS[language]];
    sendCsv(response, `${id}-errors.csv`, writeCsv(columns, rows));
  }

  /** Leads to the console, where it is followed; to the shop's own page where not all of it is there (yet). */
  @Post(':id/start')
  async start(@Page() page: PageContext, @Param('id') id: string, @Res() response: Response): Promise<void> {
    const isThere = await this.cancellations.start(id, page.staff ?? '');
    response.redirect(303, isThere ? consoleLink(page, { view: 'bulk', id }) : `/admin/bulk/${id}`);
  }
}

function sendCsv(response: Response, name: string, text: string): void {
  response.type('text/csv; charset=utf-8').attachment(name).send(text);
}
