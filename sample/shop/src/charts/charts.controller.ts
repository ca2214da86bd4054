import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { Refund } from '../refunds/refund.entity.js';
import { BackOfficeGuard } from '../session/back-office.guard.js';
import { ShopClock } from '../shop-clock.js';
import { dayInKorea } from '../web/format.js';
import { html } from '../web/html.js';
import { layout } from '../web/layout.js';
import { Page, type PageContext } from '../web/page-context.js';
import { barChart, type Bar } from './bar-chart.js';

const DAYS = 14;
const DAY_MS = 24 * 60 * 60_000;
/** Upper ends of the classes of times to settle and of ages, ms. */
const CLASSES = [1_000, 5_000, 30_000, 5 * 60_000, 60 * 60_000, DAY_MS, Infinity];

/** How refunds end, how long that takes, and how old those are that have not. */
@ApiExcludeController()
@Controller('admin/charts')
@UseGuards(BackOfficeGuard)
export class ChartsController {
  constructor(
    @InjectRepository(Refund) private readonly refunds: Repository<Refund>,
    private readonly clock: ShopClock,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Page() page: PageContext): Promise<string> {
    const { say } = page;
    const now = this.clock.now().getTime();
    const refunds = await this.refunds.findBy({ requestedAt: MoreThan(now - DAYS * DAY_MS) });
    const open = await this.refunds.findBy({ state: 'processing' });
    const outcomes = [say('환불 완료', 'refunded'), say('환불되지 않음', 'not refunded'), say('처리중', 'in progress')];
    return layout(
      page,
      say('통계', 'Charts'),
      html`<div class="charts">
        ${barChart(page, say(`날짜별 결과 (최근 ${DAYS}일)`, `Outcomes by day (${DAYS} days)`), outcomes, byDay(refunds, now))}
        ${barChart(
          page,
          say('결과 확인까지 걸린 시간', 'Time to settle'),
          [say('건수', 'refunds')],
          byClass(
            page,
            refunds.flatMap(({ requestedAt, settledAt }) => (settledAt === null ? [] : [settledAt - requestedAt])),
          ),
        )}
        ${barChart(
          page,
          say('미확정 취소의 경과 시간', 'Age of open refunds'),
          [say('건수', 'refunds')],
          byClass(
            page,
            open.map(({ requestedAt }) => now - requestedAt),
          ),
        )}
      </div>`,
    );
  }
}

function byDay(refunds: readonly Refund[], now: number): Bar[] {
  const bars = new Map<string, [number, number, number]>();
  for (let day = DAYS - 1; day >= 0; day--) bars.set(dayInKorea(now - day * DAY_MS), [0, 0, 0]);
  for (const { requestedAt, state } of refunds) {
    const values = bars.get(dayInKorea(requestedAt));
    if (values) values[state === 'refunded' ? 0 : state === 'processing' ? 2 : 1]++;
  }
  return [...bars].map(([day, values]) => ({ name: day.slice(5), values }));
}

function byClass({ say }: PageContext, times: readonly number[]): Bar[] {
  const names = [
    say('1초', '1 s'),
    say('5초', '5 s'),
    say('30초', '30 s'),
    say('5분', '5 min'),
    say('1시간', '1 h'),
    say('1일', '1 d'),
    say('더 오래', 'more'),
  ];
  return names.map((name, index) => {
    const [from, to] = [CLASSES[index - 1] ?? -Infinity, CLASSES[index] ?? Infinity];
    return { name: index < 6 ? `≤ ${name}` : name, values: [times.filter((ms) => ms > from && ms <= to).length] };
  });
}
