import { Body, Controller, Get, Header, Param, Post, Res, UploadedFile, UseGuards, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import type { Response } from 'express';
import { OrdersService } from '../orders/orders.service.js';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { consoleLink } from '../web/console-link.js';
import { Page, type PageContext } from '../web/page-context.js';
import { BulkCancellationsService, rowsOf } from './bulk-cancellations.service.js';
import { BULK_COLUMNS, readBulkCsv, UnreadableCsv, writeCsv } from './bulk-csv.js';
import { bulkPage, bulksPage } from './bulk.pages.js';

interface Uploaded {
  readonly buffer: Buffer;
  readonly originalname: string;
}

const EXAMPLE_ROWS = 1_000;
const MOST_UPLOADED = 5 * 1024 * 1024;

/** Bulk cancellations: upload or select, check, start. */
@Controller('admin/bulk')
@UseGuards(BackOfficeGuard)
export class BulkController {
  constructor(
    private readonly cancellations: BulkCancellationsService,
    private readonly orders: OrdersService,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async list(@Page() page: PageContext): Promise<string> {
    return bulksPage(page, await this.cancellations.list(), exampleWords(page));
  }

  /** Paid orders of the seed's concert, and some rows that cannot be right. */
  @Get('example.csv')
  async example(@Res() response: Response): Promise<void> {
    const good: string[][] = [];
    for (let page = 1; good.length < EXAMPLE_ROWS + 2; page++) {
      const { orders, pages } = await this.orders.list({ state: 'paid', text: '', page });
      const paid = orders.filter(({ payMethodTypeCode }) => payMethodTypeCode === '11').map(({ id }) => [id, '', '공연 취소']);
      good.push(...paid);
      if (page >= pages) break;
    }
    const [noAmount = '', tooMuch = ''] = good.splice(EXAMPLE_ROWS).map(([id]) => id);
    const bad = [
      ['20200101-99999', '', '공연 취소'],
      [good[0]?.[0] ?? '', '', '같은 주문이 두 번'],
      [noAmount, 'abc', '금액이 숫자가 아님'],
      ['', '1000', '주문번호 없음'],
      [tooMuch, '99,000,000', '결제금액보다 많음'],
    ];
    sendCsv(response, 'bulk-example.csv', writeCsv(BULK_COLUMNS, [...good, ...bad]));
  }

  @Post('csv')
  @UseInterceptors(FileInterceptor('file', { limits: { fileSize: MOST_UPLOADED, files: 1 } }))
  async upload(
    @Page() page: PageContext,
    @UploadedFile() file: Uploaded | undefined,
    @Res() response: Response,
  ): Promise<void> {
    try {
      if (!file) throw new UnreadableCsv('CSV 파일을 골라 주세요.', 'Choose a CSV file.');
      const rows = readBulkCsv(file.buffer.toString('utf8'));
      const name = Buffer.from(file.originalname, 'latin1').toString('utf8');
      const { id } = await this.cancellations.check(name, rows, page.staff ?? '');
      response.redirect(303, `/admin/bulk/${id}`);
    } catch (error) {
      if (!(error instanceof UnreadableCsv)) throw error;
      const text = bulksPage(page, await this.cancellations.list(), exampleWords(page), page.say(error.korean, error.english));
      response.status(400).type('html').send(text);
    }
  }

  @Post('selection')
  async select(@Page() page: PageContext, @Body('orders') orders: unknown, @Res() response: Response): Promise<void> {
    const ids = (Array.isArray(orders) ? orders : [orders]).filter((id): id is string => typeof id === 'string');
    if (ids.length === 0) return response.redirect(303, '/admin');
    const rows = ids.map((orderId, index) => ({ line: index + 1, orderId, reason: '일괄 취소', text: [orderId] }));
    const name = page.say(`선택한 주문 ${ids.length}건`, `${ids.length} selected orders`);
    const { id } = await this.cancellations.check(name, rows, page.staff ?? '');
    response.redirect(303, `/admin/bulk/${id}`);
  }

  @Get(':id')
  @Header('content-type', 'text/html; charset=utf-8')
  async one(@Page() page: PageContext, @Param('id') id: string): Promise<string> {
    const draft = await this.cancellations.find(id);
    return bulkPage(page, draft, rowsOf(draft));
  }

  @Get(':id/errors.csv')
  async errors(@Param('id') id: string, @Res() response: Response): Promise<void> {
    const bad = rowsOf(await this.cancellations.find(id)).filter(({ error }) => error !== undefined);
    const rows = bad.map(({ line, text, error = '' }) => [line, error, ...text]);
    sendCsv(response, `${id}-errors.csv`, writeCsv(['line', 'error', ...BULK_COLUMNS], rows));
  }

  /** Leads to the console, where it is followed; to the shop's own page where the library does not have it (yet). */
  @Post(':id/start')
  async start(@Page() page: PageContext, @Param('id') id: string, @Res() response: Response): Promise<void> {
    const isThere = await this.cancellations.start(id);
    response.redirect(303, isThere ? consoleLink(page, { view: 'bulk', id }) : `/admin/bulk/${id}`);
  }
}

function exampleWords({ say }: PageContext): string {
  return say('카드로 결제된 주문과, 일부러 틀린 행 5개', 'orders paid by card, and five rows that are wrong on purpose');
}

function sendCsv(response: Response, name: string, text: string): void {
  response.type('text/csv; charset=utf-8').attachment(name).send(text);
}
